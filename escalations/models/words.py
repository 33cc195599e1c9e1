"""The words an escalation's columns may hold, and the lengths of time that follow from a priority."""

from datetime import timedelta

from django.db import models

# Characters people may type, on the desk and by API alike.
ANSWER_AT_MOST = 20_000
REASON_AT_MOST = 1_000
MESSAGE_AT_MOST = 10_000


class Priority(models.TextChoices):
    """How soon the agent needs the answer."""

    URGENT = "urgent", "Urgent"
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


# The one queue order: urgent first, and nothing waits for ever (design: "the one queue order").
QUEUE_DELAY = {
    Priority.URGENT: timedelta(0),
    Priority.HIGH: timedelta(hours=24),
    Priority.MEDIUM: timedelta(hours=48),
    Priority.LOW: timedelta(hours=72),
}
# Red on the desk after this long unfinished.
RED_AFTER = {
    Priority.URGENT: timedelta(hours=1),
    Priority.HIGH: timedelta(hours=1),
    Priority.MEDIUM: timedelta(hours=4),
    Priority.LOW: timedelta(hours=24),
}


class OnTimeout(models.TextChoices):
    """What happens when the agent's own deadline passes without an answer. Never a silent approval."""

    KEEP = "keep", "Keep it in the queue"
    CANCEL = "cancel", "Let it expire"
    USE_DEFAULT = "use_default", "Let it expire with the agent's default answer"


class Status(models.TextChoices):
    OPEN = "open", "Open"
    ASSIGNED = "assigned", "Assigned"
    RESOLVED = "resolved", "Resolved"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


UNFINISHED = (Status.OPEN, Status.ASSIGNED)


class Outcome(models.TextChoices):
    """How it ended. Silence is neither consent nor refusal: only `answered` is a person's word."""

    ANSWERED = "answered", "Answered"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"
    DEFAULT = "default", "The agent's default"


class Decision(models.TextChoices):
    """What was decided about what the agent asked or wants to do."""

    APPROVE = "approve", "Approve"
    EDIT = "edit", "Approve with changes"
    REJECT = "reject", "Reject"
    RESPOND = "respond", "Respond"


class Receipt(models.TextChoices):
    """What the agent did with the answer."""

    APPLIED = "applied", "Applied"
    FAILED = "failed", "Failed"
    IGNORED = "ignored", "Ignored"


class Decider(models.TextChoices):
    HUMAN = "human", "Human"
    POLICY = "policy", "Policy"
    TIMER = "timer", "Timer"
