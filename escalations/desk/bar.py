"""What stands above the list of the queue: its views, its filters, what they are set to, and the heads of columns."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from escalations.desk.listing import PAGE, Listing, Order, View
from escalations.desk.queue import Choices, Counts
from escalations.models import Priority, SavedView
from reviewers.models import Pool


class Tab(NamedTuple):
    key: str
    label: str | Promise
    number: int | None
    url: str
    is_current: bool


class Chip(NamedTuple):
    """A filter that is set, and the address without it."""

    text: str
    url: str


class Filter(NamedTuple):
    name: str
    label: str
    every: str
    options: list[tuple[str, str, bool]]  # value, words, whether it is the chosen one


def tabs(listing: Listing, counts: Counts, saved: Iterable[SavedView]) -> list[Tab]:
    """The views, each with the filters that are set; then one's own, each with its own filters."""
    own = [_saved(listing, view) for view in saved]
    is_saved = any(tab.is_current for tab in own)
    here = replace(listing, shown=PAGE)
    built_in = [
        Tab(view.value, view.label, counts.of(view), replace(here, view=view).address, view == here.view)
        for view in View
    ]
    return [tab._replace(is_current=tab.is_current and not is_saved) for tab in built_in] + own


def _saved(listing: Listing, view: SavedView) -> Tab:
    there = Listing.of_text(view.query)
    return Tab(f"saved-{view.pk}", view.name, None, there.address, there == replace(listing, shown=PAGE))


def chips(listing: Listing, pools: Iterable[Pool]) -> list[Chip]:
    names = {pool.pk: pool.name for pool in pools}
    words = {
        "pool": lambda: _("Pool: %(name)s") % {"name": names.get(listing.pool or 0, _("another one"))},
        "priority": lambda: _("Priority: %(name)s") % {"name": Priority(listing.priority).label},
        "tag": lambda: _("Tag: %(name)s") % {"name": listing.tag},
        "agent": lambda: _("Agent: %(name)s") % {"name": listing.agent},
        "words": lambda: _("Words: %(words)s") % {"words": listing.words},
    }
    return [Chip(words[name](), listing.without(name).address) for name in listing.filters]


def filters(listing: Listing, pools: Iterable[Pool], choices: Choices) -> list[Filter]:
    """One choice is none: a person of one pool is not asked for it. What is chosen is always offered."""
    by_pool = [(str(pool.pk), pool.name) for pool in pools]
    offered = [
        ("pool", _("Pool"), _("All my pools"), by_pool if len(by_pool) > 1 else [], str(listing.pool or "")),
        ("priority", _("Priority"), _("Any"), [(each.value, str(each.label)) for each in Priority], listing.priority),
        ("tag", _("Tag"), _("Any"), _named(choices.tags, listing.tag), listing.tag),
        ("agent", _("Agent"), _("Any"), _named(choices.agents, listing.agent), listing.agent),
    ]
    return [
        Filter(name, label, every, [(value, words, value == chosen) for value, words in options])
        for name, label, every, options, chosen in offered
        if options
    ]


def columns(listing: Listing) -> list[dict[str, Any]]:
    return [
        {"key": "pick", "title": _("Select"), "is_hidden": True},
        _sorting("priority", _("Priority"), Order.PRIORITY, listing),
        {"key": "what", "title": _("Escalation")},
        {"key": "agent", "title": _("Agent")},
        _sorting("pool", _("Pool"), Order.POOL, listing),
        _sorting("age", _("Age"), Order.AGE, listing),
        _sorting("time", _("Time left"), Order.TIME_LEFT, listing),
        _sorting("owner", _("Status"), Order.STATUS, listing),
        {"key": "act", "title": _("Claim"), "is_hidden": True},
    ]


def orders(listing: Listing) -> list[tuple[str, str, bool]]:
    """The orders as a choice, for screens too narrow for heads of columns: value, words, whether it is this one."""
    words = {
        Order.PRIORITY: _("Priority"),
        Order.TIME_LEFT: _("Time left"),
        Order.AGE: _("Age"),
        Order.STATUS: _("Status"),
        Order.POOL: _("Pool"),
    }
    up = [(order.value, words[order], listing.sort == order.value) for order in Order]
    down = [
        (f"-{order}", _("%(order)s, reversed") % {"order": words[order]}, listing.sort == f"-{order}")
        for order in Order
    ]
    return [*up, *down]


def _sorting(key: str, title: str, order: Order, listing: Listing) -> dict[str, Any]:
    is_sorted = listing.order == order
    turned = replace(listing, order=order, is_reversed=is_sorted and not listing.is_reversed)
    return {
        "key": key,
        "title": title,
        "url": turned.address,
        "is_sorted": is_sorted,
        "direction": "descending" if listing.is_reversed else "ascending",
    }


def _named(known: list[str], chosen: str) -> list[tuple[str, str]]:
    names = known if not chosen or chosen in known else [chosen, *known]
    return [(name, name) for name in names]
