"""The keys of the desk, in one list: what each does, and on which pages. The help of a page is made from it.

Scripts add only the actions (`static/desk/keys.js`); a key that does not stand here cannot be given one.
"""

from typing import NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

QUEUE = frozenset({"queue"})
BENCH = frozenset({"bench"})
BOTH = QUEUE | BENCH
MINE = frozenset({"mine"})
METRICS = frozenset({"metrics"})
ALL = BOTH | MINE
EVERYWHERE = ALL | METRICS


class Key(NamedTuple):
    """`key` as scripts name it: "J" is Shift+j, "Ctrl+Enter" is Cmd+Enter too, "g q" is one after the other."""

    key: str
    does: str | Promise
    pages: frozenset[str]
    goes_to: str = ""  # the name of an address; such a key needs no script of its own

    @property
    def caps(self) -> list[str]:
        """What stands on the keys to press."""
        if len(self.key) == 1 and self.key.isupper():
            return ["Shift", self.key.lower()]
        return self.key.replace("+", " ").split()

    @property
    def address(self) -> str:
        return reverse(self.goes_to) if self.goes_to else ""


KEYS = (
    Key("j", _("Next escalation"), ALL),
    Key("k", _("Previous escalation"), ALL),
    Key("o", _("Open it (so does Enter)"), QUEUE),
    Key("n", _("Take next: the server picks, most urgent first"), QUEUE | MINE),
    Key("c", _("Claim it"), BOTH),
    Key("s", _("Snooze it"), BOTH),
    Key("r", _("Give it to somebody else"), BOTH),
    Key("p", _("Say how urgent it is (leads)"), BENCH),
    Key("x", _("Select it, or take it out of the selection"), QUEUE),
    Key("J", _("Extend the selection downwards"), QUEUE),
    Key("K", _("Extend the selection upwards"), QUEUE),
    Key("*", _("Select all that are shown, or none"), QUEUE),
    Key("a", _("Write the answer"), BENCH),
    Key("1", _("Choose the first decision"), BENCH),
    Key("2", _("Choose the second decision"), BENCH),
    Key("3", _("Choose the third decision"), BENCH),
    Key("4", _("Choose the fourth decision"), BENCH),
    Key("Ctrl+Enter", _("Send the answer"), BENCH),
    Key("Ctrl+Shift+Enter", _("Send the answer and take next"), BENCH),
    Key("n", _("Send the answer and take next"), BENCH),
    Key("t", _("Insert an answer template"), BENCH),
    Key("w", _("Correct why it came"), BENCH),
    Key("v", _("Next part of the context"), BENCH),
    Key("V", _("Everything the agent sent, raw"), BENCH),
    Key(".", _("Show what is new"), BOTH),
    Key("z", _("Undo what you did last"), ALL),
    Key("/", _("Search"), QUEUE),
    Key("g q", _("Go to the live queue"), EVERYWHERE, "admin:index"),
    Key("g m", _("Go to my work"), EVERYWHERE, "admin:desk_mine"),
    Key("g s", _("Go to the metrics"), EVERYWHERE, "admin:desk_metrics"),
    Key("?", _("Show this list of keys"), EVERYWHERE),
)


def of(page: frozenset[str]) -> list[Key]:
    """The keys of a page: `keymap.of(keymap.BENCH)`, for `desk/keys.html`."""
    return [key for key in KEYS if page <= key.pages and _leads_somewhere(key)]


def _leads_somewhere(key: Key) -> bool:
    try:
        key.address  # noqa: B018 - whether it has one is the question
    except NoReverseMatch:
        return False
    return True
