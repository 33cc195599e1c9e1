"""What people set for themselves, and the links in their messages: looking changes nothing, one press acts once."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from pytest_django import Settings

from escalations import lifecycle
from escalations.models import Escalation
from notifications import channels, links
from notifications.models import Delivery, Endpoint, Kind
from notifications.sender import Sender
from reviewers.models import Reviewer, Role
from tests.factories import default_pool, make_escalation, make_reviewer
from tests.notifications.receivers import receiver
from tests.notifications.test_notices import tell
from tests.reviewers.mailbox import Mailbox, text_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/desk/notifications/"


def signed_in(reviewer: Reviewer) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


def told(mail: Mailbox) -> tuple[Reviewer, Escalation, str, str]:
    """Somebody with a letter about a task, and the paths of its links: claim, release."""
    ada = make_reviewer("Ada", pool=default_pool())
    escalation = make_escalation(priority="high")
    tell()
    claim, release = re.findall(r"https?://[^/\s]+(/desk/link/\S+)", text_of(mail.letters[0]))
    return ada, escalation, claim, release


def test_opening_a_link_changes_nothing_and_pressing_acts(mail: Mailbox) -> None:
    ada, escalation, claim, _release = told(mail)
    client = signed_in(ada)

    assert b"Claim it" in client.get(claim).content
    escalation.refresh_from_db()
    assert escalation.claimed_at is None

    assert client.post(claim).url == f"/desk/e/{escalation.reference}/"  # type: ignore[attr-defined]
    escalation.refresh_from_db()
    assert escalation.claimed_at is not None


def test_the_links_of_a_message_act_once(mail: Mailbox) -> None:
    ada, escalation, claim, release = told(mail)
    client = signed_in(ada)
    client.post(claim)

    assert client.post(claim).status_code == 410
    assert client.post(release).status_code == 410
    escalation.refresh_from_db()
    assert escalation.claimed_at is not None


def test_a_link_is_for_whom_it_was_sent_to(mail: Mailbox) -> None:
    _ada, escalation, claim, _release = told(mail)
    other = signed_in(make_reviewer("Ben", pool=default_pool()))

    assert other.get(claim).status_code == 410
    assert other.post(claim).status_code == 410
    assert "/login" in Client().post(claim).url  # type: ignore[attr-defined]
    escalation.refresh_from_db()
    assert escalation.claimed_at is None


def test_a_link_ends_after_a_day(mail: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, _escalation, claim, _release = told(mail)
    monkeypatch.setattr(links, "VALID_FOR", timedelta(seconds=-1))
    assert signed_in(ada).get(claim).status_code == 410


@pytest.mark.parametrize(
    "token", ["x", signing.dumps(["no uuid", "claim"], salt="another")], ids=["nothing", "unsigned"]
)
def test_a_link_that_is_not_ours_says_so(token: str) -> None:
    assert signed_in(make_reviewer("Ada")).get(f"/desk/link/{token}/").status_code == 410


def test_a_link_that_comes_too_late_says_what_stands(mail: Mailbox) -> None:
    ada, escalation, claim, _release = told(mail)
    lead = make_reviewer("Lea", pool=default_pool(), role=Role.ADMIN)
    ben = make_reviewer("Ben", pool=default_pool())
    lifecycle.claim(lifecycle.assign(escalation, to=ben, by=lead), by=ben)

    page = signed_in(ada).post(claim, follow=True)
    assert b"Ben claimed it" in page.content


def test_preferences_are_kept(mail: Mailbox) -> None:
    ada = make_reviewer("Ada")
    client = signed_in(ada)
    client.post(PAGE, {"urgent": ["email", "hook"], "low": ["email", "nonsense"]})

    wanted = channels.wanted([ada.pk])
    assert wanted[ada.pk, "urgent"] == {Kind.EMAIL, Kind.HOOK}
    assert wanted[ada.pk, "low"] == {Kind.EMAIL}
    assert wanted[ada.pk, "medium"] == frozenset()
    assert b"ada@example.com" in client.get(PAGE).content


def test_the_page_sends_a_test(mail: Mailbox) -> None:
    client = signed_in(make_reviewer("Ada"))
    assert client.post(f"{PAGE}test/email/").status_code == 302
    Sender(for_people=True).run()

    assert [letter["Subject"] for letter in mail.letters] == ["A test from the escalation desk"]
    assert b"Delivered" in client.get(PAGE).content


def test_without_email_the_page_says_so(settings: Settings) -> None:
    settings.HAS_EMAIL = False
    client = signed_in(make_reviewer("Ada"))
    assert b"EMAIL_URL" in client.get(PAGE).content
    assert client.post(f"{PAGE}test/email/").status_code == 404


@pytest.mark.usefixtures("allow_loopback")
def test_a_webhook_of_ones_own_gets_signed_messages() -> None:
    with receiver() as server:
        ada = make_reviewer("Ada", pool=default_pool())
        page = signed_in(ada).post(f"{PAGE}webhook/", {"url": server.url})
        assert b"whsec_" in page.content
        make_escalation("My key is esc_live_abcdefghijklmnop", priority="high")
        tell()

    (request,) = server.received
    assert request.headers["webhook-signature"].startswith("v1,")
    assert b"notice.assigned" in request.body
    assert b"abcdefghijklmnop" not in request.body
    assert not Delivery.objects.filter(endpoint__kind=Kind.HOOK, status="pending").exists()


def test_a_webhook_that_cannot_be_used_is_refused() -> None:
    page = signed_in(make_reviewer("Ada")).post(f"{PAGE}webhook/", {"url": "http://10.0.0.1/"})
    assert page.status_code == 400
    assert not Endpoint.objects.filter(kind=Kind.HOOK).exists()
