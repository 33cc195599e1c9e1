"""Calendars as text, by RFC 5545: lines of at most 75 octets that end with CR LF, and text with its escapes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

OCTETS = 75  # of a line, without its end (section 3.1)
ESCAPED = re.compile(r"[\\;,]")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # no text has them (section 3.1), but for tabs


class Entry(NamedTuple):
    """`uid` stays the same for as long as it is the same entry."""

    uid: str
    start: datetime
    end: datetime
    summary: str


def calendar(name: str, entries: Iterable[Entry], *, at: datetime) -> str:
    """An iCalendar object, as it stands `at` that moment."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Escalation desk//On call//EN", "CALSCALE:GREGORIAN"]
    lines = [*head, f"X-WR-CALNAME:{text(name)}"]
    for each in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{text(each.uid)}",
            f"DTSTAMP:{moment(at)}",
            f"DTSTART:{moment(each.start)}",
            f"DTEND:{moment(each.end)}",
            f"SUMMARY:{text(each.summary)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{folded(line)}\r\n" for line in (*lines, "END:VCALENDAR"))


def moment(value: datetime) -> str:
    """In UTC (section 3.3.5, form 2)."""
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def text(value: str) -> str:
    """A TEXT value (section 3.3.11)."""
    plain = CONTROLS.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return ESCAPED.sub(r"\\\g<0>", plain).replace("\n", "\\n")


def folded(line: str) -> str:
    """The line in pieces, each but the first after a space, and none of them cut inside a character."""
    pieces, piece, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + character, size + width
    return "\r\n".join((*pieces, piece))
