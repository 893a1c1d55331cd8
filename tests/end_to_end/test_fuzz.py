"""Spoilt answers of Flickr's: no traceback, no replacement that the plan did not hold. bench/fuzz.py does 10,000."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.fuzzing import run_once
from tests.support.killing import Roll

pytestmark = pytest.mark.skipif(os.name != "posix", reason="fork is POSIX")

ENOUGH = 200


def test_two_hundred_spoilt_answers_do_no_harm(roll: Roll, tmp_path: Path) -> None:
    spoilt, seed, ends = 0, 0, set()
    while spoilt < ENOUGH:
        seed += 1
        fuzzed = run_once(roll, tmp_path / f"run-{seed}", seed)
        assert fuzzed.wrong == [], f"seed {seed}"
        spoilt += fuzzed.spoilt
        ends.add(fuzzed.ended_by)
    assert "the end" in ends, "every run was stopped; nothing was tried"
    assert len(ends) > 1, "no run was stopped; nothing was spoilt"
