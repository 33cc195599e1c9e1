"""From the log to people: a second cursor that makes one delivery for each event, person and channel.

Many for one endpoint within a minute become one digest, so that a storm does not bury what it is about.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Count
from django.utils import timezone

from escalations import log
from escalations.models import Escalation, Event, Priority
from notifications import audience, channels, messages, origins
from notifications.audience import Happened, Heard
from notifications.fanout import message_id
from notifications.messages import Notice
from notifications.models import Bundled, Delivery, Endpoint
from reviewers.models import Reviewer

CURSOR = "notices"
BATCH = 200  # events
NEWS_FOR = timedelta(days=1)  # what is older is told to nobody
ALONE = 5  # messages to one endpoint within WITHIN; what comes after them is bundled
WITHIN = timedelta(minutes=1)


class Addressed(NamedTuple):
    notice: Notice
    endpoint: Endpoint


def run() -> None:
    """Make the notices of everything that has happened. Safe to run anywhere, at any time, at the same moment."""
    while log.advance(CURSOR, queue, limit=BATCH) == BATCH:
        pass


def queue(events: list[Event]) -> None:
    """Make the notices of these events; those that exist stay as they are."""
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
    _send([(each, heard) for each in happened for heard in audience.of(each)])


def _send(told: list[tuple[Happened, Heard]]) -> None:
    addressed = {(each.notice.event.pk, each.endpoint.pk): each for each in _addressed(told)}
    if not addressed:
        return
    lately = _lately({each.endpoint.pk for each in addressed.values()})
    alone: list[Delivery] = []
    many: dict[Endpoint, list[Notice]] = defaultdict(list)
    for notice, endpoint in addressed.values():
        lately[endpoint.pk] += 1
        if lately[endpoint.pk] > ALONE:
            many[endpoint].append(notice)
        else:
            alone.append(_delivery(notice, endpoint))
    Delivery.objects.bulk_create(alone, ignore_conflicts=True)
    origins.tell_made(each.pk for each in alone)
    for endpoint, notices in many.items():
        _bundle(endpoint, notices)


def _addressed(told: list[tuple[Happened, Heard]]) -> Iterable[Addressed]:
    """Each with each endpoint by which it goes. Only active people hear."""
    people = Reviewer.objects.active().in_bulk([heard.reviewer for _, heard in told if heard.reviewer])
    reached, wishes = channels.reach(people.values()), channels.wanted(people)
    for happened, heard in told:
        person = people.get(heard.reviewer) if heard.reviewer else None
        notice = Notice(happened.event, happened.then, heard.why, person)
        if heard.channel and (endpoint := channels.of_pool(happened.now.pool, heard.channel)):
            yield Addressed(notice, endpoint)
        if person:
            priority = Priority.URGENT if heard.as_urgent else happened.then.priority
            kinds = wishes[person.pk, priority]
            yield from (Addressed(notice, each) for kind, each in reached[person.pk].items() if kind in kinds)


def _delivery(notice: Notice, endpoint: Endpoint) -> Delivery:
    return Delivery(
        event=notice.event,
        endpoint=endpoint,
        message_id=message_id(notice.event),
        type=f"notice.{notice.why.code}",
        body=channels.compose(notice, endpoint.kind),
    )


def _lately(endpoints: set[int]) -> Counter[int]:
    """How many went to each endpoint within the last minute."""
    recent = Delivery.objects.filter(endpoint__in=endpoints, agent=None, created_at__gt=timezone.now() - WITHIN)
    rows = recent.exclude(event=None).values("endpoint").annotate(count=Count("pk"))
    return Counter({row["endpoint"]: row["count"] for row in rows})


def _bundle(endpoint: Endpoint, notices: list[Notice]) -> None:
    """Into the digest that waits for its minute to end, or into a new one."""
    waiting = Delivery.objects.filter(
        endpoint=endpoint, agent=None, type=messages.DIGEST, attempts=0, next_attempt_at__gt=timezone.now()
    )
    digest = waiting.select_for_update().first()
    if digest is None:
        digest = Delivery(endpoint=endpoint, message_id=f"msg_{messages.new_id()}", type=messages.DIGEST)
        digest.next_attempt_at = timezone.now() + WITHIN
    nothing: dict[str, Any] = {"escalations": [], "count": 0}
    known = json.loads(bytes(digest.body))["data"] if digest.body else nothing
    lines = [*known["escalations"], *map(messages.line, notices)]
    digest.body = messages.digest(lines, count=known["count"] + len(notices))
    digest.save()
    Bundled.objects.bulk_create(
        [Bundled(event=notice.event, endpoint=endpoint, digest=digest) for notice in notices], ignore_conflicts=True
    )
