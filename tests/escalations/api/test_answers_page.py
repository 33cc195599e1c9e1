"""The page on structured answers says what is there: its examples are sent, its keywords are those that are taken."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.test import Client

from escalations.answers import check_schema
from escalations.answers.fields import Kind
from escalations.answers.keywords import NOTES, RULES, SHAPE
from tests.factories import agent_headers, make_agent, make_reviewer, reviewer_headers

PAGE = (Path(__file__).resolve().parents[3] / "docs/answers.md").read_text()
BLOCKS = re.findall(r"^```json (ask|fits|flaw)(?: (\S+) (\S+))?\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
KINDS = {
    "object": Kind.OBJECT,
    "list": Kind.LIST,
    "choice": Kind.CHOICE,
    "constant": Kind.CONSTANT,
    "text": Kind.TEXT,
    "number": Kind.NUMBER,
    "integer": Kind.INTEGER,
    "boolean": Kind.BOOLEAN,
}


class Example(NamedTuple):
    """`body` is sent to answer `asked`, or to ask."""

    asked: dict[str, Any] | None
    body: dict[str, Any]
    flaw: tuple[str, str] | None


def examples() -> list[Example]:
    found, asked = [], None
    for word, pointer, code, text in BLOCKS:
        body = json.loads(text)
        if word == "ask":
            asked = body
        is_question = word == "ask" or "issue_description" in body
        found.append(Example(None if is_question else asked, body, (pointer, code) if word == "flaw" else None))
    return found


def send(client: Client, example: Example) -> Any:
    asking = agent_headers(make_agent())
    if example.asked is None:
        return client.post("/api/escalations", example.body, "application/json", headers=asking)
    made = client.post("/api/escalations", example.asked, "application/json", headers=asking).json()
    answering = reviewer_headers(make_reviewer())
    return client.patch(f"/api/escalations/{made['id']}/resolve", example.body, "application/json", headers=answering)


@pytest.mark.django_db
@pytest.mark.parametrize("example", examples())
def test_an_example_is_taken_or_refused_as_the_page_says(client: Client, example: Example) -> None:
    response = send(client, example)

    if example.flaw is None:
        assert response.status_code in {200, 201}, response.content
        return
    assert response.status_code == 400
    assert example.flaw in {(error["pointer"], error["code"]) for error in response.json()["errors"]}


def test_the_page_has_examples_of_each_sort() -> None:
    assert sorted({word for word, *_ in BLOCKS}) == ["ask", "fits", "flaw"]


def test_the_page_lists_the_keywords_that_are_taken_and_no_others() -> None:
    table = dict(re.findall(r"^\| ([a-z ]+) \| ((?:`\S+` ?)*)\|$", PAGE.split("## Keywords")[1], re.MULTILINE))
    listed = {name: set(re.findall(r"`(\S+?)`", words)) for name, words in table.items()}
    taken = {name: {*RULES.get(kind, ()), *SHAPE.get(kind, ())} for name, kind in KINDS.items()}
    assert listed == {"every schema": {"type", *NOTES}, **taken}


@pytest.mark.parametrize("row", re.findall(r"^\| `(\{.*?\})`", PAGE.split("Keywords")[0], re.MULTILINE))
def test_every_kind_of_field_in_the_table_is_taken(row: str) -> None:
    filled = (
        row.replace('{"enum": […]}', '{"enum": ["a"]}')
        .replace('[{"const", "title", "description"}, …]', '[{"const": 1, "title": "One", "description": "d"}]')
        .replace('"const": …', '"const": 1')
        .replace('"items": …', '"items": {"type": "string"}')
        .replace('"properties": …', '"properties": {"a": {"type": "string"}}')
    )
    assert check_schema({"type": "object", "properties": {"field": json.loads(filled)}}) == []
