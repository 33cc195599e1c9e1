"""Several people at once, with a report of what became of their work and of whom was left as they are, and why."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviewers import people
from reviewers.admin.seats import signed_in
from reviewers.models import Reviewer

NAMED = 10  # people a report names


@admin.action(description=gettext_lazy("Deactivate: no more tasks, no sign-in"))
def deactivate(model_admin: Any, request: HttpRequest, chosen: QuerySet[Reviewer]) -> None:  # noqa: ANN401 - Django's own
    holding: dict[str, int] = {}

    def change(person: Reviewer) -> str:
        if person == signed_in(request):
            return _("nobody locks themselves out")
        if not person.has_come_in:
            return _("has not come in yet; withdraw the invitation instead")
        if not person.is_active:
            return _("is inactive already")
        holding[person.display_name] = person.held
        people.deactivate(person)
        return ""

    done = _each(model_admin, request, chosen, change)
    said = ngettext("%(count)s person is inactive now.", "%(count)s people are inactive now.", len(done))
    work = {name: held for name, held in holding.items() if held}
    _report(request, said, done, _work_in_words(work) if work else _("They held no tasks."))


@admin.action(description=gettext_lazy("Activate: back at work"))
def activate(model_admin: Any, request: HttpRequest, chosen: QuerySet[Reviewer]) -> None:  # noqa: ANN401
    def change(person: Reviewer) -> str:
        if person.is_active:
            return _("is active already")
        try:
            people.activate(person)
        except people.NotYetIn:
            return _("has not come in yet; send the invitation again")
        return ""

    done = _each(model_admin, request, chosen, change)
    said = ngettext("%(count)s person is active again.", "%(count)s people are active again.", len(done))
    _report(request, said, done, _("They start level with the others of their pools."))


def _each(
    model_admin: Any,  # noqa: ANN401
    request: HttpRequest,
    chosen: QuerySet[Reviewer],
    change: Callable[[Reviewer], str],
) -> list[Reviewer]:
    """Whom it changed. Says of the others why not."""
    done, left = [], []
    for person in chosen:
        may = model_admin.has_change_permission(request, person)
        reason = change(person) if may else _("only an admin may change them")
        if reason:
            left.append(f"{person.display_name} ({reason})")
        else:
            model_admin.log_change(request, person, str(_("Changed together with others.")))
            done.append(person)
    if left:
        messages.warning(request, _("Left as they are: %(names)s.") % {"names": _listed(left)})
    return done


def _report(request: HttpRequest, said: str, done: list[Reviewer], work: str) -> None:
    if done:
        messages.success(request, f"{said % {'count': len(done)}} {work}")


def _work_in_words(holding: dict[str, int]) -> str:
    total = sum(holding.values())
    said = ngettext(
        "The %(count)s task they held goes to others within seconds: %(names)s.",
        "The %(count)s tasks they held go to others within seconds: %(names)s.",
        total,
    )
    return said % {"count": total, "names": _listed([f"{name} {held}" for name, held in holding.items()])}


def _listed(parts: list[str]) -> str:
    more = [_("and %(count)s more") % {"count": len(parts) - NAMED}] if len(parts) > NAMED else []
    return ", ".join(parts[:NAMED] + more)
