"""Settings from the environment. A wrong value never raises here: it is kept as a problem for the checks.

So `manage.py check`, and every start, names all wrong settings at once, with id and hint (`config/checks.py`).
"""

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

WRONG_SETTING = "config.E001"
LOOPBACK: list[Network] = [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")]


@dataclass(frozen=True)
class Problem:
    """A setting that cannot be used as it is given; the value is left out where it may hold a password."""

    name: str
    value: str
    hint: str

    @property
    def complaint(self) -> str:
        return f"{self.name} cannot be {self.value!r}." if self.value else f"{self.name} cannot be used as it is."

    def __str__(self) -> str:
        return f"({WRONG_SETTING}) {self.complaint} {self.hint}"


problems: list[Problem] = []
NO_SECRET_KEY = "unset-" * 10  # lets commands run that need no secret; config.E003 stops everything else


def refuse(problem: Problem) -> None:
    """Keep what is wrong for the checks; a setting may be read more than once."""
    if problem not in problems:
        problems.append(problem)


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def whole(name: str, default: int, *, at_least: int = 0, at_most: int = 2**31 - 1) -> int:
    """A whole number within bounds."""
    value = text(name)
    if not value:
        return default
    if value.isdecimal() and at_least <= int(value) <= at_most:
        return int(value)
    refuse(Problem(name, value, f"Give a whole number from {at_least} to {at_most}."))
    return default


def flag(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value not in {"0", "false", "no", "off"}:
        refuse(Problem(name, value, "Give true or false."))
        return default
    return False


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value in allowed:
        return value
    refuse(Problem(name, value, f"Give one of {', '.join(allowed)}."))
    return default


def folder(name: str, default: Path) -> Path:
    return Path(text(name, str(default))).expanduser().resolve()


def port() -> int:
    return whole("PORT", 8000, at_least=1, at_most=65535)


def bind() -> str:
    """The address the web process listens on."""
    return text("BIND", "127.0.0.1")


def public_url() -> str:
    return origin("PUBLIC_URL", f"http://127.0.0.1:{port()}")


def secret_key() -> str:
    """The one given, else the one that the first start made in DATA_DIR."""
    kept = data_dir() / "secret_key"
    return text("SECRET_KEY") or (kept.read_text().strip() if os.access(kept, os.R_OK) else NO_SECRET_KEY)


def redis(name: str) -> str:
    """The address of a Redis, or nothing."""
    value = text(name)
    if not value or urlsplit(value).scheme in {"redis", "rediss", "unix"}:
        return value
    refuse(Problem(name, "", "Give redis://:PASSWORD@HOST:PORT/0, or nothing to run without Redis."))
    return ""


def slack_api() -> str:
    """Where Slack's methods are, with a slash at the end: Slack itself, or a gateway in front of it."""
    value = text("SLACK_API_URL", "https://slack.com/api/").rstrip("/") + "/"
    if _is_safe(value):
        return value
    refuse(Problem("SLACK_API_URL", "", "Give an https address, such as https://slack.com/api/."))
    return "https://slack.com/api/"


def data_dir() -> Path:
    """Where everything is that the product keeps in files; the embedded servers need it before Django's settings."""
    return folder("DATA_DIR", Path(__file__).resolve().parent.parent / ".data")


def collector() -> str:
    """Where a collector of traces is, or nothing."""
    value = text("OTEL_EXPORTER_OTLP_ENDPOINT")
    if not value or urlsplit(value).scheme in {"http", "https"}:
        return value
    refuse(Problem("OTEL_EXPORTER_OTLP_ENDPOINT", value, "Give an address such as http://127.0.0.1:4318."))
    return ""


def networks(name: str) -> list[Network]:
    """Comma-separated networks in CIDR notation (RFC 4632)."""
    found: list[Network] = []
    for part in filter(None, (part.strip() for part in text(name).split(","))):
        try:
            found.append(ipaddress.ip_network(part))
        except ValueError:
            refuse(Problem(name, part, "Give networks such as 127.0.0.0/8,10.1.0.0/16."))
    return found


def origin(name: str, default: str) -> str:
    """An http(s) origin: scheme, host and perhaps a port, and nothing after it."""
    value = text(name, default).rstrip("/")
    if _is_origin(value):
        return value
    refuse(Problem(name, value, "Give scheme, host and port only, such as https://desk.example.com."))
    return default


def _is_safe(value: str) -> bool:
    """A secret may travel there."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme, parts.hostname) == ("http", "127.0.0.1"))


def _is_origin(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return False
    bare = not (parts.path or parts.query or parts.fragment or parts.username)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and bare and port_is_valid
