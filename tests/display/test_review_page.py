"""The review page in a real browser: keys, and answers that land on their own question through bursts and kills."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from i2f.memory.journal import Journal
from i2f.memory.review_answers import NEVER, Seen, Step, keep_step
from i2f.sync.questions import read_progress, read_questions
from tests.support.program import ROOT
from tests.support.review_desk import Desk, lay_out
from tests.support.review_page import press, settled, title, told, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route


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


def test_hostile_titles_run_nothing_in_the_review(opened: Page) -> None:
    assert opened.title() == "Review, instagram2flickr"
    assert title(opened).startswith("<img")


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
