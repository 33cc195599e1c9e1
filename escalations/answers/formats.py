"""The formats of texts that we take, each with an example."""

import re
from datetime import date, datetime
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

FORMATS = ("date", "date-time", "email", "uri")
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# RFC 3339, section 5.6: seconds and an offset are needed.
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[!-~]+")


def is_in_format(text: str, name: str) -> bool:
    try:
        return _CHECKS[name](text)
    except (ValueError, ValidationError):
        return False


def sentence(name: str) -> str:
    return {
        "date": _("Give a date, such as 2026-03-01."),
        "date-time": _("Give a date, a time and its zone, such as 2026-03-01T12:00:00Z."),
        "email": _("Give an email address, such as ada@example.com."),
        "uri": _("Give a whole address, such as https://example.com/page."),
    }[name]


def _is_date(text: str) -> bool:
    return bool(DATE.fullmatch(text) and date.fromisoformat(text))


def _is_date_time(text: str) -> bool:
    return bool(DATE_TIME.fullmatch(text) and datetime.fromisoformat(text.upper()))


def _is_email(text: str) -> bool:
    validate_email(text)
    return True


def _is_uri(text: str) -> bool:
    parts = urlsplit(text)
    return bool(URI.fullmatch(text)) and (parts.scheme not in {"http", "https"} or bool(parts.hostname))


_CHECKS = {"date": _is_date, "date-time": _is_date_time, "email": _is_email, "uri": _is_uri}
