"""Log lines: one JSON object each, with the id of the request it belongs to, and without secrets."""

import json
import logging
import re
import time
from functools import lru_cache

from escalations.causes import request_id as request_id
from escalations.causes import traceparent

# No line tells of them, and asking costs more than writing a line does.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False

ENCODER = json.JSONEncoder(default=str)
GONE = "[redacted]"
# Looked for in lower case first, because a search is cheaper than the expression below.
MARKS = (
    "esc_",
    "whsec_",
    "xox",
    "sk-",
    "authorization",
    "x-api-key",
    "x_api_key",
    "cookie",
    "password",
    "://",
    "/invited/",
    "/oncall/feed/",
)
SECRETS = re.compile(
    r"(?P<key>\besc_(?:live|test)_)\w+"
    r"|(?P<webhook>\bwhsec_)[\w+/=-]+"
    r"|(?P<slack>\bxox[a-z]-)[\w-]+"
    r"|(?P<openai>\bsk-)[\w-]{16,}"
    r"|(?P<cookie>cookie[\"'\\]*\s*[:=]\s*[\"'\\]*)[^\"\\]+"
    r"|(?P<header>(?:authorization|x[-_]api[-_]key|password)[\"'\\]*\s*[:=]\s*[\"'\\]*(?:(?:bearer|basic)\s+)?)[^\s\"',;\\{}\[\]]+"
    r"|(?P<link>/(?:invited|oncall/feed|password/new/[\w-]+)/)[\w-]{20,}"
    r"|(?P<url>://[^\s/:@\"\\]*:)[^\s/@\"\\]+(?=@)",
    re.IGNORECASE,
)


class JsonFormatter(logging.Formatter):
    """`fields`, given by `extra`, are further members of the line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "ts": f"{_second(int(record.created))}.{int(record.msecs):03}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            line["request_id"] = current
        if trace := traceparent.get():
            line["trace_id"] = trace[3:35]
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        # JSON escapes line breaks, the escape character and everything beyond ASCII, but not DEL.
        return redact(ENCODER.encode(line)).replace("\x7f", "\\u007f")


@lru_cache(maxsize=2)
def _second(since_1970: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(since_1970))


def redact(text: str) -> str:
    """The text with every secret cut off after the mark by which it was recognised."""
    lower = text.lower()
    if not any(mark in lower for mark in MARKS):
        return text
    return SECRETS.sub(lambda found: (found[found.lastgroup or 0]) + GONE, text)
