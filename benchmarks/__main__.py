"""Private servers on free ports, then the figures in a process of their own, which finds both in its environment."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from config.embedded import postgres, redis
from config.embedded.leash import leashed
from config.embedded.servers import free_port

PATIENCE = {"smoke": 600.0, "full": 3600.0}  # seconds, after which something hangs


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="only show that the benchmarks run")
    size = "smoke" if parser.parse_args().smoke else "full"
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))  # and the servers and their folder go, too
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="escalations-bench-")))
        environ = _environment(folder, stack)
        command = leashed([sys.executable, "-m", "benchmarks.figures", size], end_with=signal.SIGTERM)
        try:
            return subprocess.run(command, env=environ, timeout=PATIENCE[size], check=False).returncode
        except subprocess.TimeoutExpired:
            print(f"Broken: not done within {PATIENCE[size]:.0f} s.", file=sys.stderr)
            return 1


def _environment(folder: Path, stack: ExitStack) -> dict[str, str]:
    """Nothing of the caller's own settings but where programs are."""
    log = stack.enter_context((folder / "servers.log").open("wb"))
    database, hints = postgres.server(folder), redis.server(folder)
    for server in filter(None, (database, hints)):
        stack.enter_context(server.running(output=log.fileno()))
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "LANG": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(folder),
        "DATABASE_URL": database.url,
        "REDIS_URL": hints.url if hints else "",
        "SECRET_KEY": "only-for-benchmarks-" * 3,
        "PORT": str(free_port()),
        "RATE_LIMIT_PER_SECOND": "0",
        "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
        "LOG_LEVEL": "WARNING",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # the thread that drives a browser has an event loop; nothing shares it
    }


if __name__ == "__main__":
    sys.exit(main())
