"""The classifier of the house: needs no key, no network and a tenth of a second (docs/decisions/0021-sorting-texts.md).

Loads scikit-learn, so only processes that sort import it (`metrics/reasons/classifiers.py`).
"""

import threading
import time
from collections.abc import Sequence

from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from metrics.reasons import lessons
from metrics.reasons.lessons import TEXT_AT_MOST, Guess, Lesson

SURE_ENOUGH = 0.3  # below, a guess is wrong three times in four: it fits none
SHARPNESS = 0.55  # so that of what is said with 70 % some 70 % is right; measured, see docs/reasons.md
LOOK_EVERY = 10.0  # seconds between two looks whether something was corrected


class Classifier:
    """Words and pairs of words, and pieces of words against typos and endings; every reason weighs the same."""

    def __init__(self, taught: Sequence[Lesson]) -> None:
        self._names = sorted({lesson.reason for lesson in taught})
        self._pipeline = _pipeline() if len(self._names) > 1 else None
        if self._pipeline:
            self._pipeline.fit([lesson.text for lesson in taught], [lesson.reason for lesson in taught])

    def guess(self, texts: Sequence[str]) -> list[Guess]:
        """The best reason for each, however unsure; None where there are not two to choose from."""
        if self._pipeline is None or not texts:
            return [Guess(None, 0.0)] * len(texts)
        scores = self._pipeline.decision_function([text[:TEXT_AT_MOST] for text in texts])
        if len(self._names) == 2:
            scores = [[-score, score] for score in scores]
        chances = softmax([[score / SHARPNESS for score in row] for row in scores], axis=1)
        best = chances.argmax(axis=1)
        return [
            Guess(self._names[place], round(float(row[place]), 4)) for place, row in zip(best, chances, strict=True)
        ]


def guess(texts: Sequence[str]) -> list[Guess]:
    """With what is known now; what is too unsure fits none."""
    return [
        found if found.confidence >= SURE_ENOUGH else Guess(None, found.confidence)
        for found in _taught.classifier().guess(texts)
    ]


class _Taught:
    """The classifier of the process, taught again when reasons or corrections have changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._classifier: Classifier | None = None
        self._version = ""
        self._look_at = 0.0

    def classifier(self) -> Classifier:
        with self._lock:
            if self._classifier is None or time.monotonic() >= self._look_at:
                self._look()
            assert self._classifier is not None  # noqa: S101 - just made
            return self._classifier

    def forget(self) -> None:
        self._look_at = 0.0

    def _look(self) -> None:
        version = lessons.version()
        if version != self._version:
            self._classifier, self._version = Classifier(lessons.all_of_them()), version
        self._look_at = time.monotonic() + LOOK_EVERY


def _pipeline() -> Pipeline:
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode")
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, strip_accents="unicode")
    each = LogisticRegression(C=10, class_weight="balanced", solver="liblinear")
    return make_pipeline(make_union(words, pieces), OneVsRestClassifier(each))


_taught = _Taught()


def learn_again() -> None:
    """Look at once whether there is something new to learn, at the next guess."""
    _taught.forget()
