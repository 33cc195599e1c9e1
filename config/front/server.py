"""`python -m config.front.server`: the web process, one port for everything."""

import os
import resource
import shutil
import tempfile
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings

from metrics.exposition.process import FOLDER, is_alive

WORKERS = 2
# Tests start the server with the same options.
OPTIONS: dict[str, Any] = {
    "http": "config.front.protocol:Protocol",
    "ws": "websockets-sansio",
    "ws_max_size": 64 * 1024,
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 20.0,
    "ws_per_message_deflate": False,  # messages are small and many
    "lifespan": "on",
    "access_log": False,  # the front writes one line per request
    "server_header": False,
    "proxy_headers": False,  # TRUSTED_PROXIES says whom to believe: config/front/proxies.py
    "timeout_keep_alive": 15,
    "timeout_graceful_shutdown": 20,
}


def main() -> None:
    """Only the workers load Django, and refuse wrong settings: so the port answers twice as soon after a restart."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    allow_many_connections()
    os.environ[FOLDER] = str(shared_folder(settings.DATA_DIR / "figures"))
    uvicorn.run(
        "config.asgi:application",
        host=settings.BIND,
        port=settings.PORT,
        workers=WORKERS,
        log_config=settings.LOGGING,
        **OPTIONS,
    )


def shared_folder(beside: Path) -> Path:
    """An empty folder in which the workers of this process count together; those of processes that ended go."""
    try:
        beside.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in beside.glob("web-*"):
            pid = int(old.name.removeprefix("web-"))
            if pid == os.getpid() or not is_alive(pid):
                shutil.rmtree(old, ignore_errors=True)
        mine = beside / f"web-{os.getpid()}"
        mine.mkdir(mode=0o700)
    except (OSError, ValueError):
        return Path(tempfile.mkdtemp(prefix="figures-"))
    return mine


def allow_many_connections() -> None:
    """Each one that waits is an open file; the usual limit of 1,024 is lower than what may be allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


if __name__ == "__main__":
    main()
