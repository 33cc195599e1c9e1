"""From the log to people: a second cursor that makes one delivery for each event, person and channel.

Many for one endpoint within a minute become one digest, so that a storm does not bury what it is about. What is not
urgent waits in one for the end of quiet hours. Whoever two rules would call about one task at once is called once.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from escalations import log
from escalations.models import Escalation, Event, Priority
from notifications import audience, channels, messages, origins, quiet
from notifications.audience import Happened, Heard
from notifications.fanout import message_id
from notifications.messages import Notice
from notifications.models import Bundled, Delivery, Endpoint, Kind
from notifications.slack import posts
from reviewers.models import Reviewer

CURSOR = "notices"
BATCH = 200  # events
NEWS_FOR = timedelta(days=1)  # what is older is told to nobody
ALONE = 5  # messages to one endpoint within WITHIN; what comes after them is bundled
WITHIN = timedelta(minutes=1)
# Rules that call whoever is responsible, and the events on which they do.
CALLS = frozenset({"urgent", "lapsed", "on_call", "manager"})
CALLED_ON = (Event.Type.CREATED, Event.Type.LAPSED, Event.Type.ON_CALL_NOTIFIED, Event.Type.MANAGER_NOTIFIED)


class Addressed(NamedTuple):
    """`held`: until when it waits, as its reader's hours are quiet."""

    notice: Notice
    endpoint: Endpoint
    is_urgent: bool
    held: datetime | None = None


def run() -> None:
    """Make the notices of everything that has happened. Safe to run anywhere, at any time, at the same moment."""
    while log.advance(CURSOR, queue, limit=BATCH) == BATCH:
        pass


@transaction.atomic
def queue(events: list[Event]) -> None:
    """Make the notices of these events; those that exist stay as they are. Messages that stand in Slack follow."""
    _tell(events)
    posts.move(events)


def _tell(events: list[Event]) -> None:
    since = timezone.now() - NEWS_FOR
    told = [event for event in events if event.type in audience.RULES and event.at > since]
    if not told:
        return
    known = Escalation.objects.for_people().with_names().select_related("pool__manager").defer("context_data")
    current = known.in_bulk({event.escalation_id for event in told})
    happened = [
        Happened(event, current[event.escalation_id].as_of(event), current[event.escalation_id])
        for event in told
        if event.escalation_id in current
    ]
    _send(_called_once([(each, heard) for each in happened for heard in audience.of(each)]))


def _called_once(told: list[tuple[Happened, Heard]]) -> list[tuple[Happened, Heard]]:
    """Without the calls of people who are being called about the same task already."""
    calls = [(each.now.pk, heard.reviewer) for each, heard in told if heard.why.code in CALLS and heard.reviewer]
    seen = _calls_lately({task for task, _person in calls}) if calls else set()
    left = []
    for each, heard in told:
        if heard.why.code in CALLS and heard.reviewer:
            if (each.now.pk, heard.reviewer) in seen:
                continue
            seen.add((each.now.pk, heard.reviewer))
        left.append((each, heard))
    return left


def _calls_lately(tasks: set[UUID]) -> set[tuple[UUID, UUID]]:
    """Pairs of a task and a person who was called about it within the last minute."""
    since, types = timezone.now() - WITHIN, [f"notice.{code}" for code in CALLS]
    alone = Delivery.objects.filter(event__escalation__in=tasks, type__in=types, created_at__gt=since)
    many = Bundled.objects.filter(event__escalation__in=tasks, event__type__in=CALLED_ON, digest__created_at__gt=since)
    found = (rows.exclude(endpoint__reviewer=None) for rows in (alone, many))
    return {pair for rows in found for pair in rows.values_list("event__escalation", "endpoint__reviewer")}


