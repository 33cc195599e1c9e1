"""JSON as agents may send it, and the code and place of every mistake."""

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalations.api import strict_json
from escalations.api.problems import Problem

REFUSED = {
    "a byte order mark": (b"\xef\xbb\xbf{}", "byte_order_mark", None),
    "invalid UTF-8": (b'{"a": "\xff"}', "invalid_utf8", None),
    "overlong UTF-8": (b'{"a": "\xc0\x80"}', "invalid_utf8", None),
    "CESU-8": (b'{"a": "\xed\xa0\xbd\xed\xb8\x80"}', "invalid_utf8", None),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "invalid_utf8", None),
    "an empty body": (b"", "invalid_json", None),
    "text behind it": (b"{} x", "invalid_json", None),
    "a trailing comma": (b'{"a": 1,}', "invalid_json", None),
    "a comment": (b'{"a": 1 /* x */}', "invalid_json", None),
    "single quotes": (b"{'a': 1}", "invalid_json", None),
    "a raw control character": (b'{"a": "\x00"}', "invalid_json", None),
    "an unterminated string": (b'{"a": "' + b'\\"' * 50, "invalid_json", None),
    "NaN": (b'{"a": [1, NaN]}', "not_a_number", "/a/1"),
    "minus infinity": (b'{"a": {"x/y~": -Infinity}}', "not_a_number", "/a/x~1y~0"),
    "a key twice": (b'{"a": {"b": 1, "b": 2}}', "duplicate_key", "/a/b"),
    "1e400": (b'{"a": [1e400]}', "number_too_large", "/a/0"),
    "2^53 + 1": (b'{"a": 9007199254740993}', "number_too_large", "/a"),
    "5,000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "number_too_large", "/a"),
    "-(2^53 + 1)": (b'{"a": -9007199254740993}', "number_too_large", "/a"),
    "many large exponents": (b"[" + b"1e300," * 1000 + b"1]", "number_too_large", None),
    "NUL in a value": (b'{"a": {"b": ["x\\u0000"]}}', "nul_character", "/a/b/0"),
    "NUL in a key": (b'{"a\\u0000": 1}', "nul_character", "/a\x00"),
    "a lone high surrogate": (b'{"a": "\\ud83d"}', "lone_surrogate", "/a"),
    "a lone low surrogate": (b'{"a": "\\\\ud83d\\udc00"}', "lone_surrogate", "/a"),
    "a surrogate in a key": (b'{"\\udfff": 1}', "lone_surrogate", "/\udfff"),
    "34 levels": (b"[" * 34 + b"]" * 34, "too_deep", None),
    "34 levels of both kinds": (b'{"a":[' * 17 + b"]}" * 17, "too_deep", None),
    "10,000 lists": (b"[" * 10_000 + b"]" * 10_000, "too_deep", None),
    "10,000 objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep", None),
    "10,000 open lists": (b"[" * 10_000, "too_deep", None),
    "50,001 values": (b"[" + b"1," * 50_000 + b"1]", "too_many_nodes", None),
    "a long key": (b'{"' + b"k" * 129 + b'": 1}', "key_too_long", "/" + "k" * 128),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_mistake_is_refused_with_its_code_and_place(case: str) -> None:
    raw, code, pointer = REFUSED[case]
    with pytest.raises(Problem) as caught:
        strict_json.loads(raw)
    assert (caught.value.status, caught.value.code) == (400, code)
    assert [flaw.at for flaw in caught.value.flaws[:1]] == ([] if pointer is None else [pointer])


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'{"a": "\\\\u0000 \\\\ud800"}', {"a": "\\u0000 \\ud800"}),
        (b"[9007199254740992, -9007199254740992]", [2**53, -(2**53)]),
        (b"[-0, 1E5, 0.1, 1e308, 5e-324]", [0, 100000.0, 0.1, 1e308, 5e-324]),
        (b"[" * 33 + b"]" * 33, json.loads("[" * 33 + "]" * 33)),
        (b'{"a": "[[[[{{{{"}', {"a": "[[[[{{{{"}),
    ],
)
def test_what_is_allowed_arrives_unchanged(raw: bytes, value: object) -> None:
    assert strict_json.loads(raw) == value


def test_at_most_20_mistakes_are_named() -> None:
    with pytest.raises(Problem) as caught:
        strict_json.loads(b"[" + b"NaN," * 1000 + b"NaN]")
    assert len(caught.value.flaws) == 20


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=30,
)


@given(VALUES)
def test_whatever_python_writes_is_read_back(value: object) -> None:
    assert strict_json.loads(json.dumps(value).encode()) == value
    assert strict_json.loads(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=60) | st.text('[]{}",:\\u0d8e+-. ntN', max_size=60).map(str.encode))
def test_no_bytes_bring_anything_but_a_value_or_a_problem(raw: bytes) -> None:
    with contextlib.suppress(Problem):
        value = strict_json.loads(raw)
        assert strict_json.loads(json.dumps(value).encode()) == value


def test_a_nest_of_100000_is_refused_at_once() -> None:
    raw = b"[" * 100_000
    started = time.perf_counter()
    with pytest.raises(Problem, match="more than"):
        strict_json.loads(raw)
    assert time.perf_counter() - started < 0.05


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("text/plain", ""),
        ("", ""),
        ("application/xml", ""),
        ("application/*", ""),
        ("application/x-www-form-urlencoded", ""),
        ("multipart/form-data; boundary=x", ""),
        ("application/merge-patch+json", ""),
        ("application/json; charset=utf-7", ""),
        ("application/json; charset=latin-1", ""),
        ("application/json; charset=bogus", ""),
        ("application/json", "gzip"),
    ],
)
def test_only_plain_json_is_taken(content_type: str, encoding: str) -> None:
    with pytest.raises(Problem) as caught:
        strict_json.check_media_type(content_type, encoding)
    assert (caught.value.status, caught.value.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=UTF-8"])
def test_json_is_taken_under_its_names(content_type: str) -> None:
    strict_json.check_media_type(content_type, "")
