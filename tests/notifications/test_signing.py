"""Our signatures, checked by the official package."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from notifications import signing

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()


def signed(body: bytes, *secrets: str, at: float = 0) -> dict[str, str]:
    timestamp = int(time.time() + at)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.sign("msg_1", timestamp, body, secrets=secrets),
    }


@given(st.text())
def test_the_official_package_verifies_any_body(text: str) -> None:
    body = text.encode("utf-8", "replace")
    Webhook(SECRET).verify(body, signed(body, SECRET), json_parse=False)


def test_during_a_rotation_either_secret_verifies() -> None:
    headers = signed(b'{"a": 1}', OTHER, SECRET)
    assert Webhook(SECRET).verify(b'{"a": 1}', headers) == {"a": 1}
    assert Webhook(OTHER).verify(b'{"a": 1}', headers) == {"a": 1}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"a": 2}', signed(b'{"a": 1}', SECRET)),
        (b"{}", signed(b"{}", OTHER)),
        (b"{}", signed(b"{}", SECRET, at=-301)),
        (b"{}", {**signed(b"{}", SECRET), "webhook-id": "msg_2"}),
    ],
    ids=["other body", "other secret", "sent again later", "other id"],
)
def test_what_was_not_signed_so_does_not_verify(body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers)
