"""Whom nothing reaches is marked wherever people are listed, and told by the same rule everywhere."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from notifications import channels
from notifications.models import Delivery, Endpoint, Kind
from notifications.sender import Sender
from reviewers import reach
from reviewers.models import Pool, Reviewer, Role, Rotation, Turn
from tests.factories import default_pool, make_reviewer
from tests.notifications.test_notices import tell
from tests.reviewers.mailbox import Mailbox

pytestmark = pytest.mark.django_db

MARK = "cannot be reached"


@pytest.fixture
def ada(mail: Mailbox) -> Reviewer:
    return make_reviewer("Ada", pool=default_pool())


@pytest.fixture
def root(mail: Mailbox, client: Client) -> Reviewer:
    root = make_reviewer("Root", role=Role.ADMIN)
    client.force_login(root)
    return root


def give_up(person: Reviewer, *statuses: str) -> None:
    """Messages to them by email, the oldest first."""
    endpoint = channels.reach([person])[person.pk][Kind.EMAIL]
    for minutes, status in enumerate(statuses):
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        ends: dict[str, Any] = {"next_attempt_at": None, "delivered_at": at if status == "delivered" else None}
        Delivery.objects.create(
            endpoint=endpoint, message_id="m", type="notice.assigned", body=b"{}", status=status, created_at=at, **ends
        )


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize(
    ("statuses", "is_lost"),
    [
        ((), False),
        (("dead", "dead"), False),
        (("dead", "dead", "dead"), True),
        (("delivered", "dead", "dead", "dead"), True),
        (("dead", "dead", "dead", "delivered"), False),
        (("dead", "delivered", "dead", "dead"), False),
    ],
    ids=["new", "two-dead", "three-dead", "dead-lately", "well-again", "well-between"],
)
def test_who_lost_the_last_messages_is_lost(ada: Reviewer, statuses: tuple[str, ...], is_lost: bool) -> None:
    give_up(ada, *statuses)
    assert (ada.pk in reach.lost()) == is_lost
    assert (ada in channels.unreachable()) == is_lost


def test_a_new_address_is_believed(ada: Reviewer) -> None:
    give_up(ada, "dead", "dead", "dead")
    Reviewer.objects.filter(pk=ada.pk).update(email="ada@new.example")
    assert reach.lost() == set()


def test_a_second_channel_that_works_is_enough(ada: Reviewer) -> None:
    give_up(ada, "dead", "dead", "dead")
    channels.set_hook(ada, "https://example.com/hook")
    assert reach.lost() == set()
    Endpoint.objects.filter(kind=Kind.HOOK).update(disabled_at=timezone.now(), disabled_reason="Gone.")
    assert reach.lost() == {ada.pk}


def test_whoever_is_counted_on_is_looked_at(mail: Mailbox, settings: Settings) -> None:
    settings.HAS_EMAIL = False
    seated, looker = make_reviewer("Ada", pool=default_pool()), make_reviewer("Lou", role=Role.READ_ONLY)
    on_call, manager = make_reviewer("Olga", role=Role.READ_ONLY), make_reviewer("Mia", role=Role.ADMIN)
    make_reviewer("Idle", role=Role.READ_ONLY, is_active=False)
    Turn.objects.create(rotation=Rotation.objects.create(name="r", starts_on="2026-01-01"), reviewer=on_call)
    Pool.objects.update(manager=manager)
    assert reach.lost() >= {seated.pk, on_call.pk, manager.pk}
    assert looker.pk not in reach.lost() or looker.seats.exists()


def test_the_commands_agree(ada: Reviewer) -> None:
    call_command("check_channels")
    give_up(ada, "dead", "dead", "dead")
    with pytest.raises(CommandError, match="- Ada <ada@example"):
        call_command("check_channels")
    with pytest.raises(CommandError, match="to look at"):
        call_command("check_coverage")


def test_it_stands_on_the_team_page_and_on_the_page_on_call(client: Client, root: Reviewer, ada: Reviewer) -> None:
    rotation = Rotation.objects.create(name="r", starts_on="2026-01-01")
    Turn.objects.create(rotation=rotation, reviewer=ada)
    Pool.objects.update(rotation=rotation)
    for page in ("/desk/team/", "/desk/oncall/"):
        assert MARK not in text(client.get(page))
    give_up(ada, "dead", "dead", "dead")
    for page in ("/desk/team/", "/desk/oncall/"):
        assert MARK in text(client.get(page))


def test_the_list_of_people_marks_and_filters_them(client: Client, root: Reviewer, ada: Reviewer) -> None:
    make_reviewer("Ben", pool=default_pool())
    give_up(ada, "dead", "dead", "dead")
    assert text(client.get("/reviewers/reviewer/")).count('class="unreached"') == 1
    found = client.get("/reviewers/reviewer/?standing=unreached").context["cl"].queryset
    assert [each.name for each in found] == ["Ada"]


def test_a_desk_that_sends_nothing_says_so_once(client: Client, root: Reviewer, settings: Settings) -> None:
    settings.HAS_EMAIL = False
    page = text(client.get("/desk/team/"))
    assert page.count("sends neither email nor Slack messages") == 1
    assert MARK not in page


def test_looking_costs_the_same_for_many_people(
    client: Client, root: Reviewer, ada: Reviewer, django_assert_max_num_queries: Any
) -> None:
    for n in range(8):
        give_up(make_reviewer(f"Person {n}", pool=default_pool()), "dead")
    with django_assert_max_num_queries(5):
        reach.lost()


def test_one_pages_oneself_by_every_channel(client: Client, mail: Mailbox, ada: Reviewer) -> None:
    client.force_login(ada)
    assert "not tried yet" in text(client.get("/desk/oncall/")) or "no rotation" in text(client.get("/desk/oncall/"))
    rotation = Rotation.objects.create(name="r", starts_on="2026-01-01")
    Turn.objects.create(rotation=rotation, reviewer=ada)
    answer = client.post("/desk/oncall/page-me/")
    assert answer.status_code == 302
    assert "On its way" in text(client.get("/desk/oncall/"))
    assert "data-pending" in text(client.get("/desk/notifications/tests/"))

    Sender(for_people=True).run()
    assert [str(each["Subject"]) for each in mail.letters] == ["A test from the escalation desk"]
    assert "Arrived" in text(client.get("/desk/oncall/"))
    assert "data-pending" not in text(client.get("/desk/notifications/tests/"))


def test_a_test_that_does_not_arrive_says_why(client: Client, mail: Mailbox, ada: Reviewer) -> None:
    client.force_login(ada)
    mail.answers["RCPT"] = "550 no such user"
    client.post("/desk/oncall/page-me/")
    tell()
    page = text(client.get("/desk/notifications/tests/"))
    assert "Did not arrive" in page
    assert "550 no such user" in page


def test_who_has_no_channel_is_told(client: Client, ada: Reviewer, settings: Settings) -> None:
    settings.HAS_EMAIL = False
    client.force_login(ada)
    assert "You have no channel: nothing can reach you." in text(client.post("/desk/oncall/page-me/", follow=True))
