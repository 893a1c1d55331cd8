"""EXIF that cannot be true, or speaks of the thumbnail: dates that are none, turns that are not the picture's."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from i2f.photos.exif import read_exif
from tests.support.photographs import (
    camera_exif,
    difference,
    dng,
    heic_with_jpeg,
    painted,
    read,
    save_heic,
    send,
    with_thumbnail_directory,
)

SIZE = (640, 480)
NO_DATES = (
    "0001:01:01 00:00:00",
    "0000:00:00 00:00:00",
    "1904:01:01 00:00:00",
    "1970:01:01 00:00:00",
    "1980:01:01 12:00:00",
    "1989:12:31 23:59:59",
    "2200:01:01 00:00:00",
    "9999:12:31 23:59:59",
    "2014:13:01 10:00:00",
    "2014:02:30 10:00:00",
    "2014:06:11 24:00:01",
    "2014:06-11 10:00:00",
    "2014:06:11 10:00:001",
    "2014|06|11 10|00|00",
    "    :  :     :  :  ",
    "12345:06:11 10:00:00",
    "2014:06:11",
    "",
)


@pytest.mark.parametrize("text", NO_DATES)
@pytest.mark.parametrize("offset", [None, "+14:00", "-12:00", "+99:99"])
def test_an_impossible_date_is_no_date(text: str, offset: str | None) -> None:
    exif = read_exif(camera_exif(text, offset=offset, gps_time=(0, 0, 0), gps_date="0001:01:01"))
    assert (exif.taken, exif.camera) == (None, "Apple iPhone 5")


@pytest.mark.parametrize(
    "text",
    ["1990:01:01 00:00:00", "2014:06:11 10:00:00", "2014-06-11T10:00:00", "2014/06/11 10:00:00", "2014.06.11 10:00:00"],
)
def test_a_date_a_camera_can_have_written_is_read(text: str) -> None:
    taken = read_exif(camera_exif(text)).taken
    assert taken is not None
    assert taken.local.isoformat(":")[:4] == text[:4]


def test_a_picture_of_today_has_its_date_wherever_on_earth_and_one_of_next_week_has_none() -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    in_kiribati, next_week = (now + timedelta(hours=14), now + timedelta(days=7))
    assert read_exif(camera_exif(f"{in_kiribati:%Y:%m:%d %H:%M:%S}")).taken is not None
    assert read_exif(camera_exif(f"{next_week:%Y:%m:%d %H:%M:%S}")).taken is None


def test_the_second_date_stands_in_for_one_that_is_impossible() -> None:
    exif = Image.Exif()
    inner = exif.get_ifd(0x8769)
    inner[0x9003], inner[0x9004] = "1970:01:01 00:00:00", "2012:09:29 16:11:25"
    taken = read_exif(exif.tobytes()).taken
    assert taken is not None
    assert taken.local.year == 2012


@pytest.mark.parametrize("year", ["0001", "1970", "9999"])
@pytest.mark.parametrize("ending", ["jpg", "heic", "webp", "png", "tif"])
def test_an_impossible_year_with_a_satellites_time_damages_no_picture(tmp_path: Path, year: str, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    exif = camera_exif(f"{year}:01:01 00:00:00", gps_time=(23, 59, 59), gps_date=f"{year}:01:01", offset="+14:00")
    save(path, exif)
    original = read(path).original
    assert original.taken is None
    assert (original.width, original.height) == SIZE


@pytest.mark.parametrize("when", [(float("inf"), 1.0, 1.0), (float("nan"), 1.0, 1.0)])
def test_satellites_that_tell_no_number_are_not_listened_to(when: tuple[float, float, float]) -> None:
    tiff = bytearray(camera_exif(gps_time=(1, 2, 3)))
    order = "<" if tiff[6:8] == b"II" else ">"
    at = tiff.index(struct.pack(order + "HHL", 7, 5, 3))
    struct.pack_into(order + "H", tiff, at + 2, 12)
    (where,) = struct.unpack_from(order + "L", tiff, at + 8)
    struct.pack_into(order + "3d", tiff, 6 + where, *when)
    taken = read_exif(bytes(tiff)).taken
    assert taken is not None
    assert taken.offset is None


@pytest.mark.parametrize("ending", ["jpg", "heic", "webp", "png", "avif"])
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turn_that_only_the_thumbnail_has_turns_nothing(tmp_path: Path, ending: str, orientation: int) -> None:
    path = tmp_path / f"a.{ending}"
    plain = Image.Exif()
    plain[0x010E] = "a description, and no orientation"
    save(path, with_thumbnail_directory(plain.tobytes(), orientation=orientation, make=0, model=0))
    reading = read(path)
    assert (reading.original.width, reading.original.height, reading.original.camera) == (*SIZE, None)
    sent = send(path, tmp_path)
    with Image.open(sent.path) as shown:
        assert shown.size == SIZE
        assert shown.getexif().get(0x0112, 1) == 1
        assert difference(shown.convert("RGB"), painted(*SIZE)) < 8


def test_the_first_directory_turns_the_picture_whatever_the_thumbnail_says(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    save(path, with_thumbnail_directory(camera_exif(orientation=6), orientation=1))
    assert (read(path).original.width, read(path).original.height) == SIZE[::-1]
    with Image.open(send(path, tmp_path).path) as shown:
        assert shown.size == SIZE[::-1]
        assert difference(shown.convert("RGB"), painted(*SIZE).transpose(Image.Transpose.ROTATE_270)) < 8


def test_a_second_page_s_turn_is_not_the_first_page_s(tmp_path: Path) -> None:
    second = Image.Exif()
    second[0x0112] = 6
    buffer = io.BytesIO()
    painted(*SIZE).save(buffer, "TIFF", save_all=True, append_images=[painted(320, 240)])
    (tmp_path / "a.tif").write_bytes(buffer.getvalue())
    painted(*SIZE).save(tmp_path / "b.tif", save_all=True, append_images=[painted(320, 240)], exif=second)
    assert (read(tmp_path / "a.tif").original.width, read(tmp_path / "b.tif").original.width) == (640, 480)


def test_what_lies_inside_a_dng_or_a_heic_is_not_turned_by_a_thumbnail(tmp_path: Path) -> None:
    (tmp_path / "a.dng").write_bytes(dng(painted(*SIZE), SIZE))
    exif = with_thumbnail_directory(camera_exif(), orientation=6)
    (tmp_path / "a.heic").write_bytes(heic_with_jpeg(painted(*SIZE), [], exif))
    for name in ("a.dng", "a.heic"):
        assert (read(tmp_path / name).original.width, read(tmp_path / name).original.height) == SIZE


def save(path: Path, exif: bytes) -> None:
    """The painted picture with this block, by the encoder its ending names."""
    if path.suffix == ".heic":
        save_heic(painted(*SIZE), path, exif=exif)
    else:
        quickly: dict[str, Any] = {".avif": {"speed": 10}, ".webp": {"method": 0}, ".png": {"compress_level": 1}}
        painted(*SIZE).save(path, exif=exif, quality=92, **quickly.get(path.suffix, {}))
