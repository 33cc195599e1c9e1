"""Who gets a report and when. A report that is due is a row; whoever moves it to the next week sends this one."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from metrics.weekly.models import WeeklyReport
from reviewers import clock
from reviewers.mail import outbox
from reviewers.models import Letter, Reviewer, ReviewerQuerySet, Role
from reviewers.oncall import first_at

AT = time(8)
DAY = timedelta(days=1)
WEEK = 7 * DAY
USEFUL_FOR = 3 * DAY  # afterwards the next one is nearer than this one
LEADS = (Role.LEAD, Role.ADMIN)


def run() -> None:
    """Send what is due. After weeks of downtime everybody gets one report, not one for each week."""
    if not outbox.is_open():
        return
    enrol()
    while _send_next():
        pass


def enrol() -> None:
    """Whoever leads and is not known yet gets their first report on their next Monday."""
    new = leading().filter(weekly_report=None)
    rows = [WeeklyReport(reviewer=each, due_at=next_after(clock.now(), each)) for each in new]
    WeeklyReport.objects.bulk_create(rows, ignore_conflicts=True)


def leading() -> ReviewerQuerySet:
    return Reviewer.objects.active().filter(role__in=LEADS)


def queue(reviewer: Reviewer) -> Letter:
    return outbox.queue(Letter.Kind.REPORT, reviewer.email, about=reviewer, useful_for=USEFUL_FOR)


def next_after(moment: datetime, reviewer: Reviewer) -> datetime:
    """The next Monday at eight by the person's clock."""
    found = _on_monday_of(moment, reviewer, AT)
    return found if found > moment else _on_monday_of(moment + WEEK, reviewer, AT)


def week_before(moment: datetime, reviewer: Reviewer) -> tuple[datetime, datetime]:
    """The last whole week, Monday to Sunday by the person's clock."""
    until = _on_monday_of(moment, reviewer, time.min)
    return _on_monday_of(until - DAY, reviewer, time.min), until


@transaction.atomic
def _send_next() -> bool:
    """Whether there was one."""
    now = clock.now()
    due = WeeklyReport.objects.filter(due_at__lte=now).select_related("reviewer").order_by("due_at")
    found = due.select_for_update(skip_locked=True, of=("self",)).first()
    if found is None:
        return False
    person = found.reviewer
    if found.is_wanted and person.is_active and person.role in LEADS:
        queue(person)
    found.due_at = next_after(now, person)
    found.save(update_fields=["due_at"])
    return True


def _on_monday_of(moment: datetime, reviewer: Reviewer, at: time) -> datetime:
    zone = ZoneInfo(reviewer.time_zone)
    today = moment.astimezone(zone).date()
    return first_at(datetime.combine(today - today.weekday() * DAY, at), zone)
