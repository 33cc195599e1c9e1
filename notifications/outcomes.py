"""What follows from each try: the delivery's end or its next try, the endpoint's standing, the events that tell of it.

Recorded in batches, in one transaction. Who recorded too late, after the lease went to somebody else, changes nothing
but the attempt.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from escalations import log
from escalations.models import Event
from notifications import schedule
from notifications.models import Delivery, Kind
from notifications.outbox import Leased
from notifications.slack import posts

Status = Delivery.Status

ONLY_FAILURES_FOR = "5 days"  # after which an endpoint is disabled
# An endpoint that has failed so often in a row, and slowly again, rests for a minute.
BREAKER_AFTER = 10
BREAKER_REST = 60  # seconds
SLOW = 5000  # milliseconds
# The try after which the log tells that the agent is not reached; before, it may be a hiccup of seconds.
TOLD_AFTER = 2

_END = """
    WITH told AS (SELECT * FROM jsonb_to_recordset(%(ends)s) AS t (
        id uuid, lease uuid, n int, status text, wait float8, ms int, status_code int, error text, detail text,
        answer text)),
    tried AS (
        UPDATE notifications_attempt a
        SET finished_at = clock_timestamp(), ms = t.ms, status_code = t.status_code, error = t.error, detail = t.detail,
            answer = t.answer
        FROM told t WHERE a.delivery_id = t.id AND a.n = t.n)
    UPDATE notifications_delivery d
    SET status = t.status, lease = NULL,
        delivered_at = CASE WHEN t.status = 'delivered' THEN clock_timestamp() END,
        next_attempt_at = CASE WHEN t.status = 'pending' THEN clock_timestamp() + t.wait * interval '1 s' END
    FROM told t WHERE d.id = t.id AND d.lease = t.lease
    RETURNING d.id, (SELECT ev.escalation_id FROM events ev WHERE ev.id = d.event_id)"""

# Rows are locked in one order, so that two recorders never wait for each other in a circle.
_RATE = """
    WITH told AS (SELECT * FROM jsonb_to_recordset(%(ratings)s) AS t (
        id bigint, is_well boolean, failures int, trouble text, is_gone boolean, is_slow boolean, rest float8)),
    mine AS MATERIALIZED (
        SELECT e.id FROM notifications_endpoint e JOIN told t USING (id)
        WHERE NOT t.is_well OR e.failures > 0 ORDER BY e.id FOR NO KEY UPDATE OF e),
    judged AS (
        SELECT t.*, CASE
            WHEN t.is_gone THEN 'The receiver answered 410: it is gone for good.'
            WHEN NOT t.is_well AND e.failing_since < statement_timestamp() - %(only_failures_for)s::interval
            THEN 'Nothing but failures for ' || %(only_failures_for)s || '.' END AS verdict
        FROM told t JOIN mine USING (id) JOIN notifications_endpoint e USING (id))
    UPDATE notifications_endpoint e
    SET failures = CASE WHEN j.is_well THEN 0 ELSE e.failures + j.failures END,
        failing_since = CASE WHEN NOT j.is_well THEN coalesce(e.failing_since, statement_timestamp()) END,
        trouble = j.trouble,
        breaker_until = CASE
            WHEN j.is_well THEN NULL
            WHEN j.rest > 0 THEN statement_timestamp() + j.rest * interval '1 s'
            WHEN j.is_slow AND e.failures + j.failures >= %(breaker_after)s
            THEN statement_timestamp() + %(breaker_rest)s * interval '1 s'
            ELSE e.breaker_until END,
        disabled_at = coalesce(e.disabled_at, CASE WHEN j.verdict IS NOT NULL THEN statement_timestamp() END),
        disabled_reason = CASE WHEN e.disabled_at IS NULL THEN coalesce(j.verdict, '') ELSE e.disabled_reason END
    FROM judged j WHERE e.id = j.id"""


@dataclass(frozen=True)
class Outcome:
    """How one try ended. No `status_code`: there was no answer. `error` is a code, `detail` says it in words.

    `is_final`: trying again is no use.
    """

    leased: Leased
    ms: int
    status_code: int | None
    error: str
    detail: str
    retry_after: str | None = None
    answer: str = ""
    is_final: bool = False

    @property
    def is_success(self) -> bool:
        return not self.error


@dataclass(frozen=True)
class End:
    """What an outcome does to its delivery: `wait` are the seconds until the next try, None after the last."""

    outcome: Outcome
    status: Status
    wait: float | None

    def as_row(self) -> dict[str, Any]:
        outcome, leased = self.outcome, self.outcome.leased
        return {
            "id": str(leased.id),
            "lease": str(leased.lease),
            "n": leased.attempt,
            "status": self.status,
            "wait": self.wait,
            "ms": outcome.ms,
            "status_code": outcome.status_code,
            "error": outcome.error,
            "detail": outcome.detail,
            "answer": outcome.answer,
        }


def record(outcomes: Sequence[Outcome]) -> None:
    """Write what became of these tries, and of their deliveries and endpoints."""
    ends = [_end(outcome) for outcome in outcomes]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_END, {"ends": json.dumps([end.as_row() for end in ends])})
        escalations: dict[UUID, UUID | None] = dict(cursor.fetchall())
        cursor.execute(
            _RATE,
            {
                "ratings": json.dumps(_ratings(outcomes)),
                "only_failures_for": ONLY_FAILURES_FOR,
                "breaker_after": BREAKER_AFTER,
                "breaker_rest": BREAKER_REST,
            },
        )
        _tell(ends, escalations)
        posts.stand(outcomes)


def _end(outcome: Outcome) -> End:
    if outcome.is_success:
        return End(outcome, Status.DELIVERED, None)
    step = outcome.leased.step
    wait = schedule.wait(step, status=outcome.status_code, retry_after=outcome.retry_after)
    if wait is None or outcome.is_final or outcome.leased.is_test:
        return End(outcome, Status.DEAD, None)
    return End(outcome, Status.PENDING, wait)


def _ratings(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """One verdict per endpoint; a success among its tries says that it is well."""
    by_endpoint: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_endpoint[outcome.leased.endpoint_id].append(outcome)
    return [_rating(endpoint_id, tries) for endpoint_id, tries in by_endpoint.items()]


def _rating(endpoint_id: int, tries: list[Outcome]) -> dict[str, Any]:
    failed = [outcome for outcome in tries if not outcome.is_success]
    is_gone = any(outcome.status_code == schedule.GONE for outcome in failed)
    is_well = len(failed) < len(tries) and not is_gone
    return {
        "id": endpoint_id,
        "is_well": is_well,
        "failures": len(failed),
        "trouble": "" if is_well else failed[-1].detail,
        "is_gone": is_gone,
        "is_slow": any(outcome.ms >= SLOW for outcome in failed),
        "rest": max((schedule.rest(outcome.retry_after) for outcome in failed), default=0),
    }


def _tell(ends: Sequence[End], escalations: dict[UUID, UUID | None]) -> None:
    """Events for what is settled or serious, of the deliveries that were still ours."""
    told: dict[Event.Type, list[tuple[UUID, dict[str, Any]]]] = defaultdict(list)
    for end in ends:
        escalation_id = escalations.get(end.outcome.leased.id)
        if escalation_id and (type_ := _told_as(end)):
            told[type_].append((escalation_id, _told(end)))
    for type_, pairs in told.items():
        log.note(type_, pairs)


def _told_as(end: End) -> Event.Type | None:
    if end.outcome.leased.kind != Kind.WEBHOOK:
        return None  # the log tells of what agents were told
    if end.status == Status.DELIVERED:
        return Event.Type.DELIVERED
    is_serious = end.outcome.leased.step == TOLD_AFTER or end.outcome.status_code == schedule.GONE
    return Event.Type.DELIVERY_FAILED if end.status == Status.DEAD or is_serious else None


def _told(end: End) -> dict[str, Any]:
    outcome, leased = end.outcome, end.outcome.leased
    facts = {
        "delivery": str(leased.id),
        "webhook_id": leased.message_id,
        "attempts": leased.attempt,
        "status_code": outcome.status_code,
    }
    if end.status == Status.DELIVERED:
        return facts
    if end.status == Status.DEAD:
        return facts | {"detail": f"{outcome.detail} Given up after {leased.step} tries; it can be sent again."}
    return facts | {"detail": f"{outcome.detail} It will be tried again."}
