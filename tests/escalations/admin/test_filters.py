"""What the long lists are filtered by; none of it reads a whole table, and no address breaks a page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from escalations.models import Escalation, Event
from reviewers.models import Pool, Reviewer
from tests.escalations.admin.conftest import As
from tests.factories import make_agent, make_escalation, make_pool

LIST, LOG = "/escalations/escalation/", "/escalations/event/"


def found(response: Any) -> set[str]:
    return {each.reference for each in response.context["cl"].result_list}


def asked_at(escalation: Escalation, text: str) -> Escalation:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    Escalation.objects.filter(pk=escalation.pk).update(created_at=moment, due_at=moment, queue_at=moment)
    return escalation


def test_by_agent(as_: As, admin: Reviewer, pool: Pool) -> None:
    wanted = make_escalation(pool=pool, agent=make_agent("refund-bot"))
    make_escalation(pool=pool, agent=make_agent("other"))

    assert found(as_(admin).get(LIST, {"agent": "refund-bot"})) == {wanted.reference}
    assert found(as_(admin).get(LIST, {"agent": "nobody"})) == set()


def test_by_tag(as_: As, admin: Reviewer, pool: Pool) -> None:
    wanted = make_escalation(pool=pool, tags=("tax-law", "urgent"))
    make_escalation(pool=pool, tags=("tax",))

    assert found(as_(admin).get(LIST, {"tag": "tax-law"})) == {wanted.reference}


@pytest.mark.parametrize(
    ("since", "until", "names"),
    [
        ("2026-03-02", "", {"noon", "late", "after"}),
        ("", "2026-03-02", {"before", "noon", "late"}),
        ("2026-03-02", "2026-03-02", {"noon", "late"}),
        ("2026-03-04", "2026-03-01", set()),
        ("x", "2026-13-99", {"before", "noon", "late", "after"}),
        ("9999-12-31", "9999-12-31", {"before", "noon", "late", "after"}),
        ("0001-01-01", "", {"before", "noon", "late", "after"}),
    ],
)
def test_by_day_with_both_ends_included(
    as_: As, admin: Reviewer, pool: Pool, since: str, until: str, names: set[str]
) -> None:
    made = {
        name: asked_at(make_escalation(pool=pool), text)
        for name, text in {
            "before": "2026-03-01T23:59:59",
            "noon": "2026-03-02T12:00:00",
            "late": "2026-03-02T23:59:59",
            "after": "2026-03-03T00:00:00",
        }.items()
    }

    assert found(as_(admin).get(LIST, {"from": since, "to": until})) == {made[name].reference for name in names}


def test_unfinished_ones_and_those_that_are_overdue(as_: As, admin: Reviewer, pool: Pool) -> None:
    late, _in_time = make_escalation(pool=pool), make_escalation(pool=pool)
    Escalation.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))

    assert len(found(as_(admin).get(LIST, {"status": "unfinished"}))) == 2
    assert found(as_(admin).get(LIST, {"overdue": "yes"})) == {late.reference}


@pytest.mark.parametrize(
    "name", ["status", "priority", "pool", "overdue", "agent", "tag", "from", "to", "type", "person"]
)
@pytest.mark.parametrize("value", ["\0", "x" * 3000, "9" * 40, "'", "\u202e", "-1"])
@pytest.mark.parametrize("path", [LIST, LOG, "/notifications/delivery/", "/admin/logentry/"])
def test_no_address_breaks_a_list(as_: As, admin: Reviewer, path: str, name: str, value: str) -> None:
    assert as_(admin).get(path, {name: value}).status_code in {200, 302}


def test_search_and_filters_stand_as_they_were_chosen(as_: As, admin: Reviewer, pool: Pool) -> None:
    page = as_(admin).get(LIST, {"status": "open", "from": "2026-03-01", "tag": "tax", "o": "-8"}).content.decode()

    assert '<option value="open" selected>' in page
    assert 'name="from" value="2026-03-01"' in page
    assert 'name="tag" value="tax"' in page
    assert '<input type="hidden" name="o" value="-8">' in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"type": "escalation.created"}, 2),
        ({"type": "escalation.claimed"}, 0),
        ({"agent": "refund-bot"}, 2),
        ({"person": "nobody@example.com"}, 0),
        ({"from": "2020-01-01", "to": "2020-01-02"}, 0),
        ({"from": "2020-01-01"}, 4),
    ],
)
def test_the_audit_log_is_filtered(
    as_: As, admin: Reviewer, pool: Pool, ada: Reviewer, query: dict[str, str], count: int
) -> None:
    for name in ("refund-bot", "other"):
        make_escalation(pool=pool, agent=make_agent(name))
    assert Event.objects.count() == 4  # each is asked, and assigned

    assert as_(admin).get(LOG, query).context["cl"].result_count == count


def test_the_audit_log_is_found_by_person(as_: As, admin: Reviewer, pool: Pool, ada: Reviewer) -> None:
    as_(ada).post(f"/desk/e/{make_escalation(pool=pool).reference}/claim/")

    for typed in (ada.email, ada.email.upper(), ada.name):
        assert as_(admin).get(LOG, {"person": typed}).context["cl"].result_count == 1


def test_the_audit_log_is_exported(as_: As, admin: Reviewer, pool: Pool) -> None:
    event = make_escalation(pool=pool, agent=make_agent("=cmd()")).events.earliest("id")

    answer = as_(admin).post(LOG, {"action": "export_csv", "index": "0", "_selected_action": [event.pk]})
    head, line = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("Number,When (UTC),Type,Escalation,By,")
    assert line.split(",")[2:7] == ["escalation.created", event.escalation.reference, "'=cmd()", "Agent", "'=cmd()"]


def test_the_audit_log_of_other_pools_is_not_exported(as_: As, ada: Reviewer) -> None:
    event = make_escalation(pool=make_pool()).events.earliest("id")

    answer = as_(ada).post(LOG, {"action": "export_csv", "index": "0", "_selected_action": [event.pk]})
    assert event.escalation.reference not in answer.content.decode()
