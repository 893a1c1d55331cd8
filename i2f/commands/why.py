"""Why a photo was decided on as it was: for a person first, with every number on request.

What was compared, which tests passed or failed and how near each came to its limit, and what has happened to the photo
since. Everything comes from the state folder; neither Flickr nor an original is touched. What is no photo may be a
post, which why_post.py explains.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from i2f.display.decision_words import (
    candidates_in_words,
    lines_of_tests,
    reason_in_words,
    score_line,
    since_in_words,
)
from i2f.display.lines import ATTENTION, BAD, GOOD, colored, fitted, say
from i2f.ground.plain_text import in_plain_words
from i2f.ground.settings import Settings
from i2f.memory.history import History
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder, write_private
from i2f.sync.output_files import check_places
from i2f.sync.report import without_insides, write_report

_DECIDED = {"replace": "Replace", "review": "Needs review", "keep": "Unchanged"}
_COLORS = {"replace": GOOD, "review": ATTENTION, "keep": ""}


def why(
    settings: Settings,
    photo_id: str,
    json_file: str | None,
    *,
    open_page: bool = False,
    exports: Sequence[Path] = (),
) -> None:
    """The evidence behind the last decision on one photo, or on one post, in words, as JSON or as a page."""
    check_places(json_file)
    state = StateFolder(settings.state).require_used()
    journal = Journal(state.journal_file)
    try:
        decided = journal.assessments.decision(photo_id)
        if decided is None:
            from i2f.commands.why_post import why_post

            why_post(settings, journal, photo_id, exports or settings.instagram.exports, json_file)
            return
        run, body = decided
        history = journal.histories.of(photo_id)
        if open_page:
            _open(journal, state, body)
    finally:
        journal.close()
    if json_file is not None:
        write_report(
            json_file,
            {
                "version": 1,
                "run": run,
                **without_insides(body),
                "standing": str(history.standing),
                "replaced_in": history.replaced_in,
            },
        )
        return
    for line, color in explained(run, body, history, verbose=settings.verbose):
        say(colored(fitted(line, sys.stdout), color, sys.stdout) if color else line, whole=bool(color))


def _open(journal: Journal, state: StateFolder, body: Mapping[str, Any]) -> None:
    import webbrowser

    from i2f.display.why_page import page

    file = state.root / "why.html"
    told = [
        [score_line(one), *(line.strip() for line, color in lines_of_tests(one) if color)] for one in body["evidence"]
    ]
    write_private(file, page(journal, state.backups, body, _decision(body), told).encode())
    say(f"The pictures as a page: {file}", whole=True)
    if sys.stdout.isatty():
        webbrowser.open(file.as_uri())


def explained(
    run: str, body: Mapping[str, Any], history: History, *, verbose: bool = False
) -> Iterator[tuple[str, str]]:
    """The decision, what happened since, and each candidate with its tests; lines with their colours."""
    yield f"{body['photo_id']}  {in_plain_words(body['title'])}", ""
    yield _decision(body), _COLORS[body["decision"]]
    yield f"Decided by {'you' if body['decided_by'] == 'person' else 'rule'} in run {run}", ""
    since = since_in_words(body["photo_id"], history)
    if since:
        yield since, BAD if history.is_open else GOOD
    if not body["evidence"]:
        yield "No original came near enough to be compared.", ""
    yield from candidates_in_words(body["evidence"], verbose=verbose)
    if body["evidence"]:
        again = f"why {body['photo_id']}"
        yield "", ""
        yield (
            (
                f"Every measured value: `{again} --json -`"
                if verbose
                else f"The pictures: `{again} --open`. The numbers: `{again} --verbose`"
            ),
            "",
        )


def _decision(body: Mapping[str, Any]) -> str:
    return f"{_DECIDED[body['decision']]}: {reason_in_words(body)}"
