"""What a person does on the review page and waits for, in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from i2f.sync.questions import Progress, read_progress, read_questions
from tests.support.review_desk import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# A laden machine needs it; on a quiet one nothing waits so long.
PATIENCE_MS = 60_000


def press(page: Page, key: str, answered: int) -> None:
    page.keyboard.press(key)
    wait_for(page, answered)


def wait_for(page: Page, answered: int) -> None:
    from playwright.sync_api import expect  # where there is a page, there is playwright

    expect(page.locator("#count")).to_have_text(re.compile(rf", {answered} answered$"))


def title(page: Page) -> str:
    return page.locator("#title").text_content() or ""


def told(desk: Desk) -> list[Progress]:
    return [read_progress(desk.journal, one) for one in read_questions(desk.journal)]


def settled(page: Page) -> None:
    """Wait until every answer was confirmed."""
    from playwright.sync_api import expect

    expect(page.locator("#saving")).to_have_text("", timeout=PATIENCE_MS)


def open_grid(page: Page) -> None:
    page.keyboard.press("g")
    page.wait_for_selector(".tile")


def look_through(page: Page) -> None:
    for tile in page.locator(".tile").all():
        tile.scroll_into_view_if_needed()
        drawn(tile)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def drawn(around: Locator) -> None:
    """Wait until the pictures in it are there."""
    for image in around.locator("img").all():
        image.evaluate("(one) => one.complete || new Promise((done) => one.addEventListener('load', done))")
