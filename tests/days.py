"""A day with the real processes: people come and go, workers are killed again and again, and nothing is left lying."""

import contextlib
import os
import random
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from config.embedded.leash import leashed
from config.embedded.programs import procfile
from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Agent, Escalation, Priority, Status
from escalations.refusals import Refusal
from reviewers import duty
from reviewers.models import Reviewer, Seat
from tests.escalations.test_scenarios import LEFT_ALONE, query
from tests.factories import make_escalation
from tests.live import until

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 10.0  # seconds for which something may be without an owner although somebody could have it
ALONE = LEFT_ALONE.replace("count(*)", "e.id")
GIVEN_TO_DECLINERS = """
    SELECT count(*) FROM events given JOIN events declined
        ON declined.escalation_id = given.escalation_id AND declined.id < given.id
    WHERE given.type = 'escalation.assigned' AND declined.type = 'escalation.declined'
      AND given.facts ->> 'assigned_to' = declined.reviewer_id::text"""


@dataclass(frozen=True)
class Length:
    """`killed` dies at random, the others run on; a pass of `drain` comes every so many seconds beside them."""

    escalations: int
    seconds: float
    killed: str
    others: tuple[str, ...]
    dies_every: tuple[float, float]
    drained_every: float


@dataclass
class Day:
    """What happens on it, in threads of its own, until `is_over`."""

    length: Length
    agent: Agent
    people: list[Reviewer]
    dice: random.Random
    is_over: threading.Event = field(default_factory=threading.Event)
    is_calm: threading.Event = field(default_factory=threading.Event)
    kills: int = 0
    declined: int = 0
    longest: float = 0.0

    def ask(self) -> None:
        make_escalation(agent=self.agent, priority=self.dice.choice(Priority.values))
        self.is_over.wait(self.length.seconds / self.length.escalations * self.dice.uniform(0, 4))

    def switch(self) -> None:
        """Somebody goes or comes; when the day gets calm, everybody comes."""
        for person in self.people if self.is_calm.is_set() else [self.dice.choice(self.people)]:
            person.refresh_from_db()
            if person.away_since:
                duty.come_back(person)
            elif not self.is_calm.is_set():
                duty.go_away(person)
        self.is_over.wait(self.length.seconds / 40 * self.dice.uniform(0.2, 2))

    def work(self) -> None:
        """Somebody who is there answers what they have, or declines it; they keep up with the agents, just."""
        self.is_over.wait(self.length.seconds / self.length.escalations * self.dice.uniform(0, 3))
        mine = Escalation.objects.filter(status=Status.ASSIGNED, assigned_to__on_duty=True)
        task = mine.select_related("assigned_to").order_by("?").first()
        if task is None or task.assigned_to is None:
            return
        with contextlib.suppress(Refusal):
            if self.is_calm.is_set() or self.dice.random() < 0.8:
                lifecycle.resolve(task.pk, by=task.assigned_to, answer=Answer("Yes."))
            else:
                lifecycle.decline(task.pk, by=task.assigned_to)
                self.declined += 1

    def kill(self) -> None:
        """It runs until it is killed; within the two seconds that a supervisor takes it runs again."""
        with running(self.length.killed):
            self.is_over.wait(self.dice.uniform(*self.length.dies_every))
        self.kills += 1
        self.is_over.wait(self.dice.uniform(0.2, 2))

    def drain(self) -> None:
        subprocess.run([sys.executable, "manage.py", "drain"], cwd=ROOT, env=environ(), check=True)
        self.is_over.wait(self.length.drained_every)

    def wait(self, condition: Callable[[], object], seconds: float) -> None:
        until(lambda: condition() or self.is_over.is_set(), seconds)

    def watch(self) -> None:
        """How long anything stays with nobody although somebody could have it."""
        since: dict[object, float] = {}
        while not self.is_over.is_set():
            now = time.monotonic()
            since = {pk: since.get(pk, now) for (pk,) in query(ALONE)}
            self.longest = max([self.longest, *(now - found for found in since.values())])
            self.is_over.wait(0.2)


def environ() -> dict[str, str]:
    database = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings", "PATH": programs}


@contextlib.contextmanager
def running(*names: str) -> Iterator[None]:
    """Processes of the Procfile, which SIGKILL ends after the block."""
    children = [
        subprocess.Popen(leashed(shlex.split(procfile()[name]), end_with=signal.SIGKILL), cwd=ROOT, env=environ())
        for name in names
    ]
    try:
        yield
    finally:
        for child in children:
            kill(child)


def kill(child: subprocess.Popen[bytes]) -> None:
    """And its own children, of which it has none before it leads a group."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        child.kill()
    child.wait()


@contextlib.contextmanager
def going_on(day: Day, *works: Callable[[], None]) -> Iterator[None]:
    """Each again and again, in its own thread, until the block ends; raises what any of them raised."""
    failures: list[BaseException] = []

    def repeat(work: Callable[[], None]) -> None:
        try:
            while not day.is_over.is_set():
                work()
        except BaseException as failure:  # noqa: BLE001 - raised again below
            failures.append(failure)
            day.is_over.set()
        finally:
            connection.close()

    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        day.is_over.set()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


def live_through(day: Day) -> list[int]:
    """Until so many have come, then calm until nothing is left lying. Returns how often each person's turn came."""
    length = day.length
    with (
        running(*length.others),
        going_on(day, day.ask, day.ask, day.switch, day.work, day.work, day.kill, day.drain, day.watch),
    ):
        day.wait(lambda: Escalation.objects.count() >= length.escalations, length.seconds * 5)
        day.is_calm.set()
        day.wait(lambda: not Reviewer.objects.exclude(away_since=None).exists(), length.seconds)
        calm_from = Escalation.objects.count()
        day.wait(lambda: Escalation.objects.count() >= calm_from + 40, length.seconds * 3)
        day.wait(lambda: not query(ALONE), 3 * PATIENCE)
    return list(Seat.objects.values_list("served", flat=True))


def given_to_decliners() -> int:
    return int(query(GIVEN_TO_DECLINERS)[0][0])
