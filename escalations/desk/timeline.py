"""What happened to an escalation, in sentences, and whether the agent has its answer."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from escalations.models import Decision, Escalation, Event, Priority, Receipt
from reviewers.models import Reviewer

AT_MOST = 200  # the newest ones; an escalation that moved more often than that is one to look at in the audit log

NEWS_OF_DELIVERY = {"delivered", "delivery_failed"}
ENDS = {"resolved", "corrected", "cancelled", "expired"}  # what was delivered before does not count
ANSWERS = {"resolved", "corrected"}

Type = Event.Type


@dataclass(frozen=True)
class Moment:
    """`said` is what somebody wrote with it, `before` the answer that a correction replaced."""

    at: datetime
    text: str
    said: str
    kind: str
    is_quote: bool
    is_by_key: bool
    before: str = ""
    until: datetime | None = None
    whose: str = ""  # the id of whoever claimed it, or left what they had claimed

    @property
    def is_hand_over(self) -> bool:
        return self.kind == "assigned" and bool(self.said)

    @property
    def is_delivery(self) -> bool:
        return self.kind in NEWS_OF_DELIVERY


@dataclass(frozen=True)
class Reached:
    """Whether the answer has reached the agent. `tone` is good, caution or bad."""

    tone: str
    text: str


def of(escalation: Escalation) -> list[Moment]:
    """Newest first."""
    events = list(escalation.events.select_related("reviewer").order_by("-id")[:AT_MOST])
    replaced = _replaced(reversed(events))
    return [_moment(escalation, event, replaced.get(event.pk, "")) for event in events]


def reached(escalation: Escalation, moments: list[Moment]) -> Reached | None:
    if not escalation.is_finished:
        return None
    told = next((each for each in moments if each.kind in NEWS_OF_DELIVERY | ENDS), None)
    if told is not None and told.is_delivery:
        if told.kind == "delivered":
            return Reached("good", _("The agent's webhook has received the answer."))
        return Reached("bad", " ".join([_("The answer is saved, but the agent was not reached."), told.said]).strip())
    if escalation.webhook_url:
        return Reached("caution", _("The answer is saved and on its way to the agent's webhook."))
    return Reached("good", _("The answer is saved. The agent gave no webhook: it fetches the answer itself."))


def hand_over_note(moments: list[Moment]) -> Moment | None:
    """What was written for whoever has it now, if anything was."""
    last = next((each for each in moments if each.kind in {"assigned", "released", "declined", "reopened"}), None)
    return last if last is not None and last.is_hand_over else None


def left_by(person: Reviewer, moments: list[Moment]) -> Moment | None:
    """When it was taken back, because they did nothing with it; None once they have claimed it again."""
    last = next((each for each in moments if each.whose == str(person.pk)), None)
    return last if last is not None and last.kind == "lapsed" else None


def _replaced(events: Iterable[Event]) -> dict[int, str]:
    """The answer that each correction replaced, by the correction's event."""
    last, found = "", {}
    for event in events:
        kind = event.type.removeprefix("escalation.")
        if kind == "corrected" and last:
            found[event.pk] = last
        if kind in ANSWERS:
            last = _answer(event.facts)
    return found


def _answer(facts: dict[str, Any]) -> str:
    """An answer as one text: what was decided, what was filled in, what was written."""
    decision, edited = facts.get("decision"), facts.get("edited_action")
    parts = [
        str(Decision(decision).label) if decision in Decision.values else "",
        _compact(edited.get("arguments")) if isinstance(edited, dict) else "",
        _compact(facts["answer"]) if facts.get("answer") is not None else "",
        facts.get("resolution_notes") or "",
    ]
    return "\n".join(part for part in parts if part)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _moment(escalation: Escalation, event: Event, before: str) -> Moment:
    name = event.reviewer.display_name if event.reviewer else None
    words = {
        "who": name or (escalation.source_agent if event.actor_type == Event.Actor.AGENT else _("The desk")),
        "to": event.facts.get("assignee_name") or _("somebody"),
        "agent": escalation.source_agent,
        "status": event.data.get("status_code") or "",
        "policy": event.data.get("policy") or "",
        **_priorities(event),
        "category": event.data.get("category") or _("none of the reasons"),
    }
    return Moment(
        at=event.at,
        text=_sentence(event) % words,
        said=_said(event.data),
        kind=event.type.removeprefix("escalation."),
        is_quote=event.actor_type in {Event.Actor.AGENT, Event.Actor.REVIEWER},
        is_by_key=event.key_id is not None and event.reviewer_id is not None,
        before=before,
        until=parse_datetime(event.data.get("until") or "") if event.type == Type.SNOOZED else None,
        whose=_whose(event),
    )


def _priorities(event: Event) -> dict[str, str]:
    """Of a change of the priority, in words."""
    if event.type != Type.PRIORITY_CHANGED:
        return {}
    return {"old": Priority(event.data["from"]).label, "new": Priority(event.data["to"]).label}


