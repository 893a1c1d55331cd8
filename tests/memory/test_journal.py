from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from i2f.ground.errors import ExitCode, SettingsError, StoppedError
from i2f.memory.history import Standing, read_history
from i2f.memory.journal import MIGRATIONS, Backup, Journal, StoredReading
from i2f.memory.journal_steps import JournalStep
from i2f.memory.state_dir import Login, StateFolder


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.sqlite3")
    yield journal
    journal.close()


def test_what_was_recorded_is_there_in_order_after_opening_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.record("run", "7", JournalStep.INTENDED, {"sent": {"sha256": "ab"}})
    journal.record("run", "7", JournalStep.CONFIRMED, {"after": {}})
    journal.close()
    again = Journal(tmp_path / "j")
    assert [entry.step for entry in again.entries("7")] == ["intended", "confirmed"]
    assert again.entries("8") == []
    again.close()


def test_every_entry_is_on_the_disk_before_the_call_returns(tmp_path: Path, journal: Journal) -> None:
    journal.record("run", "7", JournalStep.INTENDED, {})
    with sqlite3.connect(tmp_path / "journal.sqlite3") as other:
        assert other.execute("SELECT step FROM record").fetchall() == [("intended",)]
    other.close()
    with journal._guard:
        assert journal._db.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Journal(tmp_path / "j").close()
    with sqlite3.connect(tmp_path / "j") as other:
        other.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    other.close()
    with pytest.raises(SettingsError, match="newer version"):
        Journal(tmp_path / "j")


def test_a_file_that_is_no_journal_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"this is no database" * 100)
    with pytest.raises(SettingsError, match="cannot be used"):
        Journal(tmp_path / "j")
    assert (tmp_path / "j").read_bytes() == b"this is no database" * 100


def test_paths_that_are_no_text_survive(journal: Journal) -> None:
    path = Path(os.fsdecode(b"/roll/\xff\xfe\n.jpg"))
    journal.keep_readings([(StoredReading(path, 1, 2, {"reason": "x"}, b"f"), b"jpeg")], "1")
    assert [one.path for one in journal.readings("1")] == [path]
    assert journal.thumbnail(path) == b"jpeg"
    assert list(journal.readings("2")) == []


def test_a_backup_belongs_to_one_version_of_a_photo(journal: Journal) -> None:
    backup = Backup("7", "secret-a", "ab" * 32, "ab/x.jpg", 10, 612, 612, 1.0)
    journal.keep_backup(backup)
    assert journal.backup("7", "secret-a") == backup
    assert journal.backup("7", "secret-b") is None


def test_calls_are_counted_from_any_moment(journal: Journal) -> None:
    for at in (10.0, 20.0, 30.0):
        journal.note_call(at)
    assert journal.calls_since(15.0) == [20.0, 30.0]


def record(journal: Journal, *steps: str) -> Standing:
    for step in steps:
        journal.record("run", "7", JournalStep(step), {})
    return read_history(journal.entries("7")).standing


def test_what_was_only_intended_is_open(journal: Journal) -> None:
    assert record(journal, "intended") is Standing.OPEN
    assert record(journal, "unsure") is Standing.OPEN


def test_what_was_refused_stands_as_it_stood_before(journal: Journal) -> None:
    assert record(journal, "intended", "refused") is Standing.UNTOUCHED
    assert record(journal, "intended", "confirmed", "undo-intended", "undo-refused") is Standing.REPLACED


def test_a_picture_taken_back_may_be_replaced_again(journal: Journal) -> None:
    assert record(journal, "intended", "confirmed", "undo-intended", "undo-confirmed") is Standing.TAKEN_BACK
    assert record(journal, "intended", "confirmed") is Standing.REPLACED


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_login_and_journal_are_for_their_owner_only(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state").make()
    state.write_login(Login("t", "s", "1@N01", "me", "write"))
    Journal(state.journal_file).close()
    assert stat.S_IMODE(state.root.stat().st_mode) == 0o700
    assert stat.S_IMODE(state.login_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.journal_file.stat().st_mode) == 0o600
    assert state.read_login() == Login("t", "s", "1@N01", "me", "write")


def test_a_second_run_on_the_same_state_is_told_so_and_stopped(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state").make()
    with state.lock(), pytest.raises(StoppedError, match="another run") as caught, StateFolder(state.root).lock():
        pass
    assert caught.value.exit_code is ExitCode.STOPPED
    with state.lock():
        pass
