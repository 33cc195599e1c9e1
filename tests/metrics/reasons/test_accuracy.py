"""How often the classifier of the house is right: printed, and held to what docs/reasons.md says of it.

Each style of writing is judged by a classifier that has seen none of it: agents differ from what was corrected before.
"""

import sys
from collections import Counter

import pytest

from escalations import reasons
from escalations.models import Reason
from metrics.reasons import lessons, local
from metrics.reasons.local import SURE_ENOUGH, Classifier
from tests import factories
from tests.metrics.reasons import labelled

pytestmark = pytest.mark.django_db


def test_the_texts_are_many_and_as_many_of_each_reason_in_each_style() -> None:
    slugs = set(Reason.objects.values_list("slug", flat=True))
    counts = [Counter(case.reason for case in labelled.read(style)) for style in labelled.STYLES]
    assert sum(count.total() for count in counts) == 360
    assert all(set(count) == slugs and set(count.values()) == {6} for count in counts)


def test_no_text_stands_among_the_examples() -> None:
    examples = {example for reason in Reason.objects.all() for example in reason.examples}
    assert not examples & {case.text for style in labelled.STYLES for case in labelled.read(style)}


def test_it_beats_simple_ways_and_learns_from_corrections(capsys: pytest.CaptureFixture[str]) -> None:
    figures = [
        labelled.measured("the most frequent reason", labelled.majority),
        labelled.measured("words in common", labelled.keywords),
        labelled.measured("the classifier, as delivered", labelled.untaught()),
        labelled.measured("with 20 corrections per reason", labelled.taught),
    ]
    with capsys.disabled():
        head = f"{'share of right answers':38}   mean   " + "  ".join(f"{style:>6}" for style in labelled.STYLES)
        sys.stdout.write("\n".join(["", head, *map(str, figures), ""]))
    majority, keywords, untaught, taught = (each.mean for each in figures)
    assert majority == pytest.approx(1 / 12)
    assert untaught > keywords + 0.05
    assert untaught > 0.55
    assert taught > untaught + 0.08
    assert taught > 0.7


def test_it_is_right_as_often_as_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    classifier = Classifier(lessons.all_of_them())
    cases = [case for style in labelled.STYLES for case in labelled.read(style)]
    told = list(zip(classifier.guess([case.text for case in cases]), cases, strict=True))
    given = [(guess, case) for guess, case in told if guess.confidence >= SURE_ENOUGH]
    right = sum(guess.reason == case.reason for guess, case in given) / len(given)
    said = sum(guess.confidence for guess, _ in given) / len(given)
    with capsys.disabled():
        share = len(given) / len(told)
        sys.stdout.write(f"\nlabelled {share:.0%}; of these right {right:.0%}, said to be {said:.0%}\n")
    assert abs(right - said) < 0.08


def test_corrections_on_the_desk_make_it_better() -> None:
    """One case end to end: reviewers correct, and what is alike is then sorted as they said."""
    ada = factories.make_reviewer("Ada")
    said = ["Pallet 7 stands in aisle %s and nobody knows whose it is.", "Aisle %s: a pallet without an owner."]
    asked = ["There is a pallet in aisle 12, and it has no owner."]
    local.learn_again()
    before = local.guess(asked)[0]
    for number in range(4):
        row = factories.make_escalation(said[number % 2] % number)
        reasons.correct(row, by=ada, reason="out-of-scope")
    local.learn_again()
    after = local.guess(asked)[0]
    assert (before.reason, after.reason) != ("out-of-scope", None)
    assert after.reason == "out-of-scope"
    assert after.confidence > 0.5
