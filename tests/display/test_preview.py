"""The preview page: what is in it, how large it gets, and that nothing from outside can run in it."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from i2f.display import preview
from i2f.display.preview import Preview
from i2f.ground.model import OutcomeKind, Verdict
from i2f.memory.journal import Journal
from i2f.sandbox import SandboxFlickr
from i2f.sync.report import Report
from tests.support.browser import faults
from tests.support.camera_roll import post, save_roll
from tests.support.quick_program import Zygote, quick
from tests.support.reports import a_run_of_each, keep_pictures, make_candidate, make_decision, make_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\"'><svg onload=document.title='owned'>",
    "{{ 7*7 }} </style><b>",
    "javascript:document.title='owned'",
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def draw(journal: Journal, tmp_path: Path) -> Any:
    def make(report: Report) -> Path:
        backups = tmp_path / "backups"
        backups.mkdir(exist_ok=True)
        keep_pictures(journal, backups, report.decisions)
        Preview(journal, backups).write(tmp_path / "plan.html", report)
        return tmp_path / "plan.html"

    return make


def hostile_report() -> Report:
    return make_report(
        [
            make_decision(
                Verdict.REVIEW, number, words, words, [make_candidate(Path("/roll") / words.replace("/", "|"))]
            )
            for number, words in enumerate(HOSTILE)
        ]
    )


def pictures_of(page: str) -> list[Image.Image]:
    return [Image.open(io.BytesIO(base64.b64decode(data))) for data in re.findall(r"base64,([A-Za-z0-9+/=]+)\"", page)]


@pytest.mark.long
def test_the_page_holds_every_copy_with_its_pictures_and_needs_nothing_else(draw: Any) -> None:
    page = draw(a_run_of_each()).read_text(encoding="utf-8")
    assert page.count("<article") == 3
    # Copy, cut and whole for two, a runner-up for the question, one copy that stays.
    assert len(pictures_of(page)) == 3 + 4 + 1
    assert set(re.findall(r"(?:src|href)=\"(?!data:)([^\"]+)\"", page)) == {
        f"https://www.flickr.com/photos/me/{number}/" for number in (8037000001, 8037000002, 8037000003)
    }
    assert "612 \N{MULTIPLICATION SIGN} 612 \N{RIGHTWARDS ARROW} 4032 \N{MULTIPLICATION SIGN} 3024" in page


def test_questions_stand_first(draw: Any) -> None:
    page = draw(a_run_of_each()).read_text(encoding="utf-8")
    assert re.findall(r"data-kind=\"(\w+)\"", page) == ["review", "replace", "keep"]


def test_the_cut_lies_exactly_over_the_copy(draw: Any) -> None:
    report = make_report([make_decision(Verdict.REPLACE, 1, candidates=[make_candidate()])])
    copy, cut, _ = (one.convert("L") for one in pictures_of(draw(report).read_text(encoding="utf-8")))
    assert copy.size == cut.size
    pairs = zip(copy.tobytes(), cut.tobytes(), strict=True)
    assert sum(abs(a - b) for a, b in pairs) / (copy.width * copy.height) < 8


def test_the_policy_names_the_one_script_and_the_one_style(draw: Any) -> None:
    page = draw(hostile_report()).read_text(encoding="utf-8")
    policy = re.search(r"Content-Security-Policy\" content=\"([^\"]+)\"", page)
    assert policy is not None
    told = policy[1].replace("&#39;", "'")
    assert told.startswith("default-src 'none'; img-src data:;")
    for kind in ("script", "style"):
        bodies = re.findall(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        assert len(bodies) == 1
        name = base64.b64encode(hashlib.sha256(bodies[0].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{name}'" in told


def test_a_copy_without_a_saved_file_is_shown_without_pictures(journal: Journal, tmp_path: Path) -> None:
    Preview(journal, tmp_path).write(tmp_path / "plan.html", a_run_of_each())
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert page.count("<article") == 3
    assert pictures_of(page) == []


@pytest.mark.long
def test_many_copies_share_the_budget(draw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    report = make_report([make_decision(Verdict.REPLACE, number, candidates=[make_candidate()]) for number in range(6)])
    generous = draw(report).stat().st_size
    monkeypatch.setattr(preview, "PICTURES_BYTES", 200_000)
    assert draw(report).stat().st_size < 200_000 + 30_000 < generous


@pytest.mark.long
def test_sync_writes_the_page_for_a_dry_run_and_for_a_real_one(
    flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote
) -> None:
    folder = tmp_path / "iphone"
    for file in save_roll(folder, range(1, 3)):
        post(flickr, file, title="<b>Sunday</b>")
    program, page = quick(flickr, tmp_path / "home", zygote), tmp_path / "plan.html"
    dry = program.sync(folder, "--dry-run", "--preview", page)
    assert dry.exit_code == 0, dry.stderr
    assert "Would be replaced:" in page.read_text(encoding="utf-8")
    assert "&lt;b&gt;Sunday&lt;/b&gt;" in page.read_text(encoding="utf-8")
    assert len(pictures_of(page.read_text(encoding="utf-8"))) == 6
    assert program.sync(folder, "--preview", page).exit_code == 0
    assert "Replaced:" in page.read_text(encoding="utf-8")


@pytest.mark.long
def test_a_page_that_could_not_be_written_is_told_before_anything_is_asked(
    flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote
) -> None:
    program, missing = quick(flickr, tmp_path / "home", zygote), tmp_path / "nowhere"
    for option in ("--preview", "--json"):
        ran = program.run("sync", tmp_path, "--dry-run", option, missing / "file")
        assert ran.exit_code == 2
        assert str(missing) in ran.error
    assert flickr.log == []


# In a real browser.


@pytest.fixture
def show(chromium: Browser, draw: Any) -> Iterator[Any]:
    context = chromium.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))

    def open_page(report: Report) -> Page:
        page = context.new_page()
        page.goto(draw(report).as_uri())
        return page

    yield open_page
    context.close()
    assert not [url for url in asked if not url.startswith(("file:", "data:"))], "the page asked the network"


def test_hostile_words_run_no_script(show: Any) -> None:
    page = show(hostile_report())
    assert page.title() != "owned"
    assert page.locator("article").count() == len(HOSTILE)
    assert page.locator("article h2").first.text_content() == HOSTILE[0]
    assert page.evaluate("document.querySelectorAll('script').length") == 1


def test_filters_search_and_keys_work(show: Any) -> None:
    page = show(a_run_of_each())

    def kinds() -> list[str]:
        shown = page.locator(".card:not([hidden])")
        return [card.get_attribute("data-kind") or "" for card in shown.all()]

    page.get_by_role("button", name="Unchanged 1").click()
    assert kinds() == ["keep"]
    page.keyboard.press("1")
    assert len(kinds()) == 3
    page.keyboard.press("/")
    page.keyboard.type("golden")
    assert kinds() == ["replace"]
    page.keyboard.press("Control+a")
    page.keyboard.type("nothing like it")
    assert page.get_by_text("Nothing matches this search.").is_visible()
    page.keyboard.press("Escape")
    assert len(kinds()) == 3


def test_the_counts_follow_the_search(show: Any) -> None:
    page = show(a_run_of_each())
    page.get_by_label("Search title, file, reason").fill("golden")
    assert [chip.text_content() for chip in page.locator("[data-show]").all()] == [
        "All 1",
        "To review 0",
        "Replace 1",
        "Unchanged 0",
    ]


def test_of_a_stranger_nothing_is_told(draw: Any) -> None:
    stranger = make_candidate(Path("/roll/IMG_7777.JPG"), 0.02)
    report = make_report([make_decision(Verdict.KEEP, 1, "quiet", "no original looks like this copy", [stranger])])
    page = draw(report).read_text(encoding="utf-8")
    assert "IMG_7777" not in page
    assert "4032" not in page
    assert len(pictures_of(page)) == 1


def test_what_the_reason_says_is_not_said_again(draw: Any) -> None:
    words = "IMG_0001.JPG is similar, not certain: the same exposure"
    report = make_report([make_decision(Verdict.REVIEW, 1, "quiet", words, [make_candidate(score=0.5)])])
    assert draw(report).read_text(encoding="utf-8").count("the same exposure") == 1


def test_the_command_to_run_next_stands_ready_to_copy(show: Any) -> None:
    report = a_run_of_each()
    report.folders = (Path("/Anna's pictures"),)
    page = show(report)
    assert page.locator(".next code").all_text_contents() == [
        "instagram2flickr.py review",
        shlex.join(["instagram2flickr.py", "sync", "/Anna's pictures"]),
    ]
    page.locator(".copy").nth(1).click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("getSelection().toString()").startswith("instagram2flickr.py sync ")


def test_after_a_run_the_page_says_how_to_undo_it(draw: Any) -> None:
    report = a_run_of_each("run")
    report.outcomes[report.decisions[1].copy.photo_id] = (OutcomeKind.REPLACED, None)
    page = draw(report).read_text(encoding="utf-8")
    assert f"<code>instagram2flickr.py undo --run {report.run}</code>" in page
    assert "instagram2flickr.py sync" not in page


def test_the_cards_stand_in_a_list_or_in_a_grid(show: Any) -> None:
    page = show(a_run_of_each())
    lefts = page.locator(".card .facts").evaluate_all("all => all.map((one) => one.getBoundingClientRect().left)")
    assert len(set(lefts)) == 1, "the facts stand in one column"
    page.keyboard.press("g")
    tops = page.locator(".card").evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
    page.get_by_role("button", name="Grid").click()
    assert page.locator("body.grid").count() == 0


@pytest.mark.parametrize("layout", ["list", "grid"])
def test_focus_rings_are_whole(show: Any, layout: str) -> None:
    page = show(a_run_of_each())
    if layout == "grid":
        page.keyboard.press("g")
    room = page.evaluate("""() => [...document.querySelectorAll(".card a, .card button")].map((one) => {
        const box = one.getBoundingClientRect(), around = one.closest(".title, .card").getBoundingClientRect();
        return Math.min(box.left - around.left, box.top - around.top, around.bottom - box.bottom);
    })""")
    assert min(room) >= 4.9, "a ring of two pixels stands three pixels off"


def test_holding_shows_the_original_in_the_copys_place(show: Any) -> None:
    page = show(a_run_of_each())
    pair = page.locator("button.pair").first
    pair.hover()
    page.mouse.down()
    assert pair.locator(".under").evaluate("one => getComputedStyle(one).opacity") == "1"
    page.mouse.up()
    assert pair.locator(".under").evaluate("one => getComputedStyle(one).opacity") == "0"
    page.keyboard.press("j")
    page.keyboard.down("Space")
    assert page.locator(".pair.held").count() == 1
    page.keyboard.up("Space")
    assert page.locator(".pair.held").count() == 0


def test_every_key_of_the_foot_line_does_what_it_says(show: Any) -> None:
    page = show(a_run_of_each())
    page.evaluate("""document.addEventListener("click", (event) => {
        const link = event.target.closest("a");
        if (link) { event.preventDefault(); document.title = link.href; }
    })""")
    titles = []
    for key in ("j", "j", "k", "j", "j", "j"):
        page.keyboard.press(key)
        page.keyboard.press("o")
        titles.append(page.title()[-2:-1])
    assert titles == ["3", "2", "3", "2", "1", "1"]
    counts = []
    for key in "1234":
        page.keyboard.press(key)
        counts.append(page.locator(".card:not([hidden])").count())
    assert counts == [3, 1, 1, 1]


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_no_picture_is_stretched(show: Any, width: int) -> None:
    page = show(a_run_of_each())
    page.set_viewport_size({"width": width, "height": 900})
    for card in page.locator(".card").all():
        card.scroll_into_view_if_needed()
    shapes = page.evaluate("""async () => {
        const all = [...document.querySelectorAll(".card img")];
        await Promise.all(all.map((one) => one.decode()));
        return all.map((one) => [one.alt, one.naturalWidth / one.naturalHeight, one.clientWidth / one.clientHeight]);
    }""")
    assert any(alt.startswith("The runner-up") for alt, _, _ in shapes)
    assert all(abs(shown / real - 1) < 0.02 for _, real, shown in shapes), shapes


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_found_by_axe(show: Any, scheme: str, width: int) -> None:
    page = show(a_run_of_each())
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    assert faults(page) == []
    page.get_by_role("button", name="Grid").click()
    assert faults(page) == []


def test_on_a_phone_nothing_runs_over_the_edge(show: Any) -> None:
    page = show(hostile_report())
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
