"""Bad input is never our error: each of these gets the status and the code it deserves."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalations.api import serializers
from escalations.models import Agent, Escalation
from tests import factories
from tests.escalations.api.calls import ALL, Api, as_agent, as_reviewer, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot() -> Agent:
    return factories.make_agent("bot")


@pytest.fixture
def api(bot: Agent) -> Api:
    return as_agent(bot)


def around(value: bytes) -> bytes:
    """A body that is good but for the value in its context."""
    return b'{"issue_description": "May I?", "context_data": {"a": ' + value + b"}}"


BODIES: dict[str, tuple[bytes, int, str]] = {
    "NUL in a text": (b'{"issue_description": "a\\u0000b"}', 400, "nul_character"),
    "NUL in a context value": (around(b'"\\u0000"'), 400, "nul_character"),
    "NUL in a context key": (around(b'{"\\u0000": 1}'), 400, "nul_character"),
    "a raw NUL": (b'{"issue_description": "a\x00b"}', 400, "invalid_json"),
    "a lone surrogate in a text": (b'{"issue_description": "\\ud800"}', 400, "lone_surrogate"),
    "a lone surrogate in a context": (around(b'["\\udfff"]'), 400, "lone_surrogate"),
    "a pair of surrogates": (around(b'"\\ud83d\\ude00"'), 201, ""),
    "NaN": (around(b"NaN"), 400, "not_a_number"),
    "Infinity": (around(b"Infinity"), 400, "not_a_number"),
    "-Infinity": (around(b"-Infinity"), 400, "not_a_number"),
    "nan as a text": (around(b'"nan"'), 201, ""),
    "nan as a priority": (b'{"issue_description": "x", "priority": "nan"}', 400, "invalid_choice"),
    "5,000 digits": (around(b"9" * 5000), 400, "number_too_large"),
    "4,000 digits": (around(b"9" * 4000), 400, "number_too_large"),
    "2^53 + 1": (around(b"9007199254740993"), 400, "number_too_large"),
    "1e400": (around(b"1e400"), 400, "number_too_large"),
    "-0, 1E5 and 0.1": (around(b"[-0, 1E5, 0.1]"), 201, ""),
    "a key twice": (around(b'{"b": 1, "b": 2}'), 400, "duplicate_key"),
    "a field twice": (b'{"issue_description": "x", "issue_description": "y"}', 400, "duplicate_key"),
    "an unknown field": (b'{"issue_description": "x", "org": 1}', 400, "unknown_field"),
    "a status": (b'{"issue_description": "x", "status": "resolved"}', 400, "invalid_choice"),
    "33 levels": (around(b"[" * 32 + b"]" * 32), 400, "too_deep"),
    "32 levels": (around(b"[" * 31 + b"]" * 31), 201, ""),
    "900 levels": (around(b"[" * 900 + b"]" * 900), 400, "too_deep"),
    "10,000 lists": (around(b"[" * 10_000 + b"]" * 10_000), 400, "too_deep"),
    "10,000 objects": (around(b'{"a":' * 10_000 + b"1" + b"}" * 10_000), 400, "too_deep"),
    "100,000 lists": (b"[" * 100_000, 400, "too_many_nodes"),
    "50,000 values": (around(b"[" + b"1," * 50_000 + b"1]"), 400, "too_many_nodes"),
    "10^6 keys": (around(b"{" + b",".join(b'"%d":1' % key for key in range(10**6)) + b"}"), 413, "body_too_large"),
    "1 MB": (around(b'"' + b"x" * 10**6 + b'"'), 413, "body_too_large"),
    "300 KiB": (around(b'"' + b"x" * 300 * 1024 + b'"'), 413, "context_too_large"),
    "invalid UTF-8": (around(b'"\xff"'), 400, "invalid_utf8"),
    "overlong UTF-8": (around(b'"\xc0\xaf"'), 400, "invalid_utf8"),
    "CESU-8": (around(b'"\xed\xa0\xbd\xed\xb8\x80"'), 400, "invalid_utf8"),
    "a byte order mark": (b"\xef\xbb\xbf" + around(b"1"), 400, "byte_order_mark"),
    "gzip": (b"\x1f\x8b\x08\x00", 400, "invalid_utf8"),
    "nothing": (b"", 400, "required"),
    "an empty object": (b"{}", 400, "required"),
    "null": (b"null", 400, "not_an_object"),
    "a list": (b"[]", 400, "not_an_object"),
    "a list of objects": (b'[{"issue_description": "x"}]', 400, "not_an_object"),
    "a text": (b'"x"', 400, "not_an_object"),
    "a number": (b"1", 400, "not_an_object"),
    "something behind it": (around(b"1") + b"x", 400, "invalid_json"),
    "two bodies": (around(b"1") * 2, 400, "invalid_json"),
    "a trailing comma": (b'{"issue_description": "x",}', 400, "invalid_json"),
    "a comment": (b'{"issue_description": "x"} // y', 400, "invalid_json"),
    "single quotes": (b"{'issue_description': 'x'}", 400, "invalid_json"),
    "a truncated body": (b'{"issue_description": "x', 400, "invalid_json"),
    "only zero-width characters": ('{"issue_description": "\u200b\u200d"}'.encode(), 400, "blank"),
    "20,000 emoji": (b'{"issue_description": "' + "\U0001f600".encode() * 10**4 * 2 + b'"}', 400, "too_long"),
    "bidi, controls and ANSI": (b'{"issue_description": "\\u202ea\\u001b[31m\\u0007"}', 201, ""),
    "10,000 combining marks": (b'{"issue_description": "e' + "\u0301".encode() * 9_999 + b'"}', 201, ""),
    "a moment": (b'{"issue_description": "x", "expires_at": "0001-01-01T00:00:00+14:00"}', 400, "invalid_value"),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_gets_what_it_deserves(api: Api, case: str) -> None:
    body, status, code = BODIES[case]
    response = api.post(ALL, body)
    assert response.status_code == status, response.content[:500]
    assert response.json().get("code", "") == code
    if status != 201:
        assert response["Content-Type"] == "application/problem+json"
        assert not Escalation.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": ""},
        {"content_type": "application/xml"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": "application/json; charset=utf-7"},
        {"content_type": "application/json; charset=bogus"},
        {"content_type": "application/json, application/json"},
        {"content_encoding": "gzip"},
        {"content_encoding": "br, gzip"},
    ],
)
def test_what_is_not_plain_json_is_415(api: Api, headers: dict[str, str]) -> None:
    response = api.post(ALL, around(b"1"), **headers)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "", "x" * 9000, "application/json;q=0"])
def test_whatever_is_accepted_it_is_json(api: Api, accept: str) -> None:
    response = api.get(ALL, accept=accept)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "tail",
    [
        "%00",
        "1" * 20,
        "../x",
        "%2e%2e",
        "ESC-1001",
        "None",
        "01a2053e",
        "0" * 32,
        "%F0%9F%98%80",
        "x" * 5000,
        "*",
        "1/claim",
    ],
)
def test_an_id_that_is_none_is_404(api: Api, tail: str) -> None:
    response = api.get(f"{ALL}/{tail}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/escalations/", "/api/events/"])
def test_an_address_that_is_none_is_404(api: Api, path: str) -> None:
    response = api.get(path)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("notes", "status"),
    [(b'""', 400), (b'"\\u0000"', 400), (b'"' + b"x" * 10**6 + b'"', 413), ('"\u202e<b>"'.encode(), 200), (b"{}", 400)],
)
def test_an_answer_gets_what_it_deserves(bot: Agent, notes: bytes, status: int) -> None:
    ada = as_reviewer(factories.make_reviewer("Ada"))
    escalation = factories.make_escalation(agent=bot)
    response = ada.patch(path_of(escalation, "resolve"), b'{"resolution_notes": ' + notes + b"}")
    assert response.status_code == status


TEXT = st.text(max_size=12)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from([*serializers.CREATE.fields, "reason", "\x00", "\ud800"])
WHATEVER = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@WHATEVER
@given(fields=st.dictionaries(FIELDS, JSON, max_size=6))
def test_no_fields_make_an_error_of_ours(api: Api, fields: dict[str, Any]) -> None:
    response = api.post(ALL, json.dumps(fields).encode())
    assert response.status_code in {200, 201, 400, 403, 422}


@WHATEVER
@given(body=st.binary(max_size=80))
def test_no_bytes_make_an_error_of_ours(api: Api, body: bytes) -> None:
    assert api.post(ALL, body).status_code == 400


@WHATEVER
@given(context=JSON)
def test_a_context_comes_back_as_it_was_sent_or_is_refused(api: Api, context: Any) -> None:
    response = api.post(ALL, {"issue_description": "May I?", "context_data": context})
    assert response.status_code in {201, 400}
    if response.status_code == 201:
        assert as_doubles(response.json()["context_data"]) == as_doubles(context)


@WHATEVER
@given(
    names=st.lists(
        st.sampled_from(["status", "q", "cursor", "limit", "created_after", "tag", "assigned_to", "ordering", "after"]),
        max_size=3,
    ),
    value=st.text(max_size=40),
)
def test_no_query_makes_an_error_of_ours(api: Api, names: list[str], value: str) -> None:
    query = "&".join(f"{name}={_quoted(value)}" for name in names)
    for path in (ALL, "/api/events"):
        assert api.get(f"{path}?{query}").status_code in {200, 400}


@WHATEVER
@given(verb=st.sampled_from(["claim", "resolve", "release", "decline", "reassign", "reopen"]), body=JSON)
def test_no_verb_makes_an_error_of_ours(api: Api, verb: str, body: Any) -> None:
    response = api.patch(path_of("01a2053e-0d47-7927-99a9-2548e03ec513", verb), json.dumps(body).encode())
    assert response.status_code in {400, 403, 404}


def as_doubles(value: Any) -> Any:
    """With each number as the double that a reader in JavaScript would see."""
    match value:
        case bool() | None | str():
            return value
        case int() | float():
            return float(value)
        case list():
            return [as_doubles(inner) for inner in value]
    return {key: as_doubles(inner) for key, inner in value.items()}


def _quoted(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode("utf-8", "surrogatepass"))
