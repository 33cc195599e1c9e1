"""The colours of the desk, read from the style sheet: WCAG 2.2 contrast (1.4.3, 1.4.11), in light and dark."""

import re

import pytest
from django.conf import settings

CSS = (settings.BASE_DIR / "static/desk/tokens.css").read_text()
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([a-z-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\)", CSS)
}
TEXTS = [
    *(
        (text, ground)
        for text in ("text", "muted", "link", "due-soon")
        for ground in ("surface", "page", "surface-hover")
    ),
    *((text, ground) for text in ("text", "muted") for ground in ("overdue-row", "overdue-row-hover", "surface-quiet")),
    *((f"{name}-text", name) for name in ("button", "danger", "urgent", "high", "medium", "low", "overdue", "toast")),
    *((f"{name}-text", name) for name in ("good", "caution", "bad")),
    *(("text", "current"), ("live", "page"), ("stale", "page"), ("danger", "surface"), ("link-hover", "surface")),
    *(("button-text", "button-hover"), ("link", "current")),
]
SHAPES = [
    *(
        (f"{name}-border", ground)
        for name in ("urgent", "high", "medium", "low")
        for ground in ("surface", "overdue-row")
    ),
    *((name, ground) for name in ("border", "ring", "button") for ground in ("surface", "page")),
    *(("overdue-stripe", "overdue-row"), ("overdue", "overdue-row"), ("live", "page"), ("stale", "page")),
]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_can_be_read(text: str, ground: str, scheme: int) -> None:
    assert contrast(TOKENS[text][scheme], TOKENS[ground][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_can_be_seen(shape: str, ground: str, scheme: int) -> None:
    assert contrast(TOKENS[shape][scheme], TOKENS[ground][scheme]) >= 3


def test_every_colour_of_the_desk_is_a_token() -> None:
    sheets = [path for path in (settings.BASE_DIR / "static/desk").glob("*.css") if path.name != "tokens.css"]

    assert [
        (path.name, found) for path in sheets for found in re.findall(r"#[0-9A-Fa-f]{3,8}\b", path.read_text())
    ] == []
