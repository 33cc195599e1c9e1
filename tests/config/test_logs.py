"""Log lines: one JSON object each, nothing secret in them, and nothing that moves a terminal's cursor."""

import json
import logging
import sys
from typing import Any

import pytest

from config import logs

KEY = "esc_live_0123456789_" + "a" * 49


def line(message: str, *args: object, **fields: object) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(raw(message, *args, **fields))
    return parsed


def raw(message: str, *args: object, **fields: object) -> str:
    extra = {"fields": fields}
    record = logging.getLogger("tests").makeRecord("tests", logging.INFO, "", 0, message, args, None, extra=extra)
    return logs.JsonFormatter().format(record)


@pytest.fixture(autouse=True)
def _no_request() -> None:
    logs.request_id.set("")


def test_a_line_says_when_how_bad_where_and_what() -> None:
    facts = {"name": "tests", "levelname": "INFO", "msg": "%s of %s", "args": (1, 2)}
    record = logging.makeLogRecord(facts | {"created": 1_769_860_800.25, "msecs": 250.0})
    assert json.loads(logs.JsonFormatter().format(record)) == {
        "ts": "2026-01-31T12:00:00.250Z",
        "level": "INFO",
        "logger": "tests",
        "message": "1 of 2",
    }


def test_a_line_names_the_request_it_belongs_to() -> None:
    logs.request_id.set("order-6144")
    assert line("hello")["request_id"] == "order-6144"


def test_further_fields_stand_beside_the_message() -> None:
    assert line("hello", status=200)["status"] == 200


def test_an_error_brings_its_traceback() -> None:
    try:
        raise ValueError("odd")
    except ValueError:
        record = logging.getLogger("tests").makeRecord("tests", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    assert "ValueError: odd" in json.loads(logs.JsonFormatter().format(record))["exception"]


def test_a_value_that_json_does_not_know_is_written_as_text() -> None:
    assert line("hello", path=logs)["path"].startswith("<module")


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "\x1b[2J", "\x7f", "\x9b31m", "\u2028", "\ud800", "\0"])
def test_a_line_stays_one_line_of_printable_ascii(text: str) -> None:
    told = raw(text)
    assert told.isascii()
    assert told.isprintable()
    assert json.loads(told)["message"] == text


SECRETS = {
    KEY: KEY,
    f"Authorization: Bearer {KEY}": KEY,
    "{'authorization': 'Bearer abcdefg'}": "abcdefg",
    '{"HTTP_AUTHORIZATION": "Basic YWRhOnNlY3JldA=="}': "YWRhOnNlY3JldA",
    "X-API-Key: opensesame": "opensesame",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "token xoxb-123456789-abcdef": "123456789-abcdef",
    "sk-proj-abcdefghijklmnop1234": "abcdefghijklmnop1234",
    "Cookie: desk_session_8000=abc123; other=1": "abc123",
    "Set-Cookie: desk_session_8000=abc123": "abc123",
    "postgresql://desk:hunter2@db/desk": "hunter2",
    "password=hunter2": "hunter2",
}


@pytest.mark.parametrize(("text", "secret"), SECRETS.items())
def test_a_secret_is_not_written_down(text: str, secret: str) -> None:
    told = raw("before %s after", text)
    assert secret not in told
    assert "[redacted]" in json.loads(told)["message"]


def test_a_secret_in_a_traceback_is_not_written_down() -> None:
    try:
        raise ValueError(KEY)
    except ValueError:
        record = logging.getLogger("tests").makeRecord("tests", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    assert KEY not in logs.JsonFormatter().format(record)


@pytest.mark.parametrize(
    "text",
    ["authorization", "no password given", "cookie", 'authorization"}', "authorization: {", "https://a.example/b"],
)
def test_a_word_alone_is_no_secret(text: str) -> None:
    assert line(text)["message"] == text
