"""The documentation says what is there: its examples run, and its lists are those of the code."""

import ast
import ipaddress
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands
from pytest_django import Settings

from escalations import agents, lifecycle, sweeps
from escalations.answers import Answer
from escalations.models import Escalation, Event
from tests.factories import make_reviewer
from tests.live import until

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(ROOT.glob("docs/**/*.md"))
EXAMPLES = re.findall(r"^```python run\n(.*?)^```", (ROOT / "docs/agents.md").read_text(), re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
# The functions by which config reads the environment; the name comes first.
READERS = {"text", "whole", "flag", "choice", "folder", "networks", "origin", "redis"}
OURS = ("config", "reviewers", "escalations", "notifications", "metrics")
# What only the machine of whoever wrote it knows.
PRIVATE = re.compile(
    r"(?<![\w.*])/(?:root|work|home|Users)/|index-url|(?:py" + r"pi|python" + r"hosted)\.org|artifactory"
)


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_gets_the_answer_of_a_person(web: str, settings: Settings, code: str) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    ada, new = make_reviewer("Ada"), agents.create("refunds")
    known = {"QUEUE": web, "API_KEY": new.api_key, "WEBHOOK_SECRET": new.webhook_secret}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, env=os.environ | known, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as example:
        try:
            until(lambda: Escalation.objects.exists() or example.poll() is not None, 30)
            if "/messages" in code:
                lifecycle.ask(Escalation.objects.get().pk, by=ada, message="Which order?")
                until(lambda: Escalation.objects.get().message_count == 2, 30)
            lifecycle.resolve(Escalation.objects.get().pk, by=ada, answer=Answer("Yes, up to 200 EUR."))
            sweeps.run_all()
            said, complaints = example.communicate(timeout=30)
        finally:
            example.kill()
            sweeps.finish_all()
    assert said.decode().strip().endswith(" Yes, up to 200 EUR."), complaints.decode()


def test_the_examples_are_short() -> None:
    assert [len(code.splitlines()) <= 20 for code in EXAMPLES] == [True] * len(EXAMPLES)


def test_every_event_has_a_heading_and_no_other_has() -> None:
    headings = re.findall(r"^## (escalation\..*)$", (ROOT / "docs/events.md").read_text(), re.MULTILINE)
    assert headings == Event.Type.values


def test_every_setting_is_documented_and_no_other_is() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(set(_settings()))


def test_every_setting_stands_in_the_sample_of_an_environment() -> None:
    sample = re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(sample) == sorted(set(_settings()))


def test_every_command_of_ours_is_mentioned() -> None:
    text = "".join(page.read_text() for page in PAGES)
    ours = [name for name, app in get_commands().items() if app in OURS]
    assert [name for name in ours if f"manage.py {name}" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    lost = [
        f"{target}#{anchor}"
        for target, anchor in LINK.findall(page.read_text())
        if not _leads_somewhere(page.parent / target if target else page, anchor)
    ]
    assert lost == []


def test_nothing_tells_of_the_machine_it_was_written_on() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / line for line in tracked.splitlines()]
    told = [path for path in paths if path.is_file() and PRIVATE.search(path.read_text(errors="replace"))]
    assert [str(path.relative_to(ROOT)) for path in told if path != Path(__file__)] == []


def _settings() -> Iterator[str]:
    """The names by which `config` reads its environment."""
    for path in (ROOT / "config").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            name = node.args[0]
            if function in READERS and isinstance(name, ast.Constant) and str(name.value).isupper():
                yield str(name.value)


def _leads_somewhere(target: Path, anchor: str) -> bool:
    if not target.exists():
        return False
    return not anchor or anchor in {_slug(heading) for heading in HEADING.findall(target.read_text())}


def _slug(heading: str) -> str:
    """As the usual renderers make anchors of headings."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
