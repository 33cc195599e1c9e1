"""The product in a process of its own, on the test's database, so that a test may kill it: `python -m tests.served`."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from config import asgi
from config.embedded.leash import leashed
from config.front.server import OPTIONS
from tests.live import until


@contextmanager
def served(port: int) -> Iterator[None]:
    """When the block begins it answers; when it ends, all of it is killed without a word."""
    database = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    address = {"PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    known = {"SESSION_COOKIE_NAME": settings.SESSION_COOKIE_NAME, "DJANGO_SETTINGS_MODULE": "config.settings"}
    environ = os.environ | address | known | {"DATABASE_URL": database}
    command = leashed([sys.executable, "-m", "tests.served"], end_with=signal.SIGKILL)
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            until(lambda: _answers(port) or child.poll() is not None, 60)
            yield
        finally:
            os.killpg(child.pid, signal.SIGKILL)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    settings.WHITENOISE_USE_FINDERS = True
    uvicorn.run(asgi.assemble(WSGIHandler()), host="127.0.0.1", port=settings.PORT, log_config=None, **OPTIONS)
