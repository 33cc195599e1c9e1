"""What is asked: escalations, the agents that ask, their keys, and the event that every change leaves."""

from escalations.models.agents import Agent, ApiKey, Scope
from escalations.models.desk import AnswerTemplate, Draft, SavedView
from escalations.models.escalation import Escalation
from escalations.models.event import Cursor, Event, Idempotency
from escalations.models.policies import Policy, Step
from escalations.models.queryset import EscalationQuerySet
from escalations.models.rules import RoutingRule
from escalations.models.thread import Message
from escalations.models.words import (
    ANSWER_AT_MOST,
    MESSAGE_AT_MOST,
    QUEUE_DELAY,
    REASON_AT_MOST,
    RED_AFTER,
    UNFINISHED,
    Decider,
    Decision,
    OnTimeout,
    Outcome,
    Priority,
    Receipt,
    Status,
)

__all__ = [
    "ANSWER_AT_MOST",
    "MESSAGE_AT_MOST",
    "QUEUE_DELAY",
    "REASON_AT_MOST",
    "RED_AFTER",
    "UNFINISHED",
    "Agent",
    "AnswerTemplate",
    "ApiKey",
    "Cursor",
    "Decider",
    "Decision",
    "Draft",
    "Escalation",
    "EscalationQuerySet",
    "Event",
    "Idempotency",
    "Message",
    "OnTimeout",
    "Outcome",
    "Policy",
    "Priority",
    "Receipt",
    "RoutingRule",
    "SavedView",
    "Scope",
    "Status",
    "Step",
]
