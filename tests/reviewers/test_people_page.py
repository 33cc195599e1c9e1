"""The page of people: who was invited and what can be done about it, and several people at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reviewers import invitations, people
from reviewers.models import Invitation, Pool, Reviewer, Role
from reviewers.people import Newcomer
from tests.factories import make_escalation, make_pool, make_reviewer
from tests.reviewers.forms import PERSON
from tests.reviewers.mailbox import Mailbox, link_in, send_due

pytestmark = pytest.mark.django_db

As = Callable[[Reviewer], Client]
LIST = "/reviewers/reviewer/"


@pytest.fixture
def as_(client: Client) -> As:
    def sign_in(person: Reviewer) -> Client:
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def ada(pool: Pool, admin: Reviewer) -> Reviewer:
    return invitations.invite(Newcomer("ada@example.com", name="Ada", pools=(pool,)), by=admin).reviewer


def press(client: Client, person: Reviewer, verb: str) -> Any:
    return client.post(f"{LIST}{person.pk}/invitation/{verb}/", follow=True)


def text_of(client: Client, path: str = LIST) -> str:
    return str(client.get(path).content.decode())


def together(client: Client, action: str, *chosen: Reviewer) -> str:
    data = {"action": action, "_selected_action": [person.pk for person in chosen], "index": 0}
    return str(client.post(LIST, data, follow=True).content.decode())


def test_an_invitation_is_mailed_and_its_link_is_not_shown(as_: As, mail: Mailbox, admin: Reviewer, pool: Pool) -> None:
    given = {"email": "ada@example.com", "role": "reviewer", "pools": [pool.pk]}
    response = as_(admin).post(f"{LIST}add/", given, follow=True)

    send_due()
    assert link_in(mail.letters[0]).startswith("/invited/")
    assert "/invited/" not in response.content.decode()
    assert "ada@example.com is invited. The mail leaves within seconds" in response.content.decode()


def test_without_email_the_link_is_shown_once(as_: As, admin: Reviewer, pool: Pool) -> None:
    response = as_(admin).post(f"{LIST}add/", {"email": "ada@example.com", "role": "reviewer", "pools": [pool.pk]})

    assert "/invited/" in response.content.decode()
    assert "This desk sends no email" in response.content.decode()
    assert response.headers["Cache-Control"].startswith("no-store")
    assert "/invited/" not in text_of(as_(admin))


def test_the_list_says_since_when_somebody_is_invited(as_: As, admin: Reviewer, ada: Reviewer) -> None:
    Invitation.objects.update(invited_at=timezone.now() - timedelta(days=2, minutes=1))

    page = text_of(as_(admin))
    assert "Invited 2\xa0days ago, not yet accepted." in page
    assert f"{LIST}{ada.pk}/invitation/again/" in page
    assert f"{LIST}{ada.pk}/invitation/withdraw/" in page


def test_the_list_says_what_became_of_the_mail(as_: As, mail: Mailbox, admin: Reviewer, ada: Reviewer) -> None:
    press(as_(admin), ada, "again")
    assert "The mail is on its way." in text_of(as_(admin))
    mail.answers["RCPT"] = "550 no such mailbox"

    send_due()
    assert "The mail did not go out. The mail server refused the address: 550 no such mailbox" in text_of(as_(admin))


def test_an_invitation_is_sent_again(as_: As, mail: Mailbox, admin: Reviewer, ada: Reviewer) -> None:
    before = ada.invitation.token_hash

    assert "is invited. The mail leaves" in press(as_(admin), ada, "again").content.decode()
    send_due()
    assert len(mail.letters) == 1
    assert Invitation.objects.get().token_hash != before


def test_a_link_to_hand_over_is_shown_also_where_email_works(
    as_: As, mail: Mailbox, admin: Reviewer, ada: Reviewer
) -> None:
    page = press(as_(admin), ada, "link").content.decode()

    send_due()
    assert ("/invited/" in page, mail.letters) == (True, [])


def test_an_invitation_is_withdrawn(as_: As, admin: Reviewer, ada: Reviewer) -> None:
    press(as_(admin), ada, "withdraw")

    page = text_of(as_(admin))
    assert Invitation.objects.get().state == Invitation.State.WITHDRAWN
    assert ("Invitation withdrawn" in page, "invitation/withdraw/" in page) == (True, False)


@pytest.mark.parametrize("verb", ["again", "link", "withdraw"])
def test_too_late_is_said_and_changes_nothing(as_: As, admin: Reviewer, verb: str) -> None:
    here = make_reviewer("Here")

    response = press(as_(admin), here, verb)
    assert response.status_code == 200
    assert "needs no invitation" in response.content.decode() or "has come in meanwhile" in response.content.decode()


@pytest.mark.parametrize("verb", ["again", "link", "withdraw"])
def test_a_link_presses_no_button(as_: As, admin: Reviewer, ada: Reviewer, verb: str) -> None:
    assert as_(admin).get(f"{LIST}{ada.pk}/invitation/{verb}/").status_code == 403


@pytest.mark.parametrize("verb", ["again", "link", "withdraw"])
def test_a_lead_acts_on_invitations_to_their_pools_only(as_: As, lead: Reviewer, ada: Reviewer, verb: str) -> None:
    other = invitations.invite(Newcomer("eve@example.com", pools=(make_pool(),)), by=None).reviewer

    assert press(as_(lead), ada, verb).status_code == 200
    assert press(as_(lead), other, verb).status_code == 404


def test_a_lead_does_not_touch_the_invitation_of_a_lead(as_: As, lead: Reviewer, pool: Pool) -> None:
    other = invitations.invite(Newcomer("eve@example.com", role=Role.LEAD, pools=(pool,)), by=None).reviewer

    assert press(as_(lead), other, "link").status_code == 403


def test_a_reviewer_sees_no_buttons(as_: As, pool: Pool, ada: Reviewer) -> None:
    page = text_of(as_(make_reviewer("Bo", pool=pool)))

    assert "not yet accepted" in page
    assert "formaction" not in page


def test_a_corrected_address_gets_a_new_link_and_ends_the_old(
    as_: As, mail: Mailbox, admin: Reviewer, ada: Reviewer, pool: Pool
) -> None:
    before = ada.invitation.token_hash
    given = {"email": "ada@right.example", "name": "Ada", "role": "reviewer", "pools": [pool.pk], "tags": ""}

    as_(admin).post(f"{LIST}{ada.pk}/change/", PERSON | given)
    send_due()
    assert Invitation.objects.get().token_hash != before
    assert [sent["To"] for sent in mail.letters] == ["ada@right.example"]


def test_nobody_is_made_active_who_has_not_come_in(as_: As, admin: Reviewer, ada: Reviewer, pool: Pool) -> None:
    given = {"email": ada.email, "name": "Ada", "role": "reviewer", "pools": [pool.pk], "is_active": "on"}
    as_(admin).post(f"{LIST}{ada.pk}/change/", PERSON | given)
    assert as_(admin).post(f"{LIST}{ada.pk}/password/").status_code == 403

    page = together(as_(admin), "activate", ada)
    assert "Ada (has not come in yet; send the invitation again)" in page
    ada.refresh_from_db()
    assert not ada.is_active


def test_several_are_deactivated_with_a_report_of_their_work(
    as_: As, admin: Reviewer, pool: Pool, ada: Reviewer
) -> None:
    bo, cy = make_reviewer("Bo", pool=pool), make_reviewer("Cy", pool=pool)
    for _ in range(3):
        make_escalation(pool=pool)

    page = together(as_(admin), "deactivate", bo, cy, admin, ada)
    assert "2 people are inactive now." in page
    assert "The 2 tasks they held go to others within seconds: Bo 1, Cy 1." in page
    assert "Ada (has not come in yet; withdraw the invitation instead), Sam (nobody locks themselves out)" in page
    assert set(Reviewer.objects.active()) == {admin}


def test_several_return(as_: As, admin: Reviewer, pool: Pool) -> None:
    bo = make_reviewer("Bo", pool=pool)
    people.deactivate(bo)

    page = together(as_(admin), "activate", bo, admin)
    assert "1 person is active again." in page
    assert "Sam (is active already)" in page


def test_a_lead_deactivates_no_lead_and_no_stranger(as_: As, lead: Reviewer, admin: Reviewer) -> None:
    stranger = make_reviewer("Stranger", pool=make_pool())

    page = together(as_(lead), "deactivate", admin, stranger)
    assert "Sam (only an admin may change them)" in page
    assert set(Reviewer.objects.active()) == {lead, admin, stranger}


def test_a_reviewer_changes_nobody(as_: As, pool: Pool, lead: Reviewer) -> None:
    together(as_(make_reviewer("Bo", pool=pool)), "deactivate", lead)

    lead.refresh_from_db()
    assert lead.is_active


@pytest.mark.parametrize(("chosen", "expected"), [("active", "Sam"), ("invited", "Ada"), ("inactive", "Bo")])
def test_people_are_found_by_how_they_stand(
    as_: As, admin: Reviewer, ada: Reviewer, pool: Pool, chosen: str, expected: str
) -> None:
    people.deactivate(make_reviewer("Bo", pool=pool))

    page = as_(admin).get(LIST, {"standing": chosen})
    assert [person.display_name for person in page.context["cl"].result_list] == [expected]


@pytest.mark.parametrize("value", ["99999", "x", "1; drop", ""])
def test_an_unknown_pool_filters_nothing_out(as_: As, admin: Reviewer, value: str) -> None:
    assert as_(admin).get(LIST, {"pool": value}).context["cl"].result_count == 1


def test_people_are_found_by_their_pool(as_: As, admin: Reviewer, ada: Reviewer, pool: Pool) -> None:
    make_reviewer("Elsewhere", pool=make_pool())

    page = as_(admin).get(LIST, {"pool": pool.pk})
    assert {person.display_name for person in page.context["cl"].result_list} == {"Ada", "Sam"}


def test_the_list_costs_the_same_for_many_people(
    as_: As, admin: Reviewer, pool: Pool, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        invitations.invite(Newcomer(f"n{number}@example.com", pools=(pool,)), by=admin)
        make_reviewer(pool=pool)

    client = as_(admin)
    with django_assert_max_num_queries(20):
        client.get(LIST)
