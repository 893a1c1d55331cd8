"""What a person reads in a terminal, in a pipe, with a narrow window, without colours."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from i2f.display.progress import TerminalProgress, duration
from i2f.display.tables import cut_middle, show
from i2f.ground.model import OutcomeKind, Verdict
from i2f.sync.report import Report, closing_sentence
from tests.support.reports import a_run_of_each, make_candidate, make_decision, make_report

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class HandClock:
    """Moves only when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def a_console(terminal: bool, width: int = 100) -> Console:
    return Console(
        file=io.StringIO(),
        force_terminal=terminal,
        width=width,
        highlight=False,
        markup=False,
        soft_wrap=True,
        color_system="truecolor" if terminal else None,
        legacy_windows=False,
    )


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def shown(report: Report, terminal: bool, width: int = 100) -> str:
    console = a_console(terminal, width)
    show(report, console)
    return written(console)


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_without_a_terminal_every_picture_is_a_plain_line_and_doubtful_ones_come_first() -> None:
    text = shown(a_run_of_each(), terminal=False)
    assert CONTROL.search(text) is None
    assert [line.split()[0] for line in text.splitlines()] == ["review", "replace", "keep", "unreadable:", "3"]


@pytest.mark.parametrize(
    ("passed_over", "line"),
    [
        ({"videos": 3, "in trash folders": 1}, "Skipped: 1 file in trash folders."),
        (
            {"in trash folders": 2, "in thumbnail folders": 1200},
            "Skipped: 1,202 files (2 in trash folders, 1,200 in thumbnail folders).",
        ),
    ],
)
@pytest.mark.parametrize("terminal", [False, True])
def test_one_line_says_what_lies_in_folders_that_are_not_searched(
    passed_over: dict[str, int], line: str, *, terminal: bool
) -> None:
    report = a_run_of_each()
    report.passed_over = passed_over
    assert line in without_colours(shown(report, terminal=terminal)).splitlines()


def test_in_a_terminal_the_questions_come_first_and_the_closing_sentence_last() -> None:
    text = without_colours(shown(a_run_of_each(), terminal=True, width=110))
    places = [
        text.index(words)
        for words in ("To review", "Would be replaced", "Unchanged", "unreadable", "3 copies on Flickr")
    ]
    assert places == sorted(places)
    assert "612 to 4032 px" in text


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_in_a_terminal_of_any_width_a_photo_is_one_line_that_fits(width: int) -> None:
    long = make_decision(
        Verdict.REPLACE,
        7,
        "a title that nobody would read to its end " * 3,
        "only IMG_0007.JPG",
        [make_candidate(Path("/roll/a name that somebody gave by hand, at length IMG_0007.JPG"))],
    )
    text = without_colours(shown(make_report([long]), terminal=True, width=width))
    row = next(line for line in text.splitlines() if "8037000007" in line)
    assert len(row) <= width
    assert "\N{HORIZONTAL ELLIPSIS}" in row
    assert ".JPG" in row
    assert max(len(line) for line in text.splitlines()) <= width


def test_a_reason_that_photos_share_stands_once_above_them() -> None:
    many = [
        make_decision(
            Verdict.REPLACE,
            number,
            f"no {number}",
            f"Matches IMG_{number}.JPG (only match)",
            [make_candidate(Path(f"/roll/IMG_{number}.JPG"))],
        )
        for number in (1, 2, 3)
    ]
    text = without_colours(shown(make_report(many), terminal=True, width=80))
    assert text.count("Matches this file (only match)") == 1
    assert [f"IMG_{number}.JPG" in text for number in (1, 2, 3)] == [True] * 3


def test_a_number_below_a_section_has_its_name_above_it() -> None:
    text = without_colours(shown(a_run_of_each(), terminal=True, width=80)).splitlines()
    title = next(line for line in text if line.startswith("To review"))
    row = next(line for line in text if "612 to 4032 px" in line)
    assert title.index("longer edge") == row.index("612 to 4032 px")
    assert (title.endswith("match score"), len(title) <= 80) == (True, True)


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("IMG_1234.JPG", 12, "IMG_1234.JPG"),
        ("IMG_1234.JPG", 9, "IMG_\u2026.JPG"),
        ("\u5199\u771f\u5199\u771f", 5, "\u5199\u2026\u771f"),
    ],
)
def test_names_are_cut_in_the_middle(text: str, width: int, cut: str) -> None:
    assert cut_middle(text, width) == cut


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    console = Console(file=io.StringIO(), force_terminal=True, width=100, highlight=False, markup=False)
    show(a_run_of_each(), console)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", written(console))


def test_somebody_elses_words_cannot_steer_the_terminal() -> None:
    evil = make_decision(
        Verdict.REPLACE, 1, "[red]\x1b[31m\u202eevil", "\x07bell", [make_candidate(Path("/roll/\x1b]0;title\x07.JPG"))]
    )
    for terminal in (True, False):
        text = shown(make_report([evil]), terminal)
        assert "\x07" not in text
        assert "\x1b[31m" not in text
        assert "\x1b]0" not in text
        assert "\u202e" not in text
        assert "[red]" in text


