"""Patterns of agents, matched in time that grows with the text alone (RE2): no pattern can keep a process busy."""

import re2

from escalations.answers.flaws import Flaw

PATTERN_AT_MOST = 200  # characters
MEMORY = 1 << 20  # bytes a compiled pattern may take


def check_pattern(pattern: str, at: str) -> list[Flaw]:
    if len(pattern) > PATTERN_AT_MOST:
        return [Flaw(at, "too_long", f"A pattern has at most {PATTERN_AT_MOST} characters.")]
    try:
        re2.compile(pattern, _options())
    except (re2.error, UnicodeError) as error:
        why = error.args[0].decode(errors="replace") if error.args and isinstance(error.args[0], bytes) else "not text"
        return [
            Flaw(
                at,
                "invalid_pattern",
                f"This is not a pattern of RE2 ({why}); it has no look-around or back-references.",
            )
        ]
    return []


def matches(pattern: str, text: str) -> bool:
    """Whether it is found anywhere in the text, as JSON Schema says; anchors say more."""
    return re2.compile(pattern, _options()).search(text) is not None


def _options() -> "re2.Options":
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY
    return options