def _whose(event: Event) -> str:
    if event.type == Type.CLAIMED:
        return str(event.reviewer_id)
    return str(event.data.get("reviewer", "")) if event.data.get("lease") == "claim_within" else ""


def _sentence(event: Event) -> str:
    by_kind = {
        Type.ASSIGNED: _assigned,
        Type.CLAIMED: _claimed,
        Type.RESOLVED: _resolved,
        Type.SNOOZED: _snoozed,
        Type.WOKEN: _woken,
        Type.REPORTED: _reported,
        Type.DELIVERED: _delivered,
        Type.ON_CALL_NOTIFIED: _notified,
        Type.MANAGER_NOTIFIED: _notified,
        Type.LAPSED: _lapsed,
        Type.PRIORITY_CHANGED: _reprioritised,
    }
    known = by_kind.get(Type(event.type))
    return known(event) if known else _plain(event)


def _plain(event: Event) -> str:
    return {
        Type.CREATED: _("%(agent)s asked"),
        Type.RELEASED: _("%(who)s gave it back"),
        Type.DECLINED: _("%(who)s declined it"),
        Type.INFO_REQUESTED: _("%(who)s asked %(agent)s back"),
        Type.REPLIED: _("%(agent)s replied"),
        Type.BUMPED: _("It was moved up the queue (policy “%(policy)s”)"),
        Type.CHANNEL_NOTIFIED: _("A channel was told (policy “%(policy)s”)"),
        Type.REOPENED: _("%(who)s opened it again"),
        Type.CORRECTED: _("%(who)s corrected the answer"),
        Type.CANCELLED: _("%(agent)s withdrew it"),
        Type.MOVED: _("Moved to the pool that stands in, because nobody of its own was on duty"),
        Type.EXTENDED: _("%(agent)s moved its deadline"),
        Type.CATEGORISED: _("%(who)s said why it came: %(category)s")
        if event.reviewer_id
        else _("Sorted: %(category)s"),
        Type.EXPIRED: _("The agent's own deadline passed"),
        Type.DELIVERY_FAILED: _("The agent's webhook was not reached"),
    }.get(Type(event.type), event.get_type_display().replace("%", "%%"))


def _assigned(event: Event) -> str:
    if not event.reviewer_id:
        return _("Assigned to %(to)s")
    if event.data.get("note"):
        return _("%(who)s gave it to %(to)s, with a note")
    return _("%(who)s gave it to %(to)s")


def _claimed(_event: Event) -> str:
    return _("%(who)s claimed it")


def _resolved(event: Event) -> str:
    if event.actor_type == Event.Actor.POLICY:
        return _("Answered by a policy")
    words: dict[str, str] = {
        Decision.APPROVE: _("%(who)s approved it"),
        Decision.EDIT: _("%(who)s approved it with changes"),
        Decision.REJECT: _("%(who)s rejected it"),
    }
    return words.get(event.facts.get("decision") or "", _("%(who)s answered"))


def _snoozed(event: Event) -> str:
    return _("%(who)s snoozed it until") if event.data.get("until") else _("%(who)s snoozed it until the agent replies")


def _woken(event: Event) -> str:
    return _("%(who)s woke it") if event.reviewer_id else _("The snooze was over")


def _reported(event: Event) -> str:
    words: dict[str, str] = {
        Receipt.APPLIED: _("%(agent)s reported: done as answered"),
        Receipt.FAILED: _("%(agent)s reported: it could not be done"),
        Receipt.IGNORED: _("%(agent)s reported: not followed"),
    }
    return words.get(event.data.get("receipt") or "", _("%(agent)s reported"))


def _delivered(event: Event) -> str:
    if event.data.get("status_code"):
        return _("The agent's webhook received the news (%(status)s)")
    return _("The agent's webhook received the news")


def _lapsed(event: Event) -> str:
    if event.data.get("lease") == "claim_within":
        return _("Taken back, because its holder did nothing with it for too long")
    return _("Taken back, because it was not claimed in time")


def _reprioritised(_event: Event) -> str:
    return _("%(who)s changed its priority from %(old)s to %(new)s")


def _notified(event: Event) -> str:
    """Who heard, also where it is somebody else than the policy meant."""
    return {
        "on_call": _("Whoever is on call was told (policy “%(policy)s”)"),
        "manager": _("The manager was told (policy “%(policy)s”)"),
        "admins": _("The admins were told, as nobody else is there to hear (policy “%(policy)s”)"),
    }.get(event.data.get("told", ""), _("Nobody is there to be told (policy “%(policy)s”)"))


def _said(data: dict[str, Any]) -> str:
    """What a person, the agent or the sender wrote with it, as one text."""
    names = ("message", "note", "reason", "error", "detail")
    return " ".join(str(data[name]) for name in names if data.get(name))
