"""Letters reach a real mail server once, whatever it does; and nothing but letters waits for it."""

import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from escalations import sweeps
from reviewers import invitations
from reviewers.mail import outbox, sender
from reviewers.mail.outbox import Outcome
from reviewers.models import Letter, Reviewer
from reviewers.people import Newcomer
from tests.factories import make_reviewer
from tests.live import free_port, until
from tests.reviewers import mailbox
from tests.reviewers.mailbox import HANG, HANG_UP, Mailbox, link_in, send_due, text_of

pytestmark = pytest.mark.django_db

Status = Letter.Status


def write_to(person: Reviewer) -> Letter:
    return outbox.queue(Letter.Kind.CHANGED, person.email, about=person, useful_for=timedelta(hours=1))


def reread(letter: Letter) -> Letter:
    letter.refresh_from_db()
    return letter


def test_a_letter_has_text_and_html_and_says_whom_it_is_from(mail: Mailbox, admin: Reviewer) -> None:
    invitations.invite(Newcomer("ada@example.com", name="Ada"), by=admin)

    send_due()
    (sent,) = mail.letters
    assert (sent["To"], sent["From"]) == ("ada@example.com", "Escalation desk <desk@localhost>")
    assert sent["Subject"] == "Sam invites you to the escalation desk"
    assert sent["Auto-Submitted"] == "auto-generated"
    html = sent.get_body(("html",))
    assert html is not None
    assert link_in(sent) in str(html.get_content())


def test_a_letter_that_is_sent_is_not_sent_again(mail: Mailbox, admin: Reviewer) -> None:
    letter = write_to(admin)

    send_due()
    send_due()
    assert len(mail.letters) == 1
    assert (reread(letter).status, letter.error, letter.attempts) == (Status.SENT, "", 1)


def test_an_outage_delays_a_letter_and_doubles_nothing(settings: Settings, admin: Reviewer) -> None:
    port = free_port()
    mailbox.use(settings, port)
    letter = write_to(admin)

    send_due()
    assert (reread(letter).status, letter.attempts) == (Status.PENDING, 1)
    assert letter.error == f"No connection to the mail server at 127.0.0.1:{port}: Connection refused."
    with mailbox.serve(Mailbox(), settings, port=port) as mail:
        send_due()
        send_due()
    assert (len(mail.letters), reread(letter).status) == (1, Status.SENT)


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_what_the_server_refuses_for_now_is_sent_later(mail: Mailbox, admin: Reviewer, step: str) -> None:
    letter = write_to(admin)
    mail.answers[step] = "451 greylisted"

    send_due()
    assert (reread(letter).status, mail.letters) == (Status.PENDING, [])
    assert "451 greylisted" in letter.error
    del mail.answers[step]
    send_due()
    assert (reread(letter).status, len(mail.letters)) == (Status.SENT, 1)


@pytest.mark.parametrize(
    ("step", "words"),
    [("RCPT", "The mail server refused the address: 550"), ("DATA", "The mail server refused the message: 550")],
)
def test_what_the_server_refuses_for_good_is_not_tried_again(
    mail: Mailbox, admin: Reviewer, step: str, words: str
) -> None:
    letter = write_to(admin)
    mail.answers[step] = "550 not here"

    send_due()
    send_due()
    assert (reread(letter).status, letter.attempts) == (Status.DEAD, 1)
    assert letter.error.startswith(words)


def test_one_refused_letter_does_not_stop_the_next(mail: Mailbox, admin: Reviewer, lead: Reviewer) -> None:
    invitations.invite(Newcomer("ada@example.com"), by=admin)
    write_to(lead)
    mail.answers["RCPT"] = "550 not here"
    send_due()
    assert mail.steps.count("RCPT") == 2


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_server_that_hangs_costs_one_try(mail: Mailbox, admin: Reviewer, step: str) -> None:
    letters = [write_to(admin) for _ in range(3)]
    mail.answers[step] = HANG
    started = time.monotonic()

    send_due()
    assert time.monotonic() - started < 5
    assert sorted(reread(letter).attempts for letter in letters) == [0, 0, 1]
    assert any("did not answer within 1 s" in letter.error for letter in letters)


def test_a_server_that_hangs_after_it_took_the_letter_gets_it_once(mail: Mailbox, admin: Reviewer) -> None:
    letter = write_to(admin)
    mail.answers["QUIT"] = HANG

    send_due()
    send_due()
    assert (len(mail.letters), reread(letter).status) == (1, Status.SENT)


def test_who_hangs_up_in_doubt_gets_the_same_message_id_again(mail: Mailbox, admin: Reviewer) -> None:
    letter = write_to(admin)
    mail.answers["DATA"] = HANG_UP
    send_due()
    del mail.answers["DATA"]

    send_due()
    assert [sent["Message-ID"] for sent in mail.letters] == [f"<{letter.pk}@127.0.0.1>"] * 2


def test_the_pauses_grow_and_end_with_the_use_of_the_letter(admin: Reviewer) -> None:
    letter = outbox.queue(Letter.Kind.CHANGED, admin.email, about=admin, useful_for=timedelta(minutes=10))
    pauses = []
    while (leased := _lease_now()) is not None:
        outbox.record(leased, Outcome("It did not work."))
        if reread(letter).next_attempt_at:
            assert letter.next_attempt_at is not None
            pauses.append(round((letter.next_attempt_at - timezone.now()).total_seconds()))
    assert (pauses, letter.status, letter.error) == ([15, 60, 300], Status.DEAD, "It did not work.")


