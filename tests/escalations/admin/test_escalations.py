"""All escalations, in the admin."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from escalations import lifecycle, paging
from escalations.answers import Answer
from reviewers.models import Pool, Reviewer
from tests.escalations.admin.conftest import As
from tests.factories import make_agent, make_escalation, make_pool

LIST = "/escalations/escalation/"


def found(response: Any) -> list[str]:
    return [escalation.reference for escalation in response.context["cl"].result_list]


@pytest.mark.parametrize("term", ["ESC-{number}", "esc-{number}", "{number}", "{id}", "unusual refund", "REFUND"])
def test_one_is_found_by_number_id_or_words(as_: As, admin: Reviewer, pool: Pool, term: str) -> None:
    wanted = make_escalation("An unusual refund", pool=pool)
    make_escalation("Something else", pool=pool)

    response = as_(admin).get(LIST, {"q": term.format(number=wanted.number, id=wanted.pk)})
    assert found(response) == [wanted.reference]


@pytest.mark.parametrize("term", ["9" * 40, "%", "'", '"', "a & | !", "ESC-", "\u202e", "-" * 300, "<-> " * 300])
def test_a_strange_search_finds_nothing_and_breaks_nothing(as_: As, admin: Reviewer, pool: Pool, term: str) -> None:
    make_escalation(pool=pool)

    assert as_(admin).get(LIST, {"q": term}).status_code == 200


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"status": "resolved"}, ["old"]),
        ({"priority": "medium"}, ["new", "old"]),
        ({"overdue": "yes"}, []),
        ({"pool": "x"}, ["new", "old"]),
    ],
)
def test_the_list_is_filtered(as_: As, ada: Reviewer, pool: Pool, query: dict[str, str], names: list[str]) -> None:
    made = {"old": make_escalation(pool=pool), "new": make_escalation(pool=pool)}
    lifecycle.resolve(made["old"], by=ada, answer=Answer("Yes."))

    assert found(as_(ada).get(LIST, query)) == [made[name].reference for name in names]


def test_other_pools_are_not_listed(as_: As, ada: Reviewer, pool: Pool) -> None:
    elsewhere = make_escalation(pool=make_pool())

    assert found(as_(ada).get(LIST)) == []
    assert as_(ada).get(f"{LIST}{elsewhere.pk}/change/").status_code == 302


def test_the_list_is_not_counted_beyond_a_limit(
    as_: As, admin: Reviewer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNT_AT_MOST", 2)
    for _ in range(4):
        make_escalation(pool=pool)

    assert "The first 2 escalations." in as_(admin).get(LIST).content.decode()


def test_the_list_costs_the_same_for_one_and_for_thirty(
    as_: As, admin: Reviewer, pool: Pool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        make_escalation(pool=pool)
    client = as_(admin)

    with django_assert_max_num_queries(10):
        client.get(LIST)


def test_the_list_leaves_the_contexts_where_they_are(
    as_: As, admin: Reviewer, pool: Pool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_escalation(pool=pool, context={"secret": 1})
    client = as_(admin)

    with django_assert_max_num_queries(10) as queries:
        client.get(LIST)
    assert not any("context_data" in query["sql"] for query in queries)


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/"])
def test_nobody_adds_or_deletes_one(as_: As, admin: Reviewer, pool: Pool, path: str) -> None:
    escalation = make_escalation(pool=pool)

    assert as_(admin).post(LIST + path.format(pk=escalation.pk), {"post": "yes"}).status_code == 403


def test_no_fact_can_be_edited(as_: As, admin: Reviewer, pool: Pool) -> None:
    escalation = make_escalation(pool=pool)

    assert as_(admin).post(f"{LIST}{escalation.pk}/change/", {"status": "resolved"}).status_code == 403
    escalation.refresh_from_db()
    assert escalation.status != "resolved"


def test_the_verbs_are_buttons(as_: As, ada: Reviewer, pool: Pool) -> None:
    escalation = make_escalation(pool=pool)

    page = as_(ada).get(f"{LIST}{escalation.pk}/change/").content.decode()
    assert all(f'action="/desk/e/{escalation.reference}/{verb}/"' in page for verb in ("claim", "release", "decline"))


def test_hostile_text_is_text(as_: As, admin: Reviewer, pool: Pool) -> None:
    hostile = "<script>alert(1)</script>"
    escalation = make_escalation(hostile, pool=pool, agent=make_agent(hostile), context={hostile: hostile})

    for path in (LIST, f"{LIST}{escalation.pk}/change/", "/escalations/event/", "/escalations/agent/"):
        page = as_(admin).get(path).content.decode()
        assert hostile not in page


def test_the_audit_log_shows_what_ones_pools_show(as_: As, ada: Reviewer, pool: Pool) -> None:
    mine, elsewhere = make_escalation(pool=pool), make_escalation(pool=make_pool())

    page = as_(ada).get("/escalations/event/").content.decode()
    assert (mine.reference in page, elsewhere.reference in page) == (True, False)


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/"])
def test_the_audit_log_is_only_read(as_: As, admin: Reviewer, pool: Pool, path: str) -> None:
    event = make_escalation(pool=pool).events.earliest("id")

    assert as_(admin).post("/escalations/event/" + path.format(pk=event.pk), {"post": "yes"}).status_code == 403
