"""From the log to the outbox: who is told what, once, and in which bytes."""

import json

import pytest
from pytest_django import DjangoAssertNumQueries

from escalations import lifecycle, log, sandbox
from escalations.answers import Answer
from escalations.api.representation import represent_one
from escalations.models import Cursor, Escalation, Event
from notifications import fanout
from notifications.models import Delivery, Endpoint
from tests import factories
from tests.notifications.scenes import make_answered, make_answerer

pytestmark = pytest.mark.django_db

URL = "https://agent.example.com/hook"


def types() -> list[str]:
    return list(Delivery.objects.order_by("event").values_list("type", flat=True))


def test_an_answer_makes_one_delivery_to_the_agents_own_url() -> None:
    escalation = make_answered(URL)
    fanout.run()
    delivery = Delivery.objects.get()
    assert (delivery.type, delivery.endpoint.url, delivery.agent) == ("escalation.resolved", URL, escalation.agent)
    assert (delivery.status, delivery.attempts, delivery.is_sandbox) == ("pending", 0, False)


def test_the_escalations_own_url_goes_before_the_agents() -> None:
    make_answered(URL, webhook_url="https://other.example.com/")
    fanout.run()
    assert Endpoint.objects.get().url == "https://other.example.com/"


def test_an_agent_without_a_url_is_not_told() -> None:
    make_answered("")
    fanout.run()
    assert not Delivery.objects.exists()


def test_only_what_the_agent_waits_for_is_sent() -> None:
    agent = factories.make_agent(webhook_url=URL)
    ada = factories.make_reviewer()
    escalation = factories.make_escalation(agent=agent)
    lifecycle.release(escalation, by=ada)
    lifecycle.claim(escalation, by=ada)
    fanout.run()
    assert types() == []


def test_a_withdrawal_is_told() -> None:
    agent = factories.make_agent(webhook_url=URL)
    lifecycle.cancel(factories.make_escalation(agent=agent), by=agent)
    fanout.run()
    assert types() == ["escalation.cancelled"]


def test_a_correction_and_a_second_answer_have_ids_of_their_own() -> None:
    escalation = make_answered(URL)
    lifecycle.correct(escalation, by=make_answerer(), answer=Answer("No."))
    lifecycle.reopen(escalation, by=escalation.agent)
    lifecycle.resolve(escalation, by=make_answerer(), answer=Answer("Perhaps."))
    fanout.run()
    assert types() == ["escalation.resolved", "escalation.corrected", "escalation.resolved"]
    assert len(set(Delivery.objects.values_list("message_id", flat=True))) == 3


def test_a_sandbox_answer_is_sent_and_marked() -> None:
    agent = factories.make_agent(webhook_url=URL)
    factories.make_escalation(agent=agent, sandbox=True)
    sandbox.answer_due()
    fanout.run()
    assert Delivery.objects.get().is_sandbox is True


def test_the_body_is_the_escalation_as_get_returns_it() -> None:
    context = {"text": "naïve \U0001f600 </script>", "numbers": [0, -1, 0.1, 1e20], "nested": {"a": [None, True]}}
    escalation = make_answered(URL, context=context)
    fanout.run()
    body = json.loads(bytes(Delivery.objects.get().body))
    read = Escalation.objects.with_names().get(pk=escalation.pk)
    assert body["data"] == represent_one(read)
    assert body["data"]["context_data"] == context
    assert list(body) == ["type", "timestamp", "data"]


def test_each_body_says_how_things_stood_at_its_event() -> None:
    escalation = make_answered(URL, notes="Yes.")
    lifecycle.correct(escalation, by=make_answerer(), answer=Answer("No."))
    lifecycle.reopen(escalation, by=escalation.agent)
    fanout.run()
    bodies = Delivery.objects.order_by("event").values_list("body", flat=True)
    told = [json.loads(bytes(body))["data"] for body in bodies]
    assert [data["resolution"]["notes"] for data in told] == ["Yes.", "No."]
    assert [data["status"] for data in told] == ["resolved", "resolved"]
    assert told[0]["version"] < told[1]["version"]


def test_the_log_read_twice_makes_no_second_delivery_and_changes_no_byte() -> None:
    make_answered(URL)
    fanout.run()
    before = Delivery.objects.values_list("id", "message_id", "body").get()
    Escalation.objects.update(resolution_notes="changed behind our back")
    Cursor.objects.filter(name=fanout.CURSOR).update(seq=0)
    fanout.run()
    assert Delivery.objects.values_list("id", "message_id", "body").get() == before


def test_the_id_follows_from_the_event_alone() -> None:
    make_answered(URL)
    fanout.run()
    first = Delivery.objects.get().message_id
    Delivery.objects.all().delete()
    Cursor.objects.filter(name=fanout.CURSOR).update(seq=0)
    fanout.run()
    assert Delivery.objects.get().message_id == first == fanout.message_id(Event.objects.get(type=Event.Type.RESOLVED))


def test_agents_with_the_same_url_have_endpoints_and_secrets_of_their_own() -> None:
    for _ in range(2):
        make_answered(URL)
    fanout.run()
    secrets = {bytes(secret) for secret in Endpoint.objects.values_list("secret", flat=True)}
    assert len(secrets) == 2
    assert all(
        endpoint.agent and endpoint.secret == endpoint.agent.webhook_secret for endpoint in Endpoint.objects.all()
    )


def test_a_batch_costs_the_same_few_statements_whatever_its_size(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    agents = [factories.make_agent(webhook_url=f"{URL}/{n}") for n in range(5)]
    for n in range(30):
        make_answered(agent=agents[n % 5])
    log.number()
    events = list(Event.objects.select_related("reviewer"))
    with django_assert_max_num_queries(6):
        fanout.queue(events)
    assert Delivery.objects.count() == 30
    with django_assert_max_num_queries(4):
        fanout.queue(events)
