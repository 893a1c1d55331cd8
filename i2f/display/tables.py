"""The plan or the result of a run as a person reads it in a terminal: what needs review first, one sentence last.

In a terminal each photo is one line, names cut in the middle where they do not fit, and a reason stands once above
all photos that share it. Without a terminal every photo is a line of words with its own reason, for a log. Titles and
file names are somebody else's words, so everything passes `in_plain_words` and none of it is read as markup.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from i2f.display.lines import ATTENTION, BAD, GOOD
from i2f.display.shared_reason import shared_reason
from i2f.ground.model import Candidate, Decision, OutcomeKind
from i2f.ground.plain_text import in_plain_words, printable
from i2f.sync.report import Report, closing_sentence, passed_over_sentence, plan_lines

if TYPE_CHECKING:
    from rich.console import Console

    from i2f.sync.new_report import NewReport

# A screenful of each kind; the JSON report and the preview page hold all.
SHOWN_ROWS = 60
# Below this a line holds the photo and the file alone; with room to spare a name is given no more than the other.
WIDE_ENOUGH_FOR_SIZES = 76
LONGEST_NAME = 40
SIZES_WIDTH = 24
_NEW_COLORS = {"review": ATTENTION, "failed": BAD, "unsure": BAD, "upload": GOOD, "uploaded": GOOD, "planned": GOOD}
_SIZES_TITLE, _SCORE_TITLE = "longer edge", "match score"


def cut_middle(text: str, width: int) -> str:
    """A name in so many columns: its beginning and its end, which tell most; the middle goes."""
    from rich.cells import cell_len, chop_cells

    if cell_len(text) <= width:
        return text
    if width < 3:
        return "\N{HORIZONTAL ELLIPSIS}"
    tail_width = (width - 1) // 2
    tail = chop_cells(text[::-1], tail_width)[0][::-1]
    return chop_cells(text, width - 1 - cell_len(tail))[0] + "\N{HORIZONTAL ELLIPSIS}" + tail


def show(report: Report, console: Console, *, brief: bool = False) -> None:
    """Print the run: what was decided, the files that could not be read, and the closing sentence.

    `brief` leaves out all but what failed and the sentence.
    """
    if console.is_terminal and not console.is_dumb_terminal:
        _show_sections(report, console, brief=brief)
    elif not brief:
        _show_lines(report, console)
    wrap = not console.is_terminal
    shown = () if brief else report.unreadable[:SHOWN_ROWS]
    for path, reason in shown:
        console.print(f"unreadable: {in_plain_words(printable(path))}: {reason}", soft_wrap=wrap)
    if not brief and len(report.unreadable) > SHOWN_ROWS:
        console.print(
            f"... and {len(report.unreadable) - SHOWN_ROWS:,} more; --json FILE holds all of them", soft_wrap=wrap
        )
    passed_over = None if brief else passed_over_sentence(report)
    if passed_over is not None:
        console.print(passed_over, soft_wrap=wrap)
    console.print(closing_sentence(report), soft_wrap=wrap)


def _show_lines(report: Report, console: Console) -> None:
    rows = plan_lines(report)
    for word, photo, reason in rows[:SHOWN_ROWS]:
        console.print(f"{word:8} {photo}: {reason}")
    if len(rows) > SHOWN_ROWS:
        console.print(_rest(len(rows)))


def _rest(count: int) -> str:
    return f"... and {count - SHOWN_ROWS:,} more; --json FILE and --preview FILE.html hold all of them"


# The sections of a terminal, in the order in which they are read.
_SECTIONS = (
    ("review", "To review", ATTENTION),
    ("failed", "Failed", BAD),
    ("unsure", "Unsure", BAD),
    ("replaced", "Replaced", GOOD),
    ("planned", "", GOOD),
)


def _show_sections(report: Report, console: Console, *, brief: bool) -> None:
    kinds: dict[str, list[Decision]] = {}
    for decision in report.decisions:
        kinds.setdefault(_kind(report, decision), []).append(decision)
    for kind, title, color in _SECTIONS:
        if kind in kinds and (not brief or kind in {"failed", "unsure"}):
            _section(report, console, kinds[kind], (title or _planned_title(report), color))
    if "keep" in kinds and not brief:
        _show_kept(console, kinds["keep"])


def _kind(report: Report, decision: Decision) -> str:
    outcome, _ = report.outcome(decision)
    return str(decision.verdict) if outcome is OutcomeKind.SKIPPED else str(outcome)


def _planned_title(report: Report) -> str:
    return "Would be replaced" if report.mode == "dry-run" else "Still to do"


def _section(report: Report, console: Console, decisions: Sequence[Decision], heading: tuple[str, str]) -> None:
    from rich.text import Text

    title, color = heading
    line = _title_line(f"{title}  {len(decisions):,}", decisions[0], console.width)
    console.print(Text.assemble((title, f"bold {color}"), line[len(title) :]), no_wrap=True, soft_wrap=False)
    groups: dict[str, list[Decision]] = {}
    for one in decisions:
        groups.setdefault(_shared_reason(report, one), []).append(one)
    left = SHOWN_ROWS
    for reason, members in groups.items():
        if left <= 0:
            break
        console.print(Text(_wrapped(reason, console.width, 2), "dim"))
        for one in members[:left]:
            console.print(Text(_row(one, console.width)), no_wrap=True, overflow="ellipsis", soft_wrap=False)
        left -= len(members)
    if len(decisions) > SHOWN_ROWS:
        console.print(_wrapped(_rest(len(decisions)), console.width, 2))
    console.print()


def _wrapped(text: str, width: int, indent: int) -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _shared_reason(report: Report, decision: Decision) -> str:
    """The reason without what is this photo's own, which stands in its line."""
    _, note = report.outcome(decision)
    names = [[in_plain_words(original.name) for original in (one.original, *one.twins)] for one in decision.candidates]
    return shared_reason(in_plain_words(note or decision.reason), decision.copy.photo_id, names)


