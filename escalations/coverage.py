"""What would keep an escalation from reaching a person: gaps on call, empty pools, people without an address."""

from datetime import datetime

from escalations.models import Policy, Priority
from reviewers import oncall
from reviewers.models import Pool, Reviewer, ReviewerQuerySet, Role, Rotation


def flaws(start: datetime, end: datetime) -> list[str]:
    """One sentence each, with what to do about it."""
    return [*_gaps(start, end), *_empty_pools(), *_unreachable(), *_without_policy(), *_without_on_call()]


def _gaps(start: datetime, end: datetime) -> list[str]:
    return [
        f"Nobody is on call in {rotation.name} from {gap.start:%Y-%m-%d %H:%M} to {gap.end:%Y-%m-%d %H:%M} UTC. "
        "Let somebody stand in on the page On call."
        for rotation in Rotation.objects.filter(is_active=True)
        for gap in oncall.gaps(rotation, start, end)
    ]


def _empty_pools() -> list[str]:
    """A pool that never had anything and has nobody is in use by nobody; the default one always counts."""
    able = ReviewerQuerySet(Reviewer).active().exclude(role=Role.READ_ONLY)
    return [
        f"The pool {pool.name} has nobody who could take anything. Give it people, or a pool that stands in."
        for pool in Pool.objects.select_related("fallback")
        if not able.filter(seats__pool__in=[pool.pk, pool.fallback_id or pool.pk]).exists()
    ]


def _unreachable() -> list[str]:
    nowhere = ReviewerQuerySet(Reviewer).active().filter(email="")
    return [f"{person.display_name} has no email address. Add one under People." for person in nowhere]


def _without_policy() -> list[str]:
    """Low ones may wait; of the others somebody is to hear, or they are to be moved up."""
    policies = Policy.objects.filter(is_active=True, pool=None)
    covered = {policy.priority for policy in policies}
    wanted = [priority for priority in Priority if priority != Priority.LOW]
    missing = [] if None in {policy.priority for policy in policies.exclude(condition="passed_on")} else wanted
    return [
        f"No policy acts on what is {priority.value} and waits, in every pool. Add one under Policies."
        for priority in missing
        if priority not in covered
    ]


def _without_on_call() -> list[str]:
    """A notice goes on to the manager and then to the admins; where none of them is, nobody would hear."""
    if ReviewerQuerySet(Reviewer).active().filter(role=Role.ADMIN).exists():
        return []
    return [
        f"The pool {pool.name} has no rotation and no manager, and there is no active admin: nobody would hear."
        for pool in Pool.objects.select_related("manager", "rotation")
        if pool.rotation is None and not (pool.manager and pool.manager.is_active)
    ]
