"""Deliveries in the admin: found by filters, and sent again all at once after one is told how many."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from standardwebhooks import Webhook

from escalations import agents
from notifications import deliveries
from notifications.models import Delivery, Endpoint
from reviewers.models import Role
from tests import factories
from tests.notifications.receivers import receiver
from tests.notifications.scenes import make_answered, make_delivery, send_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("allow_loopback")]

LIST, REPLAY = "/notifications/delivery/", "/notifications/delivery/replay/"
HERE, THERE = "http://127.0.0.1:9/", "http://127.0.0.1:10/"


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(factories.make_reviewer("Grace", role=role))
    return client


@pytest.fixture
def root() -> Client:
    return signed_in(Role.ADMIN)


def found(client: Client, query: dict[str, Any]) -> set[object]:
    return {each.pk for each in client.get(LIST, query).context["cl"].result_list}


def given_up(*made: Delivery) -> None:
    Delivery.objects.filter(pk__in=[each.pk for each in made]).update(status="dead", next_attempt_at=None)


def test_by_state_and_type(root: Client) -> None:
    waiting, dead = make_delivery(HERE), make_delivery(HERE)
    given_up(dead)
    test = deliveries.send_test(factories.make_agent(), HERE)

    assert found(root, {"status": "dead"}) == {dead.pk}
    assert found(root, {"type": "escalation.resolved"}) == {waiting.pk, dead.pk}
    assert found(root, {"type": deliveries.TEST}) == {test.pk}
    assert found(root, {"type": "escalation.cancelled"}) == set()


def test_by_endpoint(root: Client) -> None:
    here, there = make_delivery(HERE), make_delivery(THERE)

    assert found(root, {"endpoint": here.endpoint_id}) == {here.pk}
    assert found(root, {"endpoint": "x"}) == {here.pk, there.pk}


def test_one_is_told_how_many_before_all_are_sent_again(root: Client) -> None:
    made = [make_delivery(HERE) for _ in range(3)]
    given_up(*made[:2])

    page = root.get(REPLAY).content.decode()
    assert "2 deliveries were given up." in page
    assert "Send all 2 again" in page
    assert Delivery.objects.dead().count() == 2


def test_those_of_one_endpoint_are_sent_again(root: Client) -> None:
    here, there = make_delivery(HERE), make_delivery(THERE)
    given_up(here, there)

    address = f"{REPLAY}?endpoint={here.endpoint_id}"
    assert f"Only those to {HERE} are meant." in root.get(address).content.decode()
    root.post(address)
    assert [each.pk for each in Delivery.objects.dead()] == [there.pk]


def test_when_nothing_was_given_up_there_is_nothing_to_send(root: Client) -> None:
    make_delivery(HERE)

    page = root.get(REPLAY).content.decode()
    assert "Nothing was given up." in page
    assert "Send all" not in page


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.READ_ONLY])
def test_who_may_not_send_is_not_asked(role: Role) -> None:
    assert signed_in(role).get(REPLAY).status_code == 403


def test_the_filters_ask_no_long_table_for_its_values(root: Client) -> None:
    make_delivery(HERE)

    with CaptureQueriesContext(connection) as asked:
        root.get(LIST)
    assert [each["sql"] for each in asked if "DISTINCT" in each["sql"]] == []


def test_an_agent_gets_one_new_secret_for_all_its_endpoints(root: Client) -> None:
    with receiver() as server:
        made = agents.create("rotated", webhook_url=server.url)
        make_answered(agent=made.agent)
        send_due()
        page = root.post(f"/notifications/endpoint/agent/{made.agent.pk}/rotate/")
        secret = page.context["secrets"][0][1]
        make_answered(agent=made.agent)
        send_due()
        _before, after = server.received
    for each in (secret, made.webhook_secret):
        Webhook(each).verify(after.body, dict(after.headers))
    assert secret not in root.get(f"/escalations/agent/{made.agent.pk}/change/").content.decode()
    assert Endpoint.objects.get().old_secret is not None


@pytest.mark.parametrize("role", [Role.LEAD, Role.REVIEWER, Role.READ_ONLY])
def test_the_secret_of_anothers_agent_is_not_rotated(role: Role) -> None:
    agent = factories.make_agent()
    sealed = bytes(agent.webhook_secret)

    assert signed_in(role).post(f"/notifications/endpoint/agent/{agent.pk}/rotate/").status_code == 403
    agent.refresh_from_db()
    assert bytes(agent.webhook_secret) == sealed


def test_a_link_rotates_no_secret(root: Client) -> None:
    agent = factories.make_agent()

    assert root.get(f"/notifications/endpoint/agent/{agent.pk}/rotate/").status_code == 403
