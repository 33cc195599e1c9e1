"""A real Chromium, under the real content security policy: any violation and any error of a script fails the test."""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright

from escalations.models import Escalation
from reviewers.models import Reviewer
from tests import chrome

# What a page says when its server is gone is not an error of the page.
OUTAGE = ("net::ERR_", "WebSocket connection to", "Failed to load resource: the server responded with a status of 409")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for the whole session: Playwright's event loop counts as running in this thread until it is closed."""
    path = chrome.path()
    if path is None and os.environ.get("CI") != "true":
        pytest.skip("Chromium is not installed")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=chrome.FLAGS)
        yield browser
        browser.close()


class Desk:
    """Opens pages of the product as this person or that, and collects what they complain about."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def open(self, person: Reviewer | None, path: str = "/", *, script: str = "", **context: object) -> Page:
        """A page in a browser of its own, with `person` signed in; `script` runs before those of the page."""
        opened = self._browser.new_context(base_url=self.address, **context)  # type: ignore[arg-type]
        opened.set_default_timeout(10_000)
        self._contexts.append(opened)
        if person is not None:
            client = Client()
            client.force_login(person)
            key = client.cookies[settings.SESSION_COOKIE_NAME].value
            opened.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.address}])
        if script:
            opened.add_init_script(script)
        page = opened.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(path)
        return page

    def violations(self, page: Page) -> list[str]:
        """What axe finds wrong. It styles the page while it looks, which the policy forbids: not counted."""
        before = list(self.complaints)
        found = Axe().run(page).response["violations"]
        self.complaints[:] = before
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(known in message.text for known in OUTAGE):
            self.complaints.append(message.text)


def row(page: Page, escalation: Escalation) -> Locator:
    return page.locator(f"#e-{escalation.number}")


def group(page: Page, name: str) -> Locator:
    return page.locator(f"[data-group={name}] .body .row")


def live(page: Page) -> Page:
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    return page


@pytest.fixture
def desk(chromium: Browser, web: str) -> Iterator[Desk]:
    desk = Desk(chromium, web)
    yield desk
    desk.close()
    assert desk.complaints == []
