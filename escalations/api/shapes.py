"""The shapes of what the API answers, as JSON Schema 2020-12 (which OpenAPI 3.1 uses). A test holds answers to them."""

from typing import Any

from escalations.availability import State
from escalations.models import Decider, Decision, Event, Labeller, OnTimeout, Outcome, Priority, Receipt, Status

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
TEXT_OR_NULL: Shape = {"type": ["string", "null"]}
WHOLE: Shape = {"type": "integer"}
FLAG: Shape = {"type": "boolean"}
ID: Shape = {"type": "string", "format": "uuid"}
ID_OR_NULL: Shape = {"type": ["string", "null"], "format": "uuid"}
MOMENT: Shape = {"type": "string", "format": "date-time"}
MOMENT_OR_NULL: Shape = {"type": ["string", "null"], "format": "date-time"}
URL: Shape = {"type": "string", "format": "uri"}
URL_OR_NULL: Shape = {"type": ["string", "null"], "format": "uri"}
ANYTHING: Shape = {}


def one_of(words: list[str]) -> Shape:
    return {"type": "string", "enum": words}


def described(shape: Shape, description: str) -> Shape:
    return shape | {"description": description}


def exactly(description: str = "", *, optional: tuple[str, ...] = (), **properties: Shape) -> Shape:
    """An object with these properties and no others, all there but the optional ones."""
    required = [name for name in properties if name not in optional]
    shape = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return shape | ({"description": description} if description else {})


def or_null(shape: Shape) -> Shape:
    return {"anyOf": [shape, {"type": "null"}]}


def to(name: str) -> Shape:
    return {"$ref": f"#/components/schemas/{name}"}


RESOLUTION = exactly(
    "How it ended. Silence is neither consent nor refusal: only the outcome `answered` is a person's word.",
    outcome=one_of(Outcome.values),
    decision=described(TEXT_OR_NULL, f"One of {', '.join(Decision.values)}, where a decision was asked for."),
    answer=described(ANYTHING, "What `response_schema` asked for."),
    edited_action=described(ANYTHING, "With the decision `edit`: the action as it should be."),
    notes=described(TEXT_OR_NULL, "The answer, exactly as the person gave it."),
    decided_by=or_null(exactly(type=one_of(Decider.values), name=TEXT_OR_NULL)),
    decided_at=MOMENT,
)

AVAILABILITY = exactly(
    "Whether anybody is there. Null once it is claimed or finished.",
    state=one_of([state.value for state in State]),
    eligible_now=described(WHOLE, "How many could take it this moment."),
    queue_position=described(WHOLE, "1 is next. Counted to 101."),
    estimated_pickup_at=described(MOMENT_OR_NULL, "By how long tasks of this pool have waited of late; null: unknown."),
    next_coverage_at=described(MOMENT_OR_NULL, "When somebody comes, where nobody is there."),
)

_CALLED = or_null(exactly(id=ID, name=TEXT))
ON_CALL = exactly(
    at=MOMENT,
    results={
        "type": "array",
        "items": exactly(
            pool=TEXT,
            rotation=described(TEXT_OR_NULL, "Null: the pool calls nobody."),
            reviewer=described(_CALLED, "Who is called; null: nobody is there."),
            until=described(MOMENT_OR_NULL, "Null: nothing changes for as long as is planned."),
            next=or_null(exactly(reviewer=_CALLED, at=MOMENT)),
            gaps=described(
                {"type": "array", "items": exactly(start=MOMENT, end=MOMENT)},
                "When nobody can be called within 14 days.",
            ),
        ),
    },
)

