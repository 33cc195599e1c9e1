"""What happened to an escalation, in sentences, and whether the agent has its answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from escalations.models import Escalation, Event

AT_MOST = 200  # the newest ones; an escalation that moved more often than that is one to look at in the audit log

NEWS_OF_DELIVERY = {"delivered", "delivery_failed"}
ENDS = {"resolved", "corrected", "cancelled", "expired"}  # what was delivered before does not count

Type = Event.Type


@dataclass(frozen=True)
class Moment:
    at: datetime
    text: str
    said: str
    kind: str
    is_quote: bool
    is_by_key: bool


@dataclass(frozen=True)
class Reached:
    """Whether the answer has reached the agent. `tone` is good, caution or bad."""

    tone: str
    text: str


def of(escalation: Escalation) -> list[Moment]:
    """Newest first."""
    events = escalation.events.select_related("reviewer").order_by("-id")[:AT_MOST]
    return [_moment(escalation, event) for event in events]


def reached(escalation: Escalation, moments: list[Moment]) -> Reached | None:
    if not escalation.is_finished:
        return None
    told = next((each for each in moments if each.kind in NEWS_OF_DELIVERY | ENDS), None)
    if told is not None and told.kind in NEWS_OF_DELIVERY:
        if told.kind == "delivered":
            return Reached("good", _("The agent's webhook has received the answer."))
        return Reached("bad", " ".join([_("The answer is saved, but the agent was not reached."), told.said]).strip())
    if escalation.webhook_url:
        return Reached("caution", _("The answer is saved and on its way to the agent's webhook."))
    return Reached("good", _("The answer is saved. The agent gave no webhook: it fetches the answer itself."))


def _moment(escalation: Escalation, event: Event) -> Moment:
    name = event.reviewer.display_name if event.reviewer else None
    words = {
        "who": name or (escalation.source_agent if event.actor_type == Event.Actor.AGENT else _("The desk")),
        "to": event.facts.get("assignee_name") or _("somebody"),
        "agent": escalation.source_agent,
    }
    return Moment(
        at=event.at,
        text=_sentence(event) % words,
        said=_said(event.data),
        kind=event.type.removeprefix("escalation."),
        is_quote=event.actor_type in {Event.Actor.AGENT, Event.Actor.REVIEWER},
        is_by_key=event.key_id is not None and event.reviewer_id is not None,
    )


def _sentence(event: Event) -> str:
    if event.type == Type.ASSIGNED:
        return _("%(who)s gave it to %(to)s") if event.reviewer_id else _("Assigned to %(to)s")
    if event.type == Type.RESOLVED and event.actor_type == Event.Actor.POLICY:
        return _("Answered by a policy")
    return {
        Type.CREATED: _("%(agent)s asked"),
        Type.CLAIMED: _("%(who)s claimed it"),
        Type.RELEASED: _("%(who)s gave it back"),
        Type.DECLINED: _("%(who)s declined it"),
        Type.RESOLVED: _("%(who)s answered"),
        Type.REOPENED: _("%(who)s opened it again"),
        Type.CORRECTED: _("%(who)s corrected the answer"),
        Type.CANCELLED: _("%(agent)s withdrew it"),
        Type.DELIVERED: _("The agent's webhook received the news"),
        Type.DELIVERY_FAILED: _("The agent's webhook was not reached"),
    }.get(Type(event.type), event.get_type_display())


def _said(data: dict[str, Any]) -> str:
    """What a person or the sender wrote with it, as one text."""
    if data.get("status_code") and not data.get("detail"):
        return _("It answered with status %(status)s.") % {"status": data["status_code"]}
    return " ".join(str(data[name]) for name in ("note", "reason", "error", "detail") if data.get(name))
