"""One try to hand letters to the mail server. Whatever goes wrong is an outcome, in words an operator can act on."""

import logging
import smtplib
import socket
import ssl
from contextlib import suppress
from types import TracebackType
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from reviewers.mail.outbox import Outcome

logger = logging.getLogger(__name__)

KEPT = 300  # characters of what a server said


class Conversation:
    """One connection for several letters, opened with the first of them."""

    def __init__(self) -> None:
        self._backend: Any = None
        self.is_broken = False

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The letters are sent; how the goodbye goes is of no matter.
        with suppress(OSError, smtplib.SMTPException):
            if self._backend is not None:
                self._backend.close()

    def send(self, message: EmailMessage) -> Outcome:
        """Never raises. After a failure that is the server's own, `is_broken` says so."""
        try:
            self._backend = self._backend or get_connection()
            self._backend.open()
            self._backend.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            return _refused("The mail server refused the address", code, said)
        except smtplib.SMTPDataError as error:
            return _refused("The mail server refused the message", error.smtp_code, error.smtp_error)
        except Exception as error:  # noqa: BLE001 - any backend may be configured, with errors of its own
            self.is_broken = True
            return Outcome(in_words(error))
        return Outcome()


def in_words(error: BaseException) -> str:
    """What went wrong, and what may help."""
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(error, where)
    match error:
        case smtplib.SMTPNotSupportedError():
            return f"The mail server at {where} does not offer what EMAIL_URL asks for: {error}"[:KEPT]
        case ssl.SSLError():
            return f"No safe connection to {where}: {error.reason or error}. (Port 465 needs smtps://, 587 smtp://.)"
        case socket.gaierror():
            return f"The mail server's name {settings.EMAIL_HOST} cannot be found."
        case TimeoutError() | smtplib.SMTPServerDisconnected():
            return f"The mail server at {where} did not answer within {settings.EMAIL_TIMEOUT} s, or hung up."
        case OSError():
            return f"No connection to the mail server at {where}: {error.strerror or type(error).__name__}."
        case _:
            logger.error("email not sent", exc_info=error)
            return f"The email was not sent: {type(error).__name__}."


def _answered(error: smtplib.SMTPResponseException, where: str) -> str:
    what = f"The mail server at {where} refused to talk"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        what = "The mail server refused the user name or the password"
    elif isinstance(error, smtplib.SMTPSenderRefused):
        what = f"The mail server refused the sender {error.sender} (DEFAULT_FROM_EMAIL)"
    return _said(what, error.smtp_code, error.smtp_error)


def _refused(what: str, code: int, said: Any) -> Outcome:  # noqa: ANN401 - bytes, or text
    """Codes from 500 to 599 are for good, all others, and those that do not exist, for now (RFC 5321, 4.2.1)."""
    return Outcome(_said(what, code, said), is_final=500 <= code < 600)


def _said(what: str, code: int, said: Any) -> str:  # noqa: ANN401
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return f"{what}: {code} {' '.join(text.split())}".replace("\0", "\ufffd")[:KEPT]
