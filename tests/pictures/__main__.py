"""Start a private copy of the product on a free port, fill it, take the pictures, and stop it."""

import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.config.conftest import Copy

SETTINGS = {"WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8", "LOG_LEVEL": "WARNING"}


def main() -> int:
    with ExitStack() as kept:
        folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="escalations-pictures-")))
        copy = Copy(folder / "data", settings=SETTINGS, command=[sys.executable, "-m", "config.embedded"]).start()
        kept.callback(copy.stop)
        copy.up()
        environ = {
            **copy.environ(),
            "DATABASE_URL": copy.url(),
            "REDIS_URL": copy.url("redis"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # the thread that drives a browser has an event loop
        }
        return subprocess.run([sys.executable, "-m", "tests.pictures.desk"], env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
