"""What `deploy/` asks Prometheus for exists, and what it says can be read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from config.front import figures
from escalations.models import Cursor
from metrics.exposition import page, tallies
from tests.live import free_port

ALERTS = settings.BASE_DIR / "deploy/prometheus/alerts.yml"
DASHBOARD = settings.BASE_DIR / "deploy/grafana/escalations.json"
MANUAL = settings.BASE_DIR / "docs/operations.md"
NAME = re.compile(r"\b(?:escalations|process)_[a-z_]+")


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return [each for each in json.loads(DASHBOARD.read_text())["panels"] if each["type"] != "row"]


def expressions(path: Path) -> Iterator[str]:
    if path == ALERTS:
        yield from (rule["expr"] for rule in rules())
    else:
        yield from (target["expr"] for panel in panels() for target in panel["targets"])


@pytest.fixture
def exposed(transactional_db: None, settings: Settings) -> set[str]:
    """Every name there is, once there was one of everything."""
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    Cursor.objects.get_or_create(name="deliveries")
    mine = tallies.mine
    mine.add(tallies.RUNS, "routing")
    tallies.swept("routing", 0.1, is_failure=True)
    tallies.tried("webhook", "delivered", 0.1)
    mine.write()
    figures.count("GET", {}, "/", 200, 0.1)
    found = text_string_to_metric_families(page.text(page.by_sql()).decode())
    return {sample.name for family in found for sample in family.samples}


@pytest.mark.parametrize("path", [ALERTS, DASHBOARD], ids=["alerts", "dashboard"])
def test_every_name_that_is_asked_for_exists(path: Path, exposed: set[str]) -> None:
    asked = {name for expression in expressions(path) for name in NAME.findall(expression)}
    assert len(asked) > 10
    assert sorted(asked - exposed) == []


@pytest.mark.parametrize("path", [ALERTS, DASHBOARD], ids=["alerts", "dashboard"])
def test_every_expression_closes_what_it_opens(path: Path) -> None:
    for expression in expressions(path):
        bare = re.sub(r'"[^"]*"', "", expression)
        assert [bare.count(left) - bare.count(right) for left, right in ("()", "{}", "[]")] == [0, 0, 0], expression


def test_every_alert_says_how_bad_it_is_and_stands_in_the_manual() -> None:
    text = MANUAL.read_text()
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    assert {rule["labels"]["severity"] for rule in rules()} == {"critical", "warning", "info"}
    assert [rule["alert"] for rule in rules() if not {"summary", "description"} <= rule["annotations"].keys()] == []
    assert re.findall(r"^\| `(Escalations\w+)` \|", text, re.MULTILINE) == names


def test_panels_say_what_they_show_and_do_not_overlap() -> None:
    assert [panel["title"] for panel in panels() if not panel["description"]] == []
    places = [
        (x, y)
        for each in panels()
        for x in range(each["gridPos"]["x"], each["gridPos"]["x"] + each["gridPos"]["w"])
        for y in range(each["gridPos"]["y"], each["gridPos"]["y"] + each["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24
