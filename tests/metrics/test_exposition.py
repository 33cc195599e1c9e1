"""What Prometheus reads: well-formed, true to the rows, cheap, and there whatever is away."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from config.front import figures
from escalations import lifecycle, log, sweeps
from escalations.answers import Answer
from escalations.models import Cursor, Escalation, Event, Policy
from metrics.exposition import page, standing, tallies
from notifications import fanout
from notifications.models import Delivery, Endpoint
from reviewers.models import Letter
from tests.factories import default_pool, make_agent, make_escalation, make_pool, make_reviewer
from tests.notifications.conftest import allow_loopback as allow_loopback
from tests.notifications.receivers import Receiver, receiver
from tests.notifications.scenes import make_answered, make_delivery, send_due

pytestmark = pytest.mark.django_db

STATEMENTS = 12  # one transaction (begin, limit, end), and nine questions


@pytest.fixture(autouse=True)
def _nothing_counted(settings: Settings) -> Iterator[None]:
    settings.REDIS_URL = ""
    tallies.mine = tallies.Tallies()
    yield
    tallies.mine = tallies.Tallies()


def read() -> dict[str, dict[tuple[str, ...], float]]:
    """Every figure by its name and the values of its labels."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(page.text(page.by_sql()).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels[name] for name in sample.labels)] = sample.value
    return found


def families() -> list[Metric]:
    return list(text_string_to_metric_families(page.text(page.by_sql()).decode()))


def age(escalation: Escalation, **by: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE escalations SET created_at = created_at - l, due_at = due_at - l FROM make_interval(secs => %s) l"
            " WHERE id = %s",
            [timedelta(**by).total_seconds(), escalation.pk],
        )


def test_what_waits_is_told_by_pool_priority_and_status() -> None:
    legal = make_pool("Legal")
    make_escalation(priority="urgent", pool=legal)
    age(make_escalation(priority="urgent", pool=legal), hours=2)
    make_escalation(priority="urgent", pool=legal, sandbox=True)
    found = read()
    assert found["escalations_waiting"]["Legal", "urgent", "open"] == 2
    assert found["escalations_overdue"]["Legal", "urgent", "open"] == 1
    assert found["escalations_oldest_age_seconds"]["Legal", "urgent", "open"] == pytest.approx(7200, abs=30)
    assert found["escalations_waiting"]["Legal", "low", "assigned"] == 0


def test_who_is_on_duty_is_told_by_pool() -> None:
    make_reviewer("Ada", pool=make_pool("Legal"))
    make_pool("Empty")
    found = read()["escalations_reviewers_on_duty"]
    assert (found["Legal",], found["Empty",]) == (1, 0)


def test_the_lag_of_the_log_and_of_its_listeners_is_told() -> None:
    make_escalation()
    Event.objects.update(at=timezone.now() - timedelta(seconds=90))
    assert read()["escalations_unnumbered_oldest_age_seconds"][()] == pytest.approx(90, abs=10)
    Cursor.objects.get_or_create(name=fanout.CURSOR)
    log.number()
    found = read()
    assert found["escalations_unnumbered_events"][()] == 0
    assert found["escalations_cursor_lag_events"]["deliveries",] == Event.objects.count()
    assert found["escalations_cursor_lag_seconds"]["deliveries",] == pytest.approx(90, abs=10)
    fanout.run()
    found = read()
    assert found["escalations_cursor_lag_events"]["deliveries",] == 0
    assert found["escalations_cursor_lag_seconds"]["deliveries",] == 0


def test_timers_that_nobody_has_run_are_told_by_kind() -> None:
    late = make_escalation(priority="high", on_timeout="cancel", expires_at=timezone.now() - timedelta(seconds=40))
    make_escalation(sandbox=True)
    Policy.objects.all().delete()
    Policy.objects.create(
        name="Up", priority="high", action="bump", condition="unresolved", after=timedelta(hours=1), is_active=True
    )
    age(late, hours=1, seconds=50)
    Letter.objects.create(kind="reset", to="a@example.com", useful_until=timezone.now() + timedelta(hours=1))
    found = read()
    due, oldest = found["escalations_due"], found["escalations_due_oldest_age_seconds"]
    assert {kind: due[kind,] for kind in ("deadline", "sandbox", "policy", "letter", "lease")} == {
        "deadline": 1,
        "sandbox": 1,
        "policy": 1,
        "letter": 1,
        "lease": 0,
    }
    assert oldest["deadline",] == pytest.approx(40, abs=10)
    assert oldest["policy",] == pytest.approx(50, abs=10)


