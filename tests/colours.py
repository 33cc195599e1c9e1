"""Colours as people see them: contrast, colour-vision deficiencies, and how far two colours are apart.

Sources: WCAG 2.2 (relative luminance, contrast ratio); Machado, Oliveira and Fernandes, "A Physiologically-based Model
for Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009 (matrices at full severity, for linear RGB); Sharma,
Wu and Dalal, "The CIEDE2000 Color-Difference Formula", Color Research & Application 30(1), 2005.
"""

from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from typing import NamedTuple

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]

VISIONS: dict[str, Matrix] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ: Matrix = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
WHITE: Vector = (0.95047, 1.0, 1.08883)  # D65


class Lab(NamedTuple):
    lightness: float
    a: float
    b: float


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 to 21; colours are `#RRGGBB`."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(colour: str) -> Vector:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def seen(colour: str, vision: str) -> Lab:
    """The colour as somebody with that vision sees it, in CIE L*a*b*."""
    simulated = _apply(VISIONS[vision], linear(colour))
    shown = (min(max(simulated[0], 0), 1), min(max(simulated[1], 0), 1), min(max(simulated[2], 0), 1))
    x, y, z = (_lift(part / white) for part, white in zip(_apply(TO_XYZ, shown), WHITE, strict=True))
    return Lab(116 * y - 16, 500 * (x - y), 200 * (y - z))


def apart(one: Lab, other: Lab) -> float:
    """CIEDE2000 with all weights 1; 1 is a difference that can just be seen."""
    mean = (hypot(one.a, one.b) + hypot(other.a, other.b)) / 2
    stretch = 1 + 0.5 * (1 - sqrt(mean**7 / (mean**7 + 25**7)))
    chroma, hue = _polar(one, stretch)
    other_chroma, other_hue = _polar(other, stretch)
    turn = (other_hue - hue + 180) % 360 - 180 if chroma * other_chroma else 0.0
    lightness = (one.lightness + other.lightness) / 2
    mean_chroma = (chroma + other_chroma) / 2
    mean_hue = _mean_hue(hue, other_hue) if chroma * other_chroma else hue + other_hue
    by_lightness = (other.lightness - one.lightness) / (
        1 + 0.015 * (lightness - 50) ** 2 / sqrt(20 + (lightness - 50) ** 2)
    )
    by_chroma = (other_chroma - chroma) / (1 + 0.045 * mean_chroma)
    by_hue = 2 * sqrt(chroma * other_chroma) * sin(radians(turn / 2)) / (1 + 0.015 * mean_chroma * _tilt(mean_hue))
    return sqrt(by_lightness**2 + by_chroma**2 + by_hue**2 + _twist(mean_chroma, mean_hue) * by_chroma * by_hue)


def _tilt(hue: float) -> float:
    return (
        1
        - 0.17 * cos(radians(hue - 30))
        + 0.24 * cos(radians(2 * hue))
        + 0.32 * cos(radians(3 * hue + 6))
        - 0.20 * cos(radians(4 * hue - 63))
    )


def _twist(chroma: float, hue: float) -> float:
    around_blue = 30 * exp(-(((hue - 275) / 25) ** 2))
    return -2 * sqrt(chroma**7 / (chroma**7 + 25**7)) * sin(radians(2 * around_blue))


def _polar(colour: Lab, stretch: float) -> tuple[float, float]:
    return hypot(colour.a * stretch, colour.b), degrees(atan2(colour.b, colour.a * stretch)) % 360


def _mean_hue(one: float, other: float) -> float:
    middle = (one + other) / 2
    if abs(one - other) <= 180:
        return middle
    return middle + 180 if one + other < 360 else middle - 180


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _lift(part: float) -> float:
    return float(part ** (1 / 3)) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116


def _apply(matrix: Matrix, vector: Vector) -> Vector:
    first, second, third = (sum(weight * part for weight, part in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third
