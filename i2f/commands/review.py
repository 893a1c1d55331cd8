"""The `review` command: the doubtful pictures asked in the browser, or in the terminal where there is none.

The browser is led to the page by a small file in the state folder, so that the page's secret stands in no process list;
the file is gone when the review ends. In the terminal the same questions are asked in words, with the paths to
open in whatever shows pictures. Either way an answer is on the disk before the next question.
"""

from __future__ import annotations

import hashlib
import html
import os
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from i2f.display.lines import say
from i2f.display.review_server import Table, serve
from i2f.ground.errors import ExitCode, UnknownPhotoError
from i2f.ground.settings import Settings
from i2f.memory.journal import Journal
from i2f.memory.review_answers import NEVER, NONE, THIS, Seen, Step, keep_step, take_back_step
from i2f.memory.state_dir import StateFolder, write_private
from i2f.sync.questions import Question, read_progress, read_questions
from i2f.sync.report import in_plain_words, printable

HELP = """  1 to 5   this one is the original (y is the same as 1)
  n        none of these
  x1 to x5 never that one; the others stay in question
  u        take the last answer back
  Enter    later
  q        stop"""


def review(settings: Settings, photo_ids: Sequence[str], how: str) -> ExitCode:
    """Ask what waits for the person's eyes; `how` is "browser", "address" (print it only) or "terminal"."""
    state = StateFolder(settings.state)
    if not state.journal_file.exists():
        raise UnknownPhotoError(f"nothing was done yet with the state folder {settings.state}; begin with `doctor`")
    journal = Journal(state.journal_file)
    try:
        questions = read_questions(journal, photo_ids)
        for photo_id in photo_ids:
            if photo_id not in {one.photo_id for one in questions}:
                raise UnknownPhotoError(f"nothing was compared for {photo_id} yet; run sync --dry-run first")
        waiting = sum(1 for one in questions if not read_progress(journal, one).done)
        if not waiting and not photo_ids:
            nothing_yet = next(journal.assessments.decisions(), None) is None
            say("Nothing waits for your eyes." + (
                " Run sync, which does what you said." if questions else
                " Nothing was compared yet; begin with `sync FOLDER --dry-run`." if nothing_yet else ""))
            return ExitCode.DONE
        with suppress(KeyboardInterrupt):
            if how == "terminal" or (how == "browser" and not _has_browser()):
                _ask_in_terminal(journal, state, questions)
            else:
                _ask_in_browser(Table(questions, journal, state.backups), state, open_it=how == "browser")
        left = sum(1 for one in questions if not read_progress(journal, one).done)
        say(f"{len(questions) - left} answered, {left} left. " + (
            "`review` goes on with them." if left else "Run sync, which does what you said."))
    finally:
        journal.close()
    return ExitCode.DONE


# In the browser.


def _has_browser() -> bool:
    """Whether there is a screen with a browser on it; browsers that draw into the terminal do not count."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _ask_in_browser(table: Table, state: StateFolder, *, open_it: bool) -> None:
    with serve(table) as (address, waiting), _doorstep(state, address) as file:
        say("The questions are at")
        say(f"  {address}", whole=True)
        # A browser from a sandboxed package may not read the doorstep's folder.
        say(("If no browser shows them, open that address yourself. " if open_it else "")
            + "It ends by itself when all are answered; Ctrl-C ends it earlier.")
        if open_it:
            webbrowser.open(file.as_uri())
        while waiting.is_alive():
            waiting.join(0.5)  # in pieces, so that Ctrl-C is heard on every system


@contextmanager
def _doorstep(state: StateFolder, address: str) -> Iterator[Path]:
    """A page that leads on to the address, for the owner's eyes only."""
    file = state.root / "review.html"
    write_private(file, f'<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
                        f'<meta http-equiv="refresh" content="0;url={html.escape(address)}">'
                        f'<a href="{html.escape(address)}">The questions</a>'.encode())
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


# In the terminal.


def _ask_in_terminal(journal: Journal, state: StateFolder, questions: Sequence[Question]) -> None:
    answered: list[int] = []
    number = 0
    say(f"What to type:\n{HELP}")
    while number < len(questions):
        question = questions[number]
        if read_progress(journal, question).done and number not in answered:
            number += 1
            continue
        _show(journal, state, question, f"{number + 1} of {len(questions)}")
        typed = sys.stdin.readline()
        word = typed.strip().lower()
        if word == "q" or not typed:
            return
        if word == "u":
            if answered:
                number = answered.pop()
                take_back_step(journal, questions[number].photo_id, questions[number].copy_sha256)
            continue
        step = _step(journal, question, word)
        if word and step is None:
            say(f"That is none of these:\n{HELP}")
            continue
        if step is not None:
            keep_step(journal, question.photo_id, question.copy_sha256, step)
            answered.append(number)
            if not read_progress(journal, question).done:
                continue
        number += 1


def _step(journal: Journal, question: Question, word: str) -> Step | None:
    places = {str(place + 1): place for place in range(len(question.choices))} | {"y": 0}
    if word == "n":
        return Step(NONE, tuple(Seen(one.original, journal).identity() for one in question.choices))
    kind, name = (NEVER, word.removeprefix("x")) if word.startswith("x") else (THIS, word)
    if name not in places:
        return None
    return Step(kind, (Seen(question.choices[places[name]].original, journal).identity(),))


def _is_whole(file: Path, question: Question) -> bool:
    """Whether the file still shows what is asked about."""
    with suppress(OSError):
        return hashlib.sha256(file.read_bytes()).hexdigest() == question.copy_sha256
    return False


def _show(journal: Journal, state: StateFolder, question: Question, where: str) -> None:
    refused = read_progress(journal, question).refused
    say(f"\n{where}: {question.photo_id} {in_plain_words(question.title)}\n{in_plain_words(question.reason)}\n")
    file = state.backups / question.copy_file
    say(f"  the copy, {_size(question.copy_size)}")
    say(f"     {printable(file)}" + ("" if _is_whole(file, question) else " (is not what was saved)"), whole=True)
    for place, one in enumerate(question.choices):
        original, gone = one.original, "; never, you said" if place in refused else ""
        taken = f", taken {original.taken.local:%Y-%m-%d}" if original.taken else ""
        size = _size((original.width, original.height))
        say(f"  {place + 1}  score {one.fit.score:.2f}, {size}{taken}{gone}")
        say(f"     {in_plain_words(printable(original.path))}", whole=True)
    sys.stdout.write("1-5, n, x1-x5, u, Enter or q: ")
    sys.stdout.flush()


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"
