"""Members of zip archives: addressed by paths, read without unpacking, never believed more than they can prove."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from i2f.ground import archives
from i2f.ground.archives import ArchiveError, file_version, list_members, read_member, sha256_of, split_member


def make(archive: Path, members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(archive, "w", packing) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return archive


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_is_read_by_its_path_however_it_is_packed(tmp_path: Path, packing: int) -> None:
    archive = make(tmp_path / "A.ZIP", {"folder/caf\u00e9.jpg": b"picture" * 100}, packing)
    (member,) = list_members(archive).members
    assert member.path == archive / "folder/caf\u00e9.jpg"
    assert split_member(member.path) == (archive, "folder/caf\u00e9.jpg")
    assert read_member(member.path, 1 << 20) == b"picture" * 100
    assert file_version(member.path) == (700, member.mtime_ns)
    assert sha256_of(member.path) == hashlib.sha256(b"picture" * 100).hexdigest()


def test_a_folder_that_is_called_like_an_archive_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "photos.zip").mkdir()
    (tmp_path / "photos.zip/IMG.jpg").write_bytes(b"picture")
    assert split_member(tmp_path / "photos.zip/IMG.jpg") is None
    assert sha256_of(tmp_path / "photos.zip/IMG.jpg") == hashlib.sha256(b"picture").hexdigest()


def test_names_that_lead_elsewhere_are_refused_with_the_reason(tmp_path: Path) -> None:
    names = {
        "../x.jpg": b"1",
        "a/../../x.jpg": b"2",
        "/etc/x.jpg": b"3",
        "a//x.jpg": b"4",
        "./x.jpg": b"5",
        "ok.jpg": b"6",
    }
    listing = list_members(make(tmp_path / "a.zip", names))
    assert [one.path.name for one in listing.members] == ["ok.jpg"]
    assert {reason for _, reason in listing.refused} == {"its name in the archive is no usable path"}


def test_of_two_members_of_one_name_the_last_counts_and_the_other_is_named(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("x.jpg", b"first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            file.writestr("x.jpg", b"second")
    listing = list_members(archive)
    assert read_member(listing.members[0].path, 100) == b"second"
    assert listing.refused == ((archive / "x.jpg", "the archive holds another file of this name"),)


def test_a_member_written_anew_is_another_version_even_at_the_same_time(tmp_path: Path) -> None:
    archive = make(tmp_path / "a.zip", {"x.jpg": b"one", "same.jpg": b"same"})
    before, same = file_version(archive / "x.jpg"), file_version(archive / "same.jpg")
    status = archive.stat()
    archives.close_archives()
    make(archive, {"x.jpg": b"two", "same.jpg": b"same"})
    os.utime(archive, ns=(status.st_atime_ns, status.st_mtime_ns))
    archives.close_archives()
    assert file_version(archive / "x.jpg") != before
    assert file_version(archive / "same.jpg") == same


def test_damage_in_a_member_is_an_error_and_no_picture(tmp_path: Path) -> None:
    archive = make(tmp_path / "a.zip", {"x.jpg": b"picture" * 100}, zipfile.ZIP_STORED)
    data = bytearray(archive.read_bytes())
    data[data.index(b"picture") + 300] ^= 1
    archive.write_bytes(data)
    with pytest.raises(ArchiveError, match="damaged in its archive"):
        read_member(archive / "x.jpg", 1 << 20)
    with pytest.raises(ArchiveError, match="damaged in its archive"):
        sha256_of(archive / "x.jpg")


def test_an_archive_cut_short_and_one_that_is_none_are_errors(tmp_path: Path) -> None:
    archive = make(tmp_path / "a.zip", {"x.jpg": b"picture" * 1000}, zipfile.ZIP_STORED)
    archive.write_bytes(archive.read_bytes()[:2000])
    with pytest.raises(ArchiveError, match="not a zip archive, or damaged or incomplete"):
        list_members(archive)
    (tmp_path / "b.zip").write_bytes(b"")
    with pytest.raises(ArchiveError):
        list_members(tmp_path / "b.zip")


def test_an_encrypted_member_is_named(tmp_path: Path) -> None:
    archive = make(tmp_path / "a.zip", {"x.jpg": b"picture"})
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag in the list of members
    archive.write_bytes(data)
    assert list_members(archive).refused == ((archive / "x.jpg", "encrypted in its archive"),)


def test_a_member_that_is_gone_is_told(tmp_path: Path) -> None:
    archive = make(tmp_path / "a.zip", {"x.jpg": b"picture"})
    with pytest.raises(FileNotFoundError, match="no longer in its archive"):
        file_version(archive / "y.jpg")
    assert not archives.file_exists(archive / "y.jpg")
    assert archives.file_exists(archive / "x.jpg")
