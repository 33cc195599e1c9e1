"""Many steps at once: a statement for a batch, each step once, and what cannot be done does not stop the rest."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from escalations import policies
from escalations.models import Escalation, Event, Policy, Priority, Step
from reviewers.models import Pool
from tests.factories import default_pool, make_agent, make_escalation, make_pool, make_reviewer

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MANAGER_NOTIFIED = Event.Type.MANAGER_NOTIFIED
# A row that PostgreSQL refuses, whatever for.
SPOIL = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.escalation_id = ANY(current_setting('test.spoilt')::uuid[]) THEN RAISE EXCEPTION 'spoilt'; END IF;
        RETURN NEW; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON escalations_step FOR EACH ROW EXECUTE FUNCTION refuse()"""


def wait(count: int, pool: Pool | None = None) -> list[Escalation]:
    """So many of medium priority, a day old; the first is the oldest."""
    made = [make_escalation(pool=pool) for _ in range(count)]
    for place, escalation in enumerate(made):
        Escalation.objects.filter(pk=escalation.pk).update(
            created_at=F("created_at") - DAY - timedelta(hours=99 - place)
        )
    return made


def spoil(*escalations: Escalation) -> None:
    with connection.cursor() as cursor:
        ids = ",".join(str(each.pk) for each in escalations)
        cursor.execute("SELECT set_config('test.spoilt', %s, true)", ["{" + ids + "}"])
        cursor.execute(SPOIL)


def told() -> list[object]:
    return list(Event.objects.filter(type=MANAGER_NOTIFIED).values_list("escalation", flat=True))


@pytest.fixture(autouse=True)
def _one_policy() -> None:
    make_agent()
    Policy.objects.exclude(priority=Priority.MEDIUM).delete()


def test_thirty_cost_no_more_statements_than_three() -> None:
    def cost(count: int) -> int:
        wait(count)
        with CaptureQueriesContext(
            connection,
        ) as statements:
            assert policies.sweep() == count
        return len(statements)

    assert cost(3) == cost(30)


def test_more_than_a_batch_is_worked_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "BATCH", 4)
    made = wait(11)
    assert policies.sweep() == 11
    assert sorted(map(str, told())) == sorted(str(each.pk) for each in made)
    assert (policies.sweep(), Step.objects.count()) == (0, 11)


@pytest.mark.parametrize("places", [(0,), (6,), (0, 1), (3, 10)])
def test_what_cannot_be_done_does_not_stop_the_rest(
    places: tuple[int, ...], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "BATCH", 8)
    made = wait(11)
    spoil(*(made[place] for place in places))
    assert policies.sweep() == 11 - len(places)
    assert set(told()) == {each.pk for place, each in enumerate(made) if place not in places}
    assert "policy failed" in caplog.text


def test_where_nothing_can_be_done_other_policies_go_on(caplog: pytest.LogCaptureFixture) -> None:
    Policy.objects.create(name="Later", condition="unresolved", after=DAY, action="bump", position=200)
    made = wait(40)
    spoil(*made)
    assert policies.sweep() == 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON escalations_step")
    assert policies.sweep() == 80


def test_each_pool_tells_its_own_manager() -> None:
    for name in ("Legal", "Payments"):
        pool = make_pool(name)
        pool.manager = make_reviewer(f"Manager of {name}", pool=default_pool())
        pool.save()
        wait(2, pool)
    policies.sweep()
    heard = Event.objects.filter(type=MANAGER_NOTIFIED).order_by("pk").values_list("data__reviewer", "facts__pool")
    managers = {str(pool.manager_id): pool.pk for pool in Pool.objects.exclude(manager=None)}
    assert [(who, managers[who]) for who, _pool in heard] == list(heard)
    assert len(heard) == 4


def test_many_are_moved_and_shared_out() -> None:
    night = make_pool("Night desk")
    people = [make_reviewer(name, pool=night) for name in ("Ben", "Cleo")]
    Policy.objects.update(action="move", target_pool=night, condition="unclaimed")
    wait(6)
    assert policies.sweep() == 6
    assert [Escalation.objects.filter(assigned_to=person).count() for person in people] == [3, 3]
