"""By which channels people hear: the addresses there are, what each person prefers, and who cannot be reached."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from escalations import agents, hints, vault
from escalations.api.representation import moment
from escalations.models import Priority
from notifications import messages
from notifications.messages import Notice
from notifications.models import Delivery, Endpoint, Kind, Preference
from notifications.slack import sending
from notifications.transports.email import SCHEME
from reviewers.models import Pool, Reviewer, Role

FOR_PEOPLE = (Kind.EMAIL, Kind.SLACK, Kind.HOOK)
# Without a preference people hear of everything by every channel they have, but not of what has a day's time.
USUAL = {priority: frozenset(FOR_PEOPLE) if priority != Priority.LOW else frozenset() for priority in Priority}
FAILING_FOR = timedelta(hours=1)  # after which a channel does not count as one that works

# What a channel carries, where it is not the message as `messages.body` has it.
COMPOSED: dict[str, Callable[[Notice], bytes]] = {Kind.SLACK: sending.compose}


def compose(notice: Notice, kind: str) -> bytes:
    return COMPOSED.get(kind, messages.body)(notice)


def addresses_of(reviewer: Reviewer) -> dict[str, str]:
    """What is known of a person without their doing; a webhook is a row that they made themselves."""
    found = {Kind.EMAIL: f"{SCHEME}{reviewer.email}"} if settings.HAS_EMAIL else {}
    slack = getattr(reviewer, "slack", None) if settings.SLACK_BOT_TOKEN else None
    return found | ({Kind.SLACK: slack.slack_id} if slack else {})


def reach(people: Iterable[Reviewer]) -> dict[UUID, dict[str, Endpoint]]:
    """The endpoints of each person by kind; those that are missing are made, a new address is taken over."""
    everybody = list(people)
    known = _known(everybody)
    missing = []
    for person in everybody:
        for kind, url in addresses_of(person).items():
            endpoint = known[person.pk].get(kind)
            if endpoint is None:
                missing.append(Endpoint(kind=kind, reviewer=person, url=url))
            elif endpoint.url != url:
                endpoint.url = url
                Endpoint.objects.filter(pk=endpoint.pk).update(url=url)
    if missing:
        Endpoint.objects.bulk_create(missing, ignore_conflicts=True)
        known = _known(everybody)
    return known


def of_pool(pool: Pool, channel: str) -> Endpoint | None:
    """Where a policy's channel leads: a webhook by its URL, or a channel of Slack by its id."""
    kind = Kind.HOOK if channel.startswith(("https://", "http://")) else Kind.SLACK
    if not channel:
        return None
    facts = {"secret": vault.seal(agents.new_webhook_secret().encode())} if kind == Kind.HOOK else {}
    return Endpoint.objects.get_or_create(pool=pool, kind=kind, url=channel, defaults=facts)[0]


def wanted(people: Iterable[UUID]) -> dict[tuple[UUID, str], frozenset[str]]:
    """The kinds by which each person wants to hear of each priority."""
    ids = list(people)
    found = {(person, str(priority)): frozenset(map(str, USUAL[priority])) for person in ids for priority in USUAL}
    for row in Preference.objects.filter(reviewer__in=ids):
        found[row.reviewer_id, row.priority] = frozenset(row.channels)
    return found


@transaction.atomic
def prefer(reviewer: Reviewer, chosen: dict[str, list[str]]) -> None:
    """Keep the kinds for each priority."""
    for priority, kinds in chosen.items():
        Preference.objects.update_or_create(reviewer=reviewer, priority=priority, defaults={"channels": kinds})


@transaction.atomic
def set_hook(reviewer: Reviewer, url: str) -> str | None:
    """A webhook of one's own, at a URL that has passed `addresses.validate`; empty: none. Returns its new secret."""
    mine = Endpoint.objects.filter(reviewer=reviewer, kind=Kind.HOOK)
    if not url:
        mine.delete()
        return None
    secret = agents.new_webhook_secret()
    fresh = {"url": url, "secret": vault.seal(secret.encode()), "failures": 0, "failing_since": None, "trouble": ""}
    fresh |= {"disabled_at": None, "disabled_reason": "", "breaker_until": None}
    Endpoint.objects.update_or_create(reviewer=reviewer, kind=Kind.HOOK, defaults=fresh)
    return secret


@transaction.atomic
def send_test(endpoint: Endpoint) -> Delivery:
    """A message that is about nothing, tried once."""
    transaction.on_commit(hints.moved)
    return Delivery.objects.create(
        endpoint=endpoint,
        message_id=f"msg_{messages.new_id()}",
        type=messages.TEST,
        body=messages.test(moment(timezone.now())),
    )


def works(endpoint: Endpoint) -> bool:
    """Switched on, and not failing for an hour."""
    return endpoint.disabled_at is None and (
        endpoint.failing_since is None or endpoint.failing_since > timezone.now() - FAILING_FOR
    )


def unreachable() -> list[Reviewer]:
    """Whom an urgent task would not find: people who answer and have no working channel that they want it by."""
    people = list(Reviewer.objects.active().exclude(role=Role.READ_ONLY).filter(seats__isnull=False).distinct())
    known, wishes = _known(people), wanted(person.pk for person in people)
    return [person for person in people if not _hears(person, known[person.pk], wishes[person.pk, Priority.URGENT])]


def _hears(person: Reviewer, known: dict[str, Endpoint], wishes: frozenset[str]) -> bool:
    usable = {kind for kind in addresses_of(person) if kind not in known}
    usable |= {kind for kind, endpoint in known.items() if works(endpoint) and is_open(kind)}
    return bool(usable & wishes)


def is_open(kind: str) -> bool:
    return {Kind.EMAIL: bool(settings.HAS_EMAIL), Kind.SLACK: bool(settings.SLACK_BOT_TOKEN)}.get(Kind(kind), True)


def _known(people: Iterable[Reviewer]) -> dict[UUID, dict[str, Endpoint]]:
    found: dict[UUID, dict[str, Endpoint]] = defaultdict(dict)
    for endpoint in Endpoint.objects.filter(reviewer__in=list(people)):
        if endpoint.reviewer_id is not None:
            found[endpoint.reviewer_id][endpoint.kind] = endpoint
    return found
