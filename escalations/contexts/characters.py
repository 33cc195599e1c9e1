"""Characters that a reader cannot see, or that make text read in another order than it was written.

Controls, zero-width characters, bidirectional marks and overrides, fillers, tag characters and variation selectors; see
Unicode's technical reports 9 and 36. What joins an emoji, or letters of Arabic and Indic scripts, is ordinary there.
"""

import re
import unicodedata
from itertools import islice

_ALWAYS = (
    "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200e\\u200f"
    "\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff9-\\ufffb\\U0001d173-\\U0001d17a"
    "\\U000e0000-\\U000e0fff"
)
_JOINED = "\\u0600-\\u08ff\\u0900-\\u0dff\\ufb50-\\ufdff\\ufe70-\\ufefc"  # Arabic and Indic letters
_PICTURES = "#*0-9\\xa9\\xae\\u203c-\\u3299\\U0001f000-\\U0001faff"
_ONE = f"[{_ALWAYS}]|(?<![{_JOINED}])\\u200c|(?<![{_JOINED}{_PICTURES}\\ufe0f])\\u200d|(?<![{_PICTURES}])\\ufe0f"
INVISIBLE = re.compile(_ONE)
RUN = re.compile(f"(?:{_ONE})+")
COUNTED_TO = 9_999
# JSON writes these controls as escapes. An even number of backslashes before one belongs to the text.
_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\(?:u00(?:0[0-8bcef]|1[0-9a-f])|[bf])")


def count(text: str) -> int:
    """Counting stops at `COUNTED_TO`."""
    return _number(INVISIBLE, text)


def count_in_json(text: str) -> int:
    """As `count` of every key and string in it. `text` is as `json.dumps(…, ensure_ascii=False)` writes it."""
    escaped = _number(_ESCAPED, text) if any(map(text.__contains__, ("\\u00", "\\b", "\\f"))) else 0
    return escaped if text.isascii() and "\x7f" not in text else escaped + count(text)


def _number(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in islice(pattern.finditer(text), COUNTED_TO))


def label(character: str) -> str:
    return f"U+{ord(character):04X}"


def name(character: str) -> str:
    return unicodedata.name(character, "") or label(character)
