"""Who acts on an escalation, and what the state of things answers them."""

from typing import Any
from uuid import UUID

from escalations import causes
from escalations.models import Agent, ApiKey, Escalation, EscalationQuerySet, Event, Status
from escalations.refusals import Finished, Held, NotAllowed, Refusal, Stale
from reviewers import duty
from reviewers.models import Reviewer, Role

Who = Reviewer | Agent | None  # None: the system itself


class Actor:
    """Who acts, with which key, on which version; what they see, and why they were refused."""

    def __init__(
        self,
        by: Who,
        via: ApiKey | None = None,
        version: int | None = None,
        kind: Event.Actor = Event.Actor.SYSTEM,
    ) -> None:
        self.by = by
        self.via = via
        self.version = version
        self.kind = kind
        if by is not None:
            self.kind = Event.Actor.REVIEWER if isinstance(by, Reviewer) else Event.Actor.AGENT

    def params(self) -> dict[str, Any]:
        return {
            "actor_type": self.kind,
            "actor_name": self.by.display_name if isinstance(self.by, Reviewer) else None,
            "reviewer": self.by.pk if isinstance(self.by, Reviewer) else None,
            "agent": self.by.pk if isinstance(self.by, Agent) else None,
            "key": self.via.pk if self.via else None,
            "pools": self.via.pool_ids if self.via else [],
            "is_sandbox": bool(self.via and self.via.is_sandbox),
            "version": self.version,
        } | causes.params()

    def sees(self, escalation: Escalation | UUID) -> Escalation:
        pk = escalation.pk if isinstance(escalation, Escalation) else escalation
        return self._visible().with_names().get(pk=pk)

    def acts(self) -> bool:
        return isinstance(self.by, Reviewer) and self.by.is_active and self.by.role != Role.READ_ONLY

    def leads(self) -> bool:
        return isinstance(self.by, Reviewer) and self.by.role in {Role.ADMIN, Role.LEAD}

    def is_back(self) -> None:
        """Whoever acts is there, also if they were set to away because they did not claim in time."""
        if isinstance(self.by, Reviewer) and self.by.has_lapsed:
            duty.come_back(self.by)

    def could_answer(self, current: Escalation) -> bool:
        """It is unfinished, and theirs or nobody's; the statement decides again."""
        is_free = current.claimed_at is None or current.assigned_to == self.by
        return self.acts() and not current.is_finished and is_free

    def refusal(self, current: Escalation) -> Refusal:
        """Why a verb was not possible, from what stands now."""
        if isinstance(self.by, Reviewer) and not self.acts():
            return NotAllowed()
        if current.is_finished:
            return Finished(Status(current.status))
        if self.version is not None and current.version != self.version:
            return Stale(current.version)
        holder, since = current.assigned_to, current.claimed_at or current.assigned_at
        if holder is not None and since is not None and holder != self.by:
            return Held(holder.pk, holder.display_name, since)
        return NotAllowed()

    def _visible(self) -> EscalationQuerySet:
        if isinstance(self.by, Agent):
            return Escalation.objects.of_agent(self.by).filter(is_sandbox=bool(self.via and self.via.is_sandbox))
        visible = Escalation.objects.visible_to(self.by) if self.by else Escalation.objects.all()
        return visible.filter(pool__in=self.via.pool_ids) if self.via and self.via.pool_ids else visible
