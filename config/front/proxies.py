"""Whom a request comes from. Only a proxy named in TRUSTED_PROXIES may speak for somebody else."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings

from config.environment import Network

Address = tuple[str, int] | None


def speaks_for_another(name: bytes) -> bool:
    return name.startswith(b"x-forwarded-") or name in {b"forwarded", b"x-real-ip"}


def is_trusted(client: Address) -> bool:
    return bool(settings.TRUSTED_PROXIES and client) and _is_proxy(client[0] if client else "")


def client_behind(proxy: Address, forwarded_for: bytes) -> Address:
    """The last address in the chain that is no proxy of ours; what stands before it could be made up."""
    for hop in reversed(forwarded_for.decode("latin-1").split(",")):
        address = hop.strip()
        if not _is_address(address):
            return proxy
        if not _is_proxy(address):
            return address, 0
    return proxy


def is_within(host: str, networks: Iterable[Network]) -> bool:
    return _is_within(host, tuple(networks))


def is_address(host: str) -> bool:
    return _is_address(host)


def _is_proxy(host: str) -> bool:
    return is_within(host, settings.TRUSTED_PROXIES)


@lru_cache(maxsize=1024)
def _is_within(host: str, networks: tuple[Network, ...]) -> bool:
    return _is_address(host) and any(ipaddress.ip_address(host) in network for network in networks)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
