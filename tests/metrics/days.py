"""One day in March, on which things happen so many minutes after another."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Agent, Escalation, Priority
from metrics import rollups
from metrics.measures import Spread
from metrics.scope import Scope
from reviewers.models import Reviewer
from tests.factories import make_escalation
from tests.metrics import clock

DAY = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)


def after(**length: float) -> None:
    clock.turn(DAY + timedelta(**length))


def scope(**narrowed: object) -> Scope:
    """The three days around DAY, with everything added up."""
    rollups.run()
    midnight = DAY.replace(hour=0, minute=0)
    return Scope(midnight - timedelta(days=1), midnight + timedelta(days=2), **narrowed)  # type: ignore[arg-type]


def answered(agent: Agent, by: Reviewer, *, minutes: float, priority: Priority = Priority.MEDIUM) -> Escalation:
    """Asked at DAY, and answered so many minutes later."""
    after(minutes=0)
    escalation = make_escalation(agent=agent, priority=priority)
    after(minutes=minutes)
    return lifecycle.resolve(escalation, by=by, answer=Answer("Yes."))


def near(count: int, mean: float, p50: float, p95: float) -> Spread:
    """Equal to a spread whose percentiles are within 2 %."""
    near_p50, near_p95 = (cast("float", pytest.approx(share, rel=0.02)) for share in (p50, p95))
    return Spread(count, mean, near_p50, near_p95)
