"""What people are told that is about no task: each thing once to each of them, by the channels they chose for `high`.

Whoever chose none for it hears by those for urgent, and nobody is woken in quiet hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from escalations.api.representation import moment
from escalations.models import Priority
from notifications import channels, messages, quiet
from notifications.models import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from notifications.models import Endpoint
    from reviewers.models import Reviewer


@dataclass(frozen=True)
class Announcement:
    """`key` is what makes it the same one; `path` leads to where something can be done."""

    code: str
    key: str
    subject: str
    said: str
    path: str


@transaction.atomic
def announce(what: Announcement, people: Iterable[Reviewer]) -> None:
    """Have each of them told. Whoever has been told of the same stays untold."""
    everybody = {each.pk: each for each in people if each.is_active}
    now = timezone.now()
    resting = quiet.ends(everybody.values(), now)
    made = [
        _delivery(what, endpoint, resting.get(person.pk, now))
        for person in everybody.values()
        for endpoint in _endpoints(person)
    ]
    Delivery.objects.bulk_create(made, ignore_conflicts=True)


def withdraw(*, code: str, key: str) -> None:
    """What has not left by now is not told."""
    waiting = Delivery.objects.filter(status=Delivery.Status.PENDING, type=f"notice.{code}", lease=None)
    waiting.filter(dedupe_key__startswith=f"{key}:").delete()


def _endpoints(person: Reviewer) -> Iterator[Endpoint]:
    reached, wishes = channels.reach([person])[person.pk], channels.wanted([person.pk])
    kinds = (wishes[person.pk, Priority.HIGH] & reached.keys()) or wishes[person.pk, Priority.URGENT]
    yield from (endpoint for kind, endpoint in reached.items() if kind in kinds)


def _delivery(what: Announcement, endpoint: Endpoint, due: datetime) -> Delivery:
    url = f"{settings.PUBLIC_URL}{what.path}"
    return Delivery(
        endpoint=endpoint,
        message_id=f"msg_{messages.new_id()}",
        type=f"notice.{what.code}",
        body=messages.plain(what.code, what.subject, said=what.said, url=url, at=moment(timezone.now())),
        dedupe_key=f"{what.key}:{endpoint.pk}",
        next_attempt_at=due,
    )
