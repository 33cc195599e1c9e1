"""What a classifier learns from: the words of the reasons, and what reviewers said."""

import hashlib
import re
from typing import NamedTuple

from django.db import connection

from escalations.models import Escalation, Labeller, Reason

CORRECTIONS = 2000  # the newest ones; older ones speak of reasons as they were
TEXT_AT_MOST = 2000  # characters of a text that are read
_PARTS = re.compile(r"[.:;,\n]")

_VERSION = """
    SELECT (SELECT string_agg(concat_ws(' ', slug, is_active, updated_at), ',' ORDER BY slug) FROM escalations_reason),
        (SELECT string_agg(concat(id, reason), ',') FROM (
            SELECT id, reason FROM escalations WHERE reason_source = 'reviewer'
            ORDER BY created_at DESC, id DESC LIMIT %s) newest)"""


class Guess(NamedTuple):
    """`reason` is a slug, or None: it fits none."""

    reason: str | None
    confidence: float


class Lesson(NamedTuple):
    text: str
    reason: str


def offered() -> list[Reason]:
    return list(Reason.objects.filter(is_active=True))


def version() -> str:
    """Another one whenever something was changed or corrected."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, [CORRECTIONS])
        return hashlib.sha256(repr(cursor.fetchone()).encode()).hexdigest()


def all_of_them() -> list[Lesson]:
    """Each phrase of a description is a lesson of its own: they are lists of what belongs there."""
    reasons = offered()
    found = [Lesson(text, reason.slug) for reason in reasons for text in _words_of(reason)]
    return found + _corrections({reason.slug for reason in reasons})


def _words_of(reason: Reason) -> list[str]:
    parts = [part.strip() for part in _PARTS.split(reason.description)]
    return [text for text in (reason.name, reason.slug.replace("-", " "), *parts, *reason.examples) if text.strip()]


def _corrections(slugs: set[str]) -> list[Lesson]:
    said = Escalation.objects.filter(reason_source=Labeller.REVIEWER).order_by("-created_at", "-id")
    newest = said.values_list("issue_description", "reason")[:CORRECTIONS]
    return [Lesson(text[:TEXT_AT_MOST], reason) for text, reason in newest if reason in slugs]
