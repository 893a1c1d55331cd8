from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from i2f.ground.errors import ExitCode, SettingsError, StoppedError
from i2f.ground.packed import Packed
from i2f.memory.array_file import Spans
from i2f.memory.database import MIGRATIONS
from i2f.memory.history import Standing
from i2f.memory.journal import Journal
from i2f.memory.journal_steps import JournalStep
from i2f.memory.readings import StoredPicture, StoredReading
from i2f.memory.record import Backup
from i2f.memory.state_dir import Login, StateFolder
from tests.support.journal_0_1_0 import write_old_journal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.sqlite3")
    yield journal
    journal.close()


def test_what_was_recorded_is_there_in_order_after_opening_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.record.append("run", "7", JournalStep.INTENDED, {"sent": {"sha256": "ab"}})
    journal.record.append("run", "7", JournalStep.CONFIRMED, {"after": {}})
    journal.close()
    again = Journal(tmp_path / "j")
    assert [entry.step for entry in again.record.entries("7")] == ["intended", "confirmed"]
    assert again.record.entries("8") == []
    again.close()


def test_every_entry_is_on_the_disk_before_the_call_returns(tmp_path: Path, journal: Journal) -> None:
    journal.record.append("run", "7", JournalStep.INTENDED, {})
    with sqlite3.connect(tmp_path / "journal.sqlite3") as other:
        assert other.execute("SELECT step FROM record").fetchall() == [("intended",)]
    other.close()
    assert journal._database.rows("PRAGMA synchronous") == [(2,)]


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
    journal.readings.keep([(StoredReading(path, 1, 2, {"reason": "x"}), StoredPicture(b"jpeg"))], "1")
    assert [one.reading().path for one in journal.readings.known("1")] == [path]
    assert journal.readings.thumbnail(path) == b"jpeg"
    assert list(journal.readings.known("2")) == []


def test_a_backup_belongs_to_one_version_of_a_photo(journal: Journal) -> None:
    backup = Backup("7", "secret-a", "ab" * 32, "ab/x.jpg", 10, 612, 612, 1.0)
    journal.record.keep_backup(backup)
    assert journal.record.backup("7", "secret-a") == backup
    assert journal.record.backup("7", "secret-b") is None


def test_calls_are_counted_from_any_moment(journal: Journal) -> None:
    for at in (10.0, 20.0, 30.0):
        journal.record.note_call(at)
    assert journal.record.calls_since(15.0) == [20.0, 30.0]


def record(journal: Journal, *steps: str) -> Standing:
    for step in steps:
        journal.record.append("run", "7", JournalStep(step), {})
    return journal.histories.of("7").standing


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


def test_of_a_journal_of_version_0_1_0_only_what_can_be_seen_again_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    write_old_journal(file)
    with sqlite3.connect(file) as other:
        before = list(other.iterdump())
    other.close()
    journal = Journal(file)
    standings = {photo_id: one.standing for photo_id, one in journal.histories.all().items()}
    assert standings == {
        "101": Standing.REPLACED,
        "103": Standing.TAKEN_BACK,
        "104": Standing.OPEN,
        "105": Standing.UNTOUCHED,
        "106": Standing.UNTOUCHED,
    }
    assert (journal.fact("account"), journal.listing.count()) == ("12345@N00", 2)
    assert [one["title"] for one in journal.listing.copies()] == ["Sunday"]
    assert journal.record.backup("101", "oldsecret") == journal.record.backups()[0]
    assert journal.assessments.decision("101") == ("20251124T100000Z-aaaa", {"photo_id": "101", "decision": "replace"})
    journal.close()
    with sqlite3.connect(file) as other:
        after = list(other.iterdump())
    other.close()
    made_anew = ('"readings"', '"thumbnails"', '"assessments"')
    kept = [one for one in before if one.startswith("INSERT") and not any(name in one for name in made_anew)]
    assert len(kept) > 20
    assert kept == [one for one in after if one.startswith("INSERT")]