def test_families_of_emoji_and_persian_words_stay_whole() -> None:
    title = "\N{WOMAN}\u200d\N{GIRL} \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    for terminal in (True, False):
        assert title in shown(
            make_report(
                [make_decision(Verdict.KEEP, 1, title)]
                if not terminal
                else [make_decision(Verdict.REPLACE, 1, title, candidates=[make_candidate()])]
            ),
            terminal,
        )


def test_a_long_plan_is_cut_and_says_where_the_rest_is() -> None:
    many = make_report([make_decision(Verdict.REPLACE, number, candidates=[make_candidate()]) for number in range(90)])
    for terminal in (True, False):
        assert "30 more; --json FILE" in without_colours(shown(many, terminal))


def test_the_closing_sentence_of_a_real_run_tells_outcomes_and_the_next_step() -> None:
    report = a_run_of_each("sync")
    report.outcomes = {"8037000002": (OutcomeKind.REPLACED, None)}
    assert closing_sentence(report) == ("1 replaced and verified, 1 to review, 1 unchanged, 0 failed. Next: `review`.")
    report.outcomes = {"8037000002": (OutcomeKind.UNSURE, "no answer")}
    assert "1 unsure" in closing_sentence(report)
    assert "run the same command again" in closing_sentence(report)


def test_a_failed_picture_is_named_with_its_error() -> None:
    report = a_run_of_each("sync")
    report.outcomes = {"8037000002": (OutcomeKind.FAILED, "Flickr refused the picture")}
    for width in (40, 160):
        text = " ".join(without_colours(shown(report, True, width)).lower().split())
        assert text.index("failed") < text.index("flickr refused the picture")
    assert "failed   8037000002 golden hour <- IMG_0001.JPG: Flickr refused the picture" in shown(report, False)


def test_what_is_only_planned_is_not_called_replaced() -> None:
    report = make_report(
        [make_decision(Verdict.REPLACE, number, candidates=[make_candidate()]) for number in (1, 2)], "sync"
    )
    report.outcomes = {"8037000001": (OutcomeKind.REPLACED, None)}
    text = without_colours(shown(report, terminal=True))
    assert text.index("Replaced  1") < text.index("8037000001") < text.index("Still to do  1")
    assert "Next: the same command again." in " ".join(text.split())
    assert [line.split()[0] for line in shown(report, terminal=False).splitlines()[:2]] == ["replaced", "planned"]


def test_without_a_terminal_a_stage_is_one_line_and_a_long_one_shows_life_once_a_minute() -> None:
    console, clock = a_console(terminal=False), HandClock()
    with TerminalProgress(console, clock) as progress:
        progress.stage("Reading your originals", 1000)
        for _ in range(1000):
            clock.now += 0.1
            progress.step()
        progress.say("a word")
    assert written(console).splitlines() == [
        "Reading your originals (1,000)",
        "Reading your originals: 600 of 1,000",
        "a word",
    ]


def test_in_a_terminal_one_live_line_shows_counts_rate_and_time_left_and_leaves_words() -> None:
    console, clock = a_console(terminal=True), HandClock()
    with TerminalProgress(console, clock) as progress:
        progress.stage("Comparing", 80)
        for _ in range(40):
            clock.now += 0.5
            progress.step()
        assert progress._bar is not None
        progress._bar.refresh()
        live = without_colours(written(console))
        progress.stage("Replacing", 3)
    assert "40 of 80, 2 a second, 20 s left" in live
    assert "Comparing: 40 of 80 in 20 s" in without_colours(written(console))


def test_a_stage_that_learns_its_length_on_the_way_shows_the_time_left() -> None:
    console, clock = a_console(terminal=True), HandClock()
    with TerminalProgress(console, clock) as progress:
        progress.stage("Listing your photos on Flickr")
        for _ in range(4):
            clock.now += 10
            progress.expect(5000)
            progress.step(500)
        assert progress._bar is not None
        progress._bar.refresh()
    assert "2,000 of 5,000, 50 a second, 60 s left" in without_colours(written(console))


def test_while_a_question_is_asked_the_live_line_is_put_away(monkeypatch: pytest.MonkeyPatch) -> None:
    console, clock = a_console(terminal=True), HandClock()
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with TerminalProgress(console, clock) as progress:
        progress.stage("Comparing", 1)
        progress.step()
        assert progress.ask("Replace 1 picture? [y/N]") == "y"
        progress.stage("Replacing", 1)
        progress.step()
    text = written(console)
    before, after = text.split("Replace 1 picture? [y/N] ")
    assert without_colours(before).rstrip("\r").endswith("Comparing: 1 of 1 in 1 s\n")
    assert before.count("\x1b[?25l") == before.count("\x1b[?25h") == 1
    assert "Replacing: 1 of 1" in without_colours(after)


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    console = Console(file=io.StringIO(), force_terminal=True, width=80, highlight=False, markup=False)
    with TerminalProgress(console, HandClock()) as progress:
        progress.stage("Comparing", 2)
        progress.step()
    assert CONTROL.search(written(console)) is None


def test_durations_are_told_as_a_person_would() -> None:
    assert [duration(seconds) for seconds in (0.2, 45, 125, 3 * 3600 + 240)] == ["1 s", "45 s", "2 min", "3 h 04 min"]
