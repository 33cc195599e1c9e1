"""`make demo`: a copy of its own, on a free port and in a folder that goes with it, plays the sample hand-offs."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from config.embedded import state
from config.embedded.leash import leashed
from config.embedded.output import show
from config.embedded.programs import ROOT
from config.embedded.servers import free_port

SAMPLE = ROOT / "docs" / "demo" / "handoffs.jsonl"
PATIENCE = 180.0  # seconds for a first start
FROM_OUTSIDE = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")  # nothing that would lead to another database


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="escalations-demo-") as name:
        folder = Path(name)
        environ = {key: os.environ[key] for key in FROM_OUTSIDE if key in os.environ} | {
            "DATA_DIR": str(folder / "data"),
            "PORT": str(free_port()),
            "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
        }
        log = folder / "log"
        with log.open("wb") as file:
            command = leashed([sys.executable, "-m", "config.embedded"], end_with=signal.SIGTERM)
            copy = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=file, stderr=file)
        try:
            return _play(environ) if _is_up(copy, folder / "data") else _explain(log)
        finally:
            copy.terminate()
            copy.wait()


def _is_up(copy: subprocess.Popen[bytes], data_dir: Path) -> bool:
    """Whether the copy came up; `manage.py replay` itself waits until the web process answers."""
    deadline = time.monotonic() + PATIENCE
    while copy.poll() is None and time.monotonic() < deadline:
        if "web" in state.read(data_dir).alive():
            return True
        time.sleep(0.1)
    return False


def _play(environ: dict[str, str]) -> int:
    show(f"A copy of the product runs on http://127.0.0.1:{environ['PORT']} while the demo plays.")
    command = [sys.executable, "manage.py", "replay", str(SAMPLE)]
    return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode


def _explain(log: Path) -> int:
    show("The copy of the product did not start:")
    show(log.read_text(errors="replace")[-4000:])
    return 1


if __name__ == "__main__":
    sys.exit(main())
