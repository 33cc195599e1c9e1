"""The weekly report: whom it reaches, when, once, and what it says."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from metrics.models import WeeklyReport
from metrics.weekly import letter, schedule
from reviewers import clock
from reviewers.models import Letter, Reviewer, Role
from tests.factories import make_pool, make_reviewer
from tests.metrics.pages.conftest import Team, work
from tests.metrics.pages.conftest import as_ as as_
from tests.metrics.pages.conftest import team as team
from tests.reviewers.conftest import mail as mail
from tests.reviewers.mailbox import Mailbox, send_due, text_of

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 3, 6, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 8, tzinfo=UTC)
URL = "/desk/metrics/report/"


@pytest.fixture
def lea() -> Reviewer:
    return make_reviewer("Lea Lead", pool=make_pool("Legal"), role=Role.LEAD)


@pytest.fixture(autouse=True)
def _email(settings: Settings) -> None:
    settings.HAS_EMAIL = True


def sweep(at: datetime) -> list[str]:
    """Who has been written to so far, in all."""
    with time_machine.travel(at, tick=False):
        schedule.run()
    return sorted(Letter.objects.filter(kind=Letter.Kind.REPORT).values_list("to", flat=True))


@pytest.mark.parametrize(
    ("zone", "moment", "due"),
    [
        ("UTC", FRIDAY, MONDAY),
        ("UTC", MONDAY - timedelta(seconds=1), MONDAY),
        ("UTC", MONDAY, MONDAY + timedelta(days=7)),
        ("Europe/Berlin", FRIDAY, datetime(2026, 3, 9, 7, tzinfo=UTC)),
        ("America/New_York", FRIDAY, datetime(2026, 3, 9, 12, tzinfo=UTC)),
        ("Asia/Kolkata", FRIDAY, datetime(2026, 3, 9, 2, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 3, 30, 6, tzinfo=UTC)),
    ],
    ids=["friday", "just before", "at eight", "Berlin", "New York", "Kolkata", "Berlin in summer"],
)
def test_it_is_due_on_monday_at_eight_by_their_own_clock(
    lea: Reviewer, zone: str, moment: datetime, due: datetime
) -> None:
    lea.time_zone = zone
    assert schedule.next_after(moment, lea) == due


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"])
def test_it_is_of_seven_days_from_monday_to_sunday(lea: Reviewer, zone: str) -> None:
    lea.time_zone = zone
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for _week in range(60):
        since, until = schedule.week_before(moment, lea)
        assert timedelta(days=6, hours=23) <= until - since <= timedelta(days=7, hours=1)
        assert until <= moment < until + timedelta(days=8)
        moment += timedelta(days=7)


def test_leads_and_admins_get_it_once_a_week(lea: Reviewer) -> None:
    for role in (Role.ADMIN, Role.REVIEWER, Role.READ_ONLY):
        make_reviewer(f"Some {role}", pool=make_pool(), role=role)
    assert sweep(FRIDAY) == []
    assert sweep(MONDAY) == ["lea.lead@example.com", "some.admin@example.com"]
    assert len(sweep(MONDAY)) == 2
    assert len(sweep(MONDAY + timedelta(days=6))) == 2
    assert len(sweep(MONDAY + timedelta(days=7))) == 4


def test_after_weeks_of_downtime_there_is_one(lea: Reviewer) -> None:
    sweep(FRIDAY)
    assert sweep(MONDAY + timedelta(days=30)) == [lea.email]
    assert WeeklyReport.objects.get().due_at == MONDAY + timedelta(days=35)


def test_while_no_email_leaves_nothing_is_written_and_nothing_is_lost(lea: Reviewer, settings: Settings) -> None:
    sweep(FRIDAY)
    settings.HAS_EMAIL = False
    assert sweep(MONDAY) == []
    settings.HAS_EMAIL = True
    assert sweep(MONDAY + timedelta(hours=3)) == [lea.email]


def test_who_turned_it_off_does_not_get_it(lea: Reviewer, client: Client) -> None:
    client.force_login(lea)
    assert "Turn it off" in client.get(URL).content.decode()
    page = client.post(URL, {"is_wanted": "off"}, follow=True).content.decode()
    assert "You no longer get the weekly report." in page
    WeeklyReport.objects.update(due_at=MONDAY)
    assert sweep(MONDAY) == []
    assert "You get the weekly report." in client.post(URL, {"is_wanted": "on"}, follow=True).content.decode()


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.REVIEWER}])
def test_who_left_or_leads_no_more_does_not_get_it(lea: Reviewer, change: dict[str, Any]) -> None:
    sweep(FRIDAY)
    queued = schedule.queue(lea)
    Reviewer.objects.filter(pk=lea.pk).update(**change)
    assert letter.write(Letter.objects.get(pk=queued.pk)) is None
    queued.delete()
    assert sweep(MONDAY) == []


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.READ_ONLY])
def test_who_does_not_lead_has_no_page_of_it(client: Client, lea: Reviewer, role: Role) -> None:
    client.force_login(make_reviewer("Ada", role=role))
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"is_wanted": "on"}).status_code == 403


def test_it_arrives_in_text_and_html_with_figures_comparison_and_link(
    team: Team, mail: Mailbox, settings: Settings
) -> None:
    today = clock.now()
    days = 1 + today.weekday()  # on the last day of last week
    work(team, days_ago=days, resolved=4, opened=2)
    work(team, days_ago=days + 7, resolved=2)
    schedule.queue(team.lead)
    send_due()
    [received] = mail.letters
    text, html = text_of(received), received.get_body(("html",))
    assert received["To"] == team.lead.email
    assert received["Subject"].endswith(": 6 asked, 4 answered")
    for said in (text, str(html.get_content()) if html else ""):
        assert "Hello Lea Lead," in said
        assert "200 % more than in the 7 days before: worse" in said
        assert "Resolved in time" in said
        assert f"{settings.PUBLIC_URL}/desk/metrics/?since=" in said
        assert f"{settings.PUBLIC_URL}/desk/metrics/report/" in said
    assert "Uncategorised: 6 (2 in the week before)" in text


def test_a_lead_reads_only_of_their_pools(team: Team) -> None:
    work(team, days_ago=1 + clock.now().weekday(), resolved=2)
    other = make_reviewer("Olga", pool=make_pool("Payments"), role=Role.LEAD)
    assert letter.of(other, clock.now()).opened == "0"
    assert letter.of(team.lead, clock.now()).opened == "2"
    assert letter.of(team.admin, clock.now()).opened == "2"


def test_its_link_leads_to_the_same_figures(team: Team, client: Client, settings: Settings) -> None:
    team.lead.time_zone = "Asia/Kolkata"
    team.lead.save(update_fields=["time_zone"])
    work(team, days_ago=1 + clock.now().weekday(), resolved=2)
    client.force_login(team.lead)
    page = client.get(letter.of(team.lead, clock.now()).link.removeprefix(settings.PUBLIC_URL))
    assert page.status_code == 200
    assert "2 opened" in page.content.decode()


def test_the_command_shows_it_and_sends_it(team: Team) -> None:
    out = StringIO()
    call_command("send_weekly_report", to=team.lead.email, preview=True, stdout=out)
    assert "Hello Lea Lead," in out.getvalue()
    assert not Letter.objects.exists()
    call_command("send_weekly_report", to="LEA.LEAD@example.com", stdout=out)
    assert [each.to for each in Letter.objects.all()] == [team.lead.email]
    WeeklyReport.objects.create(reviewer=team.lead, is_wanted=False, due_at=MONDAY)
    call_command("send_weekly_report", stdout=out)
    assert out.getvalue().endswith("On its way to sam.admin@example.com.\n")


@pytest.mark.parametrize("to", ["nobody@example.com", "ada.lovelace@example.com"])
def test_the_command_names_who_cannot_get_it(team: Team, to: str) -> None:
    with pytest.raises(CommandError, match="is the email of no active lead or admin"):
        call_command("send_weekly_report", to=to)


def test_the_command_says_when_no_email_leaves(team: Team, settings: Settings) -> None:
    settings.HAS_EMAIL = False
    with pytest.raises(CommandError, match="EMAIL_URL is not set"):
        call_command("send_weekly_report")
