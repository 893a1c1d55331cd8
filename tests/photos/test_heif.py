"""HEIC as phones write it: what lies beside the picture is not taken for it, and what is missing in it is found."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from i2f.ground.errors import PictureError
from i2f.photos.color_profiles import profile_of, to_srgb
from i2f.photos.decode import pixels
from i2f.photos.isobmff import is_sequence, read_items
from i2f.photos.open import open_picture
from i2f.photos.outgoing_file import make_outgoing_file
from tests.support.heif_boxes import Heif, add_grid, burst, extent, ios_18
from tests.support.photographs import (
    QUICK_HEIC,
    box,
    camera_exif,
    difference,
    display_p3,
    painted,
    read,
    refused,
    save_heic,
)

EXIF = camera_exif("2024:10:01 10:00:00", subsec="123", place=(46.948, 7.4474), orientation=6, model="iPhone 16 Pro")


def picture() -> Image.Image:
    return painted(700, 460)


@pytest.mark.parametrize("deep", [False, True], ids=["8-bit", "10-bit"])
@pytest.mark.parametrize("quarters", [0, 3])
def test_a_heic_of_ios_18_is_read_upright_and_sent(tmp_path: Path, deep: bool, quarters: int) -> None:
    """With its gain map, tone-mapped version, thumbnail and styles; the turn is the box's, whatever EXIF says."""
    turn = box(b"irot", bytes([quarters])) if quarters else b""
    (tmp_path / "IMG_0001.HEIC").write_bytes(ios_18(picture(), EXIF, deep=deep, turn=turn))
    upright = picture().rotate(90 * quarters, expand=True)
    reading = read(tmp_path / "IMG_0001.HEIC")
    assert (reading.original.width, reading.original.height) == upright.size
    assert (reading.original.content_format, reading.original.camera) == ("HEIF", "Apple iPhone 16 Pro")
    shown = Image.fromarray(pixels(reading.thumbnail))
    assert difference(shown, to_srgb(upright.resize(shown.size, Image.Resampling.LANCZOS), display_p3())) < 4
    outgoing = make_outgoing_file(reading.original, "keep", tmp_path)
    assert outgoing.has_place
    with Image.open(outgoing.path) as sent:
        assert sent.getexif()[0x0112] == 1
        assert sent.info["icc_profile"] == display_p3()
        assert difference(sent, upright) < 3


@pytest.mark.parametrize("shown", range(3))
def test_of_several_pictures_in_a_heic_the_one_that_is_shown_counts(tmp_path: Path, shown: int) -> None:
    pictures = [painted(700, 460, seed) for seed in (1, 2, 3)]
    (tmp_path / "burst.heic").write_bytes(burst(pictures, shown, EXIF))
    reading = read(tmp_path / "burst.heic")
    seen = Image.fromarray(pixels(reading.thumbnail))
    assert difference(seen, pictures[shown].resize(seen.size, Image.Resampling.LANCZOS)) < 4
    with Image.open(make_outgoing_file(reading.original, "keep", tmp_path).path) as sent:
        assert difference(sent, pictures[shown]) < 3


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("left", [0.0, 0.5])
def test_every_tile_that_is_missing_or_half_there_is_found(tmp_path: Path, number: int, left: float) -> None:
    """As zeros in its place, the way an interrupted copy leaves them."""
    data = bytearray(ios_18(picture(), EXIF))
    ((at, length),) = read_items(bytes(data)).places[number + 1]
    there = int(length * left)
    data[at + there : at + length] = bytes(length - there)
    (tmp_path / "a.heic").write_bytes(data)
    assert refused(tmp_path / "a.heic").reason in ("cut short", "damaged")


@pytest.mark.parametrize("missing", ["contents", "tile", "place"])
def test_a_grid_with_a_hole_is_never_sent(missing: str) -> None:
    """A tile without contents, without a place, or not there at all; libheif shows grey for it and says nothing."""
    heif = Heif()
    heif.primary = add_grid(heif, picture(), 256)
    if missing == "contents":
        heif.items[2] = replace(heif.items[2], content=b"")
    else:
        grid = heif.items[heif.primary - 1]
        heif.items[heif.primary - 1] = replace(grid, points=((b"dimg", grid.points[0][1][:-1]),))
    data = bytearray(heif.to_bytes())
    if missing == "place":
        third = data.find(b"iloc") + 4 + 4 + 2 + 2 + 2 * 16
        assert data[third : third + 2] == b"\x00\x03"
        data[third + 1] = 77
    with pytest.raises(PictureError), open_picture(bytes(data)) as opened:
        opened.image.load()


def test_a_heic_that_claims_to_be_larger_than_its_tiles_is_refused() -> None:
    heif = Heif()
    heif.primary = add_grid(heif, picture(), 256)
    grid = heif.items[heif.primary - 1]
    larger = struct.pack(">BBBBHH", 0, 0, 1, 2, 7000, 4600)
    heif.items[heif.primary - 1] = replace(grid, content=larger, properties=(extent(7000, 4600),))
    with pytest.raises(PictureError), open_picture(heif.to_bytes()) as opened:
        opened.image.load()


