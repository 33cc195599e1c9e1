"""How long things take. Each is of the escalations created in the scope; time in which one waits on its agent does not
count, and one that was opened again counts once, until the answer that stands."""

from metrics import cells
from metrics.models import Length
from metrics.scope import Scope
from metrics.shapes import By, Key, Share, Spread


def first_assignment(scope: Scope, by: By = None) -> dict[Key, Spread]:
    """From creation to the first moment somebody was chosen for it, by routing, by a lead, or by taking it.

    Later assignments do not count, and what was never assigned does not either. By reviewer: who was chosen first.
    """
    return cells.spreads(Length.ASSIGNMENT, scope, by)


def time_to_claim(scope: Scope, by: By = None) -> dict[Key, Spread]:
    """From creation to the first moment a person took it: by claiming, asking back, snoozing or answering.

    What nobody took does not count. By reviewer: who took it first.
    """
    return cells.spreads(Length.CLAIM, scope, by)


def time_to_resolution(scope: Scope, by: By = None) -> dict[Key, Spread]:
    """From creation to the answer that stands, without the time in which it waited on its agent.

    Only a person's answer counts: what was withdrawn, ran out of time, was answered by a default or repeated from
    before has no resolution time. By reviewer: who answered.
    """
    return cells.spreads(Length.RESOLUTION, scope, by)


def in_time(scope: Scope, by: By = None) -> dict[Key, Share]:
    """Of those a person answered, or that ran out of time past their due time: how many were answered by then.

    The due time follows from the priority and moves by the time in which one waits on its agent. What is unfinished or
    was withdrawn is in neither; what is overdue now stands among `waiting_now`.
    """
    return {key: Share(tally.in_time, tally.due) for key, tally in cells.tallies(scope, by).items()}