def _lease_now() -> Letter | None:
    Letter.objects.pending().update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    return outbox.lease()


def test_the_letter_of_a_process_that_died_is_due_again(admin: Reviewer) -> None:
    write_to(admin)
    first = outbox.lease()
    assert first is not None
    assert outbox.lease() is None

    second = _lease_now()
    assert second is not None
    assert (second.pk, second.attempts) == (first.pk, 2)


def test_who_reports_too_late_changes_nothing(admin: Reviewer) -> None:
    letter = write_to(admin)
    slow, quick = _lease_now(), _lease_now()
    assert slow is not None
    assert quick is not None
    outbox.record(quick, Outcome())

    outbox.record(slow, Outcome("It did not work.", is_final=True))
    assert (reread(letter).status, letter.error) == (Status.SENT, "")


@pytest.mark.django_db(transaction=True)
def test_senders_at_the_same_moment_send_each_letter_once(mail: Mailbox) -> None:
    people = [make_reviewer() for _ in range(12)]
    for person in people:
        write_to(person)

    def send() -> None:
        sender.run_once()
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(sent["To"] for sent in mail.letters) == sorted(person.email for person in people)


@pytest.mark.django_db(transaction=True)
def test_a_sweep_sends_in_the_background(mail: Mailbox, admin: Reviewer) -> None:
    letter = write_to(admin)

    sweeps.run_all()
    sweeps.finish_all()
    assert (len(mail.letters), reread(letter).status) == (1, Status.SENT)


@pytest.mark.django_db(transaction=True)
def test_a_sweep_does_not_wait_for_a_server_that_hangs(mail: Mailbox, admin: Reviewer) -> None:
    write_to(admin)
    mail.answers["RCPT"] = HANG
    started = time.monotonic()

    sender.kick()
    sender.kick()
    assert time.monotonic() - started < 0.5
    until(lambda: "RCPT" in mail.steps)
    sender.finish()
    assert mail.steps.count("RCPT") == 1


def test_without_a_mail_server_nothing_is_queued(admin: Reviewer) -> None:
    invitations.invite(Newcomer("ada@example.com"), by=admin)

    assert not Letter.objects.exists()


def test_a_name_cannot_add_a_line_to_the_head(mail: Mailbox, admin: Reviewer) -> None:
    Reviewer.objects.filter(pk=admin.pk).update(name="Sam\r\nBcc: eve@example.com\u202e")
    admin.refresh_from_db()
    invitations.invite(Newcomer("ada@example.com"), by=admin)

    send_due()
    (sent,) = mail.letters
    assert sent["Bcc"] is None
    assert sent["Subject"] == "Sam Bcc: eve@example.com invites you to the escalation desk"


def test_a_name_is_text_in_both_parts(mail: Mailbox, admin: Reviewer) -> None:
    Reviewer.objects.filter(pk=admin.pk).update(name="<b>O'Brien & Söhne</b>")
    admin.refresh_from_db()
    invitations.invite(Newcomer("ada@example.com"), by=admin)

    send_due()
    (sent,) = mail.letters
    html = sent.get_body(("html",))
    assert html is not None
    assert "<b>O'Brien & Söhne</b> invites you" in text_of(sent)
    assert "&lt;b&gt;O&#x27;Brien &amp; Söhne&lt;/b&gt; invites you" in str(html.get_content())


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_wrong_password_for_the_mail_server_is_said(settings: Settings, admin: Reviewer) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "desk", "wrong"
    letter = write_to(admin)
    with mailbox.serve(Mailbox(), settings, password="right"):
        send_due()
        assert reread(letter).status == Status.PENDING
        assert letter.error.startswith("The mail server refused the user name or the password: 535")
        settings.EMAIL_HOST_PASSWORD = "right"
        send_due()
    assert reread(letter).status == Status.SENT


def test_a_server_without_starttls_gets_no_letter(mail: Mailbox, settings: Settings, admin: Reviewer) -> None:
    settings.EMAIL_USE_TLS = True
    letter = write_to(admin)

    send_due()
    assert (reread(letter).status, mail.letters) == (Status.PENDING, [])
    assert "does not offer what EMAIL_URL asks for: STARTTLS" in letter.error


@pytest.mark.parametrize("backend", ["no.such.Backend", "django.core.mail.backends.filebased.EmailBackend"])
def test_a_backend_that_cannot_work_is_an_outcome_like_any_other(
    settings: Settings, admin: Reviewer, backend: str
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = backend, "/dev/null/letters"
    letter = write_to(admin)

    send_due()
    assert (reread(letter).status, letter.error[:24]) == (Status.PENDING, "The email was not sent: ")


def test_old_letters_are_forgotten(mail: Mailbox, admin: Reviewer) -> None:
    write_to(admin)
    send_due()
    write_to(admin)

    with time_machine.travel(timezone.now() + timedelta(days=15)):
        sender.forget_old()
    assert [letter.status for letter in Letter.objects.all()] == [Status.PENDING]
