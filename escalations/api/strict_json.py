"""JSON as agents may send it: UTF-8, each key once, every value of a kind that arrives at a reader unchanged.

What a lenient parser lets pass breaks later: PostgreSQL refuses U+0000 and lone surrogates, a receiver in
JavaScript rounds integers above 2**53, and a deep nest exhausts the stack. A body is accepted by a few passes
in C; only one that is refused is walked, to say where the mistake is.
"""

from __future__ import annotations

import json
import math
import re
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Never

from django.utils.http import parse_header_parameters

from escalations.api import problems
from escalations.api.problems import Flaw, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rest_framework.parsers import BaseParser
    from rest_framework.renderers import BaseRenderer
    from rest_framework.request import Request

MEDIA_TYPE = "application/json"
MAX_DEPTH = 33  # 32 for `context_data`, which stands one level down
MAX_NODES = 50_000
MAX_KEY = 128
MAX_INTEGER = 2**53  # above it, neighbours share one IEEE 754 double
# PostgreSQL writes numbers out in full, so that 1e300 is read back with 301 digits: their sum is limited.
MAX_DIGITS = 256 * 1024

MAX_FLAWS = 20  # so many are named in one answer

STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
EXPONENT = re.compile(rb"[eE][+-]?0*([1-9]\d+)")
SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89abcdefABCDEF])")
BRACKETS = bytes.maketrans(b"{}", b"[]")
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
SURROGATE = re.compile("[\ud800-\udfff]")


class Refused(Exception):
    """The text is JSON, but not as we take it; a walk will tell where."""


def loads(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
    """The value of the body. Raises a 400 with a code, and a pointer to the mistake where there is one."""
    text = _decode(raw)
    _check_structure(raw)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
        )
    except Refused:
        raise _located(text) from None
    except (ValueError, RecursionError) as error:
        raise Problem(400, "invalid_json", f"The body is not valid JSON: {error}.") from None
    if SUSPICIOUS.search(raw):
        _check_characters(value)
    return value


class StrictJSONParser:
    """REST framework's way to `loads`: only `application/json`, neither compressed nor in another charset."""

    media_type = MEDIA_TYPE

    def parse(self, stream: IO[bytes], media_type: str, parser_context: Mapping[str, Any]) -> Any:  # noqa: ANN401
        check_media_type(media_type, parser_context["request"].META.get("HTTP_CONTENT_ENCODING", ""))
        return loads(stream.read())


class OnlyJSON:
    """Content negotiation without choice: it is JSON (`StrictJSONParser` refuses the rest)."""

    def select_parser(self, _request: Request, parsers: Sequence[BaseParser]) -> BaseParser:
        return parsers[0]

    def select_renderer(
        self, _request: Request, renderers: Sequence[BaseRenderer], _suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], MEDIA_TYPE


def check_media_type(content_type: str, encoding: str) -> None:
    """Raises a 415."""
    kind, parameters = parse_header_parameters(content_type)
    if kind.lower() != MEDIA_TYPE:
        _refuse_media("Send JSON with Content-Type: application/json.")
    if parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        _refuse_media("Send JSON in UTF-8, with no charset or with charset=utf-8.")
    if encoding.lower() not in {"", "identity"}:
        _refuse_media("Send the body uncompressed, without Content-Encoding.")


def _refuse_media(detail: str) -> Never:
    raise Problem(415, "unsupported_media_type", detail).with_headers(Accept=MEDIA_TYPE)


def _decode(raw: bytes) -> str:
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Problem(400, "byte_order_mark", "Send UTF-8 without a byte order mark.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, "invalid_utf8", f"The body is not valid UTF-8 at byte {error.start}.") from None


def _check_structure(raw: bytes) -> None:
    """Depth and size, found without parsing: all that matters stands outside of the strings."""
    bare = STRING.sub(b"", raw)
    brackets = bare.translate(BRACKETS, NOT_BRACKETS)
    if bare.count(b",") + brackets.count(b"[") > MAX_NODES:
        raise Problem(400, "too_many_nodes", f"The JSON has more than {MAX_NODES:,} values.")
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"")
    if brackets.startswith(b"[" * (MAX_DEPTH + 1)) or b"[]" in brackets:
        raise Problem(400, "too_deep", f"The JSON is nested more than {MAX_DEPTH} levels deep.")
    if sum(10 ** min(len(digits), 3) for digits in EXPONENT.findall(bare)) > MAX_DIGITS:
        raise Problem(400, "number_too_large", "There are too many numbers with large exponents. Send them as strings.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs) or (found and max(map(len, found)) > MAX_KEY):
        raise Refused
    return found


def _integer(literal: str) -> int:
    if len(literal) > 17 or not -MAX_INTEGER <= (value := int(literal)) <= MAX_INTEGER:
        raise Refused
    return value


def _float(literal: str) -> float:
    value = float(literal)
    if math.isinf(value):
        raise Refused
    return value


def _constant(_literal: str) -> Never:
    raise Refused


def _check_characters(value: Any) -> None:  # noqa: ANN401 - any JSON
    if flaws := list(islice(_flaws(value, ""), MAX_FLAWS)):
        raise problems.flawed(flaws)


def _located(text: str) -> Problem:
    """Read again, leniently, to say where the first mistakes are."""
    keep = _Literal
    value = json.loads(text, object_pairs_hook=_Pairs, parse_int=keep, parse_float=keep, parse_constant=keep)
    return problems.flawed(islice(_flaws(value, ""), MAX_FLAWS))


class _Literal(str):
    """A number as it was written."""


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written, with repeated keys."""


def _flaws(value: Any, at: str) -> Iterator[Flaw]:  # noqa: ANN401 - any JSON
    match value:
        case _Literal():
            yield from _flaws_of_number(value, at)
        case str():
            yield from _flaws_of_text(value, at)
        case dict() | _Pairs():
            pairs = list(value.items() if isinstance(value, dict) else value)
            yield from _flaws_of_keys([key for key, _ in pairs], at)
            for key, inner in pairs:
                yield from _flaws(inner, f"{at}/{problems.escaped(key)}")
        case list():
            for index, inner in enumerate(value):
                yield from _flaws(inner, f"{at}/{index}")


def _flaws_of_keys(keys: list[str], at: str) -> Iterator[Flaw]:
    seen: set[str] = set()
    for key in keys:
        place = f"{at}/{problems.escaped(key[:MAX_KEY])}"
        if key in seen:
            yield Flaw(place, "duplicate_key", "This key appears twice.")
        if len(key) > MAX_KEY:
            yield Flaw(place, "key_too_long", f"A key has at most {MAX_KEY} characters.")
        seen.add(key)
        yield from _flaws_of_text(key, place)


def _flaws_of_text(text: str, at: str) -> Iterator[Flaw]:
    if "\0" in text:
        yield Flaw(at, "nul_character", "The character U+0000 cannot be stored. Remove it.")
    if SURROGATE.search(text):
        yield Flaw(at, "lone_surrogate", "Half of a surrogate pair is not a character. Send the pair, or U+FFFD.")


def _flaws_of_number(literal: _Literal, at: str) -> Iterator[Flaw]:
    digits = literal.lstrip("-")
    if digits in {"NaN", "Infinity"}:
        yield Flaw(at, "not_a_number", "NaN and Infinity are not JSON. Send null or a string.")
    elif digits.isdecimal() and (len(digits) > 16 or int(digits) > MAX_INTEGER):
        yield Flaw(at, "number_too_large", "Integers go up to 2^53. Send it as a string.")
    elif math.isinf(float(literal)):
        yield Flaw(at, "number_too_large", "The number is too large to arrive unchanged. Send it as a string.")
