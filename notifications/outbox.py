"""Deliveries that are due are leased; whoever leased them sends them (`notifications/sender.py`).

A lease is a next attempt in the future: work that died with its process is due again by itself. The attempt is
written with the lease, so that one that never ended is visible.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from notifications.models import Attempt, Delivery, Kind
from notifications.origins import Origin, of

LEASING = 7_034_002  # the advisory lock of whoever is leasing: caps are exact because one leases at a time
LEASE = 45  # seconds; three times what an attempt may take
LEASE_FOR_PEOPLE = 300  # seconds; a mail server may be slow at each of its steps
IS_DUE = """
    EXISTS (
        SELECT FROM notifications_endpoint e CROSS JOIN LATERAL (
            SELECT min(next_attempt_at) AS first FROM notifications_delivery
            WHERE endpoint_id = e.id AND status = 'pending') d
        WHERE d.first <= statement_timestamp())"""

# How a try ended of which nobody knows whether the message was taken.
DOUBTFUL = ["timeout", "no_answer", "status", "unavailable", "unexpected", "interrupted"]

# Of one message in Slack a single update is on its way. The next is made when that has ended: none overtakes another.
# `waiting` steps through the index of what is pending from endpoint to endpoint, so that the backlog of one that
# takes nothing costs the others nothing.
_LEASE = """
    WITH RECURSIVE waiting (endpoint_id) AS (
        (SELECT endpoint_id FROM notifications_delivery WHERE status = 'pending' ORDER BY endpoint_id LIMIT 1)
        UNION ALL
        SELECT n.endpoint_id FROM waiting w CROSS JOIN LATERAL (
            SELECT d.endpoint_id FROM notifications_delivery d
            WHERE d.status = 'pending' AND d.endpoint_id > w.endpoint_id ORDER BY d.endpoint_id LIMIT 1) n),
    ready AS (
        SELECT e.*, coalesce(e.cap, %(cap)s) - (
            SELECT count(*) FROM notifications_delivery x
            WHERE x.endpoint_id = e.id AND x.lease IS NOT NULL AND x.next_attempt_at > statement_timestamp()) AS free
        FROM waiting w
        JOIN notifications_endpoint e ON e.id = w.endpoint_id
        LEFT JOIN escalations_agent a ON a.id = e.agent_id
        WHERE a.paused_at IS NULL AND e.disabled_at IS NULL AND (e.kind <> 'webhook') = %(for_people)s
            AND coalesce(e.breaker_until, '-infinity') <= statement_timestamp()),
    due AS (
        SELECT d.*, r.failures > 0 AS is_failing, row_number() OVER (
            PARTITION BY r.failures > 0 ORDER BY d.next_attempt_at, d.id) AS place
        FROM ready r CROSS JOIN LATERAL (
            SELECT id, next_attempt_at FROM notifications_delivery w
            WHERE endpoint_id = r.id AND status = 'pending' AND next_attempt_at <= statement_timestamp()
                AND (%(only)s::uuid IS NULL OR id = %(only)s::uuid)
                AND (post_id IS NULL OR NOT EXISTS (
                    SELECT FROM notifications_delivery o WHERE o.post_id = w.post_id AND o.lease IS NOT NULL
                        AND o.next_attempt_at > statement_timestamp()))
            ORDER BY next_attempt_at, id LIMIT greatest(r.free, 0) FOR UPDATE SKIP LOCKED) d),
    taken AS (
        SELECT id FROM due WHERE NOT is_failing OR place <= %(failing)s
        ORDER BY is_failing, place LIMIT %(limit)s),
    leased AS (
        UPDATE notifications_delivery d
        SET attempts = attempts + 1, step = step + 1, lease = %(lease)s,
            next_attempt_at = statement_timestamp() + %(for)s * interval '1 s'
        FROM taken WHERE d.id = taken.id RETURNING d.*),
    tried AS (
        INSERT INTO notifications_attempt (delivery_id, n, started_at)
        SELECT id, attempts, clock_timestamp() FROM leased)
    SELECT l.id, l.lease, l.attempts, l.step, l.type LIKE '%%.test', l.message_id, l.body, r.id, r.failures > 0, r.url,
        r.secret, CASE WHEN r.old_secret_until > statement_timestamp() THEN r.old_secret END, r.kind, l.post_id,
        CASE WHEN r.kind = 'slack' THEN (
            SELECT min(a.started_at) FROM notifications_attempt a
            WHERE a.delivery_id = l.id AND a.n < l.attempts AND a.started_at > coalesce(l.replayed_at, '-infinity')
                AND (a.finished_at IS NULL OR a.error = ANY(%(doubtful)s)) AND coalesce(a.status_code, 0) <> 429) END
    FROM leased l JOIN ready r ON r.id = l.endpoint_id ORDER BY l.id"""


@dataclass(frozen=True)
class Leased:
    """A delivery that is ours to send, for `LEASE` seconds. `attempt` is its number in all, `step` in this round.

    Its endpoint `is_failing` when the try before, of whichever message, failed. The secrets are sealed. `post` is the
    message in Slack that it updates. `doubtful_since`: an earlier try may have been taken, from that moment on.
    `within` are the seconds it may take, where they are fewer than usual.
    """

    id: uuid.UUID
    lease: uuid.UUID
    attempt: int
    step: int
    is_test: bool
    message_id: str
    body: bytes
    endpoint_id: int
    is_failing: bool
    url: str
    secret: bytes
    old_secret: bytes | None
    kind: str = Kind.WEBHOOK
    post: uuid.UUID | None = None
    doubtful_since: datetime | None = None
    within: int | None = None
    origin: Origin | None = None


def lease(limit: int, *, failing: int, for_people: bool = False, only: uuid.UUID | None = None) -> list[Leased]:
    """Take at most `limit` of what is due, `failing` of them for endpoints that fail, within each endpoint's cap.

    What is for people and what is for agents is leased apart, so that neither waits for the other's trouble. `only` is
    the delivery that somebody waits for.
    """
    mine: dict[str, Any] = {
        "limit": limit,
        "failing": failing,
        "for_people": for_people,
        "cap": settings.WEBHOOK_IN_FLIGHT_PER_ENDPOINT,
        "lease": uuid.uuid4(),
        "for": LEASE_FOR_PEOPLE if for_people else LEASE,
        "only": only,
        "doubtful": DOUBTFUL,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LEASING])
        cursor.execute(_LEASE, mine)
        leased = [Leased(*row) for row in cursor.fetchall()]
    origins = of(each.id for each in leased)
    return [replace(each, origin=origins.get(each.id)) for each in leased]


def give_back(leased: Iterable[Leased]) -> None:
    """Make it due again at once, for somebody else: this process is about to end. Its try counts for nothing."""
    for each in leased:
        held = Delivery.objects.filter(pk=each.id, lease=each.lease)
        held.update(lease=None, next_attempt_at=Now(), step=F("step") - 1)
        Attempt.objects.filter(delivery=each.id, n=each.attempt, finished_at=None).update(
            finished_at=Now(), error="interrupted", detail="The process that sent it was stopped."
        )
