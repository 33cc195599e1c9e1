"""Who would hear of an event, and by which channels: what `notifications/notices.py` would send, without sending it."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from escalations.models import Escalation, Event, Priority
from escalations.simulation import Hearing
from notifications import audience, channels, quiet
from notifications.audience import Happened
from notifications.models import Endpoint, Kind
from reviewers import clock
from reviewers.models import Reviewer


def hearings(event: Event, escalation: Escalation) -> list[Hearing]:
    """Of an event of a simulation, while it lasts: the endpoints that this makes go with it."""
    if event.type not in audience.RULES:
        return []
    happened = Happened(event, escalation.as_of(event), escalation)
    heard = audience.of(happened)
    people = Reviewer.objects.active().in_bulk([each.reviewer for each in heard if each.reviewer])
    reached, wishes = channels.reach(people.values()), channels.wanted(people)
    resting = quiet.ends(people.values(), clock.now())
    found = []
    for each in heard:
        if each.channel:
            found.append(_of_channel(each.channel))
        elif each.reviewer and each.reviewer in people:
            priority = Priority.URGENT if each.as_urgent else Priority(happened.then.priority)
            wanted = wishes[each.reviewer, priority]
            hearing = _of_person(people[each.reviewer], priority, reached[each.reviewer], wanted)
            is_held = hearing.by and priority != Priority.URGENT and each.reviewer in resting
            found.append(_after(hearing, resting[each.reviewer]) if is_held else hearing)
    return found


def _of_person(person: Reviewer, priority: Priority, reached: dict[str, Endpoint], wanted: frozenset[str]) -> Hearing:
    who = f"{person.display_name} <{person.email}>"
    there = {kind for kind, endpoint in reached.items() if channels.is_open(kind) and channels.works(endpoint)}
    by = [words for kind, words in _WORDS.items() if kind in there & wanted]
    if by:
        return Hearing(who, by)
    if there and not wanted and priority != Priority.URGENT:
        return Hearing(who, [], _("wants no messages about what is %(priority)s") % {"priority": priority.value})
    return Hearing(who, [], _trouble(reached, wanted), is_unreachable=True)


def _after(hearing: Hearing, quiet_until: datetime) -> Hearing:
    until = f"{quiet_until.astimezone(UTC):%Y-%m-%d %H:%M}"
    return hearing._replace(trouble=_("after their quiet hours, at %(moment)s UTC") % {"moment": until})


def _trouble(reached: dict[str, Endpoint], wanted: frozenset[str]) -> str:
    if not wanted:
        return _("wants no messages at all about this")
    if not any(channels.is_open(kind) for kind in reached):
        return _("there is no channel")
    return _("no channel that they want works")


def _of_channel(channel: str) -> Hearing:
    kind = Kind.HOOK if channel.startswith(("https://", "http://")) else Kind.SLACK
    who = _("the channel %(name)s") % {"name": channel}
    if channels.is_open(kind):
        return Hearing(who, [_WORDS[kind]])
    return Hearing(who, [], _("Slack is not set up"), is_unreachable=True)


_WORDS = {Kind.EMAIL: "email", Kind.SLACK: "Slack", Kind.HOOK: "webhook"}
