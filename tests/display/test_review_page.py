"""The review page in a real browser: keys in a burst, many answered as one, 100 %, the keyboard alone, and axe."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from PIL import Image

from i2f.display.review_server import serve
from i2f.ground.model import Sent, Verdict
from i2f.memory.journal import Journal
from i2f.memory.review_answers import NEVER, Seen, Step, keep_step
from i2f.sync.questions import Progress, read_progress, read_questions
from tests.display.test_review import Desk, keep_questions, lay_out
from tests.support.browser import faults
from tests.support.program import ROOT
from tests.support.reports import make_candidate, make_decision, photograph

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Route


class Reviewing:
    """`review` in a process of its own, as a person starts it."""

    def __init__(self, state: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("INSTAGRAM2FLICKR_")}
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "instagram2flickr.py"), "review", "--no-browser", "--state", str(state)],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()
        self.address = self.process.stdout.readline().strip()

    def end(self, how: int = signal.SIGINT) -> str:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        said, _ = self.process.communicate(timeout=30)
        return said


@pytest.fixture
def twenty(tmp_path: Path) -> Path:
    desk = lay_out(tmp_path / "twenty", 20, title="<img src=x onerror=document.title='owned'>")
    desk.journal.close()
    return desk.state


def counted(page: Page) -> int:
    found = re.search(r"(\d+) answered", page.locator("#count").text_content() or "")
    return int(found[1]) if found else -1


def press(page: Page, key: str, answered: int) -> None:
    page.keyboard.press(key)
    wait_for(page, answered)


def wait_for(page: Page, answered: int) -> None:
    from playwright.sync_api import expect  # where there is a page, there is playwright

    expect(page.locator("#count")).to_have_text(re.compile(rf", {answered} answered$"))


def test_twenty_pairs_are_answered_by_keys_through_a_reload_and_a_kill(chromium: Browser, twenty: Path) -> None:
    first = Reviewing(twenty)
    page = chromium.new_page()
    try:
        page.goto(first.address)
        page.wait_for_selector("#strip button")
        for done, key in enumerate("ynyynyy", start=1):
            press(page, key, done)
        settled(page)
        page.reload()
        page.wait_for_selector("#strip button")
        assert counted(page) == 7
        assert "8 of 20" in (page.locator("#count").text_content() or "")
        for done, key in enumerate("yny", start=8):
            press(page, key, done)
        settled(page)
    finally:
        first.end(signal.SIGKILL)
    page.keyboard.press("y")
    page.get_by_text("The review has ended.").wait_for()
    assert page.get_by_text("1 answer was not saved.").is_visible()
    second = Reviewing(twenty)
    try:
        page.goto(second.address)
        page.wait_for_selector("#strip button")
        assert counted(page) == 10
        for done, key in enumerate("ynynynyny", start=11):
            press(page, key, done)
        page.keyboard.press("2")
        page.keyboard.press("y")
        page.get_by_text("All 20 matches reviewed.").wait_for()
        page.keyboard.press("Enter")
        assert second.process.wait(20) == 0
    finally:
        second.end()
        page.close()
    journal = Journal(twenty / "journal.sqlite3")
    told = [read_progress(journal, one) for one in read_questions(journal)]
    journal.close()
    assert [one.done for one in told] == [True] * 20
    assert [one.chosen for one in told] == [{"y": 0, "n": None}.get(key, 1) for key in "ynyynyyynyynynynyny2"]


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


# A laden machine needs it; on a quiet one nothing waits so long.
PATIENCE_MS = 60_000


def title(page: Page) -> str:
    return page.locator("#title").text_content() or ""


def told(desk: Desk) -> list[Progress]:
    return [read_progress(desk.journal, one) for one in read_questions(desk.journal)]


def settled(page: Page) -> None:
    """Wait until every answer was confirmed."""
    from playwright.sync_api import expect

    expect(page.locator("#saving")).to_have_text("", timeout=PATIENCE_MS)


def test_every_key_does_what_the_page_says(opened: Page) -> None:
    page = opened
    page.keyboard.down("Space")
    assert page.evaluate("getComputedStyle(document.querySelector('#left .under')).opacity") == "1"
    assert page.locator("#left .tag").text_content() == "Original"
    page.keyboard.up("Space")
    assert page.evaluate("getComputedStyle(document.querySelector('#left .under')).opacity") == "0"
    assert page.locator("#left .tag").text_content() == "Copy on Flickr"
    page.keyboard.press("w")
    assert page.locator("#right .tag").text_content() == "Whole file"
    page.locator("#right polygon[points]").wait_for(state="attached")
    page.keyboard.press("i")
    assert "/roll/IMG_0000.JPG" in (page.locator("#facts").text_content() or "")
    page.keyboard.press("i")
    page.keyboard.press("?")
    keys = page.get_by_text("Never this one; the other candidates still need review")
    assert keys.is_visible()
    page.keyboard.press("?")
    assert not keys.is_visible()
    for key, pressed in (("z", "false"), ("z", "true")):
        page.keyboard.press(key)
        assert page.locator("#whole").get_attribute("aria-pressed") == pressed
    page.keyboard.press("ArrowRight")
    assert title(page).endswith(" 1")
    page.keyboard.press("ArrowLeft")
    assert title(page).endswith(" 0")
    page.keyboard.press("3")
    assert "IMG_0002.JPG" in (page.locator("#original-words").text_content() or "")
    page.keyboard.press("x")
    page.wait_for_selector("#strip button.refused")
    assert "IMG_0002.JPG rejected, 2 candidates left" in (page.locator("#sign").text_content() or "")
    assert title(page).endswith(" 0")
    press(page, "n", 1)
    assert title(page).endswith(" 1")
    press(page, "u", 0)
    assert title(page).endswith(" 0")
    page.get_by_role("button", name="This one", exact=False).first.click()
    wait_for(page, 1)


def test_the_second_click_of_a_double_click_answers_nothing(opened: Page) -> None:
    opened.locator("#actions .main").dblclick()
    wait_for(opened, 1)
    assert title(opened).endswith(" 1")


# The queue.


@dataclass
class Held:
    """The program's ears, closed until `release`; what was said meanwhile waits."""

    page: Page
    waiting: list[Route] = field(default_factory=list)
    closed: bool = True

    def __post_init__(self) -> None:
        self.page.route("**/answer", self._hear)

    def _hear(self, route: Route) -> None:
        if self.closed:
            self.waiting.append(route)
        else:
            route.continue_()

    def release(self) -> None:
        self.closed = False
        for route in self.waiting:
            route.continue_()


