"""A real Chromium that opens pages of the product as this person or that, and notes when something is painted."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.figures import scene
from benchmarks.figures.report import Broken
from reviewers.models import Reviewer
from tests import chrome

PROBE = Path(__file__).with_name("probe.js").read_text()
PATIENCE = 30.0  # seconds
LIVE = "#live[data-state=live]"


@contextmanager
def opened() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chrome.path(), args=chrome.FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def page_of(browser: Browser, person: Reviewer, path: str = "/") -> Page:
    """A page with the probe in it, in a context of its own; `person` is signed in."""
    context = browser.new_context(base_url=settings.PUBLIC_URL, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE * 1000)
    name, _, value = scene.cookies([person])[0].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": settings.PUBLIC_URL}])
    context.add_init_script(PROBE)
    page = context.new_page()
    answer = page.goto(path)
    if answer is None or not answer.ok:
        raise Broken(f"{path} answered {answer and answer.status}")
    return page


def live_page_of(browser: Browser, person: Reviewer, path: str = "/") -> Page:
    page = page_of(browser, person, path)
    page.wait_for_selector(LIVE)
    return page


def wait_until(page: Page, condition: Callable[[], bool], otherwise: str) -> None:
    """Look again and again, for the policy of the page lets no condition be compiled in it. Raises Broken."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise Broken(otherwise)
        page.wait_for_timeout(20)


def noted(page: Page, what: str) -> Any:  # noqa: ANN401 - any JSON
    """What the probe has noted under this name."""
    return page.evaluate(f"probe.{what}")
