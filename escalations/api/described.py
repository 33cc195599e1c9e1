"""What the OpenAPI description and the page made of it say about each call."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from escalations.api import serializers, shapes
from escalations.models import Priority, Status

Description = dict[str, Any]
PROBLEM_MEDIA_TYPE = "application/problem+json"

_PROBLEMS = {
    400: "The request has mistakes; `errors` says where.",
    401: "There is no API key that works.",
    403: "The key, or the person's role, does not allow this.",
    404: "There is nothing here that this key may see.",
    409: "What stands does not allow this; a lost claim names the `holder`.",
    412: "It has changed since the version in If-Match.",
    413: "The body or the context is too large; `limit` says how much is taken.",
    415: "The body is not JSON in UTF-8.",
    422: "The request can be read, but not carried out as it is.",
    429: "Too many calls; Retry-After says how long to wait.",
}
_ALWAYS = (400, 401, 403, 429)
_OF_ONE = (404, 409, 412, 413, 415)


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=description)


def query(name: str, description: str, type_: Any = OpenApiTypes.STR, **options: Any) -> OpenApiParameter:  # noqa: ANN401
    return OpenApiParameter(name, type_, OpenApiParameter.QUERY, description=description, **options)


IDEMPOTENCY_KEY = _header(
    "Idempotency-Key", "1 to 255 visible ASCII characters. A repeat within 7 days gets the first answer again."
)
_IF_MATCH = _header("If-Match", 'The ETag of the version that was read, such as "3". Anything newer answers 412.')
_REVIEWER = _header("X-Reviewer", "With an agent's key of scope review: the email or id of the person who acts.")
_AFTER = query("after", "Only events with a larger number.", OpenApiTypes.INT)
_LIMIT = query("limit", "How many, at most 200.", OpenApiTypes.INT)


def answers(successes: dict[int, tuple[str, str | None]], *failures: int) -> dict[Any, OpenApiResponse]:
    """Responses by status: what succeeds (with the name of its shape), then the problems."""
    found: dict[Any, OpenApiResponse] = {}
    for status, (text, shape) in successes.items():
        key = (status, "application/json") if shape else status
        found[key] = OpenApiResponse(shapes.to(shape) if shape else None, description=text)
    for status in sorted({*_ALWAYS, *failures}):
        found[status, PROBLEM_MEDIA_TYPE] = OpenApiResponse(shapes.to("Problem"), description=_PROBLEMS[status])
    return found


def _verb(name: str, summary: str, description: str, request: type[serializers.Strict], *failures: int) -> Description:
    return {
        "operation_id": name,
        "tags": ["Agents" if name in {"cancel", "extend", "priority", "reopen"} else "Reviewers"],
        "summary": summary,
        "description": description,
        "request": request,
        "parameters": [_IF_MATCH, _REVIEWER],
        "responses": answers({200: ("The escalation as it is now.", "Escalation")}, *_OF_ONE, *failures),
    }


CREATE: Description = {
    "operation_id": "create",
    "tags": ["Agents"],
    "summary": "Hand a task to a person",
    "description": "It is assigned at once to whoever is next in the pool, and stays open where nobody is.",
    "request": serializers.Create,
    "parameters": [IDEMPOTENCY_KEY],
    "responses": answers(
        {
            201: ("Created; Location says where it is.", "Escalation"),
            200: ("The unfinished escalation with this dedupe_key.", "Escalation"),
        },
        *(409, 413, 415, 422),
    ),
}
LIST: Description = {
    "operation_id": "list",
    "tags": ["Everybody"],
    "summary": "What the key may see",
    "description": "Newest first. Follow `next` (or the Link header) for more.",
    "parameters": [
        query("status", f"One or several of {', '.join(Status.values)}, with commas."),
        query("priority", f"One or several of {', '.join(Priority.values)}, with commas."),
        query("source_agent", "The name of an agent."),
        query("assigned_to", "The id of a reviewer, `me`, or `none`."),
        query("pool", "The name of a pool."),
        query("tag", "A tag it has."),
        query("q", 'Words of the description; "quoted" phrases, -excluded words, or.'),
        query("reason", "The short name of a reason; `none` for what has none."),
        query("overdue", "Whether it is late.", OpenApiTypes.BOOL),
        query("created_after", "A moment such as 2026-01-31T12:00:00Z.", OpenApiTypes.DATETIME),
        query("created_before", "A moment such as 2026-01-31T12:00:00Z.", OpenApiTypes.DATETIME),
        query("ordering", "priority (the order of the queue), age (oldest first) or status; a leading - reverses it."),
        query("include", "context_data", enum=["context_data"]),
        _LIMIT,
        query("cursor", "From `next` or `previous`, as it stands there."),
        _REVIEWER,
    ],
    "responses": answers({200: ("A page.", "EscalationPage")}),
}
GET: Description = {
    "operation_id": "get",
    "tags": ["Everybody"],
    "summary": "One escalation",
    "description": (
        "With `wait`, answers as soon as the version passes `after`, at once if it is finished or waits on the agent."
    ),
    "parameters": [
        query("wait", "Seconds to wait for news, at most 60 (also as `Prefer: wait=25`).", OpenApiTypes.INT),
        query("after", "The version already known.", OpenApiTypes.INT),
        _header("If-None-Match", "The ETag already known; unchanged answers 304."),
        _REVIEWER,
    ],
    "responses": answers({200: ("It, as it is.", "Escalation"), 304: ("Unchanged.", None)}, 404),
}
NEXT: Description = {
    "operation_id": "next",
    "tags": ["Reviewers"],
    "summary": "Claim the next task",
    "description": "The first in the one queue order of what is open, assigned to the person, or urgent and unclaimed.",
    "request": serializers.Nothing,
    "parameters": [IDEMPOTENCY_KEY, _REVIEWER],
    "responses": answers({200: ("Claimed.", "Escalation"), 204: ("There is nothing to do.", None)}, 409, 413, 415, 422),
}
CLAIM = _verb(
    "claim", "Take an escalation", "Claiming one's own again changes nothing. A lost race is 409.", serializers.Nothing
)
RESOLVE = _verb(
    "resolve",
    "Answer an escalation",
    "What could be claimed is claimed with it. The same answer again changes nothing; another one is 409.",
    serializers.Resolve,
)
CORRECT = _verb(
    "correct",
    "Replace an answer that was wrong",
    "By its author, a lead of its pool or an admin. The agent is told by a second webhook.",
    serializers.Resolve,
)
MESSAGES: Description = {
    "operation_id": "messages",
    "tags": ["Everybody"],
    "summary": "Say something about it",
    "description": (
        "A reviewer asks the agent back: `waiting_on` becomes `agent` and the clock stands still. The agent's message"
        " gives it back to the same reviewer, and the clock goes on."
    ),
    "request": serializers.Message,
    "parameters": [IDEMPOTENCY_KEY, _REVIEWER],
    "responses": answers({200: ("The escalation as it is now.", "Escalation")}, 404, 409, 413, 415, 422),
}
RECEIPT: Description = {
    "operation_id": "receipt",
    "tags": ["Agents"],
    "summary": "Tell what was done with the answer",
    "description": "By the agent, once it is resolved. The person who answered sees it.",
    "request": serializers.Report,
    "parameters": [],
    "responses": answers({200: ("The escalation as it is now.", "Escalation")}, 404, 409, 413, 415),
}
RELEASE = _verb("release", "Give it back", "It is assigned anew at once, or open.", serializers.Reason)
DECLINE = _verb(
    "decline", "Give it back for good", "As release; the person is not picked for it again.", serializers.Reason
)
REASSIGN = _verb("reassign", "Give it to somebody", "By a lead of its pool or an admin.", serializers.Reassign, 422)
CANCEL = _verb(
    "cancel", "Withdraw an escalation", "By the agent. Cancelling again changes nothing.", serializers.Reason
)
REOPEN = _verb(
    "reopen", "Say that the answer did not help", "By the agent, a lead of its pool or an admin.", serializers.Reason
)
PRIORITY = _verb(
    "priority",
    "Change the priority",
    "By the agent, which may only raise it, a lead of its pool or an admin, while it is not finished.",
    serializers.NewPriority,
)
EXTEND = _verb("extend", "Move the deadline", "By the agent, while it is not finished.", serializers.Extend)
AVAILABILITY: Description = {
    "operation_id": "availability",
    "tags": ["Agents"],
    "summary": "Is anybody there?",
    "description": "What an escalation would meet now, and when somebody comes if nobody is there.",
    "parameters": [
        query("pool", "The name of a pool; else the default one."),
        query("tag", "Tags that the reviewer must have, with commas."),
        query("priority", f"One of {', '.join(Priority.values)}; else medium."),
    ],
    "responses": answers({200: ("What stands now.", "Availability")}),
}
ON_CALL: Description = {
    "operation_id": "oncall",
    "tags": ["Everybody"],
    "summary": "Who is on call?",
    "description": "For each pool that the key may see: who is called, until when, who is next, and when nobody is.",
    "parameters": [
        query("at", "A moment such as 2026-01-31T12:00:00Z; else now.", OpenApiTypes.DATETIME),
        query("pool", "The name of a pool; else all."),
        _REVIEWER,
    ],
    "responses": answers({200: ("Who is called then.", "OnCall")}),
}
EVENTS: Description = {
    "operation_id": "events",
    "tags": ["Everybody"],
    "summary": "What happened",
    "description": (
        "Oldest first, numbered. Remember the last `seq` and ask for what came after it: nothing is missed."
        " With `Accept: text/event-stream` it goes on as it happens; `Last-Event-ID` works as `after`."
    ),
    "parameters": [_AFTER, _LIMIT, _REVIEWER],
    "responses": answers({200: ("A page.", "EventPage")}),
}
EVENTS_OF_ONE: Description = EVENTS | {
    "operation_id": "events_of_one",
    "summary": "The history of one escalation",
    "responses": answers({200: ("A page.", "EventPage")}, 404),
}
