"""Dates and numbers read the same wherever the program shows them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from i2f.ground.wording import counted, day, day_and_time


def test_a_day_has_its_month_as_a_word() -> None:
    assert day(datetime(2012, 3, 3, tzinfo=UTC)) == "3 Mar 2012"
    assert day_and_time(datetime(2026, 11, 26, 5, 7, 59, tzinfo=UTC)) == "26 Nov 2026 05:07"


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 photos"), (1, "1 photo"), (2, "2 photos"), (2000, "2,000 photos")]
)
def test_a_number_agrees_with_its_noun(number: int, words: str) -> None:
    assert counted(number, "photo") == words


def test_an_odd_plural_is_named() -> None:
    assert counted(2, "copy", "copies") == "2 copies"
