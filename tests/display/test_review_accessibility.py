"""The review for everyone: axe finds nothing in any of its states, and a phone is large enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from tests.support.browser import faults
from tests.support.review_page import look_through, open_grid, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_found_by_axe_in_any_state_of_the_review(
    opened: Page, scheme: Literal["light", "dark"], width: int
) -> None:
    page = opened
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 844})
    page.locator("#strip polygon[points]").nth(2).wait_for(state="attached")
    found: dict[str, list[str]] = {"pair": faults(page)}
    for name, key in (("facts", "i"), ("whole", "w"), ("zoom", "z"), ("keys", "?")):
        page.keyboard.press(key)
        found[name] = faults(page)
        page.keyboard.press(key if name != "keys" else "Escape")
    open_grid(page)
    found["grid"] = faults(page)
    page.locator(".select-all").click()
    found["selected"] = faults(page)
    look_through(page)
    page.locator(".none-of").click()
    found["confirm"] = faults(page)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    for key in "nx":
        page.keyboard.press(key)
    settled(page)
    found["answered"] = faults(page)
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.get_by_text("All 3 matches reviewed.").wait_for()
    settled(page)
    found["end"] = faults(page)
    assert {name: each for name, each in found.items() if each} == {}


def test_on_a_phone_everything_is_within_reach(opened: Page) -> None:
    opened.set_viewport_size({"width": 360, "height": 740})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360
    box = opened.locator("#actions .main").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 740


def test_on_a_phone_held_sideways_the_pictures_keep_half_of_the_height(opened: Page) -> None:
    opened.set_viewport_size({"width": 740, "height": 360})
    box = opened.locator("#left").bounding_box()
    assert box is not None
    assert box["height"] >= 180
