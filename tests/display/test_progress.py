"""The live line in a terminal of eighty columns: what is left to wait is never cut, and a long line goes on set in."""

from __future__ import annotations

import io

from rich.console import Console

from i2f.display.progress import TerminalProgress


def terminal(columns: int) -> tuple[Console, io.StringIO]:
    shown = io.StringIO()
    return Console(file=shown, force_terminal=True, width=columns, color_system=None, highlight=False), shown


def drawn(columns: int) -> str:
    console, shown = terminal(columns)
    now = [0.0]
    with TerminalProgress(console, clock=lambda: now[0]) as progress:
        progress.stage("Backing up the copies from Flickr", 2000)
        for _ in range(20):
            now[0] += 0.5
            progress.step(24)
        progress._bar.refresh()  # type: ignore[union-attr]
    return shown.getvalue()


def test_at_eighty_columns_the_time_left_is_told_whole() -> None:
    assert "480 of 2,000, 32 s left" in drawn(80)


def test_where_there_is_room_the_rate_is_told_as_well() -> None:
    assert "480 of 2,000, 48 a second, 32 s left" in drawn(120)


def test_a_line_that_is_too_long_goes_on_set_in_and_a_path_stays_in_one_piece() -> None:
    console, shown = terminal(40)
    with TerminalProgress(console) as progress:
        progress.say("  Backups     7.7 MB (76 GB free) in /home/somebody/.local/share/instagram2flickr/backups")
    assert "\n    /home/somebody/.local/share/instagram2flickr/backups\n" in shown.getvalue()