@pytest.mark.parametrize(
    "name",
    [
        "heic-vmt-IMG_1253-9ea7b2",
        "heic-vmt-IMG_1254-ff4ccf",
        "pillow-heif-arrow-30d62d",
        "pillow-heif-spatial_photo-27894f",
    ],
)
def test_a_real_heic_without_one_of_its_tiles_is_found(corpus: Path, tmp_path: Path, name: str) -> None:
    data = (corpus / "originals" / f"{name}.heic").read_bytes()
    (tmp_path / "whole.heic").write_bytes(data)
    assert read(tmp_path / "whole.heic").original.content_format == "HEIF"
    items = read_items(data)
    tiles = [number for number, kind in sorted(items.kinds.items()) if kind == b"hvc1"]
    for number in tiles[:: len(tiles) // 5]:
        ((at, length),) = items.places[number]
        (tmp_path / "a.heic").write_bytes(data[: at + 20] + bytes(length - 20) + data[at + length :])
        assert refused(tmp_path / "a.heic").reason in ("cut short", "damaged"), number


# Colours by number (ITU-T H.273) instead of a profile.


def with_numbers(data: bytes, primaries: int, transfer: int) -> bytes:
    at = data.find(b"colrnclx") + 8
    assert at > 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


@pytest.mark.parametrize("ending", ["heic", "avif"])
def test_colours_that_are_named_by_number_become_a_profile(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    options: dict[str, Any] = (
        {"speed": 10, "subsampling": "4:4:4"}
        if ending == "avif"
        else {"save_nclx_profile": True, "enc_params": dict(QUICK_HEIC)}
    )
    Image.new("RGB", (700, 700), (200, 100, 60)).save(path, quality=95, **options)
    path.write_bytes(with_numbers(path.read_bytes(), 12, 13))
    reading = read(path)
    # Display P3 (200, 100, 60) is sRGB (213, 95, 49) by the matrices of the two spaces.
    assert np.abs(pixels(reading.thumbnail).mean(axis=(0, 1)) - (213, 95, 49)).max() < 4
    with Image.open(make_outgoing_file(reading.original, "keep", tmp_path).path) as sent:
        assert np.abs(np.asarray(sent).mean(axis=(0, 1)) - (200, 100, 60)).max() < 4
        shown = to_srgb(sent, sent.info["icc_profile"])
        assert np.abs(np.asarray(shown).mean(axis=(0, 1)) - (213, 95, 49)).max() < 4


def test_the_profile_made_of_a_number_is_the_one_everybody_uses() -> None:
    made = profile_of(12)
    assert made is not None
    picture = painted(300, 200)
    assert difference(to_srgb(picture, made), to_srgb(picture, display_p3())) < 0.1
    assert profile_of(1) is None
    white = to_srgb(Image.new("RGB", (1, 1), "white"), profile_of(9))
    assert white.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.long
@pytest.mark.parametrize("transfer", [16, 18], ids=["PQ", "HLG"])
def test_hdr_is_named_and_not_sent_in_wrong_colours(tmp_path: Path, transfer: int) -> None:
    path = tmp_path / "a.heic"
    save_heic(picture(), path, save_nclx_profile=True)
    path.write_bytes(with_numbers(path.read_bytes(), 9, transfer))
    assert refused(path).reason == "an HDR picture (PQ or HLG), which is not supported"


@pytest.mark.parametrize(
    ("brand", "name"),
    [
        (b"msf1", "HEIF"),
        (b"hevc", "HEIF"),
        (b"hevx", "HEIF"),
        (b"hevm", "HEIF"),
        (b"hevs", "HEIF"),
        (b"avis", "AVIF"),
    ],
)
@pytest.mark.parametrize("is_cut", [False, True])
@pytest.mark.parametrize("has_other_meta", [False, True])
def test_a_sequence_is_named_for_what_it_is(
    tmp_path: Path, brand: bytes, name: str, *, is_cut: bool, has_other_meta: bool
) -> None:
    other = box(b"meta", box(b"hdlr", bytes(4), b"ID32", bytes(13), version=0), version=0) if has_other_meta else b""
    film = box(b"moov", box(b"mvhd", bytes(96), version=0), box(b"trak", bytes(200)))
    data = box(b"ftyp", brand, bytes(4), b"msf1", brand) + other + film + box(b"mdat", bytes(range(256)) * 8)
    path = tmp_path / "IMG_1.HEIC"
    path.write_bytes(data[:-500] if is_cut else data)
    answer = refused(path)
    assert answer.reason == f"a sequence of pictures ({name}, as bursts and animations are), which is not supported"
    assert answer.named


def test_a_still_picture_with_a_film_beside_it_is_no_sequence() -> None:
    heic = ios_18(picture(), EXIF)
    assert not is_sequence(heic + box(b"moov", bytes(range(200))))
    assert not is_sequence(heic)
