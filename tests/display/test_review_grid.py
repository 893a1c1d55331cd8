"""The grid of the review: many pairs answered as one, each of which was seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from i2f.ground.model import Verdict
from tests.support.reports import make_candidate, make_decision
from tests.support.review_desk import Desk, in_question, keep_questions, lay_out
from tests.support.review_page import look_through, open_grid, settled, title, told

if TYPE_CHECKING:
    from playwright.sync_api import Page


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
    page.get_by_text("1 to review, 9 answered").wait_for()
    settled(page)
    assert [one.chosen for one in told(lone_desk)] == [None if number == 3 else 0 for number in range(10)]
    page.keyboard.press("u")
    page.get_by_text("10 to review, 0 answered").wait_for()
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


def test_what_select_all_leaves_out_is_said(open_desk: Callable[[Desk], Page], tmp_path: Path) -> None:
    decisions = [in_question(number, f"Sunday {number}", many) for number, many in enumerate((1, 1, 3))]
    page = open_desk(keep_questions(tmp_path / "state", decisions))
    open_grid(page)
    page.get_by_role("button", name="Select all shown").click()
    assert page.locator(".note").text_content() == (
        "2 selected, lowest match score 0.98; 1 left out, which needs a closer look"
    )


def test_the_last_answer_of_a_filter_is_signed_too(open_desk: Callable[[Desk], Page], tmp_path: Path) -> None:
    decisions = [
        make_decision(
            Verdict.REVIEW, number, f"Sunday {number}", reason, [make_candidate(Path(f"/roll/{number}.JPG"), 0.9)]
        )
        for number, reason in enumerate(("matches almost as well", "the lighting differs"))
    ]
    page = open_desk(keep_questions(tmp_path / "state", decisions))
    open_grid(page)
    page.get_by_role("button", name="One at a time").first.click()
    page.keyboard.press("y")
    told_so = page.locator("#sign").text_content() or ""
    assert "accepted. All in this filter are answered; these are left." in told_so
