"""`manage.py drain`: due work with PostgreSQL alone."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from escalations import sweeps
from tests.config.conftest import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def due_work(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], object]]:
    """The only due work there is, for a test to fill."""
    work: dict[str, Callable[[], object]] = {}
    monkeypatch.setattr(sweeps, "_due_work", work)
    return work


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def ask_to_stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_one_pass_runs_all_due_work_once(due_work: dict[str, Callable[[], object]]) -> None:
    done: list[str] = []
    due_work |= {"routing": lambda: done.append("routing"), "sending": lambda: done.append("sending")}
    call_command("drain")
    assert done == ["routing", "sending"]


def test_forever_goes_on_until_it_is_told_to_stop(due_work: dict[str, Callable[[], object]]) -> None:
    passes: list[int] = []

    def work() -> None:
        passes.append(1)
        if len(passes) == 2:
            ask_to_stop()

    due_work["work"] = work
    call_command("drain", "--forever")
    assert len(passes) == 2


def test_a_signal_does_not_tear_the_pass(due_work: dict[str, Callable[[], object]]) -> None:
    done: list[str] = []
    due_work |= {"first": ask_to_stop, "second": lambda: done.append("second")}
    call_command("drain", "--forever")
    assert done == ["second"]


def test_it_works_again_when_the_database_is_back(
    due_work: dict[str, Callable[[], object]], caplog: pytest.LogCaptureFixture
) -> None:
    passes: list[object] = []

    def work() -> None:
        passes.append(1)
        with connection.cursor() as cursor:
            if len(passes) == 1:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            cursor.execute("SELECT 1")
        ask_to_stop()

    due_work["work"] = work
    with caplog.at_level(logging.WARNING):
        call_command("drain", "--forever")
    assert len(passes) == 2
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["the database is away"]


def test_one_pass_tells_that_the_database_is_away(due_work: dict[str, Callable[[], object]]) -> None:
    def work() -> None:
        raise OperationalError("away")

    due_work["work"] = work
    with pytest.raises(OperationalError):
        call_command("drain")


def test_it_leaves_at_once_while_it_waits(due_work: dict[str, Callable[[], object]]) -> None:
    passes: list[int] = []
    due_work["work"] = lambda: passes.append(1)

    def stop_after_the_first_pass() -> None:
        until(lambda: passes)
        ask_to_stop()

    threading.Thread(target=stop_after_the_first_pass).start()
    call_command("drain", "--forever")
    assert len(passes) == 1
