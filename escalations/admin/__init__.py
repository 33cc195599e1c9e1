"""The escalations' side of the desk. Facts owned by the state machine are read only; its verbs are buttons."""

from escalations.admin.agents import AgentAdmin
from escalations.admin.changes import ChangeAdmin
from escalations.admin.escalations import EscalationAdmin
from escalations.admin.events import EventAdmin
from escalations.admin.keys import ApiKeyAdmin

__all__ = ["AgentAdmin", "ApiKeyAdmin", "ChangeAdmin", "EscalationAdmin", "EventAdmin"]
