"""Who is on call, as the API and the command line say it."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reviewers import duty, oncall
from reviewers.models import Pool, Reviewer, Rotation, Turn
from tests.escalations.api.calls import as_agent, as_reviewer
from tests.escalations.api.test_description import document, validate
from tests.factories import make_agent, make_pool, make_reviewer

__all__ = ["document"]
pytestmark = pytest.mark.django_db

WHERE = "/api/oncall"
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def legal() -> Pool:
    pool = make_pool("Legal")
    pool.rotation = Rotation.objects.create(name="Lawyers", starts_on=date(2023, 12, 25), length_days=7)
    pool.save()
    return pool


@pytest.fixture
def ada(legal: Pool) -> Reviewer:
    return _turn("Ada", legal)


@pytest.fixture
def ben(ada: Reviewer, legal: Pool) -> Reviewer:
    return _turn("Ben", legal)


def _turn(name: str, pool: Pool) -> Reviewer:
    reviewer = make_reviewer(name, pool=pool)
    assert pool.rotation
    Turn.objects.create(rotation=pool.rotation, reviewer=reviewer)
    return reviewer


def ask(query: str = "") -> Any:
    return as_agent(make_agent()).get(f"{WHERE}{query}")


def test_it_says_who_until_when_and_who_is_next(legal: Pool, ada: Reviewer, ben: Reviewer) -> None:
    assert ask("?pool=Legal&at=2026-01-05T09:00:00Z").json() == {
        "at": "2026-01-05T09:00:00Z",
        "results": [
            {
                "pool": "Legal",
                "rotation": "Lawyers",
                "reviewer": {"id": str(ada.pk), "name": "Ada"},
                "until": "2026-01-12T09:00:00Z",
                "next": {"reviewer": {"id": str(ben.pk), "name": "Ben"}, "at": "2026-01-12T09:00:00Z"},
                "gaps": [],
            }
        ],
    }


def test_a_gap_is_told_ahead(ada: Reviewer) -> None:
    now = datetime.now(UTC)
    duty.take_off(ada, start_at=now + timedelta(days=3), end_at=now + timedelta(days=4))
    [told] = ask("?pool=Legal").json()["results"]
    assert (told["reviewer"]["name"], told["next"]["reviewer"], len(told["gaps"])) == ("Ada", None, 1)


def test_who_never_hands_over_is_on_call_without_an_end(ada: Reviewer) -> None:
    [told] = ask("?pool=Legal&at=2026-01-05T09:00:00Z").json()["results"]
    assert (told["until"], told["next"]) == (None, None)


def test_whoever_stands_in_for_themselves_is_not_next(legal: Pool, ada: Reviewer, ben: Reviewer) -> None:
    assert legal.rotation
    oncall.take_over(legal.rotation, ada, until=datetime.now(UTC) + timedelta(hours=1))
    [told] = ask("?pool=Legal").json()["results"]
    assert (told["reviewer"]["name"], told["next"]["reviewer"]["name"]) == ("Ada", "Ben")


def test_a_pool_without_a_rotation_calls_nobody() -> None:
    [told] = ask().json()["results"]
    assert (told["pool"], told["rotation"], told["reviewer"]) == ("Default", None, None)


def test_answers_are_as_documented(legal: Pool, ben: Reviewer, document: dict[str, Any]) -> None:
    validate(document, "/components/schemas/OnCall", ask().json())


def test_a_person_sees_their_own_pools(legal: Pool, ada: Reviewer) -> None:
    make_pool("Elsewhere")
    assert [each["pool"] for each in as_reviewer(ada).get(WHERE).json()["results"]] == ["Legal"]


@pytest.mark.parametrize("query", ["at=tomorrow", "at=9999-12-31T23:59:59Z", "at=2026-01-05T09:00:00", "pool=x", "a=b"])
def test_a_question_that_makes_no_sense_is_refused(query: str) -> None:
    assert ask(f"?{query}").status_code == 400


def whoisoncall(*arguments: str) -> str:
    out = StringIO()
    call_command("whoisoncall", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_who_it_is(legal: Pool, ada: Reviewer, ben: Reviewer) -> None:
    said = whoisoncall("--at", "2026-01-12T10:00+01:00", "--pool", "Legal")
    assert said == "Legal: Ben <ben@example.com> (Lawyers)\n"


def test_the_command_fails_where_nobody_is(legal: Pool) -> None:
    with pytest.raises(CommandError, match=r"Nobody is on call for Legal\."):
        whoisoncall()


@pytest.mark.parametrize("arguments", [("--at", "tomorrow"), ("--at", "9999-12-31"), ("--pool", "nowhere")])
def test_the_command_refuses_what_makes_no_sense(arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        whoisoncall(*arguments)
