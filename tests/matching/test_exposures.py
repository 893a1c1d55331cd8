"""EXIF's facts, and which files show one exposure by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from i2f.ground.model import CaptureTime, Original
from i2f.photos.exif import read_exif
from i2f.photos.same_shot import other_exposure_by_exif, same_exposure_by_exif
from tests.support.photographs import apple_note, camera_exif, original_at, painted

BASE = Original(
    path=Path("/phone/IMG_1234.JPG"),
    size_bytes=1,
    mtime_ns=1,
    content_format="JPEG",
    width=4032,
    height=3024,
    taken=CaptureTime(datetime(2021, 12, 24, 10, 43, 4, 330_000), True, timedelta(hours=-8)),  # noqa: DTZ001
    camera="Apple iPhone 8",
)
SECOND_ONLY = CaptureTime(datetime(2012, 9, 29, 16, 11, 25), False, None)  # noqa: DTZ001


def at(path: str, taken: CaptureTime | None, camera: str | None = "Apple iPhone 8") -> Original:
    return replace(BASE, path=Path(path), taken=taken, camera=camera)


# What EXIF says.


def exif_taken(exif: bytes) -> CaptureTime | None:
    return read_exif(exif).taken


def test_capture_time_sub_seconds_and_zone_are_read() -> None:
    taken = exif_taken(camera_exif("2021:12:24 10:43:04", subsec="047", offset="-08:00"))
    assert taken == CaptureTime(datetime(2021, 12, 24, 10, 43, 4, 47_000), True, timedelta(hours=-8))  # noqa: DTZ001


@pytest.mark.parametrize("subsec", [None, "", "0", "00", "000", "   "])
def test_sub_seconds_that_say_nothing_are_none(subsec: str | None) -> None:
    taken = exif_taken(camera_exif(subsec=subsec))
    assert taken is not None
    assert not taken.has_subsecond


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2012:13:45 10:00:00", "yesterday"])
def test_a_time_that_is_none_is_none(text: str) -> None:
    assert exif_taken(camera_exif(text)) is None


@pytest.mark.parametrize(
    ("local", "utc", "date", "place", "hours"),
    [
        ("2012:09:29 16:11:25", (23, 11, 25), "2012:09:29", None, -7),
        ("2014:09:25 14:05:12", (13, 5, 12), "2014:09:259", (48.2, 16.4), 1),
        ("2019:01:01 00:10:00", (23, 10, 0), "2018:12:31", (48.2, 16.4), 1),
        ("2019:07:01 12:00:20", (6, 15, 0), "2019:07:01", (27.7, 85.3), 5.75),
        ("2011:06:01 14:33:00", (14, 33, 0), "2011:06:01", (41.9, 12.5), None),
        ("2011:06:01 14:33:00", (14, 33, 0), "2011:06:01", None, None),
        ("2011:01:01 14:33:00", (14, 33, 0), "2011:01:01", (51.5, -0.1), 0),
        ("2011:06:01 14:33:00", (14, 23, 0), "2011:06:01", (51.5, -0.1), None),
        ("2011:06:01 14:33:00", (6, 33, 0), "2011:06:01", (51.5, -0.1), None),
    ],
    ids=["iPhone-5", "broken-date", "over-midnight", "Nepal", "Rome", "no-place", "London", "stale", "impossible"],
)
def test_the_zone_comes_from_the_satellites_with_care(
    local: str,
    utc: tuple[int, int, int],
    date: str,
    place: tuple[float, float] | None,
    hours: float | None,
) -> None:
    taken = exif_taken(camera_exif(local, gps_time=utc, gps_date=date, place=place))
    assert taken is not None
    assert taken.offset == (None if hours is None else timedelta(hours=hours))


def test_a_place_is_read_with_its_signs() -> None:
    assert read_exif(camera_exif(place=(-33.8568, 151.2153))).place == pytest.approx((-33.8568, 151.2153), abs=1e-5)
    assert read_exif(camera_exif(place=(0.0, 0.0))).place is None


def test_broken_exif_is_never_an_error() -> None:
    whole = camera_exif(subsec="12", place=(1.0, 2.0), offset="+01:00", gps_time=(1, 2, 3))
    random = np.random.default_rng(7)
    for _ in range(3000):
        broken = bytearray(whole[: random.integers(0, len(whole) + 1)])
        for _ in range(random.integers(0, 6)):
            if broken:
                broken[random.integers(0, len(broken))] = random.integers(0, 256)
        read_exif(bytes(broken))


# Twins by EXIF.


def test_equal_second_sub_second_and_camera_are_one_exposure() -> None:
    assert same_exposure_by_exif(BASE, at("/elsewhere/renamed.heic", BASE.taken))


def test_two_burst_shots_in_one_second_are_two_exposures() -> None:
    assert BASE.taken is not None
    later = replace(BASE.taken, local=BASE.taken.local + timedelta(milliseconds=95))
    assert not same_exposure_by_exif(BASE, at("/phone/IMG_1235.JPG", later))


@pytest.mark.parametrize(
    ("apart", "proof"),
    [
        (timedelta(milliseconds=95), True),
        (timedelta(seconds=2), True),
        (timedelta(hours=2), False),
        (timedelta(0), False),
    ],
)
def test_two_times_of_one_camera_are_two_exposures_unless_zones_explain_them(apart: timedelta, proof: bool) -> None:
    assert BASE.taken is not None
    later = replace(BASE.taken, local=BASE.taken.local + apart)
    assert other_exposure_by_exif(BASE, at("/phone/IMG_1235.JPG", later)) is proof


def test_without_sub_seconds_an_equal_second_proves_nothing() -> None:
    assert not same_exposure_by_exif(at("/a/IMG_1234.JPG", SECOND_ONLY), at("/a/IMG_1235.JPG", SECOND_ONLY))
    assert not same_exposure_by_exif(at("/a/2012-09-29 16.11.25.jpg", SECOND_ONLY), at("/a/x.jpg", SECOND_ONLY))


@pytest.mark.parametrize(
    "name", ["IMG_1234.HEIC", "IMG_E1234.JPG", "IMG_1234 2.JPG", "IMG_1234(1).JPG", "img_1234.jpg"]
)
def test_without_sub_seconds_the_camera_s_number_tells_copies_and_edits(name: str) -> None:
    assert same_exposure_by_exif(at("/a/IMG_1234.JPG", SECOND_ONLY), at(f"/b/{name}", SECOND_ONLY))


def test_a_copy_that_lost_its_sub_seconds_is_told_by_the_camera_s_number() -> None:
    assert BASE.taken is not None
    bare = CaptureTime(BASE.taken.local.replace(microsecond=0), False, None)
    assert same_exposure_by_exif(BASE, at("/b/IMG_1234 2.JPG", bare))
    assert not same_exposure_by_exif(BASE, at("/b/IMG_1235.JPG", bare))


def test_other_camera_no_camera_other_zone_or_no_time_is_no_proof() -> None:
    assert BASE.taken is not None
    assert not same_exposure_by_exif(BASE, at("/b/IMG_1234.JPG", BASE.taken, "Apple iPhone X"))
    assert not same_exposure_by_exif(at("/a/IMG_1234.JPG", BASE.taken, None), at("/b/IMG_1234.JPG", BASE.taken, None))
    assert not same_exposure_by_exif(BASE, at("/b/IMG_1234.JPG", replace(BASE.taken, offset=timedelta(hours=1))))
    assert not same_exposure_by_exif(at("/a/IMG_1234.JPG", None), at("/b/IMG_1234.JPG", None))


# HDR and the normal frame beside it.


@pytest.mark.parametrize(("said", "read"), [(3, 3), (4, 4), (2, None), (0, None)])
def test_what_apple_s_note_says_of_hdr_is_read(said: int, read: int | None) -> None:
    assert read_exif(camera_exif(note=apple_note(said))).hdr_frame == read


def test_a_note_that_is_cut_short_says_nothing() -> None:
    whole = apple_note(3)
    for length in range(len(whole) - 4):
        assert read_exif(camera_exif(note=whole[:length])).hdr_frame is None


def test_an_hdr_picture_and_its_normal_frame_are_two_exposures(tmp_path: Path) -> None:
    for name, said in (("IMG_1234.JPG", 3), ("IMG_1235.JPG", 4), ("IMG_1234 2.JPG", 3)):
        exif = camera_exif(subsec="312", model="iPhone 6", note=apple_note(said))
        painted(640, 480).save(tmp_path / name, exif=exif)
    hdr, normal, copied = (original_at(tmp_path / f"IMG_{name}.JPG") for name in ("1234", "1235", "1234 2"))
    assert hdr.taken == normal.taken
    assert not same_exposure_by_exif(hdr, normal)
    assert other_exposure_by_exif(hdr, normal)
    assert same_exposure_by_exif(hdr, copied)
    assert not other_exposure_by_exif(hdr, copied)


def test_an_edit_that_lost_its_note_is_still_the_hdr_picture_s_twin() -> None:
    hdr = replace(BASE, hdr_frame=3)
    assert same_exposure_by_exif(hdr, BASE)
    assert not other_exposure_by_exif(hdr, BASE)


# Real phones.


def test_untouched_iphone_files_are_read(corpus: Path) -> None:
    folder = corpus / "originals"
    heic = original_at(folder / "heic-vmt-IMG_1253-9ea7b2.heic")
    jpeg = original_at(folder / "planter-IMG_1122-044214.jpg")
    assert (heic.content_format, heic.width, heic.height, heic.camera) == ("HEIF", 3024, 4032, "Apple iPhone 13")
    taken = datetime(2023, 11, 7, 11, 25, 55, 560_000)  # noqa: DTZ001
    assert heic.taken == CaptureTime(taken, True, timedelta(hours=-6))
    assert (jpeg.content_format, jpeg.width, jpeg.height, jpeg.camera) == ("JPEG", 4032, 3024, "Apple iPhone 6s")


def test_a_real_burst_is_never_taken_for_one_shot(corpus: Path) -> None:
    shots = [original_at(path) for path in sorted((corpus / "originals").glob("plastic-IMG_05*.jpg"))]
    assert len(shots) >= 4
    assert not any(same_exposure_by_exif(a, b) for a in shots for b in shots if a is not b)
