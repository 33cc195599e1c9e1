"""When a message that was not taken is tried again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from notifications import schedule

DELAYS = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]


@pytest.mark.parametrize(("tries", "delay"), enumerate(DELAYS, start=1))
def test_each_wait_is_the_published_one_give_or_take_a_fifth(tries: int, delay: int) -> None:
    waits = [schedule.wait(tries) or 0 for _ in range(200)]
    assert 0.8 * delay <= min(waits) < max(waits) <= 1.2 * delay


def test_after_ten_tries_there_is_no_next_one() -> None:
    assert schedule.TRIES == 10
    assert schedule.wait(10) is None


def test_the_tries_spread_over_three_days() -> None:
    assert timedelta(seconds=sum(schedule.DELAYS)) == timedelta(hours=75, minutes=35, seconds=5)


@pytest.mark.parametrize("status", [429, 502, 504])
def test_an_overwhelmed_receiver_is_left_alone_for_a_minute_at_least(status: int) -> None:
    waits = [schedule.wait(1, status=status) or 0 for _ in range(200)]
    assert 60 <= min(waits) < max(waits) <= 72


@pytest.mark.parametrize(
    ("tries", "retry_after", "waited"),
    [(1, "120", 120), (1, "90", 90), (2, "400", 400), (2, "1000000000", 600), (1, "9" * 400, 120), (3, " 2000 ", 2000)],
)
def test_retry_after_is_honoured_up_to_twice_the_delay(tries: int, retry_after: str, waited: int) -> None:
    assert schedule.wait(tries, status=503, retry_after=retry_after) == waited


@pytest.mark.parametrize("retry_after", ["0", "1", "-5", "soon", "", "1e9", "１２", "Mon, 99 Foo 2020", "\0"])
def test_a_retry_after_that_is_short_or_unreadable_shortens_nothing(retry_after: str) -> None:
    assert (schedule.wait(2, status=503, retry_after=retry_after) or 0) >= 240


def test_retry_after_may_be_a_date() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=400), usegmt=True)
    assert schedule.wait(2, status=503, retry_after=at) == pytest.approx(400, abs=2)


def test_an_endpoint_that_asks_for_time_rests_two_minutes_at_most() -> None:
    assert [schedule.rest(each) for each in (None, "30", "9999", "-1", "x")] == [0, 30, 120, 0, 0]