def test_a_burst_of_ten_keys_lands_on_ten_questions_though_the_program_is_slow(
    open_desk: Callable[[Desk], Page], tmp_path: Path
) -> None:
    desk = lay_out(tmp_path / "state", 12)
    page = open_desk(desk)
    held = Held(page)
    for key in "ynyynynnyy":
        page.keyboard.press(key)
    wait_for(page, 10)
    assert all(not one.done for one in told(desk)), "nothing is kept yet"
    held.release()
    settled(page)
    assert [one.chosen for one in told(desk)[:10]] == [0 if key == "y" else None for key in "ynyynynnyy"]
    assert [one.done for one in told(desk)] == [True] * 10 + [False] * 2


def test_an_answer_that_is_refused_brings_its_question_back_and_no_key_lands_elsewhere(
    open_desk: Callable[[Desk], Page], tmp_path: Path
) -> None:
    desk = lay_out(tmp_path / "state", 6)
    page = open_desk(desk)
    held = Held(page)
    for key in "yyyy":
        page.keyboard.press(key)
    second = read_questions(desk.journal)[1]
    rejected = Seen(second.choices[0].original, desk.journal).identity()
    keep_step(desk.journal, second.photo_id, second.copy_sha256, Step(NEVER, (rejected,)))
    held.release()
    page.get_by_text("1 answer was not saved").wait_for()
    settled(page)
    assert title(page).endswith(" 4"), "what is shown stays shown"
    page.keyboard.press("n")
    page.keyboard.press("n")
    assert title(page).endswith(" 1"), "then it is asked again"
    assert "Your answer was not saved" in (page.locator("#reason").text_content() or "")
    page.keyboard.press("2")
    page.keyboard.press("y")
    page.get_by_text("All 6 matches reviewed.").wait_for()
    settled(page)
    assert [one.chosen for one in told(desk)] == [0, 1, 0, 0, None, None]


def test_a_page_that_is_left_hands_over_what_it_did_not_send_yet(
    open_desk: Callable[[Desk], Page], tmp_path: Path
) -> None:
    desk = lay_out(tmp_path / "state", 4)
    page = open_desk(desk)
    Held(page)
    for key in "yny":
        page.keyboard.press(key)
    page.get_by_text("Saving 3").wait_for()
    page.reload()
    page.wait_for_selector("#strip button")
    page.reload()
    wait_for(page, 2)
    assert [one.done for one in told(desk)] == [False, True, True, False], "the first was cut off on its way"


def test_what_hangs_on_a_refused_answer_is_not_sent(open_desk: Callable[[Desk], Page], tmp_path: Path) -> None:
    desk = lay_out(tmp_path / "state", 3)
    page = open_desk(desk)
    held = Held(page)
    page.keyboard.press("x")
    page.keyboard.press("y")
    page.keyboard.press("n")
    page.get_by_text("Saving 3").wait_for()
    held.waiting.pop(0).fulfill(status=500)
    page.get_by_text("1 answer was not saved").wait_for()
    held.release()
    settled(page)
    assert [(one.done, one.chosen, len(one.refused)) for one in told(desk)] == [
        (False, None, 0),
        (True, None, 3),
        (False, None, 0),
    ]


