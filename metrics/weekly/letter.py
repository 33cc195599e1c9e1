"""What the weekly report says: the figures of the page for the last whole week, and where to look closer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics import measures, words
from metrics.measures import ReasonCount
from metrics.pages import asked, people, tiles, totals
from metrics.pages.tiles import Tile
from metrics.scope import Scope, ceiling, seen_by
from metrics.weekly import schedule
from reviewers.mail import letters
from reviewers.models import Letter, Reviewer

REASONS = 5


@dataclass(frozen=True)
class Report:
    person: Reviewer
    week: str
    opened: str
    resolved: str
    tiles: list[Tile]
    reasons: list[ReasonCount]
    fairness: str
    link: str
    settings: str


def write(letter: Letter) -> EmailMessage | None:
    """For the person as they are now; nothing for who has left or leads no more."""
    person = letter.reviewer
    if person is None or not person.is_active or person.role not in schedule.LEADS:
        return None
    return message(of(person, letter.created_at), letter)


def message(report: Report, letter: Letter | None = None) -> EmailMessage:
    subject = _("Escalations of the week %(week)s: %(opened)s asked, %(resolved)s answered")
    facts = {"week": report.week, "opened": report.opened, "resolved": report.resolved}
    return letters.message(report.person.email, subject % facts, "report", {"report": report}, letter)


def of(person: Reviewer, at: datetime) -> Report:
    """Of the last whole week before that moment, by the person's clock."""
    since, until = (ceiling(each) for each in schedule.week_before(at, person))
    scope = Scope(since, until, pools=seen_by(person))
    now, before = totals.of(scope), totals.of(scope.before())
    time = asked.the_time_before(timedelta(days=7))
    load = measures.load(scope)
    query = urlencode({"since": f"{since:%Y-%m-%dT%H:%MZ}", "until": f"{until:%Y-%m-%dT%H:%MZ}"})
    return Report(
        person=person,
        week=_week(since, until, ZoneInfo(person.time_zone)),
        opened=words.number(now.opened),
        resolved=words.number(now.resolved),
        tiles=[
            *tiles.main(now, before, time),
            tiles.waiting(measures.waiting_now(scope)),
            *tiles.further(now, before, time)[:3],
        ],
        reasons=measures.reasons(scope, REASONS),
        fairness=people.fairness(measures.gini([each.resolved for each in load]), len(load)),
        link=f"{settings.PUBLIC_URL}{reverse('admin:desk_metrics')}?{query}",
        settings=f"{settings.PUBLIC_URL}{reverse('admin:desk_metrics_report')}",
    )


def _week(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    """Such as 16 to 22 Nov 2026, without what goes without saying."""
    first, last = since.astimezone(zone), until.astimezone(zone) - timedelta(hours=1)
    start = date_format(first, "j" if first.month == last.month else "j M" if first.year == last.year else "j M Y")
    return f"{start} – {date_format(last, 'j M Y')}"
