"""Sending what is due against real receivers: what counts as delivered, and what follows when it is not."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook

from escalations import agents
from escalations.models import Event
from notifications import endpoints
from notifications.models import Attempt, Delivery, Endpoint
from tests import factories
from tests.notifications.receivers import Receiver, receiver
from tests.notifications.scenes import let_time_pass, make_answered, make_delivery, send_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("allow_loopback")]

Status = Delivery.Status


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def seconds_from_now(moment: datetime | None) -> float:
    return (moment - timezone.now()).total_seconds() if moment else 0.0


def events_of(type_: Event.Type) -> list[dict[str, object]]:
    return [event.data for event in Event.objects.filter(type=type_).order_by("id")]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int, server: Receiver) -> None:
    server.status = status
    make_answered(server.url)
    send_due()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.lease) == (Status.DELIVERED, 1, None)
    assert delivery.delivered_at is not None


@pytest.mark.parametrize(
    ("status", "error"),
    [(301, "redirect"), (307, "redirect"), (304, "redirect"), (400, "status"), (404, "status"), (500, "status")],
)
def test_anything_else_is_tried_again(status: int, error: str, server: Receiver) -> None:
    server.status = status
    make_answered(server.url)
    send_due()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.lease) == (Status.PENDING, 1, None)
    assert Attempt.objects.get().error == error
    assert 3 < seconds_from_now(delivery.next_attempt_at) < 7


def test_the_receiver_gets_a_message_it_can_verify(server: Receiver) -> None:
    made = agents.create("verified", webhook_url=server.url)
    escalation = make_answered(agent=made.agent, context={"order": 6144})
    send_due()
    (received,) = server.received
    data = Webhook(made.webhook_secret).verify(received.body, dict(received.headers))["data"]
    assert (data["id"], data["context_data"]) == (str(escalation.pk), {"order": 6144})
    assert received.headers["Content-Type"] == "application/json"
    assert received.headers["webhook-id"] == received.headers["Idempotency-Key"]
    assert received.headers["X-Attempt"] == "1"


def test_every_try_sends_the_same_bytes_and_id_also_across_a_rotation(server: Receiver) -> None:
    made = agents.create("rotated", webhook_url=server.url)
    escalation = make_answered(agent=made.agent)
    server.status = 500
    send_due()
    new_secret = endpoints.rotate_secret(Endpoint.objects.get())
    type(escalation).objects.update(resolution_notes="changed behind our back")
    let_time_pass()
    server.status = 200
    send_due()
    first, second = server.received
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    for secret in (made.webhook_secret, new_secret):
        Webhook(secret).verify(second.body, dict(second.headers))
    assert len(first.headers["webhook-signature"].split()) == 1


def test_after_the_overlap_only_the_new_secret_signs(server: Receiver) -> None:
    make_delivery(server.url)
    secret = endpoints.rotate_secret(Endpoint.objects.get())
    Endpoint.objects.update(old_secret_until=Now() - timedelta(seconds=1))
    send_due()
    (received,) = server.received
    Webhook(secret).verify(received.body, dict(received.headers))
    assert len(received.headers["webhook-signature"].split()) == 1


def test_a_rotated_secret_is_never_given_to_a_new_endpoint(server: Receiver) -> None:
    made = agents.create("rotated", webhook_url=server.url)
    make_answered(agent=made.agent)
    send_due()
    new_secret = endpoints.rotate_secret(Endpoint.objects.get())
    made.agent.refresh_from_db()
    make_answered(agent=made.agent, webhook_url=f"{server.url}/elsewhere")
    send_due()
    received = server.received[-1]
    assert received.path.endswith("/elsewhere")
    Webhook(new_secret).verify(received.body, dict(received.headers))


def test_a_secret_that_cannot_be_read_is_a_failed_try_that_says_so(server: Receiver, settings: Settings) -> None:
    make_delivery(server.url)
    settings.SECRET_KEY = "another key than the one that sealed it"
    send_due()
    assert Attempt.objects.get().error == "no_secret"
    assert server.received == []


def test_every_try_leaves_its_row(server: Receiver) -> None:
    server.status, server.body = 503, b"busy \0 \xff" + b"x" * 5000
    make_answered(server.url)
    send_due()
    let_time_pass()
    server.status, server.body = 200, b"thanks"
    send_due()
    tries = list(Attempt.objects.values_list("n", "status_code", "error", "detail"))
    assert tries == [(1, 503, "status", "The receiver answered 503."), (2, 200, "", "")]
    assert all(each.finished_at and each.ms is not None for each in Attempt.objects.all())
    answer = Attempt.objects.get(n=1).answer
    assert (answer[:8], len(answer)) == ("busy \ufffd \ufffd", 1000)


def test_ten_tries_and_it_is_a_dead_letter(server: Receiver) -> None:
    server.status = 500
    make_answered(server.url)
    for _ in range(12):
        send_due()
        let_time_pass()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at) == (Status.DEAD, 10, None)
    assert len(server.received) == 10


def test_the_waits_follow_the_schedule_and_what_the_receiver_asks(server: Receiver) -> None:
    server.status, server.headers = 503, {"Retry-After": "400"}
    make_delivery(server.url)
    Delivery.objects.update(attempts=1, step=1)
    send_due()
    wait = seconds_from_now(Delivery.objects.get().next_attempt_at)
    assert 395 < wait <= 400


def test_an_endpoint_that_asks_for_time_gets_it_for_all_its_messages(server: Receiver) -> None:
    server.status, server.headers = 429, {"Retry-After": "100"}
    agent = factories.make_agent(webhook_url=server.url)
    for _ in range(5):
        make_answered(agent=agent)
    send_due()
    assert len(server.received) <= 2
    rest = seconds_from_now(Endpoint.objects.get().breaker_until)
    assert 95 < rest <= 100


def test_410_disables_the_endpoint_at_once_and_what_it_would_get_waits(server: Receiver) -> None:
    server.status = 410
    make_answered(server.url)
    send_due()
    make_answered(agent=Endpoint.objects.get().agent)
    let_time_pass()
    send_due()
    endpoint = Endpoint.objects.get()
    assert endpoint.disabled_reason == "The receiver answered 410: it is gone for good."
    assert len(server.received) == 1
    assert list(Delivery.objects.values_list("status", flat=True)) == [Status.PENDING] * 2


def test_five_days_of_nothing_but_failures_disable_an_endpoint(server: Receiver) -> None:
    server.status = 500
    make_answered(server.url)
    send_due()
    Endpoint.objects.update(failing_since=Now() - timedelta(days=5, minutes=1))
    let_time_pass()
    send_due()
    assert Endpoint.objects.get().disabled_reason == "Nothing but failures for 5 days."


def test_a_success_ends_a_row_of_failures(server: Receiver) -> None:
    server.status = 500
    make_answered(server.url)
    send_due()
    endpoint = Endpoint.objects.get()
    assert (endpoint.failures, endpoint.trouble) == (1, "The receiver answered 500.")
    assert endpoint.failing_since is not None
    server.status = 200
    let_time_pass()
    send_due()
    assert Endpoint.objects.filter(failures=0, failing_since=None, trouble="").exists()


def test_an_address_that_is_not_allowed_is_never_dialled_and_flags_the_endpoint(
    server: Receiver, settings: Settings
) -> None:
    make_delivery(server.url)
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    send_due()
    assert Attempt.objects.get().error == "blocked_address"
    assert "not on the public internet" in Endpoint.objects.get().trouble
    assert server.connections == 0


def test_delivered_and_given_up_are_events(server: Receiver) -> None:
    escalation = make_answered(server.url)
    send_due()
    (told,) = events_of(Event.Type.DELIVERED)
    delivery = Delivery.objects.get()
    assert told == {
        "delivery": str(delivery.pk),
        "webhook_id": delivery.message_id,
        "attempts": 1,
        "status_code": 200,
    }
    assert Event.objects.get(type=Event.Type.DELIVERED).escalation == escalation


def test_the_log_tells_of_a_failure_that_lasts_and_of_the_end_not_of_every_try(server: Receiver) -> None:
    server.status = 500
    make_answered(server.url)
    for _ in range(10):
        send_due()
        let_time_pass()
    told = [str(data["detail"]) for data in events_of(Event.Type.DELIVERY_FAILED)]
    assert told == [
        "The receiver answered 500. It will be tried again.",
        "The receiver answered 500. Given up after 10 tries; it can be sent again.",
    ]
