"""Walking the phone's folder: what is found, passed over, named."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from i2f.ground.errors import FolderError
from i2f.photos.folder import Found, find_files

root_only = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions mean nothing to root or to this system"
)


def put(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode("utf-8", "surrogateescape") + bytes([number]))


def names(found: Found) -> list[str]:
    return [file.path.name for file in found.files]


def test_pictures_are_found_at_every_depth_in_the_order_of_their_names(tmp_path: Path) -> None:
    put(tmp_path, "b/IMG_0002.HEIC", "a/IMG_0003.PNG", "IMG_0001.JPG", "a/deep/er/IMG_0004.jpeg")
    assert names(find_files([tmp_path])) == ["IMG_0001.JPG", "IMG_0003.PNG", "IMG_0004.jpeg", "IMG_0002.HEIC"]


def test_paths_are_absolute_and_sizes_and_times_are_the_disk_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "phone/IMG_0001.JPG")
    monkeypatch.chdir(tmp_path)
    (file,) = find_files([Path("phone")]).files
    status = (tmp_path / "phone/IMG_0001.JPG").stat()
    assert file.path == tmp_path / "phone/IMG_0001.JPG"
    assert (file.size_bytes, file.mtime_ns) == (status.st_size, status.st_mtime_ns)


def test_overlapping_folders_count_once(tmp_path: Path) -> None:
    put(tmp_path, "IMG_0001.JPG", "inner/IMG_0002.JPG")
    found = find_files([tmp_path / "inner", tmp_path, tmp_path / "inner" / ".."])
    assert names(found) == ["IMG_0001.JPG", "IMG_0002.JPG"]
    assert found.passed_over == {}


def test_sidecars_and_the_system_s_files_are_passed_over_and_videos_counted(tmp_path: Path) -> None:
    put(tmp_path, "IMG_1.JPG", "IMG_1.AAE", "IMG_1.xmp", ".DS_Store", "Thumbs.db", "._IMG_1.JPG", ".git/x.jpg")
    put(tmp_path, "IMG_1.MOV", "clip.mp4")
    found = find_files([tmp_path])
    assert names(found) == ["IMG_1.JPG"]
    assert found.named == ()
    assert found.passed_over == {"hidden": 4, "sidecars": 2, "videos": 2}


def test_pictures_still_in_icloud_are_named_with_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, "IMG_0001.JPG", ".IMG_0002.HEIC.icloud", ".IMG_0003.MOV.icloud")
    found = find_files([tmp_path])
    assert [(unreadable.path.name, unreadable.reason) for unreadable in found.named] == [
        (".IMG_0002.HEIC.icloud", "still in iCloud; download it there first"),
    ]
    assert found.passed_over == {"videos": 1}


def test_a_photos_library_is_entered_where_its_originals_and_edits_lie(tmp_path: Path) -> None:
    library = "Mine.photoslibrary"
    put(tmp_path, "IMG_0001.JPG", f"{library}/originals/0/ABC.jpeg", f"{library}/resources/renders/0/ABC_1_201_a.jpeg")
    put(tmp_path, f"{library}/resources/derivatives/0/ABC_1_105_c.jpeg", f"{library}/database/Photos.sqlite")
    found = find_files([tmp_path])
    assert names(found) == ["IMG_0001.JPG", "ABC.jpeg", "ABC_1_201_a.jpeg"]
    assert found.libraries == (tmp_path / library,)
    assert names(find_files([tmp_path / library])) == ["ABC.jpeg", "ABC_1_201_a.jpeg"]


def test_a_photos_library_of_an_unknown_layout_is_named_and_not_entered(tmp_path: Path) -> None:
    put(tmp_path, "IMG_0001.JPG", "Mine.photoslibrary/somewhere/0/ABC.jpeg")
    found = find_files([tmp_path])
    assert names(found) == ["IMG_0001.JPG"]
    (library,) = found.named
    assert library.path.name == "Mine.photoslibrary"
    assert "export the unmodified originals" in library.reason


def test_a_photos_library_given_as_the_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, "Mine.photoslibrary/somewhere/0/ABC.jpeg")
    with pytest.raises(FolderError, match="export the unmodified originals"):
        find_files([tmp_path / "Mine.photoslibrary"])


def test_a_symbolic_link_is_followed_once_and_the_real_path_is_preferred(tmp_path: Path) -> None:
    put(tmp_path, "z/IMG_0001.JPG", "elsewhere/IMG_0002.JPG")
    (tmp_path / "phone").mkdir()
    (tmp_path / "phone/a-link").symlink_to(tmp_path / "z")
    (tmp_path / "phone/out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "phone/again").symlink_to(tmp_path / "elsewhere/IMG_0002.JPG")
    found = find_files([tmp_path / "phone", tmp_path / "z"])
    assert sorted(names(found)) == ["IMG_0001.JPG", "again"]
    assert found.passed_over == {"the same file again": 2}


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    put(tmp_path, "IMG_0001.JPG", "inner/IMG_0002.JPG")
    (tmp_path / "inner/up").symlink_to(tmp_path)
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    assert names(find_files([tmp_path])) == ["IMG_0001.JPG", "IMG_0002.JPG"]


def test_a_link_that_leads_nowhere_is_named_when_it_claims_a_picture(tmp_path: Path) -> None:
    put(tmp_path, "IMG_0001.JPG")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "no-such-file")
    (tmp_path / "gone").symlink_to(tmp_path / "no-such-file")
    found = find_files([tmp_path])
    assert [unreadable.path.name for unreadable in found.named] == ["gone.jpg"]
    assert found.passed_over == {"broken links": 1}


def test_a_hard_link_is_the_same_file(tmp_path: Path) -> None:
    put(tmp_path, "IMG_0002.JPG")
    (tmp_path / "IMG_0001.JPG").hardlink_to(tmp_path / "IMG_0002.JPG")
    found = find_files([tmp_path])
    assert names(found) == ["IMG_0001.JPG"]
    assert found.passed_over == {"the same file again": 1}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets names be any bytes")
def test_any_name_works(tmp_path: Path) -> None:
    strange = ["\U0001f984 Urlaub.jpg", "two\nlines.jpg", os.fsdecode(b"caf\xe9.jpg"), "-rf.jpg", " .jpg"]
    put(tmp_path, *strange)
    found = find_files([tmp_path])
    assert sorted(names(found)) == sorted(strange)


def test_a_file_without_an_ending_may_be_a_picture(tmp_path: Path) -> None:
    put(tmp_path, "IMG_0001", "picture.webp")
    assert names(find_files([tmp_path])) == ["IMG_0001", "picture.webp"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    put(tmp_path, "IMG_0001.JPG")
    os.mkfifo(tmp_path / "pipe.jpg")
    found = find_files([tmp_path])
    assert names(found) == ["IMG_0001.JPG"]
    assert found.passed_over == {"neither file nor folder": 1}


def test_no_file_is_opened(tmp_path: Path) -> None:
    put(tmp_path, "IMG_0001.JPG", "a/IMG_0002.HEIC", "notes.txt")
    opened: list[str] = []
    watching = [True]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and str(tmp_path) in str(arguments[0]):
            opened.append(str(arguments[0]))

    sys.addaudithook(watch)
    find_files([tmp_path])
    watching.clear()
    assert opened == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="missing cannot be read: no such file or directory") as caught:
        find_files([tmp_path / "missing"])
    assert caught.value.exit_code == 2


def test_a_file_in_place_of_a_folder_is_named(tmp_path: Path) -> None:
    put(tmp_path, "IMG_0001.JPG")
    with pytest.raises(FolderError, match=r"IMG_0001\.JPG cannot be read: not a directory"):
        find_files([tmp_path / "IMG_0001.JPG"])


def test_an_empty_folder_is_named_even_beside_a_full_one(tmp_path: Path) -> None:
    put(tmp_path, "full/IMG_0001.JPG")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FolderError, match="empty holds no pictures"):
        find_files([tmp_path / "full", tmp_path / "empty"])


def test_a_folder_with_placeholders_only_says_where_the_pictures_are(tmp_path: Path) -> None:
    put(tmp_path, ".IMG_0002.HEIC.icloud")
    with pytest.raises(FolderError, match="still in iCloud"):
        find_files([tmp_path])


@root_only
def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    put(tmp_path, "IMG_0001.JPG", "locked/IMG_0002.JPG")
    (tmp_path / "locked").chmod(0)
    try:
        found = find_files([tmp_path])
        with pytest.raises(FolderError, match="locked cannot be read: permission denied"):
            find_files([tmp_path / "locked"])
    finally:
        (tmp_path / "locked").chmod(0o700)
    assert [unreadable.reason for unreadable in found.named] == ["folder cannot be read: permission denied"]