ESCALATION = exactly(
    "One task handed to a person.",
    optional=("context_data", "response_schema", "action", "messages", "availability"),
    id=ID,
    number=WHOLE,
    reference=described(TEXT, "The number as people see it: ESC-n."),
    source_agent=described(TEXT, "The name of the agent that asks."),
    issue_description=TEXT,
    priority=one_of(Priority.values),
    status=one_of(Status.values),
    assigned_to=described(ID_OR_NULL, "The reviewer's id."),
    assignee_name=TEXT_OR_NULL,
    pool=described(TEXT, "The name of the pool."),
    tags={"type": "array", "items": TEXT},
    created_at=MOMENT,
    assigned_at=MOMENT_OR_NULL,
    claimed_at=described(MOMENT_OR_NULL, "Since when the assignee works on it."),
    resolved_at=MOMENT_OR_NULL,
    finished_at=described(MOMENT_OR_NULL, "When it was resolved, cancelled or expired."),
    due_at=described(MOMENT, "Unfinished after this moment it is overdue."),
    overdue=FLAG,
    expires_at=described(MOMENT_OR_NULL, "The agent's own deadline."),
    on_timeout=described(one_of(OnTimeout.values), "What happens at that deadline."),
    availability=or_null(to("Availability")),
    bumped=described(FLAG, "Its place in the queue was raised because of its age."),
    bumped_at=MOMENT_OR_NULL,
    waiting_on=one_of(["human", "agent"]),
    paused_at=described(MOMENT_OR_NULL, "Since when it waits on the agent; the clock stands still."),
    message_count=described(WHOLE, "How many messages its thread has."),
    messages={
        "type": "array",
        "items": exactly(author=one_of(["agent", "reviewer"]), name=TEXT, text=TEXT, at=MOMENT),
        "description": "The thread, oldest first. Not in lists.",
    },
    allowed_decisions={"type": "array", "items": one_of(Decision.values)},
    response_schema=described({"type": ["object", "null"]}, "In lists only with include=context_data."),
    action=described({"type": ["object", "null"]}, "In lists only with include=context_data."),
    receipt=or_null(
        exactly("What the agent did with the answer.", outcome=one_of(Receipt.values), note=TEXT, at=MOMENT)
    ),
    reason=described(TEXT_OR_NULL, "Why it came: the short name of a category, given some seconds after it came."),
    reason_source=described(
        {"enum": [*Labeller.values, None]}, "Who gave the reason: a language model, the desk itself, or a reviewer."
    ),
    reason_confidence=described({"type": ["number", "null"]}, "From 0 to 1; null where a reviewer said so."),
    avoidable=described(
        {"type": ["boolean", "null"]}, "Whether the agent should have solved this itself, as the reviewer said."
    ),
    resolution_notes=TEXT_OR_NULL,
    resolution=or_null(to("Resolution")),
    webhook_url=URL_OR_NULL,
    dedupe_key=TEXT_OR_NULL,
    run_id=TEXT_OR_NULL,
    metadata={"type": "object"},
    is_sandbox=FLAG,
    version=described(WHOLE, "Grows with every change; also the ETag."),
    url=URL,
    html_url=described(URL, "Its page on the desk."),
    context_data={"type": ["object", "array"], "description": "In lists only with include=context_data."},
)

EVENT = exactly(
    "One change. `data` says what the change says of itself and what stands after it.",
    seq=described(WHOLE, "Its number in the log; ask for what came `after` it."),
    type=one_of(Event.Type.values),
    at=MOMENT,
    actor=exactly(type=one_of(Event.Actor.values), id=ID_OR_NULL, name=TEXT_OR_NULL),
    data={
        "type": "object",
        "properties": {
            "id": described(ID, "The escalation."),
            "status": one_of(Status.values),
            "priority": one_of(Priority.values),
            "assigned_to": ID_OR_NULL,
            "assignee_name": TEXT_OR_NULL,
            "resolution_notes": TEXT_OR_NULL,
            "outcome": TEXT_OR_NULL,
            "decision": TEXT_OR_NULL,
            "message": described(TEXT, "What was asked back or replied."),
            "version": WHOLE,
            "reason": described(TEXT, "Why, where the person or the agent said so."),
            "note": TEXT,
        },
        "required": ["id", "status", "version"],
    },
)

PROBLEM: Shape = {
    "type": "object",
    "description": "RFC 9457. Branch on `code`; it never changes its meaning.",
    "properties": {
        "type": URL,
        "title": TEXT,
        "status": WHOLE,
        "code": TEXT,
        "detail": TEXT,
        "request_id": described(TEXT_OR_NULL, "Name it when you ask for help; it stands in the log."),
        "errors": {
            "type": "array",
            "items": exactly(
                "What is wrong with one value.",
                optional=("pointer", "parameter", "header"),
                pointer=described(TEXT, "JSON pointer into the body (RFC 6901)."),
                parameter=described(TEXT, "The name of a query parameter."),
                header=described(TEXT, "The name of a header."),
                code=TEXT,
                detail=TEXT,
            ),
        },
        "holder": described(exactly(id=ID, name=TEXT, since=MOMENT), "Who holds it, when a claim was lost."),
    },
    "required": ["type", "title", "status", "code", "detail", "request_id"],
}


def page_of(name: str) -> Shape:
    return exactly(results={"type": "array", "items": to(name)}, next=URL_OR_NULL, previous=URL_OR_NULL)


COMPONENTS: dict[str, Shape] = {
    "Escalation": ESCALATION,
    "Availability": AVAILABILITY,
    "OnCall": ON_CALL,
    "Resolution": RESOLUTION,
    "Event": EVENT,
    "Problem": PROBLEM,
    "EscalationPage": page_of("Escalation"),
    "EventPage": page_of("Event"),
}
