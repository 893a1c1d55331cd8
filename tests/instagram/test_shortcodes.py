"""The time of posting, out of the code."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from i2f.instagram.shortcodes import ALPHABET, COUNTED_ERROR, EXACT, code_of, id_of, posted_at


@pytest.fixture
def published_pairs(corpus: Path) -> list[tuple[str, float, str]]:
    """Codes with the time that Instagram itself published for them, and the kind."""
    table = corpus.parent / "instagram-shortcodes.csv"
    if not table.is_file():
        pytest.skip(f"{table} is not there: posting times cannot be checked against published ones")
    with table.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [(row["shortcode"], float(row["taken_at_unix"]), row["source"].rpartition("[")[2]) for row in rows]


def _seconds_late(code: str, taken_at: float) -> float:
    posted = posted_at(code)
    assert posted is not None
    return posted[0].timestamp() - taken_at


@pytest.mark.parametrize(
    ("code", "unix_time"),
    [
        ("BqvsDleB3lV", 1543453444.757),
        ("HRBw9TG0A-", 1329823757.951),
        ("os1NQjxtvF", 1401623658.528),
        ("DTWe_JIjx86", 1768093514.858),
    ],
)
def test_a_time_id_is_read_to_the_millisecond(code: str, unix_time: float) -> None:
    assert posted_at(code) == (datetime.fromtimestamp(0, UTC) + timedelta(seconds=unix_time), EXACT)


def test_a_counted_id_is_dated_between_its_neighbours() -> None:
    tweeted = datetime(2011, 4, 17, 16, 48, tzinfo=UTC)
    posted = posted_at("DQWAj")

    assert posted is not None
    assert abs(posted[0] - tweeted) < posted[1] == COUNTED_ERROR


def test_counted_ids_grow_with_time() -> None:
    times = [posted_at(code_of(media_id) or "") for media_id in range(1, 700_000_000, 999_983)]

    assert all(times)
    assert times == sorted(times, key=lambda posted: posted[0] if posted else datetime.max.replace(tzinfo=UTC))


def test_photos_and_carousels_are_dated_to_the_second(published_pairs: list[tuple[str, float, str]]) -> None:
    late = [
        _seconds_late(code, taken)
        for code, taken, kind in published_pairs
        if not kind.startswith(("sequential", "video"))
    ]

    assert sum(0 <= seconds < 1 for seconds in late) >= 0.95 * len(late) > 0


def test_no_time_id_is_dated_more_than_a_second_late(published_pairs: list[tuple[str, float, str]]) -> None:
    late = [_seconds_late(code, taken) for code, taken, kind in published_pairs if not kind.startswith("sequential")]

    assert max(late) <= 1


def test_counted_ids_are_dated_within_a_day_and_a_half(published_pairs: list[tuple[str, float, str]]) -> None:
    off = [abs(_seconds_late(code, taken)) for code, taken, kind in published_pairs if kind.startswith("sequential")]

    assert max(off) <= 1.5 * 86400


@pytest.mark.parametrize(
    "code",
    [
        "",
        "A",
        "AAAD",
        "nodate",
        "abcdefg",
        "zzzzz",
        "_____",
        "Babcdefghi",
        "___________",
        "B" * 12,
        "Gx—6",
        "DQ Aj",
        "É",
    ],
)
def test_what_is_no_code_has_no_time(code: str) -> None:
    assert posted_at(code) is None


def test_code_and_id_are_each_others_inverse() -> None:
    rng = random.Random(1)
    for media_id in [1, 63, 64, (1 << 64) - 1, *(rng.randrange(1, 1 << 64) for _ in range(500))]:
        code = code_of(media_id)

        assert code is not None
        assert id_of(code) == media_id
    assert code_of(0) is None
    assert code_of(1 << 64) is None


def test_no_code_whatever_raises() -> None:
    rng = random.Random(2)
    for _ in range(20_000):
        code = "".join(rng.choices(ALPHABET + " .é—\0", k=rng.randrange(14)))
        posted = posted_at(code)

        assert posted is None or posted[0].year in range(2010, 2086)