# Many as one.


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


def test_a_group_is_accepted_with_one_confirmed_answer_and_undone_as_one(
    open_desk: Callable[[Desk], Page], lone_desk: Desk
) -> None:
    page = open_desk(lone_desk)
    open_grid(page)
    look_through(page)
    page.get_by_role("button", name="Select all shown").click()
    page.get_by_label("Select Sunday 3,").uncheck()
    page.get_by_role("button", name="Accept these 9").click()
    assert "Lowest match score 0.98" in (page.locator("#confirm-words").text_content() or "")
    assert page.locator("#confirm-list li").count() == 9
    assert all(not one.done for one in told(lone_desk)), "nothing before it is confirmed"
    page.get_by_role("button", name="Accept 9").click()
    page.get_by_text("1 match to review").wait_for()
    settled(page)
    assert [one.chosen for one in told(lone_desk)] == [None if number == 3 else 0 for number in range(10)]
    page.keyboard.press("u")
    page.get_by_text("10 matches to review").wait_for()
    settled(page)
    assert all(not one.done for one in told(lone_desk))


def test_what_was_not_on_the_screen_is_not_accepted(open_desk: Callable[[Desk], Page], lone_desk: Desk) -> None:
    page = open_desk(lone_desk)
    page.set_viewport_size({"width": 700, "height": 420})
    open_grid(page)
    for button in ("Select all shown", "Accept these 10"):  # without the scrolling of a click, which shows more pairs
        page.get_by_role("button", name=button).evaluate("button => button.click()")
    assert "not on the screen yet" in (page.locator(".note").text_content() or "")
    assert page.locator("#confirm[open]").count() == 0


def test_what_offers_several_candidates_is_not_accepted_in_passing(
    open_desk: Callable[[Desk], Page], tmp_path: Path
) -> None:
    page = open_desk(lay_out(tmp_path / "state", 3))
    open_grid(page)
    page.get_by_role("button", name="Select all shown").click()
    assert page.locator(".accept").is_disabled()
    assert "a closer look: review" in (page.locator(".note").text_content() or "")
    look_through(page)
    page.get_by_role("button", name="None of these 3").click()
    page.get_by_role("button", name="None of these 3").last.click()
    page.get_by_text("All 3 matches reviewed.").wait_for()


def test_filters_lead_to_some_of_them_one_at_a_time(open_desk: Callable[[Desk], Page], lone_desk: Desk) -> None:
    page = open_desk(lone_desk)
    open_grid(page)
    page.keyboard.press("/")
    page.keyboard.type("img_0070")
    assert page.locator(".tile").count() == 1
    page.get_by_role("button", name="One at a time").click()
    assert title(page) == "Sunday 7"
    assert (page.locator("#count").text_content() or "").startswith("1 of 1")
    page.get_by_role("button", name="Show all").click()
    assert (page.locator("#count").text_content() or "").startswith("8 of 10")


def test_the_keyboard_alone_answers_a_group(open_desk: Callable[[Desk], Page], lone_desk: Desk) -> None:
    page = open_desk(lone_desk)
    open_grid(page)
    look_through(page)
    page.keyboard.press("Escape")
    open_grid(page)
    look_through(page)

    def tab_to(selector: str) -> None:
        for _ in range(60):
            if page.evaluate("(what) => document.activeElement.matches(what)", selector):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is out of the keyboard's reach")

    tab_to(".select-all")
    page.keyboard.press("Enter")
    tab_to(".accept")
    page.keyboard.press("Enter")
    tab_to("#confirm-yes")
    page.keyboard.press("Enter")
    page.get_by_text("All 10 matches reviewed.").wait_for()
    settled(page)
    assert [one.chosen for one in told(lone_desk)] == [0] * 10


# As posted.


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


# 100 %.


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


# Whoever looks at it.


def test_hostile_titles_run_nothing_in_the_review(opened: Page) -> None:
    assert opened.title() == "Review, instagram2flickr"
    assert title(opened).startswith("<img")


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


@pytest.mark.long
def test_the_doorstep_is_private_and_gone_afterwards(twenty: Path, tmp_path: Path) -> None:
    shutil.copytree(twenty, tmp_path / "again")
    reviewing = Reviewing(tmp_path / "again")
    file = tmp_path / "again" / "review.html"
    assert reviewing.address in file.read_text(encoding="utf-8")
    assert os.name != "posix" or file.stat().st_mode & 0o777 == 0o600
    assert "0 answered, 20 left to review" in reviewing.end()
    assert reviewing.process.returncode == 0
    assert not file.exists()
