"""What would keep an escalation from reaching a person: gaps on call, pools with nobody, priorities without policy."""

from collections.abc import Iterator
from datetime import datetime

from escalations import availability
from escalations.models import Policy, Priority
from reviewers import oncall
from reviewers.models import Pool, Reviewer, ReviewerQuerySet, Role, Rotation


def flaws(start: datetime, end: datetime) -> list[str]:
    """One sentence each, with what to do about it."""
    return [*_gaps(start, end), *_empty_pools(start, end), *_without_policy(), *_without_on_call()]


def _gaps(start: datetime, end: datetime) -> list[str]:
    return [
        f"Nobody is on call in {rotation.name} from {gap.start:%Y-%m-%d %H:%M} to {gap.end:%Y-%m-%d %H:%M} UTC. "
        "Let somebody stand in on the page On call."
        for rotation in Rotation.objects.filter(is_active=True)
        for gap in oncall.gaps(rotation, start, end)
    ]


def _empty_pools(start: datetime, end: datetime) -> Iterator[str]:
    """Where neither the pool nor the one that stands in has anybody, or nobody who comes within that time."""
    able = ReviewerQuerySet(Reviewer).active().exclude(role=Role.READ_ONLY)
    for pool in Pool.objects.select_related("fallback"):
        served_by = [pool.pk, pool.fallback_id or pool.pk]
        if not able.filter(seats__pool__in=served_by).exists():
            yield f"The pool {pool.name} has nobody who could take anything. Give it people, or a pool that stands in."
            continue
        coming = [availability.next_coverage(each, tags=[], at=start) for each in served_by]
        if not any(moment and moment < end for moment in coming):
            yield f"Nobody of the pool {pool.name} is on duty until {end:%Y-%m-%d %H:%M} UTC. See hours and time off."


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
