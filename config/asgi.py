"""The application that the web process runs: Django, sockets, long waits and event streams behind one front."""

from typing import Any
from wsgiref.types import WSGIApplication

from channels.routing import URLRouter
from channels.sessions import SessionMiddlewareStack
from django.conf import settings
from django.urls import re_path

from config import checks, wsgi
from config.front import probes
from config.front.application import Front, Routes, refuse_socket
from config.front.lifespan import Lifespan
from config.front.threads import Threads
from escalations import stream
from escalations.api.waiting import Waiting, is_waiting
from escalations.desk.routing import websocket_urlpatterns


def assemble(django: WSGIApplication) -> Front:
    threads = Threads(django)
    nowhere = re_path("", refuse_socket)  # type: ignore[arg-type]  # channels routes to ASGI applications
    routes_of_sockets: list[Any] = [*websocket_urlpatterns, nowhere]
    sockets: Any = SessionMiddlewareStack(URLRouter(routes_of_sockets))

    async def close() -> None:
        await stream.close()
        await threads.close()

    routes = Routes(
        probes=probes.PROBES,
        is_waiting=is_waiting,
        waiting=Waiting(threads),
        django=threads,
        sockets=sockets,
        origins=_origins(),
    )
    return Front(routes, Lifespan(stream.leave, close))


def _origins() -> frozenset[bytes]:
    """Exactly those a page of ours can have: scheme, host and port."""
    local = [] if settings.IS_TLS else [f"http://{host}:{settings.PORT}" for host in settings.LOCAL_HOSTS]
    return frozenset(origin.encode() for origin in [settings.PUBLIC_URL, *local])


checks.refuse_wrong_settings()
application = assemble(wsgi.application)
