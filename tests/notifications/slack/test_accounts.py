"""Whose account in Slack is whose."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from notifications.slack import accounts
from notifications.slack.accounts import CannotLink
from tests.factories import make_reviewer
from tests.notifications.slack.servers import FakeSlack

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("link_slack", *arguments, stdout=said)
    return said.getvalue()


def test_a_person_is_linked_by_email(slack: FakeSlack) -> None:
    slack.answers["users.lookupByEmail"] = {"user": {"id": "U0ADA0001"}}
    ada = make_reviewer("Ada")
    assert run("--email", "ADA@example.com") == f"U0ADA0001 is {ada}\n"
    assert accounts.person_of("U0ADA0001") == ada
    assert accounts.id_of(ada) == "U0ADA0001"


def test_a_person_is_linked_by_id_without_asking_slack(slack: FakeSlack) -> None:
    run("--email", make_reviewer("Ada").email, "--id", "U0ADA0001")
    assert accounts.person_of("U0ADA0001") is not None
    assert slack.asked == []


def test_an_account_is_one_persons(slack: FakeSlack) -> None:
    accounts.link(make_reviewer("Ada"), slack_id="U0ADA0001")
    with pytest.raises(CannotLink, match="linked to Ada"):
        accounts.link(make_reviewer("Grace"), slack_id="U0ADA0001")


@pytest.mark.parametrize("slack_id", ["ada", "C0DESK001", "<@U0ADA0001>"])
def test_what_is_no_account_is_refused(slack: FakeSlack, slack_id: str) -> None:
    with pytest.raises(CannotLink, match="is no id of an account in Slack"):
        accounts.link(make_reviewer("Ada"), slack_id=slack_id)


def test_whoever_is_not_in_slack_is_named_and_the_others_are_linked(slack: FakeSlack) -> None:
    accounts.link(make_reviewer("Ada"), slack_id="U0ADA0001")
    make_reviewer("Grace")
    slack.answers["users.lookupByEmail"] = {"ok": False, "error": "users_not_found"}
    assert run() == "Nobody in Slack has the email grace@example.com.\n"


def test_a_link_can_be_taken_away(slack: FakeSlack) -> None:
    ada = make_reviewer("Ada")
    accounts.link(ada, slack_id="U0ADA0001")
    assert run("--email", ada.email, "--remove") == f"{ada} is no longer linked.\n"
    assert accounts.person_of("U0ADA0001") is None


def test_a_slack_that_is_away_ends_it(slack: FakeSlack) -> None:
    slack.status = 503
    make_reviewer("Ada")
    with pytest.raises(CommandError, match="Slack answered 503"):
        run()


@pytest.mark.parametrize("arguments", [["--id", "U0ADA0001"], ["--remove"], ["--email", "nobody@example.com"]])
def test_it_must_be_clear_whose(slack: FakeSlack, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
