"""Why it came, on the page of an escalation: what is suggested, how sure that is, and what else it could be."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalations.models import Escalation, Labeller, Reason
from escalations.reasons import NO_REASON

SAID: dict[str, str | Promise] = {
    Labeller.LOCAL: gettext_lazy("suggested"),
    Labeller.OPENAI: gettext_lazy("suggested by a language model"),
    Labeller.REVIEWER: gettext_lazy("a reviewer said so"),
}


class Shown(NamedTuple):
    """`how` is the source with its confidence; `offered` are the reasons to choose from."""

    name: str
    how: str
    chosen: str
    offered: list[Reason]


def of(escalation: Escalation) -> Shown:
    known = list(Reason.objects.all())
    name = next((each.name for each in known if each.slug == escalation.reason), escalation.reason or "")
    source = escalation.reason_source
    return Shown(
        name=name or (str(_("None of the reasons")) if source else ""),
        how=_how(escalation) if source else "",
        chosen=escalation.reason or (NO_REASON if source == Labeller.REVIEWER else ""),
        offered=[each for each in known if each.is_active],
    )


def _how(escalation: Escalation) -> str:
    said = str(SAID[escalation.reason_source or Labeller.LOCAL])
    if escalation.reason_confidence is None:
        return said
    return _("%(said)s, %(percent)s %%") % {"said": said, "percent": round(100 * escalation.reason_confidence)}
