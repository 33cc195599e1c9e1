"""What the desk's scripts may not have: words for people (they come from the page), and ways to run text."""

import re
from pathlib import Path

import pytest
from django.conf import settings

SCRIPTS = sorted((Path(settings.BASE_DIR) / "static" / "desk").glob("*.js"))
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
FOR_DEVELOPERS = re.compile(r"new Error\([^\n]*\)")
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`')
# Two words, the first with a capital letter, as a sentence begins: nothing that a selector or a header looks like.
SENTENCE = re.compile(r"\b[A-Z][a-z]+ [a-z]{2,}\b")
WAYS_TO_RUN_TEXT = re.compile(
    r"\beval\(|new Function\(|document\.write|insertAdjacentHTML|outerHTML\s*=|setTimeout\(\s*[\"'`]"
)
# Rows of the queue, parts of the context and the like: HTML of our own templates, in which the text is escaped.
PARSERS = {"rows.js", "context.js", "regions.js"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_no_script_has_words_for_people(script: Path) -> None:
    code = FOR_DEVELOPERS.sub("", COMMENT.sub("", script.read_text()))
    literals = ["".join(found.groups(default="")) for found in LITERAL.finditer(code)]
    assert [literal for literal in literals if SENTENCE.search(literal)] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_no_script_runs_text(script: Path) -> None:
    assert WAYS_TO_RUN_TEXT.findall(script.read_text()) == []


def test_only_parsers_of_our_own_templates_set_inner_html() -> None:
    setting = [script.name for script in SCRIPTS if re.search(r"\.innerHTML\s*=[^=]", script.read_text())]
    assert set(setting) <= PARSERS
