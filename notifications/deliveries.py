"""What people and agents do with deliveries: send them again, and send a test."""

import uuid
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from escalations import hints
from escalations.api.representation import moment
from escalations.models import Agent
from notifications import endpoints, fanout
from notifications.models import Delivery, DeliveryQuerySet, in_order

TEST = "webhook.test"


@transaction.atomic
def replay(deliveries: DeliveryQuerySet, *, by: str) -> int:
    """Send them again, with the same ids and bytes and all ten tries before them, in the order of their events.

    Returns how many; what is on its way at this moment is left alone.
    """
    transaction.on_commit(hints.moved)
    return deliveries.at_rest().update(
        status=Delivery.Status.PENDING,
        step=0,
        next_attempt_at=in_order(),
        lease=None,
        delivered_at=None,
        replays=F("replays") + 1,
        replayed_at=Now(),
        replayed_by=by,
    )


@transaction.atomic
def send_test(agent: Agent, url: str, *, is_sandbox: bool = False) -> Delivery:
    """A signed message that is about nothing, tried once, to a URL that has passed `addresses.validate`."""
    transaction.on_commit(hints.moved)
    endpoint = endpoints.find([(agent, url)])[agent.pk, url]
    data = {"agent": agent.name, "message": "This is a test. Nothing was asked and nothing was answered."}
    return Delivery.objects.create(
        endpoint=endpoint,
        agent=agent,
        is_sandbox=is_sandbox,
        message_id=f"msg_{uuid.uuid4().hex}",
        type=TEST,
        body=fanout.message(TEST, moment(datetime.now(UTC)), data),
    )
