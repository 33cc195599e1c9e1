"""The page of the figures: who sees which, what its address may say, its files, and what it costs."""

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from escalations.models import Escalation
from metrics import measures
from metrics.models import Runs
from metrics.pages import totals
from metrics.pages.panels import PANELS
from metrics.scope import Scope, floor, lately
from reviewers import clock
from reviewers.models import Role
from tests.factories import make_agent, make_escalation, make_pool, make_reviewer
from tests.metrics.pages.conftest import As, Team, work

URL = "/desk/metrics/"
STATEMENTS = 36  # of the page, whatever the history


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return str(response.content.decode())


def tile(page: str, key: str) -> str:
    found = re.search(rf'aria-labelledby="tile-{key}".*?</section>', page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split())


def rows(response: Any) -> list[list[str]]:
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(text(response).removeprefix("\ufeff"))))


@pytest.mark.parametrize("role", Role.values)
def test_everybody_sees_the_figures_of_their_pools(as_: As, team: Team, role: str) -> None:
    work(team, resolved=2, opened=1)
    person = make_reviewer("Somebody", pool=team.pool, role=Role(role))
    page = text(as_(person).get(URL))
    assert "3" in tile(page, "rate") or "3 " in page
    assert "contract-bot" in page
    assert '<a href="/desk/metrics/" aria-current="page">' in page
    assert ("/desk/metrics/report/" in page) == (role in {Role.ADMIN, Role.LEAD})


def test_nobody_sees_the_figures_of_another_pool(as_: As, team: Team) -> None:
    work(team)
    other = make_pool("Payments")
    make_escalation(pool=other, agent=make_agent("refund-bot"))
    page = text(as_(make_reviewer("Ben", pool=other)).get(URL))
    assert "Legal" not in page
    assert "of 0" not in tile(page, "in-time")
    assert rows(as_(make_reviewer("Cleo", pool=other)).get(f"{URL}agents.csv"))[1:] == []


def test_another_pool_cannot_be_asked_for(as_: As, team: Team) -> None:
    work(team)
    page = text(as_(team.ada).get(f"{URL}?pool={make_pool('Payments').pk}"), 400)
    assert "There is no such pool." in page


@pytest.mark.parametrize(
    ("query", "label", "flaw"),
    [
        ("period=1y", "Time", "Give one of 24h, 7d, 30d, 90d."),
        ("since=yesterday", "From", "Give a date or a moment such as"),
        ("since=2026-03-02&until=2026-03-01", "From", "Give a moment before the end."),
        ("since=0001-01-01", "From", "Give a date or a moment such as"),
        ("pool=999999", "Pool", "There is no such pool."),
        ("agent=9%009", "Agent", "There is no such agent."),
        ("priority=soon", "Priority", "Give one of urgent, high, medium, low."),
    ],
)
def test_what_the_address_asks_and_is_unknown_is_named(as_: As, team: Team, query: str, label: str, flaw: str) -> None:
    work(team)
    page = text(as_(team.ada).get(f"{URL}?{query}"), 400)
    assert f"<strong>{label}:</strong> {flaw}" in page
    assert 'name="period"' in page
    assert as_(team.ada).get(f"{URL}now/?{query}").status_code == 400
    assert as_(team.ada).get(f"{URL}flow.csv?{query}").status_code == 400


def test_the_filters_are_in_the_address_and_in_the_form(as_: As, team: Team) -> None:
    work(team)
    second = make_pool("Payments")
    team.ada.seats.create(pool=second)
    page = text(as_(team.ada).get(f"{URL}?period=7d&pool={team.pool.pk}&agent={team.agent.pk}&priority=urgent"))
    for value in ("7d", team.pool.pk, team.agent.pk, "urgent"):
        assert f'<option value="{value}" selected>' in page
    assert "Clear filters" in page
    assert f"flow.csv?period=7d&amp;pool={team.pool.pk}" in page
    assert "compared with the 7 days before" in page


def test_days_can_be_chosen(as_: As, team: Team) -> None:
    work(team)
    page = text(as_(team.ada).get(f"{URL}?since=2026-03-01&until=2026-03-08"))
    assert "1 Mar 2026 – 8 Mar 2026 UTC" in page
    assert 'name="since" value="2026-03-01" required' in page
    assert "Nothing was asked or answered in this time." in page


def test_a_period_that_is_named_wins_over_days_left_in_the_form(as_: As, team: Team) -> None:
    work(team)
    page = text(as_(team.ada).get(f"{URL}?period=7d&since=2026-03-01&until=2026-03-08"))
    assert "Last 7 days" in page


def test_a_figure_stands_beside_the_one_before(as_: As, team: Team) -> None:
    work(team, resolved=4)
    work(team, days_ago=10, resolved=2)
    page = text(as_(team.admin).get(f"{URL}?period=7d"))
    assert "100 % more than in the 7 days before: worse" in tile(page, "rate")
    assert "As in the 7 days before" in tile(page, "in-time")


def test_the_rate_says_that_no_agent_reports_its_runs(as_: As, team: Team) -> None:
    work(team)
    assert "per day · no agent reports its runs" in tile(text(as_(team.admin).get(URL)), "rate")


