"""Figures in the reader's words: lengths of time, shares, counts."""

from django.utils.formats import number_format

from escalations.desk import spoken

NONE = "–"
MINUTE = 60


def length(seconds: float | None) -> str:
    """3d 4h, 1h 02m, 3m 12s, 12s; below ten seconds with a tenth."""
    if seconds is None:
        return NONE
    if seconds >= MINUTE:
        return spoken.span(seconds)
    return f"{_rounded(seconds, 0 if seconds >= 10 or seconds == 0 else 1)}s"


def share(ratio: float | None) -> str:
    """94.1 %; nothing of nothing is no share."""
    return NONE if ratio is None else f"{_rounded(ratio * 100, 1)} %"


def number(value: float | None) -> str:
    """With thousands set apart, and as many decimals as tell something."""
    if value is None:
        return NONE
    places = 0 if value >= 100 else 1 if value >= 1 else 2
    while places and round(value, places) == round(value, places - 1):
        places -= 1
    return _rounded(value, places)


def _rounded(value: float, places: int) -> str:
    return number_format(round(value, places), decimal_pos=places, force_grouping=True)
