"""Webhooks in the admin: who sees what, and what the buttons do."""

from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from standardwebhooks import Webhook

from escalations import agents
from notifications import endpoints
from notifications.models import Delivery, Endpoint
from reviewers.models import Reviewer, Role
from tests import factories
from tests.notifications.receivers import Receiver, receiver
from tests.notifications.scenes import make_answered, make_delivery, send_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("allow_loopback")]

DELIVERIES = "/notifications/delivery/"


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def root() -> Client:
    return signed_in(factories.make_reviewer("Root", role=Role.ADMIN))


def signed_in(reviewer: Reviewer) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


def of_delivery(delivery: Delivery, verb: str = "change") -> str:
    return reverse(f"admin:notifications_delivery_{verb}", args=[delivery.pk])


def of_endpoint(verb: str = "change") -> str:
    return reverse(f"admin:notifications_endpoint_{verb}", args=[Endpoint.objects.get().pk])


def test_the_list_names_each_delivery_with_its_escalation(root: Client, server: Receiver) -> None:
    escalation = make_answered(server.url)
    send_due()
    page = root.get(DELIVERIES).content.decode()
    assert escalation.reference in page
    assert server.url in page
    assert "Delivered" in page


def test_the_page_of_a_delivery_shows_body_headers_and_tries(root: Client, server: Receiver) -> None:
    server.status, server.body = 503, b"<script>alert(1)</script>"
    escalation = make_answered(server.url, context={"order": "</pre><b>6144"})
    send_due()
    delivery = Delivery.objects.get()
    page = root.get(of_delivery(delivery)).content.decode()
    for text in (delivery.message_id, str(escalation.pk), "The receiver answered 503.", "</pre><b>6144"):
        assert text in unescape(page)
    assert "<script>alert" not in page
    assert "</pre><b>" not in page


def test_a_button_sends_one_again(root: Client, server: Receiver) -> None:
    make_answered(server.url)
    send_due()
    delivery = Delivery.objects.get()
    assert "Send again" in root.get(of_delivery(delivery)).content.decode()
    assert root.post(of_delivery(delivery, "replay")).status_code == 302
    delivery.refresh_from_db()
    assert (delivery.status, delivery.replayed_by) == ("pending", "Root")


def test_a_button_sends_all_again_that_were_given_up(root: Client) -> None:
    made = [make_delivery("http://127.0.0.1:9/") for _ in range(3)]
    Delivery.objects.exclude(pk=made[0].pk).update(status="dead", next_attempt_at=None)
    page = root.post(reverse("admin:notifications_delivery_replay_dead"), follow=True).content.decode()
    assert "2 deliveries are sent again." in page
    assert not Delivery.objects.dead().exists()


def test_those_chosen_in_the_list_are_sent_again(root: Client) -> None:
    made = [make_delivery("http://127.0.0.1:9/") for _ in range(3)]
    chosen = {"action": "send_again", "_selected_action": [made[0].pk, made[1].pk]}
    page = root.post(DELIVERIES, chosen, follow=True).content.decode()
    assert "2 deliveries are sent again." in page
    assert Delivery.objects.filter(replays=1).count() == 2


@pytest.mark.parametrize("verb", ["replay", "change"])
def test_a_get_sends_nothing(verb: str, root: Client) -> None:
    delivery = make_delivery("http://127.0.0.1:9/")
    root.get(of_delivery(delivery, verb))
    assert Delivery.objects.get().replays == 0


def test_a_delivery_cannot_be_edited_or_deleted(root: Client) -> None:
    delivery = make_delivery("http://127.0.0.1:9/")
    assert root.post(of_delivery(delivery), {"status": "dead"}).status_code == 403
    assert root.post(of_delivery(delivery, "delete"), {"post": "yes"}).status_code == 403
    assert Delivery.objects.get().status == "pending"


@pytest.mark.parametrize(("role", "status"), [(Role.LEAD, 302), (Role.REVIEWER, 403), (Role.READ_ONLY, 403)])
def test_leads_send_again_what_their_pools_show_them(role: Role, status: int) -> None:
    delivery = make_delivery("http://127.0.0.1:9/")
    client = signed_in(factories.make_reviewer("Grace", role=role))
    assert of_delivery(delivery) in client.get(DELIVERIES).content.decode()
    assert client.post(of_delivery(delivery, "replay")).status_code == status


