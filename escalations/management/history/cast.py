"""The people, pools and agents of the made-up past: found again by name, so that a second run adds to the first."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction

from escalations import agents, vault
from escalations.management.history.stories import STORIES
from escalations.models import Agent
from reviewers import people
from reviewers.models import Pool, Reviewer

NAMES = (
    *("Amara Okafor", "Ben Larsson", "Chiara Ricci", "Daniel Novak", "Elif Demir", "Farid Haddad"),
    *("Greta Lind", "Hiro Tanaka", "Ines Duarte", "Jonas Weber", "Kavya Rao", "Lucia Ortiz"),
)
SEATS = 3  # people in each pool


@dataclass(frozen=True)
class Person:
    id: str
    name: str


@dataclass
class Cast:
    """Everybody who plays a part: ids by name, and in each pool the people in the order of their turns."""

    agents: dict[str, int]
    pools: dict[str, int]
    people: dict[str, list[Person]]
    _turns: dict[str, Iterator[Person]] = field(init=False)

    def __post_init__(self) -> None:
        self._turns = {pool: itertools.cycle(seated) for pool, seated in self.people.items()}

    def next_in(self, pool: str, *, declined: list[str]) -> Person:
        """Whose turn it is, passing over those who declined."""
        return next(person for person in self._turns[pool] if person.id not in declined)


@transaction.atomic
def gather() -> Cast:
    """Find everybody, and make who is missing. Nobody of them can sign in until they are given a password."""
    names = sorted({story.pool for story in STORIES})
    pools = {name: Pool.objects.get_or_create(name=name)[0] for name in names}
    seated = {name: NAMES[SEATS * index : SEATS * (index + 1)] for index, name in enumerate(names)}
    return Cast(
        agents={name: _agent(name).pk for name in sorted({story.agent for story in STORIES})},
        pools={name: pool.pk for name, pool in pools.items()},
        people={name: [_person(each, pools[name]) for each in seated[name]] for name in names},
    )


def _agent(name: str) -> Agent:
    secret = vault.seal(agents.new_webhook_secret().encode())
    return Agent.objects.get_or_create(name=name, defaults={"webhook_secret": secret})[0]


def _person(name: str, pool: Pool) -> Person:
    email = f"{name.lower().replace(' ', '.')}@sample.example.com"
    reviewer = Reviewer.objects.filter(email=email).first()
    if reviewer is None:
        words = sorted({story.tag for story in STORIES if story.pool == pool.name})
        people.know(words)
        reviewer = Reviewer.objects.create_user(email, None, name=name, tags=words)
    people.join(reviewer, pool)
    return Person(str(reviewer.pk), reviewer.display_name)
