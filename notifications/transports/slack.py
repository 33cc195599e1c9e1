"""One call of Slack's Web API, tried once and bounded in time; what went wrong says whether to try again.

Slack has no key by which a second post of the same message is known. So a message carries the id of its delivery as
metadata, by which it is found again when nobody knows whether Slack took it:
https://docs.slack.dev/messaging/message-metadata.
"""

import logging
from datetime import datetime, timedelta
from functools import lru_cache
from http.client import HTTPException
from typing import Any

from django.conf import settings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from notifications.slack.messages import Message

logger = logging.getLogger(__name__)

WITHIN = 10  # seconds
# Not the message's fault: the same call may work later. All else that Slack says no to stays a no.
BUSY = frozenset({"ratelimited", "rate_limited"})
# Nor is it in these, and it may have been done all the same.
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
# There is nothing to update any more.
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
TOO_MANY = 429
EVENT = "escalation_notice"
SKEW = timedelta(minutes=2)  # between Slack's clock and ours
PAGE, PAGES = 200, 10  # messages that are looked at


class NotTaken(Exception):
    """Slack did not do it. `code` is for programs, `text` for people; `is_final`: trying again is no use.

    `retry_after` is the header of that name, if Slack asked for time.
    """

    def __init__(self, code: str, text: str, *, retry_after: str | None = None, is_final: bool = False) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.retry_after = retry_after
        self.is_final = is_final


def post(channel: str, message: Message, *, delivery: str = "", within: int = WITHIN) -> tuple[str, str]:
    """To a channel (C…) or a person (U…): gives the channel and the time stamp by which it can be updated."""
    marked = {"metadata": {"event_type": EVENT, "event_payload": {"delivery": delivery}}} if delivery else {}
    sent = _call("chat.postMessage", _shown(channel, message) | marked, within)
    return str(sent.get("channel", channel)), str(sent.get("ts", ""))


def find_posted(channel: str, delivery: str, *, since: datetime, within: int = WITHIN) -> tuple[str, str] | None:
    """Where the message of that delivery stands, if Slack took it; None if it did not, or if we may not look."""
    try:
        place = channel if channel[:1] in {"C", "D", "G"} else _direct(channel, within)
        return _look(place, delivery, (since - SKEW).timestamp(), within) if place else None
    except NotTaken as reason:
        if not reason.is_final:
            raise
        logger.warning("whether Slack took a message cannot be seen: %s", reason.text)
        return None


def update(channel: str, ts: str, message: Message, *, within: int = WITHIN) -> None:
    _call("chat.update", _shown(channel, message) | {"ts": ts}, within)


def tell(channel: str, slack_id: str, text: str, *, within: int = WITHIN) -> None:
    """Something that only one person in the channel sees. `text` is escaped already."""
    _call("chat.postEphemeral", {"channel": channel, "user": slack_id, "text": text, "parse": "none"}, within)


def open_view(trigger_id: str, view: dict[str, Any], *, within: int = WITHIN) -> None:
    _call("views.open", {"trigger_id": trigger_id, "view": view}, within)


def find(email: str, *, within: int = WITHIN) -> str | None:
    """The id of the one person of our own workspace with this email; None if there is none."""
    try:
        found = _call("users.lookupByEmail", {"email": email}, within, as_form=True).get("user")
    except NotTaken as reason:
        if reason.code == "users_not_found":
            return None
        raise
    known = found if isinstance(found, dict) else {}
    is_a_guest_of_others = known.get("is_stranger") or known.get("is_restricted") or known.get("is_ultra_restricted")
    if known.get("deleted") or known.get("is_bot") or is_a_guest_of_others:
        return None
    return str(known["id"]) if known.get("id") else None


def _direct(slack_id: str, within: int) -> str:
    """The conversation with a person, in which messages to them stand."""
    found = _call("conversations.open", {"users": slack_id}, within).get("channel")
    return str(found.get("id", "")) if isinstance(found, dict) else ""


def _look(channel: str, delivery: str, oldest: float, within: int) -> tuple[str, str] | None:
    asked = {"channel": channel, "oldest": f"{oldest:.6f}", "limit": PAGE, "include_all_metadata": "true"}
    for _page in range(PAGES):
        found = _call("conversations.history", asked, within, as_form=True)
        for message in found.get("messages") or []:
            if _delivery_of(message) == delivery:
                return channel, str(message.get("ts", ""))
        more = found.get("response_metadata")
        cursor = more.get("next_cursor") if isinstance(more, dict) else None
        if not cursor:
            break
        asked["cursor"] = str(cursor)
    return None


def _delivery_of(message: object) -> object:
    metadata = message.get("metadata") if isinstance(message, dict) else None
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return payload.get("delivery") if isinstance(payload, dict) else None


def _shown(channel: str, message: Message) -> dict[str, Any]:
    """Nothing in it is looked up, linked or unfolded by Slack."""
    inert = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}
    return {"channel": channel, "text": message.text, "blocks": message.blocks} | inert


def _call(method: str, arguments: dict[str, Any], within: int, *, as_form: bool = False) -> dict[str, Any]:
    """What Slack answered. Raises NotTaken."""
    if not settings.SLACK_BOT_TOKEN:
        raise NotTaken("not_set_up", "Slack is not set up: SLACK_BOT_TOKEN is missing.", is_final=True)
    client = _client(settings.SLACK_BOT_TOKEN, settings.SLACK_API_URL, within)
    given = {"params": arguments} if as_form else {"json": arguments}
    try:
        answer = client.api_call(method, **given).data  # type: ignore[arg-type] # two of its many parameters
    except SlackApiError as error:
        raise _refused(error) from error
    except TimeoutError as error:
        raise NotTaken("timeout", f"Slack did not answer within {within} s.") from error
    except (SlackClientError, OSError, HTTPException, ValueError, AttributeError) as error:  # JSON that is no object
        raise NotTaken("no_answer", "The connection to Slack ended without a proper answer.") from error
    return answer if isinstance(answer, dict) else {}


@lru_cache(maxsize=8)
def _client(token: str, base_url: str, within: int) -> WebClient:
    """Its own retries are off: one try here is one attempt in the log."""
    return WebClient(token, base_url=base_url, timeout=within, retry_handlers=[], logger=logging.getLogger("slack_sdk"))


def _refused(error: SlackApiError) -> NotTaken:
    response = error.response
    status, headers = getattr(response, "status_code", None), getattr(response, "headers", None) or {}
    said = getattr(response, "data", response)
    code = str(said.get("error", "")) if isinstance(said, dict) else ""
    retry_after = next((str(value) for name, value in headers.items() if name.lower() == "retry-after"), None)
    if status == TOO_MANY or code in BUSY:
        return NotTaken("ratelimited", "Slack asks for time.", retry_after=retry_after)
    if code in PASSING:
        return NotTaken("unavailable", f"Slack is in trouble: {code}.", retry_after=retry_after)
    if status is None or status >= 500 or " " in code or not code:
        return NotTaken("status", f"Slack answered {status or 'something that is no answer'}.", retry_after=retry_after)
    return NotTaken(code, f"Slack said no: {code}.", is_final=True)