def _send(told: list[tuple[Happened, Heard]]) -> None:
    addressed = {(each.notice.event.pk, each.endpoint.pk): each for each in _addressed(told)}
    if not addressed:
        return
    lately = _lately({each.endpoint.pk for each in addressed.values()})
    alone: dict[Delivery, Addressed] = {}
    many: dict[tuple[Endpoint, datetime | None], list[Addressed]] = defaultdict(list)
    for each in addressed.values():
        lately[each.endpoint.pk] += not each.held
        if each.held or lately[each.endpoint.pk] > ALONE:
            many[each.endpoint, each.held].append(each)
        else:
            alone[_delivery(each)] = each
    Delivery.objects.bulk_create(alone, ignore_conflicts=True)
    origins.tell_made(each.pk for each in alone)
    in_slack = {
        made: each.notice.escalation.version for made, each in alone.items() if each.endpoint.kind == Kind.SLACK
    }
    if in_slack:
        posts.follow(in_slack)
    for (endpoint, held), notices in many.items():
        _bundle(endpoint, notices, held)


def _addressed(told: list[tuple[Happened, Heard]]) -> Iterable[Addressed]:
    """Each with each endpoint by which it goes. Only active people hear."""
    people = Reviewer.objects.active().in_bulk([heard.reviewer for _, heard in told if heard.reviewer])
    reached, wishes = channels.reach(people.values()), channels.wanted(people)
    resting = quiet.ends(people.values(), timezone.now())
    for happened, heard in told:
        person = people.get(heard.reviewer) if heard.reviewer else None
        notice = Notice(happened.event, happened.then, heard.why, person)
        if heard.channel and (endpoint := channels.of_pool(happened.now.pool, heard.channel)):
            yield Addressed(notice, endpoint, is_urgent=True)
        if person:
            priority = Priority.URGENT if heard.as_urgent else happened.then.priority
            is_urgent = priority == Priority.URGENT
            held = None if is_urgent else resting.get(person.pk)
            kinds = wishes[person.pk, priority]
            found = (each for kind, each in reached[person.pk].items() if kind in kinds)
            yield from (Addressed(notice, each, is_urgent, held) for each in found)


def _delivery(addressed: Addressed) -> Delivery:
    notice, endpoint = addressed.notice, addressed.endpoint
    return Delivery(
        event=notice.event,
        endpoint=endpoint,
        message_id=message_id(notice.event),
        type=f"notice.{notice.why.code}",
        body=channels.compose(notice, endpoint.kind),
        is_urgent=addressed.is_urgent,
    )


def _lately(endpoints: set[int]) -> Counter[int]:
    """How many went to each endpoint within the last minute."""
    recent = Delivery.objects.filter(endpoint__in=endpoints, agent=None, created_at__gt=timezone.now() - WITHIN)
    rows = recent.exclude(event=None).values("endpoint").annotate(count=Count("pk"))
    return Counter({row["endpoint"]: row["count"] for row in rows})


def _bundle(endpoint: Endpoint, notices: list[Addressed], held: datetime | None) -> None:
    """Into the digest that waits for its minute, or for quiet hours, to end, or into a new one."""
    now = timezone.now()
    due = {"next_attempt_at": held} if held else {"next_attempt_at__gt": now, "next_attempt_at__lte": now + WITHIN}
    waiting = Delivery.objects.filter(endpoint=endpoint, agent=None, type=messages.DIGEST, attempts=0, **due)
    digest = waiting.select_for_update().first()
    if digest is None:
        digest = Delivery(endpoint=endpoint, message_id=f"msg_{messages.new_id()}", type=messages.DIGEST)
        digest.next_attempt_at = held or now + WITHIN
    nothing: dict[str, Any] = {"escalations": [], "count": 0}
    known = json.loads(bytes(digest.body))["data"] if digest.body else nothing
    lines = [*known["escalations"], *(messages.line(each.notice) for each in notices)]
    digest.body = messages.digest(lines, count=known["count"] + len(notices), was_quiet=held is not None)
    digest.is_urgent = digest.is_urgent or any(each.is_urgent for each in notices)
    digest.save()
    Bundled.objects.bulk_create(
        [Bundled(event=each.notice.event, endpoint=endpoint, digest=digest) for each in notices], ignore_conflicts=True
    )
