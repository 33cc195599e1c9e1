"""The roll-ups say what the history says, whatever happened and however it was added up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from escalations import log
from escalations.models import Escalation, Priority
from metrics import comparing, rollups, scan
from metrics.models import SUMS, Cell, Fact
from metrics.scope import HOUR, Scope
from tests.metrics.histories import World, ids, pools

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 1, 30, 21, 40, tzinfo=UTC)
STEPS = 120


def live(seed: int, steps: int = STEPS) -> World:
    """A random history, added up now and then in batches of any size, some of it again and again."""
    random = Random(seed)
    world = World(random, BEGIN)
    for _step in range(steps):
        world.go_on()
        if random.random() < 0.2:
            log.advance(rollups.CURSOR, rollups.follow, limit=random.randrange(1, 12))
        if random.random() < 0.05:
            known = ids()
            rollups.fold(random.sample(known, random.randrange(len(known) + 1)))
    rollups.run()
    return world


def scopes(world: World) -> list[Scope]:
    """Everything, and some of it at random."""
    everything = Scope(BEGIN.replace(minute=0), world.now.replace(minute=0, second=0, microsecond=0) + HOUR)
    whole_days = Scope(BEGIN.replace(hour=0, minute=0), BEGIN.replace(hour=0, minute=0) + timedelta(days=9))
    return [everything, whole_days, *(_some(world, everything) for _number in range(4))]


def _some(world: World, scope: Scope) -> Scope:
    random = world.random
    hours = scope.length // HOUR
    since = scope.since + random.randrange(hours) * HOUR
    return replace(
        scope,
        since=since,
        until=since + random.randrange(1, hours + 1) * HOUR,
        pools=random.choice((None, frozenset(random.sample(pools(), 2)))),
        pool=random.choice((None, None, *pools())),
        agent=random.choice((None, None, *(agent.pk for agent in world.agents))),
        priority=random.choice((None, None, *Priority)),
    )


def wrong(world: World) -> list[str]:
    scan.look()
    return [each for scope in scopes(world) for each in comparing.differences(scope)]


@pytest.mark.parametrize("seed", range(4))
def test_every_figure_is_that_of_the_history(seed: int) -> None:
    assert wrong(live(seed)) == []


def test_the_histories_have_what_is_counted() -> None:
    """So that the test above compares more than zeros."""
    world = live(1, steps=3 * STEPS)
    scan.look()
    tally = scan.tallies(scopes(world)[0])[None]
    assert [name for name, count in vars(tally).items() if not count] == ["replayed"]


def test_adding_up_again_changes_nothing() -> None:
    live(2)
    before = list(Cell.objects.values_list().order_by("pk"))
    rollups.fold(ids())
    assert list(Cell.objects.values_list().order_by("pk")) == before


def test_a_rebuild_makes_the_same() -> None:
    world = live(3)
    list(rollups.rebuild(batch=7))
    assert wrong(world) == []


def test_a_rebuild_mends_whatever_is_broken() -> None:
    world = live(4)
    Cell.objects.filter(cut=0).update(created=7, answers=3)
    Cell.objects.filter(grain=1).delete()
    Fact.objects.filter(priority="low").delete()
    assert wrong(world) != []
    list(rollups.rebuild(batch=1000))
    assert wrong(world) == []


def test_a_rebuild_of_nothing_is_nothing() -> None:
    list(rollups.rebuild())
    assert not Fact.objects.exists()


def test_what_is_deleted_counts_no_longer() -> None:
    world = live(5)
    gone = world.random.sample(ids(), 10)
    Escalation.objects.filter(pk__in=gone).delete()
    list(rollups.rebuild())
    assert wrong(world) == []
    assert not Fact.objects.filter(pk__in=gone).exists()


def test_what_is_deleted_can_be_taken_out_by_itself() -> None:
    live(6)
    known = ids()
    Escalation.objects.all().delete()
    rollups.fold(known)
    assert not Fact.objects.exists()
    assert set(Cell.objects.values_list(*SUMS)) == {(0,) * len(SUMS)}
