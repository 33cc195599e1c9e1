"""Whether a value arrives unchanged at every reader: no U+0000, no half characters, no NaN, not too deep or large.

What comes by API has been read strictly and has none of these; what comes from a form or from our own code may.
"""

from __future__ import annotations

import json
import math
import re
from itertools import islice
from typing import TYPE_CHECKING

from escalations.answers.flaws import JSON, Flaw, below

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTES_AT_MOST = 64 * 1024
DEPTH_AT_MOST = 32
INTEGER_AT_MOST = 2**53  # above it, neighbours share one IEEE 754 double
FLAWS_AT_MOST = 20
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def flaws_of(value: JSON, at: str, *, bytes_at_most: int = BYTES_AT_MOST) -> list[Flaw]:
    if flaws := list(islice(_walk(value, at), FLAWS_AT_MOST)):
        return flaws
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    if size > bytes_at_most:
        return [Flaw(at, "too_long", f"This has {size:,} bytes of JSON; at most {bytes_at_most:,} are taken.")]
    return []


def _walk(value: JSON, at: str) -> Iterator[Flaw]:
    waiting: list[tuple[JSON, str, int]] = [(value, at, 1)]
    while waiting:
        each, place, depth = waiting.pop()
        if isinstance(each, dict | list):
            if depth > DEPTH_AT_MOST:
                yield Flaw(place, "too_deep", f"This is nested more than {DEPTH_AT_MOST} levels deep.")
                return
            pairs = each.items() if isinstance(each, dict) else enumerate(each)
            waiting += [(inner, below(place, key), depth + 1) for key, inner in pairs]
            yield from (flaw for key in each if isinstance(key, str) for flaw in _of_text(key, place))
        else:
            yield from _of_scalar(each, place)


def _of_scalar(value: JSON, at: str) -> Iterator[Flaw]:
    if isinstance(value, str):
        yield from _of_text(value, at)
    elif isinstance(value, float) and not math.isfinite(value):
        yield Flaw(at, "not_a_number", "NaN and Infinity are not JSON. Give a number.")
    elif isinstance(value, int) and abs(value) > INTEGER_AT_MOST:
        yield Flaw(at, "number_too_large", "Integers go up to 2^53.")


def _of_text(text: str, at: str) -> Iterator[Flaw]:
    if UNSTORABLE.search(text):
        yield Flaw(at, "invalid_character", "This holds a character that cannot be stored (U+0000, or half of a pair).")
