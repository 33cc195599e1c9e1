"""Views of the queue that somebody keeps for themselves: filters, order and view, under a name of theirs."""

from dataclasses import replace

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from escalations.desk.listing import PAGE, Listing
from escalations.desk.people import viewer_of
from escalations.models import SavedView
from reviewers.models import Reviewer

AT_MOST = 20  # of one person
NAME_AT_MOST = 40  # characters


class CannotSave(Exception):
    """Why a view is not kept under that name, in words to the person."""


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    listing = replace(Listing.of_text(request.POST.get("query", "")), shown=PAGE)
    try:
        view = add(viewer_of(request), request.POST.get("name", ""), listing)
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    except CannotSave as reason:
        messages.error(request, str(reason))
    return HttpResponseRedirect(listing.address)


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename it, move it, or delete it: what the button that was pressed says."""
    view = get_object_or_404(SavedView, pk=pk, reviewer=viewer_of(request))
    back = Listing.of_text(request.POST.get("query", "")).address
    wish = request.POST.get("do", "")
    if wish == "delete":
        view.delete()
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    elif wish in {"up", "down"}:
        move(view, by=-1 if wish == "up" else 1)
    else:
        _rename(request, view)
    return HttpResponseRedirect(back)


def of(viewer: Reviewer) -> list[SavedView]:
    return list(SavedView.objects.filter(reviewer=viewer))


def add(viewer: Reviewer, name: str, listing: Listing) -> SavedView:
    """Raises CannotSave."""
    name = _fit(name)
    known = of(viewer)
    if len(known) >= AT_MOST:
        raise CannotSave(_("You have %(count)s saved views already. Delete one first.") % {"count": AT_MOST})
    position = max((view.position for view in known), default=0) + 1
    view = SavedView(reviewer=viewer, name=name, query=listing.query, position=position)
    return _kept(view)


def rename(view: SavedView, to: str) -> SavedView:
    """Raises CannotSave."""
    view.name = _fit(to)
    return _kept(view)


@transaction.atomic
def move(view: SavedView, *, by: int) -> None:
    """One place towards the front (-1) or the end (1); at the edge it stays."""
    views = of(view.reviewer)
    place = views.index(view)
    other = min(max(place + by, 0), len(views) - 1)
    views.insert(other, views.pop(place))
    for position, each in enumerate(views, 1):
        each.position = position
    SavedView.objects.bulk_update(views, ["position"])


def _rename(request: HttpRequest, view: SavedView) -> None:
    try:
        rename(view, request.POST.get("name", ""))
        messages.success(request, _("The view is called “%(name)s” now.") % {"name": view.name})
    except CannotSave as reason:
        messages.error(request, str(reason))


def _fit(name: str) -> str:
    fit = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not fit:
        raise CannotSave(_("Give the view a name."))
    if len(fit) > NAME_AT_MOST:
        raise CannotSave(_("That name is too long: %(count)s characters at most.") % {"count": NAME_AT_MOST})
    return fit


def _kept(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise CannotSave(_("You have a view “%(name)s” already. Choose another name.") % {"name": view.name}) from error
    return view
