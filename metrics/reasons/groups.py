"""Once a week: tasks that fit no reason and read alike are a reason that is missing. Proposed to the leads, who decide.

Loads scikit-learn, so only what runs due work and commands import it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.db.models import Q
from django.utils import timezone
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer

from escalations.models import Escalation, Labeller
from metrics.reasons.lessons import TEXT_AT_MOST
from metrics.reasons.models import Proposal

SINCE = timedelta(days=28)
READ_AT_MOST = 1500  # the newest; what compares all with all grows with the square
UNSURE = 0.4
AT_LEAST = 5  # tasks in a group
APART = 0.8  # cosine distance at which two groups are no longer one
WORDS, EXAMPLES = 4, 5
KNOWN = 0.5  # share of a group that a proposal named before


class Text(NamedTuple):
    id: UUID
    text: str


class Group(NamedTuple):
    """`words` are those that it has and the others have not; the texts nearest its middle come first."""

    words: list[str]
    texts: list[Text]


def propose() -> list[Proposal]:
    """Keep what was found as proposals; what was proposed before, and what a lead dismissed, does not come again."""
    known = [set(ids) for ids in Proposal.objects.order_by("-made_at").values_list("escalations", flat=True)[:200]]
    new = [group for group in groups(unsorted_texts()) if not _is_known({text.id for text in group.texts}, known)]
    return [
        Proposal.objects.create(
            name=" ".join(group.words[:WORDS]).capitalize(),
            words=group.words,
            examples=[text.text for text in group.texts[:EXAMPLES]],
            escalations=[text.id for text in group.texts],
        )
        for group in new
    ]


def unsorted_texts() -> list[Text]:
    """What has no reason, or an unsure one; what a reviewer said fits none is the first to be read."""
    none = Q(reason=None) | Q(reason_confidence__lt=UNSURE, reason_source=Labeller.LOCAL)
    rows = Escalation.objects.for_people().filter(none, created_at__gte=timezone.now() - SINCE)
    found = rows.order_by("-created_at", "-id").values_list("pk", "issue_description")[:READ_AT_MOST]
    return [Text(pk, text[:TEXT_AT_MOST]) for pk, text in found]


def groups(texts: Sequence[Text]) -> list[Group]:
    """The largest first. The same text many times is one voice."""
    distinct = list({text.text.strip().lower(): text for text in texts}.values())
    if len(distinct) < AT_LEAST:
        return []
    words = TfidfVectorizer(stop_words="english", sublinear_tf=True, min_df=2, strip_accents="unicode")
    try:
        weights = words.fit_transform([text.text for text in distinct])
    except ValueError:  # not one word that two have in common
        return []
    said = np.asarray(weights.sum(axis=1)).ravel() > 0
    kept, dense = [text for text, has_words in zip(distinct, said, strict=True) if has_words], weights[said].toarray()
    if len(kept) < AT_LEAST:
        return []
    alike = AgglomerativeClustering(None, distance_threshold=APART, metric="cosine", linkage="average").fit(dense)
    found = [
        _group(kept, dense, np.flatnonzero(alike.labels_ == label), words.get_feature_names_out())
        for label in np.unique(alike.labels_)
        if (alike.labels_ == label).sum() >= AT_LEAST
    ]
    return sorted(found, key=lambda group: -len(group.texts))


def _group(texts: Sequence[Text], dense: np.ndarray, members: np.ndarray, names: np.ndarray) -> Group:
    middle = dense[members].mean(axis=0)
    nearest = members[np.argsort(-(dense[members] @ middle), kind="stable")]
    telling = np.argsort(-(middle - dense.mean(axis=0)), kind="stable")[: 2 * WORDS]
    return Group([str(names[place]) for place in telling if middle[place] > 0], [texts[place] for place in nearest])


def _is_known(group: set[UUID], known: Sequence[set[UUID]]) -> bool:
    return any(len(group & before) >= KNOWN * len(group) for before in known)