def test_the_rate_is_per_100_runs_where_agents_report_them(as_: As, team: Team) -> None:
    work(team, resolved=4)
    work(team, resolved=1, agent=make_agent("silent-bot"))
    Runs.objects.create(agent=team.agent, hour=floor(clock.now()), count=1000)
    page = text(as_(team.admin).get(URL))
    said = tile(page, "rate")
    assert "Escalation rate 0.4 per 100 runs, of 1,000 runs" in said
    assert "most: contract-bot 0.4 · 1 agent reports no runs" in said
    assert "0.4 per 100 runs" in page


def test_the_tiles_tell_what_the_measures_tell(team: Team) -> None:
    work(team, resolved=5, opened=2)
    scope = Scope(*lately())
    found = totals.of(scope)
    assert found.assignment == measures.first_assignment(scope)[None]
    assert found.claim == measures.time_to_claim(scope)[None]
    assert found.resolution == measures.time_to_resolution(scope)[None]
    assert found.shares == measures.shares(scope)
    assert found.agents == measures.escalation_rate(scope)
    assert found.webhooks == measures.webhooks(scope)
    assert (found.opened, found.resolved) == (7, 5)


def test_up_to_two_days_are_told_by_the_hour(as_: As, team: Team) -> None:
    work(team)
    page = text(as_(team.ada).get(f"{URL}?period=24h"))
    assert "Opened and resolved per hour" in page
    assert len(rows(as_(team.ada).get(f"{URL}flow.csv?period=24h"))) == 25


@pytest.mark.parametrize("key", [*PANELS, "summary"])
def test_each_table_is_a_file(as_: As, team: Team, key: str) -> None:
    work(team, resolved=2, opened=1)
    response = as_(team.ada).get(f"{URL}{key}.csv?period=7d")
    assert response["Content-Disposition"].startswith(f'attachment; filename="metrics-{key}-')
    found = rows(response)
    assert len(found) > 1
    assert {len(row) for row in found} == {len(found[0])}


def test_no_cell_of_a_file_is_a_formula(as_: As, team: Team) -> None:
    work(team, agent=make_agent("=HYPERLINK(1)"))
    assert rows(as_(team.admin).get(f"{URL}agents.csv"))[1][0] == "'=HYPERLINK(1)"


def test_an_unknown_table_is_not_found(as_: As, team: Team) -> None:
    assert as_(team.ada).get(f"{URL}nothing.csv").status_code == 404


def test_the_words_of_agents_are_text(as_: As, team: Team) -> None:
    work(team, agent=make_agent("<img src=x onerror=alert(1)>"))
    page = text(as_(team.admin).get(URL))
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_examples_are_one_click_away(as_: As, team: Team) -> None:
    work(team)
    page = text(as_(team.admin).get(f"{URL}?priority=urgent"))
    listed = reverse("admin:escalations_escalation_changelist")
    links = re.findall(rf'href="({listed}\?[^"]*(?:reason|agent)=[^"]*)"', page)
    assert len(links) == 2
    for link in links:
        answer = as_(team.admin).get(link.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert answer.context["cl"].result_count == 1


def test_without_escalations_the_page_says_what_will_be_there(as_: As, team: Team) -> None:
    page = text(as_(team.ada).get(URL))
    assert "There are no figures yet" in page
    assert "curl -X POST" in page


def test_who_is_in_no_pool_is_told_so(as_: As, team: Team) -> None:
    work(team)
    nobody = make_reviewer("Nobody", pool=team.pool)
    nobody.seats.all().delete()
    assert "You are in no pool yet" in text(as_(nobody).get(URL))


def test_what_is_of_this_moment_is_also_told_alone(as_: As, team: Team) -> None:
    work(team, resolved=0, opened=4)
    Escalation.objects.filter(priority="urgent").update(due_at="2026-01-01T00:00Z")
    page = text(as_(team.ada).get(f"{URL}now/"))
    assert "1 overdue" in tile(page, "now")
    assert 'id="chart-backlog" data-region' in page
    assert "<html" not in page


def test_nothing_is_styled_or_run_inline(as_: As, team: Team) -> None:
    work(team, resolved=4, opened=2)
    for path in ("", "?priority=soon", "now/"):
        page = as_(team.admin).get(f"{URL}{path}").content.decode()
        assert re.findall(r" style=|<style|<script>| on\w+=", page) == []


def test_who_is_not_signed_in_signs_in_first(client: Client, db: None) -> None:
    for path in ("", "now/", "flow.csv", "report/"):
        assert client.get(f"{URL}{path}").status_code == 302


def test_the_page_costs_the_same_at_any_history(as_: As, team: Team, django_assert_num_queries: Any) -> None:
    for days in (0, 40):
        work(team, days_ago=days, resolved=1, opened=1)
    client = as_(team.admin)
    client.get(URL)
    with django_assert_num_queries(STATEMENTS, exact=False) as few:
        client.get(URL)
    for days in (3, 10, 40):
        work(team, days_ago=days, resolved=4, opened=2, agent=make_agent())
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(URL)


def test_what_is_of_this_moment_costs_little(as_: As, team: Team, django_assert_max_num_queries: Any) -> None:
    work(team, opened=3)
    client = as_(team.ada)
    with django_assert_max_num_queries(6):
        client.get(f"{URL}now/")
