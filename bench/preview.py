"""How large the preview page gets and how soon it shows something; how quick the review is: `python bench/preview.py`.

So many copies (2,000 unless told) of painted photographs are laid into a state folder as a run would have left them; a
hundred are made, and each stands for several, far enough apart that none is on the screen twice.
Then the page is written, opened in the system's Chromium, timed until its first pictures are on the screen, and
scrolled; and a review of as many questions is opened and answered by keys, each timed from the key to the next pair
being painted; then its grid. Needs playwright.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from i2f.display.preview import Preview  # noqa: E402
from i2f.display.review_server import serve  # noqa: E402
from i2f.display.review_session import ReviewSession  # noqa: E402
from i2f.ground.model import (  # noqa: E402
    Candidate,
    Decision,
    Fit,
    InstagramCopy,
    InstagramMark,
    Mark,
    Original,
    Verdict,
    Window,
    bare_photo,
)
from i2f.memory.journal import Journal  # noqa: E402 - the program's own folder comes first
from i2f.memory.readings import StoredPicture, StoredReading  # noqa: E402 - the program's own folder comes first
from i2f.memory.record import Backup  # noqa: E402 - the program's own folder comes first
from i2f.sandbox.photos.looks import make_copy, random_recipe  # noqa: E402
from i2f.sandbox.photos.paint import paint_roll  # noqa: E402
from i2f.sync.questions import read_questions  # noqa: E402
from i2f.sync.report import Report  # noqa: E402
from matcher import thumbnail_size  # noqa: E402
from tests.support.browser import FLAGS  # noqa: E402

ANSWERS, DISTINCT = 40, 100
# Four seconds at sixty frames a second, two screens a second.
SCROLL = """() => new Promise((done) => {
  const gaps = [];
  let last = performance.now();
  const step = (now) => {
    gaps.push(now - last);
    last = now;
    window.scrollBy(0, 30);
    if (gaps.length < 240) requestAnimationFrame(step); else done(gaps.slice(1));
  };
  requestAnimationFrame(step);
})"""
WATCH = """() => {
  window.times = [];
  let pressed = 0;
  document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
  new MutationObserver(() => {
    const began = pressed;
    requestAnimationFrame(() => setTimeout(() => {
      const shown = [...document.querySelectorAll('.pane img')].every((one) => one.complete && one.naturalWidth);
      window.times.push([performance.now() - began, shown]);
    }));
  }).observe(document.getElementById('left'), { childList: true });
}"""


def lay_out(state: Path, count: int, every: int) -> tuple[Journal, Report]:
    """A journal with `count` copies of painted photographs, every so many of them uncertain."""
    (state / "backups").mkdir(parents=True)
    paint_roll(state / "roll", seed=7)
    pictures = [_opened(file) for file in sorted((state / "roll").iterdir())]
    thumbnails = [_jpeg(one.resize(thumbnail_size(*one.size), Image.Resampling.LANCZOS)) for one in pictures]
    rng, journal = np.random.default_rng(7), Journal(state / "journal.sqlite3")
    copies = [
        make_copy(pictures[number % len(pictures)], random_recipe(rng, ("EASY", "TYPICAL")[number % 2]))[0]
        for number in range(min(count, DISTINCT))
    ]
    decisions = []
    for number in range(count):
        data = copies[number % len(copies)]
        which = number % len(copies) % len(pictures)
        uncertain = number % every == 0
        near = [which, *((which + step) % len(pictures) for step in (1, 2, 3, 4))] if uncertain else [which]
        decisions.append(_decision(state / "roll", number, near, [pictures[one].size for one in near]))
        for candidate, one in zip(decisions[-1].candidates, near, strict=True):
            if journal.readings.thumbnail(candidate.original.path) is None:
                reading = StoredReading(candidate.original.path, 1, 1, {})
                journal.readings.keep([(reading, StoredPicture(thumbnails[one]))], "1")
        name = f"{number}.jpg"
        (state / "backups" / name).write_bytes(data)
        width, height = Image.open(io.BytesIO(data)).size
        sha256 = hashlib.sha256(data).hexdigest()
        journal.record.keep_backup(
            Backup(decisions[-1].copy.photo_id, "o", sha256, name, len(data), width, height, 0.0)
        )
    journal.listing.keep((one.copy.photo_id, asdict(one.copy.photo)) for one in decisions)
    report = Report("20261122T100000Z-3f2a", "dry-run", datetime.now(UTC), (state / "roll",), originals=len(pictures))
    report.decisions = decisions
    journal.assessments.keep_decisions(report.run, [(one["photo_id"], one) for one in report.explained()])
    return journal, report


def _opened(file: Path) -> Image.Image:
    with Image.open(file) as picture:
        return picture.convert("RGB")


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _decision(roll: Path, number: int, near: Sequence[int], sizes: Sequence[tuple[int, int]]) -> Decision:
    photo = bare_photo(
        str(8037000000 + number),
        f"Picture {number} #nofilter",
        (612, 612),
        owner="me",
        secret="s",
        original_secret="o",
        original_format="jpg",
        page_url="https://www.flickr.com/photos/me/",
        uploaded_at=number,
        is_public=True,
    )
    copy = InstagramCopy(photo, InstagramMark(Mark.VIA, None, None, timedelta(0)))
    candidates = tuple(
        Candidate(
            Original(roll / f"IMG_{one:04d}.JPG", 4_000_000, 1, "JPEG", *size, None, "Apple iPhone 7"),
            Fit(0.99 - place / 100, True, 0.9, Window((0.5, 0.5), (0.7, 0.9), 0, False), "the same shot", {}),
        )
        for place, (one, size) in enumerate(zip(near, sizes, strict=True))
    )
    verdict = Verdict.REVIEW if len(near) > 1 else Verdict.REPLACE
    reason = f"Matches {candidates[0].original.path.name} (only match)"
    return Decision(copy, verdict, reason, "rule", candidates)


def time_preview(browser: Browser, file: Path) -> tuple[float, float, list[float]]:
    """Seconds from opening the page to its first pictures, and to all of it; milliseconds of each frame scrolled."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    began = time.perf_counter()
    page.goto(file.as_uri(), wait_until="commit")
    page.wait_for_selector(".card img")
    page.evaluate(
        "() => new Promise(done => { const one = document.querySelector('.card img');"
        " one.decode().then(() => requestAnimationFrame(() => setTimeout(done))); })"
    )
    first = time.perf_counter() - began
    page.wait_for_load_state("load")
    whole = time.perf_counter() - began
    frames: list[float] = page.evaluate(SCROLL)
    page.close()
    return first, whole, frames


