"""Texts as Slack takes them: without secrets, without anything Slack would act on, and within a budget. Pure.

Whatever an agent wrote goes out as `plain_text`, in which Slack reads no mention, no link and no markup; `&`, `<` and
`>` are escaped all the same, because a notification shows the text where that is read.
"""

from typing import Any, TypeAlias

from escalations import redaction
from escalations.contexts.characters import INVISIBLE

Block: TypeAlias = dict[str, Any]

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_TAIL = "… ({n} more characters on the desk)"


def fitted(text: str, most: int) -> str:
    """At most so many characters when escaped. A text that is cut says so, and how much is missing."""
    text = _tidy(text)
    escaped = escape(text)
    if len(escaped) <= most:
        return escaped
    room = most - len(_TAIL.format(n=len(text)))
    kept = _fitting(text, room)
    return escape(text[:kept]) + _TAIL.format(n=len(text) - kept)


def line(text: str, most: int) -> str:
    """As `fitted`, on one line, with three dots for what is cut."""
    flat = " ".join(_tidy(text).split())
    escaped = escape(flat)
    return escaped if len(escaped) <= most else escape(flat[: _fitting(flat, most - 1)]) + "…"


def plain(text: str) -> Block:
    """A text object of what `fitted` or `line` gave."""
    return {"type": "plain_text", "text": text, "emoji": False}


def escape(text: str) -> str:
    """See https://docs.slack.dev/messaging/formatting-message-text#escaping."""
    return "".join(_ESCAPES.get(each, each) for each in text)


def _tidy(text: str) -> str:
    return INVISIBLE.sub("", redaction.clean(text)).strip()


def _fitting(text: str, room: int) -> int:
    """How many characters fit; an escape is never cut apart."""
    used = 0
    for index, each in enumerate(text):
        used += len(_ESCAPES.get(each, each))
        if used > room:
            return index
    return len(text)