def _widths(decision: Decision, width: int) -> tuple[int, int]:
    """The columns of a photo's title and of its file."""
    sizes_width = SIZES_WIDTH + 2 if width >= WIDE_ENOUGH_FOR_SIZES else 0
    room = width - 4 - len(decision.copy.photo_id) - 1 - 2 - sizes_width
    title_width = min(LONGEST_NAME, room // 2)
    return title_width, min(LONGEST_NAME, room - title_width)


def _title_line(title: str, first: Decision, width: int) -> str:
    """A section's title; with room also what the numbers in the lines below it are."""
    if width < WIDE_ENOUGH_FOR_SIZES:
        return title
    before = 4 + len(first.copy.photo_id) + 1 + sum(_widths(first, width)) + 2 + 2
    return f"{title:<{before}}{_SIZES_TITLE:<{SIZES_WIDTH - len(_SCORE_TITLE)}}{_SCORE_TITLE}"


def _row(decision: Decision, width: int) -> str:
    """One photo: its id, its title, the file, and with room the longer edges and the match score."""
    from rich.cells import set_cell_size

    best = decision.candidates[0] if decision.candidates else None
    sizes = f"  {_sizes(decision):<{SIZES_WIDTH - 6}}{_score(best):>6}" if width >= WIDE_ENOUGH_FOR_SIZES else ""
    title_width, file_width = _widths(decision, width)
    title = cut_middle(in_plain_words(decision.copy.photo.title or "(no title)"), title_width)
    file = cut_middle(_file(best), file_width)
    row = f"    {decision.copy.photo_id} {set_cell_size(title, title_width)}  {set_cell_size(file, file_width)}{sizes}"
    return row.rstrip()


def _score(best: Candidate | None) -> str:
    return f"{best.fit.score:.2f}" if best else ""


def _file(candidate: Candidate | None) -> str:
    return in_plain_words(printable(Path(candidate.original.name))) if candidate else ""


def _sizes(decision: Decision) -> str:
    """The copy's longer edge and the original's, which is what a person compares."""
    photo, best = decision.copy.photo, decision.candidates[0] if decision.candidates else None
    before = f"{max(photo.width, photo.height)}" if photo.width and photo.height else "?"
    return f"{before} to {max(best.original.width, best.original.height)} px" if best else f"{before} px"


def _show_kept(console: Console, decisions: Sequence[Decision]) -> None:
    from rich.text import Text

    console.print(Text.assemble(("Unchanged", "bold"), f"  {len(decisions):,}"))
    # A reason that names a file is told by what stands before the name.
    reasons = Counter(in_plain_words(one.reason).split(":")[0] for one in decisions)
    common = reasons.most_common(8)
    for reason, count in common:
        console.print(Text(_wrapped(f"{count:>4,}  {reason}", console.width, 2)))
    others = sum(reasons.values()) - sum(count for _, count in common)
    if others:
        console.print(
            _wrapped(f"{others:>4,}  other reasons; --json FILE and --preview FILE.html hold them", console.width, 2)
        )
    console.print()


def show_new(report: NewReport, console: Console, *, brief: bool = False) -> None:
    """Print a run of `new`, a line a post, what needs review first; `brief` leaves all out but failures and sums."""
    from rich.text import Text

    from i2f.sync.new_report import new_lines, new_sums

    rows = [row for row in new_lines(report) if not brief or row[0] in {"failed", "unsure"}]
    for word, post, reason in rows[:SHOWN_ROWS]:
        console.print(Text.assemble((f"{word:8}", _NEW_COLORS.get(word, "")), f" {post}: {reason}"))
    if len(rows) > SHOWN_ROWS:
        console.print(f"... and {len(rows) - SHOWN_ROWS:,} more; --json FILE holds all of them")
    for path, reason in () if brief else report.unreadable[:SHOWN_ROWS]:
        console.print(f"unreadable: {in_plain_words(printable(path))}: {reason}")
    console.print(new_sums(report), soft_wrap=not console.is_terminal)
