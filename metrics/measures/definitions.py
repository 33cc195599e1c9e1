"""What stands under each figure on the page: the docstrings of the measures in a sentence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFINITIONS: dict[str, Promise | str] = {
    "first_assignment": _("From creation until somebody was first chosen. What was never assigned does not count."),
    "time_to_claim": _("From creation until a person first took it. What nobody took does not count."),
    "time_to_resolution": _(
        "From creation until the person's answer that stands, without the time it waited on its agent."
    ),
    "in_time": _("Answered by a person by the due time, of those answered or run out of time after it."),
    "waiting_now": _("Unfinished at this moment. Overdue: past the due time and not waiting on its agent."),
    "backlog_by_age": _("Unfinished at this moment, by how long ago it was asked."),
    "flow": _("Created, and answered by a person, at that time (UTC)."),
    "heat": _("Created, by weekday and hour."),
    "escalation_rate": _("Per 100 runs where the agent reports its runs, and per day."),
    "reasons": _("Escalations by reason, beside the period before."),
    "recurrence": _("Asked again by the same agent within 7 days: the same dedupe key or the same words."),
    "loops": _("The third or a later one of the same run."),
    "replayed": _("Answered with what a person said before, of all that were answered."),
    "inversions": _("Taken while one before it in the queue of its pool still waited for somebody to take it."),
    "inflation": _("Urgent or high, of all that the agent asked, beside the period before."),
    "load": _("Given, taken and answered in this period, and held now."),
    "gini": _("How unevenly answers are shared out: 0 is evenly, 1 is one person alone."),
    "webhooks": _("Messages to agents that arrived, of those that arrived or were given up, and how long it took."),
    "usefulness": _("The agent should have solved it itself, of those where the reviewer said so or not."),
}
