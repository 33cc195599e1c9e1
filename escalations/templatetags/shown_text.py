"""Text that others wrote, as a page shows it: escaped, and what cannot be seen in it made visible."""

import re
from collections.abc import Iterator

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from escalations.contexts import characters

register = template.Library()

MARKS_AT_MOST = 300  # in one text; what comes after them is shown as U+FFFD
NAMED = 3  # characters of one run
EMPTY_LINES = 12  # so many in a row could push what follows out of sight
UNSEEN = re.compile(rf"(?P<lines>\n(?:[ \t\r]*\n){{{EMPTY_LINES},}})|{characters.RUN.pattern}")


@register.filter
def visible(text: object) -> SafeString | str:
    """Each run of invisible or bidirectional characters becomes a mark such as U+202E, which changes no order."""
    said = str(text)
    if not UNSEEN.search(said):
        return said
    return format_html_join("", "{}", ((piece,) for piece in _pieces(said)))


@register.filter
def grouped(number: int) -> str:
    """With thousands set apart, as the reader's language does it."""
    return number_format(number, force_grouping=True)


def _pieces(text: str) -> Iterator[SafeString | str]:
    at = 0
    for number, match in enumerate(UNSEEN.finditer(text)):
        yield text[at : match.start()]
        at = match.end()
        yield "\ufffd" if number >= MARKS_AT_MOST else _mark(match)
    yield text[at:]


def _mark(match: re.Match[str]) -> SafeString:
    run = match.group()
    if match["lines"]:
        count = run.count("\n") - 1
        said = ngettext("%(count)s empty line", "%(count)s empty lines", count) % {"count": grouped(count)}
        return format_html('\n<span class="unseen">{}</span>\n', said)
    kinds = list(dict.fromkeys(run))
    said = " ".join(map(characters.label, kinds[:NAMED])) + (" …" if len(kinds) > NAMED else "")
    names = ", ".join(map(characters.name, kinds[:NAMED]))
    return format_html(
        '<span class="unseen" title="{}">{}{}</span>', names, said, f" ×{grouped(len(run))}" if len(run) > 1 else ""
    )
