"""The escalations' side of the desk. Facts owned by the state machine are read only; its verbs are buttons."""

from escalations.admin.agents import AgentAdmin
from escalations.admin.changes import ChangeAdmin
from escalations.admin.escalations import EscalationAdmin
from escalations.admin.events import EventAdmin
from escalations.admin.keys import ApiKeyAdmin
from escalations.admin.policies import PolicyAdmin
from escalations.admin.reasons import ReasonAdmin
from escalations.admin.rules import RoutingRuleAdmin
from escalations.admin.templates import AnswerTemplateAdmin

__all__ = [
    "AgentAdmin",
    "AnswerTemplateAdmin",
    "ApiKeyAdmin",
    "ChangeAdmin",
    "EscalationAdmin",
    "EventAdmin",
    "PolicyAdmin",
    "ReasonAdmin",
    "RoutingRuleAdmin",
]
