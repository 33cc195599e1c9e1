"""One try to hand a message over: signed anew, sent once, judged by the status that came back. Touches no database."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from escalations import causes, vault
from notifications import signing
from notifications.models import Kind
from notifications.outbox import Leased
from notifications.outcomes import Outcome
from notifications.slack import sending
from notifications.transports import email, webhook
from notifications.transports.webhook import Answer

logger = logging.getLogger(__name__)

USER_AGENT = "AI-Escalation-Queue-Webhooks/1"
UNFIT = 422  # a channel's own word for what it will never take
KEPT = 1000  # characters of an answer that are kept


# Stands around a try, and is told how it ended.
Watch = Callable[[Leased], AbstractContextManager[Callable[[Outcome], object]]]

_watches: list[Watch] = []


def watch(each: Watch) -> None:
    """Have every try made inside `each(leased)`, which may measure it."""
    _watches.append(each)


def make(leased: Leased) -> Outcome:
    """Never raises: whatever happens is an outcome. Its lines, and what it sends, name the requests behind it."""
    with _followed(leased), _watched(leased) as tell:
        outcome = _make(leased)
        tell(outcome)
        _note(outcome)
    return outcome


@contextmanager
def _followed(leased: Leased) -> Iterator[None]:
    origin = leased.origin
    request = causes.request_id.set(origin.request_id if origin else "")
    trace = causes.traceparent.set(origin.traceparent if origin else "")
    try:
        yield
    finally:
        causes.request_id.reset(request)
        causes.traceparent.reset(trace)


def _note(outcome: Outcome) -> None:
    """The line of the log."""
    leased = outcome.leased
    fields = {
        "delivery": str(leased.id),
        "webhook_id": leased.message_id,
        "channel": leased.kind,
        "attempt": leased.attempt,
        "outcome": outcome.error or "delivered",
        "status": outcome.status_code,
        "ms": outcome.ms,
    }
    logger.info("attempt", extra={"fields": (leased.origin.fields() if leased.origin else {}) | fields})


@contextmanager
def _watched(leased: Leased) -> Iterator[Callable[[Outcome], None]]:
    with ExitStack() as stack:
        told = [stack.enter_context(each(leased)) for each in _watches]

        def tell(outcome: Outcome) -> None:
            for each in told:
                each(outcome)

        yield tell


def _make(leased: Leased) -> Outcome:
    started = time.monotonic()

    def failed(error: str, detail: str, *, is_final: bool = False) -> Outcome:
        return Outcome(leased, _ms_since(started), None, error, detail, is_final=is_final)

    try:
        answer = SENDERS[leased.kind](leased)
    except webhook.NoAnswer as reason:
        return failed(reason.code, reason.text, is_final=reason.is_final)
    except vault.CannotUnseal:
        return failed("no_secret", "The signing secret cannot be read: SECRET_KEY has changed. Rotate the secret.")
    except Exception:
        logger.exception("message not sent", extra={"fields": {"delivery": str(leased.id)}})
        return failed("unexpected", "Something went wrong on our side.")
    return _judge(leased, answer, _ms_since(started))


def _judge(leased: Leased, answer: Answer, ms: int) -> Outcome:
    error, detail = "", answer.note
    if 300 <= answer.status < 400:
        error, detail = "redirect", f"The receiver answered {answer.status}. Redirects are not followed."
    elif not 200 <= answer.status < 300:
        error, detail = "status", f"The receiver answered {answer.status}."
    excerpt = answer.excerpt.decode("utf-8", "replace").replace("\0", "\ufffd")[:KEPT]
    is_final = answer.status == UNFIT and leased.kind == Kind.SLACK
    return Outcome(leased, ms, answer.status, error, detail, answer.retry_after, excerpt, is_final)


def _post(leased: Leased) -> Answer:
    return webhook.post(leased.url, body=leased.body, headers=_headers(leased))


def _tell(leased: Leased) -> Answer:
    return sending.send_simply(leased) if sending.is_incoming(leased.url) else _post(leased)


def _mail(leased: Leased) -> Answer:
    return email.send(leased.url, leased.body, message_id=str(leased.id))


# How a message of each kind is sent; a channel is one file in `transports/` and one line here.
SENDERS: dict[str, Callable[[Leased], Answer]] = {
    Kind.WEBHOOK: _post,
    Kind.HOOK: _tell,
    Kind.EMAIL: _mail,
    Kind.SLACK: sending.send,
}


def _headers(leased: Leased) -> dict[str, str]:
    """Signed with the time of this try. Raises CannotUnseal."""
    timestamp = int(time.time())
    sealed = [leased.secret, leased.old_secret] if leased.old_secret else [leased.secret]
    secrets = [vault.unseal(secret).decode() for secret in sealed]
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": leased.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.sign(leased.message_id, timestamp, leased.body, secrets=secrets),
        "Idempotency-Key": leased.message_id,
        "X-Attempt": str(leased.attempt),
    } | _origin(leased)


def _origin(leased: Leased) -> dict[str, str]:
    """So that the agent knows its own request again, and its trace goes on."""
    asked = (leased.origin.asked or leased.origin.request_id) if leased.origin else ""
    told = {"X-Request-Id": asked, "traceparent": causes.traceparent.get()}
    return {name: value for name, value in told.items() if value}


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
