"""Email from the environment. A wrong value is kept as a problem for the checks, like every other setting."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from config import environment
from config.environment import Problem

BACKENDS = "django.core.mail.backends"
NOWHERE = f"{BACKENDS}.dummy.EmailBackend"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
HINT = "Give smtp://USER:PASSWORD@HOST:587 (STARTTLS), smtps://USER:PASSWORD@HOST:465, console: or file:///FOLDER."


@dataclass(frozen=True)
class Server:
    """Where letters go."""

    backend: str = NOWHERE
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    is_tls: bool = False
    is_starttls: bool = False
    folder: str = ""

    @property
    def is_in_clear(self) -> bool:
        """Whether a password would travel over a network for everybody to read."""
        return bool(self.password) and not (self.is_tls or self.is_starttls) and self.host not in LOOPBACK


def server() -> Server:
    value = environment.text("EMAIL_URL")
    if not value:
        return Server()
    try:
        return _read(value)
    except ValueError:
        environment.refuse(Problem("EMAIL_URL", "", HINT))  # the value may hold a password
        return Server()


def sender(host: str) -> str:
    """Whom letters come from; `host` is where the product is."""
    usual = f"Escalation desk <desk@{host if '.' in host and not host[-1].isdigit() else 'localhost'}>"
    value = environment.text("DEFAULT_FROM_EMAIL", usual)
    try:
        validate_email(parseaddr(value)[1])
    except ValidationError:
        environment.refuse(Problem("DEFAULT_FROM_EMAIL", value, "Give desk@example.com or Desk <desk@example.com>."))
        return usual
    return value


def _read(url: str) -> Server:
    """Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme == "console":
        return Server(f"{BACKENDS}.console.EmailBackend")
    if parts.scheme == "file" and parts.path.startswith("/"):
        return Server(f"{BACKENDS}.filebased.EmailBackend", folder=unquote(parts.path))
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError
    is_tls = parts.scheme == "smtps"
    return Server(
        f"{BACKENDS}.smtp.EmailBackend",
        host=parts.hostname,
        port=parts.port or (465 if is_tls else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_tls=is_tls,
        is_starttls=not is_tls and _starttls(parts.query, parts.hostname),
    )


def _starttls(query: str, host: str) -> bool:
    """Unless `?tls=false` says otherwise, STARTTLS is required of every server on another machine."""
    asked = parse_qs(query, keep_blank_values=True, strict_parsing=bool(query))
    said = asked.pop("tls", ["false" if host in LOOPBACK else "true"])[-1].lower()
    if asked or said not in {"true", "false"}:
        raise ValueError
    return said == "true"
