"""What is due is looked for many times a second, housekeeping now and then."""

from escalations import sweeps


def test_housekeeping_is_done_once_a_minute() -> None:
    done: list[int] = []
    seldom = sweeps.Seldom(lambda: done.append(1))
    seldom()
    seldom()
    assert done == [1]
