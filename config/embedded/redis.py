"""The private Redis. It carries hints only, so it writes nothing to the disk and may lose everything."""

import json
import secrets
import signal
import socket
from functools import partial
from pathlib import Path

from config.embedded import binaries
from config.embedded.servers import Server, free_port


def server(data_dir: Path) -> Server | None:
    """A Redis on a free loopback port that asks for a password; None where no program for it is found."""
    program = binaries.redis()
    if program is None:
        return None
    port, password = free_port(), secrets.token_urlsafe(32)
    settings = {
        "bind": "127.0.0.1",
        "port": port,
        "requirepass": password,
        "save": '""',
        "appendonly": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "tcp-keepalive": 30,
        "daemonize": "no",
        "logfile": json.dumps(str(data_dir / "redis.log")),
        "loglevel": "warning",
    }
    return Server(
        name="redis",
        url=f"redis://:{password}@127.0.0.1:{port}/0",
        program=(str(program), "-"),
        stops_with=signal.SIGTERM,
        answers=partial(_answers, port, password),
        folder=data_dir,
        configuration="".join(f"{name} {value}\n" for name, value in settings.items()),
    )


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            return connection.recv(64).startswith(b"+OK")
    except OSError:
        return False
