"""The review page in a real browser."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from i2f.display.review_server import serve
from tests.support.review_desk import Desk, lay_out

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def open_desk(chromium: Browser) -> Iterator[Callable[[Desk], Page]]:
    with contextlib.ExitStack() as stack:

        def open_page(desk: Desk) -> Page:
            page = chromium.new_page(viewport={"width": 1200, "height": 800})
            stack.callback(desk.journal.close)
            address, _ = stack.enter_context(serve(desk.session))
            stack.callback(page.close)
            page.goto(address)
            page.wait_for_selector("#strip button")
            return page

        yield open_page


@pytest.fixture
def opened(open_desk: Callable[[Desk], Page], tmp_path: Path) -> Page:
    return open_desk(lay_out(tmp_path / "state", 3, title="<img src=x onerror=document.title='owned'>"))


@pytest.fixture
def lone_desk(tmp_path: Path) -> Desk:
    """Ten questions that offer one original each, for the same reason."""
    return lay_out(tmp_path / "lone", 10, candidates=1)
