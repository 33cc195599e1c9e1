"""What people are told, as data: what leaves is cut to a budget and cleaned of secrets here."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from escalations.api.representation import moment
from escalations.models import Escalation, Event
from escalations.redaction import clean
from notifications import fanout
from reviewers.models import Reviewer

TEST = "notice.test"
DIGEST = "notice.digest"
ISSUE = 1200  # characters of what was asked
SAID = 600  # characters of what the agent said
LINE = 140  # characters of one line of a digest
LISTED = 30  # lines of a digest


@dataclass(frozen=True)
class Why:
    """Why somebody hears: `code` is for programs, `text` for people, `actions` what they can do by a link."""

    code: str
    text: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notice:
    """One thing to tell; `escalation` is as the event left it. `reviewer` is None when a pool's channel is told."""

    event: Event
    escalation: Escalation
    why: Why
    reviewer: Reviewer | None = None


def new_id() -> str:
    return uuid.uuid4().hex


def body(notice: Notice) -> bytes:
    escalation = notice.escalation
    issue = _cut(escalation.issue_description, ISSUE)
    head = f"[{escalation.reference} {escalation.priority}] {notice.why.text}: {_cut(issue, LINE)}"
    data = {
        "subject": head,
        "why": notice.why.text,
        "reason": notice.why.code,
        "reviewer": str(notice.reviewer.pk) if notice.reviewer else None,
        "escalation": line(notice) | {"issue_description": issue, "due_at": moment(escalation.due_at)},
        "said": _cut(str(notice.event.data.get("message", "")), SAID),
        "actions": list(notice.why.actions),
        "url": escalation.html_url,
    }
    return fanout.message(f"notice.{notice.why.code}", moment(notice.event.at), data)


def line(notice: Notice) -> dict[str, Any]:
    """One escalation, as a digest lists it."""
    escalation = notice.escalation
    return {
        "id": str(escalation.pk),
        "reference": escalation.reference,
        "priority": escalation.priority,
        "source_agent": _cut(escalation.source_agent, LINE),
        "pool": escalation.pool_name,
        "issue_description": _cut(escalation.issue_description, LINE),
        "why": notice.why.text,
        "url": escalation.html_url,
    }


def digest(lines: list[dict[str, Any]], *, count: int, was_quiet: bool = False) -> bytes:
    """Many notices in one message: the first are listed, all are counted."""
    said = _("%(count)d things happened on the escalation desk within a minute") % {"count": count}
    if was_quiet:
        said = ngettext(
            "While it was quiet, %(count)d thing happened on the escalation desk",
            "While it was quiet, %(count)d things happened on the escalation desk",
            count,
        ) % {"count": count}
    data = {
        "subject": said,
        "why": said,
        "reason": "digest",
        "escalations": lines[:LISTED],
        "count": count,
        "left_out": max(0, count - LISTED),
        "actions": [],
        "url": f"{settings.PUBLIC_URL}/desk/mine/",
    }
    return fanout.message(DIGEST, None, data)


def plain(code: str, subject: str, *, said: str, url: str, at: str | None) -> bytes:
    """Something that is about no task: `subject` says it, `said` says more."""
    data = {"subject": subject, "why": subject, "reason": code, "details": said, "actions": [], "url": url}
    return fanout.message(f"notice.{code}", at, data)


def test(at: str | None) -> bytes:
    said = _("A test from the escalation desk")
    data = {"subject": said, "why": said, "reason": "test", "actions": [], "url": settings.PUBLIC_URL}
    return fanout.message(TEST, at, data)


def _cut(text: str, limit: int) -> str:
    """Cleaned before it is cut, so that no half of a secret stays."""
    cleaned = clean(text).replace("\0", "\ufffd")
    return cleaned if len(cleaned) <= limit else f"{cleaned[: limit - 1].rstrip()}…"
