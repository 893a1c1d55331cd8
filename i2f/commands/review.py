"""The `review` command: uncertain matches side by side in the browser, or in the terminal where there is none.

Uncertain are copies, which the next `sync` replaces or leaves, and posts, which the next `new` uploads or leaves; both
are answered in the same way (questions.py, post_questions.py).

The browser is led to the page by a small file in the state folder, so that the page's secret stands in no process list;
the file is gone when the review ends. Over ssh the page is served too, and the line is printed that brings its port to
the person's own computer. In the terminal the same matches are reviewed in words, with the same keys and the paths to
open in whatever shows pictures. Either way an answer is on the disk before the next question.
"""

from __future__ import annotations

import getpass
import html
import os
import re
import sys
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from i2f.display.browser import has_browser, over_ssh
from i2f.display.decision_words import score_words
from i2f.display.lines import say
from i2f.display.review_server import serve
from i2f.display.review_session import ReviewSession
from i2f.ground.archives import sha256_of
from i2f.ground.errors import ExitCode, UnknownPhotoError
from i2f.ground.model import Sent, Verdict
from i2f.ground.plain_text import in_plain_words, printable
from i2f.ground.settings import Settings
from i2f.ground.wording import day
from i2f.memory.journal import Journal
from i2f.memory.review_answers import NEVER, NONE, POSTED, THIS, Step, keep_step, said_about, take_back_step
from i2f.memory.state_dir import StateFolder, write_private
from i2f.sync.post_questions import UNSENT, read_post_questions
from i2f.sync.questions import Question, identity_of, is_outdated, read_progress, read_questions, step_of

_MORE_KEYS = """  x        never this one; the other candidates still need review
  1 to 5   mark another candidate; y2 and x2 answer for the second at once
  u        undo the last answer
  Enter    skip
  ?        show these keys
  q        quit"""
HELP = f"""  y        this one: `sync` replaces the copy with the candidate marked >
  p        as posted: `sync` sends the copy rendered from > at full size
  n        none of these: the copy stays unchanged
{_MORE_KEYS}"""
POST_HELP = f"""  y        this one: `new` uploads the original marked >; if > is a photo on
           Flickr, that is the post, and nothing is uploaded
  n        none of these: the post is not uploaded
{_MORE_KEYS}"""


def review(settings: Settings, photo_ids: Sequence[str], how: str, posts: Sequence[str] = ()) -> ExitCode:
    """Review what is uncertain, or these photos and posts; `how` is "browser", "address" (print it) or "terminal"."""
    named = [*photo_ids, *(f"--post {key}" for key in posts)]
    state = StateFolder(settings.state).require_used()
    journal = Journal(state.journal_file)
    try:
        questions = read_questions(journal, photo_ids) if photo_ids or not posts else []
        _require_named(journal, photo_ids, questions)
        about_posts = read_post_questions(journal, posts) if posts or not photo_ids else []
        _require_posts(journal, posts, about_posts)
        questions += about_posts
        waiting = sum(1 for one in questions if not read_progress(journal, one).done)
        if not waiting and not named:
            say(_nothing_to_review(journal, applied_by(questions) if questions else ""))
            return ExitCode.DONE
        with suppress(KeyboardInterrupt):
            if how == "terminal" or (how == "browser" and not has_browser() and not _is_remote(sys.stdin.isatty())):
                _ask_in_terminal(journal, state, questions, show_answered=bool(named))
            else:
                session = ReviewSession(questions, journal, state.backups)
                _ask_in_browser(session, state, open_it=how == "browser" and has_browser())
        left = sum(1 for one in questions if not read_progress(journal, one).done)
        say(closing(len(questions) - left, left, named, applied_by(questions)))
    finally:
        journal.close()
    return ExitCode.DONE


def closing(answered: int, left: int, named: Sequence[str], applied: str = "`sync`") -> str:
    """How far the review came and what to do next; what was named may have been decided without any answer."""
    if named and left:
        next_step = f"Run `review {' '.join(named)}` to continue."
        return f"{answered} of {answered + left} answered." + (f" {next_step}" if answered else "")
    return f"{answered} answered, {left} left to review. " + (
        "Run `review` to continue." if left else f"Run {applied} to apply your answers."
    )


def applied_by(questions: Sequence[Question]) -> str:
    """The commands that apply the answers to these questions."""
    of_posts = sum(1 for one in questions if one.post is not None)
    return "`new`" if of_posts == len(questions) > 0 else "`sync` and `new`" if of_posts else "`sync`"


