"""Agents come with a key, a sandbox key and a webhook secret; they can be paused."""

import base64
import secrets
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from escalations import keys, vault
from escalations.models import Agent


class NewAgent(NamedTuple):
    """The three secrets are in clear here, once, and nowhere else."""

    agent: Agent
    api_key: str
    test_key: str
    webhook_secret: str


@transaction.atomic
def create(name: str, *, webhook_url: str = "") -> NewAgent:
    """Raises ValidationError when the name is empty or taken."""
    name = checked_name(name)
    secret = new_webhook_secret()
    try:
        with transaction.atomic():
            agent = Agent.objects.create(name=name, webhook_url=webhook_url, webhook_secret=vault.seal(secret.encode()))
    except IntegrityError as error:
        raise ValidationError(f"There is an agent named {name} already. Choose another name.") from error
    return NewAgent(agent, keys.for_agent(agent).plain, keys.for_agent(agent, sandbox=True).plain, secret)


def checked_name(name: str) -> str:
    """Raises ValidationError when no agent can be called that."""
    name = name.strip()
    if not name or not name.isprintable() or len(name) > 200:
        raise ValidationError("Give the agent a name of 1 to 200 printable characters.")
    return name


def pause(agent: Agent) -> None:
    """Refuse new escalations of this agent and hold its webhooks, until it is resumed. Nothing is lost."""
    agent.paused_at = timezone.now()
    agent.save(update_fields=["paused_at"])


def resume(agent: Agent) -> None:
    agent.paused_at = None
    agent.save(update_fields=["paused_at"])


def new_webhook_secret() -> str:
    """A signing secret as Standard Webhooks 1.0 writes it: `whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
