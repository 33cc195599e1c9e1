"""The real server in a thread: `serve` runs any ASGI application, the fixture `web` runs the product."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from asgiref.sync import SyncToAsync
from asgiref.typing import ASGI3Application, HTTPScope
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections
from pytest_django import Settings

from config import asgi
from config.front.server import OPTIONS


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serve(application: ASGI3Application, port: int | None = None, **options: object) -> Iterator[str]:
    """Run the application as `config.front.server` would, in this process. Yields its address."""
    port = port or free_port()
    server = uvicorn.Server(
        uvicorn.Config(application, host="127.0.0.1", port=port, log_config=None, **(OPTIONS | options))
    )
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    thread.start()
    until(lambda: server.started or not thread.is_alive())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture
def web(transactional_db: None, settings: Settings) -> Iterator[str]:
    """The whole product on a port of its own, at the address PUBLIC_URL."""
    with product(settings, free_port()) as address:
        yield address


@contextmanager
def product(settings: Settings, port: int, *, listens_at: int | None = None) -> Iterator[str]:
    """The whole product, which takes itself to be at `port`; its static files need not be collected."""
    settings.PORT = port
    settings.PUBLIC_URL = f"http://127.0.0.1:{port}"
    settings.CSRF_TRUSTED_ORIGINS = [settings.PUBLIC_URL]
    settings.WHITENOISE_USE_FINDERS = True
    with serve(asgi.assemble(WSGIHandler()), listens_at or port):
        yield settings.PUBLIC_URL
    # The thread in which asgiref asks the database for sockets outlives the server, and its connection the test.
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


def make_scope(path: str, *headers: tuple[bytes, bytes], client: tuple[str, int] = ("127.0.0.1", 1234)) -> HTTPScope:
    """A GET as the server hands it to an application."""
    return {
        "type": "http",
        "asgi": {"spec_version": "2.3", "version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": client,
        "server": ("127.0.0.1", 80),
        "extensions": {},
    }


def cut_all_others() -> None:
    """End every connection to the database but the test's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database() AND backend_type = 'client backend'"
        )


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for what another thread or process does. Fails when it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)
