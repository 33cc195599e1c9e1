"""Who sends what, and when: leases, caps, fences, pauses."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from escalations import agents
from escalations.models import Event
from notifications import attempts, endpoints, fanout, outbox, outcomes
from notifications.models import Attempt, Delivery, Endpoint
from notifications.sender import Sender
from tests import factories
from tests.notifications.receivers import Receiver, receiver
from tests.notifications.scenes import let_time_pass, make_answered, make_delivery, send_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("allow_loopback")]

Status = Delivery.Status


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def events_of(type_: Event.Type) -> list[dict[str, object]]:
    return [event.data for event in Event.objects.filter(type=type_).order_by("id")]


def test_an_enabled_endpoint_gets_all_that_waited_in_order(server: Receiver) -> None:
    agent = factories.make_agent(webhook_url=server.url)
    made = [make_answered(agent=agent) for _ in range(4)]
    fanout.run()
    endpoint = Endpoint.objects.get()
    endpoints.disable(endpoint, reason="Holiday.")
    Delivery.objects.update(next_attempt_at=Now() + timedelta(hours=3))
    endpoint.cap = 1
    endpoint.save()
    endpoints.enable(endpoint)
    send_due()
    assert [json.loads(each.body)["data"]["id"] for each in server.received] == [str(each.pk) for each in made]


def test_a_paused_agent_is_told_nothing_until_it_is_resumed(server: Receiver) -> None:
    agent = factories.make_agent(webhook_url=server.url)
    make_answered(agent=agent)
    agents.pause(agent)
    send_due()
    assert server.received == []
    agents.resume(agent)
    send_due()
    assert len(server.received) == 1


def test_an_endpoint_that_keeps_failing_slowly_rests(server: Receiver) -> None:
    server.status = 500
    make_delivery(server.url)
    Endpoint.objects.update(failures=9, failing_since=Now())
    (leased,) = outbox.lease(1, failing=1)
    outcomes.record([outcomes.Outcome(leased, 15_000, None, "timeout", "There was no answer within 15 s.")])
    let_time_pass()
    assert outbox.lease(1, failing=1) == []
    Endpoint.objects.update(breaker_until=Now() - timedelta(seconds=1))
    assert len(outbox.lease(1, failing=1)) == 1


def test_one_that_fails_fast_does_not_rest(server: Receiver) -> None:
    server.status = 500
    make_delivery(server.url)
    Endpoint.objects.update(failures=50, failing_since=Now())
    send_due()
    assert Endpoint.objects.get().breaker_until is None


def test_a_lease_that_died_with_its_process_is_due_again(server: Receiver) -> None:
    make_delivery(server.url)
    (lost,) = outbox.lease(1, failing=1)
    assert outbox.lease(1, failing=1) == []
    assert Attempt.objects.get().finished_at is None
    let_time_pass()
    send_due()
    assert Delivery.objects.get().status == Status.DELIVERED
    assert [each.finished_at is None for each in Attempt.objects.order_by("n")] == [True, False]
    assert lost.attempt == 1


def test_who_comes_back_after_losing_the_lease_changes_only_its_own_attempt(server: Receiver) -> None:
    make_delivery(server.url)
    (slow,) = outbox.lease(1, failing=1)
    let_time_pass()
    (fast,) = outbox.lease(1, failing=1)
    outcomes.record([attempts.make(fast)])
    outcomes.record([outcomes.Outcome(slow, 44_000, 500, "status", "The receiver answered 500.")])
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == (Status.DELIVERED, 2)
    assert list(Attempt.objects.order_by("n").values_list("status_code", flat=True)) == [500, 200]
    assert events_of(Event.Type.DELIVERY_FAILED) == []


def test_a_lease_that_is_given_back_is_due_at_once_and_its_try_does_not_count(server: Receiver) -> None:
    make_delivery(server.url)
    outbox.give_back(outbox.lease(1, failing=1))
    delivery = Delivery.objects.get()
    assert (delivery.step, delivery.lease, Attempt.objects.get().error) == (0, None, "interrupted")
    send_due()
    assert Delivery.objects.get().status == Status.DELIVERED


def test_an_endpoint_never_has_more_on_their_way_than_its_cap(server: Receiver) -> None:
    agent = factories.make_agent(webhook_url=server.url)
    for _ in range(6):
        make_answered(agent=agent)
    fanout.run()
    assert len(outbox.lease(16, failing=8)) == 2
    assert outbox.lease(16, failing=8) == []
    Endpoint.objects.update(cap=5)
    assert len(outbox.lease(16, failing=8)) == 3


def test_failing_endpoints_share_half_of_the_slots() -> None:
    for n in range(10):
        make_answered(f"http://127.0.0.1:{9000 + n}/")
    fanout.run()
    failing = Endpoint.objects.order_by("id").values("id")[:8]
    Endpoint.objects.filter(id__in=failing).update(failures=1, failing_since=Now())
    leased = outbox.lease(16, failing=3)
    assert sorted(each.is_failing for each in leased) == [False, False, True, True, True]


def test_a_hanging_receiver_does_not_delay_the_others(server: Receiver) -> None:
    with receiver() as hanging:
        hanging.gate.clear()
        stuck = factories.make_agent(webhook_url=hanging.url)
        for _ in range(40):
            make_answered(agent=stuck)
        for _ in range(40):
            make_answered(server.url)
        fanout.run()
        sender = Sender()
        watch = threading.Thread(target=_release_when, args=(server, 40, hanging))
        watch.start()
        sender.run()
        watch.join()
        assert len(hanging.at_release) == 2


def _release_when(server: Receiver, count: int, hanging: Receiver) -> None:
    """Let the hanging one go on once the other has received so many."""
    while len(server.received) < count:
        threading.Event().wait(0.01)
    hanging.at_release = list(hanging.received)
    hanging.gate.set()


def test_a_batch_costs_the_same_few_statements_whatever_its_size(
    server: Receiver, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(16):
        make_answered(server.url)
    fanout.run()
    with django_assert_max_num_queries(5):  # savepoint, lock, lease, release, origins
        leased = outbox.lease(16, failing=8)
    assert len(leased) == 16
    done = [attempts.make(each) for each in leased]
    with django_assert_max_num_queries(5):  # savepoint, ends, endpoints, events, release
        outcomes.record(done)