def time_review(page: Page, count: int) -> list[float]:
    """Milliseconds from each key to the next pair being painted."""
    page.wait_for_selector("#right img")
    page.wait_for_timeout(3000)
    page.evaluate(WATCH)
    for number in range(count):
        page.keyboard.press("y" if number % 2 else "n")
        while page.evaluate("window.times.length") <= number:
            page.wait_for_timeout(5)
        page.wait_for_timeout(700)  # nobody decides faster
    told = page.evaluate("window.times")
    sys.stdout.write(f"pictures there at once: {sum(1 for _, shown in told if shown)} of {len(told)}\n")
    return [ms for ms, _ in told]


def time_grid(page: Page) -> float:
    """Milliseconds from the key to the grid of all questions being on the page."""
    page.evaluate("window.began = performance.now()")
    page.keyboard.press("g")
    page.wait_for_selector(".tile")
    took: float = page.evaluate("performance.now() - window.began")
    return took


def measure_review(browser: Browser, state: Path, count: int) -> None:
    """Open a review of `count` questions, answer some, look at the grid; print."""
    journal, _ = lay_out(state, count, every=1)
    began = time.perf_counter()
    questions = read_questions(journal)
    session = ReviewSession(questions, journal, state / "backups")
    with serve(session) as (address, _):
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(address)
        page.wait_for_selector("#strip button")
        opened = time.perf_counter() - began
        times = time_review(page, min(ANSWERS, len(questions) - 1))
        grid = time_grid(page)
    sys.stdout.write(
        f"review of {len(questions):,} questions: there after {opened:.1f} s; key to next pair: median "
        f"{statistics.median(times):.0f} ms, slowest {max(times):.0f} ms of {len(times)}; "
        f"key to grid {grid:.0f} ms\n"
    )
    journal.close()


def main() -> None:
    """Lay out, write, open, answer; print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("copies", type=int, nargs="?", default=2000)
    count = parser.parse_args().copies
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        state = Path(folder) / "state"
        journal, report = lay_out(state, count, every=20)
        file = Path(folder) / "plan.html"
        began = time.perf_counter()
        Preview(journal, state / "backups").write(file, report)
        took = time.perf_counter() - began
        browser = driver.chromium.launch(executable_path=program, args=list(FLAGS))
        first, whole, frames = time_preview(browser, file)
        sys.stdout.write(
            f"preview of {count:,} copies: {file.stat().st_size / 1e6:.1f} MB, written in {took:.0f} s; "
            f"first picture after {first:.2f} s, all there after {whole:.2f} s\n"
        )
        sys.stdout.write(
            f"scrolled: a frame takes {statistics.median(frames):.0f} ms (median), the slowest of "
            f"{len(frames)} {max(frames):.0f} ms, {sum(one > 50 for one in frames)} more than 50 ms\n"
        )
        journal.close()
        measure_review(browser, Path(folder) / "review", count)
        browser.close()


if __name__ == "__main__":
    main()
