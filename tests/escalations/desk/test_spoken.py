from datetime import UTC, datetime, timedelta

import pytest

from escalations.desk import spoken

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0m 00s"),
        (0, "0m 00s"),
        (59.9, "0m 59s"),
        (61, "1m 01s"),
        (3599, "59m 59s"),
        (3600, "1h 00m"),
        (172_799, "47h 59m"),
        (172_800, "2d 0h"),
        (300_000, "3d 11h"),
    ],
)
def test_a_length_of_time_has_two_units(seconds: float, said: str) -> None:
    assert spoken.span(seconds) == said


@pytest.mark.parametrize(("seconds", "said"), [(0, "now"), (60, "1m"), (7199, "1h"), (90_000, "1d")])
def test_an_age_has_one_unit(seconds: float, said: str) -> None:
    assert spoken.age(seconds) == said


@pytest.mark.parametrize(("minutes_left", "is_soon"), [(13, False), (12, True), (0, True), (-1, False)])
def test_the_last_fifth_of_the_time_is_soon(minutes_left: int, is_soon: bool) -> None:
    due_at = NOON + timedelta(minutes=60)

    assert spoken.is_due_soon(NOON, due_at, due_at - timedelta(minutes=minutes_left)) is is_soon
