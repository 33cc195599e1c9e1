"""How an escalation comes in: one statement that assigns it, writes it, and writes its events."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import OperationalError, transaction
from psycopg import errors

from escalations import availability, backlog, causes, hints, log, prepared, routing, rules, statements, timers
from escalations.answers import allowed
from escalations.models import (
    QUEUE_DELAY,
    RED_AFTER,
    UNFINISHED,
    Agent,
    ApiKey,
    Decision,
    Escalation,
    Idempotency,
    OnTimeout,
    Priority,
)
from escalations.models.escalation import uuid7
from reviewers.models import Pool

PAUSES = (0.003, 0.006, 0.012, 0.024)  # seconds until somebody else is next
REMEMBERED_FOR = timedelta(days=7)  # how long an Idempotency-Key is known


@dataclass(frozen=True)
class NewEscalation:
    """A checked request. `context` is its JSON text, so that a large one is written as it was read."""

    issue_description: str
    context: str = "{}"
    priority: Priority = Priority.MEDIUM
    pool: Pool | None = None
    tags: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    dedupe_key: str | None = None
    run_id: str | None = None
    webhook_url: str | None = None
    digest: dict[str, Any] = field(default_factory=dict)
    response_schema: dict[str, Any] | None = None
    action: dict[str, Any] | None = None
    allowed_decisions: tuple[Decision, ...] = ()
    expires_at: datetime | None = None
    on_timeout: OnTimeout = OnTimeout.KEEP
    default_answer: dict[str, Any] | None = None
    rule: str | None = None  # what applied to it, and what the event of its creation says of that:
    told: dict[str, Any] = field(default_factory=dict)


class Created(NamedTuple):
    escalation: Escalation
    is_new: bool


class Once(NamedTuple):
    """What a request with an Idempotency-Key got: the first time, or again."""

    status: int
    escalation: Escalation | None
    is_replay: bool


class KeyReused(Exception):
    """The Idempotency-Key was used before with another request."""

    def __init__(self, escalation: Escalation | None) -> None:
        super().__init__(escalation)
        self.escalation = escalation


class StillRunning(Exception):
    """The first request with this Idempotency-Key is still running."""


class _Repeat(Exception):
    """An unfinished escalation with this dedupe_key exists; undoes the seat that was taken for the new one."""


# The pool that was asked for, as long as there is one: a rule that is kept in the process may name one that is gone.
_POOL = """coalesce((SELECT id FROM reviewers_pool WHERE id = %(asked_pool)s::bigint),
    (SELECT id FROM reviewers_pool WHERE is_default))"""
_CREATE = f"""
    WITH {routing.PICK_FOR_NEW},
    held AS (UPDATE reviewers_reviewer r SET held = r.held + 1 FROM got WHERE r.id = got.reviewer_id),
    tag AS (INSERT INTO reviewers_tag (name) SELECT unnest(%(tags)s::text[]) ON CONFLICT DO NOTHING),
    after AS (
        INSERT INTO escalations (
            id, agent_id, source_agent, is_sandbox, pool_id, issue_description, priority, context_data, metadata, tags,
            dedupe_key, run_id, webhook_url, digest, response_schema, action, allowed_decisions,
            expires_at, on_timeout, default_answer, rule,
            status, assigned_to, created_at, assigned_at, waiting_on, declined_by,
            queue_at, due_at, version)
        SELECT %(id)s, %(agent)s, %(source_agent)s, %(is_sandbox)s, %(pool)s, %(issue_description)s, %(priority)s,
            %(context)s::jsonb, %(metadata)s::jsonb, %(tags)s::text[], %(dedupe_key)s, %(run_id)s, %(webhook_url)s,
            %(digest)s::jsonb, %(response_schema)s::jsonb, %(action)s::jsonb, %(allowed_decisions)s::text[],
            %(expires_at)s, %(on_timeout)s, %(default_answer)s::jsonb, %(rule)s,
            CASE WHEN got.reviewer_id IS NULL THEN 'open' ELSE 'assigned' END, got.reviewer_id, now(),
            CASE WHEN got.reviewer_id IS NOT NULL THEN now() END, 'human', '{{}}',
            now() + %(delay)s, now() + %(red_after)s, CASE WHEN got.reviewer_id IS NULL THEN 1 ELSE 2 END
        FROM (SELECT 1) one LEFT JOIN got ON true
        WHERE %(at_any_rate)s OR got.reviewer_id IS NOT NULL OR NOT {routing.SOMEBODY_IS_ELIGIBLE}
        ON CONFLICT DO NOTHING RETURNING *),
    event AS (
        INSERT INTO events ({log.COLUMNS}, {causes.COLUMNS})
        SELECT after.id, after.agent_id, 'escalation.created', 'agent', NULL::uuid, %(key)s, %(told)s::jsonb,
            {log.FACTS.format(row="after")} || '{{"status": "open", "assigned_to": null, "assignee_name": null,
                "assigned_at": null, "version": 1}}', clock_timestamp(), {causes.VALUES}
        FROM after
        UNION ALL
        SELECT after.id, after.agent_id, 'escalation.assigned', 'system', NULL, NULL, '{{}}'::jsonb,
            {log.FACTS.format(row="after")}, clock_timestamp(), {causes.VALUES}
        FROM after WHERE after.assigned_to IS NOT NULL)
    SELECT named.*, named.status = 'open' AND NOT named.is_sandbox AND {routing.SOMEBODY_IS_ELIGIBLE} AS ask_again,
        named.status = 'open' AND NOT named.is_sandbox
            AND (SELECT fallback_id FROM reviewers_pool WHERE id = named.pool_id) IS NOT NULL AS has_fallback,
        {availability.counted("named", held="r.held + (named.assigned_to = r.id)::int")} AS counts
    FROM ({statements.NAMED}) named""".replace("%(pool)s", _POOL)


def create(request: NewEscalation, *, by: Agent, via: ApiKey) -> Created:
    """Take the request in, assigned to whoever is next; an unfinished one with its dedupe_key is returned instead."""
    request = _ruled(request, by)
    if request.dedupe_key is None:
        return Created(_create(request, by=by, via=via), is_new=True)
    try:
        with transaction.atomic():
            return Created(_create(request, by=by, via=via), is_new=True)
    except _Repeat:
        return Created(_unfinished(request.dedupe_key, by=by, via=via), is_new=False)


def once(principal: str, key: str, body: bytes, run: Callable[[], tuple[int, Escalation | None]]) -> Once:
    """Run the request the first time its Idempotency-Key comes; afterwards repeat the status and the escalation.

    Key, effect and status are one transaction, so no crash can separate them. Raises KeyReused when the body differs
    and StillRunning when the first request has not ended within the database's lock_timeout.
    """
    digest = hashlib.sha256(body).digest()
    try:
        with transaction.atomic():
            row, is_first = Idempotency.objects.get_or_create(
                principal=principal, key=key, defaults={"request_hash": digest}
            )
            if not is_first:
                return _replay(row, digest)
            row.status, row.escalation = run()
            row.save(update_fields=["status", "escalation"])
            return Once(row.status, row.escalation, is_replay=False)
    except OperationalError as error:
        if isinstance(error.__cause__, errors.LockNotAvailable):
            raise StillRunning from error
        raise


def forget_old_requests() -> None:
    Idempotency.objects.filter(created_at__lt=datetime.now(UTC) - REMEMBERED_FOR).delete()


def _replay(row: Idempotency, digest: bytes) -> Once:
    escalation = Escalation.objects.with_names().filter(pk=row.escalation_id).first() if row.escalation_id else None
    if bytes(row.request_hash) != digest:
        raise KeyReused(escalation)
    return Once(row.status or 200, escalation, is_replay=True)


def _create(request: NewEscalation, *, by: Agent, via: ApiKey) -> Escalation:
    created = _written(_columns(request, by=by, via=via))
    if created is None:
        raise _Repeat
    transaction.on_commit(hints.moved)
    said = vars(created)  # what the statement says beside the row
    if not said["ask_again"]:
        return (timers.stand_in(created) or created) if said["has_fallback"] else created
    return backlog.assign_up_to(created) or Escalation.objects.with_names().get(pk=created.pk)


def _written(columns: dict[str, Any]) -> Escalation | None:
    """None for a repeat.

    When everybody who is next is being given something at this moment, nothing is written yet: in a few milliseconds
    somebody else is next, and to wait for that costs less than to write it and then go the way of the backlog.
    """
    if not columns["is_sandbox"] and columns["dedupe_key"] is None:
        for pause in PAUSES:
            if created := prepared.raw(Escalation, _CREATE, columns | {"at_any_rate": False}):
                return created[0]
            time.sleep(pause)
    return next(iter(prepared.raw(Escalation, _CREATE, columns | {"at_any_rate": True})), None)


def _columns(request: NewEscalation, *, by: Agent, via: ApiKey) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "agent": by.pk,
        "source_agent": by.name,
        "key": via.pk,
        "is_sandbox": via.is_sandbox,
        "asked_pool": request.pool and request.pool.pk,
        "issue_description": request.issue_description,
        "priority": request.priority,
        "context": request.context,
        "metadata": json.dumps(request.metadata),
        "tags": sorted(set(request.tags)),
        "declined_by": [],
        "dedupe_key": request.dedupe_key,
        "run_id": request.run_id,
        "webhook_url": request.webhook_url or by.webhook_url or None,
        "digest": json.dumps(request.digest),
        "response_schema": json.dumps(request.response_schema) if request.response_schema else None,
        "action": json.dumps(request.action) if request.action else None,
        "allowed_decisions": allowed(request.action, request.allowed_decisions),
        "expires_at": request.expires_at,
        "on_timeout": request.on_timeout,
        "default_answer": json.dumps(request.default_answer) if request.default_answer else None,
        "rule": request.rule,
        "told": json.dumps(request.told),
        "delay": QUEUE_DELAY[request.priority],
        "red_after": RED_AFTER[request.priority],
        "queue_at": datetime.now(UTC) + QUEUE_DELAY[request.priority],
    } | causes.params()


def _ruled(request: NewEscalation, by: Agent) -> NewEscalation:
    """As the first routing rule that fits has it (`escalations/rules.py`)."""
    asked = rules.Asked(by.pk, request.pool, request.priority, request.tags)
    rule = rules.first(asked, request.context)
    if rule is None:
        return request
    ruled = rules.apply(rule, asked)
    told = rules.told(rule, asked, ruled)
    return replace(request, pool=ruled.pool, priority=ruled.priority, tags=ruled.tags, rule=rule.name, told=told)


def _unfinished(dedupe_key: str, *, by: Agent, via: ApiKey) -> Escalation:
    mine = Escalation.objects.of_agent(by).filter(is_sandbox=via.is_sandbox, dedupe_key=dedupe_key)
    return mine.filter(status__in=UNFINISHED).with_names().get()
