"""What a piece of work follows from: the request, by its id, and the trace it is part of (W3C Trace Context, 3.2).

Both are kept with each event, so that whatever is done for it later, in whichever process, can say so.
"""

import re
from contextvars import ContextVar
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
traceparent: ContextVar[str] = ContextVar("traceparent", default="")

COLUMNS = "request_id, traceparent"
VALUES = "%(request_id)s::text, %(traceparent)s::text"

# Of a version to come, what this one knows.
_TRACEPARENT = re.compile(r"((?!ff)[0-9a-f]{2})-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(-.*)?")


def params() -> dict[str, Any]:
    """Of the request that is being carried out; nothing where none is."""
    return {"request_id": request_id.get() or None, "traceparent": traceparent.get() or None}


def usable(given: str) -> str:
    """The header `traceparent` as we pass it on; empty if it is not well-formed."""
    found = _TRACEPARENT.fullmatch(given)
    if found is None or (found[1] == "00" and found[3]):
        return ""
    return f"00-{found[2]}"
