"""A socket as a page of ours opens it."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from escalations import log
from reviewers.models import Reviewer


@contextlib.contextmanager
def socket(web: str, person: Reviewer | None, since: object = None, origin: str = "") -> Iterator[ClientConnection]:
    """A socket as a page of ours opens it."""
    client = Client()
    if person:
        client.force_login(person)
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
    query = f"?since={log.number() if since is None else since}"
    address = web.replace("http", "ws") + "/ws/queue/" + query
    ours = Origin(origin or web)
    with connect(
        address, origin=ours, additional_headers={"Cookie": cookies}, max_size=None, close_timeout=1
    ) as opened:
        yield opened


def heard(opened: ClientConnection, seconds: float = 5) -> dict[str, Any]:
    return json.loads(opened.recv(timeout=seconds))  # type: ignore[no-any-return]


def code_of(opened: ClientConnection) -> int:
    """The code with which the other side closes, whatever it says before."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            opened.recv(timeout=5)
    assert opened.close_code is not None
    return opened.close_code
