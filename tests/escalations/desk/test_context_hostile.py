"""Whatever an agent sends, the page is text, bounded, and there."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalations.contexts import characters
from escalations.desk import context
from escalations.models import Escalation
from escalations.templatetags.shown_text import visible
from reviewers.models import Reviewer
from tests.escalations.desk.conftest import Team
from tests.factories import make_escalation

As = Callable[[Reviewer], Client]
LARGEST_PAGE = 1_500_000  # characters of HTML
MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    '<div x-data="{a:1}" hx-get="/" hx-trigger="load">',
    "</pre></details></section><h1>Approved</h1>",
    "<a href=javascript:alert(1)>x</a>",
    "{{ 7|add:7 }}{% debug %}",
    "![x](https://canary.example/) [y](javascript:alert(1))",
    "<style>*{display:none}</style><base href=//canary.example><meta http-equiv=refresh content=0>",
]
TAGS = {
    "section",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "a",
    "p",
    "span",
    "strong",
    "nav",
    "ul",
    "li",
    "dl",
    "dt",
    "dd",
    "details",
}
TAGS |= {"summary", "code", "table", "thead", "tbody", "tr", "th", "td", "ins", "del"}
ATTRIBUTES = {
    "class",
    "id",
    "href",
    "dir",
    "tabindex",
    "title",
    "aria-label",
    "aria-labelledby",
    "role",
    "open",
    "scope",
}
ATTRIBUTES |= {"colspan", "data-gap", "data-part", "data-at-once", "data-panel", "data-context-tab", "data-context-raw"}


class Page(HTMLParser):
    """Which tags and attributes a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name == "href"}

    def handle_data(self, data: str) -> None:
        self.text += data


def html_of(data: Any) -> str:
    return render_to_string("desk/context.html", {"shown": context.shown(data), "e": Escalation(number=7)})


def everywhere(text: str) -> dict[str, Any]:
    """The text in every place that a viewer reads."""
    return {
        text: text,
        "kind": text,
        "messages": [
            {"role": text, "name": text, "content": text, text: text},
            {
                "role": "user",
                "content": [{"type": text, "text": text}, {"type": "image_url", "image_url": {"url": text}}],
            },
            {"role": "assistant", "tool_calls": [{"id": text, "name": text, "arguments": json.dumps({text: text})}]},
            {"role": "tool", "tool_call_id": text, "content": f"Error: {text}"},
        ],
        "diff": f"--- a/{text}\n+++ b/{text}\n@@ -1 +1,2 @@\n-{text}\n+{text}\n+{text}\n",
        "policy": text * 60,
        "call": {"name": text, "arguments": {text: text}, "result": text},
        "tree": {text: {text: [text, {text: text}]}},
    }


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_text_wherever_it_stands(text: str) -> None:
    page = Page(html_of(everywhere(text)))

    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert all(re.match(r"#|/desk/e/ESC-7/context", link) for link in page.links)
    assert text in page.text


@pytest.mark.parametrize(
    "character", ["\u202e", "\u2066", "\u200b", "\u200f", "\x1b", "\u2028", "\U000e0041", "\u3164", "\xad"]
)
def test_no_invisible_character_reaches_the_page(character: str) -> None:
    html = html_of(everywhere(f"a{character}b"))

    assert character not in html
    assert characters.label(character) in html
    assert "invisible characters" in html


def test_a_run_of_invisible_characters_is_one_mark() -> None:
    assert visible("a" + "\u200b" * 5_000 + "b") == (
        'a<span class="unseen" title="ZERO WIDTH SPACE">U+200B ×5,000</span>b'
    )


def test_marks_have_an_end() -> None:
    said = visible("a\u202e" * 10_000)

    assert said.count("unseen") == 300
    assert said.count("\ufffd") == 9_700


@pytest.mark.parametrize("text", ["👩\u200d🚀 ❤\ufe0f 1\ufe0f⃣", "می\u200cخواهم", "क्\u200dष", "a\tb\r\nc"])
def test_ordinary_writing_has_no_marks(text: str) -> None:
    assert visible(text) == text


def test_empty_lines_cannot_push_text_out_of_sight() -> None:
    assert visible("Yes." + "\n" * 9_000 + "No.") == 'Yes.\n<span class="unseen">8,999 empty lines</span>\nNo.'


def deep(levels: int) -> Any:
    value: Any = "the end"
    for _ in range(levels):
        value = {"in": [value]}
    return value


WEIRD = [
    {"messages": [1, 2], "role": {}, "content": None},
    {"messages": [{"role": {}, "content": None}, {"role": "user", "content": None}]},
    {
        "messages": [
            {"role": "user", "content": {"a": [1e308]}},
            7,
            None,
            [],
            "x",
            {"role": "tool", "content": {"x": 1}},
        ]
    },
    {"messages": [{"role": "assistant", "content": 5, "tool_calls": {"a": 1}, "function_call": 3}]},
    {"messages": [{"role": "assistant", "content": [], "tool_calls": [{"function": 1}, {"name": None}, {}]}]},
    {"messages": [{"role": "tool", "content": [{"type": "text"}, 3]}], "tool_calls": "x", "kind": ["chat"]},
    {"messages": [{"type": "function_call", "name": 3, "arguments": None}, {"type": "function_call_output"}]},
    {"messages": []},
    {"name": {}, "arguments": "{"},
    {"name": "f", "arguments": "[" * 60_000},
    {"patch": "@@ -999999999,999999999 +999999999 @@\n+x\n\\ No newline\n garbage"},
    {"n": 1e308, "m": -0.0, "big": 2**53},
    {"": "", " ": {"": {"": [[], {}, None]}}},
    {"k" * 100_000: {"v" * 100_000: ["x" * 100_000] * 3}},
    deep(400),
    "only a text",
    3,
    None,
    [[[]]],
]


