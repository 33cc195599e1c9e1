"""Invented people and hand-offs, beside those of `docs/demo/handoffs.jsonl`, that fill a desk for its pictures."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db.models import F

from escalations import agents, intake, lifecycle
from escalations.answers import Answer, allowed
from escalations.contexts.digest import digest
from escalations.intake import NewEscalation
from escalations.management.replay import handoffs
from escalations.models import (
    Agent,
    AnswerTemplate,
    Decision,
    Escalation,
    Event,
    Labeller,
    Priority,
    Reason,
    Receipt,
    SavedView,
    Status,
)
from metrics import rollups
from notifications.models import Delivery
from reviewers import invitations, people
from reviewers.models import Pool, Reviewer, Role
from reviewers.people import Newcomer
from tests.pictures.desk.asked import ACTION, ANSWERED, DIFF, FORM, POOLS, TEMPLATES

SAMPLE = Path(settings.BASE_DIR) / "docs" / "demo" / "handoffs.jsonl"
# How many minutes ago each hand-off of the sample came, so that all priorities have some that are overdue.
AGES = (72, 18, 9, 265, 41, 1490, 66, 130, 27, 310, 4, 55, 12, 190, 33, 80)
SENT_WITHIN = 30.0  # seconds


@dataclass
class Cast:
    people: dict[str, Reviewer] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)


def fill() -> Cast:
    cast, pools = Cast(), {name: Pool.objects.create(name=name) for name in dict.fromkeys(POOLS.values())}
    _people(cast, pools)
    _templates(cast.people["ana"], pools)
    with _receivers() as (answers, fails):
        asked = [_ask(each.body, pools, minutes) for each, minutes in zip(handoffs.read(SAMPLE), AGES, strict=True)]
        cast.references["chat"] = asked[0].reference
        for name, body in {"action": ACTION, "form": FORM, "diff": DIFF}.items():
            cast.references[name] = _ask(body, pools, 7).reference
        _work(cast.people["ana"], cast.people["ben"], asked)
        for body, notes in ANSWERED:
            url = fails if "refund" in str(body["issue_description"]).lower() else answers
            _answered(body, notes, _ask(body, pools, 95, webhook_url=url), cast.people["ana"])
        _wait_until_sent()
    return cast


def grow_old() -> None:
    """Sixty days of made-up work with reasons, and its figures."""
    call_command("generate_history", rows=4000, days=60, seed=7, stdout=StringIO(), stderr=StringIO())
    slugs = list(Reason.objects.values_list("slug", flat=True))
    drawn = [slug for place, slug in enumerate(slugs) for _ in range(len(slugs) - place)]
    past = Escalation.objects.annotate(at=F("number") % len(drawn), turn=F("number") % 9).order_by()
    for place, slug in enumerate(drawn):
        past.filter(at=place).update(reason=slug, reason_source=Labeller.LOCAL, reason_confidence=0.8)
    past.filter(status=Status.RESOLVED, turn=0).update(avoidable=True)
    past.filter(status=Status.RESOLVED, turn__in=[2, 4, 6]).update(avoidable=False)
    list(rollups.rebuild())


def _people(cast: Cast, pools: dict[str, Pool]) -> None:
    seats = {"ana": ("Ana Petrova", list(pools.values())), "ben": ("Ben Okafor", list(pools.values())[:2])}
    seats["chloe"] = ("Chloe Martin", list(pools.values())[2:])
    for key, (name, own) in seats.items():
        tags = {"refund", "photo", "references", "change"} if key == "ana" else ()
        cast.people[key] = people.create(f"{key}@example.com", name=name, pools=own, tags=tags).reviewer
    cast.people["dan"] = people.create(
        "dan@example.com", name="Dan Kim", role=Role.LEAD, pools=list(pools.values())[:1]
    ).reviewer
    cast.people["sam"] = people.create("sam@example.com", name="Sam Rivera", role=Role.ADMIN).reviewer
    invitations.invite(Newcomer("emil.novak@example.com", "Emil Novak"), by=cast.people["sam"])


def _templates(ana: Reviewer, pools: dict[str, Pool]) -> None:
    for position, (name, pool, decision, text) in enumerate(TEMPLATES):
        AnswerTemplate.objects.create(
            name=name, text=text, position=position, pool=pools.get(pool), decision=decision or None
        )
    SavedView.objects.create(
        reviewer=ana, name="Payments, urgent", query=f"pool={pools['Payments'].pk}&priority=urgent"
    )


def _ask(body: dict[str, Any], pools: dict[str, Pool], minutes: int, **facts: Any) -> Escalation:
    """As the API takes it in; then it is made to have come so many minutes ago."""
    name = body["source_agent"]
    agent = Agent.objects.filter(name=name).first() or agents.create(name).agent
    context = body.get("context_data", {})
    request = NewEscalation(
        body["issue_description"],
        context=json.dumps(context),
        digest=digest(context),
        priority=Priority(body.get("priority") or "medium"),
        pool=pools[POOLS[name]],
        tags=tuple(body.get("tags", ())),
        response_schema=body.get("response_schema"),
        action=body.get("action"),
        allowed_decisions=tuple(Decision(each) for each in allowed(body.get("action"), ())),
        **facts,
    )
    made = intake.create(request, by=agent, via=agent.keys.filter(is_sandbox=False)[0]).escalation
    ago = timedelta(minutes=minutes)
    Escalation.objects.filter(pk=made.pk).update(
        created_at=F("created_at") - ago, due_at=F("due_at") - ago, queue_at=F("queue_at") - ago
    )
    Event.objects.filter(escalation=made).update(at=F("at") - ago)
    return made


def _work(ana: Reviewer, ben: Reviewer, asked: list[Escalation]) -> None:
    """Ana has asked back about one, snoozed two and claimed some; Ben has some in work."""
    lifecycle.ask(asked[1], by=ana, message="Is the pending payment still there in the bank's list of today?")
    lifecycle.ask(asked[8], by=ana, message="Which of the 312 rows did you see yourself?")
    lifecycle.reply(asked[8], by=asked[8].agent, message="Forty of them, sampled at random; 31 were health notes.")
    lifecycle.snooze(asked[5], by=ana, until=datetime.now(UTC).replace(hour=9, minute=0) + timedelta(days=1))
    lifecycle.snooze(asked[9], by=ana, until=None)
    for each in (asked[0], asked[4]):
        lifecycle.claim(each, by=ana)
    for each in (asked[12], asked[10]):
        lifecycle.claim(each, by=ben)


def _answered(body: dict[str, Any], notes: str, made: Escalation, ana: Reviewer) -> None:
    decision = Decision.APPROVE if body.get("action") else None
    done = lifecycle.resolve(lifecycle.claim(made, by=ana), by=ana, answer=Answer(notes, decision))
    lifecycle.report(done, by=done.agent, outcome=Receipt.APPLIED, note="Done.")


@contextmanager
def _receivers() -> Iterator[tuple[str, str]]:
    """Addresses of a webhook that takes everything, and of one that is down."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.send_response(204 if self.path == "/answers" else 503)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        yield f"{address}/answers", f"{address}/down"
        server.shutdown()


def _wait_until_sent() -> None:
    deadline = time.monotonic() + SENT_WITHIN
    while Delivery.objects.filter(attempts=0).exists() or Delivery.objects.count() < len(ANSWERED):
        assert time.monotonic() < deadline, "the webhooks were not sent"
        time.sleep(0.2)
