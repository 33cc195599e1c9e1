"""The words with which escalations are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

from escalations.models.words import UNFINISHED, OnTimeout, Status
from reviewers.models import Role

if TYPE_CHECKING:
    from escalations.models.agents import Agent
    from escalations.models.escalation import Escalation  # noqa: F401 - what the query set is of
    from reviewers.models import Reviewer


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def open(self) -> EscalationQuerySet:
        return self.filter(status=Status.OPEN)

    def unfinished(self) -> EscalationQuerySet:
        return self.filter(status__in=UNFINISHED)

    def claimable(self) -> EscalationQuerySet:
        return self.unfinished().filter(claimed_at=None)

    def overdue(self) -> EscalationQuerySet:
        return self.unfinished().filter(due_at__lt=Now(), paused_at=None)

    def expired(self) -> EscalationQuerySet:
        """Past the agent's own deadline, which does not run while it waits on the agent."""
        return self.unfinished().exclude(on_timeout=OnTimeout.KEEP).filter(expires_at__lte=Now(), paused_at=None)

    def assigned_to(self, reviewer: Reviewer) -> EscalationQuerySet:
        return self.filter(status=Status.ASSIGNED, assigned_to=reviewer)

    def for_people(self) -> EscalationQuerySet:
        """Without the sandbox, which no person sees."""
        return self.filter(is_sandbox=False)

    def of_agent(self, agent: Agent) -> EscalationQuerySet:
        return self.filter(agent=agent)

    def visible_to(self, reviewer: Reviewer) -> EscalationQuerySet:
        """Everything for an admin, else what is in the pools the person sits in."""
        if reviewer.role == Role.ADMIN:
            return self.for_people()
        return self.for_people().filter(pool__seats__reviewer=reviewer)

    def in_queue_order(self) -> EscalationQuerySet:
        return self.order_by("queue_at", "id")

    def with_names(self) -> EscalationQuerySet:
        return self.select_related("pool", "assigned_to")
