"""Who hears of an event, and why. What is over by now is told to nobody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from escalations.models import Escalation, Event, Priority
from notifications.messages import Why
from reviewers import oncall

LAPSES_FOR_ON_CALL = 2


@dataclass(frozen=True)
class Heard:
    """A person, or a pool's `channel`, that hears. `as_urgent`: by the channels for what is urgent, whatever it is."""

    why: Why
    reviewer: UUID | None = None
    channel: str = ""
    as_urgent: bool = False


@dataclass(frozen=True)
class Happened:
    """An event with its escalation as the event left it (`then`) and as it is (`now`)."""

    event: Event
    then: Escalation
    now: Escalation


def of(happened: Happened) -> list[Heard]:
    """Everybody once. Nobody hears of the sandbox, of samples, and of what is finished."""
    now = happened.now
    if now.is_sandbox or now.is_finished or (isinstance(now.metadata, dict) and now.metadata.get("sample")):
        return []
    found = {(each.reviewer, each.channel): each for each in RULES[happened.event.type](happened)}
    return list(found.values())


def _assigned(happened: Happened) -> Iterable[Heard]:
    """The assignee, unless they took it themselves, have claimed it by now, or lost it again."""
    person = happened.then.assigned_to_id
    is_own = happened.event.reviewer_id == person
    if person and not is_own and happened.now.assigned_to_id == person and not happened.now.claimed_at:
        is_urgent = happened.then.priority == Priority.URGENT
        text = _("Urgent, and assigned to you") if is_urgent else _("Assigned to you")
        yield Heard(Why("assigned", text, ("claim", "release")), person)


def _created(happened: Happened) -> Iterable[Heard]:
    """Of what is urgent the on-call hears at once, too; the assignee hears that it is assigned."""
    if happened.then.priority != Priority.URGENT or happened.now.claimed_at:
        return
    person = _on_call(happened)
    if person and person != happened.then.assigned_to_id:
        name = happened.then.assignee_name
        who = _("assigned to %(name)s") % {"name": name} if name else _("nobody has it yet")
        yield Heard(Why("urgent", _("Urgent, %(who)s; you are on call") % {"who": who}, ("claim",)), person)


def _raised(happened: Happened) -> Iterable[Heard]:
    """What becomes urgent is news for whoever has it, and for the on-call while nobody has claimed it."""
    if happened.then.priority != Priority.URGENT:
        return
    yield from _created(happened)
    holder = happened.now.assigned_to_id
    if holder and holder != happened.event.reviewer_id:
        yield Heard(Why("urgent", _("Urgent now, and yours")), holder)


def _lapsed(happened: Happened) -> Iterable[Heard]:
    """On call hears when nobody claims it; what was claimed and left only goes to the next."""
    if happened.event.data.get("lease") == "claim_within":
        return
    lapses = (
        Event.objects.filter(escalation=happened.event.escalation_id, type=Event.Type.LAPSED)
        .filter(pk__lte=happened.event.pk)
        .exclude(data__contains={"lease": "claim_within"})
        .count()
    )
    person = _on_call(happened)
    if lapses >= LAPSES_FOR_ON_CALL and person and not happened.now.claimed_at:
        text = _("Not claimed in time by %(count)d people; you are on call") % {"count": lapses}
        yield Heard(Why("lapsed", text, ("claim",)), person, as_urgent=True)


def _to_holder(code: str, text: Callable[[], str]) -> Callable[[Happened], Iterable[Heard]]:
    def rule(happened: Happened) -> Iterable[Heard]:
        if happened.now.assigned_to_id:
            yield Heard(Why(code, text()), happened.now.assigned_to_id)

    return rule


def _to_named(code: str, text: Callable[[], str]) -> Callable[[Happened], Iterable[Heard]]:
    """Everybody whom a policy named in its event: the admins are several."""

    def rule(happened: Happened) -> Iterable[Heard]:
        for named in happened.event.data.get("reviewers", []):
            yield Heard(Why(code, text(), ("claim",)), UUID(named), as_urgent=True)

    return rule


def _channel(happened: Happened) -> Iterable[Heard]:
    channel = str(happened.event.data.get("channel") or "")
    if channel:
        yield Heard(Why("channel", _("A policy tells this channel")), channel=channel)


def _on_call(happened: Happened) -> UUID | None:
    """Whoever is on call for its pool, else the pool's manager."""
    pool = happened.now.pool
    person = oncall.of_pool(pool, happened.event.at) or pool.manager
    return person.pk if person else None


RULES: dict[str, Callable[[Happened], Iterable[Heard]]] = {
    Event.Type.CREATED: _created,
    Event.Type.ASSIGNED: _assigned,
    Event.Type.REOPENED: _assigned,
    Event.Type.LAPSED: _lapsed,
    Event.Type.PRIORITY_CHANGED: _raised,
    Event.Type.REPLIED: _to_holder("replied", lambda: _("The agent replied")),
    Event.Type.BUMPED: _to_holder("bumped", lambda: _("It waits too long and was moved up")),
    Event.Type.ON_CALL_NOTIFIED: _to_named("on_call", lambda: _("You are on call, and it needs somebody")),
    Event.Type.MANAGER_NOTIFIED: _to_named("manager", lambda: _("You manage the pool, and it needs somebody")),
    Event.Type.CHANNEL_NOTIFIED: _channel,
}
CODES = (
    "assigned",
    "urgent",
    "lapsed",
    "replied",
    "bumped",
    "on_call",
    "manager",
    "channel",
    "gap",
    "swap",
    "digest",
    "test",
)
