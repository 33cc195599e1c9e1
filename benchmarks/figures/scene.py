"""The rows that figures start from, and the processes that some of them need."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from celery import Celery, current_app
from django.conf import settings
from django.db import connection
from django.test import Client

from benchmarks.figures.report import Broken
from config.embedded.programs import ROOT, Program, procfile
from escalations.models import Agent
from reviewers import people
from reviewers.models import Pool, Reviewer

IN_ONE_PROCESS = 'python -c "from config.front import server; server.WORKERS = 1; server.main()"'
LOG = settings.DATA_DIR / "processes.log"
STARTS_WITHIN = 60.0  # seconds
STOPS_WITHIN = 30.0

URLS = 20  # so many receivers share the answers to a backlog
# Open tasks as the intake would have written them for an empty pool.
_BACKLOG = """
    INSERT INTO escalations (id, agent_id, source_agent, is_sandbox, pool_id, issue_description, priority, context_data,
        metadata, tags, webhook_url, status, created_at, waiting_on, declined_by, queue_at, due_at, version)
    SELECT gen_random_uuid(), %(agent)s, %(name)s, false, %(pool)s, 'May I refund order 6144?', 'medium', '{}', '{}',
        '{}', %(url)s::text || n %% %(urls)s, 'open', now(), 'human', '{}', now() + n * interval '1 ms',
        now() + interval '4 h', 1
    FROM generate_series(1, %(rows)s) n"""


def clear() -> None:
    """No agents, no people, no escalations, an empty log. Its numbers go on: running processes have read up to here."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE escalations, events, escalations_agent CASCADE")
    Reviewer.objects.get_queryset().delete()  # TRUNCATE would take along the pools, which may have a manager


def pool() -> Pool:
    return Pool.objects.get(is_default=True)


def people_in_the_pool(count: int) -> list[Reviewer]:
    """Without passwords, whose hashes would take longer than the figure."""
    found = [Reviewer.objects.create_user(f"reviewer-{number}@example.com") for number in range(count)]
    for each in found:
        people.join(each, pool())
    return found


def cookies(people: list[Reviewer]) -> list[str]:
    """Of a session for each of them, as a browser sends it."""
    clients = [Client() for _ in people]
    for client, person in zip(clients, people, strict=True):
        client.force_login(person)
    connection.close()
    name = settings.SESSION_COOKIE_NAME
    return [f"{name}={client.cookies[name].value}" for client in clients]


def backlog(agent: Agent, rows: int, *, webhook_url: str | None = None) -> None:
    values: dict[str, str | int | None] = {
        "agent": agent.pk,
        "name": agent.name,
        "pool": pool().pk,
        "rows": rows,
        "url": webhook_url,
        "urls": URLS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BACKLOG, values)
        cursor.execute("ANALYZE escalations")


def history(rows: int, *, seed: int) -> None:
    """A past, and what autovacuum would do about it in the next minute."""
    manage("generate_history", "--rows", str(rows), "--seed", str(seed))
    with connection.cursor() as cursor:
        for statement in (
            "SET statement_timeout = 0",
            "VACUUM (ANALYZE) escalations, events",
            "RESET statement_timeout",
        ):
            cursor.execute(statement)


def manage(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Broken(f"manage.py {arguments[0]}: {done.stderr.strip()}")


@contextmanager
def process(name: str, line: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A process of the Procfile, or the one that `line` says, ended after the block."""
    with LOG.open("ab") as log:
        child = Program(name, line or procfile()[name], os.environ).start(output=log.fileno())
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def web(line: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """The whole product behind its port, in as many processes as it has, or run as `line` says."""
    with process("web", line) as child:
        wait_until_ready(child)
        yield child


def wait_until_ready(child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while not is_ready():
        if child.poll() is not None or time.monotonic() > deadline:
            raise Broken("the web process does not answer /readyz")
        time.sleep(0.02)


def is_ready() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.PORT}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_for_worker(child: subprocess.Popen[bytes], app: Celery = current_app) -> None:
    """Until a worker of the Celery application answers a ping."""
    deadline = time.monotonic() + STARTS_WITHIN
    while not app.control.ping(timeout=0.5):
        if child.poll() is not None or time.monotonic() > deadline:
            raise Broken("the worker does not answer")
