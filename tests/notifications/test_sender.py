"""The sender of a process: in the background, stopped in the middle, killed in the middle."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from notifications import fanout, sender
from notifications.models import Attempt, Delivery
from notifications.sender import Sender
from tests.live import until
from tests.notifications.receivers import receiver
from tests.notifications.scenes import let_time_pass, make_answered, make_delivery, send_due

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("allow_loopback")]

ROOT = Path(__file__).parents[2]


@contextmanager
def draining(*arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`manage.py drain` as a process of its own, on the database of the tests."""
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}
    command = [sys.executable, "manage.py", "drain", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_kick_sends_in_the_background() -> None:
    with receiver() as server:
        make_delivery(server.url)
        sender.kick()
        until(lambda: Delivery.objects.get().status == Delivery.Status.DELIVERED)
        make_answered(server.url + "/2")
        fanout.run()
        sender.kick()
        sender.finish()
        assert [each.path for each in server.received] == ["/hook", "/hook/2"]


def test_one_pass_of_drain_sends_all_that_is_due() -> None:
    with receiver() as server:
        for _ in range(20):
            make_answered(server.url)
        with draining() as process:
            assert process.wait(30) == 0
        assert len(server.received) == 20
        assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}


def test_a_sender_that_is_stopped_gives_back_what_does_not_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "GRACE", 0.3)
    with receiver() as hanging:
        hanging.gate.clear()
        make_delivery(hanging.url)
        one = Sender()
        one._fill()
        until(lambda: hanging.received)
        one.stop()
        one.run()
        delivery = Delivery.objects.get()
        assert (delivery.lease, delivery.step, Attempt.objects.get().error) == (None, 0, "interrupted")


def test_sigterm_ends_the_sender_soon_and_its_leases_are_free() -> None:
    with receiver() as hanging, draining("--forever") as process:
        hanging.gate.clear()
        make_delivery(hanging.url)
        until(lambda: hanging.received)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert Delivery.objects.get().lease is None


def test_kill_9_between_lease_and_end_loses_nothing_and_the_id_stays() -> None:
    with receiver() as server:
        server.gate.clear()
        make_delivery(server.url)
        with draining("--forever") as process:
            until(lambda: server.received)
            process.kill()
            process.wait()
        assert Attempt.objects.get().finished_at is None
        server.gate.set()
        let_time_pass()
        send_due()
        assert Delivery.objects.get().status == Delivery.Status.DELIVERED
        ids = {each.headers["webhook-id"] for each in server.received}
        assert (len(server.received), len(ids)) == (2, 1)


def test_a_database_that_was_away_for_a_moment_learns_what_was_sent() -> None:
    with receiver() as server:
        server.gate.clear()
        make_delivery(server.url)
        one = Sender()
        one._fill()
        until(lambda: server.received)
        _break_every_connection()
        server.gate.set()
        one.run()
        assert Delivery.objects.get().status == Delivery.Status.DELIVERED
        assert len(server.received) == 1


def _break_every_connection() -> None:
    """As a restart of PostgreSQL does."""
    pid = connection.connection.info.backend_pid
    with connection.copy().cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
