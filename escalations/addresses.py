"""Where a webhook may go: the rules of its URL and of the address behind it. Pure: nothing here asks DNS.

Two moments ask: the intake (`validate`: what the text alone shows) and the dial (`check`: every address the
name stands for). An address inside `settings.WEBHOOK_ALLOWED_NETWORKS` is exempt from the rules of address,
scheme and port at both.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import TypeAlias

from django.conf import settings

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_URL_LENGTH = 2000
_DEFAULT_PORTS = {"https": 443, "http": 80}

# IANA's special-purpose registry, multicast, the reserved end, and the address under which Azure serves its
# machines. The tables of the `ipaddress` module are not enough: they pass several metadata services.
_CLOSED_IPV4 = [
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
]
# Forms that carry an IPv4 address lie outside the global unicast range (mapped, NAT64), 6to4 alone in it.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_CLOSED_IPV6 = [
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]

# What RFC 3986 lets a URI consist of; everything else has a percent-encoded form.
_URI_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
_URL = re.compile(r"([A-Za-z]+)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?")
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]*\]|[^:\[\]]*)(?P<port>:.*)?")
_PORT = re.compile(r":([1-9][0-9]{0,4})")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")
_ENDS_IN_A_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")

# Names that mean this machine wherever they are asked (RFC 6761), and endings known inside a network only.
_LOOPBACK_NAMES = {"localhost": "127.0.0.1", "ip6-localhost": "::1", "ip6-loopback": "::1"}
_INSIDE_ENDINGS = (".internal", ".local", ".localdomain", ".lan", ".intranet", ".corp", ".home", ".home.arpa")

_TEXTS = {
    "url_too_long": f"The URL may have at most {MAX_URL_LENGTH} characters.",
    "url_characters": "The URL has characters that must be percent-encoded (in a host: written as xn--…).",
    "url_scheme": "The URL must begin with https://.",
    "url_fragment": "Leave out the part of the URL from '#' on: it is never sent.",
    "url_userinfo": "The URL must not carry a user name or password before the host.",
    "url_host": "The URL has no host name or address that can be used. Write an address in its plain form.",
    "url_port": "Webhooks go to port 443 only. Leave the port out of the URL.",
    "private_address": "This address is not on the public internet, so nothing is sent to it.",
    "private_name": "This name exists only inside a network, so nothing is sent to it.",
}


class UnusableAddress(Exception):
    """A webhook cannot go there. `code` is stable, for programs; `text` is for people."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.text = _TEXTS[code]
        super().__init__(self.text)


@dataclass(frozen=True)
class Target:
    """A webhook URL in parts. `host` is in lower case and without brackets; `path` includes the query.

    `literal` is the address where the host is one, or is a name of this machine; else DNS is to be asked.
    """

    scheme: str
    host: str
    port: int
    path: str
    literal: Address | None


def validate(url: str) -> Target:
    """Apply every rule that needs no look at DNS. Raises UnusableAddress."""
    target = parse(url)
    if target.literal is not None:
        check(target, target.literal)
    elif not settings.WEBHOOK_ALLOWED_NETWORKS:
        _check_scheme_and_port(target)
        _check_name_is_public(target.host)
    return target


def check(target: Target, address: Address) -> None:
    """Raises UnusableAddress if this address must not be dialled for this target."""
    if is_allowed(address):
        return
    if not is_public(address):
        raise UnusableAddress("private_address")
    _check_scheme_and_port(target)


def is_allowed(address: Address) -> bool:
    """Whether the operator has exempted the address."""
    return any(address in network for network in settings.WEBHOOK_ALLOWED_NETWORKS)


def is_public(address: Address) -> bool:
    """Whether the address is on the public internet, by our own tables."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED_IPV4)
    return address in _GLOBAL_UNICAST and not any(address in network for network in _CLOSED_IPV6)


def parse(url: str) -> Target:
    """Take the URL apart by the strictest reading, so that nobody after us can read it differently.

    Raises UnusableAddress.
    """
    if len(url) > MAX_URL_LENGTH:
        raise UnusableAddress("url_too_long")
    if not _URI_CHARACTERS.fullmatch(url):
        raise UnusableAddress("url_characters")
    parts = _URL.fullmatch(url)
    if parts is None or (scheme := parts[1].lower()) not in _DEFAULT_PORTS:
        raise UnusableAddress("url_scheme")
    if parts["fragment"] is not None:
        raise UnusableAddress("url_fragment")
    host, port = _host_and_port(parts["authority"], _DEFAULT_PORTS[scheme])
    path = (parts["path"] or "/") + (parts["query"] or "")
    return Target(scheme, host.strip("[]"), port, path, _literal(host))


def _host_and_port(authority: str, default_port: int) -> tuple[str, int]:
    if "@" in authority:
        raise UnusableAddress("url_userinfo")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise UnusableAddress("url_host")
    if parts["port"] is None:
        return parts["host"].lower(), default_port
    port = _PORT.fullmatch(parts["port"])
    if port is None or int(port[1]) > 65535:
        raise UnusableAddress("url_port")
    return parts["host"].lower(), int(port[1])


def _literal(host: str) -> Address | None:
    if host.startswith("["):
        return _strict_address(host.strip("[]"), ipaddress.IPv6Address)
    name = host.removesuffix(".")
    if _ENDS_IN_A_NUMBER.fullmatch(name):
        return _strict_address(host, ipaddress.IPv4Address)
    if not _NAME.fullmatch(name):
        raise UnusableAddress("url_host")
    if name.endswith(".localhost"):
        return ipaddress.IPv4Address("127.0.0.1")
    loopback = _LOOPBACK_NAMES.get(name.removesuffix(".localdomain"))
    return ipaddress.ip_address(loopback) if loopback else None


def _strict_address(text: str, kind: type[ipaddress.IPv4Address | ipaddress.IPv6Address]) -> Address:
    """Refuse `127.1`, `0x7f000001` and the like, which mean loopback to some resolvers only."""
    try:
        return kind(text)
    except ValueError as error:
        raise UnusableAddress("url_host") from error


def _check_scheme_and_port(target: Target) -> None:
    if target.scheme != "https":
        raise UnusableAddress("url_scheme")
    if target.port != _DEFAULT_PORTS["https"]:
        raise UnusableAddress("url_port")


def _check_name_is_public(host: str) -> None:
    name = host.removesuffix(".")
    if "." not in name or name.endswith(_INSIDE_ENDINGS):
        raise UnusableAddress("private_name")
