"""Folders as iCloud's downloader and Android phones lay them out: what is found, and what each file passes for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from i2f.ground.model import CaptureTime, Original
from i2f.photos.provenance import PathMark, is_edit, path_marks
from i2f.photos.same_shot import same_exposure_by_exif
from i2f.photos.sources import find_originals

TAKEN = CaptureTime(datetime(2019, 6, 27, 14, 55, 13), False, None)  # noqa: DTZ001


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())


def as_original(path: Path) -> Original:
    return Original(path, 1, 1, "HEIF", 4032, 3024, TAKEN, "Apple iPhone 8")


def test_icloudpd_keeps_films_apart_and_edits_and_small_sizes_by_their_names(tmp_path: Path) -> None:
    day = "2019/06/27"
    put(tmp_path, f"{day}/IMG_1234.HEIC", f"{day}/IMG_1234_HEVC.MOV", f"{day}/IMG_1234-adjusted.HEIC")
    put(tmp_path, f"{day}/IMG_1234-medium.JPG", f"{day}/IMG_1234-thumb.JPG", f"{day}/IMG_1234.HEIC.xmp")

    found = find_originals([tmp_path])

    by_name = {one.path.name: one.path for one in found.files}
    assert sorted(by_name) == ["IMG_1234-adjusted.HEIC", "IMG_1234-medium.JPG", "IMG_1234-thumb.JPG", "IMG_1234.HEIC"]
    assert found.passed_over == {"sidecars": 1, "videos": 1}
    original, adjusted = (as_original(by_name[name]) for name in ("IMG_1234.HEIC", "IMG_1234-adjusted.HEIC"))
    assert is_edit(adjusted) and not is_edit(original)
    assert same_exposure_by_exif(original, adjusted)
    for name in ("IMG_1234-medium.JPG", "IMG_1234-thumb.JPG"):
        assert PathMark.THUMBNAIL in path_marks(by_name[name])


def test_an_android_phone_s_trash_and_thumbnails_are_no_originals(tmp_path: Path) -> None:
    camera = "DCIM/Camera"
    put(tmp_path, f"{camera}/PXL_20230101_120000123.jpg", f"{camera}/PXL_20230101_120000123.mp4")
    put(tmp_path, f"{camera}/IMG_20120930_120001~2.jpg", f"{camera}/.trashed-1672531200-IMG_1.jpg")
    put(tmp_path, f"{camera}/.pending-1672531200-IMG_2.jpg", "DCIM/.thumbnails/1.jpg")
    put(tmp_path, "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/IMG-20120930-WA0001.jpg")

    found = find_originals([tmp_path])

    names = [one.path.name for one in found.files]
    assert names == ["IMG-20120930-WA0001.jpg", "IMG_20120930_120001~2.jpg", "PXL_20230101_120000123.jpg"]
    assert found.passed_over == {"hidden": 2, "in thumbnail folders": 1, "videos": 1}
    assert PathMark.CHAT in path_marks(found.files[0].path)


def test_the_same_picture_in_several_folders_and_archives_is_found_in_each(tmp_path: Path) -> None:
    put(tmp_path, "backup/IMG_1.JPG", "phone/IMG_1.JPG")
    found = find_originals([tmp_path / "phone", tmp_path / "backup", tmp_path])
    assert [one.path.parent.name for one in found.files] == ["backup", "phone"]
