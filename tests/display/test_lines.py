"""Lines in a terminal: broken between words, whatever colours and wide characters they hold."""

from __future__ import annotations

import pytest

from i2f.display.lines import wrapped


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("  one two three", ["  one two", "    three"]),
        ("\x1b[32m[ok]\x1b[0m Disk: 63 GB", ["\x1b[32m[ok]\x1b[0m Disk:", "     63 GB"]),
        ("東京 東京 東京", ["東京 東京", "  東京"]),
        ("in /a/long/path/of/a/file", ["in", "  /a/long/path/of/a/file"]),
        ("/a/long/path/of/a/file", ["/a/long/path/of/a/file"]),
        ("", [""]),
    ],
    ids=["indented", "marked in colour", "wide characters", "a path after words", "a path", "nothing"],
)
def test_a_line_is_broken_between_words_and_goes_on_below_where_it_began(line: str, parts: list[str]) -> None:
    assert wrapped(line, 11).split("\n") == parts
