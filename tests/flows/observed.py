"""The product as processes of its own, with their log lines: the web server, and one pass of due work."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.config.test_front_server import database_url, is_alive, workers
from tests.live import free_port, until

Line = dict[str, Any]


class Product:
    """The web server's `address`, and what its processes said."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self._logs = {name: folder / f"{name}.log" for name in ("web", "drain")}
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._environ = (
            os.environ
            | {"PORT": str(port), "PUBLIC_URL": self.address, "DATABASE_URL": database_url(), "DATA_DIR": str(folder)}
            | {"WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}
            | environ
        )

    @contextmanager
    def served(self) -> Iterator["Product"]:
        with (
            self._logs["web"].open("wb") as log,
            subprocess.Popen([sys.executable, "-m", "config.front.server"], env=self._environ, stderr=log) as server,
        ):
            try:
                until(lambda: len(workers(server)) == 2 and is_alive(self.address), seconds=60)
                yield self
            finally:
                server.terminate()

    def drain(self) -> None:
        """One pass of all due work, in a process of its own."""
        with self._logs["drain"].open("ab") as log:
            subprocess.run([sys.executable, "manage.py", "drain"], env=self._environ, stderr=log, check=True)

    def run(self, script: str) -> int:
        """A program of its own, with these settings. Returns how it ended."""
        return subprocess.run([sys.executable, "-c", script], env=self._environ, check=False).returncode

    def lines(self, process: str, **fields: object) -> list[Line]:
        """Those that have these members."""
        said = self._logs[process].read_text().splitlines()
        lines: list[Line] = [json.loads(line) for line in said if line.startswith("{")]
        return [line for line in lines if fields.items() <= line.items()]
