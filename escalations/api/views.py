"""The calls of the API. Each reads its request strictly, calls one verb, and tells what stands afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from escalations import availability, intake, lifecycle, priorities
from escalations.answers import Answer
from escalations.api import creating, described, listing, permissions, serializers
from escalations.api.authentication import Caller
from escalations.api.endpoint import Endpoint, answer, answer_one, checked, etag, expected_version, once
from escalations.api.parameters import Parameters
from escalations.api.problems import Flaw, Problem, flawed
from escalations.api.representation import represent, represent_availability
from escalations.models import QUEUE_DELAY, Escalation, Priority
from escalations.refusals import Stale
from reviewers.models import Reviewer, ReviewerQuerySet, Role


class Escalations(Endpoint):
    """All that the caller may know of."""

    body_limit: ClassVar[int] = settings.CONTEXT_MAX_BYTES + Endpoint.body_limit

    @extend_schema(**described.CREATE)
    def post(self, request: Request) -> HttpResponse:
        caller, agent = permissions.asking(request)
        if agent.paused_at:
            raise Problem(403, "agent_paused", "This agent is paused: it may read, but not create. Ask an admin.")
        new = creating.new(checked(request, serializers.CREATE), agent, caller.key)

        def create() -> tuple[int, Escalation]:
            created = intake.create(new, by=agent, via=caller.key)
            return (201 if created.is_new else 200), created.escalation

        return once(request, caller, create)

    @extend_schema(**described.LIST)
    def get(self, request: Request) -> HttpResponse:
        caller = permissions.reading(request)
        parameters = Parameters(request.query_params, listing.KNOWN)
        context = listing.wants_context(parameters)
        page = listing.page(request, caller, parameters, context=context)
        rows = [represent(row, context=context) for row in page.rows]
        return answer({"results": rows, "next": page.next, "previous": page.previous}, headers=page.link())


class Availability(Endpoint):
    """Asked before anything is handed over."""

    @extend_schema(**described.AVAILABILITY)
    def get(self, request: Request) -> HttpResponse:
        permissions.reading(request)
        parameters = Parameters(request.query_params, ("pool", "tag", "priority"))
        priority = parameters.word("priority", Priority.values) or Priority.MEDIUM
        tags = (parameters.text("tag") or "").split(",")
        pool = creating.pool(parameters.text("pool"), Flaw("pool", "unknown_pool", creating.NO_POOL, "parameter"))
        parameters.refuse_flaws()
        queue_at = timezone.now() + QUEUE_DELAY[Priority(priority)]
        found = availability.ask(pool.pk, tags=[tag for tag in tags if tag], queue_at=queue_at)
        return answer(represent_availability(found))


class OneEscalation(Endpoint):
    @extend_schema(**described.GET)
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        escalation = permissions.reading(request).visible().with_names().annotate(counts=availability.COUNTS).get(pk=pk)
        if request.META.get("HTTP_IF_NONE_MATCH") == etag(escalation):
            return HttpResponse(status=304, headers={"ETag": etag(escalation)})
        return answer_one(escalation)


class Next(Endpoint):
    @extend_schema(**described.NEXT)
    def post(self, request: Request) -> HttpResponse:
        caller, reviewer = permissions.acting(request)
        checked(request, serializers.NOTHING)

        def take() -> tuple[int, Escalation | None]:
            taken = lifecycle.take_next(by=reviewer, via=caller.key)
            return (200 if taken else 204), taken

        return once(request, caller, take)


class Claim(Endpoint):
    @extend_schema(**described.CLAIM)
    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        caller, reviewer = permissions.acting(request)
        checked(request, serializers.NOTHING)
        return answer_one(lifecycle.claim(pk, by=reviewer, via=caller.key, version=expected_version(request)))


class Resolve(Endpoint):
    body_limit: ClassVar[int] = 4 * Endpoint.body_limit

    @extend_schema(**described.RESOLVE)
    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        caller, reviewer = permissions.acting(request)
        body = checked(request, serializers.RESOLVE)
        given, version = Answer.from_json(body), expected_version(request)
        is_avoidable: bool | None = body.get("avoidable")
        done = lifecycle.resolve(pk, by=reviewer, answer=given, via=caller.key, version=version, avoidable=is_avoidable)
        return answer_one(done)


class Correct(Endpoint):
    body_limit: ClassVar[int] = Resolve.body_limit

    @extend_schema(**described.CORRECT)
    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        caller, reviewer = permissions.acting(request)
        given = Answer.from_json(checked(request, serializers.CORRECT))
        with _unchanged(request, caller, pk):
            return answer_one(lifecycle.correct(pk, by=reviewer, answer=given, via=caller.key))


class Messages(Endpoint):
    @extend_schema(**described.MESSAGES)
    def post(self, request: Request, pk: UUID) -> HttpResponse:
        is_person = permissions.caller_of(request).reviewer is not None
        caller, by = permissions.acting(request) if is_person else permissions.asking(request)
        message = checked(request, serializers.MESSAGE)["message"]

        def say() -> tuple[int, Escalation]:
            if isinstance(by, Reviewer):
                return 200, lifecycle.ask(pk, by=by, message=message, via=caller.key)
            return 200, lifecycle.reply(pk, by=by, message=message, via=caller.key)

        return once(request, caller, say)


class Receipt(Endpoint):
    @extend_schema(**described.RECEIPT)
    def post(self, request: Request, pk: UUID) -> HttpResponse:
        caller, agent = permissions.asking(request)
        told = checked(request, serializers.REPORT)
        return answer_one(lifecycle.report(pk, by=agent, via=caller.key, **told))


class Release(Endpoint):
    @extend_schema(**described.RELEASE)
    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        caller, reviewer = permissions.acting(request)
        reason = checked(request, serializers.REASON)["reason"]
        with _unchanged(request, caller, pk):
            return answer_one(lifecycle.release(pk, by=reviewer, via=caller.key, reason=reason))


class Decline(Endpoint):
    @extend_schema(**described.DECLINE)
    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        caller, reviewer = permissions.acting(request)
        reason = checked(request, serializers.REASON)["reason"]
        with _unchanged(request, caller, pk):
            return answer_one(lifecycle.decline(pk, by=reviewer, via=caller.key, reason=reason))


class Reassign(Endpoint):
    @extend_schema(**described.REASSIGN)
    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        caller, lead = permissions.acting(request, Role.ADMIN, Role.LEAD)
        fields = checked(request, serializers.REASSIGN)
        caller.visible().only("pk").get(pk=pk)
        to = _reviewer(fields["assigned_to"], lead)
        with _unchanged(request, caller, pk):
            return answer_one(lifecycle.assign(pk, to=to, by=lead, via=caller.key, note=fields["note"]))


class Cancel(Endpoint):
    @extend_schema(**described.CANCEL)
    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        caller, agent = permissions.asking(request)
        reason = checked(request, serializers.REASON)["reason"]
        with _unchanged(request, caller, pk):
            return answer_one(lifecycle.cancel(pk, by=agent, via=caller.key, reason=reason))


class Extend(Endpoint):
    @extend_schema(**described.EXTEND)
    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        caller, agent = permissions.asking(request)
        until = creating.deadline(checked(request, serializers.EXTEND)["expires_at"])
        with _unchanged(request, caller, pk):
            return answer_one(lifecycle.extend(pk, by=agent, until=until, via=caller.key))


class ChangePriority(Endpoint):
    @extend_schema(**described.PRIORITY)
    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        caller, by = permissions.asking_or_leading(request)
        to = Priority(checked(request, serializers.NEW_PRIORITY)["priority"])
        with _unchanged(request, caller, pk):
            return answer_one(priorities.change(pk, to=to, by=by, via=caller.key))


class Reopen(Endpoint):
    @extend_schema(**described.REOPEN)
    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        reason = checked(request, serializers.REASON)["reason"]
        caller, by = permissions.asking_or_leading(request)
        with _unchanged(request, caller, pk):
            return answer_one(lifecycle.reopen(pk, by=by, via=caller.key, reason=reason))


def _reviewer(named: str, lead: Reviewer) -> Reviewer:
    """By id or email, among those whom the lead knows."""
    known = ReviewerQuerySet(Reviewer).active().visible_to(lead)
    try:
        found = known.filter(pk=UUID(named)).first()
    except ValueError:
        found = known.filter(email=named.lower()).first()
    if found is None:
        raise flawed(
            [Flaw("/assigned_to", "unknown_assignee", "No active reviewer of your pools has this id or email.")]
        )
    return found


@contextmanager
def _unchanged(request: Request, caller: Caller, pk: UUID) -> Iterator[None]:
    """What happens inside happens to the version that If-Match names. Raises Stale."""
    expected = expected_version(request)
    if expected is None:
        yield
        return
    with transaction.atomic():
        current = caller.visible().select_for_update(of=("self",), no_key=True).get(pk=pk)
        if current.version != expected:
            raise Stale(current.version)
        yield
