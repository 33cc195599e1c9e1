"""Who says why: a language model where there is one, and always the house's own. Each label tells who it was.

Both are loaded by name when there is something to sort, so that web processes carry neither.
"""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from escalations.models import Labeller
from metrics.reasons.lessons import Guess

logger = logging.getLogger(__name__)

LOCAL = "metrics.reasons.local.guess"
REMOTE = "metrics.reasons.remote.guess"
REMOTE_FAILURE = "metrics.reasons.remote.NoLabels"


class Guessed(NamedTuple):
    source: Labeller
    guesses: list[Guess]


def guess(texts: Sequence[str], *, local_only: bool = False) -> Guessed:
    """One guess for each text. A language model that fails costs its time, and the house's own answers instead."""
    if has_model() and not local_only:
        try:
            return Guessed(Labeller.OPENAI, import_string(REMOTE)(texts))
        except import_string(REMOTE_FAILURE) as nothing:
            logger.warning("sorted without the language model: %s", nothing)
    return Guessed(Labeller.LOCAL, import_string(LOCAL)(texts))


def has_model() -> bool:
    return bool(settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL)