@pytest.mark.parametrize("data", WEIRD)
def test_weird_data_has_a_page(data: Any) -> None:
    assert len(html_of(data)) < LARGEST_PAGE


LARGE = {
    "a line of 1 MB": {"log": "x" * 1_000_000},
    "1 MB of markup": {"log": "<b>" * 350_000},
    "10,000 messages": {"messages": [{"role": "user", "content": f"<i>{n}</i>"} for n in range(10_000)]},
    "10,000 results": {"messages": [{"role": "tool", "content": "Error: x"}] * 10_000},
    "100 long messages": {"messages": [{"role": "user", "content": "y" * 60_000}] * 100},
    "many calls": {"messages": [{"role": "a", "tool_calls": [{"name": "f", "arguments": "{}"}] * 9_000, "content": 1}]},
    "50,000 values": {"list": list(range(50_000))},
    "50,000 keys": {str(n): "v" for n in range(50_000)},
    "a wide tree": [[[n] * 50 for n in range(50)] for _ in range(50)],
    "nothing but marks": {"text": "a\u202e" * 100_000},
    "a long diff": {"diff": "@@ -1,50000 +1,50000 @@\n" + "-a\n+b\n" * 40_000},
    "a diff of long lines": {"diff": "@@ -1,90 +1,90 @@\n" + ("+" + "z" * 50_000 + "\n") * 90},
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_context_has_a_page_that_ends_and_says_so(name: str) -> None:
    html = html_of(LARGE[name])

    assert len(html) < LARGEST_PAGE
    assert "This is not everything." in html


TEXT = st.text(max_size=40) | st.sampled_from(MARKUP)
KEYS = st.sampled_from(
    ["role", "content", "messages", "tool_calls", "function", "name", "arguments", "type", "kind", "text", "result"]
)
WORDS = st.sampled_from(["user", "assistant", "tool", "tool_use", "tool_result", "chat", "diff", "text", "{}", "[1]"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | WORDS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS | TEXT, inner, max_size=6),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
def test_anything_has_a_page_of_known_tags(value: Any) -> None:
    page = Page(html_of(value))

    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({"messages": st.lists(st.dictionaries(KEYS, VALUES, max_size=5), max_size=5)}))
def test_every_link_to_a_part_leads_somewhere(value: dict[str, Any]) -> None:
    for section in context.shown(value).sections:
        assert context.part(value, (section.path, section.kind), (0, 10)) is not None


def test_a_part_has_a_page_without_scripts(team: Team, as_: As) -> None:
    text = "0123456789" * 20_000
    escalation = make_escalation(pool=team.pool, context={"log": text})
    page = Page(as_(team.ada).get(f"/desk/e/{escalation.reference}/").content.decode())
    link = next(link for link in page.links if "at=%2Flog" in link)

    part = as_(team.ada).get(link).content.decode()
    assert text[2_000 : 2_000 + 64 * 1024] in part
    assert "132,464 more characters are not shown." in part


@pytest.mark.parametrize(
    "query",
    ["at=/nothing", "at=log", "at=/log/0", f"at={'/' * 5_000}", "at=/%ff", "at=/log%00/x", "at=/log&as=chat&from=-1"],
)
def test_an_address_that_leads_nowhere_is_not_an_error(team: Team, as_: As, query: str) -> None:
    escalation = make_escalation(pool=team.pool, context={"log": "x"})
    answer = as_(team.ada).get(f"/desk/e/{escalation.reference}/context/?{query}")

    assert answer.status_code == (200 if query.startswith("at=/log&") else 404)


@pytest.mark.parametrize("kind", ["chat", "diff", "raw", "json", "document", "tool_call", "", "nonsense"])
@pytest.mark.parametrize("span", ["", "&from=999999999", "&from=5&to=1", "&from=\u0663", "&from=1e3&to=-4"])
def test_a_part_is_shown_whatever_is_asked_of_it(team: Team, as_: As, kind: str, span: str) -> None:
    escalation = make_escalation(pool=team.pool, context={"log": "x", "list": [1, {"role": "user", "content": "x"}]})

    for path in ("", "/log", "/list", "/list/0"):
        answer = as_(team.ada).get(f"/desk/e/{escalation.reference}/context/?at={path}&as={kind}{span}")
        assert answer.status_code == 200


def test_who_may_not_see_an_escalation_sees_no_part_of_it(team: Team, as_: As) -> None:
    escalation = make_escalation(context={"log": "x"})

    for address in ("context/?at=/log", "context.json"):
        assert as_(team.ada).get(f"/desk/e/{escalation.reference}/{address}").status_code == 404
