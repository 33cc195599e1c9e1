"""What counts as a text: something that a person can see."""

import unicodedata

# Not to be seen although Unicode calls them letters or symbols: Braille's blank and the Hangul fillers.
BLANKS = frozenset("\u2800\u115f\u1160\u3164\uffa0")
INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Cs", "Zs", "Zl", "Zp"})


def is_blank(text: str) -> bool:
    return not any(map(_is_visible, text))


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in INVISIBLE and character not in BLANKS
