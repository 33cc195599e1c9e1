"""Hostile text in every field that holds any: it is shown, it never runs, and no request leaves."""

import json
from itertools import chain
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Request, expect

from escalations import lifecycle
from escalations.answers import Answer
from escalations.models import Agent, AnswerTemplate, Decision, Escalation, SavedView
from notifications import fanout
from reviewers.models import Pool, Reviewer, Role
from tests import hostile
from tests.browser import Desk, live, row
from tests.factories import make_escalation, make_reviewer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCHEMA = {
    "type": "object",
    "title": hostile.ALL,
    "properties": {
        hostile.MARKUP[1]: {"type": "string", "title": hostile.ALL, "description": hostile.ALL},
        "pick": {"enum": [hostile.MARKUP[0], hostile.MARKUP[2]]},
    },
}
ACTION = {"name": hostile.MARKUP[0], "arguments": {hostile.MARKUP[1]: hostile.ALL}}
CONTEXT = {
    "messages": [{"role": hostile.MARKUP[0], "name": hostile.ALL, "content": hostile.ALL}],
    "tool_calls": [{"name": hostile.ALL, "arguments": {hostile.ALL: hostile.ALL}, "result": hostile.ALL}],
    "diff": f"--- a/{hostile.ALL}\n+++ b/x\n@@ -1 +1 @@\n-{hostile.ALL}\n+{hostile.ALL}\n",
    hostile.ALL: [hostile.ALL, {hostile.ALL: hostile.ALL}],
}


class Watch:
    """What a page asks for, and whether anything ran in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.away: list[str] = []
        self.dialogs: list[str] = []
        page.on("request", self._note)
        page.on("dialog", self._dismiss)

    def _note(self, request: Request) -> None:
        if not request.url.startswith(self.address):
            self.away.append(request.url)

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def harm(self) -> list[object]:
        ran = self.page.evaluate("[typeof window.ran].filter((kind) => kind !== 'undefined')")
        taken = self.page.locator(hostile.TAKEN).evaluate_all("(all) => all.map((one) => one.outerHTML.slice(0, 200))")
        return [*self.away, *self.dialogs, *ran, *taken]


@pytest.fixture
def sam(pool: Pool) -> Reviewer:
    return make_reviewer("Sam Admin", role=Role.ADMIN)


@pytest.fixture
def asked(pool: Pool, ada: Reviewer, sam: Reviewer) -> list[Escalation]:
    """One in work with a thread, one to decide, one with a form, one answered; all that has a name is hostile."""
    facts: dict[str, Any] = {"pool": pool, "context": CONTEXT, "metadata": {hostile.ALL: hostile.ALL}}
    made = [make_escalation(hostile.ALL, **facts) for _ in range(2)]
    made.append(make_escalation(hostile.ALL, action=ACTION, allowed_decisions=tuple(Decision), **facts))
    made.append(make_escalation(hostile.ALL, response_schema=SCHEMA, **facts))
    agent = made[0].agent
    lifecycle.ask(made[0], by=ada, message=hostile.ALL)
    lifecycle.reply(made[0], by=agent, message=hostile.ALL)
    lifecycle.release(made[2], by=ada, reason=hostile.ALL)
    lifecycle.assign(made[2], to=ada, by=sam, note=hostile.ALL)
    lifecycle.resolve(made[1], by=ada, answer=Answer(hostile.ALL))
    AnswerTemplate.objects.create(name=hostile.ALL, text=hostile.ALL)
    for person in (ada, sam):
        SavedView.objects.create(reviewer=person, name=hostile.ALL, query="priority=urgent")
    Reviewer.objects.update(name=hostile.MARKUP[1])
    Pool.objects.filter(pk=pool.pk).update(name=hostile.MARKUP[2])
    Agent.objects.update(name=hostile.MARKUP[0])
    Escalation.objects.update(source_agent=hostile.MARKUP[0], tags=[hostile.MARKUP[1], hostile.ALL])
    fanout.run()
    return made


def test_hostile_text_stays_text_on_the_desk(desk: Desk, pool: Pool, ada: Reviewer, asked: list[Escalation]) -> None:
    page = live(desk.open(ada))
    watch = Watch(page, desk.address)
    expect(row(page, asked[0])).to_contain_text("<script>window.ran = 1</script>")
    new = make_escalation(hostile.ALL, pool=pool, context=CONTEXT)
    expect(row(page, new)).to_contain_text("<script>window.ran = 1</script>")
    assert watch.harm() == []

    benches = [f"/desk/e/{each.reference}/" for each in asked]
    parts = [f"/desk/e/{asked[0].reference}/{part}" for part in ("similar/", "snooze/")]
    for path in chain(benches, parts, ["/desk/mine/", "/?view=snoozed", f"/?q={hostile.MARKUP[0]}"]):
        page.goto(path)
        assert watch.harm() == [], path


def test_hostile_text_stays_text_in_the_admin(desk: Desk, pool: Pool, sam: Reviewer, asked: list[Escalation]) -> None:
    page = desk.open(sam, "/escalations/escalation/")
    watch = Watch(page, desk.address)
    changes = [f"/escalations/escalation/{each.pk}/change/" for each in asked]
    lists = ["reviewers/reviewer", "reviewers/pool", "escalations/agent", "escalations/answertemplate"]
    lists += ["escalations/event", "escalations/apikey", "notifications/delivery", "notifications/endpoint"]
    records = [f"/reviewers/pool/{pool.pk}/change/", f"/reviewers/reviewer/{sam.pk}/change/"]
    records += [f"/escalations/answertemplate/{AnswerTemplate.objects.get().pk}/change/"]
    for path in chain(["/escalations/escalation/"], changes, (f"/{each}/" for each in lists), records):
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        assert watch.harm() == [], path


@pytest.mark.parametrize(
    "context", [{"log": hostile.LONG_LINE}, {"messages": hostile.MANY_MESSAGES}], ids=["line", "many"]
)
def test_what_is_far_too_large_leaves_the_page_usable(
    desk: Desk, pool: Pool, ada: Reviewer, context: dict[str, object]
) -> None:
    escalation = make_escalation(pool=pool, context=context)
    page = desk.open(ada, f"/desk/e/{escalation.reference}/")
    watch = Watch(page, desk.address)
    page.get_by_label("Answer to the agent").fill("Yes.")
    expect(page.get_by_label("Answer to the agent")).to_have_value("Yes.")
    assert len(page.content()) < len(json.dumps(context)) / 2  # the rest comes when it is asked for
    assert watch.harm() == []
