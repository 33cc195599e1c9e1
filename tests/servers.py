"""A private PostgreSQL, and a Redis where the machine has one, for one run of the tests (loaded by `-p tests.servers`).

They are there before Django reads its settings, which then know nothing of the developer's own; xdist's workers inherit
both by the environment. They end with the run, however it ends (`config/embedded/leash.py`).
"""

import os
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.embedded import postgres, redis

READY = "TEST_SERVERS_READY"
# Nothing of a test run has to survive a crash of the machine.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "4GB"}
KEPT = (
    "CI",
    "HOME",
    "LANG",
    "LC_",
    "PATH",
    "PYTHON",
    "PYTEST",
    "TMP",
    "TEMP",
    "TZ",
    "USER",
    "VIRTUAL_ENV",
    "PLAYWRIGHT",
    "TERM",
    "COLUMNS",
    "LD_",
    "SSL_",
)

_servers = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    if os.environ.get(READY):
        # A worker of xdist: static files and the like must not be written by two at once.
        os.environ["DATA_DIR"] += f"/{os.environ.get('PYTEST_XDIST_WORKER', 'again')}"
        return
    for name in [name for name in os.environ if not name.startswith(KEPT)]:
        del os.environ[name]
    folder = Path(_servers.enter_context(tempfile.TemporaryDirectory(prefix="escalations-tests-")))
    os.environ |= {
        READY: "yes",
        "DATA_DIR": str(folder),
        "DATABASE_URL": _postgres(folder),
        "REDIS_URL": _redis(folder),
        "SECRET_KEY": "only-for-tests-" * 4,
    }


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _servers.close()


def _postgres(folder: Path) -> str:
    server = postgres.server(folder, FAST)
    log = _servers.enter_context((folder / "postgres.log").open("wb"))
    _servers.enter_context(server.running(output=log.fileno()))
    return server.url


def _redis(folder: Path) -> str:
    server = redis.server(folder)
    if server is None:
        return ""
    _servers.enter_context(server.running(output=subprocess.DEVNULL))
    return server.url