def test_a_lead_of_another_pool_sees_and_sends_nothing() -> None:
    delivery = make_delivery("http://127.0.0.1:9/")
    client = signed_in(factories.make_reviewer("Grace", role=Role.LEAD, pool=factories.make_pool("elsewhere")))
    assert of_delivery(delivery) not in client.get(DELIVERIES).content.decode()
    assert client.post(of_delivery(delivery, "replay")).status_code == 404
    client.post(reverse("admin:notifications_delivery_replay_dead"))
    assert Delivery.objects.get().replays == 0


@pytest.mark.parametrize(
    ("term", "is_found"), [("{reference}", True), ("{pk}", True), ("nothing", False), ("0" * 30, False)]
)
def test_a_delivery_is_found_by_escalation_or_id(term: str, is_found: bool, root: Client) -> None:
    delivery = make_delivery("http://127.0.0.1:9/")
    assert delivery.event is not None
    asked = term.format(reference=delivery.event.escalation.reference, pk=delivery.pk)
    page = root.get(DELIVERIES, {"q": asked}).content.decode()
    assert (of_delivery(delivery) in page) == is_found


def test_an_endpoint_is_switched_off_and_on(root: Client, server: Receiver) -> None:
    make_delivery(server.url)
    root.post(of_endpoint("disable"))
    send_due()
    assert server.received == []
    assert "off: Switched off by Root." in root.get(of_endpoint()).content.decode()
    root.post(of_endpoint("enable"))
    send_due()
    assert len(server.received) == 1


def test_a_new_secret_is_shown_once_and_signs(root: Client, server: Receiver) -> None:
    made = agents.create("rotated", webhook_url=server.url)
    make_answered(agent=made.agent)
    endpoints.find([(made.agent, server.url)])
    page = root.post(of_endpoint("rotate"))
    secret = page.context["secrets"][0][1]
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert secret not in root.get(of_endpoint()).content.decode()
    send_due()
    (received,) = server.received
    for each in (secret, made.webhook_secret):
        Webhook(each).verify(received.body, dict(received.headers))


def test_a_button_sends_a_test(root: Client, server: Receiver) -> None:
    endpoints.find([(factories.make_agent(), server.url)])
    page = root.post(of_endpoint("test"), follow=True)
    assert "webhook.test" in page.content.decode()
    send_due()
    assert len(server.received) == 1


def test_a_cap_is_changed_and_nothing_else(root: Client, server: Receiver) -> None:
    endpoints.find([(factories.make_agent(), server.url)])
    root.post(of_endpoint(), {"cap": "5", "url": "https://elsewhere.example.com/", "failures": "9"})
    endpoint = Endpoint.objects.get()
    assert (endpoint.cap, endpoint.url, endpoint.failures) == (5, server.url, 0)


@pytest.mark.parametrize("verb", ["change", "test", "disable", "enable", "rotate"])
@pytest.mark.parametrize("role", [Role.LEAD, Role.REVIEWER, Role.READ_ONLY])
def test_endpoints_are_for_admins_and_the_leads_who_added_their_agents(role: Role, verb: str, server: Receiver) -> None:
    endpoints.find([(factories.make_agent(), server.url)])
    client = signed_in(factories.make_reviewer("Grace", role=role))
    assert client.post(of_endpoint(verb), {"cap": "9"}).status_code in {302, 403, 404}
    endpoint = Endpoint.objects.get()
    assert (endpoint.cap, endpoint.disabled_at, endpoint.old_secret, Delivery.objects.count()) == (None, None, None, 0)


def test_a_url_that_may_hold_a_token_is_not_shown_to_reviewers(server: Receiver) -> None:
    endpoints.find([(factories.make_agent(), server.url)])
    client = signed_in(factories.make_reviewer("Grace"))
    assert client.get(reverse("admin:notifications_endpoint_changelist")).status_code == 403
