"""What is cut short, overwritten or missing a part is found; what only looks so is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import matcher
from i2f.photos.decode import read_picture
from i2f.photos.formats import find_flaw
from i2f.photos.isobmff import read_items
from i2f.photos.open import read_bytes
from tests.support.photographs import (
    camera_exif,
    difference,
    painted,
    save_heic,
)
from tests.support.reading import expected, quickly, reason, thumbnail_of


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95, 0.999])
@pytest.mark.parametrize("ending", ["jpg", "heic", "png", "webp", "avif", "tif"])
def test_a_file_cut_short_is_found(tmp_path: Path, ending: str, share: float) -> None:
    path = tmp_path / f"a.{ending}"
    painted(450, 330).save(path, exif=camera_exif(), **quickly(ending))
    data = path.read_bytes()
    whole = int(len(data) * share)
    path.write_bytes(data[:whole])
    assert reason(path) == "cut short"


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("ending", ["jpg", "heic", "png", "webp", "avif"])
def test_a_file_whose_end_is_zeros_is_found(tmp_path: Path, ending: str, share: float) -> None:
    """A full disk or a broken copy keeps the length and leaves zeros; most decoders read those without a word."""
    path = tmp_path / f"a.{ending}"
    painted(450, 330).save(path, **quickly(ending))
    data = path.read_bytes()
    whole = int(len(data) * share)
    path.write_bytes(data[:whole] + bytes(len(data) - whole))
    assert reason(path) in ("cut short", "damaged", "perhaps cut short, it ends in zeros")


@pytest.mark.parametrize("colour", ["black", "white"])
@pytest.mark.parametrize("ending", ["jpg", "heic", "png", "avif", "tif", "gif"])
def test_a_picture_that_is_flat_at_its_lower_edge_is_whole(tmp_path: Path, ending: str, colour: str) -> None:
    """As screenshots and pictures in bars are; of lossy WebP such a one cannot be told from one that was cut."""
    framed = Image.new("RGB", (450, 900), colour)
    framed.paste(painted(450, 330), (0, 0))
    path = tmp_path / f"a.{ending}"
    framed.save(path, **quickly(ending))
    assert read_picture(read_bytes(path)) is not None


@pytest.mark.parametrize("kind", ["usual", "optimized", "restarts", "grey"])
def test_a_jpeg_with_a_block_that_was_never_written_is_found(tmp_path: Path, kind: str) -> None:
    more: dict[str, dict[str, Any]] = {"optimized": {"optimize": True}, "restarts": {"restart_marker_rows": 4}}
    picture = painted(900, 660).convert("L") if kind == "grey" else painted(900, 660)
    picture.save(tmp_path / "a.jpg", quality=90, **more.get(kind, {}))
    data = (tmp_path / "a.jpg").read_bytes()
    middle = len(data) // 2 // 512 * 512
    (tmp_path / "a.jpg").write_bytes(data[:middle] + bytes(512) + data[middle + 512 :])
    assert reason(tmp_path / "a.jpg") == "damaged"


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"progressive": True}, {"quality": 30}], ids=str)
def test_a_flat_jpeg_is_not_taken_for_one_that_was_never_written(
    tmp_path: Path, mode: str, options: dict[str, Any]
) -> None:
    for number in (0, 255):
        Image.new(mode, (2000, 1500), (number,) * len(mode) if mode != "L" else number).save(
            tmp_path / "a.jpg", **options
        )
        assert find_flaw((tmp_path / "a.jpg").read_bytes(), "JPEG") is None


def test_a_progressive_jpeg_cut_between_two_scans_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    painted(900, 660).save(path, progressive=True)
    data = path.read_bytes()
    path.write_bytes(data[: data.rfind(b"\xff\xda")])
    assert reason(path) == "cut short"


def test_a_heic_with_missing_tiles_is_found(tmp_path: Path) -> None:
    """libheif fills them with grey and says nothing."""
    path = tmp_path / "a.heic"
    save_heic(painted(1024, 512), path, tile_size=512)
    data = bytearray(path.read_bytes())
    items = read_items(bytes(data))
    ((offset, length),) = [items.places[item][0] for item, kind in items.kinds.items() if kind == b"hvc1"][1:]
    data[offset + length // 2 : offset + length] = bytes(length - length // 2)
    path.write_bytes(data)
    assert reason(path) == "cut short"


def test_what_follows_a_jpeg_s_end_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    painted(830, 770).save(path)
    path.write_bytes(path.read_bytes() + b"\x00\x00\x00\x18ftypmp42 a film" + bytes(1000))
    assert thumbnail_of(path).size == matcher.thumbnail_size(830, 770)


def test_an_mpo_is_its_first_picture(tmp_path: Path) -> None:
    first, second = painted(830, 770), painted(350, 325, seed=2)
    first.save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[second], quality=92)
    picture = read_picture(read_bytes(tmp_path / "a.jpg"))
    assert picture is not None
    assert picture.content_format == "JPEG"
    assert difference(thumbnail_of(tmp_path / "a.jpg"), expected(first)) < 4


def test_an_mpo_cut_inside_its_second_picture_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    painted(830, 770).save(path, "MPO", save_all=True, append_images=[painted(830, 770, seed=2)])
    path.write_bytes(path.read_bytes()[:-2000])
    assert reason(path) == "cut short"


def test_an_mpo_without_its_second_picture_is_whole(tmp_path: Path) -> None:
    """Editors drop the further pictures and leave the index as it was."""
    path = tmp_path / "a.jpg"
    painted(830, 770).save(path, "MPO", save_all=True, append_images=[painted(830, 770, seed=2)])
    data = path.read_bytes()
    path.write_bytes(data[: data.rfind(b"\xff\xd8\xff")])
    assert thumbnail_of(path).size == matcher.thumbnail_size(830, 770)


def test_a_damaged_png_is_found_by_its_checksum(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    painted(830, 770).save(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    assert reason(path) == "damaged"
