"""The pictures: who looks at which page, how large and in which colours, and what is done before."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from tests import chrome
from tests.pictures.desk import cases
from tests.pictures.desk.cases import Cast

FOLDER = Path(settings.BASE_DIR) / "docs" / "screenshots"
QUALITY = 80  # of WebP
SETTLES = 700  # ms after the page has loaded: rows have faded, the page is live
DESKTOP, PHONE = (1280, 860), (360, 780)


@dataclass(frozen=True)
class Shot:
    """`path` may hold "{name}", the reference of a case of this name."""

    name: str
    who: str
    path: str
    size: tuple[int, int] = DESKTOP
    scheme: Literal["light", "dark"] = "light"
    before: Callable[[Page], object] = lambda _page: None

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.webp"


def _change_an_argument(page: Page) -> None:
    page.locator("#answer [data-key='2']").click()
    page.locator("#answer").get_by_label("amount").fill("79.90")


SHOTS = (
    Shot("sign-in", "", "/login/", (1280, 640)),
    Shot("queue-light", "ana", "/"),
    Shot("queue-dark", "ana", "/", scheme="dark"),
    Shot("queue-phone", "ana", "/", PHONE),
    Shot("bench-chat", "ana", "/desk/e/{chat}/"),
    Shot("bench-action", "ana", "/desk/e/{action}/", before=_change_an_argument),
    Shot("bench-form", "ana", "/desk/e/{form}/"),
    Shot("bench-diff", "ana", "/desk/e/{diff}/", scheme="dark"),
    Shot("my-work", "ana", "/desk/mine/"),
    Shot("escalations", "sam", "/escalations/escalation/"),
    Shot("people", "sam", "/reviewers/reviewer/", (1280, 640)),
    Shot("deliveries", "sam", "/notifications/delivery/", (1280, 640)),
    Shot("templates", "sam", "/escalations/answertemplate/", (1280, 640)),
)
# Of a desk that has been at work for months.
LATER = (
    Shot("metrics", "sam", "/desk/metrics/", (1280, 1240)),
    Shot("metrics-dark", "sam", "/desk/metrics/", (1280, 1240), scheme="dark"),
)


def take(cast: Cast) -> Iterator[Path]:
    """Write each picture; what lies there from before and is none of them goes."""
    FOLDER.mkdir(exist_ok=True)
    for left in set(FOLDER.iterdir()) - {shot.file for shot in (*SHOTS, *LATER)}:
        left.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chrome.path(), args=chrome.FLAGS)
        for shot in SHOTS:
            yield _take(browser, shot, cast)
        cases.grow_old()
        for shot in LATER:
            yield _take(browser, shot, cast)
        browser.close()


def _take(browser: Browser, shot: Shot, cast: Cast) -> Path:
    shot.file.write_bytes(_picture(browser, shot, cast))
    return shot.file


def _picture(browser: Browser, shot: Shot, cast: Cast) -> bytes:
    width, height = shot.size
    context = browser.new_context(
        base_url=settings.PUBLIC_URL,
        viewport={"width": width, "height": height},
        color_scheme=shot.scheme,
        reduced_motion="reduce",
        timezone_id="UTC",
        locale="en-GB",
    )
    if shot.who:
        client = Client()
        client.force_login(cast.people[shot.who])
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": settings.PUBLIC_URL}])
    page = context.new_page()
    path = re.sub(r"\{(\w+)\}", lambda found: cast.references[found[1]], shot.path)
    answer = page.goto(path)
    assert answer is not None, path
    assert answer.ok, f"{path} answered {answer.status}"
    page.wait_for_timeout(SETTLES)
    shot.before(page)
    page.wait_for_timeout(SETTLES / 2)
    session = context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    context.close()
    return base64.b64decode(taken["data"])
