"""`manage.py simulate`: who would get it, who would hear and by what; and `check_coverage`, which looks ahead."""

from datetime import UTC, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from escalations.models import Escalation, Policy
from notifications import channels, quiet
from notifications.models import Endpoint, Kind
from reviewers import duty
from reviewers.models import Pool, Reviewer, Role, Rotation, Turn
from tests.factories import default_pool, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
AT_NINE = ("--at", "2027-03-01T09:00")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _has_email(settings: Settings) -> None:
    settings.HAS_EMAIL = True


@pytest.fixture
def root() -> Reviewer:
    return make_reviewer("Root", role=Role.ADMIN, pool=default_pool())


def line(text: str, word: str) -> str:
    """The first that says it, without the moment."""
    return next(each for each in text.splitlines() if word in each)[29:]


def test_each_line_says_who_gets_it_and_by_what_they_hear(root: Reviewer) -> None:
    lines = run("simulate", "--priority", "urgent", "--hours", "2", *AT_NINE).splitlines()
    assert lines[1:4] == [
        "2027-03-01 09:00      +0:00  it is asked",
        "2027-03-01 09:00      +0:00  assigned to Root <root@example.com>; Root <root@example.com> hears by email",
        "2027-03-01 09:15      +0:15  not claimed in time; whoever had it is set to away",
    ]
    assert "on call is told: Root <root@example.com>; no on call; no manager" in lines[-2]
    assert not Escalation.objects.exists()
    assert not Endpoint.objects.exists()


def test_one_that_exists_is_followed(root: Reviewer) -> None:
    escalation = make_escalation(priority="high")
    said = run("simulate", escalation.reference)
    assert "moved up the queue by 24 hours" in said


def test_preferences_for_each_priority_decide(root: Reviewer) -> None:
    Endpoint.objects.create(kind=Kind.HOOK, reviewer=root, url="https://example.com/hook")
    channels.prefer(root, {"urgent": [Kind.EMAIL, Kind.HOOK], "high": [Kind.HOOK], "medium": []})
    found = {
        priority: line(run("simulate", "--priority", priority, "--hours", "1", *AT_NINE), "assigned to").split("; ")[1]
        for priority in ("urgent", "high", "medium", "low")
    }
    assert found == {
        "urgent": "Root <root@example.com> hears by email and webhook",
        "high": "Root <root@example.com> hears by webhook",
        "medium": "Root <root@example.com> HEARS NOTHING (wants no messages about what is medium)",
        "low": "Root <root@example.com> HEARS NOTHING (wants no messages about what is low)",
    }


def test_quiet_hours_hold_what_is_not_urgent(root: Reviewer) -> None:
    quiet.keep(root, time(8), time(10))
    held, urgent = (
        line(run("simulate", "--priority", priority, "--hours", "1", *AT_NINE), "assigned to").split("; ")[1]
        for priority in ("high", "urgent")
    )
    assert held == "Root <root@example.com> hears by email (after their quiet hours, at 2027-03-01 10:00 UTC)"
    assert urgent == "Root <root@example.com> hears by email"


def test_whoever_is_on_call_hears_of_what_is_urgent_at_once(root: Reviewer) -> None:
    rotation = Rotation.objects.create(name="Nights", starts_on=(NOW - timedelta(days=9)).date())
    Turn.objects.create(rotation=rotation, reviewer=make_reviewer("Grace", pool=make_pool()), position=1)
    Pool.objects.filter(is_default=True).update(rotation=rotation)
    said = line(run("simulate", "--priority", "urgent", "--hours", "1", *AT_NINE), "it is asked")
    assert said == "it is asked; Grace <grace@example.com> hears by email"


def test_who_cannot_be_reached_is_said_loudly(root: Reviewer, settings: Settings) -> None:
    settings.HAS_EMAIL = False
    lines = run("simulate", "--priority", "urgent", "--hours", "1", *AT_NINE).splitlines()
    assert lines[2].endswith("Root <root@example.com> HEARS NOTHING (there is no channel)")
    assert lines[-1] == "UNREACHABLE: Root <root@example.com> has no working channel for this."


def test_a_channel_that_fails_is_none(root: Reviewer) -> None:
    failing = {"failures": 9, "failing_since": timezone.now() - timedelta(hours=2)}
    Endpoint.objects.create(kind=Kind.EMAIL, reviewer=root, url="mailto:root@example.com", **failing)
    assert "HEARS NOTHING (no channel that they want works)" in run("simulate", "--hours", "1")


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("https://example.com/hook", "the channel https://example.com/hook hears by webhook"),
        ("#legal", "the channel #legal HEARS NOTHING (Slack is not set up)"),
    ],
)
def test_a_channel_of_a_pool_is_one_that_hears(root: Reviewer, channel: str, said: str) -> None:
    Policy.objects.create(
        name="Ours", condition="unresolved", after=timedelta(0), action="notify_channel", channel=channel
    )
    assert line(run("simulate", "--hours", "1"), "the channel").split("; ")[1] == said


@pytest.mark.parametrize("arguments", [["ESC-99999"], ["nonsense"], ["--pool", "None such"], ["--agent", "None such"]])
def test_what_is_not_there_is_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="There is no"):
        run("simulate", *arguments)


def test_one_person_and_the_defaults_are_covered(root: Reviewer) -> None:
    assert run("check_coverage") == "Covered for the next 14 days.\n"


@pytest.mark.parametrize("fault", ["gap on call", "nobody in a pool", "nobody on duty", "unreachable", "no policy"])
def test_coverage_fails_on(fault: str, root: Reviewer, settings: Settings) -> None:
    if fault == "gap on call":
        Rotation.objects.create(name="Nights", starts_on=(NOW - timedelta(days=1)).date())
    elif fault == "nobody in a pool":
        make_pool("Legal")
    elif fault == "nobody on duty":
        duty.take_off(root, start_at=NOW - timedelta(hours=1), end_at=NOW + timedelta(days=15))
    elif fault == "unreachable":
        settings.HAS_EMAIL = False
    else:
        Policy.objects.filter(priority="medium").update(is_active=False)
    with pytest.raises(CommandError, match="1 to look at in the next 14 days"):
        run("check_coverage", "--days", "14")


def test_time_off_that_ends_in_time_is_no_gap(root: Reviewer) -> None:
    duty.take_off(root, start_at=NOW - timedelta(hours=1), end_at=NOW + timedelta(days=13))
    assert run("check_coverage") == "Covered for the next 14 days.\n"
