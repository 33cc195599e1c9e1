"""A real mail server that a test starts, and what it took. It can be told to refuse, to hang, and to hang up."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.db.models import F
from pytest_django import Settings

from reviewers.mail import sender
from reviewers.models import Letter
from tests.live import free_port

TAKEN = "250 taken"
HANG = "hang"
HANG_UP = "hang up"


class Mailbox:
    """Answers each step of a conversation as `answers` says, else takes everything."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.steps: list[str] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own names
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = await self._answer(server, "RCPT")
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers.get("DATA", TAKEN) in {TAKEN, HANG_UP}:
            parsed = message_from_bytes(envelope.original_content or b"", policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.letters.append(parsed)
        return await self._answer(server, "DATA")

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return (await self._answer(server, "QUIT")).replace("250", "221")

    async def _answer(self, server: SMTP, step: str) -> str:
        self.steps.append(step)
        answer = self.answers.get(step, TAKEN)
        if answer == HANG:
            await asyncio.sleep(30)
        if answer == HANG_UP:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return answer


@contextmanager
def serve(mailbox: Mailbox, settings: Settings, *, port: int = 0, password: str = "") -> Iterator[Mailbox]:
    """Run the mail server, and have the product send by it. With a `password`, only to whom knows it."""

    def known(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
        is_right = isinstance(given, LoginPassword) and given.password.decode() == password
        return AuthResult(success=is_right, handled=False)

    options: dict[str, Any] = (
        {"authenticator": known, "auth_required": True, "auth_require_tls": False} if password else {}
    )
    controller = Controller(mailbox, hostname="127.0.0.1", port=port or free_port(), **options)
    controller.start()
    use(settings, controller.port)
    try:
        yield mailbox
    finally:
        controller.stop(no_assert=True)


def use(settings: Settings, port: int) -> None:
    settings.HAS_EMAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 1


def send_due() -> None:
    """One run of the sender, in this thread, whatever the pauses say."""
    Letter.objects.pending().update(next_attempt_at=F("created_at"))
    sender.run_once()


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(letter: EmailMessage) -> str:
    """The path of the link that the letter is about."""
    found = re.search(r"https?://[^/\s]+(/(?:invited|password/new)/\S+)", text_of(letter))
    assert found is not None, text_of(letter)
    return found[1]
