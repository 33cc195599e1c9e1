"""Whatever a receiver does, each message arrives, in the same bytes and under one id."""

import itertools
import socket
import struct
import threading
from collections import defaultdict

import pytest

from notifications.models import Attempt, Delivery
from tests import factories
from tests.notifications.receivers import read_request, stage
from tests.notifications.scenes import let_time_pass, make_answered, send_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("allow_loopback")]

MESSAGES = 40
RESET = struct.pack("ii", 1, 0)


class Unreliable:
    """Answers 503, hangs up before or after it took the message, takes it and says so in pieces; then behaves."""

    def __init__(self) -> None:
        self.taken: dict[bytes, list[bytes]] = defaultdict(list)
        self._moods = itertools.cycle(["busy", "gone", "fine", "took it and gone", "half an answer", "fine"])

    def __call__(self, connection: socket.socket, over: threading.Event) -> None:
        while not over.is_set():
            head, _, body = read_request(connection).partition(b"\r\n\r\n")
            mood = next(self._moods)
            if mood == "busy":
                connection.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
                continue
            if mood != "gone":
                message_id = head.lower().partition(b"webhook-id: ")[2].partition(b"\r\n")[0]
                self.taken[message_id].append(body)
            if mood != "fine":
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok" if mood == "half an answer" else b""
                )
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                return
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def test_every_message_arrives_and_repeats_can_be_told() -> None:
    unreliable = Unreliable()
    with stage(unreliable) as url:
        agent = factories.make_agent(webhook_url=url)
        for _ in range(MESSAGES):
            make_answered(agent=agent)
        for _ in range(10):
            send_due()
            let_time_pass()
    ids = {each.encode() for each in Delivery.objects.values_list("message_id", flat=True)}
    assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}
    assert unreliable.taken.keys() == ids
    assert len(ids) == MESSAGES
    assert all(len(set(bodies)) == 1 for bodies in unreliable.taken.values())
    assert Attempt.objects.filter(finished_at=None).count() == 0
