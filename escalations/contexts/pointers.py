"""JSON pointers (RFC 6901): the address of one value inside of a document.

They also lead into texts that are JSON themselves, as the arguments of tool calls often are.
"""

import json
from typing import Any


def joined(parent: str, key: object) -> str:
    return f"{parent}/{str(key).replace('~', '~0').replace('/', '~1')}"


def below(parent: str, keys: tuple[object, ...]) -> str:
    for key in keys:
        parent = joined(parent, key)
    return parent


def find(document: Any, pointer: str) -> Any:  # noqa: ANN401 - any JSON
    """The value at the pointer. Raises LookupError when there is none."""
    if pointer and not pointer.startswith("/"):
        raise LookupError(pointer)
    for token in pointer.split("/")[1:]:
        document = _inside(document, token.replace("~1", "/").replace("~0", "~"))
    return document


def last(pointer: str) -> str:
    """The key or index that the pointer ends with; empty for the whole document."""
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def _inside(value: Any, key: str) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        value = _read(value)
    if isinstance(value, dict):
        return value[key]
    if isinstance(value, list) and key.isascii() and key.isdecimal() and len(key) < 10:
        return value[int(key)]
    raise LookupError(key)


def _read(text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise LookupError(text[:80]) from None
