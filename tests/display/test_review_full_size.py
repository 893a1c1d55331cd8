"""The review at full size: the original's own pixels beside the copy, and the picture as posted."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from i2f.ground.model import Sent, Verdict
from tests.support.reports import make_candidate, make_decision, photograph
from tests.support.review_desk import Desk, keep_questions
from tests.support.review_page import PATIENCE_MS, drawn, settled, told

if TYPE_CHECKING:
    from playwright.sync_api import Page


def as_measured(desk: Path, *, stripes: bool) -> Desk:
    """One question whose copy is the middle square of an original of 1200 pixels, as the matcher measured it."""
    file = desk.with_suffix(".JPG")
    with Image.open(io.BytesIO(photograph(0))) as picture:
        large = picture.resize((1200, 900))
    if stripes:
        large.paste(STRIPES, (500, 300))
    large.save(file, quality=95, subsampling=0)
    status, candidate = file.stat(), make_candidate(file, 0.8)
    original = replace(
        candidate.original, width=1200, height=900, size_bytes=status.st_size, mtime_ns=status.st_mtime_ns
    )
    measures = {"a": 900.0, "b": 0.0, "cx": 600.0, "cy": 450.0, "quarter_turns": 0.0, "width": 1200.0}
    fit = replace(candidate.fit, measures=measures)
    decision = make_decision(Verdict.REVIEW, 0, "Sunday", "because", [replace(candidate, original=original, fit=fit)])
    return keep_questions(desk, [decision])


def test_a_match_is_shown_as_posted_before_it_is_accepted_so(open_desk: Callable[[Desk], Page], tmp_path: Path) -> None:
    desk = as_measured(tmp_path / "state", stripes=False)
    page = open_desk(desk)
    assert ", posted 30 Sep 2012" in (page.locator("#copy-words").text_content() or "")
    page.keyboard.press("p")
    page.get_by_text("As posted, rendered at full size. Press p again to accept it.").wait_for(timeout=PATIENCE_MS)
    drawn(page.locator("#posted .sheet"))
    page.keyboard.press("Escape")
    assert not page.locator("#posted").is_visible()
    page.keyboard.press("p")
    page.keyboard.press("p")
    page.get_by_text("1 match reviewed.").wait_for()
    settled(page)
    assert [(one.chosen, one.sent) for one in told(desk)] == [(0, Sent.AS_POSTED)]


def test_what_cannot_be_rendered_is_not_accepted_as_posted(open_desk: Callable[[Desk], Page], tmp_path: Path) -> None:
    desk = as_measured(tmp_path / "state", stripes=True)
    page = open_desk(desk)
    page.keyboard.press("p")
    page.get_by_text("not rendered, the copy shows something else in").wait_for(timeout=PATIENCE_MS)
    page.keyboard.press("p")
    assert "Not rendered as posted" in (page.locator("#sign").text_content() or "")
    assert [one.done for one in told(desk)] == [False]


@pytest.fixture
def real(tmp_path: Path) -> Desk:
    """One question whose original lies on the disk, 2400 pixels wide, with fine stripes that no thumbnail holds."""
    file = tmp_path / "IMG_0001.JPG"
    with Image.open(io.BytesIO(photograph(0))) as picture:
        large = picture.resize((2400, 1800))
    large.paste(STRIPES, (1100, 800))
    large.save(file, quality=95, subsampling=0)
    status = file.stat()
    candidate = make_candidate(file, 0.8)
    original = replace(
        candidate.original, width=2400, height=1800, size_bytes=status.st_size, mtime_ns=status.st_mtime_ns
    )
    window = replace(candidate.fit.window, size=(0.75, 1.0))
    fit = replace(candidate.fit, window=window)
    decision = make_decision(Verdict.REVIEW, 0, "Sunday", "because", [replace(candidate, original=original, fit=fit)])
    return keep_questions(tmp_path / "state", [decision])


STRIPES = Image.new("RGB", (200, 200))


STRIPES.putdata([(255,) * 3 if x % 2 else (0,) * 3 for _ in range(200) for x in range(200)])


def test_at_100_percent_the_originals_own_pixels_are_shown_beside_the_copy(
    open_desk: Callable[[Desk], Page], real: Desk
) -> None:
    page = open_desk(real)
    page.keyboard.press("z")
    page.wait_for_selector("#right .tiles img")
    assert page.locator("#right .tag").text_content() == "Original, 100 %"
    assert page.locator("#left .tag").text_content() == "Copy on Flickr, enlarged 2.9×"
    sheets = page.evaluate("[...document.querySelectorAll('.sheet')].map((one) => [one.offsetWidth, one.offsetHeight])")
    assert sheets == [[1800, 1800]] * 2
    drawn(page.locator("#right .tiles"))
    assert page.evaluate(
        "[...document.querySelectorAll('#right .tiles img')].every((one) => one.naturalWidth === one.offsetWidth)"
    )
    shot = page.locator("#right").screenshot()
    with Image.open(io.BytesIO(shot)) as seen:
        row = list(
            seen.convert("L")
            .crop((seen.width // 2 - 40, seen.height // 2, seen.width // 2 + 40, seen.height // 2 + 1))
            .tobytes()
        )
    assert sum(abs(a - b) for a, b in zip(row, row[1:], strict=False)) / len(row) > 100, "stripes of one pixel"
    before = page.locator("#right .sheet").bounding_box()
    page.keyboard.press("ArrowRight")
    assert page.locator("#right .sheet").bounding_box() != before
    page.keyboard.press("Escape")
    assert page.locator("#right .tiles img").count() == 0


def test_a_file_that_was_changed_since_is_not_shown_at_100_percent(
    open_desk: Callable[[Desk], Page], real: Desk, tmp_path: Path
) -> None:
    page = open_desk(real)
    (tmp_path / "IMG_0001.JPG").write_bytes(photograph(1))
    page.keyboard.press("z")
    page.get_by_text("The file cannot be read now: enlarged from its thumbnail").wait_for()
    assert page.locator("#right .tag").text_content() == "Original"
