"""What an address asks for, and what cannot be read."""

from datetime import UTC, datetime, timedelta

import pytest

from escalations.models import Priority
from metrics.cuts import stretches
from metrics.models import Grain
from metrics.scope import Scope, Unclear
from reviewers import clock
from reviewers.models import Role
from tests.factories import make_agent, make_pool, make_reviewer

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)


@pytest.mark.django_db
def test_it_is_the_last_thirty_days_up_to_the_end_of_this_hour() -> None:
    with clock.standing_at(NOW):
        found = Scope.asked({}, make_reviewer(role=Role.ADMIN))
    assert found == Scope(datetime(2026, 2, 2, 11, tzinfo=UTC), datetime(2026, 3, 4, 11, tzinfo=UTC))


@pytest.mark.django_db
def test_a_person_sees_the_pools_they_sit_in() -> None:
    pool = make_pool()
    assert Scope.asked({}, make_reviewer(pool=pool)).pools == frozenset({pool.pk})


@pytest.mark.django_db
def test_everything_can_be_asked_for_by_name() -> None:
    pool, agent = make_pool(), make_agent()
    said = {"since": "2026-01-01", "until": "2026-01-02T11:59+01:00", "priority": "high"}
    said |= {"pool": str(pool.pk), "agent": str(agent.pk), "period": ""}
    found = Scope.asked(said, make_reviewer(pool=pool))
    assert (found.since, found.until) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, 11, tzinfo=UTC))
    assert (found.pool, found.agent, found.priority) == (pool.pk, agent.pk, Priority.HIGH)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("period", "1y"), ("since", "yesterday"), ("until", "0001-01-01"), ("until", "9999-12-31T23:59Z")),
        *(("since", "2999-01-01"), ("since", "1999-01-01"), ("pool", "0"), ("pool", "-1"), ("pool", "9" * 40)),
        *(("agent", "x"), ("agent", "999999"), ("priority", "soon"), ("since", "2026-01-01T00:00\0")),
    ],
)
def test_what_cannot_be_read_is_named(name: str, value: str) -> None:
    with pytest.raises(Unclear) as raised:
        Scope.asked({name: value}, make_reviewer(role=Role.ADMIN))
    assert list(raised.value.flaws) == [name]


@pytest.mark.django_db
def test_a_pool_of_others_is_no_pool() -> None:
    with pytest.raises(Unclear):
        Scope.asked({"pool": str(make_pool().pk)}, make_reviewer(pool=make_pool()))


def test_the_period_before_is_as_long() -> None:
    scope = Scope(NOW.replace(minute=0), NOW.replace(minute=0) + timedelta(hours=5))
    assert (scope.before().until, scope.before().length) == (scope.since, scope.length)


def test_a_scope_has_whole_hours() -> None:
    with pytest.raises(ValueError, match="whole hour"):
        Scope(NOW, NOW + timedelta(hours=1))


@pytest.mark.parametrize("hours", [0, 1, 25, 24 * 30, 24 * 200 + 5])
@pytest.mark.parametrize("day", [1, 17, 31])
def test_stretches_cover_each_hour_once(hours: int, day: int) -> None:
    since = datetime(2026, 1, day, 7, tzinfo=UTC)
    until = since + timedelta(hours=hours)
    found = stretches(since, until)
    at = since
    for stretch in found:
        assert stretch.since == at < stretch.until
        at = stretch.until
    assert at == until
    assert sum(stretch.grain == Grain.MONTH for stretch in found) <= 1
