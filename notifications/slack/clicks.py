"""What people do in Slack: a click becomes one verb of `escalations.lifecycle`, as whoever the account is linked to.

Slack waits three seconds. The verb is done first; showing it there is a second, short try, and what cannot be shown
has happened all the same: the message is only a view.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction

from escalations import drafts, leases, lifecycle
from escalations.actors import Actor
from escalations.desk import acting
from escalations.models import Escalation
from escalations.refusals import Refusal, Stale
from notifications import attempts, outbox, outcomes
from notifications.slack import accounts, dialogs, messages, posts
from notifications.slack.models import SlackPost
from notifications.slack.texts import fitted
from notifications.transports import slack
from notifications.transports.slack import NotTaken
from reviewers.models import Reviewer

logger = logging.getLogger(__name__)

SHOWN_WITHIN = 2  # seconds, of the three that Slack waits
SAID = 1000  # characters


class Click(NamedTuple):
    """A button of a message: `channel` and `ts` say which message, `trigger_id` lets a dialog open."""

    slack_id: str
    verb: str
    escalation: UUID
    channel: str
    ts: str
    trigger_id: str


class Sent(NamedTuple):
    """A dialog that was sent: `state` is what stands in its inputs."""

    slack_id: str
    escalation: UUID
    version: int | None
    channel: str
    ts: str
    state: object


def click(clicked: Click) -> None:
    person = accounts.person_of(clicked.slack_id)
    if person is None:
        _tell(clicked, _stranger())
        return
    try:
        if clicked.verb == messages.RESOLVE:
            _open(clicked, person)
        else:
            _show(clicked, VERBS[clicked.verb](clicked.escalation, by=person))
    except Refusal as refusal:
        _tell(clicked, _sentence(refusal, clicked.escalation, person))
    except Escalation.DoesNotExist:
        _tell(clicked, _unseen())


def send(sent: Sent) -> dict[str, Any]:
    """What Slack is answered: close the dialog, show errors in it, or say why it was not done."""
    person = accounts.person_of(sent.slack_id)
    if person is None:
        return _instead(_stranger())
    try:
        escalation = Actor(person).sees(sent.escalation)
        form = dialogs.form_of(escalation, sent.state, version=sent.version)
        if not form.is_valid():
            return {"response_action": "errors", "errors": dialogs.errors_of(form)}
        done = lifecycle.resolve(escalation, by=person, answer=form.answer, version=form.version)
    except Refusal as refusal:
        return _instead(_sentence(refusal, sent.escalation, person))
    except Escalation.DoesNotExist:
        return _instead(_unseen())
    drafts.discard(done, by=person)
    _show(sent, done)
    return {"response_action": "clear"}


def _claim(pk: UUID, *, by: Reviewer) -> Escalation:
    return lifecycle.claim(pk, by=by)


def _release(pk: UUID, *, by: Reviewer) -> Escalation:
    return lifecycle.release(pk, by=by)


VERBS: dict[str, Callable[..., Escalation]] = {messages.CLAIM: _claim, messages.RELEASE: _release}


def _open(clicked: Click, person: Reviewer) -> None:
    """Raises Refusal where sending the dialog would."""
    actor = Actor(person)
    escalation = actor.sees(clicked.escalation)
    if not actor.could_answer(escalation):
        raise actor.refusal(escalation)
    leases.renew(escalation, by=person)
    known = {"escalation": str(escalation.pk), "version": escalation.version}
    metadata = json.dumps(known | {"channel": clicked.channel, "ts": clicked.ts})
    view = dialogs.of(escalation, metadata=metadata)
    if view is None:
        said = f"This asks for more than fits into Slack. Answer it on the desk: {escalation.html_url}"
        view = dialogs.notice(escalation.reference, said)
    try:
        slack.open_view(clicked.trigger_id, view, within=SHOWN_WITHIN)
    except NotTaken as reason:
        logger.warning("the dialog of %s was not opened: %s", escalation.reference, reason.text)


def _show(where: Click | Sent, escalation: Escalation) -> None:
    """At once, by the outbox; a message that is not known there is put right directly."""
    if not (where.channel and where.ts):
        return
    if post := posts.at(where.channel, where.ts):
        _send_now(post, escalation)
        return
    try:
        slack.update(where.channel, where.ts, messages.of(escalation), within=SHOWN_WITHIN)
    except NotTaken as reason:
        logger.warning("the message of %s was not updated: %s", escalation.reference, reason.text)


def _send_now(post: SlackPost, escalation: Escalation) -> None:
    """One try within Slack's patience; what fails is tried again like every delivery."""
    with transaction.atomic():
        update = posts.want(post, version=escalation.version)
    if update is None:
        return
    leased = posts.fill(outbox.lease(1, failing=1, for_people=True, only=update.pk))
    outcomes.record([attempts.make(replace(each, within=SHOWN_WITHIN)) for each in leased])


def _tell(clicked: Click, said: str) -> None:
    try:
        slack.tell(clicked.channel, clicked.slack_id, fitted(said, SAID), within=SHOWN_WITHIN)
    except NotTaken as reason:
        logger.warning("a click was not answered: %s", reason.text)


def _instead(said: str) -> dict[str, Any]:
    return {"response_action": "update", "view": dialogs.notice("Not sent", said)}


def _sentence(refusal: Refusal, pk: UUID, person: Reviewer) -> str:
    """Who has it now says more than that it has changed."""
    now = Actor(person).sees(pk)
    if isinstance(refusal, Stale) and now.claimed_at is not None and now.assigned_to_id != person.pk:
        refusal = Actor(person).refusal(now)
    return acting.sentence(refusal, now)


def _stranger() -> str:
    return f"Your Slack account is not linked to a reviewer. An admin of {settings.PUBLIC_URL} can link it."


def _unseen() -> str:
    return "You do not see this escalation: it is in none of your pools."
