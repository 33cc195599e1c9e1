"""Where Slack sends clicks and dialogs. Nobody is signed in here: the signature of the request is what counts."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications.slack import clicks, dialogs, requests
from notifications.slack.clicks import VERBS, Click, Sent
from notifications.slack.messages import RESOLVE


@csrf_exempt
@require_POST
def interactions(request: HttpRequest) -> HttpResponse:
    """A request that comes a second time is answered, and nothing is done."""
    if not settings.SLACK_SIGNING_SECRET:
        raise Http404
    body, signature = request.body, request.headers.get("X-Slack-Signature", "")
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    if not requests.is_genuine(body, timestamp=timestamp, signature=signature):
        return HttpResponse("The signature of this request is not Slack's.", status=401, content_type="text/plain")
    payload = _payload(body)
    if payload is None:
        return HttpResponse("This is no interaction of Slack.", status=400, content_type="text/plain")
    return _act(payload) if requests.is_first(signature) else HttpResponse()


def _act(payload: dict[str, Any]) -> HttpResponse:
    """What is not ours is taken and left alone: Slack tells of every click, also of those on a link."""
    if (sent := _sent(payload)) is not None:
        return JsonResponse(clicks.send(sent))
    if (clicked := _clicked(payload)) is not None:
        clicks.click(clicked)
    return HttpResponse()


def _payload(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(QueryDict(body).get("payload", ""))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _clicked(payload: dict[str, Any]) -> Click | None:
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    verb, pk = _text(action, "action_id"), _uuid(_text(action, "value"))
    if payload.get("type") != "block_actions" or verb not in {*VERBS, RESOLVE} or pk is None:
        return None
    container = payload.get("container")
    return Click(
        slack_id=_text(payload.get("user"), "id"),
        verb=verb,
        escalation=pk,
        channel=_text(container, "channel_id"),
        ts=_text(container, "message_ts"),
        trigger_id=_text(payload, "trigger_id"),
    )


def _sent(payload: dict[str, Any]) -> Sent | None:
    view = payload.get("view")
    if payload.get("type") != "view_submission" or _text(view, "callback_id") != dialogs.CALLBACK:
        return None
    known = _known(_text(view, "private_metadata"))
    pk, version = _uuid(_text(known, "escalation")), known.get("version")
    if pk is None:
        return None
    state = view.get("state") if isinstance(view, dict) else None
    return Sent(
        slack_id=_text(payload.get("user"), "id"),
        escalation=pk,
        version=version if type(version) is int else None,
        channel=_text(known, "channel"),
        ts=_text(known, "ts"),
        state=state.get("values") if isinstance(state, dict) else None,
    )


def _known(metadata: str) -> dict[str, Any]:
    """What the dialog was opened with, which Slack gives back as it was."""
    try:
        found = json.loads(metadata)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(holder: object, name: str) -> str:
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, str) else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
