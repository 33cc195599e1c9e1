"""Signing in: limited for who guesses, and back to where one was."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reviewers import tries
from reviewers.models import Reviewer, Try
from tests.reviewers.conftest import PASSWORD

pytestmark = pytest.mark.django_db

START = "/"


def sign_in(client: Client, email: str, password: str, **extra: Any) -> Any:
    return client.post("/login/", {"username": email, "password": password}, **extra)


def test_guessing_is_stopped_after_five_and_says_for_how_long(client: Client, ada: Reviewer) -> None:
    answers = [sign_in(client, ada.email, "wrong").status_code for _ in range(5)]
    response = sign_in(client, ada.email, PASSWORD)

    assert (answers, response.status_code) == ([200] * 5, 429)
    assert 890 <= int(response.headers["Retry-After"]) <= 900
    assert "Try again in 15 minutes." in response.content.decode()


def test_who_guesses_does_not_lock_the_person_out_elsewhere(client: Client, ada: Reviewer) -> None:
    for _ in range(6):
        sign_in(Client(), ada.email, "wrong", REMOTE_ADDR="198.51.100.7")

    assert sign_in(client, ada.email, PASSWORD).status_code == 302


def test_a_blocked_try_does_not_make_it_longer(client: Client, ada: Reviewer) -> None:
    for _ in range(10):
        sign_in(client, ada.email, "wrong")

    Try.objects.update(at=timezone.now() - timedelta(seconds=901))
    assert sign_in(client, ada.email, PASSWORD).status_code == 302


def test_a_sign_in_that_works_forgives_the_slips_before(client: Client, ada: Reviewer) -> None:
    for _ in range(3):
        for _slip in range(4):
            sign_in(client, ada.email, "wrong")
        assert sign_in(client, ada.email, PASSWORD).status_code == 302


def test_a_place_that_guesses_at_many_is_stopped(client: Client, ada: Reviewer) -> None:
    who = {"email": "somebody@example.com", "ip": "2001:db8::1"}
    for _ in range(40):
        tries.note(tries.SIGN_IN, **who | {"email": "x@example.com"})

    assert tries.seconds_to_wait(tries.SIGN_IN, **who | {"ip": "2001:db8::ffff"}) > 0
    assert tries.seconds_to_wait(tries.SIGN_IN, **who | {"ip": "2001:db8:0:1::1"}) == 0


def test_an_address_of_ipv4_is_itself_however_it_is_written() -> None:
    for _ in range(5):
        tries.note(tries.SIGN_IN, email="x@example.com", ip="::ffff:198.51.100.7")

    assert tries.seconds_to_wait(tries.SIGN_IN, email="x@example.com", ip="198.51.100.7") > 0
    assert tries.seconds_to_wait(tries.SIGN_IN, email="x@example.com", ip="::ffff:198.51.100.8") == 0


def test_guessing_the_old_password_is_stopped_too(client: Client, ada: Reviewer) -> None:
    client.force_login(ada)
    guess = {"old_password": "wrong", "new_password1": "quite another phrase", "new_password2": "quite another phrase"}

    assert [client.post("/password_change/", guess).status_code for _ in range(6)] == [200] * 5 + [429]
    assert client.post("/password_change/", guess | {"old_password": PASSWORD}).status_code == 429


def test_neither_address_nor_place_is_kept_readable(client: Client, ada: Reviewer) -> None:
    sign_in(client, ada.email, "wrong")

    assert all(re.fullmatch("[0-9a-f]{64}", each.key) for each in Try.objects.all())
    assert Try.objects.count() == 3


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_a_wrong_sign_in_says_the_same_whoever_it_is(client: Client, ada: Reviewer, email: str) -> None:
    page = sign_in(client, email, "wrong").content.decode()

    assert "This email and password do not go together." in page


def test_a_page_asks_for_a_sign_in_and_comes_back_to_itself(client: Client, ada: Reviewer) -> None:
    asked = client.get("/reviewers/reviewer/?q=a&role__exact=lead").headers["Location"]
    page = client.get(asked)
    there = {"username": ada.email, "password": PASSWORD, "next": page.context["next"]}

    assert client.post("/login/", there).headers["Location"] == "/reviewers/reviewer/?q=a&role__exact=lead"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", "http:///evil.example"],
)
def test_nobody_is_led_to_another_host(client: Client, ada: Reviewer, address: str) -> None:
    given = {"username": ada.email, "password": PASSWORD, "next": address}

    assert client.post("/login/", given).headers["Location"] == START
    assert client.get("/login/", {"next": address}).headers["Location"] == START


def test_who_is_signed_in_already_goes_on_to_where_they_wanted(client: Client, ada: Reviewer) -> None:
    client.force_login(ada)

    assert client.get("/login/", {"next": "/reviewers/pool/"}).headers["Location"] == "/reviewers/pool/"
