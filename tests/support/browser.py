"""A real Chromium for the tests of the pages, and axe-core to look at them.

Where one is absent the tests are skipped, unless REQUIRE_BROWSER is set, as .ci/run does: there they fail.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Without a sandbox, because CI runs as root; and quiet towards the network, of which there is none.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE_WHEEL = "axe_playwright_python"


def absent(what: str) -> NoReturn:
    """Skip the test that needs it, or fail where it must be there."""
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(what)
    pytest.skip(what)


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """Start the system's Chromium; playwright's own download is never used."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        absent("no Chromium on this machine")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("playwright is not installed")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def faults(page: Page) -> list[str]:
    """What axe-core finds in the page as it stands, minor faults included."""
    spec = importlib.util.find_spec(AXE_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        absent("axe-core is not installed")
    # The page's content security policy forbids injected scripts; a debugger's evaluation is no part of the page.
    page.evaluate((Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8") + "; 0")
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [f"{one['id']}: {[node['html'][:200] for node in one['nodes'][:3]]}" for one in found["violations"]]
