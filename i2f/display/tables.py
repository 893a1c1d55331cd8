"""The plan or the result of a run as a person reads it in a terminal: doubtful ones first, one sentence last.

With a terminal there are short tables, each with the columns its question needs: what waits for your eyes, what
failed, what is replaced, what stays and why. Without one, and in a narrow one, every picture is a line of words. Titles
and file names are somebody else's words, so everything passes `in_plain_words` and none of it is read as markup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from i2f.ground.model import Candidate, Decision, OutcomeKind
from i2f.sync.report import Report, closing_sentence, in_plain_words, passed_over_sentence, plan_lines, printable

# A screenful of each kind; the JSON report and the preview page hold all.
SHOWN_ROWS = 60
WIDE_ENOUGH_FOR_A_TABLE = 78


def show(report: Report, console: Console) -> None:
    """Print the run: a table of what was decided, the files that could not be read, and the closing sentence."""
    if not console.is_terminal or console.is_dumb_terminal:
        _show_lines(report, console)
    elif console.width < WIDE_ENOUGH_FOR_A_TABLE:
        _show_paragraphs(report, console)
    else:
        _show_tables(report, console)
    wrap = not console.is_terminal
    for path, reason in report.unreadable[:SHOWN_ROWS]:
        console.print(f"unreadable: {in_plain_words(printable(path))}: {reason}", soft_wrap=wrap)
    if len(report.unreadable) > SHOWN_ROWS:
        console.print(f"... and {len(report.unreadable) - SHOWN_ROWS:,} more; --json FILE holds all of them",
                      soft_wrap=wrap)
    passed_over = passed_over_sentence(report)
    if passed_over is not None:
        console.print(passed_over, soft_wrap=wrap)
    console.print(closing_sentence(report), soft_wrap=wrap)


def _show_lines(report: Report, console: Console) -> None:
    rows = plan_lines(report)
    for word, photo, reason in rows[:SHOWN_ROWS]:
        console.print(f"{word:8} {photo}: {reason}")
    if len(rows) > SHOWN_ROWS:
        console.print(_rest(len(rows)))


def _show_paragraphs(report: Report, console: Console) -> None:
    rows = plan_lines(report)
    for word, photo, reason in rows[:SHOWN_ROWS]:
        console.print(Text.assemble((word, "bold"), f" {photo}"), soft_wrap=False)
        console.print(Padding(Text(reason), (0, 0, 0, 2)), soft_wrap=False)
    if len(rows) > SHOWN_ROWS:
        console.print(_rest(len(rows)), soft_wrap=False)


def _rest(count: int) -> str:
    return f"... and {count - SHOWN_ROWS:,} more; --json FILE and --preview FILE.html hold all of them"


def _show_tables(report: Report, console: Console) -> None:
    kinds: dict[str, list[Decision]] = {}
    for decision in report.decisions:
        kinds.setdefault(_kind(report, decision), []).append(decision)
    if "review" in kinds:
        _print(console, _questions(kinds["review"]))
    for kind in (OutcomeKind.FAILED, OutcomeKind.UNSURE):
        if kind in kinds:
            _print(console, _failures(report, kinds[kind], kind.capitalize()))
    for kind in (OutcomeKind.REPLACED, OutcomeKind.PLANNED):
        if kind in kinds:
            _print(console, _replacements(report, kinds[kind], _table_title(report, kind)))
    if "keep" in kinds:
        _print(console, _kept(kinds["keep"]))


def _kind(report: Report, decision: Decision) -> str:
    outcome, _ = report.outcome(decision)
    return str(decision.verdict) if outcome is OutcomeKind.SKIPPED else str(outcome)


def _table_title(report: Report, kind: str) -> str:
    if kind == OutcomeKind.REPLACED:
        return "Replaced"
    return "Would be replaced" if report.mode == "dry-run" else "Planned, not replaced yet"


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


def _failures(report: Report, decisions: Sequence[Decision], title: str) -> Table:
    table = _table(title, "red", len(decisions), "on Flickr", "original", "what happened")
    for one in decisions[:SHOWN_ROWS]:
        table.add_row(_photo(one), _file(one.match), Text(_note(report, one)))
    return _with_rest(table, decisions)


def _replacements(report: Report, decisions: Sequence[Decision], title: str) -> Table:
    notes = [_note(report, one) for one in decisions]
    columns = ["on Flickr", "original", "pixels", "score", "note"][: 5 if any(notes) else 4]
    table = _table(title, "green", len(decisions), *columns)
    table.columns[2].no_wrap = True
    for one, note in list(zip(decisions, notes, strict=True))[:SHOWN_ROWS]:
        score = f"{one.candidates[0].fit.score:.2f}" if one.candidates else ""
        table.add_row(*(_photo(one), _file(one.match), _sizes(one), score, Text(note))[: len(columns)])
    return _with_rest(table, decisions)


def _note(report: Report, decision: Decision) -> str:
    _, note = report.outcome(decision)
    yours = "your choice" if decision.decided_by == "person" else ""
    return ": ".join(words for words in (yours, in_plain_words(note or "")) if words)


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
