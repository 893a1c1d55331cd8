"""The plan or the result of `new` as a person reads it: a line a post, what needs review first, one sentence last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from i2f.display.colors import ATTENTION, BAD, GOOD
from i2f.sync.new_report import NewReport, new_lines, new_sums
from i2f.sync.report import in_plain_words, printable

if TYPE_CHECKING:
    from rich.console import Console

# A screenful; the JSON report holds all.
SHOWN_ROWS = 60
_COLORS = {"review": ATTENTION, "failed": BAD, "unsure": BAD, "upload": GOOD, "uploaded": GOOD, "planned": GOOD}


def show_new(report: NewReport, console: Console, *, brief: bool = False) -> None:
    """Print the run; `brief` leaves out all but what failed and the sentence."""
    from rich.text import Text

    rows = [row for row in new_lines(report) if not brief or row[0] in {"failed", "unsure"}]
    for word, post, reason in rows[:SHOWN_ROWS]:
        console.print(Text.assemble((f"{word:8}", _COLORS.get(word, "")), f" {post}: {reason}"))
    if len(rows) > SHOWN_ROWS:
        console.print(f"... and {len(rows) - SHOWN_ROWS:,} more; --json FILE holds all of them")
    for path, reason in () if brief else report.unreadable[:SHOWN_ROWS]:
        console.print(f"unreadable: {in_plain_words(printable(path))}: {reason}")
    console.print(new_sums(report), soft_wrap=not console.is_terminal)
