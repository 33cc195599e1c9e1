"""Sends the letters that are due, in a thread of its own: a mail server that hangs delays nothing but letters.

The sweep only wakes it (`kick`); it ends when nothing is due, or when the mail server is in trouble.
"""

import atexit
import logging
import threading

from django.db import InterfaceError, OperationalError, connection

from reviewers import tries
from reviewers.mail import letters, outbox
from reviewers.mail.handover import Conversation
from reviewers.mail.outbox import Outcome
from reviewers.models import Letter

logger = logging.getLogger(__name__)

GRACE = 5.0  # seconds for the letter that is on its way when the process ends


def run_once() -> None:
    """Send what is due, one after the other, until nothing is or the mail server does not take any."""
    with Conversation() as conversation:
        while not _background.is_over and not conversation.is_broken and (letter := outbox.lease()):
            _send(letter, conversation)


def _send(letter: Letter, conversation: Conversation) -> None:
    message = letters.write(letter)
    if message is None:
        _close(letter)
        return
    outcome = conversation.send(message)
    if outcome.error:
        _warn(letter, outcome)
    outbox.record(letter, outcome)


def _close(letter: Letter) -> None:
    """There is nothing to send. Of a request by nobody we know nothing is kept."""
    if letter.reviewer_id is None:
        outbox.drop(letter)
    else:
        outbox.record(letter, Outcome("It was over before it was sent, or SECRET_KEY has changed.", is_final=True))


def _warn(letter: Letter, outcome: Outcome) -> None:
    fields = {"letter": str(letter.pk), "kind": letter.kind, "attempt": letter.attempts}
    logger.warning("email not sent: %s", outcome.error, extra={"fields": fields})


class _Background:
    """The process's own sender, in a thread that comes and goes with the work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.is_over = False

    def kick(self) -> None:
        with self._lock:
            if self.is_over or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._run, name="letters", daemon=True)
            self._thread.start()

    def finish(self, seconds: float | None = None) -> None:
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def stop(self) -> None:
        self.is_over = True
        self.finish(GRACE)

    def _run(self) -> None:
        try:
            run_once()
        except (OperationalError, InterfaceError) as error:
            logger.warning("letters wait for the database: %s", str(error).partition("\n")[0])
        except Exception:
            logger.exception("the sender of letters ended")
        finally:
            connection.close()


_background = _Background()
atexit.register(_background.stop)


def kick() -> None:
    """Have this process send what is due. Returns at once."""
    if outbox.is_open() and Letter.objects.due().exists():
        _background.kick()


def finish() -> None:
    """Wait until the sender of this process has nothing left to do."""
    _background.finish()


def stop(**_signal: object) -> None:
    """This process is about to end: send nothing more, and give what is on its way a moment."""
    _background.stop()


def forget_old() -> None:
    """What has come to an end is not kept for ever."""
    outbox.forget_old()
    tries.forget_old()
