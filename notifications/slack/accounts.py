"""Who is who in Slack. A person is known by their email there once, and by the id of their account from then on."""

import re

from notifications.slack.models import SlackAccount
from notifications.transports import slack
from reviewers.models import Reviewer

ID = re.compile(r"[UW][A-Z0-9]{5,30}")


class CannotLink(Exception):
    """The message is a sentence for whoever tries."""


def person_of(slack_id: str) -> Reviewer | None:
    """Who may act as this account: active, and linked."""
    return Reviewer.objects.filter(slack__slack_id=slack_id, is_active=True).first()


def id_of(reviewer: Reviewer) -> str | None:
    account = SlackAccount.objects.filter(reviewer=reviewer).first()
    return account.slack_id if account else None


def link(reviewer: Reviewer, *, slack_id: str = "") -> SlackAccount:
    """To the account given, else to the one with the same email. Raises CannotLink, or NotTaken when Slack is away."""
    found = slack_id or slack.find(reviewer.email)
    if not found:
        raise CannotLink(f"Nobody in Slack has the email {reviewer.email}.")
    if not ID.fullmatch(found):
        raise CannotLink(f"{found} is no id of an account in Slack: those look like U012AB3CD.")
    other = SlackAccount.objects.filter(slack_id=found).exclude(reviewer=reviewer).first()
    if other is not None:
        raise CannotLink(f"This account in Slack is linked to {other.reviewer} already.")
    account, _is_new = SlackAccount.objects.update_or_create(reviewer=reviewer, defaults={"slack_id": found})
    return account


def unlink(reviewer: Reviewer) -> bool:
    """Whether there was a link."""
    return SlackAccount.objects.filter(reviewer=reviewer).delete()[0] > 0
