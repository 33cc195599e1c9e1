"""What a test of webhooks begins with: answered escalations, their deliveries, and the passing of time."""

from typing import Any

from django.db.models.functions import Now

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Agent, Escalation
from notifications import fanout
from notifications.models import Delivery
from notifications.sender import Sender
from reviewers.models import Reviewer
from tests import factories


def make_answered(
    url: str = "",
    *,
    agent: Agent | None = None,
    notes: str = "Yes.",
    **facts: Any,
) -> Escalation:
    """An escalation whose agent is told at `url`, answered by a reviewer of its pool."""
    agent = agent or factories.make_agent(webhook_url=url)
    escalation = factories.make_escalation(agent=agent, **facts)
    return lifecycle.resolve(escalation, by=make_answerer(), answer=Answer(notes))


def make_answerer() -> Reviewer:
    return Reviewer.objects.order_by("created_at").first() or factories.make_reviewer()


def make_delivery(url: str, **facts: Any) -> Delivery:
    """The delivery of an answer, not yet tried."""
    escalation = make_answered(url, **facts)
    fanout.run()
    return Delivery.objects.get(event__escalation=escalation)


def send_due() -> None:
    """Make the deliveries of all that happened, and send what is due until nothing is."""
    fanout.run()
    Sender().run()


def let_time_pass() -> None:
    """Every next try is due now."""
    Delivery.objects.filter(status=Delivery.Status.PENDING).update(next_attempt_at=Now())


def agent_of(delivery: Delivery) -> Agent:
    """Whose webhook it is."""
    assert delivery.agent is not None
    return delivery.agent