def _nothing_to_review(journal: Journal, applied: str) -> str:
    """Why there is nothing to review, and what to do next; `applied` are the commands that apply answers, if any."""
    decisions = list(journal.assessments.decisions())
    if any(one["decision"] == Verdict.REVIEW and is_outdated(one) for one in decisions):
        return "An older version left photos to review. Compare again first: `sync FOLDER --dry-run`."
    if applied:
        return f"Nothing to review. Run {applied} to apply your answers."
    compared = bool(decisions) or any(True for _ in journal.assessments.post_decisions())
    return "Nothing to review." + ("" if compared else " Compare first: `sync FOLDER --dry-run`.")


def _require_named(journal: Journal, photo_ids: Sequence[str], questions: Sequence[Question]) -> None:
    for photo_id in photo_ids:
        if photo_id in {one.photo_id for one in questions}:
            continue
        kept = journal.assessments.decision(photo_id)
        if kept is None:
            raise UnknownPhotoError(f"photo {photo_id} was not compared yet; run `sync FOLDER --dry-run` first")
        if is_outdated(kept[1]):
            raise UnknownPhotoError(
                f"photo {photo_id} was compared by an older version; run `sync FOLDER --dry-run` first"
            )
        raise UnknownPhotoError(f"no file resembles photo {photo_id}, so there is nothing to review")


def _require_posts(journal: Journal, posts: Sequence[str], questions: Sequence[Question]) -> None:
    decided = {str(one["post"]): str(one["reason"]) for one in journal.assessments.post_decisions()} if posts else {}
    for key in posts:
        if key not in decided:
            raise UnknownPhotoError(
                f"post {key} was not compared yet; run `new FOLDER --export PATH --dry-run` first (--json names posts)"
            )
        if journal.uploads.of(key).standing not in UNSENT:
            raise UnknownPhotoError(f"post {key} was uploaded, or its upload is not yet clear; run `new` again")
        if key not in {one.post for one in questions}:
            raise UnknownPhotoError(f"there is nothing to review about post {key}: {decided[key]}")


# In the browser.


def _is_remote(has_terminal: bool) -> bool:
    """Whether the page is worth serving though no browser is here: somebody reads the line that leads to it."""
    return has_terminal and over_ssh()


