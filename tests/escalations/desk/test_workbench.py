"""The page of one escalation."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from escalations import lifecycle, log
from escalations.answers import Answer
from escalations.models import Escalation, Event, Receipt
from reviewers.models import Reviewer, Role
from tests.escalations.desk.conftest import Team
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer

As = Callable[[Reviewer], Client]


def page_of(escalation: Escalation, client: Client) -> str:
    return client.get(f"/desk/e/{escalation.reference}/").content.decode()


def test_the_ask_comes_first(team: Team, as_: As) -> None:
    escalation = make_escalation("May I delete user 9421?", pool=team.pool, context={"user": 9421})

    page = page_of(escalation, as_(team.ada))
    assert page.index("May I delete user 9421?") < page.index("What the agent knows") < page.index("Timeline")


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 70000|add:7 }}"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_context_is_text(team: Team, as_: As, hostile: str) -> None:
    agent = make_agent(hostile[:50])
    escalation = make_escalation(
        hostile,
        pool=team.pool,
        agent=agent,
        context={hostile: hostile, "messages": [{"role": hostile, "content": hostile}]},
    )

    page = page_of(escalation, as_(team.ada))
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "70007" not in page.split("What the agent knows")[1].split("Timeline")[0]


def test_the_raw_context_is_plain_text(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool, context={"page": "<h1>Hi</h1>"})

    response = as_(team.ada).get(f"/desk/e/{escalation.reference}/context.json")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.content.decode() == '{\n "page": "<h1>Hi</h1>"\n}'


def test_the_holder_can_answer_release_and_decline(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool)

    page = page_of(escalation, as_(team.ada))
    assert all(f"/desk/e/{escalation.reference}/{verb}/" in page for verb in ("claim", "resolve", "release", "decline"))


def test_who_looks_at_anothers_work_sees_who_is_on_it(team: Team, as_: As) -> None:
    escalation = lifecycle.claim(make_escalation(pool=team.pool), by=team.ada)

    page = page_of(escalation, as_(team.ben))
    assert "Claimed by Ada Lovelace" in page
    assert f"/desk/e/{escalation.reference}/resolve/" not in page


def test_a_lead_can_reassign_and_take_back(team: Team, as_: As) -> None:
    lead = make_reviewer(pool=team.pool, role=Role.LEAD)
    escalation = lifecycle.claim(make_escalation(pool=team.pool), by=team.ada)

    page = page_of(escalation, as_(lead))
    assert "Take it back from them" in page
    assert "Give it to" in page


def test_a_read_only_person_sees_no_form(team: Team, as_: As) -> None:
    onlooker = make_reviewer(pool=team.pool, role=Role.READ_ONLY)
    escalation = make_escalation(pool=team.pool)

    assert 'method="post"' not in page_of(escalation, as_(onlooker)).split("<main")[1]


def test_the_timeline_tells_who_did_what_and_why(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool)
    lifecycle.decline(escalation, by=team.ada, reason="I know the customer.")
    lifecycle.resolve(escalation, by=team.ben, answer=Answer("No."))

    told = page_of(escalation, as_(team.ada)).split("Timeline")[1]
    said = [
        "Ben Okafor answered",
        "Assigned to Ben Okafor",
        "Ada Lovelace declined it",
        "I know the customer.",
        "asked",
    ]
    assert [told.index(sentence) for sentence in said] == sorted(told.index(sentence) for sentence in said)


def test_an_answer_on_its_way_is_said_to_be(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool, webhook_url="https://agent.example.com/hook")
    lifecycle.resolve(escalation, by=team.ada, answer=Answer("Yes."))

    assert "on its way to the agent&#x27;s webhook" in page_of(escalation, as_(team.ada))


@pytest.mark.parametrize(
    ("type_", "said"),
    [
        (Event.Type.DELIVERED, "The agent&#x27;s webhook has received the answer."),
        (Event.Type.DELIVERY_FAILED, "The answer is saved, but the agent was not reached."),
    ],
)
def test_the_page_says_whether_the_agent_was_reached(team: Team, as_: As, type_: Event.Type, said: str) -> None:
    escalation = make_escalation(pool=team.pool, webhook_url="https://agent.example.com/hook")
    lifecycle.resolve(escalation, by=team.ada, answer=Answer("Yes."))
    log.note(type_, [(escalation.pk, {})])

    assert said in page_of(escalation, as_(team.ada)).split('id="reached"')[1].split("</p>")[0]


def test_the_page_costs_the_same_with_a_long_history(
    team: Team, as_: As, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    escalation = make_escalation(pool=team.pool)
    for _ in range(5):
        lifecycle.claim(escalation, by=team.ada)
        lifecycle.release(escalation, by=team.ada)
    client = as_(team.ada)

    with django_assert_max_num_queries(12):
        client.get(f"/desk/e/{escalation.reference}/")


def test_times_are_marked_as_utc(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool)
    Escalation.objects.filter(pk=escalation.pk).update(created_at=datetime(2026, 3, 1, 12, tzinfo=UTC))

    assert "1 Mar 2026 12:00 UTC" in page_of(escalation, as_(team.ada))


@pytest.mark.parametrize("reference", ["ESC-0", "ESC-x", "ESC-9999999999999999999", "1", "ESC-1%00"])
def test_a_strange_reference_is_not_found(team: Team, as_: As, reference: str) -> None:
    assert as_(team.ada).get(f"/desk/e/{reference}/").status_code == 404


def test_what_was_delivered_before_a_correction_does_not_count(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool, webhook_url="https://agent.example.com/hook")
    lifecycle.resolve(escalation, by=team.ada, answer=Answer("Yes."))
    log.note(Event.Type.DELIVERED, [(escalation.pk, {"status_code": 200})])
    lifecycle.correct(escalation, by=team.ada, answer=Answer("No."))

    assert "on its way" in page_of(escalation, as_(team.ada))


def test_what_is_not_there_or_not_ours_is_explained_in_the_frame(team: Team, as_: As) -> None:
    secret = make_escalation("The secret ingredient", pool=make_pool("Secret"))

    for reference in (secret.reference, "ESC-999999"):
        response = as_(team.ada).get(f"/desk/e/{reference}/?from=view%3Doverdue")
        page = response.content.decode()
        assert response.status_code == 404
        assert f"{reference} is not here for you" in page
        assert 'href="/?view=overdue"' in page
        assert "Secret" not in page.split("<main")[1]


def test_the_new_holder_reads_the_hand_over_note_first(team: Team, as_: As) -> None:
    lead = make_reviewer("Ann", pool=team.pool, role=Role.LEAD)
    escalation = make_escalation("May I?", pool=team.pool)
    lifecycle.assign(escalation, to=team.ben, by=lead, note="You know her.")

    page = page_of(escalation, as_(team.ben))
    assert page.index("Hand-over note from Ann") < page.index("You know her.") < page.index("What the agent asks")
    assert "Hand-over note" not in page_of(escalation, as_(team.ada)).split("Timeline")[0]


def test_the_thread_is_shown_and_what_it_waits_for(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool, agent=make_agent("refund-bot"))
    lifecycle.ask(escalation, by=team.ada, message="Which order?")
    waiting = page_of(escalation, as_(team.ada))
    lifecycle.reply(escalation, by=escalation.agent, message="4417 <b>of course</b>.")
    replied = page_of(escalation, as_(team.ada))

    assert "Which order?" in waiting.split("Thread with refund-bot")[1]
    assert "The clock stands still." in waiting.split("Thread with refund-bot")[1].split("</section>")[0]
    assert "4417 &lt;b&gt;of course&lt;/b&gt;." in replied.split("Thread with refund-bot")[1]
    assert "Waiting for the agent" not in replied.split("Thread with refund-bot")[1].split("</section>")[0]


def test_a_long_thread_keeps_its_newest_open(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool)
    for number in range(10):
        lifecycle.reply(escalation, by=escalation.agent, message=f"Message {number}.")

    folded, opened = page_of(escalation, as_(team.ada)).split('id="thread"')[1].split("</details>")[:2]
    assert ("Message 3." in folded, "Message 4." in folded) == (True, False)
    assert "Message 9." in opened.split("</section>")[0]


def test_what_the_agent_did_with_the_answer_is_shown(team: Team, as_: As) -> None:
    escalation = make_escalation(pool=team.pool, agent=make_agent("refund-bot"))
    lifecycle.resolve(escalation, by=team.ada, answer=Answer("Yes."))
    lifecycle.report(escalation, by=escalation.agent, outcome=Receipt.FAILED, note="The bank is closed.")

    given = page_of(escalation, as_(team.ada)).split('id="given"')[1].split("</article>")[0]
    assert "refund-bot could not do it." in given
    assert "The bank is closed." in given


def test_who_is_asked_for_an_action_sees_what_it_is(team: Team, as_: As) -> None:
    escalation = make_escalation(
        pool=team.pool, action={"name": "db.delete_user", "arguments": {"id": 9421}}, allowed_decisions=["approve"]
    )

    page = page_of(escalation, as_(team.ada))
    assert page.index("What it wants to do") < page.index("db.delete_user") < page.index("9421")


def test_a_lead_sees_what_colleagues_hold_and_who_is_away(team: Team, as_: As) -> None:
    lead = make_reviewer("Ann", pool=team.pool, role=Role.LEAD)
    make_reviewer("Cleo", pool=team.pool, is_active=False)
    escalation = make_escalation(pool=team.pool)
    Reviewer.objects.filter(pk=team.ben.pk).update(held=3, capacity=5)

    colleagues = page_of(escalation, as_(lead)).split("Give it to a colleague")[1].split("</fieldset>")[0]
    assert "Ben Okafor" in colleagues
    assert "holds 3 of 5" in colleagues
    assert "not active" in colleagues.split("Cleo")[1]
    assert "Ada Lovelace" not in colleagues  # has it already


def test_an_answer_given_before_is_put_into_the_form_and_not_sent(team: Team, as_: As) -> None:
    before = lifecycle.resolve(make_escalation(pool=team.pool), by=team.ada, answer=Answer("Store credit."))
    escalation = make_escalation(pool=team.pool)

    page = as_(team.ada).get(f"/desk/e/{escalation.reference}/?use={before.number}").content.decode()
    escalation.refresh_from_db()
    assert "Store credit.</textarea>" in page
    assert not escalation.is_finished


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "-1", "%00"])
def test_a_strange_answer_to_use_is_no_error(team: Team, as_: As, number: str) -> None:
    escalation = make_escalation(pool=team.pool)

    assert as_(team.ada).get(f"/desk/e/{escalation.reference}/?use={number}").status_code == 200


def test_an_answer_of_another_pool_is_not_put_into_the_form(team: Team, as_: As) -> None:
    secret = make_pool("Secret")
    hidden = make_escalation(pool=secret)
    lifecycle.resolve(hidden, by=make_reviewer(pool=secret), answer=Answer("The secret ingredient."))
    escalation = make_escalation(pool=team.pool)

    page = as_(team.ada).get(f"/desk/e/{escalation.reference}/?use={hidden.number}").content.decode()
    assert "The secret ingredient." not in page


def test_similar_answers_are_listed_on_a_page_of_their_own(team: Team, as_: As) -> None:
    issue = "The customer wants the travel insurance refunded, although it is not refundable."
    before = lifecycle.resolve(make_escalation(issue, pool=team.pool), by=team.ada, answer=Answer("Store credit."))
    escalation = make_escalation(issue, pool=team.pool)

    page = as_(team.ada).get(f"/desk/e/{escalation.reference}/similar/").content.decode()
    assert "Store credit." in page
    assert f'href="/desk/e/{escalation.reference}/?use={before.number}"' in page
