"""What figures are asked of: a time in whole hours, and which escalations, of those that somebody may see."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from django.utils.translation import gettext as _

from escalations.models import Agent, Priority
from reviewers import clock
from reviewers.models import Pool, Reviewer, Role

HOUR = timedelta(hours=1)
PERIODS = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
BY_DEFAULT = "30d"
LONGEST = timedelta(days=3660)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
PARAMETERS = ("period", "since", "until", "pool", "agent", "priority")


class Unclear(ValueError):
    """What was asked for cannot be read: for each parameter, what to give instead."""

    def __init__(self, flaws: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {flaw}" for name, flaw in flaws.items()))
        self.flaws = flaws


@dataclass(frozen=True)
class Scope:
    """`since` up to before `until`, in UTC and whole hours; of the pools that the asker may see (None: all of them),
    narrowed to one pool, one agent (by their keys) and one priority."""

    since: datetime
    until: datetime
    pools: frozenset[int] | None = None
    pool: int | None = None
    agent: int | None = None
    priority: Priority | None = None

    def __post_init__(self) -> None:
        if self.since >= self.until or {floor(self.since), floor(self.until)} != {self.since, self.until}:
            raise ValueError("a scope goes from a whole hour to a later one")

    @property
    def length(self) -> timedelta:
        return self.until - self.since

    def before(self) -> Self:
        """The same of the period of the same length just before."""
        return replace(self, since=max(self.since - self.length, EARLIEST - self.length), until=self.since)

    @classmethod
    def asked(cls, parameters: Mapping[str, str], viewer: Reviewer) -> Self:
        """As an address says: since and until (moments or dates), or a period up to now; pool, agent, priority.

        Empty values are as if left out, other names are not read. Raises Unclear.
        """
        flaws: dict[str, str] = {}
        said = {name: value.strip() for name in PARAMETERS if (value := parameters.get(name) or "").strip()}
        since, until = _period(said, flaws)
        pools = seen_by(viewer)
        found = cls(
            since=since,
            until=until,
            pools=pools,
            pool=_pool(said, pools, flaws),
            agent=_agent(said, flaws),
            priority=_priority(said, flaws),
        )
        if flaws:
            raise Unclear(flaws)
        return found


def seen_by(viewer: Reviewer) -> frozenset[int] | None:
    """The pools whose figures the person sees: all of them for an admin, else those they sit in."""
    if viewer.role == Role.ADMIN:
        return None
    return frozenset(Pool.objects.filter(seats__reviewer=viewer).values_list("pk", flat=True))


def floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def ceiling(moment: datetime) -> datetime:
    """The whole hour at or after the moment."""
    return whole if (whole := floor(moment)) == moment else whole + HOUR


def lately(length: timedelta = PERIODS[BY_DEFAULT]) -> tuple[datetime, datetime]:
    """The time of that length up to the end of this hour."""
    until = ceiling(clock.now())
    return until - length, until


def _period(said: dict[str, str], flaws: dict[str, str]) -> tuple[datetime, datetime]:
    period = said.get("period", BY_DEFAULT)
    if period not in PERIODS:
        flaws["period"] = _("Give one of %(known)s.") % {"known": ", ".join(PERIODS)}
        period = BY_DEFAULT
    until = _moment("until", said, flaws)
    until = ceiling(until) if until else lately()[1]
    since = _moment("since", said, flaws)
    since = floor(since) if since else until - PERIODS[period]
    if since >= until:
        flaws.setdefault("since", _("Give a moment before the end."))
    elif until - since > LONGEST:
        flaws.setdefault("since", _("Give a time of at most ten years."))
    else:
        return since, until
    return lately()


def _moment(name: str, said: dict[str, str], flaws: dict[str, str]) -> datetime | None:
    if name not in said:
        return None
    try:
        found = datetime.fromisoformat(said[name] if said[name].isprintable() else "")
        moment = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or not EARLIEST <= moment <= LATEST:
        flaws[name] = _("Give a date or a moment such as 2026-01-31T12:00Z.")
        return None
    return moment


def _pool(said: dict[str, str], seen: frozenset[int] | None, flaws: dict[str, str]) -> int | None:
    pool = _whole(said.get("pool"))
    if pool is None and "pool" not in said:
        return None
    if pool is not None and (Pool.objects.filter(pk=pool).exists() if seen is None else pool in seen):
        return pool
    flaws["pool"] = _("There is no such pool.")
    return None


def _agent(said: dict[str, str], flaws: dict[str, str]) -> int | None:
    agent = _whole(said.get("agent"))
    if agent is None and "agent" not in said:
        return None
    if agent is not None and Agent.objects.filter(pk=agent).exists():
        return agent
    flaws["agent"] = _("There is no such agent.")
    return None


def _priority(said: dict[str, str], flaws: dict[str, str]) -> Priority | None:
    if "priority" not in said:
        return None
    if said["priority"] not in Priority.values:
        flaws["priority"] = _("Give one of %(known)s.") % {"known": ", ".join(Priority.values)}
        return None
    return Priority(said["priority"])


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else None