def ssh_line(address: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """The command that brings the page's port to the computer somebody came from by ssh; None where nobody did."""
    if not over_ssh(environment):
        return None
    _, _, host, port = [*environment["SSH_CONNECTION"].split(), "", "", "HOST", "22"][:4]
    page = urlsplit(address).port
    other_port = "" if port == "22" else f"-p {port} "
    return f"ssh -N {other_port}-L {page}:127.0.0.1:{page} {getpass.getuser()}@{host}"


def _ask_in_browser(session: ReviewSession, state: StateFolder, *, open_it: bool) -> None:
    with serve(session) as (address, waiting), _doorstep(state, address) as file:
        say("Review page:")
        say(f"  {address}", whole=True)
        remote = ssh_line(address)
        if remote is not None:
            say("You are connected over SSH. In a terminal on your own computer run:")
            say(f"  {remote}", whole=True)
            say("Then open the URL above there. To review in this terminal: `review --terminal`.")
        # A browser from a sandboxed package may not read the doorstep's folder.
        say(
            ("If no browser opens, open that URL yourself. " if open_it else "")
            + "The review ends when every match is answered, or with Ctrl-C. Each answer is saved at once."
        )
        if open_it:
            webbrowser.open(file.as_uri())
        while waiting.is_alive():
            waiting.join(0.5)  # in pieces, so that Ctrl-C is heard on every system


@contextmanager
def _doorstep(state: StateFolder, address: str) -> Iterator[Path]:
    """A page that leads on to the address, for the owner's eyes only."""
    file = state.root / "review.html"
    write_private(
        file,
        f'<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0;url={html.escape(address)}">'
        f'<a href="{html.escape(address)}">Review page</a>'.encode(),
    )
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


# In the terminal.


@dataclass(slots=True)
class _Place:
    """Where in the questions the person is: the one shown, its marked candidate, and what `u` would undo."""

    number: int = 0
    marked: int | None = None
    answered: list[int] = field(default_factory=list)
    is_shown: bool = False
    keys: str = ""

    def move(self, number: int) -> None:
        self.number, self.marked, self.is_shown = number, None, False


def _ask_in_terminal(
    journal: Journal, state: StateFolder, questions: Sequence[Question], *, show_answered: bool
) -> None:
    at = _Place()
    while at.number < len(questions):
        question = questions[at.number]
        progress = read_progress(journal, question)
        if progress.done and at.number not in at.answered and not show_answered:
            at.move(at.number + 1)
            continue
        if at.marked is None:
            left = [place for place in range(len(question.choices)) if place not in progress.refused]
            at.marked = progress.chosen if progress.chosen is not None else (left or [0])[0]
        if at.keys != _keys(question):
            at.keys = _keys(question)
            say(f"Keys:\n{at.keys}")
        if not at.is_shown:
            _show(journal, state, question, f"{at.number + 1} of {len(questions)}", at.marked)
            at.is_shown = True
        _prompt(question)
        typed = sys.stdin.readline()
        word = typed.strip().lower()
        if word == "q" or not typed:
            return
        _obey(journal, questions, at, word)


def _obey(journal: Journal, questions: Sequence[Question], at: _Place, word: str) -> None:
    question = questions[at.number]
    places = {str(place + 1): place for place in range(len(question.choices))}
    if word == "":
        at.move(at.number + 1)
    elif word == "u":
        _undo(journal, questions, at)
    elif word in places:
        at.marked, at.is_shown = places[word], False
    elif word == "?":
        say(f"Keys:\n{_keys(question)}")
    else:
        step = _step(journal, question, word, at.marked or 0)
        if step is None:
            say(_unknown(word, question))
            return
        keep_step(journal, question.photo_id, question.copy_sha256, step)
        at.answered.append(at.number)
        say(
            {
                THIS: f"{in_plain_words(step.originals[0].name)} accepted.",
                POSTED: f"{in_plain_words(step.originals[0].name)} accepted, to be sent as posted.",
                NONE: "None of these.",
                NEVER: f"{in_plain_words(step.originals[0].name)} rejected.",
            }[step.kind]
        )
        at.move(at.number + 1 if read_progress(journal, question).done else at.number)


def _undo(journal: Journal, questions: Sequence[Question], at: _Place) -> None:
    """Take back the last answer of this review; where there is none, what was answered earlier to the one shown."""
    number = at.answered.pop() if at.answered else at.number
    question = questions[number]
    if said_about(journal, question.photo_id, question.copy_sha256) is None:
        say("Nothing to undo.")
        return
    at.move(number)
    take_back_step(journal, question.photo_id, question.copy_sha256)
    say("Answer undone.")


def _keys(question: Question) -> str:
    return HELP if question.post is None else POST_HELP


def _unknown(word: str, question: Question) -> str:
    """Why what was typed did nothing."""
    keys = "ypx" if question.post is None else "yx"
    if re.fullmatch(f"[{keys}]?[0-9]+", word):
        return f"There is no candidate {word.lstrip(keys)} here; the last is {len(question.choices)}."
    return f"Unknown key. Keys:\n{_keys(question)}"


def _step(journal: Journal, question: Question, word: str, marked: int) -> Step | None:
    if word == "n":
        return step_of(question, NONE, tuple(identity_of(one, journal) for one in question.choices), journal)
    kind = {"y": THIS, "p": POSTED, "x": NEVER}.get(word[:1])
    places = {str(place + 1): place for place in range(len(question.choices))} | {"": marked}
    if kind is None or word[1:] not in places or (kind == POSTED and question.post is not None):
        return None
    return step_of(question, kind, (identity_of(question.choices[places[word[1:]]], journal),), journal)


def _is_whole(file: Path, question: Question) -> bool:
    """Whether the file still shows what is asked about."""
    with suppress(OSError):
        return sha256_of(file) == question.copy_sha256
    return False


def _show(journal: Journal, state: StateFolder, question: Question, where: str, marked: int) -> None:
    progress = read_progress(journal, question)
    title = f"{question.post or question.photo_id} {in_plain_words(question.title)}"
    say(f"\n{where}: {title}\n{in_plain_words(question.reason)}\n")
    file = question.picture(state.backups)
    say(f"    {'Copy on Flickr' if question.post is None else 'Instagram post'}, {_size(question.copy_size)}")
    say(f"      {printable(file)}" + ("" if _is_whole(file, question) else " (changed since it was saved)"), whole=True)
    for place, one in enumerate(question.choices):
        original = one.original
        taken = f", taken {day(original.taken.local)}" if original.taken else ""
        accepted = ", accepted as posted" if progress.sent is Sent.AS_POSTED else ", accepted"
        told = ", rejected" if place in progress.refused else accepted if place == progress.chosen else ""
        size = _size((original.width, original.height))
        say(f"  {'>' if place == marked else ' '} {place + 1}  {score_words(one.fit.score)}; {size}{taken}{told}")
        if one.photo_id is not None:
            say(f"      {original.name}: {in_plain_words(one.page_url)}", whole=True)
        say(f"      {in_plain_words(printable(original.path))}", whole=True)


def _prompt(question: Question) -> None:
    numbers = f"1-{len(question.choices)}, " if len(question.choices) > 1 else ""
    posted = "p, " if question.post is None else ""
    sys.stdout.write(f"y, {posted}n, x, {numbers}u, Enter, ? or q: ")
    sys.stdout.flush()


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} \N{MULTIPLICATION SIGN} {size[1]}"
