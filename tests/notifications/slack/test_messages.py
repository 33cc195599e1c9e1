"""The message of an escalation in Slack, word for word."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from escalations import redaction
from escalations.models import Escalation, Priority, Status
from notifications.slack import messages, texts
from reviewers.models import Pool, Reviewer

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def make(**facts: Any) -> Escalation:
    """One that is in no database."""
    known = {
        "number": 12,
        "source_agent": "refunds",
        "issue_description": "May I refund order 6144?",
        "priority": Priority.URGENT,
        "pool": Pool(name="Default"),
        "digest": {},
        "allowed_decisions": [],
        "due_at": NOW + timedelta(minutes=34, seconds=12),
        "created_at": NOW,
    }
    return Escalation(**known | facts)


def words(message: messages.Message) -> list[str]:
    """Every text that stands in the message."""
    found: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            found.extend([value["text"]] if isinstance(value.get("text"), str) else [])
            list(map(look, value.values()))
        elif isinstance(value, list):
            list(map(look, value))

    look(message.blocks)
    return found


def verbs(message: messages.Message) -> list[str]:
    return [each["action_id"] for each in message.blocks[-1]["elements"]]


def test_it_says_what_is_asked_by_whom_and_until_when() -> None:
    message = messages.of(make(), why="You are on call for Default.", now=NOW)
    assert message.text == "▲ Urgent · ESC-12: You are on call for Default."
    assert words(message) == [
        "▲ Urgent · ESC-12",
        "You are on call for Default.",
        "May I refund order 6144?",
        "Agent: refunds",
        "Pool: Default",
        "Unassigned",
        "Time left: 34m 12s, until 02 Mar 10:04 UTC",
        "Claim",
        "Resolve",
        "Open",
    ]


def test_every_button_names_the_escalation_and_open_leads_to_the_desk() -> None:
    escalation = make()
    elements = messages.of(escalation, now=NOW).blocks[-1]["elements"]
    assert {each["value"] for each in elements} == {str(escalation.pk)}
    assert elements[-1]["url"] == escalation.html_url


def test_what_somebody_holds_can_be_released_and_not_claimed() -> None:
    held = make(assigned_to=Reviewer(name="Ada"), status=Status.ASSIGNED, claimed_at=NOW)
    message = messages.of(held, now=NOW)
    assert verbs(message) == ["resolve", "release", "open"]
    assert "Claimed by Ada" in words(message)


def test_what_is_finished_can_only_be_opened() -> None:
    done = make(status=Status.RESOLVED, finished_at=NOW, decided_by_name="Ada")
    message = messages.of(done, now=NOW)
    assert verbs(message) == ["open"]
    assert {"Resolved by Ada", "Finished at 02 Mar 09:30 UTC"} <= set(words(message))


def test_overdue_and_waiting_are_said() -> None:
    late = make(due_at=NOW - timedelta(hours=2))
    assert "Overdue by 2h 00m" in words(messages.of(late, now=NOW))
    assert "On hold until the agent replies" in words(messages.of(make(waiting_on="agent"), now=NOW))


def test_what_the_agent_wants_to_do_stands_in_full() -> None:
    action = {"name": "refund", "arguments": {"order": 6144}}
    assert 'It wants to do: refund\n{\n "order": 6144\n}' in words(messages.of(make(action=action), now=NOW))


def test_the_digest_is_told_in_a_few_lines() -> None:
    digest = {
        "values": 9,
        "bytes": 24012,
        "messages": 31,
        "is_complete": True,
        "errors": {"lines": [{"path": "/log", "text": "HTTP 503 from billing"}]},
        "last": [{"role": "user", "text": "Where is my money?"}],
    }
    assert words(messages.of(make(digest=digest), now=NOW))[6:9] == [
        "Context on the desk: 24,012 bytes, 31 messages",
        "Error: HTTP 503 from billing",
        "user: Where is my money?",
    ]


def test_no_text_of_an_agent_is_read_as_markup_or_mention() -> None:
    message = messages.of(make(issue_description="<!channel> <@U012AB3CD> & <https://evil.example|here>"), now=NOW)
    escaped = "&lt;!channel&gt; &lt;@U012AB3CD&gt; &amp; &lt;https://evil.example|here&gt;"
    assert escaped in words(message)
    assert "<" not in message.text
    assert "mrkdwn" not in str(message.blocks)


@pytest.mark.parametrize("character", ["x", "&", "😀"])
def test_the_longest_issue_keeps_within_the_budgets(character: str) -> None:
    message = messages.of(make(issue_description=character * 10_000, source_agent=character * 500), now=NOW)
    assert max(map(len, words(message))) <= 3000
    assert max(len(each["text"]) for each in message.blocks[2]["fields"]) <= 200
    assert len(message.text) <= 300
    assert len(message.blocks) <= 50


def test_a_cut_text_says_how_much_is_missing() -> None:
    assert texts.fitted("a" * 3001, 3000) == "a" * 2964 + "… (37 more characters on the desk)"


def test_an_escape_is_never_cut_apart() -> None:
    assert texts.line("&&&", 12) == "&amp;&amp;…"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("key esc_live_abcdefghij_0123456789", "key [redacted]"),
        ("token xoxb-1234-abcdef and ghp_0123456789abcdef", "token [redacted] and [redacted]"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [redacted]"),
        ('{"password": "hunter2"}', '{"password": "[redacted]"}'),
        ("postgres://ada:pw@db/x", "postgres://[redacted]@db/x"),
        ("card 4111 1111 1111 1111, order 4111111111111112", "card [redacted], order 4111111111111112"),
        ("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- rest", "[redacted] rest"),
        ("Refund 120.50 to order 6144.", "Refund 120.50 to order 6144."),
    ],
)
def test_secrets_are_cut_out(text: str, clean: str) -> None:
    assert redaction.clean(text) == clean


def test_no_secret_leaves_in_a_message() -> None:
    secret = "sk-abcdefghijklmnopqrstuv"
    made = make(issue_description=f"It fails with {secret}", action={"name": "call", "arguments": {"key": secret}})
    assert secret not in str(messages.of(made, now=NOW))