@pytest.mark.usefixtures("allow_loopback")
def test_messages_are_told_by_channel_and_state() -> None:
    delivery = make_delivery("http://127.0.0.1:9/")
    assert read()["escalations_deliveries_pending"]["webhook", "due"] == 1
    Endpoint.objects.update(
        breaker_until=timezone.now() + timedelta(minutes=1), failures=10, failing_since=delivery.created_at
    )
    found = read()
    assert found["escalations_deliveries_pending"]["webhook", "held"] == 1
    assert found["escalations_endpoints"]["webhook", "resting"] == 1
    Delivery.objects.update(status="dead", next_attempt_at=None)
    assert read()["escalations_dead_letters"]["webhook",] == 1


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.mark.usefixtures("allow_loopback")
def test_tries_are_counted_by_how_they_end(server: Receiver) -> None:
    make_answered(server.url)
    send_due()
    server.status = 500
    make_answered(server.url)
    send_due()
    tallies.mine.write()
    found = read()
    assert found["escalations_delivery_attempts_total"] == {("webhook", "delivered"): 1, ("webhook", "status"): 1}
    assert found["escalations_delivery_attempt_duration_seconds_count"]["webhook",] == 2
    assert found["escalations_delivery_attempt_duration_seconds_bucket"]["webhook", "15.0"] == 2


@pytest.fixture
def sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sweep, of two jobs that are always due and do nothing."""
    monkeypatch.setattr(sweeps, "_due_work", {"routing": lambda: None, "policies": lambda: None})
    sweeps.run_all()


@pytest.mark.usefixtures("sweep")
def test_each_job_of_a_sweep_tells_when_it_last_ran() -> None:
    tallies.mine.write()
    tallies.swept("routing", 0.5, is_failure=True)
    tallies.mine.write()
    found = read()
    assert found["escalations_sweep_duration_seconds_count"]["routing",] == 2
    assert found["escalations_sweep_failures_total"]["routing",] == 1
    assert found["escalations_sweep_last_duration_seconds"]["routing",] == 0.5
    assert found["escalations_sweep_last_run_timestamp_seconds"]["policies",] == pytest.approx(time.time(), abs=10)


def test_what_could_not_be_written_is_written_later(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tallies.Tallies()
    mine.add("attempts", "webhook", "delivered")

    def fail(_counted: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as away:
        away.setattr(tallies, "_write", fail)
        with pytest.raises(ConnectionError):
            mine.write()
    mine.add("attempts", "webhook", "delivered")
    mine.write()
    assert read()["escalations_delivery_attempts_total"]["webhook", "delivered"] == 2


def test_the_question_costs_the_same_number_of_statements_whatever_there_is(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(STATEMENTS):
        page.by_sql()
    make_reviewer()
    for number in range(5):
        make_escalation(pool=make_pool(f"pool {number}"), priority="high")
    lifecycle.resolve(make_escalation(pool=default_pool()), by=make_reviewer(), answer=Answer("Yes."))
    tallies.swept("routing", 0.1, is_failure=False)
    tallies.mine.write()
    with django_assert_num_queries(STATEMENTS):
        page.by_sql()


@pytest.mark.usefixtures("sweep")
def test_the_exposition_follows_the_conventions() -> None:
    """Names: prometheus.io/docs/practices/naming. Well-formed: prometheus_client's own parser has read it."""
    make_escalation(agent=make_agent())
    tallies.mine.write()
    figures.count("GET", {"route": "api/escalations"}, "/api/escalations", 200, 0.01)
    found = families()
    names = [family.name for family in found]
    assert len(names) == len(set(names))
    ours = [family for family in found if not family.name.startswith("process_")]
    assert [family.name for family in ours if not family.name.startswith("escalations_")] == []
    assert [family.name for family in found if not family.documentation] == []
    assert [family.name for family in found if any(unit in family.name for unit in ("_ms", "_minutes", "_kb"))] == []
    counters = [sample.name for family in found if family.type == "counter" for sample in family.samples]
    assert [name for name in counters if not name.endswith("_total")] == []


def test_nobody_can_make_up_more_figures() -> None:
    before = len(figures._children)
    for number in range(50):
        figures.count(f"M{number}", {}, f"/made/up/{number}", 404, 0.001)
    assert len(figures._children) <= before + 1


def test_all_is_well_until_something_is_late() -> None:
    make_escalation()
    assert standing.overview(page.by_sql())["troubles"] == []
    Event.objects.update(at=timezone.now() - timedelta(seconds=90))
    tallies.mine.put(tallies.LAST_RUN, "routing", value=time.time() - 90)
    tallies.mine.write()
    told = standing.overview(page.by_sql())
    assert told["status"] == "troubled"
    assert told["troubles"] == ["Nobody reads the event log.", "No sweep has run for a minute."]
    assert told["figures"]["escalations_unnumbered_events"] == [{"value": 1.0}]


def test_without_a_database_nothing_is_well() -> None:
    assert standing.overview(page.nothing())["troubles"] == ["PostgreSQL does not answer."]
