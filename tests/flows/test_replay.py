"""`manage.py replay` against the real server: what it needs, what it proves, and what it leaves."""

import json
import threading
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from escalations import agents, sweeps
from escalations.management.replay import handoffs
from escalations.models import Agent, ApiKey, Escalation, Status
from reviewers.models import Pool, Reviewer, Seat
from tests.factories import make_agent
from tests.notifications.conftest import allow_loopback as allow_loopback

Write = Callable[..., Path]
SAMPLE = Path(settings.BASE_DIR) / "docs" / "demo" / "handoffs.jsonl"
LINES: list[dict[str, Any]] = [
    {"source_agent": "refunds", "issue_description": "Twice?", "context_data": {"b": [0.1, 1e3, None], "a": "😀"}},
    {"source_agent": "refunds", "issue_description": "Once?", "priority": "urgent", "issue": "r-1", "attempt": 2},
    {"source_agent": "contracts", "issue_description": "Sign?", "context_data": [], "metadata": {"matter": 7}},
]


@pytest.fixture
def drain(web: str, allow_loopback: None) -> Iterator[None]:
    """The due work is done beside the server, as by the worker."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.05):
            sweeps.run_all()
            sweeps.finish_all()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join(10)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*lines: dict[str, Any]) -> Path:
        file = tmp_path / "handoffs.jsonl"
        file.write_text("\n".join(json.dumps(line) for line in lines))
        return file

    return written


def replay(file: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("replay", str(file), "--rate", "100", *arguments, stdout=out)
    return out.getvalue()


def refusal(file: Path, *arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        replay(file, "--patience", "2", *arguments)
    return str(caught.value)


def test_every_line_comes_back_signed_and_unchanged(drain: None, write: Write) -> None:
    said = replay(write(*LINES))
    for word in ("created", "assigned", "resolved", "delivered", "verified", "context equal"):
        assert any(line.startswith(word) and " 3 of 3" in line for line in said.splitlines()), said
    assert "Ada 1, Ben 1, Chi 1" in said
    assert Escalation.objects.filter(status=Status.RESOLVED).count() == 3


def test_the_sample_of_the_project_plays_through(drain: None) -> None:
    count = len(handoffs.read(SAMPLE))
    assert f"context equal {count:>4} of {count}" in replay(SAMPLE)


def test_only_fields_of_the_api_are_posted(drain: None, write: Write) -> None:
    replay(write(*LINES))
    asked = Escalation.objects.get(issue_description="Once?")
    assert (asked.priority, asked.metadata, asked.context_data) == ("urgent", {}, {})
    assert Escalation.objects.get(issue_description="Sign?").metadata == {"matter": 7}


def test_afterwards_nobody_of_the_run_can_act_and_the_command_says_what_is_left(drain: None, write: Write) -> None:
    said = replay(write(*LINES))
    pool = Pool.objects.get(is_default=False)
    assert f"The pool {pool.name} stays, without people; every escalation in it is finished." in said
    assert not Reviewer.objects.filter(is_active=True).exists()
    assert not Seat.objects.exists()
    assert not ApiKey.objects.live().exists()


def test_an_agent_that_is_there_keeps_its_own_keys(drain: None, write: Write) -> None:
    agent = make_agent("refunds")
    replay(write(*LINES))
    assert ApiKey.objects.live().filter(agent=agent).count() == 2


def test_a_product_that_sends_nothing_to_loopback_is_told_which_line_to_set(web: str, write: Write) -> None:
    assert refusal(write(*LINES)).endswith("\n\nWEBHOOK_ALLOWED_NETWORKS=127.0.0.0/8")


def test_a_run_that_could_not_begin_leaves_nothing(web: str, write: Write) -> None:
    refusal(write(*LINES))
    assert not Agent.objects.exists()
    assert not Reviewer.objects.exists()
    assert not ApiKey.objects.exists()
    assert Pool.objects.filter(is_default=False).count() == 0


def test_a_line_that_is_refused_is_named_and_the_others_go_on(drain: None, write: Write) -> None:
    said = refusal(write(LINES[0], LINES[1] | {"priority": "soon"}, LINES[2]), "--patience", "20")
    assert "Not everything came back:\nline 2: not created: 400 invalid_choice" in said
    assert Escalation.objects.filter(status=Status.RESOLVED).count() == 2


def test_webhooks_that_do_not_come_are_missed(web: str, allow_loopback: None, write: Write) -> None:
    said = refusal(write(LINES[0]))
    assert said.startswith(f"Not everything came back:\nline 1: no webhook came for {Escalation.objects.get().pk}")


def test_a_paused_agent_is_named_before_anything_is_made(web: str, write: Write) -> None:
    agents.pause(make_agent("contracts"))
    assert "The agent contracts is paused" in refusal(write(*LINES))
    assert not Reviewer.objects.exists()


def test_a_wrong_file_is_refused_before_the_product_is_asked(write: Write) -> None:
    assert "line 1: issue_description must be a text" in refusal(write({"source_agent": "refunds"}))
