"""Slack as a channel of the outbox: what a delivery carries, and one try to hand it over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from notifications.slack import messages
from notifications.slack.messages import Message
from notifications.transports import slack, webhook
from notifications.transports.slack import NotTaken
from notifications.transports.webhook import Answer, NoAnswer

if TYPE_CHECKING:
    from notifications.messages import Notice
    from notifications.outbox import Leased

INCOMING = "hooks.slack.com"
TAKEN, TOO_MANY, UNAVAILABLE = 200, 429, 503


def compose(notice: Notice) -> bytes:
    """The message of one escalation, frozen as the event left it."""
    message = messages.of(notice.escalation, why=notice.why.text)
    return json.dumps(message._asdict(), ensure_ascii=False).encode()


def send(leased: Leased) -> Answer:
    """To the channel or person that the address names, or in the place of what stands there. Raises NoAnswer.

    What was not made by `compose` is a digest or a test, in the form that every channel can read.
    """
    known, within = json.loads(leased.body), leased.within or slack.WITHIN
    message = Message(known["text"], known["blocks"]) if "blocks" in known else messages.listed(known["data"])
    try:
        return _update(known, message, within) if leased.post else _post(leased, message, within)
    except NotTaken as reason:
        if reason.retry_after is not None:
            status = TOO_MANY if reason.code == "ratelimited" else UNAVAILABLE
            return Answer(status, reason.retry_after, reason.text.encode(), "")
        raise NoAnswer(reason.code, reason.text, is_final=reason.is_final) from reason


def _post(leased: Leased, message: Message, within: int) -> Answer:
    """Once: a message that Slack may have taken before is looked for first."""
    if leased.doubtful_since:
        found = slack.find_posted(leased.url, str(leased.id), since=leased.doubtful_since, within=within)
        if found:
            return Answer(TAKEN, None, " ".join(found).encode(), "Slack had taken it before the connection ended.")
    channel, ts = slack.post(leased.url, message, delivery=str(leased.id), within=within)
    return Answer(TAKEN, None, f"{channel} {ts}".encode(), "")


def _update(known: dict[str, Any], message: Message, within: int) -> Answer:
    try:
        slack.update(known["channel"], known["ts"], message, within=within)
    except NotTaken as reason:
        if reason.code not in slack.GONE:
            raise
        return Answer(TAKEN, None, b"", "The message is there no more, or can be changed no more.")
    return Answer(TAKEN, None, f"{known['channel']} {known['ts']}".encode(), "")


def is_incoming(url: str) -> bool:
    """Whether it is an incoming webhook of Slack, which takes messages of Slack and no others."""
    return urlsplit(url).hostname == INCOMING


def send_simply(leased: Leased) -> Answer:
    """To an incoming webhook: words and a link, without buttons that act. Raises NoAnswer."""
    message = messages.listed(json.loads(leased.body)["data"])
    body = json.dumps(message._asdict(), ensure_ascii=False).encode()
    return webhook.post(leased.url, body=body, headers={"Content-Type": "application/json; charset=utf-8"})
