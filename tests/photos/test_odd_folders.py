"""Folders as people have them: trash, other programs' thumbnails, clouds' placeholders, links and disks that fail."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from i2f.ground.errors import FolderError
from i2f.ground.file_version import version_of
from i2f.photos.folder import Disk, Found, find_files, is_in_a_cloud
from i2f.photos.open import UnavailableError, read_bytes
from tests.support.photographs import painted, read, refused, send
from tests.support.program import ROOT

TRASHES = (
    "#recycle",
    "$RECYCLE.BIN/S-1-5-21",
    ".Trash-1000/files",
    ".Trashes/501",
    ".Trash",
    "@Recycle",
    ".recycle",
    "$Recycle.Bin",
    "deep/er/#recycle/deep/er",
)
THUMBNAILS = ("@eaDir/IMG_1.JPG", ".thumbnails", "2014/@eaDir/IMG_2.JPG")
ERRNOS = ("EACCES", "EPERM", "ENAMETOOLONG", "ELOOP", "ESTALE", "EIO", "EHOSTDOWN", "ENOTCONN", "ETIMEDOUT", "ENODEV")


def put(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() + bytes([number]))


def names(found: Found) -> list[str]:
    return [file.path.name for file in found.files]


def named(found: Found) -> dict[str, str]:
    return {one.path.name: one.reason for one in found.named}


@dataclass
class FailingDisk:
    """The real disk, but for one name that fails with one error, as a share or a dying disk does."""

    name: str
    number: int

    def stat(self, path: Path) -> os.stat_result:
        self._fail(path)
        return path.stat()

    def scan(self, folder: Path) -> list[os.DirEntry[str]]:
        self._fail(folder)
        return Disk().scan(folder)

    def _fail(self, path: Path) -> None:
        if path.name == self.name:
            raise OSError(self.number, os.strerror(self.number), str(path))

    def as_disk(self) -> Disk:
        return Disk(self.stat, self.scan)


# Trash and thumbnails.


@pytest.mark.parametrize("folder", TRASHES)
def test_what_was_thrown_away_is_passed_over_and_counted(tmp_path: Path, folder: str) -> None:
    put(tmp_path, "IMG_1.JPG", f"{folder}/IMG_2.JPG", f"{folder}/IMG_3.HEIC", f"{folder}/notes.txt")
    found = find_files([tmp_path])
    assert (names(found), found.named, found.passed_over) == (["IMG_1.JPG"], (), {"in trash folders": 3})
    assert found.total == 4


@pytest.mark.parametrize("folder", THUMBNAILS)
def test_other_programs_thumbnails_are_passed_over_and_counted(tmp_path: Path, folder: str) -> None:
    put(tmp_path, "IMG_1.JPG", f"{folder}/SYNOPHOTO_THUMB_XL.jpg", f"{folder}/SYNOPHOTO_THUMB_M.jpg")
    found = find_files([tmp_path])
    assert (names(found), found.passed_over) == (["IMG_1.JPG"], {"in thumbnail folders": 2})


@pytest.mark.parametrize(
    "folder",
    [
        "recycle",
        "Trash",
        "Papierkorb",
        "trash-2014",
        "thumbs",
        "thumbnails",
        "eaDir",
        "recycled art",
        "WhatsApp Images",
        "Previews.lrdata",
    ],
)
def test_no_other_folder_is_passed_over_for_its_name(tmp_path: Path, folder: str) -> None:
    put(tmp_path, "IMG_1.JPG", f"{folder}/IMG_2.JPG")
    assert sorted(names(find_files([tmp_path]))) == ["IMG_1.JPG", "IMG_2.JPG"]


def test_a_file_with_the_name_of_a_trash_folder_is_a_file(tmp_path: Path) -> None:
    put(tmp_path, "IMG_1.JPG", "#recycle", "@eaDir")
    assert sorted(names(find_files([tmp_path]))) == ["#recycle", "@eaDir", "IMG_1.JPG"]


def test_a_trash_folder_that_is_named_itself_is_read(tmp_path: Path) -> None:
    put(tmp_path, "IMG_1.JPG", "#recycle/IMG_2.JPG")
    assert names(find_files([tmp_path / "#recycle"])) == ["IMG_2.JPG"]
    both = find_files([tmp_path, tmp_path / "#recycle"])
    assert (sorted(names(both)), both.passed_over) == (["IMG_1.JPG", "IMG_2.JPG"], {})


def test_a_link_to_a_trash_folder_is_not_searched_and_a_loop_in_one_ends(tmp_path: Path) -> None:
    put(tmp_path, "phone/IMG_1.JPG", "away/IMG_2.JPG", "phone/#recycle/IMG_3.JPG")
    (tmp_path / "phone/.Trash").symlink_to(tmp_path / "away")
    (tmp_path / "phone/#recycle/up").symlink_to(tmp_path / "phone")
    found = find_files([tmp_path / "phone"])
    assert (names(found), found.passed_over) == (["IMG_1.JPG"], {"in trash folders": 3})


def test_a_folder_with_nothing_but_trash_says_so(tmp_path: Path) -> None:
    put(tmp_path, "#recycle/IMG_1.JPG", "#recycle/IMG_2.JPG")
    with pytest.raises(FolderError, match="holds no pictures, and 2 files in trash folders were skipped"):
        find_files([tmp_path])


def test_a_trash_folder_that_cannot_be_read_is_one(tmp_path: Path) -> None:
    put(tmp_path, "IMG_1.JPG", "#recycle/IMG_2.JPG")
    found = find_files([tmp_path], FailingDisk("#recycle", errno.EIO).as_disk())
    assert (found.named, found.passed_over) == ((), {"in trash folders": 1})


# Clouds.


@pytest.mark.parametrize(
    ("name", "cloud"),
    [
        ("IMG_2.JPG.nextcloud", "Nextcloud"),
        ("IMG_2.HEIC.owncloud", "ownCloud"),
        (".IMG_2.PNG.icloud", "iCloud"),
        ("IMG_2.jpeg.Nextcloud", "Nextcloud"),
        ("IMG_2.JPG.cloud", "odrive"),
        ("two words.dng.owncloud", "ownCloud"),
    ],
)
def test_a_placeholder_is_named_with_its_cloud(tmp_path: Path, name: str, cloud: str) -> None:
    put(tmp_path, "IMG_1.JPG", name)
    found = find_files([tmp_path])
    assert (names(found), named(found)) == (["IMG_1.JPG"], {name: f"still in {cloud}; download it there first"})
    assert all(map(is_in_a_cloud, found.named))


def test_placeholders_of_what_is_no_picture_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "IMG_1.JPG", "clip.MOV.nextcloud", "IMG_1.AAE.owncloud", ".clip.mp4.icloud")
    found = find_files([tmp_path])
    assert (names(found), found.named, found.passed_over) == (["IMG_1.JPG"], (), {"sidecars": 1, "videos": 2})


@pytest.mark.parametrize("ending", ["nextcloud", "owncloud", "cloud"])
def test_a_folder_with_placeholders_only_says_in_which_cloud_they_are(tmp_path: Path, ending: str) -> None:
    put(tmp_path, f"IMG_2.HEIC.{ending}")
    with pytest.raises(FolderError, match=r"holds only pictures that are still in (Nextcloud|ownCloud|odrive)"):
        find_files([tmp_path])


@dataclass(frozen=True)
class OnlineOnly:
    """What stat says on Windows (attributes) or macOS (flags) of a file whose bytes are elsewhere."""

    plain: os.stat_result
    st_file_attributes: int = 0
    st_flags: int = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.plain, name)


@pytest.mark.parametrize(
    "marks",
    [
        {"st_file_attributes": 0x400000},
        {"st_file_attributes": 0x1020},
        {"st_file_attributes": 0x40000},
        {"st_flags": 0x40000000},
    ],
)
def test_what_the_system_calls_online_only_is_named_and_not_opened(tmp_path: Path, marks: dict[str, int]) -> None:
    put(tmp_path, "IMG_1.JPG", "IMG_2.JPG", "letter.doc")

    def stat(path: Path) -> os.stat_result:
        status = path.stat()
        return OnlineOnly(status, **marks) if path.name in ("IMG_2.JPG", "letter.doc") else status  # type: ignore[return-value]

    found = find_files([tmp_path], Disk(stat=stat))
    assert (names(found), found.passed_over) == (["IMG_1.JPG"], {"files in a cloud": 1})
    reason = "still in the cloud (OneDrive, Dropbox or iCloud); download it to this device first"
    assert named(found) == {"IMG_2.JPG": reason}


@pytest.mark.skipif(sys.platform != "linux", reason="other disks may give blocks to holes")
def test_a_file_of_which_nothing_is_on_the_disk_is_named_and_tried_again(tmp_path: Path) -> None:
    with (tmp_path / "IMG_1.JPG").open("wb") as file:
        file.truncate(300_000)
    answer = refused(tmp_path / "IMG_1.JPG")
    assert answer.reason == "not on this disk yet; download it from the cloud first"
    assert (answer.named, answer.lasting) == (True, False)


# Links and folders that cannot be followed.


def test_a_link_whose_name_is_too_long_is_named_and_the_walk_goes_on(tmp_path: Path) -> None:
    put(tmp_path, "IMG_1.JPG", "zoo/IMG_2.JPG")
    for name in ("notes.txt", "IMG_3.JPG", "album"):
        (tmp_path / name).symlink_to("y" * 300)
    found = find_files([tmp_path])
    assert names(found) == ["IMG_1.JPG", "IMG_2.JPG"]
    reason = "link cannot be followed: file name too long"
    assert named(found) == dict.fromkeys(("notes.txt", "IMG_3.JPG", "album"), reason)


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    put(tmp_path, "IMG_1.JPG")
    (tmp_path / "album").symlink_to(tmp_path / "album")
    assert named(find_files([tmp_path])) == {"album": "link cannot be followed: too many levels of symbolic links"}


@pytest.mark.parametrize("name", ERRNOS)
def test_a_link_a_file_and_a_folder_that_fail_are_named_whatever_the_error(tmp_path: Path, name: str) -> None:
    number = getattr(errno, name)
    put(tmp_path, "phone/IMG_1.JPG", "phone/IMG_2.JPG", "phone/album/IMG_3.JPG", "far/IMG_4.JPG")
    (tmp_path / "phone/share").symlink_to(tmp_path / "far")
    for failing, reason in (
        ("share", "link cannot be followed: "),
        ("IMG_2.JPG", ""),
        ("album", "folder cannot be read: "),
    ):
        found = find_files([tmp_path / "phone"], FailingDisk(failing, number).as_disk())
        assert named(found) == {failing: reason + os.strerror(number).lower()}
        assert len(found.files) == 3


@pytest.mark.parametrize("name", ["IMG_2.JPG", "notes.txt", "album"])
def test_what_vanishes_while_the_folder_is_read_is_named(tmp_path: Path, name: str) -> None:
    put(tmp_path, "IMG_1.JPG", "IMG_2.JPG", "notes.txt", "album/IMG_3.JPG")
    found = find_files([tmp_path], FailingDisk(name, errno.ENOENT).as_disk())
    assert "IMG_1.JPG" in names(found)
    assert named(found)[name].endswith("no such file or directory")


@pytest.mark.parametrize("name", ["ESTALE", "EIO", "EHOSTDOWN"])
def test_a_file_that_cannot_be_opened_is_unavailable_and_no_verdict_on_it(tmp_path: Path, name: str) -> None:
    put(tmp_path, "IMG_1.JPG")
    number = getattr(errno, name)

    def opener(path: str, flags: int) -> int:
        raise OSError(number, os.strerror(number), path)

    with pytest.raises(UnavailableError, match=os.strerror(number).lower()):
        read_bytes(tmp_path / "IMG_1.JPG", opener)


AS_NOBODY = """
import json, os, sys
from pathlib import Path
from i2f.photos.folder import find_files
os.setgid(65534); os.setuid(65534)
found = find_files([Path(sys.argv[1])])
print(json.dumps([[one.path.name for one in found.files], {one.path.name: one.reason for one in found.named}]))
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may become somebody else")
def test_what_belongs_to_somebody_else_is_named_and_the_walk_goes_on(open_folder: Path) -> None:
    put(open_folder, "phone/IMG_1.JPG", "phone/locked/IMG_2.JPG", "vault/album/IMG_3.JPG")
    for name in ("phone/locked", "vault"):
        (open_folder / name).chmod(0o700)
    (open_folder / "phone/share").symlink_to(open_folder / "vault/album")
    (open_folder / "phone/IMG_4.JPG").symlink_to(open_folder / "vault/album/IMG_3.JPG")
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(open_folder / "phone")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    files, reasons = json.loads(done.stdout)
    assert files == ["IMG_1.JPG"]
    assert reasons == {
        "locked": "folder cannot be read: permission denied",
        "share": "link cannot be followed: permission denied",
        "IMG_4.JPG": "link cannot be followed: permission denied",
    }


# Times of change.


@pytest.mark.parametrize("year_s", [10_413_792_000, 9_300_000_000, 15_000_000_000, -86_400, -2_000_000_000])
def test_any_time_of_change_fits(tmp_path: Path, year_s: int) -> None:
    path = tmp_path / "IMG_1.JPG"
    painted(640, 480).save(path, quality=92)
    os.utime(path, (year_s, year_s))
    (file,) = find_files([tmp_path]).files
    assert -(1 << 63) <= file.mtime_ns < 1 << 63
    assert (file.size_bytes, file.mtime_ns) == version_of(path.stat())
    assert read(path).original.mtime_ns == file.mtime_ns
    assert send(path, tmp_path).path == path


def test_two_times_of_change_are_two_versions(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    versions = set()
    for moment_s in (-1, 0, 9_223_372_036, 9_223_372_037, 10_413_792_000, 10_413_792_001):
        os.utime(tmp_path / "a.jpg", (moment_s, moment_s))
        versions.add(version_of((tmp_path / "a.jpg").stat()))
    assert len(versions) == 6
