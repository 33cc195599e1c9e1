"""A figure beside that of the time before: an arrow, and in words how much, and whether that is better."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics import words

SAME = 0.005  # so little is no change
UP, DOWN, LEVEL = "▲", "▼", "="


@dataclass(frozen=True)
class Change:
    """`tone` is good, bad or nothing; the words say it as well."""

    arrow: str
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Manner:
    """How a kind of figure is compared. `wanted`: which way is better; 0 where neither is."""

    more: str | Promise
    less: str | Promise
    wanted: int = 0
    is_share: bool = False


SHORTER = Manner(gettext_lazy("longer"), gettext_lazy("shorter"), wanted=-1)
FEWER = Manner(gettext_lazy("more"), gettext_lazy("fewer"), wanted=-1)
NEITHER = Manner(gettext_lazy("more"), gettext_lazy("fewer"))
HIGHER_SHARE = Manner(gettext_lazy("more"), gettext_lazy("less"), wanted=1, is_share=True)
LOWER_SHARE = Manner(gettext_lazy("more"), gettext_lazy("less"), wanted=-1, is_share=True)


def compare(now: float | None, before: float | None, manner: Manner, time: str) -> Change | None:
    """None where there is nothing to compare; `time` is what the figure before is of, such as "the 7 days before"."""
    if now is None:
        return None
    if before is None:
        return Change("", _("No figure for %(time)s") % {"time": time})
    if not before and now and not manner.is_share:
        return Change(UP, _("None in %(time)s") % {"time": time}, _tone(1, manner))
    by = now - before if manner.is_share else (now - before) / before if before else 0.0
    if abs(by) < SAME / (5 if manner.is_share else 1):
        return Change(LEVEL, _("As in %(time)s") % {"time": time})
    way = 1 if by > 0 else -1
    facts = {"by": _by(abs(by), manner), "than": manner.more if way > 0 else manner.less, "time": time}
    tone = _tone(way, manner)
    text = {
        "good": _("%(by)s %(than)s than in %(time)s: better"),
        "bad": _("%(by)s %(than)s than in %(time)s: worse"),
        "": _("%(by)s %(than)s than in %(time)s"),
    }[tone]
    return Change(UP if way > 0 else DOWN, text % facts, tone)


def _tone(way: int, manner: Manner) -> str:
    if not manner.wanted:
        return ""
    return "good" if way == manner.wanted else "bad"


def _by(by: float, manner: Manner) -> str:
    if manner.is_share:
        return _("%(n)s points") % {"n": words.number(round(by * 100, 1))}
    return _("%(n)s %%") % {"n": words.number(max(1, round(by * 100)))}
