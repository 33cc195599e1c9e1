"""What a batch left out and why, counted: "3 skipped: 2 are held by Ben, 1 is finished"."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from escalations.refusals import CannotTake, DifferentAnswer, Finished, Held, NotAllowed, NotHeld, Refusal, UnfitAnswer


class YoursAlready(Refusal):
    """You have claimed it already."""

    code = "yours_already"


class Reason(NamedTuple):
    kind: type[Exception]
    name: str = ""


def reason(refusal: Exception) -> Reason:
    return Reason(type(refusal), refusal.holder_name if isinstance(refusal, Held) else "")


def words(reasons: Iterable[Reason]) -> str:
    """Empty when nothing was skipped; the most frequent reason first."""
    counted = Counter(reasons)
    if not counted:
        return ""
    each = ", ".join(_one(why, count) for why, count in counted.most_common())
    return _("%(count)s skipped: %(reasons)s.") % {"count": counted.total(), "reasons": each}


def _one(why: Reason, count: int) -> str:
    said = _by_kind(count).get(why.kind) or ngettext("%(count)s has moved on", "%(count)s have moved on", count)
    return said % {"count": count, "name": why.name}


def _by_kind(count: int) -> dict[type[Exception], str]:
    return {
        Held: ngettext("%(count)s is held by %(name)s", "%(count)s are held by %(name)s", count),
        Finished: ngettext("%(count)s is finished", "%(count)s are finished", count),
        DifferentAnswer: ngettext("%(count)s is finished", "%(count)s are finished", count),
        YoursAlready: ngettext("%(count)s is yours already", "%(count)s are yours already", count),
        NotHeld: ngettext("%(count)s is with nobody", "%(count)s are with nobody", count),
        NotAllowed: ngettext("%(count)s is not yours to change", "%(count)s are not yours to change", count),
        CannotTake: ngettext(
            "%(count)s is in a pool that they do not sit in", "%(count)s are in pools that they do not sit in", count
        ),
        UnfitAnswer: ngettext(
            "%(count)s asks for a decision or a form", "%(count)s ask for a decision or a form", count
        ),
    }
