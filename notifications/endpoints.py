"""Where an agent hears: one row per agent and URL, with its secrets and whether it is switched off."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from escalations import agents, hints, vault
from escalations.models import Agent
from notifications.models import Delivery, Endpoint, in_order

OVERLAP = timedelta(hours=24)  # how long messages are signed with the old secret, too


def find(wanted: Iterable[tuple[Agent, str]]) -> dict[tuple[int, str], Endpoint]:
    """The endpoint of each agent and URL, by (agent's id, URL); those that are new are made with the agent's secret."""
    pairs = {(agent.pk, url): agent for agent, url in wanted}
    found = _known(pairs)
    missing = [
        Endpoint(agent=agent, url=url, secret=agent.webhook_secret)
        for (pk, url), agent in pairs.items()
        if (pk, url) not in found
    ]
    if missing:
        Endpoint.objects.bulk_create(missing, ignore_conflicts=True)
        found = _known(pairs)
    return found


def disable(endpoint: Endpoint, *, reason: str) -> None:
    """Send nothing there until it is enabled. Its deliveries wait."""
    Endpoint.objects.filter(pk=endpoint.pk, disabled_at=None).update(disabled_at=Now(), disabled_reason=reason)


@transaction.atomic
def enable(endpoint: Endpoint) -> None:
    """Send there again, at once and in order, what has been waiting."""
    Endpoint.objects.filter(pk=endpoint.pk).update(
        disabled_at=None, disabled_reason="", failures=0, failing_since=None, trouble="", breaker_until=None
    )
    waiting = Delivery.objects.filter(endpoint=endpoint, status=Delivery.Status.PENDING)
    waiting.at_rest().update(next_attempt_at=in_order())
    transaction.on_commit(hints.moved)


@transaction.atomic
def rotate_secret(endpoint: Endpoint) -> str:
    """A new signing secret, in clear here once. The old one signs too for the time of the overlap.

    The agent's next endpoints start with the new one, too, so that one that leaked is never given out again.
    """
    secret = agents.new_webhook_secret()
    endpoint.old_secret, endpoint.secret = endpoint.secret, vault.seal(secret.encode())
    Endpoint.objects.filter(pk=endpoint.pk).update(
        old_secret=endpoint.old_secret, old_secret_until=Now() + OVERLAP, secret=endpoint.secret
    )
    if endpoint.agent_id is not None:
        Agent.objects.filter(pk=endpoint.agent_id).update(webhook_secret=endpoint.secret)
    endpoint.refresh_from_db(fields=["old_secret_until"])
    return secret


@transaction.atomic
def rotate_secrets(agent: Agent) -> str:
    """As `rotate_secret`, for all endpoints that the agent has and will have."""
    secret = agents.new_webhook_secret()
    sealed = vault.seal(secret.encode())
    Endpoint.objects.filter(agent=agent).update(old_secret=F("secret"), old_secret_until=Now() + OVERLAP, secret=sealed)
    Agent.objects.filter(pk=agent.pk).update(webhook_secret=sealed)
    return secret


def _known(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Endpoint]:
    ids, urls = zip(*pairs, strict=True)
    rows = Endpoint.objects.filter(agent__in=set(ids), url__in=set(urls))
    return {(row.agent_id, row.url): row for row in rows if row.agent_id is not None}
