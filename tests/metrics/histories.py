"""Random histories: people and agents do whatever the verbs allow, and time goes on."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from escalations import lifecycle, log, reasons, timers
from escalations.actors import Actor
from escalations.answers import Answer
from escalations.models import Agent, Escalation, Event, Labeller, OnTimeout, Priority, Reason
from escalations.reasons import Label
from escalations.refusals import Refusal
from notifications.models import Delivery, Endpoint
from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer
from tests.metrics import clock

TAGS = ("law", "refund", "sql")
WORDS = ("May I refund it?", "may i  refund IT?", "Which clause holds?", "Is this table right?")


class World:
    """Two pools, three agents and four people, and the moment it is."""

    def __init__(self, random: Random, begin: datetime) -> None:
        self.random = random
        self.now = begin
        clock.stop(begin)
        self.pools = [make_pool("Data"), make_pool("Law")]
        self.agents = [make_agent(name) for name in ("refunds", "sql", "contracts")]
        self.people = [
            make_reviewer(name, pool=self.pools[number % 2], role=Role.LEAD if number < 2 else Role.REVIEWER, tags=TAGS)
            for number, name in enumerate(("Ada", "Grace", "Edsger", "Barbara"))
        ]
        self.reasons = list(Reason.objects.values_list("slug", flat=True)[:3])
        self.steps = [
            *(self.claim, self.claim, self.claim, self.resolve, self.resolve, self.resolve, self.correct),
            *(self.ask, self.reply, self.reply, self.release, self.decline, self.assign, self.reopen, self.cancel),
            *(self.move, self.label, self.label, self.relabel, self.message, self.message, self.lapse),
        ]

    def go_on(self) -> None:
        """Some time passes, and somebody does something."""
        self.now += timedelta(seconds=self.random.choice((0, 0.5, 7, 60, 1900)) * self.random.random() * 4)
        clock.turn(self.now)
        known = ids()
        if not known or self.random.random() < 0.3:
            self.create()
            return
        escalation = Escalation.objects.select_related("agent").get(pk=self.random.choice(known))
        try:
            self.random.choice(self.steps)(escalation)
        except (Refusal, Escalation.DoesNotExist):
            return
        for each in Escalation.objects.expired():
            timers.expire(each)

    def create(self) -> None:
        random = self.random
        wants = random.choice((None, None, OnTimeout.CANCEL, OnTimeout.USE_DEFAULT))
        answer = {"resolution_notes": "No."} if wants == OnTimeout.USE_DEFAULT else None
        make_escalation(
            random.choice(WORDS),
            agent=random.choice(self.agents),
            pool=random.choice(self.pools),
            priority=random.choice(list(Priority)),
            tags=tuple(random.sample(TAGS, random.randrange(3))),
            dedupe_key=random.choice((None, None, "order 6144")),
            run_id=random.choice((None, "run 1", "run 2")),
            sandbox=random.random() < 0.05,
            on_timeout=wants or OnTimeout.KEEP,
            default_answer=answer,
            expires_at=self.now + timedelta(hours=random.choice((1, 30))) if wants else None,
        )

    @property
    def somebody(self) -> Reviewer:
        return self.random.choice(self.people)

    def claim(self, escalation: Escalation) -> None:
        lifecycle.claim(escalation.pk, by=self.somebody)

    def resolve(self, escalation: Escalation) -> None:
        avoidable = self.random.choice((None, True, False))
        lifecycle.resolve(escalation.pk, by=self.somebody, answer=Answer("Yes."), avoidable=avoidable)

    def correct(self, escalation: Escalation) -> None:
        lifecycle.correct(escalation.pk, by=self.somebody, answer=Answer(f"No, {self.random.random()}."))

    def ask(self, escalation: Escalation) -> None:
        lifecycle.ask(escalation.pk, by=self.somebody, message="Which order?")

    def reply(self, escalation: Escalation) -> None:
        lifecycle.reply(escalation.pk, by=self._agent_of(escalation), message="Order 6144.")

    def release(self, escalation: Escalation) -> None:
        lifecycle.release(escalation.pk, by=self.somebody)

    def decline(self, escalation: Escalation) -> None:
        lifecycle.decline(escalation.pk, by=self.somebody)

    def assign(self, escalation: Escalation) -> None:
        lifecycle.assign(escalation.pk, to=self.somebody, by=self.somebody)

    def reopen(self, escalation: Escalation) -> None:
        lifecycle.reopen(escalation.pk, by=self._agent_of(escalation))

    def cancel(self, escalation: Escalation) -> None:
        lifecycle.cancel(escalation.pk, by=self._agent_of(escalation))

    def move(self, escalation: Escalation) -> None:
        """To another pool and up the queue, as policies do."""
        to_pool = self.random.choice(self.pools).pk
        lifecycle.transition(Event.Type.MOVED, escalation, "NOT e.is_sandbox", Actor(None), to_pool=to_pool)

    def lapse(self, escalation: Escalation) -> None:
        lifecycle.transition(Event.Type.LAPSED, escalation, "e.claimed_at IS NULL", Actor(None))

    def label(self, escalation: Escalation) -> None:
        reason = self.random.choice((None, *self.reasons))
        reasons.categorise([Label(escalation.pk, reason)], source=Labeller.LOCAL)

    def relabel(self, escalation: Escalation) -> None:
        reasons.correct(escalation, by=self.people[0], reason=self.random.choice((None, *self.reasons)))

    def message(self, escalation: Escalation) -> None:
        """What the last event told the agent arrives, or is given up."""
        event = escalation.events.exclude(deliveries__isnull=False).order_by("-id").first()
        if event is None or escalation.is_sandbox:
            return
        url = f"https://{escalation.agent_id}.example.com"
        endpoint = Endpoint.objects.get_or_create(agent=escalation.agent, url=url)[0]
        is_there = self.random.random() < 0.7
        Delivery.objects.create(
            endpoint=endpoint,
            event=event,
            agent=escalation.agent,
            message_id=str(event.pk),
            type=event.type,
            body=b"{}",
            status=Delivery.Status.DELIVERED if is_there else Delivery.Status.DEAD,
            delivered_at=self.now if is_there else None,
            next_attempt_at=None,
        )
        log.note(Event.Type.DELIVERED if is_there else Event.Type.DELIVERY_FAILED, [(escalation.pk, {})])

    def _agent_of(self, escalation: Escalation) -> Agent:
        return next(agent for agent in self.agents if agent.pk == escalation.agent_id)


def ids() -> list[UUID]:
    return list(Escalation.objects.order_by("pk").values_list("pk", flat=True))


def pools() -> list[int]:
    return list(Pool.objects.values_list("pk", flat=True))