def test_what_can_be_seen_again_takes_no_room_once_it_is_kept_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    write_old_journal(file)
    with sqlite3.connect(file) as other:
        other.execute("INSERT INTO thumbnails VALUES (?, ?)", (b"/roll/IMG_2.JPG", bytes(5_000_000)))
    other.close()
    journal = Journal(file)
    assert list(journal.readings.known("20")) == []
    journal.close()
    assert file.stat().st_size < 500_000


def test_the_record_of_uploads_outlives_what_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    with sqlite3.connect(file) as other:
        for script in MIGRATIONS[:2]:
            other.executescript(script)
        other.execute("PRAGMA user_version = 2")
        other.execute("INSERT INTO readings VALUES (?, 1, 1, '25-2', '{}', ?)", (b"/roll/IMG_1.JPG", b"f"))
        other.execute("INSERT INTO uploads (run, at, post, step, body) VALUES ('r', 1.0, 'key', 'intended', '{}')")
    other.close()
    journal = Journal(file)
    assert journal.uploads.of("key").is_open
    assert journal.readings.known("25-2") == []
    journal.close()


def test_every_step_that_version_0_1_0_wrote_is_a_step_still(tmp_path: Path) -> None:
    write_old_journal(tmp_path / "j")
    journal = Journal(tmp_path / "j")
    assert all(JournalStep(entry.step) for entry in journal.record.entries())
    journal.close()


def kept_in(spans: Spans) -> list[bytes]:
    packed = Packed.mapped(spans.file, spans.starts, spans.lengths)
    return [packed.at(place).tobytes() for place in range(len(packed))]


def test_an_original_whose_fingerprint_is_lost_is_read_again_and_its_thumbnail_stays(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite3")
    path, picture = Path("/roll/IMG_1.JPG"), StoredPicture(b"jpeg", b"windows", b"coarse")
    journal.readings.keep([(StoredReading(path, 1, 2, {}, b"c" * 32, b"e" * 32), picture)], "1")
    assert [one.reading().path for one in journal.readings.known("1")] == [path]
    contents, windows, coarse = journal.readings.fingerprints([b"c" * 32])
    assert (contents, kept_in(windows), kept_in(coarse)) == ([b"c" * 32], [b"windows"], [b"coarse"])
    (tmp_path / "windows.bin").write_bytes(b"win")
    assert list(journal.readings.known("1")) == []
    assert journal.readings.fingerprints([b"c" * 32])[0] == []
    journal.close()


def test_what_a_killed_run_wrote_of_fingerprints_and_could_not_note_is_written_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite3")
    journal.readings.keep([(StoredReading(Path("/1"), 1, 2, {}, b"1" * 32), StoredPicture(b"", b"one", b"1"))], "1")
    for name in ("windows.bin", "coarse.bin"):
        with (tmp_path / name).open("ab") as stream:
            stream.write(b"half of another")
    journal.readings.keep([(StoredReading(Path("/2"), 1, 2, {}, b"2" * 32), StoredPicture(b"", b"two", b"2"))], "1")
    contents, windows, coarse = journal.readings.fingerprints([b"2" * 32, b"1" * 32, b"3" * 32])
    assert contents == [b"1" * 32, b"2" * 32]
    assert (kept_in(windows), kept_in(coarse)) == ([b"one", b"two"], [b"1", b"2"])
    journal.close()


def test_what_another_version_saw_gives_its_room_to_what_is_seen_now(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite3")
    reading = StoredReading(Path("/1"), 1, 2, {}, b"1" * 32)
    journal.readings.keep([(reading, StoredPicture(b"seen", b"first", b"1"))], "1")
    journal.readings.keep([(reading, StoredPicture(b"seen again", b"the same content again", b"1"))], "1")
    assert (tmp_path / "windows.bin").read_bytes() == b"first"
    assert list(journal.readings.known("2")) == []
    journal.readings.keep([(reading, StoredPicture(b"seen otherwise", b"2nd", b"2"))], "2")
    assert (tmp_path / "windows.bin").read_bytes() == b"2nd"
    assert journal.readings.thumbnail(Path("/1")) == b"seen otherwise"
    assert kept_in(journal.readings.fingerprints([b"1" * 32])[1]) == [b"2nd"]
    journal.close()
