"""Who is on call: turns that begin at a time of the wall clock, and those who stand in for them.

A turn begins at the first moment at which clocks in the rotation's zone show the hand-over's time or a later one of its
day. So an hour that comes twice hands over once, and where it is left out, the hand-over is when clocks are changed.
Working hours play no part: people are on call also at night. Being inactive, on time off or away does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from reviewers import duty
from reviewers.hours import DAY, Span
from reviewers.models import Override, Pool, Reviewer, Rotation, TimeOff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

AHEAD = timedelta(days=14)  # how far pages look for gaps
FAR = timedelta(days=3660)  # nobody plans further, and no calendar need go there
SECOND = timedelta(seconds=1)
BEGINNING = datetime.min.replace(tzinfo=UTC)


class CannotTakeOver(Exception):
    """Choose an end within the next two weeks."""


class Shift(NamedTuple):
    """From `start` until before `end`. Without a `reviewer` it is a gap; `in_turn` is who it falls to, there or not."""

    start: datetime
    end: datetime
    reviewer: Reviewer | None
    is_override: bool
    in_turn: Reviewer | None = None


class Cover(NamedTuple):
    """Somebody in the place of whoever has the turn."""

    start: datetime
    end: datetime
    reviewer: Reviewer


class Standing(NamedTuple):
    """How a rotation stands, and which is the `next` shift of somebody else; None where none is planned."""

    now: Shift
    until: datetime | None
    next: Shift | None
    ahead: list[Shift]  # of the next two weeks
    gaps: list[Shift]


@dataclass(frozen=True)
class Plan:
    """Everything that says who is on call, as plain values. Of `covers` that overlap the last holds."""

    zone: ZoneInfo
    handoff_at: time
    length_days: int
    starts_on: date
    order: tuple[Reviewer, ...]
    covers: tuple[Cover, ...] = ()
    off: dict[object, tuple[Span, ...]] = field(default_factory=dict)  # by the reviewer's id

    def at(self, moment: datetime) -> tuple[Reviewer | None, bool]:
        """To whom it falls then, and whether as an override; whether or not they are there."""
        for cover in reversed(self.covers):
            if cover.start <= moment < cover.end:
                return cover.reviewer, True
        turn = self._turn(moment)
        return (self.order[turn % len(self.order)] if self.order and turn >= 0 else None), False

    def is_there(self, reviewer: Reviewer, moment: datetime) -> bool:
        spans = self.off.get(reviewer.pk, ())
        return not any(span.start <= moment and (span.end is None or moment < span.end) for span in spans)

    def who(self, moment: datetime) -> Reviewer | None:
        reviewer, _is_override = self.at(moment)
        return reviewer if reviewer and self.is_there(reviewer, moment) else None

    def shifts(self, start: datetime, end: datetime) -> list[Shift]:
        """One after the other without a hole, from `start` until `end`. Turns of one person in a row are one."""
        moments = sorted({start, *(each for each in self._edges(start, end) if start < each < end)})
        found: list[Shift] = []
        for moment, until in zip(moments, [*moments[1:], end], strict=True):
            in_turn, is_override = self.at(moment)
            shift = Shift(moment, until, self.who(moment), is_override, in_turn)
            if found and found[-1][2:] == shift[2:]:
                shift = shift._replace(start=found.pop().start)
            found.append(shift)
        return found

    def begins(self, turn: int) -> datetime:
        """When the turn of that number begins; the first is 0."""
        day = self.starts_on + DAY * self.length_days * turn
        return first_at(datetime.combine(day, self.handoff_at), self.zone)

    def _turn(self, moment: datetime) -> int:
        """The number of the turn that has begun last; negative before the first."""
        turn = (moment.astimezone(self.zone).date() - self.starts_on).days // self.length_days + 1
        while turn >= 0 and self.begins(turn) > moment:
            turn -= 1
        return turn

    def _edges(self, start: datetime, end: datetime) -> Iterable[datetime]:
        """Every moment in that time at which anything could change."""
        turn = max(self._turn(start), -1) + 1
        while (moment := self.begins(turn)) < end:
            yield moment
            turn += 1
        for cover in self.covers:
            yield from (cover.start, cover.end)
        for spans in self.off.values():
            yield from (moment for span in spans for moment in span if moment is not None)


def first_at(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which clocks there show `wall` or, where they leave it out, what comes after it."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:
        return early
    early, late = late, early  # left out: clocks jump somewhere between the two
    offset = early.astimezone(zone).utcoffset()
    while late - early > SECOND:
        middle = early + (late - early) // 2 // SECOND * SECOND
        is_before = middle.astimezone(zone).utcoffset() == offset
        early, late = (middle, late) if is_before else (early, middle)
    return late


def who(rotation: Rotation, at: datetime) -> Reviewer | None:
    """Whom to call; None where it falls to nobody, or to somebody who is not there. Four statements at most."""
    return plan(rotation, at, at + SECOND).who(at) if rotation.is_active else None


def of_pool(pool: Pool, at: datetime) -> Reviewer | None:
    return who(pool.rotation, at) if pool.rotation else None


def shifts(rotation: Rotation, start: datetime, end: datetime) -> list[Shift]:
    if not rotation.is_active:
        return [Shift(start, end, None, is_override=False)]
    return plan(rotation, start, end).shifts(start, end)


def gaps(rotation: Rotation, start: datetime, end: datetime) -> list[Shift]:
    """When nobody can be called. A rotation that is not active has none: nobody counts on it."""
    return [each for each in shifts(rotation, start, end) if each.reviewer is None] if rotation.is_active else []


def standing(rotation: Rotation, at: datetime) -> Standing:
    """One look at the plan: two rounds of turns ahead, at least two weeks."""
    ends, soon = at + max(AHEAD, DAY * 2 * rotation.length_days), at + AHEAD
    found = shifts(rotation, at, ends)
    change = next((each for each in found if each.reviewer != found[0].reviewer), None)
    ahead = [each._replace(end=min(each.end, soon)) for each in found if each.start < soon]
    uncovered = [each for each in ahead if each.reviewer is None] if rotation.is_active else []
    return Standing(found[0], change.start if change else None, change, ahead, uncovered)


def plan(rotation: Rotation, start: datetime, end: datetime) -> Plan:
    """What the rows say of that time."""
    off_then = Prefetch("reviewer__time_off", TimeOff.objects.filter(start_at__lt=end, end_at__gt=start))
    turns = rotation.turns.select_related("reviewer").prefetch_related(off_then)
    overrides = rotation.overrides.filter(start_at__lt=end, end_at__gt=start).order_by("pk")
    stand_ins = overrides.select_related("reviewer").prefetch_related(off_then)
    order = tuple(each.reviewer for each in turns)
    covers = tuple(Cover(each.start_at, each.end_at, each.reviewer) for each in stand_ins)
    return Plan(
        ZoneInfo(rotation.time_zone),
        rotation.handoff_at,
        rotation.length_days,
        rotation.starts_on,
        order,
        covers,
        {each.pk: tuple(_off(each)) for each in (*order, *(cover.reviewer for cover in covers))},
    )


def is_near(moment: datetime) -> bool:
    return abs(moment - datetime.now(UTC)) <= FAR


def take_over(rotation: Rotation, reviewer: Reviewer, *, until: datetime) -> Override:
    """On call from now on, in the place of whoever would be, and back if they were away. Raises CannotTakeOver."""
    now = datetime.now(UTC)
    if not now < until <= now + AHEAD:
        raise CannotTakeOver
    if reviewer.away_since:
        duty.come_back(reviewer)
    return Override.objects.create(rotation=rotation, reviewer=reviewer, start_at=now, end_at=until)


def standing_in(rotation: Rotation, reviewer: Reviewer) -> Override | None:
    """By what they stand in now."""
    return _standing_in(rotation, reviewer, datetime.now(UTC)).first()


def hand_back(rotation: Rotation, reviewer: Reviewer) -> None:
    """They no longer stand in; whoever has the turn is on call."""
    now = datetime.now(UTC)
    _standing_in(rotation, reviewer, now).update(end_at=now)


def keep_note(rotation: Rotation, note: str, *, by: Reviewer) -> None:
    """What the next person should know."""
    rotation.handover_note, rotation.noted_by, rotation.noted_at = note, by, datetime.now(UTC)
    rotation.save(update_fields=["handover_note", "noted_by", "noted_at"])


def _standing_in(rotation: Rotation, reviewer: Reviewer, now: datetime) -> QuerySet[Override]:
    return rotation.overrides.filter(reviewer=reviewer, start_at__lt=now, end_at__gt=now).order_by("-pk")


def _off(reviewer: Reviewer) -> Iterable[Span]:
    if not reviewer.is_active:
        yield Span(BEGINNING, None)
    if reviewer.away_since:
        yield Span(reviewer.away_since, reviewer.away_until)
    yield from (Span(each.start_at, each.end_at) for each in reviewer.time_off.all())
