"""Who plays in a replay: a pool and three reviewers made for the run, and the agents that the file names."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import close_old_connections, transaction
from django.utils import timezone

from escalations import agents, keys, vault
from escalations.models import Agent, ApiKey, Escalation
from reviewers import people
from reviewers.models import Pool, Reviewer

NAMES = ("Ada", "Ben", "Chi")


class CannotCast(Exception):
    """An agent of the file cannot take part; the text says why."""


@dataclass(frozen=True)
class Speaker:
    """An agent of the run. `place` is its number in the order of the file."""

    place: int
    key: str
    webhook_secret: str


@dataclass(frozen=True)
class Player:
    """A reviewer of the run."""

    id: str
    name: str
    key: str


@dataclass
class Cast:
    pool: Pool
    players: list[Player] = field(default_factory=list)
    speakers: dict[str, Speaker] = field(default_factory=dict)
    keys: list[ApiKey] = field(default_factory=list)
    new_agents: list[Agent] = field(default_factory=list)

    def left(self) -> str:
        """What stays of the run when it is over."""
        close_old_connections()  # the database may have been restarted in the middle
        asked = Escalation.objects.filter(pool=self.pool)
        if not asked.exists():
            return "Nothing of it stays."
        count = asked.unfinished().count()
        unfinished = f"{count} of its escalations are unfinished" if count else "every escalation in it is finished"
        return f"The pool {self.pool} stays, without people; {unfinished}."


@contextmanager
def gathered(names: list[str]) -> Iterator[Cast]:
    """Everybody with a fresh key. Afterwards the keys are revoked, the reviewers inactive and their pool empty.

    Where nothing was asked, nobody who was made for the run stays.
    """
    cast = _gather(names)
    try:
        yield cast
    finally:
        _dismiss(cast)


@transaction.atomic
def _gather(names: list[str]) -> Cast:
    run = f"{timezone.now():%Y-%m-%d %H:%M:%S.%f}"
    cast = Cast(Pool.objects.create(name=f"Replay {run}"))
    for name in NAMES:
        email = f"replay-{cast.pool.pk}-{name.lower()}@example.com"
        reviewer = people.create(email, name=f"{name} (replay {cast.pool.pk})", pools=[cast.pool]).reviewer
        key = keys.for_reviewer(reviewer)
        cast.keys.append(key.key)
        cast.players.append(Player(str(reviewer.pk), reviewer.name, key.plain))
    for place, name in enumerate(names):
        cast.speakers[name] = _speaker(place, name, cast)
    return cast


def _speaker(place: int, name: str, cast: Cast) -> Speaker:
    agent = Agent.objects.filter(name=name).first() or _new_agent(name, cast)
    if agent.paused_at:
        raise CannotCast(f"The agent {name} is paused, so it cannot ask. Resume it in the admin, or use another name.")
    key = keys.for_agent(agent)
    cast.keys.append(key.key)
    try:
        secret = vault.unseal(bytes(agent.webhook_secret)).decode()
    except vault.CannotUnseal as error:
        text = (
            f"The webhook secret of {name} was sealed under another SECRET_KEY. Run this with the product's settings."
        )
        raise CannotCast(text) from error
    return Speaker(place, key.plain, secret)


def _new_agent(name: str, cast: Cast) -> Agent:
    """Without the keys that would outlive the run."""
    try:
        agent = agents.create(name).agent
    except ValidationError as error:
        raise CannotCast(f"There can be no agent named {name[:100]!r}. {' '.join(error.messages)}") from error
    agent.keys.all().delete()
    cast.new_agents.append(agent)
    return agent


def _dismiss(cast: Cast) -> None:
    close_old_connections()
    _send_home(cast)


@transaction.atomic
def _send_home(cast: Cast) -> None:
    reviewers = Reviewer.objects.filter(seats__pool=cast.pool)
    if not Escalation.objects.filter(pool=cast.pool).exists():
        reviewers.delete()
        cast.pool.delete()
        ApiKey.objects.filter(pk__in=[key.pk for key in cast.keys]).delete()
        Agent.objects.filter(pk__in=[agent.pk for agent in cast.new_agents], escalations=None).delete()
        return
    for key in cast.keys:
        keys.revoke(key)
    for reviewer in reviewers:
        people.deactivate(reviewer)
        people.leave(reviewer, cast.pool)
