"""From the fields of a request to a new escalation: what a serializer cannot know of by itself is checked here."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from escalations import addresses, sandbox
from escalations.answers import Answer, Ask, allowed, check_action, check_answer, check_schema
from escalations.answers import Flaw as Unfit
from escalations.api.parameters import MOMENT
from escalations.api.problems import Flaw, flawed
from escalations.contexts.digest import digest
from escalations.intake import NewEscalation
from escalations.models import Agent, ApiKey, Decision, OnTimeout, Priority
from reviewers.models import Pool

EXPIRES_AT_MOST = timedelta(days=90)
NO_POOL = "There is no pool of this name."
DEFAULT_FIELDS = {"resolution_notes": str, "decision": str, "answer": object, "edited_action": dict}
APPROVALS = {Decision.APPROVE, Decision.EDIT}


def new(fields: dict[str, Any], agent: Agent, key: ApiKey) -> NewEscalation:
    """Raises Problem for what no person could answer, and for what this agent may not ask for."""
    if fields.get("source_agent", agent.name) != agent.name:
        detail = f'This key belongs to the agent "{agent.name}". Leave source_agent out, or send that name.'
        raise flawed([Flaw("/source_agent", "foreign_agent", detail)], status=403)
    if url := fields.get("webhook_url"):
        _check_webhook_url(url)
    _check_asked(fields, is_sandbox=key.is_sandbox)
    named = fields.get("pool")
    return NewEscalation(
        issue_description=fields["issue_description"],
        context=fields["context_data"],
        priority=Priority(fields["priority"]),
        pool=pool(named, Flaw("/pool", "unknown_pool", NO_POOL)) if named else None,
        tags=tuple(fields["tags"]),
        metadata=fields["metadata"],
        dedupe_key=fields.get("dedupe_key"),
        run_id=fields.get("run_id"),
        webhook_url=url,
        digest=digest(json.loads(fields["context_data"])),
        response_schema=fields.get("response_schema"),
        action=fields.get("action"),
        allowed_decisions=fields.get("allowed_decisions") or (),
        **_timeout(fields, agent),
    )


def pool(name: str | None, flaw: Flaw) -> Pool:
    """The pool of that name, the default one without a name. Raises the flaw as a Problem when there is none."""
    found = Pool.objects.filter(name=name) if name else Pool.objects.filter(is_default=True)
    if (named := found.first()) is None:
        raise flawed([flaw])
    return named


def deadline(text: str, at: str = "/expires_at") -> datetime:
    """A moment in the future, at most 90 days ahead. Raises Problem."""
    found = MOMENT.fullmatch(text)
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC) if found and found["zone"] else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise flawed([Flaw(at, "invalid_value", "Give a moment with its time zone, such as 2026-01-31T12:00:00Z.")])
    if not timedelta(0) < moment - datetime.now(UTC) <= EXPIRES_AT_MOST:
        raise flawed([Flaw(at, "invalid_value", "Give a moment in the future, at most 90 days ahead.")])
    return moment


def _check_webhook_url(url: str) -> None:
    try:
        addresses.validate(url)
    except addresses.UnusableAddress as error:
        problem = flawed([Flaw("/webhook_url", error.code, error.text)], status=422)
        problem.code = "webhook_url_refused"
        raise problem from error


def _check_asked(fields: dict[str, Any], *, is_sandbox: bool) -> None:
    """The form of the answer that is needed; in the sandbox the rule must answer in it."""
    schema, action, decisions = (fields.get(name) for name in ("response_schema", "action", "allowed_decisions"))
    found = [*(check_schema(schema) if schema is not None else []), *check_action(action, decisions)]
    if not found and is_sandbox:
        rule = sandbox.answer(fields["metadata"].get("sandbox", {}))
        found = _below("/metadata/sandbox", check_answer(_asked(fields), rule))
    _refuse(found)


def _timeout(fields: dict[str, Any], agent: Agent) -> dict[str, Any]:
    """What happens at the agent's own deadline, as the columns have it."""
    wanted, expires_at = fields.get("on_timeout") or OnTimeout.KEEP, fields.get("expires_at")
    moment = deadline(expires_at) if expires_at else None
    if wanted != OnTimeout.KEEP and moment is None:
        raise flawed([Flaw("/expires_at", "required", "Say when: on_timeout needs expires_at.")])
    if isinstance(wanted, str) and wanted in {OnTimeout.KEEP, OnTimeout.CANCEL}:
        return {"expires_at": moment, "on_timeout": OnTimeout(wanted)}
    if not isinstance(wanted, dict) or list(wanted) != ["use_default"] or not isinstance(wanted["use_default"], dict):
        detail = 'Give "keep", "cancel", or {"use_default": {…}} with an answer as resolve takes it.'
        raise flawed([Flaw("/on_timeout", "invalid_choice", detail)])
    default = wanted["use_default"]
    _check_default(default, fields, agent)
    return {"expires_at": moment, "on_timeout": OnTimeout.USE_DEFAULT, "default_answer": default}


def _check_default(default: dict[str, Any], fields: dict[str, Any], agent: Agent) -> None:
    at = "/on_timeout/use_default"
    wrong = [
        Unfit(
            f"/{name}", "invalid_value", "Give what resolve takes: resolution_notes, decision, answer, edited_action."
        )
        for name, value in default.items()
        if name not in DEFAULT_FIELDS or not isinstance(value, DEFAULT_FIELDS[name])
    ]
    if default.get("decision", Decision.RESPOND) not in Decision.values:
        wrong.append(Unfit("/decision", "invalid_choice", f"Give one of {', '.join(Decision.values)}."))
    _refuse(_below(at, wrong or check_answer(_asked(fields), Answer.from_json(default))))
    if default.get("decision") in APPROVALS and not agent.may_default_to_approval:
        detail = "Silence is no approval. A lead may allow it for this agent; until then choose another default."
        raise flawed([Flaw(f"{at}/decision", "approval_by_default", detail)], status=403)


def _asked(fields: dict[str, Any]) -> Ask:
    action = fields.get("action")
    return Ask(fields.get("response_schema"), action, allowed(action, fields.get("allowed_decisions") or ()))


def _below(at: str, found: list[Unfit]) -> list[Unfit]:
    return [flaw._replace(pointer=f"{at}{flaw.pointer}") for flaw in found]


def _refuse(found: list[Unfit]) -> None:
    if found:
        raise flawed(Flaw(*flaw) for flaw in found)
