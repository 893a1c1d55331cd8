"""Killed anywhere, run again: nothing lost, nothing replaced twice, nothing recorded that is not so.

bench/kills.py does the same at every step there is; here every so-manyth is taken, in a few seconds.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.support.killing import MOMENTS, Roll, die_at_step, scene, steps_of
from tests.support.quick_program import KILLED, Zygote

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork are POSIX")


def spread(count: int, over: int) -> list[int]:
    """So many steps, evenly spread over all there are."""
    return sorted({1 + number * (over - 1) // (count - 1) for number in range(count)})


def test_a_sync_killed_at_any_step_is_finished_by_the_next(roll: Roll, zygote: Zygote, tmp_path: Path) -> None:
    with scene(roll, tmp_path / "whole", zygote) as one:
        steps = steps_of(one, "sync")
    kills = 0
    for step in spread(12, steps):
        with scene(roll, tmp_path / str(step), zygote) as one:
            kills += die_at_step(one, "sync", step)
            one.check()
            one.finish()
    assert kills >= 10


def test_an_undo_killed_at_any_step_is_finished_by_the_next(roll: Roll, zygote: Zygote, tmp_path: Path) -> None:
    with scene(roll, tmp_path / "whole", zygote) as one:
        assert one.sync() == 0
        steps = steps_of(one, "undo")
    kills = 0
    for step in spread(9, steps):
        with scene(roll, tmp_path / str(step), zygote) as one:
            assert one.sync() == 0
            kills += die_at_step(one, "undo", step)
            one.check(most_versions=2)
            one.finish_undo()
    assert kills >= 7


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_during_the_sending_or_before_its_answer_is_settled_by_asking(
    roll: Roll, zygote: Zygote, tmp_path: Path, moment: str
) -> None:
    with scene(roll, tmp_path / "home", zygote) as one:
        one.kill_at("replace", moment, skip=1)
        assert one.sync() == KILLED
        one.check()
        one.flickr.faults.clear()
        one.finish()


def test_a_first_run_killed_again_and_again_is_finished_in_the_end(roll: Roll, zygote: Zygote, tmp_path: Path) -> None:
    with scene(roll, tmp_path / "home", zygote, fresh=True) as one:
        kills = 0
        for step in (3, 9, 17, 25, 31, 60, 40):
            kills += die_at_step(one, "sync", step)
            one.check()
        assert kills >= 6
        one.finish()


def test_killed_every_so_many_steps_the_work_still_comes_to_an_end(roll: Roll, zygote: Zygote, tmp_path: Path) -> None:
    with scene(roll, tmp_path / "home", zygote) as one:
        runs = 0
        while runs < 40 and die_at_step(one, "sync", 120):
            one.check()
            runs += 1
        assert 0 < runs < 40
        one.finish()


def test_a_harness_that_kills_nothing_would_be_seen(roll: Roll, zygote: Zygote, tmp_path: Path) -> None:
    with scene(roll, tmp_path / "home", zygote) as one:
        assert not die_at_step(one, "sync", 100_000)
        assert one.photo_bytes() != list(roll.copies)
        one.flickr.replace_by_hand(one.ids[0], roll.copies[1])
        with pytest.raises(AssertionError, match="nobody sent"):
            one.check(most_versions=2)


def alive_in_group(group: int) -> list[str]:
    """The processes of a group that still run."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (place / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(words[2]) == group and words[0] not in "ZX":
                found.append(place.name)
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("work", ["reading", "comparing"])
def test_a_killed_run_leaves_no_worker_process_behind(roll: Roll, zygote: Zygote, tmp_path: Path, work: str) -> None:
    with scene(roll, tmp_path / "home", zygote, fresh=work == "reading") as one:
        if work == "comparing":
            with closing(sqlite3.connect(one.program.state / "journal.sqlite3")) as db, db:
                db.execute("DELETE FROM assessments")
        group = one.program.begin("sync", one.roll.folder)
        until = time.monotonic() + 120
        while len(alive_in_group(group)) < 2 and time.monotonic() < until:
            time.sleep(0.005)
        assert len(alive_in_group(group)) >= 2, "no worker was ever started"
        one.kill()
        one.program.end()
        while alive_in_group(group) and time.monotonic() < until:
            time.sleep(0.02)
        assert alive_in_group(group) == []
