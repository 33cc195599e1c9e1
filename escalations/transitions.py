"""What may happen to an escalation, in which states, where it leads, and what else it sets: one row for each event.

The texts are SQL over the row as it was, `e`; `escalations/lifecycle.py` alone runs them.
"""

from datetime import timedelta
from typing import NamedTuple

from escalations import routing, statements
from escalations.models import QUEUE_DELAY, RED_AFTER, UNFINISHED, Event, Priority, Status

WAKE = "snoozed_at = NULL, snoozed_until = NULL"
LET_GO = f"lease_until = NULL, {WAKE}"
FREE = f"assigned_to = NULL, assigned_at = NULL, claimed_at = NULL, assigned_by = NULL, {LET_GO}"
TAKE = """
    assigned_to = %(reviewer)s, assigned_at = CASE WHEN e.assigned_to = %(reviewer)s THEN e.assigned_at ELSE now() END,
    claimed_at = CASE WHEN e.assigned_to = %(reviewer)s THEN coalesce(e.claimed_at, now()) ELSE now() END,
    assigned_by = CASE WHEN e.assigned_to = %(reviewer)s THEN e.assigned_by END"""
# What is claimed on the desk, in Slack or by email has a lease, and with a key where its pool says so; each act of its
# holder renews it. `since` is when it begins.
_LEASE = """
    lease_until = {since} + (
        SELECT p.claim_within FROM reviewers_pool p WHERE p.id = e.pool_id AND CASE
            WHEN e.assigned_to = %(reviewer)s AND e.claimed_at IS NOT NULL THEN e.lease_until IS NOT NULL
            ELSE %(key)s::text IS NULL OR p.has_key_leases END)"""
LEASE = _LEASE.format(since="now()")
LEASE_AFTER_SNOOZE = _LEASE.format(since="coalesce(%(until)s::timestamptz, now())")
# What stood still begins anew.
LEASE_GOES_ON = """
    lease_until = CASE WHEN e.paused_at IS NULL AND e.snoozed_at IS NULL THEN e.lease_until
        WHEN e.lease_until IS NOT NULL
        THEN now() + (SELECT p.claim_within FROM reviewers_pool p WHERE p.id = e.pool_id) END"""
WRITE_ANSWER = """
    resolution_notes = %(notes)s, decision = %(decision)s, answer = %(answer)s::jsonb,
    edited_action = %(edited_action)s::jsonb"""
# The clock stood still while it waited on the agent, so everything that is due moves by that long.
GO_ON = """
    waiting_on = 'human', paused_at = NULL,
    paused_for = e.paused_for + coalesce(now() - e.paused_at, interval '0'),
    due_at = e.due_at + coalesce(now() - e.paused_at, interval '0'),
    expires_at = e.expires_at + coalesce(now() - e.paused_at, interval '0')"""
ANSWER = f"resolved_at = now(), finished_at = now(), outcome = 'answered', {WRITE_ANSWER}, {GO_ON}, {LET_GO}"
UNANSWER = """
    resolved_at = NULL, finished_at = NULL, outcome = NULL, resolution_notes = NULL, decision = NULL, answer = NULL,
    edited_action = NULL, receipt = NULL, decided_by_type = NULL, decided_by_name = NULL,
    avoidable = NULL"""


def _length_of(lengths: dict[Priority, timedelta], priority: str) -> str:
    """The length of time that follows from a priority, in SQL."""
    each = " ".join(f"WHEN '{name}' THEN interval '{length.total_seconds()} s'" for name, length in lengths.items())
    return f"CASE {priority} {each} END"


class Transition(NamedTuple):
    """The states before, the state after (None: it stays), what else is set, and how the row is found.

    `also` is written with it; where nothing is set, the row stays as it is.
    """

    before: tuple[Status, ...]
    after: Status | None
    sets: str
    tail: str = "FOR NO KEY UPDATE"
    pick: str = ""
    also: str = ""

    def parts(self) -> dict[str, str]:
        """What it puts into the statement."""
        status = f"'{self.after}'" if self.after else "e.status"
        source = ", got" if self.pick else ""
        change = statements.CHANGE.format(status=status, sets=self.sets, source=source)
        return {
            "before": ", ".join(f"'{status}'" for status in self.before),
            "pick": f"{self.pick}," if self.pick else "",
            "after": change if self.sets else statements.KEEP,
            "tail": self.tail,
            "also": self.also,
        }


