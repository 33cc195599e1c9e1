"""When somebody is on duty: hours by the clock on their wall, time off, and being away.

On duty is whoever's wall clock stands within their hours. That decides also in the nights when clocks are changed: an
hour that comes twice counts twice, one that is left out does not count. Moments are aware, and compared in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

AHEAD = timedelta(days=400)  # how far is looked for a change; beyond, it is as good as never
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Hours(NamedTuple):
    """From `start` until before `end` on one weekday (Monday is 0); `end` not after `start` means on the next day."""

    weekday: int
    start: time
    end: time


class Span(NamedTuple):
    """From `start` until before `end`; without `end` it is not known how long."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Schedule:
    """Without `hours` it is all day, every day. `closed` are dates, in the zone, on which nobody works."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    hours: tuple[Hours, ...] = ()
    off: tuple[Span, ...] = ()
    closed: frozenset[date] = frozenset()

    def is_on(self, at: datetime) -> bool:
        if any(span.start <= at and (span.end is None or at < span.end) for span in self.off):
            return False
        wall = at.astimezone(self.zone)
        if wall.date() in self.closed:
            return False
        return not self.hours or any(_holds(each, wall) for each in self.hours)

    def next_change(self, after: datetime) -> datetime | None:
        """The first moment later than `after` at which it is otherwise than then; None if there is none for a year."""
        is_on = self.is_on(after)
        return next((moment for moment in self._moments(after) if self.is_on(moment) != is_on), None)

    def next_on(self, at: datetime) -> datetime | None:
        """`at` itself when it is on duty then, else the first later moment that is."""
        return at if self.is_on(at) else self.next_change(at)

    def _moments(self, after: datetime) -> Iterator[datetime]:
        """Every moment within `AHEAD` at which anything could change, in order."""
        spans = sorted({moment for span in self.off for moment in span if moment is not None and moment > after})
        if not self.hours and not self.closed:
            yield from spans
            return
        first = after.astimezone(self.zone).date() - DAY
        for day in (first + DAY * n for n in range((AHEAD // DAY) + 2)):
            ends = _midnight(day + DAY, self.zone)
            of_day = {moment for moment in self._of_day(day) if moment > after}
            of_day |= {moment for moment in spans if moment < ends}
            spans = [moment for moment in spans if moment >= ends]
            yield from sorted(of_day)
        yield from spans

    def _of_day(self, day: date) -> set[datetime]:
        walls = {time.min, *(each.start for each in self.hours), *(each.end for each in self.hours)}
        found = {
            datetime.combine(day, wall, self.zone).replace(fold=fold).astimezone(UTC)
            for wall in walls
            for fold in (0, 1)
        }
        jump = _jump(day, self.zone)
        return found | ({jump} if jump else set())


def _holds(hours: Hours, wall: datetime) -> bool:
    now = wall.time().replace(fold=0)
    if hours.start < hours.end:
        return wall.weekday() == hours.weekday and hours.start <= now < hours.end
    is_evening = wall.weekday() == hours.weekday and now >= hours.start
    return is_evening or (wall.weekday() == (hours.weekday + 1) % 7 and now < hours.end)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _jump(day: date, zone: ZoneInfo) -> datetime | None:
    """The moment of that day at which clocks are changed."""
    start, end = _midnight(day, zone), _midnight(day + DAY, zone)
    offset = start.astimezone(zone).utcoffset()
    if end.astimezone(zone).utcoffset() == offset:
        return None
    low, high = 0, int((end - start) / MINUTE)
    while high - low > 1:
        middle = (low + high) // 2
        is_before = (start + MINUTE * middle).astimezone(zone).utcoffset() == offset
        low, high = (middle, high) if is_before else (low, middle)
    return start + MINUTE * high
