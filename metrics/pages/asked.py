"""What the address of the page asks for, in words; and the form that asks for something else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from escalations.models import Agent, Priority
from metrics import scope
from metrics.measures.flows import Step
from metrics.scope import HOUR, Scope
from reviewers.models import Pool, Reviewer

DAY = timedelta(days=1)
CHOICES_AT_MOST = 500  # names that a filter offers
PERIODS: dict[str, str | Promise] = {
    "24h": gettext_lazy("Last 24 hours"),
    "7d": gettext_lazy("Last 7 days"),
    "30d": gettext_lazy("Last 30 days"),
    "90d": gettext_lazy("Last 90 days"),
}
NARROWED_BY = ("pool", "agent", "priority")


class Filter(NamedTuple):
    name: str
    label: str
    options: list[tuple[str, str, bool]]  # value, words, whether it is the chosen one


@dataclass(frozen=True)
class Asked:
    """`said` is what the address says and means something, by the name of the parameter.

    `zone_hours` is how far the reader's clock is east of UTC, where that is whole hours.
    """

    scope: Scope
    said: dict[str, str]
    zone_hours: int = 0

    @classmethod
    def by(cls, parameters: Mapping[str, str], viewer: Reviewer) -> Self:
        """Raises scope.Unclear. A period that is named wins over days that are still in the form."""
        said = understood(parameters)
        found = Scope.asked(said, viewer)
        return cls(found, said, _hours_east(viewer.time_zone, found.until))

    @property
    def query(self) -> str:
        return urlencode(self.said)

    @cached_property
    def agent(self) -> str:
        """The name of the agent that it is narrowed to."""
        return Agent.objects.values_list("name", flat=True).get(pk=self.scope.agent) if self.scope.agent else ""

    @property
    def is_narrowed(self) -> bool:
        return any(name in self.said for name in NARROWED_BY)

    @property
    def is_dated(self) -> bool:
        return "since" in self.said or "until" in self.said

    @property
    def period(self) -> str:
        if self.is_dated:
            return f"{moment(self.scope.since)} – {moment(self.scope.until)} UTC"
        return str(PERIODS[self.said.get("period", scope.BY_DEFAULT)])

    @property
    def before(self) -> str:
        """What the figures are compared with."""
        return the_time_before(self.scope.length)

    @property
    def zone(self) -> str:
        return f"UTC{self.zone_hours:+d}" if self.zone_hours else "UTC"

    @property
    def step(self) -> Step:
        """What a line or a bar over time stands for."""
        return "hour" if self.scope.length <= 2 * DAY else "day"


def _hours_east(zone: str, at: datetime) -> int:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    return 0 if offset % HOUR else offset // HOUR


def understood(parameters: Mapping[str, str]) -> dict[str, str]:
    said = {name: text for name in scope.PARAMETERS if (text := (parameters.get(name) or "").strip())}
    if "period" in said:
        said.pop("since", None)
        said.pop("until", None)
    return said


def label(name: str) -> str:
    """Of a parameter."""
    known = {"since": _("From"), "until": _("To"), "pool": _("Pool"), "agent": _("Agent"), "priority": _("Priority")}
    return known.get(name, _("Time"))


def the_time_before(length: timedelta) -> str:
    if length % DAY == timedelta(0) and length > DAY:
        return ngettext("the %(n)s day before", "the %(n)s days before", length // DAY) % {"n": length // DAY}
    hours = length // HOUR
    return ngettext("the %(n)s hour before", "the %(n)s hours before", hours) % {"n": hours}


def moment(at: datetime) -> str:
    return date_format(at, "j M Y" if at.hour == 0 else "j M Y H:i")


def kept(said: Mapping[str, str]) -> list[tuple[str, str]]:
    """What it is narrowed to, whatever the time."""
    return [(name, said[name]) for name in NARROWED_BY if name in said]


def filters(said: Mapping[str, str], viewer: Reviewer) -> list[Filter]:
    """Nobody is asked to choose between one; what an address says is always offered."""
    by_pool = [(str(pk), name) for pk, name in Pool.objects.visible_to(viewer).values_list("pk", "name")]
    agents = Agent.objects.order_by("name").values_list("pk", "name")[:CHOICES_AT_MOST]
    dated = "since" in said or "until" in said
    period = "" if dated else said.get("period", scope.BY_DEFAULT)
    offered = [
        ("pool", _("Pool"), _("All pools"), by_pool),
        ("agent", _("Agent"), _("All agents"), [(str(pk), name) for pk, name in agents]),
        ("priority", _("Priority"), _("All priorities"), [(each.value, str(each.label)) for each in Priority]),
    ]
    spans = [*PERIODS.items(), *([("", _("Days of your choice"))] if dated else [])]
    return [
        Filter("period", _("Time"), [(value, str(words), value == period) for value, words in spans]),
        *(
            Filter(name, label, [("", every, name not in said), *_marked(options, said.get(name, ""))])
            for name, label, every, options in offered
            if len(options) > 1 or name in said
        ),
    ]


def _marked(options: list[tuple[str, str]], chosen: str) -> list[tuple[str, str, bool]]:
    return [(value, words, value == chosen) for value, words in options]
