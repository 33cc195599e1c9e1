import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalations import agents, intake, lifecycle
from escalations.intake import KeyReused, NewEscalation
from escalations.models import Escalation, Event, Idempotency
from reviewers.models import Seat, Tag
from tests.factories import default_pool, key_of, make_agent, make_escalation, make_reviewer

pytestmark = pytest.mark.django_db


def test_a_repeat_of_a_dedupe_key_is_the_unfinished_one_and_takes_nobodys_turn() -> None:
    make_reviewer()
    agent = make_agent()
    first = make_escalation(agent=agent, dedupe_key="order 6144")
    served = Seat.objects.get().served
    again = intake.create(NewEscalation("Again", dedupe_key="order 6144"), by=agent, via=key_of(agent))
    assert (again.is_new, again.escalation.pk) == (False, first.pk)
    assert Seat.objects.get().served == served


def test_a_dedupe_key_is_free_again_once_its_escalation_is_finished() -> None:
    agent = make_agent()
    first = make_escalation(agent=agent, dedupe_key="order 6144")
    lifecycle.cancel(first, by=agent)
    assert make_escalation(agent=agent, dedupe_key="order 6144").pk != first.pk


def test_a_dedupe_key_belongs_to_one_agent() -> None:
    first = make_escalation(agent=make_agent(), dedupe_key="k")
    assert make_escalation(agent=make_agent(), dedupe_key="k").pk != first.pk


def test_the_context_comes_back_as_it_was_given() -> None:
    context = {"numbers": [0.1, 1e5, 100000000000000000000, -1], "text": "a\u202eb 😀", "deep": {"list": [{}]}}
    stored = Escalation.objects.get(pk=make_escalation(context=context).pk)
    assert stored.context_data == context


def test_an_agents_own_url_is_copied_to_what_names_none() -> None:
    agent = make_agent(webhook_url="https://agent.example.com/hook")
    assert make_escalation(agent=agent).webhook_url == "https://agent.example.com/hook"
    named = make_escalation(agent=agent, webhook_url="https://other.example.com/")
    assert named.webhook_url == "https://other.example.com/"


def test_tags_are_made_on_their_first_use() -> None:
    make_escalation(tags=("law", "french"))
    make_escalation(tags=("law",))
    assert set(Tag.objects.values_list("name", flat=True)) == {"law", "french"}


@pytest.mark.parametrize(
    ("priority", "queue_hours", "red_hours"), [("urgent", 0, 1), ("high", 24, 1), ("medium", 48, 4), ("low", 72, 24)]
)
def test_queue_order_and_red_time_follow_from_the_priority(priority: str, queue_hours: int, red_hours: int) -> None:
    escalation = make_escalation(priority=priority)
    hours = [
        (moment - escalation.created_at).total_seconds() / 3600 for moment in (escalation.queue_at, escalation.due_at)
    ]
    assert hours == [queue_hours, red_hours]


def test_creating_in_a_named_pool_is_one_statement() -> None:
    make_reviewer()
    agent, pool = make_agent(), default_pool()
    key = key_of(agent)
    with CaptureQueriesContext(connection) as statements:
        intake.create(NewEscalation("May I?", pool=pool), by=agent, via=key)
    assert len(statements) == 1


def test_a_request_with_a_known_key_is_not_carried_out_again() -> None:
    def run() -> tuple[int, Escalation | None]:
        return 201, make_escalation()

    first = intake.once("agent:1", "k", b"body", run)
    again = intake.once("agent:1", "k", b"body", run)
    assert first.escalation is not None
    assert again.escalation is not None
    assert (first.is_replay, again.is_replay, again.status) == (False, True, 201)
    assert again.escalation.pk == first.escalation.pk
    assert Event.objects.count() == 1


def test_a_known_key_with_another_body_is_refused() -> None:
    intake.once("agent:1", "k", b"body", lambda: (204, None))
    with pytest.raises(KeyReused):
        intake.once("agent:1", "k", b"other", lambda: (204, None))


def test_a_request_that_fails_leaves_its_key_free() -> None:
    def fail() -> tuple[int, Escalation | None]:
        raise ValueError("bad request")

    with pytest.raises(ValueError, match="bad request"):
        intake.once("agent:1", "k", b"body", fail)
    assert not Idempotency.objects.exists()


def test_names_of_agents_are_unique() -> None:
    agents.create("refund-bot")
    with pytest.raises(Exception, match="There is an agent named refund-bot already"):
        agents.create("refund-bot")
