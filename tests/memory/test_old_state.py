"""A state folder made by version 0.1.0 is opened and used without loss.

tests/data/state-0.1.0 was made by that version with two copies on its sandbox: both replaced in one run, the second
restored in another. What can be made anew (readings, thumbnails, assessments) was left out of the journal, which is
kept as text.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from i2f.memory.history import Standing
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from i2f.sandbox import SandboxFlickr
from tests.support.quick_program import Zygote, quick

OLD = Path(__file__).resolve().parents[1] / "data" / "state-0.1.0"
FIRST, SECOND = "53000000001", "53000000002"
CAPTION = "via Instagram https://www.instagram.com/p/QEYhQfGr1p/"


def copies() -> list[bytes]:
    """The two copies as they were, the first photo's first."""
    return [file.read_bytes() for file in sorted(OLD.glob("backups/*/*.jpg"))]


def lay_out(state: Path) -> StateFolder:
    state.mkdir()
    shutil.copytree(OLD / "backups", state / "backups")
    shutil.copy(OLD / "login.json", state)
    db = sqlite3.connect(state / "journal.sqlite3")
    db.executescript((OLD / "journal.sql").read_text(encoding="utf-8") + "PRAGMA user_version=1;")
    db.close()
    return StateFolder(state)


def test_the_login_the_record_and_the_backups_are_all_there(tmp_path: Path) -> None:
    state = lay_out(tmp_path / "state")
    login = state.read_login()
    assert login is not None
    assert (login.nsid, login.perms) == ("20260312@N08", "write")
    journal = Journal(state.journal_file)
    try:
        histories = journal.histories.all()
        assert {key: one.standing for key, one in histories.items()} == {
            FIRST: Standing.REPLACED,
            SECOND: Standing.TAKEN_BACK,
        }
        assert [one["mode"] for one in journal.record.runs()] == ["sync", "undo"]
        assert journal.fact("account") == "20260312@N08"
        assert {one.photo_id: (state.backups / one.file).read_bytes() for one in journal.record.backups()} == dict(
            zip((FIRST, SECOND), copies(), strict=True)
        )
    finally:
        journal.close()


@pytest.mark.long
def test_what_it_replaced_can_be_undone_and_is_not_replaced_again(tmp_path: Path, zygote: Zygote) -> None:
    phone = tmp_path / "phone"
    phone.mkdir()
    shutil.copy(OLD / "IMG_0001.JPG", phone)
    with SandboxFlickr() as flickr:
        for number, data in enumerate(copies(), start=1):
            flickr.add_photo(data, f"Title {number}", CAPTION, "ifttt instagram", uploaded=1340000000 + number - 1)
        flickr.replace_by_hand(FIRST, (OLD / "IMG_0001.JPG").read_bytes())  # as 0.1.0 left it
        program = quick(flickr, tmp_path / "home", zygote)
        lay_out(program.state)
        assert "Replaced: 1" in program.run("status").stdout
        again = program.sync(phone, "--yes")
        assert (again.exit_code, flickr.requests("replace")) == (0, [])
        assert {one["outcome"] for one in again.photos.values()} == {"skipped"}
        undone = program.run("undo", FIRST)
        assert undone.exit_code == 0, undone.stderr
        assert flickr.photo(FIRST).data == copies()[0]
