"""Rotations in the admin: typed by a lead, with a look at the next two weeks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from reviewers import duty
from reviewers.models import Pool, Reviewer, Role, Rotation, Turn
from tests.factories import make_pool, make_reviewer

pytestmark = pytest.mark.django_db

PAGE = "/reviewers/rotation/"
TYPED = {"name": "Lawyers", "time_zone": "Europe/Berlin", "handoff_at": "09:00", "length_days": "7"} | {
    "starts_on": "2026-01-05",
    "is_active": "on",
}


@pytest.fixture
def lead() -> Reviewer:
    return make_reviewer("Lea", pool=make_pool("Law"), role=Role.LEAD)


@pytest.fixture
def site(client: Client, lead: Reviewer) -> Client:
    client.force_login(lead)
    return client


def with_rows(turns: list[Reviewer], **typed: str) -> dict[str, str]:
    rows: dict[str, str] = {"overrides-TOTAL_FORMS": "0", "overrides-INITIAL_FORMS": "0"}
    rows |= {"turns-TOTAL_FORMS": str(len(turns)), "turns-INITIAL_FORMS": "0"}
    for n, reviewer in enumerate(turns):
        rows |= {f"turns-{n}-position": str(n), f"turns-{n}-reviewer": str(reviewer.pk)}
    return TYPED | rows | typed


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_lead_makes_a_rotation_and_sees_what_comes_of_it(site: Client, lead: Reviewer) -> None:
    assert site.post(f"{PAGE}add/", with_rows([lead])).status_code == 302
    made = Rotation.objects.get()
    assert [turn.reviewer for turn in made.turns.all()] == [lead]
    page = text(site.get(f"{PAGE}{made.pk}/change/"))
    assert "the next 14 days" in page.lower()
    assert ": Lea</li>" in page


def test_the_preview_is_loud_about_a_gap(site: Client, lead: Reviewer) -> None:
    made = Rotation.objects.create(name="Lawyers", starts_on=date(2023, 12, 25))
    Turn.objects.create(rotation=made, reviewer=lead)
    now = datetime.now(UTC)
    duty.take_off(lead, start_at=now + timedelta(days=1), end_at=now + timedelta(days=2))
    assert "<strong>Nobody: Lea is off</strong>" in text(site.get(f"{PAGE}{made.pk}/change/"))
    assert '<td class="field-uncovered">1</td>' in text(site.get(PAGE))


@pytest.mark.parametrize(
    "typed", [{"time_zone": "Mars"}, {"length_days": "0"}, {"length_days": "367"}, {"starts_on": "9999-12-31"}]
)
def test_what_makes_no_sense_is_refused(site: Client, lead: Reviewer, typed: dict[str, str]) -> None:
    assert site.post(f"{PAGE}add/", with_rows([lead], **typed)).status_code == 200
    assert not Rotation.objects.exists()


def test_a_lead_does_not_see_the_rotation_of_other_pools(site: Client) -> None:
    made = Rotation.objects.create(name="Doctors", starts_on=date(2023, 12, 25))
    Pool.objects.filter(pk=make_pool("Medicine").pk).update(rotation=made)
    assert "Doctors" not in text(site.get(PAGE))
    assert site.get(f"{PAGE}{made.pk}/change/").status_code == 302


def test_a_reviewer_looks_and_changes_nothing(client: Client, lead: Reviewer) -> None:
    made = Rotation.objects.create(name="Lawyers", starts_on=date(2023, 12, 25))
    client.force_login(make_reviewer("Ada"))
    assert client.get(f"{PAGE}{made.pk}/change/").status_code == 200
    assert client.post(f"{PAGE}{made.pk}/change/", with_rows([lead], name="Mine")).status_code == 403
