"""What happened, told in sentences."""

from datetime import timedelta

import pytest
from django.utils import timezone

from escalations import lifecycle, log
from escalations.answers import Answer
from escalations.desk import timeline
from escalations.models import Decision, Escalation, Event
from reviewers.models import Role
from tests.escalations.desk.conftest import Team
from tests.factories import make_agent, make_escalation, make_reviewer


@pytest.fixture
def asked(team: Team) -> Escalation:
    return make_escalation(pool=team.pool, agent=make_agent("refund-bot"))


def told(escalation: Escalation) -> list[tuple[str, str]]:
    return [(moment.text, moment.said) for moment in timeline.of(escalation)]


def test_the_thread_is_told(team: Team, asked: Escalation) -> None:
    lifecycle.ask(asked, by=team.ada, message="Which order?")
    lifecycle.reply(asked, by=asked.agent, message="4417.")

    assert told(asked)[:2] == [("refund-bot replied", "4417."), ("Ada Lovelace asked refund-bot back", "Which order?")]


def test_a_snooze_says_until_when(team: Team, asked: Escalation) -> None:
    until = timezone.now() + timedelta(hours=2)
    lifecycle.snooze(asked, by=team.ada, until=until)
    lifecycle.wake(asked, by=team.ada)

    woken, snoozed = timeline.of(asked)[:2]
    assert (woken.text, snoozed.text, snoozed.until) == ("Ada Lovelace woke it", "Ada Lovelace snoozed it until", until)


def test_a_snooze_without_an_end_waits_for_the_agent(team: Team, asked: Escalation) -> None:
    lifecycle.snooze(asked, by=team.ada, until=None)

    assert told(asked)[0] == ("Ada Lovelace snoozed it until the agent replies", "")


def test_a_correction_says_what_the_answer_was(team: Team, asked: Escalation) -> None:
    lifecycle.resolve(asked, by=team.ada, answer=Answer("No."))
    lifecycle.correct(asked, by=team.ada, answer=Answer("Yes."))
    lifecycle.correct(asked, by=team.ada, answer=Answer("Perhaps."))

    assert [(moment.kind, moment.before) for moment in timeline.of(asked)[:3]] == [
        ("corrected", "Yes."),
        ("corrected", "No."),
        ("resolved", ""),
    ]


def test_what_was_decided_before_a_correction_is_told_with_its_arguments(team: Team) -> None:
    asked = make_escalation(
        pool=team.pool, action={"name": "refund", "arguments": {"eur": 50}}, allowed_decisions=["edit", "reject"]
    )
    edited = Answer(decision=Decision.EDIT, edited_action={"name": "refund", "arguments": {"eur": 20}})
    lifecycle.resolve(asked, by=team.ada, answer=edited)
    lifecycle.correct(asked, by=team.ada, answer=Answer(decision=Decision.REJECT))

    corrected, resolved = timeline.of(asked)[:2]
    assert corrected.before == 'Approve with changes\n{"eur": 20}'
    assert resolved.text == "Ada Lovelace approved it with changes"


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("applied", "refund-bot reported: done as answered"),
        ("failed", "refund-bot reported: it could not be done"),
        ("ignored", "refund-bot reported: not followed"),
    ],
)
def test_what_the_agent_did_is_told(team: Team, asked: Escalation, outcome: str, sentence: str) -> None:
    lifecycle.resolve(asked, by=team.ada, answer=Answer("Yes."))
    lifecycle.report(asked, by=asked.agent, outcome=outcome, note="Refund 77.")  # type: ignore[arg-type] # as stored

    assert told(asked)[0] == (sentence, "Refund 77.")


def test_a_hand_over_note_stands_out_until_it_moves_on(team: Team, asked: Escalation) -> None:
    lead = make_reviewer("Ann", pool=team.pool, role=Role.LEAD)
    lifecycle.assign(asked, to=team.ben, by=lead, note="You know her.")

    note = timeline.hand_over_note(timeline.of(asked))
    assert note is not None
    assert (note.text, note.said) == ("Ann gave it to Ben Okafor, with a note", "You know her.")
    lifecycle.release(asked, by=team.ben)
    assert timeline.hand_over_note(timeline.of(asked)) is None


def test_a_delivery_says_what_the_webhook_answered(team: Team, asked: Escalation) -> None:
    lifecycle.resolve(asked, by=team.ada, answer=Answer("Yes."))
    log.note(Event.Type.DELIVERED, [(asked.pk, {"status_code": 200})])
    log.note(Event.Type.DELIVERY_FAILED, [(asked.pk, {"status_code": 503, "detail": "It will be tried again."})])

    assert told(asked)[:2] == [
        ("The agent's webhook was not reached", "It will be tried again."),
        ("The agent's webhook received the news (200)", ""),
    ]


def test_every_kind_of_event_has_a_sentence() -> None:
    every = [Event(type=type_, actor_type="agent", facts={}) for type_ in Event.Type]
    assert [event.type for event in every if not timeline._sentence(event)] == []


def test_a_name_with_a_percent_sign_is_told_as_it_is(team: Team) -> None:
    asked = make_escalation(pool=team.pool, agent=make_agent("100%(who)s-bot"))

    assert told(asked)[-1][0] == "100%(who)s-bot asked"
