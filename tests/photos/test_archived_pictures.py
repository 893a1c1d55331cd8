"""Pictures in zip archives are found, read, and made ready to be sent like any other, without unpacking."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

import matcher
from i2f.ground.archives import close_archives
from i2f.ground.errors import FolderError, PictureError
from i2f.photos.folder import FoundFile, find_files
from i2f.photos.outgoing_file import make_outgoing_file
from i2f.photos.reader import Reading, read_file
from tests.support.photographs import camera_exif, painted


@pytest.fixture
def picture(tmp_path: Path) -> bytes:
    file = tmp_path / "made.jpg"
    painted(300, 200).save(file, "JPEG", exif=camera_exif())
    data = file.read_bytes()
    file.unlink()
    return data


def make(archive: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return archive


def reading_of(file: FoundFile) -> Reading:
    reading = read_file(file, matcher.fingerprint_of)
    assert isinstance(reading, Reading)
    return reading


def test_an_archive_is_gone_through_like_a_folder(tmp_path: Path) -> None:
    members = ["a/IMG_1.JPG", "a/IMG_1.MOV", "b/.hidden/IMG_2.JPG", "__MACOSX/._IMG_1.JPG", "readme.txt", "noending"]
    members += ["@eaDir/IMG_3.JPG", "inner.zip", ".trash/IMG_4.JPG"]
    archive = make(tmp_path / "photos.zip", {name: name.encode() for name in members})

    found = find_files([tmp_path])

    assert [one.path for one in found.files] == [archive / "a/IMG_1.JPG", archive / "noending"]
    assert found.passed_over == {
        "hidden": 2,
        "in thumbnail folders": 1,
        "in trash folders": 1,
        "other files in archives": 1,
        "videos": 1,
    }
    assert [(one.path.name, one.reason) for one in found.named] == [
        ("inner.zip", "an archive inside an archive; unpack it first")
    ]
    assert find_files([archive]).files == found.files


def test_a_picture_in_an_archive_reads_as_it_would_outside(tmp_path: Path, picture: bytes) -> None:
    make(tmp_path / "a.zip", {"x/IMG_1.JPG": picture})
    (tmp_path / "IMG_1.JPG").write_bytes(picture)

    outside, inside = map(reading_of, find_files([tmp_path]).files)

    assert inside.original.path == tmp_path / "a.zip/x/IMG_1.JPG"
    assert inside.original.taken == outside.original.taken
    assert inside.original.size_bytes == len(picture)
    assert inside.thumbnail == outside.thumbnail


def test_a_picture_in_an_archive_is_sent_byte_for_byte_from_a_file_of_its_own(tmp_path: Path, picture: bytes) -> None:
    archive = make(tmp_path / "a.zip", {"IMG_1.JPG": picture})
    (file,) = find_files([archive]).files

    outgoing = make_outgoing_file(reading_of(file).original, "keep", tmp_path)

    assert outgoing.is_temporary
    assert outgoing.path.parent == tmp_path
    assert outgoing.path.read_bytes() == picture
    assert outgoing.sha256 == hashlib.sha256(picture).hexdigest()


def test_an_archive_that_changed_since_it_was_read_is_not_sent_from(tmp_path: Path, picture: bytes) -> None:
    archive = make(tmp_path / "a.zip", {"IMG_1.JPG": picture})
    (file,) = find_files([archive]).files
    original = reading_of(file).original
    close_archives()
    make(archive, {"IMG_1.JPG": picture + b"x"})
    with pytest.raises(PictureError, match="changed since it was read"):
        make_outgoing_file(original, "keep", tmp_path)


def test_damage_in_an_archive_costs_that_picture_only(tmp_path: Path, picture: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as file:
        file.writestr("IMG_1.JPG", picture)
        file.writestr("IMG_2.JPG", picture)
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[len(picture) // 2] ^= 0xFF
    (tmp_path / "a.zip").write_bytes(data)

    answers = [read_file(one, matcher.fingerprint_of) for one in find_files([tmp_path]).files]

    assert [getattr(one, "reason", "read") for one in answers] == ["damaged in its archive", "read"]


def test_an_archive_that_is_none_is_named_and_given_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "IMG_1.JPG").write_bytes(b"picture")
    (tmp_path / "a.zip").write_bytes(b"no archive")
    (named,) = find_files([tmp_path]).named
    assert (named.path.name, named.reason) == ("a.zip", "not a zip archive, or damaged or incomplete")
    with pytest.raises(FolderError, match=r"the archive .*a\.zip cannot be read"):
        find_files([tmp_path / "a.zip"])


def test_a_part_of_a_takeout_may_hold_no_pictures_if_another_does(tmp_path: Path) -> None:
    for name, member in (("a.zip", "Takeout/2012/IMG_1.JPG"), ("b.zip", "Takeout/2012/IMG_1.JPG.json")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(member, b"bytes")
    found = find_files([tmp_path / "b.zip", tmp_path / "a.zip"])
    assert [one.path.name for one in found.files] == ["IMG_1.JPG"]
    assert [one.name for one in found.notes] == ["IMG_1.JPG.json"]
    with pytest.raises(FolderError, match="no pictures"):
        find_files([tmp_path / "b.zip"])
    with pytest.raises(FolderError, match="no pictures"):
        find_files([tmp_path / "b.zip", tmp_path / "b.zip"])


def test_a_takeout_in_a_format_that_is_not_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "IMG_1.JPG").write_bytes(b"picture")
    (tmp_path / "takeout-20240101T000000Z-001.tgz").write_bytes(b"archive")
    (named,) = find_files([tmp_path]).named
    assert named.reason == "an archive of a kind that is not read; unpack it first"
