"""Snooze: until a time of the person's own zone, or until the agent replies."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from escalations import lifecycle
from escalations.desk import snoozing
from escalations.models import Escalation
from reviewers.models import Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.escalations.desk.test_queue import listed
from tests.factories import make_escalation, make_pool, make_reviewer

As = Callable[[Reviewer], Client]
JSON = {"accept": "application/json"}
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def asked(team: Team) -> Escalation:
    """Assigned to Ada, and claimed by nobody."""
    return make_escalation(pool=team.pool)


def snooze(client: Client, escalation: Escalation, **said: str) -> Any:
    return client.post(f"/desk/e/{escalation.reference}/snooze/", said)


@pytest.mark.parametrize(
    ("choice", "at"),
    [
        ("morning", datetime(2026, 11, 25, 9, tzinfo=TOKYO)),
        ("afternoon", datetime(2026, 11, 24, 14, tzinfo=TOKYO)),
        ("monday", datetime(2026, 11, 30, 9, tzinfo=TOKYO)),
    ],
)
def test_the_morning_is_that_of_the_persons_own_zone(choice: str, at: datetime) -> None:
    tuesday_at_eight = datetime(2026, 11, 23, 23, tzinfo=UTC).astimezone(TOKYO)

    assert snoozing.WHEN[choice](tuesday_at_eight) == at


def test_an_afternoon_that_has_begun_is_tomorrows() -> None:
    now = datetime(2026, 11, 24, 15, tzinfo=TOKYO)

    assert snoozing.afternoon(now) == datetime(2026, 11, 25, 14, tzinfo=TOKYO)


def test_on_a_monday_the_next_one_is_in_a_week() -> None:
    assert snoozing.monday(datetime(2026, 11, 23, 8, tzinfo=UTC)) == datetime(2026, 11, 30, 9, tzinfo=UTC)


def test_a_time_is_read_in_the_zone_that_is_named(team: Team, asked: Escalation, as_: As) -> None:
    wall = (timezone.now() + timedelta(days=2)).astimezone(TOKYO).replace(second=0, microsecond=0)
    snooze(as_(team.ada), asked, until="at", at=f"{wall:%Y-%m-%dT%H:%M}", zone="Asia/Tokyo")

    asked.refresh_from_db()
    assert asked.snoozed_until == wall


def test_it_leaves_the_list_and_stands_in_a_view_of_its_own(team: Team, asked: Escalation, as_: As) -> None:
    client = as_(team.ada)
    response = snooze(client, asked, until="hour", query="")
    page = client.get(response["Location"])

    assert listed(page)["mine"] == []
    assert f"{asked.reference} is snoozed." in page.content.decode()
    assert 'Snoozed <span class="count" data-count="snoozed">1</span>' in page.content.decode()
    assert listed(client.get("/?view=snoozed"))["mine"] == [asked.reference]


def test_it_comes_back_by_itself(team: Team, asked: Escalation, as_: As) -> None:
    lifecycle.snooze(asked, by=team.ada, until=timezone.now() + timedelta(hours=1))
    Escalation.objects.filter(pk=asked.pk).update(snoozed_until=timezone.now() - timedelta(seconds=1))

    assert listed(as_(team.ada).get("/"))["mine"] == [asked.reference]
    assert listed(as_(team.ada).get("/?view=snoozed"))["mine"] == []


def test_until_the_agent_replies_is_until_then(team: Team, asked: Escalation, as_: As) -> None:
    client = as_(team.ada)
    snooze(client, asked, until="reply")
    assert listed(client.get("/"))["mine"] == []

    lifecycle.reply(asked, by=asked.agent, message="Here it is.")
    page = client.get("/")
    assert listed(page)["mine"] == [asked.reference]
    assert "agent replied" in page.content.decode()


def test_the_page_knows_when_to_look_again(team: Team, asked: Escalation, as_: As) -> None:
    until = timezone.now() + timedelta(hours=1)
    lifecycle.snooze(asked, by=team.ada, until=until)

    assert as_(team.ada).get("/").context["wakes"] == f"{asked.pk}@{until.timestamp():.3f}"


def test_waking_brings_it_back_at_once(team: Team, asked: Escalation, as_: As) -> None:
    client = as_(team.ada)
    snooze(client, asked, until="reply")
    client.post(f"/desk/e/{asked.reference}/wake/")

    assert listed(client.get("/"))["mine"] == [asked.reference]


@pytest.mark.parametrize(
    ("said", "flaw"),
    [
        ({}, "Choose until when."),
        ({"until": "at"}, "Choose a time."),
        ({"until": "at", "at": "soon"}, "Write the time as 2026-01-31 09:00."),
        ({"until": "at", "at": "2020-01-01T09:00"}, "Choose a moment between now and 30 days ahead."),
        ({"until": "at", "at": "9999-12-31T23:59"}, "Choose a moment between now and 30 days ahead."),
        ({"until": "hour", "zone": "../../etc/passwd"}, "That time zone is not known."),
        ({"until": "hour", "zone": "a\x00"}, "Null characters are not allowed."),
    ],
)
def test_a_time_that_cannot_be_is_refused_on_the_page(
    team: Team, asked: Escalation, as_: As, said: dict[str, str], flaw: str
) -> None:
    response = snooze(as_(team.ada), asked, **said)

    asked.refresh_from_db()
    assert (response.status_code, asked.snoozed_at) == (400, None)
    assert flaw in response.content.decode()


def test_without_javascript_the_menu_is_a_page(team: Team, asked: Escalation, as_: As) -> None:
    page = as_(team.ada).get(f"/desk/e/{asked.reference}/snooze/?query=view%3Doverdue").content.decode()

    assert 'name="until" value="morning"' in page
    assert 'href="/?view=overdue"' in page


def test_what_somebody_else_holds_is_not_snoozed(team: Team, asked: Escalation, as_: As) -> None:
    lifecycle.claim(asked, by=team.ben)

    response = as_(team.ada).post(f"/desk/e/{asked.reference}/snooze/", {"until": "hour"}, headers=JSON)
    assert (response.status_code, list(response.json()["rows"])) == (409, [str(asked.pk)])
    assert "was claimed by Ben Okafor" in response.json()["message"]


def test_a_script_gets_the_row_and_what_undoes_it(team: Team, asked: Escalation, as_: As) -> None:
    answer = as_(team.ada).post(f"/desk/e/{asked.reference}/snooze/", {"until": "hour"}, headers=JSON).json()

    assert 'data-snoozed="' in answer["rows"][str(asked.pk)]
    assert answer["undo"]


@pytest.mark.parametrize("verb", ["snooze", "wake"])
def test_another_pools_escalation_is_not_there(team: Team, asked: Escalation, as_: As, verb: str) -> None:
    stranger = as_(make_reviewer(pool=make_pool()))

    assert stranger.post(f"/desk/e/{asked.reference}/{verb}/", {"until": "hour"}).status_code == 404


def test_a_read_only_person_snoozes_nothing(team: Team, asked: Escalation, as_: As) -> None:
    onlooker = make_reviewer(pool=team.pool, role=Role.READ_ONLY)

    assert snooze(as_(onlooker), asked, until="hour").status_code == 403
