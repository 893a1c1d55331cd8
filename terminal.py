"""The plan or the result of a run as a person reads it in a terminal: doubtful ones first, one sentence last.

With a terminal there are three short tables, each with the columns its question needs: what waits for your eyes, what
is replaced, what stays and why. Without one every picture is a plain line. Titles and file names are somebody
else's words, so everything passes `in_plain_words` and none of it is read as markup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from model import Candidate, Decision, Verdict
from report import Report, closing_sentence, in_plain_words, plan_lines, printable

# A screenful of each kind; the JSON report and the preview page hold all.
SHOWN_ROWS = 60
WIDE_ENOUGH_FOR_A_TABLE = 78

_LOOK = {"replaced": "green", "planned": "green", "failed": "red", "unsure": "red", "review": "yellow"}


def show(report: Report, console: Console) -> None:
    """Print the run: a table of what was decided, the files that could not be read, and the closing sentence."""
    if console.is_terminal and not console.is_dumb_terminal and console.width >= WIDE_ENOUGH_FOR_A_TABLE:
        _show_tables(report, console)
    else:
        _show_lines(report, console)
    for path, reason in report.unreadable[:SHOWN_ROWS]:
        console.print(f"unreadable: {in_plain_words(printable(path))}: {reason}")
    console.print(closing_sentence(report))


def _show_lines(report: Report, console: Console) -> None:
    rows = plan_lines(report.decisions)
    for decision, photo, original, reason in rows[:SHOWN_ROWS]:
        console.print(f"{decision:8} {photo} <- {original}: {reason}")
    if len(rows) > SHOWN_ROWS:
        console.print(f"... and {len(rows) - SHOWN_ROWS:,} more; --json FILE and --preview FILE.html hold all of them")


def _show_tables(report: Report, console: Console) -> None:
    by_verdict: dict[Verdict, list[Decision]] = {verdict: [] for verdict in Verdict}
    for decision in report.decisions:
        by_verdict[decision.verdict].append(decision)
    if by_verdict[Verdict.REVIEW]:
        _print(console, _questions(by_verdict[Verdict.REVIEW]))
    if by_verdict[Verdict.REPLACE]:
        _print(console, _replacements(report, by_verdict[Verdict.REPLACE]))
    if by_verdict[Verdict.KEEP]:
        _print(console, _kept(by_verdict[Verdict.KEEP]))


def _print(console: Console, table: Table) -> None:
    # A console that wraps softly would let a table run over the edge.
    console.print(table, soft_wrap=False)


def _table(title: str, look: str, count: int, *columns: str) -> Table:
    words = Text.assemble((title, f"bold {look}"), f"  {count:,}")
    table = Table(*columns, title=words, title_justify="left", box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False,
                  expand=False)
    for column in table.columns:
        column.overflow = "fold"
    return table


def _questions(decisions: Sequence[Decision]) -> Table:
    table = _table("For you to look at", "yellow", len(decisions), "on Flickr", "looks most like it", "why it is asked")
    for one in decisions[:SHOWN_ROWS]:
        best = one.candidates[0] if one.candidates else None
        table.add_row(_photo(one), _file(best), Text(in_plain_words(one.reason)))
    return _with_rest(table, decisions)


def _replacements(report: Report, decisions: Sequence[Decision]) -> Table:
    title = "Would be replaced" if report.mode == "dry-run" else "Replaced"
    table = _table(title, "green", len(decisions), "on Flickr", "original", "pixels", "score", "")
    first = {"failed": 0, "unsure": 0}
    for one in sorted(decisions, key=lambda each: first.get(report.outcome(each)[0], 1))[:SHOWN_ROWS]:
        outcome, note = report.outcome(one)
        words = "" if outcome == "planned" and report.mode == "dry-run" else outcome
        if one.decided_by == "person":
            words = f"{words}, your choice".lstrip(", ")
        if note:
            words += f": {in_plain_words(note)}"
        score = f"{one.candidates[0].fit.score:.2f}" if one.candidates else ""
        table.add_row(_photo(one), _file(one.match), _sizes(one), score, Text(words, style=_LOOK.get(outcome, "")))
    return _with_rest(table, decisions)


def _kept(decisions: Sequence[Decision]) -> Table:
    table = _table("Stay as they are", "default", len(decisions), "how many", "why")
    table.columns[0].justify = "right"
    # A reason that names a file is told by what stands before the name.
    reasons = Counter(in_plain_words(one.reason).split(":")[0] for one in decisions)
    for reason, count in reasons.most_common(8):
        table.add_row(f"{count:,}", Text(reason))
    others = sum(reasons.values()) - sum(count for _, count in reasons.most_common(8))
    if others:
        table.add_row(f"{others:,}", "for other reasons; --json FILE and --preview FILE.html hold them")
    return table


def _with_rest(table: Table, decisions: Sequence[Decision]) -> Table:
    if len(decisions) > SHOWN_ROWS:
        rest = len(decisions) - SHOWN_ROWS
        table.caption = f"and {rest:,} more; --json FILE and --preview FILE.html hold all of them"
        table.caption_justify = "left"
    return table


def _photo(decision: Decision) -> Text:
    title = in_plain_words(decision.copy.photo.title)
    shown = title if len(title) <= 32 else title[:31] + "\N{HORIZONTAL ELLIPSIS}"
    return Text.assemble((decision.copy.photo_id, "dim"), " ", shown)


def _file(candidate: Candidate | None) -> Text:
    return Text(in_plain_words(candidate.original.path.name) if candidate else "")


def _sizes(decision: Decision) -> str:
    photo, match = decision.copy.photo, decision.match
    before = f"{photo.width} x {photo.height}" if photo.width and photo.height else "?"
    return f"{before} to {match.original.width} x {match.original.height}" if match else before
