"""How urgent it is: an agent raises the priority of what it asked, a lead sets it either way.

Its place in the queue and the moment at which it is red move with it, with what pauses and policies have made of them.
Policies go by the priority as it is: those of the new one act from now on, those of the old one no more.
"""

from escalations import statements
from escalations.actors import Actor
from escalations.lifecycle import Target, transition
from escalations.models import QUEUE_DELAY, Agent, ApiKey, Escalation, Event, Priority
from escalations.refusals import CannotLower, NotAllowed
from reviewers.models import Reviewer


def change(escalation: Target, *, to: Priority, by: Reviewer | Agent, via: ApiKey | None = None) -> Escalation:
    """The same again changes nothing. Raises Finished, CannotLower to an agent, NotAllowed to who does not lead."""
    actor = Actor(by, via)
    current = actor.sees(escalation)
    was = Priority(current.priority)
    if current.is_finished:
        raise actor.refusal(current)
    if was == to:
        return current
    if isinstance(by, Agent) and QUEUE_DELAY[to] > QUEUE_DELAY[was]:
        raise CannotLower
    guard = f"{statements.OWNS if isinstance(by, Agent) else statements.LEADS} AND e.priority = %(was)s"
    said = {"from": was.value, "to": to.value}
    if done := transition(Event.Type.PRIORITY_CHANGED, escalation, guard, actor, data=said, priority=to, was=was):
        return done
    if Priority(actor.sees(escalation).priority) != was:
        return change(escalation, to=to, by=by, via=via)
    raise NotAllowed
