"""Labelled texts in five styles of writing, and how often a classifier is right about a style it has not seen."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from escalations.models import Reason
from metrics.reasons import lessons
from metrics.reasons.lessons import Lesson
from metrics.reasons.local import Classifier

STYLES = ("terse", "polite", "ticket", "agent", "rough")
CORRECTIONS = 20  # per reason, from the four other styles
WORD = re.compile(r"[a-z]{3,}")
Guesser = Callable[[Sequence[str]], list[str | None]]


class Figures(NamedTuple):
    """Shares of right answers: one per style."""

    name: str
    styles: list[float]

    @property
    def mean(self) -> float:
        return sum(self.styles) / len(self.styles)

    def __str__(self) -> str:
        each = "  ".join(f"{share:6.1%}" for share in self.styles)
        return f"{self.name:38} {self.mean:6.1%}   {each}"


def read(style: str) -> list[Lesson]:
    lines = (Path(__file__).parent / "texts" / f"{style}.txt").read_text().splitlines()
    return [Lesson(text, reason) for reason, text in (line.split(": ", 1) for line in lines)]


def corrections(held_out: str) -> list[Lesson]:
    """Twenty per reason: five of each other style."""
    found: list[Lesson] = []
    for style in STYLES:
        if style != held_out:
            count: Counter[str] = Counter()
            for lesson in read(style):
                count[lesson.reason] += 1
                if count[lesson.reason] <= CORRECTIONS // 4:
                    found.append(lesson)
    return found


def right(style: str, guesser: Guesser) -> float:
    cases = read(style)
    guesses = guesser([case.text for case in cases])
    return sum(guess == case.reason for guess, case in zip(guesses, cases, strict=True)) / len(cases)


def measured(name: str, guesser_for: Callable[[str], Guesser]) -> Figures:
    return Figures(name, [right(style, guesser_for(style)) for style in STYLES])


def majority(_style: str) -> Guesser:
    """Whatever is said most often. As all reasons are as many here, it is right about one in twelve."""
    return lambda texts: ["money"] * len(texts)


def keywords(_style: str) -> Guesser:
    """The reason that has most of the text's words in its own: what a search would do."""
    known = {
        reason.slug: set(WORD.findall(" ".join([reason.name, reason.description, *reason.examples]).lower()))
        for reason in Reason.objects.all()
    }

    def guess(texts: Sequence[str]) -> list[str | None]:
        return [max(known, key=lambda slug: len(known[slug] & set(WORD.findall(text.lower())))) for text in texts]

    return guess


def untaught() -> Callable[[str], Guesser]:
    guesser = _by(Classifier(lessons.all_of_them()))
    return lambda _style: guesser


def taught(style: str) -> Guesser:
    return _by(Classifier([*lessons.all_of_them(), *corrections(style)]))


def _by(classifier: Classifier) -> Guesser:
    return lambda texts: [guess.reason for guess in classifier.guess(texts)]
