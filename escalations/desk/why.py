"""Why an escalation is with somebody: what routing, a lead or they themselves did, in words to that person."""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from escalations.models import Escalation

TAGS_NAMED = 3


class Why(NamedTuple):
    short: str
    long: str
    is_to_owner: bool = True  # else it says to everybody who could take it
    says_tags: bool = False

    @property
    def says_tags_to_all(self) -> bool:
        return self.says_tags and not self.is_to_owner


def of(escalation: Escalation) -> Why | None:
    found = _found(escalation)
    if found is None or not escalation.rule:
        return found
    ruled = _("The routing rule “%(rule)s” applied when it came.") % {"rule": escalation.rule}
    return found._replace(long=f"{found.long} {ruled}")


def _found(escalation: Escalation) -> Why | None:
    if escalation.is_finished:
        return None
    if escalation.assigned_to_id is None:
        return _open(escalation)
    if escalation.assigned_by and escalation.assigned_by == escalation.assignee_name:
        return Why(_("You gave it to yourself"), _("You chose yourself for this one."))
    if escalation.assigned_by:
        given = {"name": escalation.assigned_by}
        return Why(_("Given to you by %(name)s") % given, _("%(name)s chose you for this one.") % given)
    if escalation.claimed_at is not None and escalation.claimed_at == escalation.assigned_at:
        return Why(_("You took it"), _("You claimed it yourself; nobody was chosen for it."))
    return _routed(escalation)


def _open(escalation: Escalation) -> Why:
    pool = {"pool": escalation.pool_name}
    if not escalation.tags:
        return Why(
            _("For anybody in %(pool)s") % pool, _("It waits for anybody in %(pool)s.") % pool, is_to_owner=False
        )
    words = ngettext("Needs the tag %(tags)s", "Needs the tags %(tags)s", len(escalation.tags))
    sentence = _("It waits for somebody in %(pool)s who has all of its tags: %(tags)s.")
    tags = {"tags": _tags(escalation)}
    return Why(words % tags, sentence % {**pool, "tags": ", ".join(escalation.tags)}, is_to_owner=False, says_tags=True)


def _routed(escalation: Escalation) -> Why:
    turn = {"pool": escalation.pool_name}
    if not escalation.tags:
        return Why(_("Your turn in %(pool)s") % turn, _("Routing chose you: it was your turn in %(pool)s.") % turn)
    words = ngettext("You have the tag %(tags)s", "You have the tags %(tags)s", len(escalation.tags))
    sentence = _("Routing chose you: you have all of its tags (%(tags)s), and it was your turn in %(pool)s.")
    tags = {"tags": _tags(escalation)}
    return Why(words % tags, sentence % {**turn, "tags": ", ".join(escalation.tags)}, says_tags=True)


def _tags(escalation: Escalation) -> str:
    named = ", ".join(escalation.tags[:TAGS_NAMED])
    return f"{named}, …" if len(escalation.tags) > TAGS_NAMED else named
