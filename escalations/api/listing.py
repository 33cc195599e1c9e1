"""Lists of escalations: filters, orders, and pages that begin behind a known row (keyset), however far one has come.

A cursor holds the order and that row's place in it. It grants nothing; one that does not fit is refused.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorExact
from django.db.models import Case, F, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Coalesce, Now, NullIf
from rest_framework.request import Request

from escalations.api.authentication import Caller
from escalations.api.parameters import Parameters
from escalations.api.representation import LARGE
from escalations.models import UNFINISHED, Escalation, EscalationQuerySet, Priority, Status
from escalations.reasons import NO_REASON

FILTERS = (
    *("status", "priority", "source_agent", "assigned_to", "pool", "tag", "reason", "q", "overdue"),
    *("created_after", "created_before"),
)
KNOWN = (*FILTERS, "ordering", "limit", "cursor", "include")
# A minus that excludes no word. A row of them is more than PostgreSQL's parser of searches can stack.
LONE_MINUS = re.compile(r'-(?![\w"])')


class Key(NamedTuple):
    """A column of an order."""

    name: str
    is_descending: bool
    read: Callable[[Any], Any]  # from the text of a cursor


def _moment(text: Any) -> datetime:  # noqa: ANN401 - whatever a cursor holds
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found.astimezone(UTC)


ID = Key("id", is_descending=False, read=lambda text: UUID(str(text)))
OLDEST = (Key("created_at", is_descending=False, read=_moment), ID)
# Priority is the one queue order, in which a task gains as it waits; status goes from open to finished, newest first.
ORDERINGS = {
    "age": OLDEST,
    "priority": (Key("queue_at", is_descending=False, read=_moment), ID),
    "status": (
        Key("status_rank", is_descending=False, read=lambda rank: list(range(len(Status.values))).index(rank)),
        *(key._replace(is_descending=True) for key in OLDEST),
    ),
}
DEFAULT = "-age"
STATUS_RANK = Case(
    *(When(status=status, then=Value(rank)) for rank, status in enumerate(Status.values)), output_field=IntegerField()
)
LATE = Q(status__in=UNFINISHED, due_at__lt=Now())
INDEXED_WORDS = SearchVector("issue_description", config="simple")  # as in the index `words`


class Page(NamedTuple):
    rows: list[Escalation]
    next: str | None
    previous: str | None

    def link(self) -> dict[str, str]:
        """The header of RFC 8288, where there is somewhere to go."""
        ends = (("next", self.next), ("prev", self.previous))
        links = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in ends if url)
        return {"Link": links} if links else {}


class _Cursor(NamedTuple):
    ordering: str
    is_backward: bool
    place: list[Any]


def wants_context(parameters: Parameters) -> bool:
    return parameters.word("include", ("context_data",)) is not None


def page(request: Request, caller: Caller, parameters: Parameters, *, context: bool) -> Page:
    """The page that the request asks for, in one statement. Raises a 400 for what cannot be used."""
    rows = _filtered(caller.listed(), caller, parameters)
    ordering = parameters.word("ordering", [sign + name for name in ORDERINGS for sign in ("", "-")])
    cursor = _cursor(parameters, ordering)
    limit = parameters.limit()
    parameters.refuse_flaws()
    keys = _keys(cursor.ordering)
    if cursor.is_backward:
        keys = _reversed(keys)
    if any(key.name == "status_rank" for key in keys):
        rows = rows.alias(status_rank=STATUS_RANK)
    if cursor.place:
        rows = rows.filter(_behind(keys, cursor.place))
    rows = rows.order_by(*(("-" if key.is_descending else "") + key.name for key in keys))
    found = list(_with_names(rows, context=context)[: limit + 1])
    return _page(request, cursor, found, limit)


def _page(request: Request, cursor: _Cursor, found: list[Escalation], limit: int) -> Page:
    has_more, found = len(found) > limit, found[:limit]
    if cursor.is_backward:
        found.reverse()
    is_next, is_previous = (bool(cursor.place), has_more) if cursor.is_backward else (has_more, bool(cursor.place))
    if not found:
        return Page([], None, None)
    onward = _Cursor(cursor.ordering, is_backward=False, place=_place(cursor, found[-1]))
    back = _Cursor(cursor.ordering, is_backward=True, place=_place(cursor, found[0]))
    return Page(found, _url(request, onward) if is_next else None, _url(request, back) if is_previous else None)


def _filtered(rows: EscalationQuerySet, caller: Caller, parameters: Parameters) -> EscalationQuerySet:
    exact = {
        "status__in": parameters.words("status", Status.values),
        "priority__in": parameters.words("priority", Priority.values),
        "source_agent": parameters.text("source_agent"),
        "pool__name": parameters.text("pool"),
        "created_at__gt": parameters.moment("created_after"),
        "created_at__lt": parameters.moment("created_before"),
    }
    rows = rows.filter(**{lookup: value for lookup, value in exact.items() if value})
    if tag := parameters.text("tag"):
        rows = rows.filter(tags__contains=[tag])
    if reason := parameters.text("reason"):
        rows = rows.filter(reason=None if reason == NO_REASON else reason)
    if words := parameters.text("q"):
        query = SearchQuery(LONE_MINUS.sub(" ", words), config="simple", search_type="websearch")
        rows = rows.filter(SearchVectorExact(INDEXED_WORDS, query))
    if (overdue := parameters.flag("overdue")) is not None:
        rows = rows.filter(LATE if overdue else ~LATE)
    return _of_assignee(rows, caller, parameters)


def _of_assignee(rows: EscalationQuerySet, caller: Caller, parameters: Parameters) -> EscalationQuerySet:
    match parameters.text("assigned_to"):
        case None:
            return rows
        case "none":
            return rows.filter(assigned_to=None)
        case "me" if caller.reviewer:
            return rows.filter(assigned_to=caller.reviewer)
        case _:
            return rows.filter(assigned_to=parameters.identifier("assigned_to"))


def _with_names(rows: EscalationQuerySet, *, context: bool) -> EscalationQuerySet:
    """With the two names joined rather than their whole rows, and without the context unless it is wanted."""
    name = NullIf("assigned_to__name", Value(""), output_field=TextField())
    person = Coalesce(name, "assigned_to__email", output_field=TextField())
    named = rows.annotate(pool_name=F("pool__name"), assignee_name=person)  # type: ignore[no-redef]  # cached properties
    return named if context else named.defer("digest", *LARGE)


def _keys(ordering: str) -> tuple[Key, ...]:
    keys = ORDERINGS[ordering.removeprefix("-")]
    return _reversed(keys) if ordering.startswith("-") else keys


def _reversed(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    return tuple(key._replace(is_descending=not key.is_descending) for key in keys)


def _behind(keys: tuple[Key, ...], place: list[Any]) -> Q:
    """The rows behind the place. The first column is bound by itself, too, so that its index is used."""
    condition = Q()
    for key, value in reversed(list(zip(keys, place, strict=True))):
        beyond = Q(**{f"{key.name}__{'lt' if key.is_descending else 'gt'}": value})
        condition = beyond | (Q(**{key.name: value}) & condition) if condition else beyond
    first = keys[0]
    return Q(**{f"{first.name}__{'lte' if first.is_descending else 'gte'}": place[0]}) & condition


def _place(cursor: _Cursor, row: Escalation) -> list[Any]:
    ranks = {"status_rank": Status.values.index(row.status)}
    values = [ranks[key.name] if key.name in ranks else getattr(row, key.name) for key in _keys(cursor.ordering)]
    return [value if isinstance(value, int) else str(value) for value in values]


def _url(request: Request, cursor: _Cursor) -> str:
    text = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")
    query = {name: value for name, value in request.query_params.items() if name != "cursor"}
    return f"{settings.PUBLIC_URL}{request.path}?{urlencode(query | {'cursor': text})}"


def _cursor(parameters: Parameters, ordering: str | None) -> _Cursor:
    """Where the page begins. Notes a flaw when the cursor was not made by us, or for another order."""
    text = parameters.text("cursor")
    start = _Cursor(ordering or DEFAULT, is_backward=False, place=[])
    if text is None:
        return start
    try:
        cursor = _read(text)
    except (ValueError, TypeError, KeyError, OverflowError, binascii.Error, RecursionError):
        parameters.note(
            "cursor", "invalid_cursor", "Use the cursor of an answer's next or previous, as it stands there."
        )
        return start
    if ordering and cursor.ordering != ordering:
        parameters.note("cursor", "invalid_cursor", "This cursor belongs to another ordering.")
    return cursor


def _read(text: str) -> _Cursor:
    ordering, is_backward, place = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), "-_", validate=True))
    if not isinstance(ordering, str) or not isinstance(is_backward, bool):
        raise TypeError
    read = [key.read(value) for key, value in zip(_keys(ordering), place, strict=True)]
    return _Cursor(ordering, is_backward, read)
