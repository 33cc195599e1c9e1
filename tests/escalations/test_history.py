"""A made-up past obeys every rule of a lived one."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Max, Min, Q

from escalations import lifecycle, log
from escalations.management.history import cast, lives
from escalations.models import UNFINISHED, Cursor, Escalation, Event, Status
from reviewers.models import Reviewer
from tests.factories import make_agent, make_escalation, make_reviewer

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def generate(rows: int = 200, *arguments: str) -> str:
    out = StringIO()
    call_command("generate_history", "--rows", str(rows), "--seed", "7", *arguments, stdout=out)
    return out.getvalue()


def told(seed: int) -> list[tuple[object, ...]]:
    """A small past, as far as it does not depend on who plays in it."""
    chance = lives.Chance(Random(seed), cast.gather())
    past = lives.lives(chance, rows=50, unfinished=5, since=NOON - timedelta(days=3, hours=12), until=NOON)
    return [(life.issue, life.context, life.tags, tuple(life.events)) for life in past]


def test_as_many_as_asked_for_are_there_and_a_tenth_is_unfinished() -> None:
    said = generate(200)
    assert Escalation.objects.count() == 200
    assert Escalation.objects.unfinished().count() == 20
    assert said.startswith("200 made-up escalations of the last 90 days are there, 20 of them unfinished")


def test_every_status_occurs() -> None:
    generate()
    assert set(Escalation.objects.values_list("status", flat=True)) == set(Status)


def test_every_row_lies_within_the_days_asked_for_and_none_in_the_future() -> None:
    generate(300, "--days", "2")
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now = cursor.fetchone()[0]
    latest = Event.objects.aggregate(latest=Max("at"))["latest"]
    earliest = Escalation.objects.aggregate(earliest=Min("created_at"))["earliest"]
    assert latest <= now
    assert earliest > now - timedelta(days=3)


def test_everybody_holds_what_is_assigned_to_them() -> None:
    generate()
    assigned = Count("escalations", filter=Q(escalations__status=Status.ASSIGNED))
    people = Reviewer.objects.annotate(assigned=assigned)
    assert sum(person.held for person in people) > 0
    assert not people.exclude(held=F("assigned")).exists()


def test_the_log_has_no_hole_and_its_head_is_the_last_number() -> None:
    make_escalation()
    before = log.number()
    generate()
    numbers = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert (log.head(), before) == (len(numbers), 1)


def test_the_numbers_go_on_after_a_past_was_brought_in() -> None:
    generate(50)
    head = log.head()
    make_escalation(agent=make_agent())
    assert log.number() == head + 1


def test_each_escalation_stands_as_its_last_event_left_it() -> None:
    generate()
    for escalation in Escalation.objects.prefetch_related("events"):
        events = sorted(escalation.events.all(), key=lambda event: event.seq or 0)
        after = escalation.as_of(events[-1])
        assert {name: getattr(after, name) for name in COMPARED} == {
            name: getattr(escalation, name) for name in COMPARED
        }
        assert [event.facts["version"] for event in events] == list(range(1, escalation.version + 1))


COMPARED = ("status", "assigned_to_id", "assigned_at", "claimed_at", "resolved_at", "finished_at", "outcome", "due_at")


def test_the_facts_are_those_that_a_lived_event_carries() -> None:
    make_escalation()
    lived = Event.objects.get()
    generate(10)
    assert set(lives.FACTS) == set(lived.facts)
    assert all(set(facts) == set(lived.facts) for facts in Event.objects.values_list("facts", flat=True))


def test_no_open_one_could_be_assigned() -> None:
    generate()
    for escalation in Escalation.objects.open():
        assert lifecycle.route(escalation) is None


def test_nothing_of_it_is_sent_to_a_webhook() -> None:
    generate(100)
    assert not Escalation.objects.exclude(webhook_url=None).exists()


def test_a_listener_that_had_read_everything_passes_over_it() -> None:
    make_escalation()
    heard: list[Event] = []
    log.advance("reader", heard.extend)
    generate(50)
    assert log.advance("reader", heard.extend) == 0
    make_escalation()
    assert log.advance("reader", heard.extend) == 1


def test_a_listener_that_lags_misses_nothing_of_what_was_lived() -> None:
    Cursor.objects.create(name="reader")
    escalation = make_escalation()
    log.number()
    generate(50)
    heard: list[Event] = []
    log.advance("reader", heard.extend, limit=1)
    assert [event.escalation_id for event in heard] == [escalation.pk]


def test_the_same_past_again_is_added_with_the_same_people() -> None:
    generate(50)
    people = Reviewer.objects.count()
    generate(50)
    assert (Escalation.objects.count(), Reviewer.objects.count()) == (100, people)


def test_the_made_up_people_get_nothing_of_the_real_pools() -> None:
    generate(50)
    ada, agent = make_reviewer("Ada"), make_agent()
    assert [make_escalation(agent=agent).assigned_to for _ in range(3)] == [ada] * 3


def test_the_same_seed_gives_the_same_past() -> None:
    assert told(3) == told(3)
    assert told(3) != told(4)


def test_one_row_is_enough() -> None:
    generate(1)
    assert Escalation.objects.exclude(status__in=UNFINISHED).count() == 1


@pytest.mark.parametrize(
    "arguments", [["--rows", "0"], ["--rows", "-5"], ["--rows", "many"], ["--rows", "10", "--days", "0"], []]
)
def test_nonsense_is_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=r"whole number|required"):
        call_command("generate_history", *arguments)
