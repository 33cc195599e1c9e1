"""The colours of the desk, read from the style sheet, in light and dark.

Texts and shapes stand out from what they lie on (WCAG 2.2, 1.4.3 and 1.4.11), and the four priorities from each other,
also for who sees fewer colours. Shape and word say the same as the colour does.
"""

import re
from itertools import combinations

import pytest
from django.conf import settings

from tests.colours import VISIONS, Lab, apart, contrast, seen

SHEETS = settings.BASE_DIR / "static/desk"
CSS = (SHEETS / "tokens.css").read_text()
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([a-z-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\)", CSS)
}
SCHEMES = pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
PRIORITIES = ("urgent", "high", "medium", "low")
GROUNDS = ("surface", "page", "surface-hover", "surface-quiet", "current")
TEXTS = [
    *((text, ground) for text in ("text", "muted", "link") for ground in GROUNDS),
    *((text, ground) for text in ("due-soon", "link-hover") for ground in ("surface", "page", "surface-hover")),
    *((text, ground) for text in ("text", "muted", "link") for ground in ("overdue-row", "overdue-row-hover")),
    *((f"{name}-text", name) for name in ("button", "danger", *PRIORITIES, "overdue", "toast")),
    *((f"{name}-text", name) for name in ("good", "caution", "bad")),
    *(("live", "page"), ("stale", "page"), ("danger", "surface"), ("button-text", "button-hover")),
]
SHAPES = [
    *((f"{name}-border", ground) for name in PRIORITIES for ground in ("surface", "page", "overdue-row")),
    *((name, ground) for name in ("border", "ring", "button") for ground in ("surface", "page")),
    *(("overdue-stripe", "overdue-row"), ("overdue", "overdue-row"), ("live", "page"), ("stale", "page")),
    *(("link", "current"), ("ring", "overdue-row")),
    *(("opened", "surface"), ("resolved", "surface")),
]
# What nothing is written or drawn with: lines that only divide.
DECORATION = {"hairline"}


@SCHEMES
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_can_be_read(text: str, ground: str, scheme: int) -> None:
    assert contrast(TOKENS[text][scheme], TOKENS[ground][scheme]) >= 4.5


@SCHEMES
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_can_be_seen(shape: str, ground: str, scheme: int) -> None:
    assert contrast(TOKENS[shape][scheme], TOKENS[ground][scheme]) >= 3


@SCHEMES
@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(("one", "other"), combinations(PRIORITIES, 2))
def test_two_priorities_are_told_apart_by_everybody(one: str, other: str, vision: str, scheme: int) -> None:
    assert apart(seen(TOKENS[one][scheme], vision), seen(TOKENS[other][scheme], vision)) >= 20


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        (Lab(50, 2.6772, -79.7751), Lab(50, 0, -82.7485), 2.0425),
        (Lab(50, -1, 2), Lab(50, 0, 0), 2.3669),
        (Lab(50, 2.49, -0.001), Lab(50, -2.49, 0.0009), 7.1792),
        (Lab(50, 2.49, -0.001), Lab(50, -2.49, 0.0011), 7.2195),
        (Lab(50, 2.5, 0), Lab(73, 25, -18), 27.1492),
        (Lab(60.2574, -34.0099, 36.2677), Lab(60.4626, -34.1751, 39.4387), 1.2644),
        (Lab(90.8027, -2.0831, 1.441), Lab(91.1528, -1.6435, 0.0447), 1.4441),
        (Lab(2.0776, 0.0795, -1.135), Lab(0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_distance_is_the_one_of_the_published_pairs(one: Lab, other: Lab, difference: float) -> None:
    """Sharma, Wu and Dalal, table 1."""
    assert apart(one, other) == pytest.approx(difference, abs=5e-5)
    assert apart(other, one) == pytest.approx(difference, abs=5e-5)


def test_every_token_is_held_to_something() -> None:
    held = {name for pair in (*TEXTS, *SHAPES) for name in pair}

    assert set(TOKENS) - held - DECORATION == set()


def test_every_colour_of_the_desk_is_a_token() -> None:
    sheets = [path for path in SHEETS.glob("*.css") if path.name != "tokens.css"]

    assert [
        (path.name, found) for path in sheets for found in re.findall(r"#[0-9A-Fa-f]{3,8}\b", path.read_text())
    ] == []
