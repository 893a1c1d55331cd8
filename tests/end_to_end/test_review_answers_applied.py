"""From a question to what the next `sync` makes of its answer, with the program as a person runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from i2f.sandbox import SandboxFlickr
from tests.support.camera_roll import post, save_roll
from tests.support.program import Program
from tests.support.quick_program import Zygote, quick

# A post of 2011, before any picture of the roll was taken: a contradiction, so a question.
POST_OF_2011 = "via Instagram https://www.instagram.com/p/QK1/"


@pytest.fixture
def doubtful(flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote) -> tuple[Program, Path, list[str]]:
    """Two copies whose originals were taken after they were posted, by the camera's clock."""
    folder = tmp_path / "iphone"
    copies = [post(flickr, file, description=POST_OF_2011) for file in save_roll(folder, range(1, 3))]
    program = quick(flickr, tmp_path / "home", zygote)
    assert program.sync(folder, "--dry-run").report["counts"]["review"] == 2  # type: ignore[index]
    return program, folder, copies


@pytest.mark.long
def test_sync_does_what_was_answered_though_the_folder_got_another_name(
    flickr: SandboxFlickr, doubtful: tuple[Program, Path, list[str]]
) -> None:
    program, folder, copies = doubtful
    ran = program.run("review", "--terminal", typed="y\nn\n")
    assert ran.exit_code == 0, ran.stderr
    assert "2 answered, 0 left to review" in ran.stdout
    assert str(folder / "IMG_0001.JPG") in ran.stdout
    moved = folder.rename(folder.with_name("phone 2012"))
    synced = program.sync(moved)
    assert synced.exit_code == 0, synced.stderr
    chosen, refused = (synced.photos[one] for one in copies)
    assert (chosen["decided_by"], chosen["outcome"]) == ("person", "replaced")
    assert flickr.photo(copies[0]).data == (moved / "IMG_0001.JPG").read_bytes()
    assert (refused["decision"], refused["decided_by"], refused["outcome"]) == ("keep", "person", "skipped")
    assert "Nothing to review" in program.run("review", "--terminal").stdout


@pytest.mark.long
def test_no_question_is_asked_again_in_the_next_run(doubtful: tuple[Program, Path, list[str]]) -> None:
    program, folder, copies = doubtful
    program.run("review", "--terminal", typed="x1\nq\n")
    ran = program.sync(folder, "--dry-run")
    assert ran.photos[copies[0]]["decided_by"] == "person"
    assert ran.photos[copies[1]]["decision"] == "review"
    assert "1 left" in program.run("review", "--terminal", typed="q\n").stdout


@pytest.mark.long
def test_in_the_terminal_an_answer_can_be_taken_back_and_put_off(doubtful: tuple[Program, Path, list[str]]) -> None:
    program = doubtful[0]
    ran = program.run("review", "--terminal", typed="n\nu\nwhat\n\ny\n")
    assert "Unknown key" in ran.stdout
    assert "1 answered, 1 left" in ran.stdout


@pytest.mark.long
def test_in_the_terminal_a_saved_copy_that_is_not_what_was_saved_is_named(
    doubtful: tuple[Program, Path, list[str]],
) -> None:
    program = doubtful[0]
    spoilt = next((program.state / "backups").rglob("*.jpg"))
    spoilt.write_bytes(spoilt.read_bytes()[:-1])
    shown = program.run("review", "--terminal", typed="\n\n").stdout
    assert f"{spoilt} (changed since it was saved)" in shown
    assert shown.count("changed since it was saved") == 1


@pytest.mark.long
def test_after_undo_an_old_answer_is_not_carried_out_again(doubtful: tuple[Program, Path, list[str]]) -> None:
    program, folder, copies = doubtful
    program.run("review", "--terminal", typed="y\nn\n")
    program.sync(folder)
    assert program.run("undo", copies[0]).exit_code == 0
    again = program.sync(folder, "--again", copies[0]).photos[copies[0]]
    assert (again["decision"], again["decided_by"]) == ("review", "rule")


@pytest.mark.long
def test_review_names_a_photo_that_nothing_was_compared_for(doubtful: tuple[Program, Path, list[str]]) -> None:
    assert doubtful[0].run("review", "--terminal", "12345").exit_code == 2
