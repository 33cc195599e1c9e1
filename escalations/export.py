"""Lists as CSV that is safe to open in a spreadsheet.

What agents and people wrote is text there and never a formula (OWASP, "CSV Injection"): a cell that could begin one
gets an apostrophe. A file is made whole before it is sent (docs/decisions/), so it is limited in rows and in bytes.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpResponse
from django.utils import timezone

from escalations.models import Escalation, EscalationQuerySet

if TYPE_CHECKING:
    from collections.abc import Generator

AT_MOST = 10_000  # rows of one file
BYTES_AT_MOST = 32 * 2**20
AT_ONCE = 500  # rows fetched from the database
# Full-width forms are taken for the plain ones by some spreadsheets.
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
UNREAD = ("context_data", "digest", "metadata", "response_schema", "action")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel does not take the file for UTF-8

Cell = str | int | None
Column = tuple[str, Callable[[Escalation], Cell]]


class TooLarge(Exception):
    """That is too much for one file. Narrow the list by a filter or a shorter period, and export again."""

    @property
    def detail(self) -> str:
        return f"{self.__doc__} A file takes {AT_MOST:,} rows."


def response(escalations: EscalationQuerySet) -> HttpResponse:
    """A download of the escalations in their order. Raises TooLarge."""
    listed = escalations.with_names().defer(*UNREAD)[: AT_MOST + 1]
    reading = cast("Generator[Escalation]", listed.iterator(chunk_size=AT_ONCE))
    with closing(reading) as found:
        return attachment(rows(found), "escalations")


def rows(escalations: Iterable[Escalation]) -> Iterator[bytes]:
    """The head and a line for each; escalations come `with_names`."""
    head = [name for name, _ in COLUMNS]
    return table(head, ([read(each) for _, read in COLUMNS] for each in escalations))


def table(head: Iterable[str], lines: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """Any list as CSV: RFC 4180, in UTF-8 with its mark, line by line."""
    yield (BYTE_ORDER_MARK + _line(head)).encode()
    for line in lines:
        yield _line(line).encode()


def attachment(parts: Iterable[bytes], name: str) -> HttpResponse:
    """The lines as a download, named and dated. Raises TooLarge instead of sending a part of them."""
    body = bytearray()
    for count, part in enumerate(parts):
        body += part
        if count > AT_MOST or len(body) > BYTES_AT_MOST:
            raise TooLarge
    filename = f"{name}-{timezone.now():%Y-%m-%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
    return HttpResponse(bytes(body), content_type="text/csv; charset=utf-8", headers=headers)


def moment(at: datetime | None) -> str:
    """In UTC, as spreadsheets read it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at else ""


def compact(value: Any) -> str:  # noqa: ANN401 - any JSON
    return "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _line(cells: Iterable[Cell]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_safe(cell) for cell in cells])
    return line.getvalue()


def _safe(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(STARTS_A_FORMULA) else cell


COLUMNS: tuple[Column, ...] = (
    ("Number", lambda each: each.reference),
    ("Priority", lambda each: each.get_priority_display()),
    ("Status", lambda each: each.get_status_display()),
    ("Overdue", lambda each: "yes" if each.is_overdue else "no"),
    ("Agent", lambda each: each.source_agent),
    ("Pool", lambda each: each.pool_name),
    ("Tags", lambda each: ", ".join(each.tags)),
    ("Assigned to", lambda each: each.assignee_name),
    ("Issue", lambda each: each.issue_description),
    ("Created (UTC)", lambda each: moment(each.created_at)),
    ("Assigned (UTC)", lambda each: moment(each.assigned_at)),
    ("Claimed (UTC)", lambda each: moment(each.claimed_at)),
    ("Due (UTC)", lambda each: moment(each.due_at)),
    ("Finished (UTC)", lambda each: moment(each.finished_at)),
    ("Decision", lambda each: each.get_decision_display() if each.decision else ""),
    ("Answer", lambda each: each.resolution_notes),
    ("Structured answer", lambda each: compact(each.answer)),
    ("Decided by", lambda each: each.decided_by_name),
    ("Id", lambda each: str(each.pk)),
)
