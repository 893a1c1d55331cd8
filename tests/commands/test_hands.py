"""No slip of the hand: a terminal shows what is about to happen and asks; what was undone is redone in one go."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from i2f.ground.errors import ExitCode
from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.kinds import Meanwhile
from tests.support.killing import Roll
from tests.support.program import Program
from tests.support.quick_program import Zygote, quick
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.long, pytest.mark.skipif(os.name != "posix", reason="a pseudo terminal is needed")]


@pytest.fixture(scope="module")
def pair(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Roll:
    return Roll.make(tmp_path_factory.mktemp("pair"), zygote, count=2)


@pytest.fixture
def folder(pair: Roll) -> Path:
    return pair.folder


@pytest.fixture
def program(flickr: SandboxFlickr, pair: Roll, tmp_path: Path, zygote: Zygote) -> Program:
    """After a dry run, which read the two originals and compared their copies."""
    pair.put_on(flickr)
    program = quick(flickr, tmp_path / "home", zygote)
    shutil.copytree(pair.prepared, program.state)
    return program


def pictures(program: Program) -> dict[str, bytes]:
    return {photo_id: program.flickr.photo(photo_id).data for photo_id in program.flickr.store.photos}


def test_a_plan_is_summed_up_and_no_leaves_everything_to_do(program: Program, folder: Path) -> None:
    with Terminal(program, ["sync", folder]) as terminal:
        terminal.wait_for("[y/N]").type("n")
        assert terminal.end() == ExitCode.DONE
    for words in (
        "Replace     2 photos, ",
        "To review   0 photos",
        "Unchanged   0 photos",
        "Time        about ",
        "Backups     ",
        "`undo` restores every replaced photo",
        "Replace 2 photos on Flickr? [y/N]",
    ):
        assert words in terminal.seen
    assert "\n/" not in terminal.seen  # a path that goes on below its line is set in
    assert terminal.seen.rstrip().endswith("Nothing was replaced. 2 are still to do")
    assert program.flickr.changing_requests == []
    told = terminal.seen.split("Plan\n")[1].splitlines()
    assert max(len(line) for line in told if str(program.state) not in line) <= 80  # a path is never broken


def test_what_is_refused_in_the_review_while_the_question_waits_is_not_replaced(program: Program, folder: Path) -> None:
    first, second = program.flickr.store.photos
    beside = Program(program.flickr, program.home, None, program.settings)
    with Terminal(beside, ["sync", folder]) as terminal:
        terminal.wait_for("[y/N]")
        assert "1 answered" in program.run("review", "--terminal", first, typed="n\n").stdout
        terminal.type("y")
        assert terminal.end() == ExitCode.INCOMPLETE
    assert "reviewed since the plan was made" in " ".join(terminal.seen.split())
    assert program.flickr.photo(first).data != (folder / "IMG_0001.JPG").read_bytes()
    assert program.flickr.photo(second).data == (folder / "IMG_0002.JPG").read_bytes()


def test_a_yes_typed_before_the_question_is_no_answer_to_it(program: Program, folder: Path) -> None:
    with Terminal(program, ["sync", folder]) as terminal:
        terminal.type("y").wait_for("[y/N]").type("n")
        assert terminal.end() == ExitCode.DONE
    assert program.flickr.changing_requests == []
    run = program.sync(folder).report["run"]  # type: ignore[index]
    replaced = pictures(program)
    with Terminal(program, ["undo", "--run", run]) as terminal:
        terminal.type("y").wait_for("[y/N]").type("n")
        assert terminal.end() == ExitCode.DONE
    assert pictures(program) == replaced


def test_undo_of_one_photo_names_it_to_replace_it_again(program: Program, folder: Path) -> None:
    program.sync(folder)
    first, second = program.flickr.store.photos
    undone = program.run("undo", first)
    assert f"To replace it again: `sync FOLDER --again {first}`" in undone.stdout
    assert "--again-" not in undone.stdout
    undone = program.run("undo", second, first)
    assert f"To replace it again: `sync FOLDER --again {second}`" in undone.stdout


def test_undo_shows_what_it_restores_and_asks_and_a_run_is_done_again(program: Program, folder: Path) -> None:
    run = program.sync(folder).report["run"]  # type: ignore[index]
    originals = pictures(program)
    with Terminal(program, ["undo", "--run", run]) as terminal:
        terminal.wait_for("Restore 2 photos from backup? [y/N]").type("")
        assert terminal.end() == ExitCode.DONE
    assert "IMG_0001, replaced by IMG_0001.JPG on " in terminal.seen
    assert "Nothing was restored." in terminal.seen
    assert pictures(program) == originals
    with Terminal(program, ["undo", "--run", run]) as terminal:
        terminal.wait_for("[y/N]").type("y")
        assert terminal.end() == ExitCode.DONE
    assert "2 restored, 0 failed" in terminal.seen
    assert f"--again-run {run}" in terminal.seen
    assert program.sync(folder).report["counts"]["replaced"] == 0  # type: ignore[index]
    assert program.sync(folder, "--again-run", run).report["counts"]["replaced"] == 2  # type: ignore[index]
    assert pictures(program) == originals


def test_yes_and_no_terminal_ask_nothing_and_all_is_done_again(program: Program, folder: Path) -> None:
    program.sync(folder)
    with Terminal(program, ["undo", "--all", "--yes"]) as terminal:
        assert terminal.end() == ExitCode.DONE
    assert "[y/N]" not in terminal.seen
    assert program.sync(folder, "--again-all").report["counts"]["replaced"] == 2  # type: ignore[index]
    assert program.run("undo", "--all", "-q").stdout.startswith("2 restored, 0 failed\n")


def test_ctrl_c_tells_how_far_it_was_and_the_next_run_goes_on(program: Program, folder: Path) -> None:
    with Terminal(program, ["sync", folder, "--yes"]) as terminal:
        program.flickr.faults.add(Fault(where="replace", kind=Meanwhile(lambda _: terminal.interrupt())))
        assert terminal.end() == ExitCode.INTERRUPTED
    assert re.search(r"Interrupted: \d of 2 done\. Run again to continue", terminal.seen)
    assert "replaced and verified" in terminal.seen
    assert ": interrupted, " in program.run("status").stdout
    program.sync(folder)
    assert "Replaced: 2," in program.run("status").stdout


def test_an_unknown_run_is_refused_before_the_network_is_touched(program: Program, folder: Path) -> None:
    program.sync(folder, "--dry-run")
    program.flickr.log.clear()
    ran = program.run("sync", folder, "--again-run", "20200101T000000Z-0000")
    assert ran.exit_code == ExitCode.USAGE
    assert "`status` lists the runs" in ran.error
    assert list(program.flickr.log) == []


def test_status_lists_ten_runs_that_did_something_and_all_on_request(program: Program, folder: Path) -> None:
    program.sync(folder, "--photo", first := next(iter(program.flickr.store.photos)))
    for _ in range(5):
        program.run("undo", first)
        program.sync(folder, "--photo", first, "--again", first)
    program.sync(folder, "--photo", first)  # does nothing, so it is no run to tell of
    shown = program.run("status").stdout
    assert shown.count(": 1 re") == 10
    assert "(1 earlier run: `status --all`)" in shown
    assert program.run("status", "--all").stdout.count(": 1 re") == 11
    assert len(json.loads(program.run("status", "--json", "-").stdout)["runs"]) == 12


def test_quiet_leaves_the_summary_and_verbose_names_each_photo(program: Program, folder: Path) -> None:
    quiet = program.run("-q", "sync", folder, "--dry-run")
    assert quiet.stderr == ""
    assert len(quiet.stdout.splitlines()) == 1
    verbose = program.run("sync", folder, "-v")
    assert verbose.stderr.count(": replaced and verified") == 2


def test_a_log_file_holds_the_run_and_no_secret(program: Program, folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    program.run("sync", folder, "--debug", "--log-file", log)
    text = log.read_text(encoding="utf-8")
    assert "Replacing (2)" in text
    assert "flickr.test.login" in text
    assert "IMG_0001.JPG" in text
    assert log.stat().st_mode & 0o077 == 0
    token = next(iter(program.flickr.keys.access_tokens.values()))
    assert [one for one in (program.flickr.api_secret, token.token, token.secret) if one in text] == []
    before = len(text)
    program.run("--log-file", log, "sync", tmp_path / "nowhere")
    assert "nowhere" in log.read_text(encoding="utf-8")[before:]
