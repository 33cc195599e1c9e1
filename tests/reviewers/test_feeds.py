"""Calendars at secret addresses, as RFC 5545 has them."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from reviewers import duty, feeds, ical
from reviewers.ical import Entry
from reviewers.models import Feed, Reviewer, Rotation, Turn
from tests.factories import make_reviewer

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def unfolded(calendar: str) -> list[str]:
    """Its content lines (section 3.1)."""
    return calendar.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def unescaped(value: str) -> str:
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t"), max_size=200))
def test_any_text_comes_back_as_it_was(summary: str) -> None:
    told = ical.calendar("x", [Entry("1@x", NOON, NOON, summary)], at=NOON)
    [line] = [each for each in unfolded(told) if each.startswith("SUMMARY:")]
    assert unescaped(line.removeprefix("SUMMARY:")) == summary
    assert max(len(each.encode()) for each in told.split("\r\n")) <= 75


def test_no_text_ends_its_line_or_begins_another() -> None:
    told = ical.calendar("Ada\r\nATTACH:x\x00\x85", [], at=NOON)
    assert "X-WR-CALNAME:Ada\\nATTACH:x\x85" in told.split("\r\n")


def test_moments_are_in_utc() -> None:
    told = unfolded(ical.calendar("x", [Entry("1@x", NOON, NOON + timedelta(hours=1), "y")], at=NOON))
    assert {"DTSTART:20260329T120000Z", "DTEND:20260329T130000Z", "DTSTAMP:20260329T120000Z"} <= set(told)
    assert (told[0], told[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")


@pytest.fixture
def rotation(db: None) -> Rotation:
    return Rotation.objects.create(name="Lawyers", starts_on=date(2023, 12, 25), length_days=7)


@pytest.fixture
def ada(rotation: Rotation) -> Reviewer:
    reviewer = make_reviewer("Ada")
    Turn.objects.create(rotation=rotation, reviewer=reviewer)
    return reviewer


@pytest.fixture
def ben(ada: Reviewer, rotation: Rotation) -> Reviewer:
    reviewer = make_reviewer("Ben")
    Turn.objects.create(rotation=rotation, reviewer=reviewer)
    return reviewer


def read(client: Client, feed: Feed) -> Any:
    return client.get(f"/oncall/feed/{feed.token}.ics")


def summaries(client: Client, feed: Feed) -> set[str]:
    lines = unfolded(read(client, feed).content.decode())
    return {line.removeprefix("SUMMARY:") for line in lines if line.startswith("SUMMARY:")}


def test_a_rotation_has_everybodys_shifts_and_a_person_their_own(
    client: Client, rotation: Rotation, ada: Reviewer, ben: Reviewer
) -> None:
    ours, own = feeds.renew(ada, rotation), feeds.renew(ada, None)
    assert summaries(client, ours) == {"Ada is on call for Lawyers", "Ben is on call for Lawyers"}
    assert summaries(client, own) == {"Ada is on call for Lawyers"}


def test_a_gap_stands_in_the_calendar(client: Client, rotation: Rotation, ada: Reviewer) -> None:
    now = datetime.now(UTC)
    duty.take_off(ada, start_at=now + timedelta(days=1), end_at=now + timedelta(days=2))
    assert "Nobody is on call for Lawyers: Ada is off then" in summaries(client, feeds.renew(ada, None))


def test_it_needs_no_sign_in_but_its_address(client: Client, ada: Reviewer) -> None:
    answer = read(client, feeds.renew(ada, None))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert client.get("/oncall/feed/guess.ics").status_code == 404
    assert client.get("/oncall/feed/%00.ics").status_code == 404


def test_a_new_address_ends_the_old_one(client: Client, ada: Reviewer) -> None:
    token = feeds.renew(ada, None).token
    feeds.renew(ada, None)
    assert client.get(f"/oncall/feed/{token}.ics").status_code == 404


def test_who_is_deactivated_reads_nothing_more(client: Client, ada: Reviewer) -> None:
    feed = feeds.renew(ada, None)
    Reviewer.objects.filter(pk=ada.pk).update(is_active=False)
    assert read(client, feed).status_code == 404


def test_entries_keep_their_names_from_one_reading_to_the_next(
    client: Client, rotation: Rotation, ben: Reviewer
) -> None:
    feed = feeds.renew(ben, rotation)
    first, again = (re.findall(r"UID:(\S+)", read(client, feed).content.decode()) for _reading in range(2))
    assert first == again
    assert len(set(first)) == len(first) > 20
