"""Sending again: one, those given up, those since an outage; and tests."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from standardwebhooks import Webhook

from escalations import agents
from notifications import deliveries, outbox
from notifications.models import Attempt, Delivery, Endpoint
from tests import factories
from tests.notifications.receivers import Receiver, receiver
from tests.notifications.scenes import agent_of, let_time_pass, make_answered, make_delivery, send_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("allow_loopback")]

Status = Delivery.Status


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def replay(*arguments: str) -> str:
    said = StringIO()
    call_command("replay_deliveries", *arguments, stdout=said)
    return said.getvalue().strip()


def make_dead(server: Receiver) -> Delivery:
    server.status = 500
    delivery = make_delivery(server.url)
    Delivery.objects.filter(pk=delivery.pk).update(attempts=9, step=9)
    send_due()
    server.status = 200
    server.received.clear()
    delivery.refresh_from_db()
    assert delivery.status == Status.DEAD
    return delivery


def test_a_dead_letter_that_is_replayed_arrives_with_its_id_and_bytes(server: Receiver) -> None:
    delivery = make_dead(server)
    assert deliveries.replay(Delivery.objects.dead(), by="Ada") == 1
    send_due()
    (received,) = server.received
    assert (received.headers["webhook-id"], received.body) == (delivery.message_id, bytes(delivery.body))
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.step) == (Status.DELIVERED, 11, 1)
    assert (delivery.replays, delivery.replayed_by) == (1, "Ada")


def test_a_replayed_delivery_has_the_whole_schedule_before_it(server: Receiver) -> None:
    make_dead(server)
    deliveries.replay(Delivery.objects.all(), by="Ada")
    server.status = 500
    for _ in range(12):
        send_due()
        let_time_pass()
    assert (len(server.received), Delivery.objects.get().status) == (10, Status.DEAD)
    assert Attempt.objects.filter(finished_at__isnull=False).latest("n").n == 20


def test_what_was_delivered_can_be_sent_again(server: Receiver) -> None:
    make_answered(server.url)
    send_due()
    deliveries.replay(Delivery.objects.all(), by="Ada")
    send_due()
    first, second = server.received
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])


def test_what_is_on_its_way_is_left_alone(server: Receiver) -> None:
    make_delivery(server.url)
    outbox.lease(1, failing=1)
    assert deliveries.replay(Delivery.objects.all(), by="Ada") == 0


def test_many_are_sent_again_in_the_order_of_their_events(server: Receiver) -> None:
    agent = factories.make_agent(webhook_url=server.url)
    made = [make_answered(agent=agent) for _ in range(5)]
    send_due()
    server.received.clear()
    Endpoint.objects.update(cap=1)
    deliveries.replay(Delivery.objects.all(), by="Ada")
    send_due()
    assert [json.loads(each.body)["data"]["id"] for each in server.received] == [str(each.pk) for each in made]


def test_the_command_sends_what_was_given_up(server: Receiver) -> None:
    make_dead(server)
    make_delivery(server.url)
    assert replay("--dead") == "1 delivery is sent again."


def test_the_command_sends_all_since_a_moment(server: Receiver) -> None:
    for _ in range(3):
        make_delivery(server.url)
    Delivery.objects.filter(pk=Delivery.objects.latest("pk").pk).update(created_at=Now() - timedelta(days=2))
    moment = (Delivery.objects.latest("created_at").created_at - timedelta(hours=1)).isoformat()
    assert replay("--since", moment) == "2 deliveries are sent again."


def test_the_command_sends_one_agents_or_those_named(server: Receiver) -> None:
    first, second = make_delivery(server.url), make_delivery(server.url)
    assert replay("--agent", agent_of(first).name) == "1 delivery is sent again."
    assert replay("--id", str(first.pk), str(second.pk)) == "2 deliveries are sent again."
    assert replay("--id", str(first.pk), "--agent", agent_of(second).name) == "0 deliveries are sent again."


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--since", "yesterday"],
        ["--since", "2026-01-31T12:00:00"],
        ["--agent", "nobody"],
        ["--id", "7"],
        ["--id", "01a2053e-0d47-7927-99a9-2548e03ec513x"],
    ],
)
def test_the_command_says_what_it_cannot_use(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        replay(*arguments)


def test_a_test_is_signed_and_about_nothing(server: Receiver) -> None:
    made = agents.create("tested", webhook_url=server.url)
    deliveries.send_test(made.agent, server.url)
    send_due()
    (received,) = server.received
    message = Webhook(made.webhook_secret).verify(received.body, dict(received.headers))
    assert (message["type"], message["data"]["agent"]) == ("webhook.test", "tested")


def test_a_test_is_tried_once(server: Receiver) -> None:
    server.status = 500
    deliveries.send_test(factories.make_agent(), server.url)
    send_due()
    assert (Delivery.objects.get().status, Attempt.objects.count()) == (Status.DEAD, 1)