NOTIFIED = Transition(UNFINISHED, None, "", also=statements.STEP)
TRANSITIONS = {
    Event.Type.ASSIGNED: Transition(
        UNFINISHED,
        Status.ASSIGNED,
        f"assigned_to = %(to)s, assigned_at = now(), claimed_at = NULL, assigned_by = %(actor_name)s, {LET_GO}",
    ),
    Event.Type.CLAIMED: Transition(UNFINISHED, Status.ASSIGNED, f"{TAKE}, {LEASE}"),
    Event.Type.RELEASED: Transition((Status.ASSIGNED,), Status.OPEN, FREE),
    Event.Type.MOVED: Transition((Status.OPEN,), None, "pool_id = %(to_pool)s"),
    Event.Type.LAPSED: Transition((Status.ASSIGNED,), Status.OPEN, f"{FREE}, lapse_count = e.lapse_count + 1"),
    Event.Type.EXPIRED: Transition(
        UNFINISHED,
        Status.EXPIRED,
        f"finished_at = now(), outcome = %(outcome)s, {WRITE_ANSWER}, decided_by_type = 'timer', "
        f"decided_by_name = NULL, {LET_GO}",
    ),
    Event.Type.DECLINED: Transition(
        (Status.ASSIGNED,), Status.OPEN, f"{FREE}, declined_by = array_append(e.declined_by, e.assigned_to)"
    ),
    Event.Type.INFO_REQUESTED: Transition(
        UNFINISHED,
        Status.ASSIGNED,
        f"{TAKE}, {LEASE}, {WAKE}, waiting_on = 'agent', paused_at = coalesce(e.paused_at, now()), "
        "message_count = e.message_count + 1",
    ),
    Event.Type.REPLIED: Transition(
        UNFINISHED, None, f"{GO_ON}, {WAKE}, {LEASE_GOES_ON}, message_count = e.message_count + 1"
    ),
    Event.Type.SNOOZED: Transition(
        UNFINISHED,
        Status.ASSIGNED,
        f"{TAKE}, {LEASE_AFTER_SNOOZE}, snoozed_at = now(), snoozed_until = %(until)s::timestamptz",
    ),
    Event.Type.WOKEN: Transition((Status.ASSIGNED,), None, f"{WAKE}, {LEASE}"),
    Event.Type.BUMPED: Transition(
        UNFINISHED, None, "bumped_at = now(), queue_at = e.queue_at - interval '24 h'", also=statements.STEP
    ),
    Event.Type.PRIORITY_CHANGED: Transition(
        UNFINISHED,
        None,
        "priority = %(priority)s::text, "
        f"queue_at = e.queue_at + {_length_of(QUEUE_DELAY, '%(priority)s::text')} "
        f"- {_length_of(QUEUE_DELAY, 'e.priority')}, "
        f"due_at = e.due_at + {_length_of(RED_AFTER, '%(priority)s::text')} - {_length_of(RED_AFTER, 'e.priority')}",
    ),
    Event.Type.ON_CALL_NOTIFIED: NOTIFIED,
    Event.Type.MANAGER_NOTIFIED: NOTIFIED,
    Event.Type.CHANNEL_NOTIFIED: NOTIFIED,
    Event.Type.RESOLVED: Transition(
        UNFINISHED,
        Status.RESOLVED,
        f"{TAKE}, {ANSWER}, decided_by_type = 'human', decided_by_name = %(actor_name)s, "
        "avoidable = %(avoidable)s::boolean",
    ),
    Event.Type.CORRECTED: Transition((Status.RESOLVED,), Status.RESOLVED, WRITE_ANSWER),
    Event.Type.REOPENED: Transition((Status.RESOLVED,), Status.OPEN, f"{FREE}, {UNANSWER}"),
    Event.Type.EXTENDED: Transition(UNFINISHED, None, "expires_at = %(until)s"),
    Event.Type.CANCELLED: Transition(
        UNFINISHED,
        Status.CANCELLED,
        f"finished_at = now(), outcome = 'cancelled', {GO_ON}, {LET_GO}",
    ),
    Event.Type.REPORTED: Transition(
        (Status.RESOLVED, Status.EXPIRED),
        None,
        "receipt = jsonb_build_object('outcome', %(receipt)s::text, 'note', %(note)s::text, 'at', now())",
    ),
}
MOVED_BY_POLICY = Transition(UNFINISHED, Status.OPEN, f"{FREE}, pool_id = %(to_pool)s", also=statements.STEP)
FREED_BY_POLICY = TRANSITIONS[Event.Type.RELEASED]._replace(also=statements.STEP)
GIVEN_BY_POLICY = TRANSITIONS[Event.Type.ASSIGNED]._replace(also=statements.STEP)
LEFT = TRANSITIONS[Event.Type.LAPSED]._replace(sets=FREE)
NEXT_CLAIMED = TRANSITIONS[Event.Type.CLAIMED]._replace(tail=statements.FIRST)
ROUTED = Transition(
    (Status.OPEN,),
    Status.ASSIGNED,
    "assigned_to = got.reviewer_id, assigned_at = now(), claimed_at = NULL, assigned_by = NULL",
    pick=routing.PICK_FOR_EXISTING,
)
SANDBOX_ANSWERED = Transition(
    (Status.OPEN,), Status.RESOLVED, f"{ANSWER}, decided_by_type = 'policy', decided_by_name = 'sandbox'"
)
