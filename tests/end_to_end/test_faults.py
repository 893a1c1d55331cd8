"""Whole runs in bad weather: each ends or goes on as a person would want, in one line, with the right exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from i2f.ground.errors import ExitCode
from i2f.memory.history import Standing
from i2f.sandbox.flickr.account import StoredPhoto
from i2f.sandbox.flickr.faults import Fault, Kind
from i2f.sandbox.flickr.kinds import (
    ApiError,
    CutOff,
    DropBefore,
    Html,
    Meanwhile,
    OAuthError,
    Silence,
    Status,
    truncated,
)
from tests.support.killing import Roll, Scene, scene
from tests.support.quick_program import Zygote

pytest.importorskip("resource", reason="fork, signals and limits are POSIX")

LISTING, INFO = "flickr.photos.recentlyUpdated", "flickr.photos.getInfo"
SIZES = "flickr.photos.getSizes"


@pytest.fixture
def one(roll: Roll, zygote: Zygote, tmp_path: Path) -> Iterator[Scene]:
    with scene(roll, tmp_path / "home", zygote) as one:
        yield one


def strike(one: Scene, where: str, kind: Kind, times: int | None = 1, skip: int = 0, every: int = 1) -> None:
    one.flickr.faults.add(Fault(where=where, kind=kind, times=times, skip=skip, every=every))


def untouched(one: Scene) -> bool:
    return one.photo_bytes() == list(one.roll.copies)


def error_of(one: Scene) -> str:
    told = (one.program.home / "stderr").read_text(encoding="utf-8")
    lines = [line for line in told.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1, told
    assert "Traceback" not in told
    return lines[0]


def report_of(one: Scene) -> dict[str, str]:
    report = json.loads((one.program.home / "report.json").read_text(encoding="utf-8"))
    return {photo["photo_id"]: photo["outcome"] for photo in report["photos"]}


PASSING = [
    Status(500),
    Status(502),
    Status(503),
    Status(504),
    Status(429),
    Status(429, retry_after="30"),
    ApiError(105),
    ApiError(201),
    Html(),
    truncated(),
    truncated(0.0),
    CutOff(),
    DropBefore(),
]


@pytest.mark.parametrize("kind", PASSING, ids=lambda kind: repr(kind)[:40])
def test_bad_moments_of_flickr_cost_nothing(one: Scene, kind: Kind) -> None:
    for where in (LISTING, INFO, SIZES, "flickr.test.login", "flickr.people.getUploadStatus"):
        strike(one, where, kind, times=3, every=2)
    one.finish()


@pytest.mark.parametrize("where", [LISTING, INFO, SIZES, "flickr.test.login", "api.flickr.com"])
@pytest.mark.parametrize("kind", [Status(503), Html(), DropBefore()], ids=lambda kind: repr(kind)[:24])
def test_a_flickr_that_stays_ill_stops_the_run_and_nothing_is_lost(one: Scene, where: str, kind: Kind) -> None:
    strike(one, where, kind, times=None)
    assert one.sync() == ExitCode.STOPPED
    assert "run again" in error_of(one)
    one.check()
    one.flickr.faults.clear()
    one.finish()


@pytest.mark.parametrize(
    "kind", [Status(500), DropBefore(), ApiError(3, "General failure")], ids=lambda kind: repr(kind)[:24]
)
def test_an_upload_host_that_stays_ill_brings_the_brake_on(one: Scene, kind: Kind) -> None:
    strike(one, "replace", kind, times=None)
    one.program.settings["SYNC_BRAKE"] = "2"
    assert one.sync() == ExitCode.STOPPED
    assert "stopped after 2 consecutive failures" in error_of(one)
    assert untouched(one)
    assert sorted(report_of(one).values()).count("failed") >= 2
    one.flickr.faults.clear()
    one.finish()


def test_copies_that_cannot_be_fetched_bring_the_brake_on_too(roll: Roll, zygote: Zygote, tmp_path: Path) -> None:
    with scene(roll, tmp_path / "home", zygote) as one:
        shutil.rmtree(one.program.state / "backups")
        strike(one, "static", Status(404), times=None)
        one.program.settings["SYNC_BRAKE"] = "3"
        assert one.sync() == ExitCode.STOPPED
        assert "stopped after 3 consecutive failures" in error_of(one)
        one.flickr.faults.clear()
        one.finish()


def test_one_failure_does_not_end_the_run_well(one: Scene) -> None:
    strike(one, "replace", ApiError(5, "Filetype was not recognised"))
    assert one.sync() == ExitCode.INCOMPLETE
    assert sorted(report_of(one).values()) == ["failed", "replaced", "replaced", "replaced"]
    one.finish()


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_login_revoked_in_the_middle_stops_the_run_and_is_told(one: Scene, after: int) -> None:
    strike(one, "replace", OAuthError(), times=None, skip=after)
    strike(one, INFO, OAuthError(), times=None, skip=4 + after)
    assert one.sync() == ExitCode.LOGIN
    assert "login" in error_of(one)
    one.check()
    one.flickr.faults.clear()
    one.finish()


def test_pro_that_lapses_in_the_middle_stops_the_run(one: Scene) -> None:
    strike(one, "replace", Meanwhile(lambda call: setattr(call.flickr.account, "is_pro", False)), skip=2)
    assert one.sync() == ExitCode.FAILED
    assert "Pro" in error_of(one)
    one.check()
    assert Standing.OPEN not in one.standings().values()
    one.flickr.account.is_pro = True
    one.finish()


def test_a_photo_deleted_in_the_middle_costs_itself_only(one: Scene) -> None:
    gone = one.ids[2]
    strike(one, INFO, Meanwhile(lambda call: call.flickr.delete_photo(gone) if gone in call.store.photos else None))
    assert one.sync() == ExitCode.INCOMPLETE
    assert sorted(report_of(one).values()) == ["failed", "replaced", "replaced", "replaced"]
    assert one.sync() == ExitCode.DONE


@pytest.mark.parametrize("file_limit_bytes", [4096, 40_000, 120_000, 250_000, 400_000])
def test_a_full_disk_stops_the_run_and_nothing_is_lost(one: Scene, file_limit_bytes: int) -> None:
    code = one.sync(file_limit_bytes=file_limit_bytes)
    if code != ExitCode.DONE:
        assert code in {ExitCode.STOPPED, ExitCode.USAGE, ExitCode.INCOMPLETE}
        assert "Traceback" not in (one.program.home / "stderr").read_text(encoding="utf-8")
    one.check()
    one.finish()


def test_at_least_one_of_those_disks_was_full(one: Scene) -> None:
    assert one.sync(file_limit_bytes=40_000) == ExitCode.STOPPED
    assert "cannot be written" in error_of(one)


def test_a_state_folder_that_cannot_be_written_is_one_line(one: Scene, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    ran = one.program.run("sync", one.roll.folder, "--state", tmp_path / "file" / "state")
    assert ran.exit_code == ExitCode.USAGE
    assert "--state" in error_of(one)
    assert one.flickr.log == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_state_folder_is_one_line(one: Scene) -> None:
    one.program.state.chmod(0o500)
    try:
        assert one.sync() == ExitCode.USAGE
        error_of(one)
    finally:
        one.program.state.chmod(0o700)
    assert one.flickr.log == []


def test_a_journal_that_is_no_journal_is_one_line(one: Scene) -> None:
    (one.program.state / "journal.sqlite3").write_bytes(b"spoilt by a dying disk" * 1000)
    assert one.sync() == ExitCode.USAGE
    assert "journal" in error_of(one)
    assert one.flickr.log == []


def test_a_clock_off_by_hours_is_named(one: Scene) -> None:
    one.flickr.now = lambda: time.time() + 3 * 3600
    assert one.sync() == ExitCode.STOPPED
    assert "clock" in error_of(one)
    assert untouched(one)


def test_calls_noted_by_a_clock_that_ran_ahead_are_not_held_against_every_run(one: Scene) -> None:
    one.flickr.now = lambda: time.time() + 900_000
    one.program.settings |= {"FLICKR_CALLS_PER_HOUR": "22", "SYNC_WAIT": "no"}
    assert one.sync(ahead_s=900_000) == ExitCode.DONE
    one.flickr.now = time.time
    assert one.sync() == ExitCode.STOPPED
    one.flickr.now = lambda: time.time() + 3700
    assert one.sync(ahead_s=3700) == ExitCode.DONE


# A folder that is not what it was.


@pytest.mark.parametrize("way", ["phone", "home/../phone"])
def test_a_folder_that_holds_less_than_half_stops_the_run_until_it_is_accepted(
    one: Scene, tmp_path: Path, way: str
) -> None:
    folder = tmp_path / way
    shutil.copytree(one.roll.folder, folder)
    assert one.program.sync(folder, "--dry-run").exit_code == ExitCode.DONE
    for file in sorted(folder.iterdir())[1:]:
        file.unlink()
    asked = len(one.flickr.log)
    for words in ([], ["--dry-run"]):
        assert one.program.sync(folder, *words).exit_code == ExitCode.STOPPED
        assert "--again-folder" in error_of(one)
    assert len(one.flickr.log) == asked
    assert (one.program.home / "report.json").exists()
    assert one.program.sync(folder, "--again-folder").exit_code == ExitCode.DONE
    assert one.program.sync(folder).exit_code == ExitCode.DONE


# Limits.


def test_a_run_without_trouble_takes_four_calls_a_picture_and_three_besides(one: Scene) -> None:
    assert one.sync() == ExitCode.DONE
    names = [request.name for request in one.flickr.log if request.name != "static"]
    assert len(names) == 4 * len(one.ids) + 4  # login, Pro, changes, count
    one.flickr.log.clear()
    assert one.sync() == ExitCode.DONE
    assert len(one.flickr.log) == 4


def test_without_waiting_the_limit_ends_the_run_between_two_pictures(one: Scene) -> None:
    one.program.settings |= {"FLICKR_CALLS_PER_HOUR": "13", "SYNC_WAIT": "no"}
    assert one.sync() == ExitCode.STOPPED
    assert "calls an hour" in error_of(one)
    assert 1 <= sum(standing is Standing.REPLACED for standing in one.standings().values()) <= 2
    assert Standing.OPEN not in one.standings().values()
    one.check()
    assert one.sync() == ExitCode.STOPPED, "the limit counts over all runs"
    one.program.settings["FLICKR_CALLS_PER_HOUR"] = "3600"
    one.finish()


# Two at once, and people who say stop.


def test_a_second_run_on_the_same_state_says_so(one: Scene, zygote: Zygote) -> None:
    silence = Silence()
    strike(one, LISTING, silence)
    one.program.begin("sync", one.roll.folder)
    while not one.flickr.requests(LISTING):
        time.sleep(0.01)
    with Zygote() as another:
        second = type(one.program)(one.flickr, one.program.home.parent / "second", zygote=another)
        for words in (("sync", one.roll.folder), ("undo", "--all"), ("backup", "prune", "--older-than", "1", "--yes")):
            ran = second.run(*words, INSTAGRAM2FLICKR_STATE=str(one.program.state))
            assert ran.exit_code == ExitCode.STOPPED
            assert "another run is in progress" in ran.error
    silence.release()
    assert one.program.end().exit_code == ExitCode.DONE


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, ExitCode.INTERRUPTED),
        (signal.SIGTERM, ExitCode.STOPPED),
        (signal.SIGHUP, ExitCode.STOPPED),
    ],
)
def test_stop_means_that_what_is_under_way_is_finished_and_told(
    one: Scene, number: signal.Signals, code: ExitCode
) -> None:
    strike(one, "replace", Meanwhile(lambda _: os.kill(one.program.zygote.pid, number)))
    assert one.sync(real_time=True) == code
    told = (one.program.home / "stderr").read_text(encoding="utf-8").splitlines()
    ending = r"(Interrupted|Error: stopped by the system): \d+ of \d+ done\. Run again to continue"
    assert any(re.fullmatch(ending, line) for line in told)
    assert Standing.OPEN not in one.standings().values()
    outcomes = report_of(one)
    for photo_id, standing in one.standings().items():
        assert (standing is Standing.REPLACED) == (outcomes[photo_id] == "replaced")
    one.check()
    one.finish()


def test_stop_while_processes_read_and_compare_leaves_no_noise(roll: Roll, zygote: Zygote, tmp_path: Path) -> None:
    with scene(roll, tmp_path / "home", zygote, fresh=True) as one:
        one.program.begin("sync", one.roll.folder, "--json", str(one.program.home / "report.json"))
        while not one.flickr.requests("static"):
            time.sleep(0.01)
        os.killpg(one.program.zygote.pid, signal.SIGINT)
        assert one.program.end().exit_code == ExitCode.INTERRUPTED
        told = (one.program.home / "stderr").read_text(encoding="utf-8")
        assert "Traceback" not in told
        assert (one.program.home / "report.json").exists()
        assert untouched(one)


# Undo, far from everything.


def test_undo_works_on_another_machine_from_the_copied_state_alone(one: Scene, zygote: Zygote, tmp_path: Path) -> None:
    assert one.sync() == ExitCode.DONE
    elsewhere = type(one.program)(one.flickr, tmp_path / "elsewhere", zygote=zygote)
    shutil.move(one.program.state, elsewhere.state)
    one.flickr.log.clear()
    ran = elsewhere.run("undo", "--all")
    assert (ran.exit_code, ran.stderr.count("Error")) == (ExitCode.DONE, 0)
    assert untouched(one)
    assert not one.flickr.requests(LISTING)
    assert not one.flickr.requests("flickr.people.getPhotos")


def test_a_picture_unsure_but_ours_and_looked_at_again_is_taken_back_to_the_small_copy(
    one: Scene, tmp_path: Path
) -> None:
    original, photo_id = one.roll.originals[0], one.ids[0]

    def shrink(photo: StoredPhoto) -> None:
        with Image.open(original) as picture:
            picture.resize((800, 600)).save(tmp_path / "shrunk.jpg")
        photo.blob = one.flickr.store.blob((tmp_path / "shrunk.jpg").read_bytes())

    one.flickr.habits.after_replace = shrink
    ran = one.program.sync(one.roll.folder, "--photo", photo_id)
    assert (ran.exit_code, ran.photos[photo_id]["outcome"]) == (ExitCode.INCOMPLETE, "unsure")
    one.flickr.habits.after_replace = None
    ran = one.program.sync(one.roll.folder, "--photo", photo_id, "--again", photo_id)
    assert (ran.exit_code, ran.photos[photo_id]["outcome"]) == (ExitCode.DONE, "replaced"), ran.stderr
    assert one.flickr.photo(photo_id).data == original.read_bytes()
    ran = one.program.run("undo", photo_id)
    assert ran.exit_code == ExitCode.DONE, ran.stderr
    assert untouched(one)
    assert "Nothing to restore" in one.program.run("undo", photo_id).stdout


def test_an_undo_in_bad_weather_is_finished_by_the_next(one: Scene) -> None:
    assert one.sync() == ExitCode.DONE
    strike(one, INFO, Status(503), times=None, skip=5)
    assert one.undo() == ExitCode.STOPPED
    one.check(most_versions=2)
    one.flickr.faults.clear()
    one.finish_undo()


@pytest.mark.parametrize("file_limit_bytes", [4096, 20_000])
def test_an_undo_on_a_full_disk_is_finished_by_the_next(one: Scene, file_limit_bytes: int) -> None:
    assert one.sync() == ExitCode.DONE
    assert one.undo(file_limit_bytes=file_limit_bytes) in {ExitCode.STOPPED, ExitCode.USAGE}
    error_of(one)
    one.check(most_versions=2)
    one.finish_undo()


# Open questions come to an end.


def test_what_was_unsure_is_no_question_any_more_once_it_was_looked_at_again(one: Scene) -> None:
    photo_id, by_hand = one.ids[0], one.roll.copies[1]
    strike(one, "replace", Meanwhile(lambda call: call.flickr.replace_by_hand(photo_id, by_hand)))
    strike(one, "replace", DropBefore())
    one.program.settings["FLICKR_UPLOADS"] = "1"
    for _ in range(2):
        assert one.sync() == ExitCode.INCOMPLETE
        assert (report_of(one)[photo_id], one.standings()[photo_id]) == ("unsure", Standing.OPEN)
    shown = (one.program.home / "stdout").read_text(encoding="utf-8")
    assert f"sync --again {photo_id}" in shown
    one.program.settings["SYNC_MIN_GAIN"] = "1000"
    ran = one.program.sync(one.roll.folder, "--again", photo_id)
    assert (ran.exit_code, ran.photos[photo_id]["decision"]) == (ExitCode.DONE, "keep")
    assert one.standings()[photo_id] is Standing.UNTOUCHED
    assert one.sync() == ExitCode.DONE
    assert one.flickr.photo(photo_id).data == by_hand


# Saved copies that are not what was saved.


def test_a_saved_copy_that_was_spoilt_is_never_compared_and_is_fetched_anew(one: Scene) -> None:
    """As long as before and still a picture, but of something else: what it shows must not be kept as the answer."""
    shorter, longer = sorted(one.roll.copies, key=len)[:2]
    file = one.backup_of(longer)
    file.write_bytes(shorter.ljust(len(longer), b"\0"))
    with closing(sqlite3.connect(one.program.state / "journal.sqlite3")) as db, db:
        db.execute("DELETE FROM assessments")
    assert one.sync() == ExitCode.INCOMPLETE
    assert sorted(report_of(one).values()) == ["failed", "replaced", "replaced", "replaced"]
    shown = (one.program.home / "stdout").read_text(encoding="utf-8")
    assert f"the backup {file} is damaged" in shown
    assert len(one.flickr.requests("replace")) == 3
    one.finish()


# Letting backups go.


def prune(one: Scene, *words: str, ahead_s: float = 0) -> int:
    with one.program.ordered(ahead_s=ahead_s):
        return one.program.run("backup", "prune", *words).exit_code


def test_backups_are_let_go_when_they_are_old_and_somebody_agrees(one: Scene) -> None:
    assert one.sync() == ExitCode.DONE
    assert prune(one, "--older-than", "30", "--yes") == ExitCode.DONE
    assert all(one.backup_of(copy).exists() for copy in one.roll.copies)
    assert prune(one, "--older-than", "30", ahead_s=40 * 86400) == ExitCode.STOPPED
    assert "--yes" in error_of(one)
    assert all(one.backup_of(copy).exists() for copy in one.roll.copies)
    assert prune(one, "--older-than", "30", "--yes", ahead_s=40 * 86400) == ExitCode.DONE
    assert not any(one.backup_of(copy).exists() for copy in one.roll.copies)
    assert one.undo() == ExitCode.DONE
    ran = one.program.run("undo", one.ids[0])
    assert ran.exit_code == ExitCode.INCOMPLETE
    assert "deleted" in ran.stdout
    assert one.sync() == ExitCode.DONE


def test_a_backup_is_as_young_as_the_replacement_it_can_undo(one: Scene) -> None:
    one.flickr.now = lambda: time.time() + 40 * 86400
    assert one.sync(ahead_s=40 * 86400) == ExitCode.DONE
    assert prune(one, "--older-than", "30", "--yes", ahead_s=41 * 86400) == ExitCode.DONE
    assert all(one.backup_of(copy).exists() for copy in one.roll.copies)


def test_a_backup_of_an_open_question_is_never_let_go(one: Scene) -> None:
    strike(one, "replace", Meanwhile(one.kill))
    one.sync()
    open_ones = [photo_id for photo_id, standing in one.standings().items() if standing is Standing.OPEN]
    assert open_ones
    assert prune(one, "--older-than", "1", "--yes", ahead_s=5 * 86400) == ExitCode.DONE
    for photo_id in open_ones:
        assert one.backup_of(one.roll.copies[one.ids.index(photo_id)]).exists()
