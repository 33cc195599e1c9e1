"""Answered escalations that read like this one, so that a question asked before is not thought through twice.

The cost is bounded whatever the history: candidates are the newest of the same agent, the newest of all, and those that
share a word so rare that few others can have it. Which words are common PostgreSQL knows from its own statistics.
"""

import re
from typing import Any, NamedTuple

from django.db import connection
from django.db.models.functions import Left

from escalations.models import Decider, Escalation, Status
from reviewers.models import Reviewer

NEWEST = 300  # candidates each of the three ways may find
LISTED = 5
READ = 2_000  # characters of an issue that are compared
RARE_AT_MOST = 12  # words looked for in the index
ALIKE = 0.25  # of the words of the two together, how many they must share
WORD = re.compile(r"[^\W_]{4,}")

_COMMON = """
    SELECT most_common_elems::text::text[] FROM pg_stats
    WHERE schemaname = current_schema() AND tablename = 'words' AND most_common_elems IS NOT NULL"""
_CANDIDATES = """
    (SELECT id FROM escalations WHERE agent_id = %(agent)s ORDER BY created_at DESC, id DESC LIMIT %(newest)s)
    UNION
    (SELECT id FROM escalations ORDER BY created_at DESC, id DESC LIMIT %(newest)s)"""
# As in the index `words`, letter by letter. Without statistics nobody knows what is rare, and nothing is looked for.
_SHARING = """
    UNION
    (SELECT id FROM escalations
     WHERE to_tsvector('simple'::regconfig, coalesce(issue_description, '')) @@ to_tsquery('simple', %(rare)s)
     LIMIT %(newest)s)"""


class Similar(NamedTuple):
    """`likeness` is the share of their words that both have, from 0 to 1."""

    escalation: Escalation
    likeness: float


def to(escalation: Escalation, *, viewer: Reviewer) -> list[Similar]:
    """What people have answered for the same agent or in the same pool, and `viewer` may see; the most alike first."""
    words = words_of(escalation.issue_description)
    if not words:
        return []
    found = [Similar(each, _likeness(words, words_of(each.excerpt))) for each in _answered(escalation, viewer, words)]
    alike = [each for each in found if each.likeness >= ALIKE]
    return sorted(alike, key=lambda each: (-each.likeness, -each.escalation.number))[:LISTED]


def words_of(text: str) -> frozenset[str]:
    """The telling ones, in small letters: short words say little."""
    return frozenset(WORD.findall(text[:READ].lower()))


def candidates(escalation: Escalation, words: frozenset[str]) -> tuple[str, dict[str, Any]]:
    """The statement that finds them, and its values."""
    rare = _rare(words)
    values = {"agent": escalation.agent_id, "newest": NEWEST, "rare": " | ".join(rare)}
    return (_CANDIDATES + _SHARING if rare else _CANDIDATES), values


def _answered(escalation: Escalation, viewer: Reviewer, words: frozenset[str]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(*candidates(escalation, words))
        ids = [row[0] for row in cursor.fetchall()]
    answered = Escalation.objects.visible_to(viewer).filter(
        pk__in=ids, status=Status.RESOLVED, decided_by_type=Decider.HUMAN
    )
    ours = answered.filter(agent=escalation.agent_id) | answered.filter(pool=escalation.pool_id)
    columns = ("number", "source_agent", "resolved_at", "resolution_notes", "decision", "decided_by_name")
    return list(ours.exclude(pk=escalation.pk).only(*columns).annotate(excerpt=Left("issue_description", READ)))


def _rare(words: frozenset[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_COMMON)
        known = cursor.fetchone()
    if known is None:
        return []
    return sorted(words - set(known[0]), key=lambda word: (-len(word), word))[:RARE_AT_MOST]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
