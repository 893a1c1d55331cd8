"""A Photos library is read where it lies, with what its database says; nothing in it is written."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from i2f.ground.model import CaptureTime, Original
from i2f.photos.folder import FoundFile
from i2f.photos.folder_names import UNREAD_DATABASE
from i2f.photos.provenance import is_edit
from i2f.photos.same_shot import same_exposure_by_exif
from i2f.photos.sources import find_originals
from tests.support.libraries import Asset, make_library, uuid_of


def as_original(file: FoundFile) -> Original:
    """The file as if it were a picture of one camera and second."""
    taken = CaptureTime(datetime(2012, 9, 18, 22, 26, 40), False, None)  # noqa: DTZ001
    return Original(file.path, 1, 1, "JPEG", 4032, 3024, taken, "Apple iPhone 5", told=file.told)


def state_of(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file with its hash and its time of change."""
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("table", ["ZASSET", "ZGENERICASSET"])
def test_names_times_and_places_come_from_the_database(tmp_path: Path, table: str) -> None:
    asset = Asset(uuid_of(1), "IMG_1234.HEIC", b"one", b"edit", place=(52.5, 13.4), ending="heic")
    library = make_library(tmp_path / "Photos Library.photoslibrary", [asset], table)

    original, edit = find_originals([library]).files

    assert original.path == library / "originals/0" / f"{uuid_of(1)}.heic"
    assert original.told is not None and edit.told is not None
    assert original.told.name == "IMG_1234.HEIC"
    assert original.told.place == (52.5, 13.4)
    assert original.told.taken is not None
    assert original.told.taken.local == datetime(2012, 9, 18, 22, 26, 40)  # noqa: DTZ001
    assert original.told.taken.offset == timedelta(hours=2)
    assert (edit.told.name, edit.told.edited) == ("IMG_1234_edited.jpeg", True)


def test_an_edit_of_the_library_is_an_edit_of_that_shot(tmp_path: Path) -> None:
    library = make_library(tmp_path / "A.photoslibrary", [Asset(uuid_of(1), "IMG_1234.JPG", b"one", b"edit")])
    original, edit = map(as_original, find_originals([library]).files)
    assert not is_edit(original)
    assert is_edit(edit)
    assert same_exposure_by_exif(original, edit)


def test_what_is_in_the_trash_is_left_out_and_counted(tmp_path: Path) -> None:
    assets = [Asset(uuid_of(1), "IMG_1.JPG", b"one"), Asset(uuid_of(2), "IMG_2.JPG", b"two", b"edit", trashed=True)]
    found = find_originals([make_library(tmp_path / "A.photoslibrary", assets)])
    assert [one.told.name for one in found.files if one.told] == ["IMG_1.JPG"]
    assert found.passed_over == {"in trash folders": 2}


def test_how_many_photos_are_only_in_icloud_is_named_once(tmp_path: Path) -> None:
    assets = [Asset(uuid_of(1), "IMG_1.JPG", b"one")]
    assets += [Asset(uuid_of(n), f"IMG_{n}.JPG", None, in_cloud=True) for n in range(2, 5)]
    assets += [Asset(uuid_of(9), "IMG_9.JPG", None)]  # its file is elsewhere: Photos was told not to copy it
    library = make_library(tmp_path / "A.photoslibrary", assets)

    (named,) = find_originals([tmp_path]).named

    assert named.path == library
    assert named.reason == "3 photos are only in iCloud; in Photos choose Download Originals to this Mac"


def test_nothing_in_a_library_is_written(tmp_path: Path) -> None:
    library = make_library(tmp_path / "A.photoslibrary", [Asset(uuid_of(1), "IMG_1.JPG", b"one", b"edit")])
    before = state_of(library)
    find_originals([library])
    assert state_of(library) == before


def test_changes_that_wait_in_the_log_are_read_from_a_copy(tmp_path: Path) -> None:
    library = make_library(tmp_path / "A.photoslibrary", [Asset(uuid_of(1), "old name.JPG", b"one")])
    database = library / "database/Photos.sqlite"
    photos = sqlite3.connect(database)
    photos.execute("PRAGMA journal_mode = WAL")
    photos.execute("UPDATE ZADDITIONALASSETATTRIBUTES SET ZORIGINALFILENAME = 'new name.JPG'")
    photos.commit()
    assert database.with_name("Photos.sqlite-wal").stat().st_size > 0
    before = state_of(library)

    (file,) = find_originals([library]).files

    assert file.told is not None
    assert file.told.name == "new name.JPG"
    assert state_of(library) == before
    photos.close()


@pytest.mark.parametrize("damage", ["missing", "no database", "unknown tables", "cut short"])
def test_without_a_database_that_is_understood_the_files_are_read(tmp_path: Path, damage: str) -> None:
    library = make_library(tmp_path / "A.photoslibrary", [Asset(uuid_of(1), "IMG_1.JPG", b"one")])
    database = library / "database/Photos.sqlite"
    whole = database.read_bytes()
    database.unlink()
    if damage == "no database":
        database.write_bytes(b"something else")
    elif damage == "unknown tables":
        sqlite3.connect(database).execute("CREATE TABLE ZOTHER (Z_PK INTEGER)").connection.close()
    elif damage == "cut short":
        database.write_bytes(whole[: len(whole) // 2])

    found = find_originals([library])

    (file,) = found.files
    assert (file.path.name, file.told) == (f"{uuid_of(1)}.jpeg", None)
    assert [one.reason for one in found.named] == ([] if damage == "missing" else [UNREAD_DATABASE])


def test_an_odd_row_of_the_database_costs_no_more_than_itself(tmp_path: Path) -> None:
    assets = [Asset(uuid_of(1), "IMG_1.JPG", b"one"), Asset(uuid_of(2), "IMG_2.JPG", b"two", trashed=True)]
    library = make_library(tmp_path / "A.photoslibrary", assets)
    with sqlite3.connect(library / "database/Photos.sqlite") as db:
        db.execute("UPDATE ZASSET SET ZDATECREATED = 9e999")
        db.execute("UPDATE ZADDITIONALASSETATTRIBUTES SET ZORIGINALFILENAME = CAST(x'FF2E4A5047' AS TEXT)")
    db.close()
    found = find_originals([library])
    assert [one.told.name for one in found.files if one.told] == ["\N{REPLACEMENT CHARACTER}.JPG"]
    assert (found.passed_over, found.named) == ({"in trash folders": 1}, ())


def test_masters_of_older_libraries_keep_their_own_names(tmp_path: Path) -> None:
    library = tmp_path / "Old.migratedphotolibrary"
    for name in ("Masters/2012/09/18/IMG_0001.JPG", "resources/media/version/00/00/fullsizeoutput_1.jpeg"):
        (library / name).parent.mkdir(parents=True)
        (library / name).write_bytes(name.encode())
    (library / "Thumbnails").mkdir()
    (library / "Thumbnails/IMG_0001.jpg").write_bytes(b"small")

    original, edit = find_originals([tmp_path]).files

    assert original.path.name == "IMG_0001.JPG"
    assert edit.told is not None
    assert edit.told.edited
