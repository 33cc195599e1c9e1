"""One call of Slack's API: what is sent, and which failures are worth another try."""

import pytest
from pytest_django import Settings

from notifications.slack.messages import Message
from notifications.transports import slack as transport
from notifications.transports.slack import NotTaken
from tests.notifications.slack.servers import FakeSlack

MESSAGE = Message("▲ Urgent · ESC-12", [{"type": "divider"}])


def refusal(within: int = 5) -> NotTaken:
    with pytest.raises(NotTaken) as raised:
        transport.post("C012AB3CD", MESSAGE, within=within)
    return raised.value


def test_a_message_is_posted_as_it_is_and_slack_unfolds_nothing(slack: FakeSlack) -> None:
    slack.answers["chat.postMessage"] = {"channel": "D9", "ts": "1772443800.000100"}
    assert transport.post("U012AB3CD", MESSAGE) == ("D9", "1772443800.000100")
    assert [(each.method, each.token) for each in slack.asked] == [("chat.postMessage", "Bearer xoxb-test")]
    assert slack.asked[0].arguments == {
        "channel": "U012AB3CD",
        "text": "▲ Urgent · ESC-12",
        "blocks": [{"type": "divider"}],
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_a_message_is_updated_in_its_place(slack: FakeSlack) -> None:
    transport.update("D9", "1772443800.000100", MESSAGE)
    assert slack.asked[0].method == "chat.update"
    assert slack.asked[0].arguments["ts"] == "1772443800.000100"


def test_too_many_is_tried_again_when_slack_says(slack: FakeSlack) -> None:
    slack.status, slack.headers, slack.body = 429, {"Retry-After": "30"}, b'{"ok":false,"error":"ratelimited"}'
    reason = refusal()
    assert (reason.code, reason.retry_after, reason.is_final) == ("ratelimited", "30", False)
    assert len(slack.asked) == 1


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"ok":false,"error":"channel_not_found"}'])
def test_an_error_of_slack_is_tried_again(slack: FakeSlack, status: int, body: bytes) -> None:
    slack.status, slack.body = status, body
    reason = refusal()
    assert (reason.code, reason.is_final) == ("status", False)


@pytest.mark.parametrize("body", [b"", b"ok", b"[1]", b"null", b"\xff\xfe", b'{"ok":true'])
def test_an_answer_that_is_none_is_tried_again(slack: FakeSlack, body: bytes) -> None:
    slack.body = body
    assert not refusal().is_final


def test_a_server_that_hangs_is_left_after_its_time(slack: FakeSlack) -> None:
    slack.hangs = True
    reason = refusal(within=1)
    assert (reason.code, reason.is_final) == ("timeout", False)


def test_a_server_that_is_not_there_is_tried_again(slack: FakeSlack, settings: Settings) -> None:
    settings.SLACK_API_URL = "http://127.0.0.1:9/api/"
    reason = refusal()
    assert (reason.code, reason.is_final) == ("no_answer", False)


@pytest.mark.parametrize("code", ["channel_not_found", "invalid_auth", "invalid_blocks", "account_inactive"])
def test_a_no_of_slack_is_final(slack: FakeSlack, code: str) -> None:
    slack.answers["chat.postMessage"] = {"ok": False, "error": code}
    reason = refusal()
    assert (reason.code, reason.text, reason.is_final) == (code, f"Slack said no: {code}.", True)


def test_nothing_leaves_without_a_token(slack: FakeSlack, settings: Settings) -> None:
    settings.SLACK_BOT_TOKEN = ""
    assert refusal().is_final
    assert slack.asked == []


@pytest.mark.parametrize(
    ("user", "found"),
    [
        ({"id": "U012AB3CD"}, "U012AB3CD"),
        ({"id": "U012AB3CD", "deleted": True}, None),
        ({"id": "U012AB3CD", "is_stranger": True}, None),
        ({"id": "U012AB3CD", "is_bot": True}, None),
        (None, None),
    ],
)
def test_a_person_is_found_by_email(slack: FakeSlack, user: dict[str, object] | None, found: str | None) -> None:
    slack.answers["users.lookupByEmail"] = {"user": user}
    assert transport.find("ada@example.com") == found
    assert slack.asked[0].arguments == {"email": "ada@example.com"}


def test_nobody_is_found_by_an_unknown_email(slack: FakeSlack) -> None:
    slack.answers["users.lookupByEmail"] = {"ok": False, "error": "users_not_found"}
    assert transport.find("nobody@example.com") is None
