"""How often something may be tried: counted in PostgreSQL, for an address, a place, and both together.

The place is the network a request comes from. Who and where are kept only as keyed hashes.
"""

import ipaddress
import math
from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection
from django.utils.crypto import salted_hmac

from reviewers.models import Try

KEPT = "1 day"  # longer than any limit looks back


class Limit(NamedTuple):
    """So many tries within so many seconds, for each different `what` and each different value of `of`."""

    what: str
    of: tuple[str, ...]
    most: int
    within: int


# A stranger who guesses is stopped long before they lock the person out everywhere.
SIGN_IN = (
    Limit("sign-in", ("email", "place"), 5, 900),
    Limit("sign-in", ("place",), 40, 900),
    Limit("sign-in", ("email",), 50, 3600),
)
RESET = (
    Limit("reset", ("email",), 3, 3600),
    Limit("reset", ("place",), 20, 3600),
)

# The try that must grow old before the next is allowed, if there are as many as the limit has.
_WAIT = """
    SELECT coalesce(max(extract(epoch FROM earlier.at - statement_timestamp()) + l.within), 0)::float8
    FROM unnest(%s::text[], %s::int[], %s::int[]) AS l (key, count, within)
    CROSS JOIN LATERAL (
        SELECT t.at FROM reviewers_try t
        WHERE t.key = l.key AND t.at > statement_timestamp() - l.within * interval '1 s'
        ORDER BY t.at DESC OFFSET l.count - 1 LIMIT 1) earlier"""


def seconds_to_wait(limits: Iterable[Limit], *, email: str, ip: str) -> int:
    """Until this may be tried again: 0 if it may be tried now."""
    known = list(limits)
    keys = [_key(limit, email, ip) for limit in known]
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [keys, [limit.most for limit in known], [limit.within for limit in known]])
        seconds: float = cursor.fetchone()[0]
    return math.ceil(seconds)


def note(limits: Iterable[Limit], *, email: str, ip: str) -> None:
    Try.objects.bulk_create(Try(key=_key(limit, email, ip)) for limit in limits)


def forgive(limits: Iterable[Limit], *, email: str, ip: str) -> None:
    """It went well: what this person tried no longer counts. What their network tried does."""
    keys = [_key(limit, email, ip) for limit in limits if "email" in limit.of]
    Try.objects.filter(key__in=keys).delete()


def forget_old() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reviewers_try WHERE at < statement_timestamp() - %s::interval", [KEPT])


def _key(limit: Limit, email: str, ip: str) -> str:
    values = {"email": email.strip().lower(), "place": _place(ip)}
    said = "\n".join([limit.what, *(f"{name}={values[name]}" for name in limit.of)])
    return salted_hmac("reviewers.tries", said, algorithm="sha256").hexdigest()


def _place(ip: str) -> str:
    """One address of IPv4; of IPv6 the /64 that one household or machine has."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    address = getattr(address, "ipv4_mapped", None) or address
    return str(address if address.version == 4 else ipaddress.ip_network(f"{address}/64", strict=False))
