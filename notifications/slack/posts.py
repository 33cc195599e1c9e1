"""Messages in Slack follow their task: whoever changes it, and wherever, the buttons there are those that fit.

An update is a delivery without a body, made when it is leased, from the task as it is then. So an older update cannot
put back what is over, and many changes while Slack is away become one update.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from escalations.models import Escalation
from notifications.messages import new_id
from notifications.models import Delivery, Kind
from notifications.slack import messages
from notifications.slack.models import SlackPost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from escalations.models import Event
    from notifications.outbox import Leased
    from notifications.outcomes import Outcome

UPDATE = "slack.update"


def follow(versions: Mapping[Delivery, int]) -> None:
    """Have these messages follow their tasks, from the version that each shows. Those that were not kept are not."""
    kept = set(Delivery.objects.filter(pk__in=[each.pk for each in versions]).values_list("pk", flat=True))
    made = [
        SlackPost(delivery=each, escalation_id=each.event.escalation_id, wanted=version, shown=version)
        for each, version in versions.items()
        if each.pk in kept and each.event
    ]
    SlackPost.objects.bulk_create(made, ignore_conflicts=True)


def move(events: Iterable[Event]) -> None:
    """Tasks have changed: what stands in Slack is to show it."""
    versions: dict[UUID, int] = {}
    for event in events:
        known = versions.get(event.escalation_id, 0)
        versions[event.escalation_id] = max(known, int(event.facts.get("version", 0)))
    posts = SlackPost.objects.select_for_update().filter(escalation__in=versions).order_by("pk")
    _want([each for each in posts if versions[each.escalation_id] > each.wanted], versions)


def stand(outcomes: Iterable[Outcome]) -> None:
    """Slack took them: from now on they can be updated, and are where the task has changed on their way."""
    taken = [each for each in outcomes if each.is_success and each.leased.kind == Kind.SLACK and not each.leased.post]
    places = {each.leased.id: each.answer.partition(" ") for each in taken}
    if not places:
        return
    standing = list(SlackPost.objects.select_for_update().filter(pk__in=places, ts="").order_by("pk"))
    for post in standing:
        post.channel, _, post.ts = places[post.pk]
        post.save(update_fields=["channel", "ts"])
    _queue([each for each in standing if each.ts and each.wanted > each.shown])


def at(channel: str, ts: str) -> SlackPost | None:
    return SlackPost.objects.filter(channel=channel, ts=ts).exclude(ts="").first()


def want(post: SlackPost, *, version: int) -> Delivery | None:
    """The update to that version, unless another is about to be sent, or it is shown already."""
    locked = SlackPost.objects.select_for_update().get(pk=post.pk)
    if version > locked.wanted:
        _want([locked], {locked.escalation_id: version})
    return Delivery.objects.filter(dedupe_key=_key(locked), status=Delivery.Status.PENDING, lease=None).first()


def fill(leased: Sequence[Leased]) -> list[Leased]:
    """Give the updates among them their bodies: the tasks as they are."""
    posts = SlackPost.objects.in_bulk([each.post for each in leased if each.post])
    if not posts:
        return list(leased)
    tasks = Escalation.objects.with_names().defer("context_data")
    known = tasks.in_bulk([post.escalation_id for post in posts.values()])
    SlackPost.objects.bulk_update([_shown(post, known[post.escalation_id]) for post in posts.values()], ["shown"])
    bodies = {pk: _body(post, known[post.escalation_id]) for pk, post in posts.items()}
    return [replace(each, body=bodies[each.post]) if each.post in bodies else each for each in leased]


def _want(posts: list[SlackPost], versions: Mapping[UUID, int]) -> None:
    for post in posts:
        post.wanted = versions[post.escalation_id]
    SlackPost.objects.bulk_update(posts, ["wanted"])
    _queue([each for each in posts if each.ts and each.wanted > each.shown])


def _queue(posts: list[SlackPost]) -> None:
    """One that waits already will show the present, too."""
    if not posts:
        return
    waiting = Delivery.objects.filter(post__in=posts, status=Delivery.Status.PENDING, lease=None)
    coming = set(waiting.values_list("post", flat=True))
    endpoints = dict(Delivery.objects.filter(posted__in=posts).values_list("pk", "endpoint"))
    made = [
        Delivery(
            endpoint_id=endpoints[post.pk],
            post=post,
            message_id=f"msg_{new_id()}",
            type=UPDATE,
            body=b"",
            dedupe_key=_key(post),
            is_urgent=True,
        )
        for post in posts
        if post.pk not in coming
    ]
    Delivery.objects.bulk_create(made, ignore_conflicts=True)


def _key(post: SlackPost) -> str:
    return f"{UPDATE}:{post.pk}:{post.wanted}"


def _shown(post: SlackPost, escalation: Escalation) -> SlackPost:
    post.shown = max(post.shown, escalation.version)
    return post


def _body(post: SlackPost, escalation: Escalation) -> bytes:
    message = messages.of(escalation)
    return json.dumps({"channel": post.channel, "ts": post.ts, **message._asdict()}, ensure_ascii=False).encode()
