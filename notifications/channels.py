"""By which channels people hear: the addresses there are, what each person prefers, and who cannot be reached."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from escalations import agents, hints, vault
from escalations.api.representation import moment
from escalations.models import Priority
from notifications import messages
from notifications.messages import Notice
from notifications.models import Delivery, Endpoint, Kind, Preference
from notifications.slack import sending
from notifications.transports.email import SCHEME
from reviewers import reach as reach_of
from reviewers.models import Pool, Reviewer

FOR_PEOPLE = (Kind.EMAIL, Kind.SLACK, Kind.HOOK)
# Without a preference people hear of everything by every channel they have, but not of what has a day's time.
USUAL = {priority: frozenset(FOR_PEOPLE) if priority != Priority.LOW else frozenset() for priority in Priority}
FAILING_FOR = timedelta(hours=1)  # after which a channel does not count as one that works
DEAD_IN_A_ROW = 3  # messages that were given up, after which it does not either

_DEAD_LATELY = """
    SELECT e.id FROM unnest(%s::bigint[]) AS e (id) WHERE (
        SELECT count(*) = %s AND bool_and(d.status = 'dead') FROM (
            SELECT status FROM notifications_delivery
            WHERE endpoint_id = e.id AND agent_id IS NULL AND status <> 'pending'
            ORDER BY created_at DESC LIMIT %s) d)"""

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


def send_tests(reviewer: Reviewer) -> list[Delivery]:
    """One by each of their channels."""
    usable = {*addresses_of(reviewer), Kind.HOOK}
    return [send_test(endpoint) for kind, endpoint in reach([reviewer])[reviewer.pk].items() if kind in usable]


@transaction.atomic
def send_test(endpoint: Endpoint) -> Delivery:
    """A message that is about nothing, tried once."""
    transaction.on_commit(hints.moved)
    return Delivery.objects.create(
        endpoint=endpoint,
        message_id=f"msg_{messages.new_id()}",
        type=messages.TEST,
        body=messages.test(moment(timezone.now())),
        is_urgent=True,
    )


def is_set_up() -> bool:
    """Whether this installation sends anything to people; a webhook of somebody's own aside."""
    return bool(settings.HAS_EMAIL or settings.SLACK_BOT_TOKEN)


def unreachable() -> list[Reviewer]:
    """Whom an urgent task would not find, of those who are counted on."""
    people = list(reach_of.counted_on())
    lost = unreached(people)
    return [person for person in people if person.pk in lost]


def unreached(people: Iterable[Reviewer]) -> set[UUID]:
    """Those who have no working channel by which they want to hear of what is urgent."""
    everybody = list(people)
    prefetch_related_objects(everybody, "slack")
    known, wishes = _known(everybody), wanted(person.pk for person in everybody)
    dead = _dead_lately(endpoint.pk for endpoints in known.values() for endpoint in endpoints.values())
    return {each.pk for each in everybody if not _hears(each, known[each.pk], wishes[each.pk, Priority.URGENT], dead)}


def _hears(person: Reviewer, known: dict[str, Endpoint], wishes: frozenset[str], dead: set[int]) -> bool:
    """An address that is new has done nothing wrong yet."""
    addresses = addresses_of(person)
    usable = {kind for kind, url in addresses.items() if kind not in known or known[kind].url != url}
    usable |= {kind for kind, each in known.items() if works(each) and each.pk not in dead and is_open(kind)}
    return bool(usable & wishes)


def works(endpoint: Endpoint) -> bool:
    """Switched on, and not failing for an hour."""
    return endpoint.disabled_at is None and (
        endpoint.failing_since is None or endpoint.failing_since > timezone.now() - FAILING_FOR
    )


def _dead_lately(endpoints: Iterable[int]) -> set[int]:
    """Those to which the last messages were given up, every one."""
    with connection.cursor() as cursor:
        cursor.execute(_DEAD_LATELY, [list(endpoints), DEAD_IN_A_ROW, DEAD_IN_A_ROW])
        return {row[0] for row in cursor.fetchall()}


def is_open(kind: str) -> bool:
    return {Kind.EMAIL: bool(settings.HAS_EMAIL), Kind.SLACK: bool(settings.SLACK_BOT_TOKEN)}.get(Kind(kind), True)


def _known(people: Iterable[Reviewer]) -> dict[UUID, dict[str, Endpoint]]:
    found: dict[UUID, dict[str, Endpoint]] = defaultdict(dict)
    for endpoint in Endpoint.objects.filter(reviewer__in=list(people)):
        if endpoint.reviewer_id is not None:
            found[endpoint.reviewer_id][endpoint.kind] = endpoint
    return found
