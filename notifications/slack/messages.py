"""The message of an escalation in Slack: what is asked, by whom, until when, and buttons for what may be done. Pure.

Limits of Slack: https://docs.slack.dev/reference/block-kit/blocks.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from escalations.desk import spoken
from escalations.models import Escalation, Priority
from notifications.slack.texts import Block, fitted, line, plain

HEADER, SECTION, FIELD, FALLBACK = 150, 3000, 200, 300  # characters
DIGEST_LINES, DIGEST_LINE = 8, 200
LISTED = 45  # blocks, of the 50 that Slack takes

CLAIM, RESOLVE, RELEASE, OPEN = "claim", "resolve", "release", "open"
# A word and a shape, so that colour and pictures are not needed.
SHAPES = {Priority.URGENT: "▲", Priority.HIGH: "◆", Priority.MEDIUM: "●", Priority.LOW: "○"}


class Message(NamedTuple):
    """`text` is what notifications and screen readers say."""

    text: str
    blocks: list[Block]


def of(escalation: Escalation, *, why: str = "", now: datetime | None = None) -> Message:
    """`why` says to whoever gets it why they do, in a sentence."""
    now = now or datetime.now(UTC)
    head = heading(escalation)
    blocks = [
        {"type": "header", "text": plain(line(head, HEADER))},
        *([_section(why)] if why else []),
        _section(escalation.issue_description),
        *([_section(said_of(escalation.action))] if escalation.action else []),
        {"type": "section", "fields": [plain(line(each, FIELD)) for each in _facts(escalation, now)]},
        *_digest(escalation.digest),
        {"type": "actions", "block_id": "verbs", "elements": list(_buttons(escalation))},
    ]
    return Message(line(f"{head}: {why or escalation.issue_description}", FALLBACK), blocks)


def listed(data: dict[str, Any]) -> Message:
    """A digest, a test, or a notice without buttons: `data` is as `notifications/messages.py` makes it."""
    lines = [
        f"{each['reference']} · {each['why']}\n{each['issue_description']}" for each in data.get("escalations", [])
    ]
    alone = [data["escalation"]["issue_description"]] if "escalation" in data else []
    alone += [data["details"]] if data.get("details") else []
    left_out = data.get("left_out", 0)
    more = [f"And {left_out} more."] if left_out else []
    button = {"type": "button", "action_id": OPEN, "text": plain("Open"), "url": data["url"]}
    blocks = [_section(each) for each in [data["subject"], *alone, *lines[:LISTED], *more]]
    return Message(line(data["subject"], FALLBACK), [*blocks, {"type": "actions", "elements": [button]}])


def heading(escalation: Escalation) -> str:
    priority = Priority(escalation.priority)
    return f"{SHAPES[priority]} {priority.label} · {escalation.reference}"


def _section(text: str) -> Block:
    return {"type": "section", "text": plain(fitted(text, SECTION))}


def said_of(action: dict[str, Any]) -> str:
    arguments = json.dumps(action.get("arguments"), ensure_ascii=False, indent=1)
    return f"It wants to do: {action.get('name')}\n{arguments}"


def _facts(escalation: Escalation, now: datetime) -> list[str]:
    return [
        f"Agent: {escalation.source_agent}",
        f"Pool: {escalation.pool_name}",
        _stage(escalation),
        _time(escalation, now),
    ]


def _stage(escalation: Escalation) -> str:
    name = escalation.assignee_name
    if escalation.is_finished:
        by = escalation.decided_by_name or name
        return f"{escalation.get_status_display()} by {by}" if by else escalation.get_status_display()
    if name is None:
        return "Unassigned"
    return f"Claimed by {name}" if escalation.claimed_at else f"Assigned to {name}"


def _time(escalation: Escalation, now: datetime) -> str:
    if escalation.finished_at:
        return f"Finished at {_clock(escalation.finished_at)}"
    if escalation.waiting_on == "agent":
        return "On hold until the agent replies"
    left = (escalation.due_at - now).total_seconds()
    length = spoken.span(abs(left))
    return f"Overdue by {length}" if left < 0 else f"Time left: {length}, until {_clock(escalation.due_at)}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %H:%M} UTC"


def _digest(digest: dict[str, Any]) -> list[Block]:
    lines = [line(each, DIGEST_LINE) for each in _lines(digest)]
    shown = lines[:DIGEST_LINES]
    return [{"type": "context", "elements": [plain(each) for each in shown]}] if shown else []


def _lines(digest: dict[str, Any]) -> Iterator[str]:
    """The size of the context, what went wrong in it, and what was said last."""
    if digest.get("values", 0) > 1:
        whole = "" if digest.get("is_complete", True) else "; only a part was looked at"
        yield f"Context on the desk: {digest['bytes']:,} bytes, {digest['messages']} messages{whole}"
    for found in digest.get("errors", {}).get("lines", [])[:3]:
        yield f"Error: {found['text']}"
    for said in digest.get("last", [])[-3:]:
        yield f"{said['role']}: {said['text']}"


def _buttons(escalation: Escalation) -> Iterator[Block]:
    value = str(escalation.pk)
    if not escalation.is_finished:
        if escalation.claimed_at is None:
            yield _button(CLAIM, "Claim", value) | {"style": "primary"}
        yield _button(RESOLVE, "Resolve", value)
        if escalation.assigned_to_id is not None:
            yield _button(RELEASE, "Release", value)
    yield _button(OPEN, "Open", value) | {"url": escalation.html_url}


def _button(verb: str, label: str, value: str) -> Block:
    return {"type": "button", "action_id": verb, "text": plain(label), "value": value}
