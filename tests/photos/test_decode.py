"""One file becomes pixels: upright once, in sRGB, bounded, or refused with a short reason."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

import matcher
from i2f.photos.color_profiles import to_srgb
from i2f.photos.decode import read_picture
from i2f.photos.open import read_bytes
from tests.support.photographs import (
    QUICK_HEIC,
    as_array,
    box,
    camera_exif,
    difference,
    display_p3,
    dng,
    heic_with_jpeg,
    painted,
    save_heic,
)
from tests.support.reading import expected, quickly, reason, thumbnail_of


def shift(a: Image.Image, b: Image.Image) -> NDArray[np.float64]:
    """How far the second picture is displaced against the first, in pixels, least squares over all gradients."""
    first, second = (np.asarray(image.convert("L"), dtype=np.float64) for image in (a, b))
    down, right = np.gradient(first)
    slopes = np.stack([right.ravel(), down.ravel()])
    solved: NDArray[np.float64] = np.linalg.solve(slopes @ slopes.T, -slopes @ (second - first).ravel())
    return solved


@pytest.mark.parametrize(
    "size",
    [(2016, 1512), (2017, 1511), (1999, 2999), (3023, 1701), (1301, 1733), (8003, 404), (15123, 404)],
    ids=lambda size: f"{size[0]} x {size[1]}",
)
@pytest.mark.parametrize("subsampling", [0, 2])
def test_a_jpeg_scaled_while_it_is_decoded_keeps_its_geometry(
    tmp_path: Path,
    size: tuple[int, int],
    subsampling: int,
) -> None:
    painted(*size).save(tmp_path / "a.jpg", quality=92, subsampling=subsampling)
    with Image.open(tmp_path / "a.jpg") as image:
        truth = expected(image.convert("RGB"))
    small = thumbnail_of(tmp_path / "a.jpg")
    halves = [(0, 0, truth.width // 2, truth.height), (truth.width // 2, 0, truth.width, truth.height)]
    for half in halves:
        assert np.abs(shift(truth.crop(half), small.crop(half))).max() < 0.02


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
def test_every_exif_orientation_is_turned_once(tmp_path: Path, orientation: int, ending: str) -> None:
    stored = painted(850, 780)
    path = tmp_path / f"a.{ending}"
    stored.save(path, exif=camera_exif(orientation=orientation), quality=92, **quickly(ending))
    tagged = stored.copy()
    tagged.getexif()[0x0112] = orientation
    upright = ImageOps.exif_transpose(tagged)
    picture = read_picture(read_bytes(path))
    assert picture is not None
    assert (picture.width, picture.height) == upright.size
    assert difference(thumbnail_of(path), expected(upright)) < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_is_turned_by_its_own_box_and_not_again_by_exif(tmp_path: Path, orientation: int) -> None:
    """pillow-heif writes irot and imir for the orientation given, as an iPhone does, and leaves the tag in EXIF."""
    stored = painted(450, 330)
    path = tmp_path / "IMG_0001.HEIC"
    save_heic(stored, path, exif=camera_exif(orientation=orientation))
    tagged = stored.copy()
    tagged.getexif()[0x0112] = orientation
    assert difference(thumbnail_of(path), expected(ImageOps.exif_transpose(tagged))) < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_avif_is_turned_once(tmp_path: Path, orientation: int) -> None:
    stored = painted(450, 330)
    path = tmp_path / "a.avif"
    stored.save(path, exif=camera_exif(orientation=orientation), quality=90, speed=10)
    tagged = stored.copy()
    tagged.getexif()[0x0112] = orientation
    assert difference(thumbnail_of(path), expected(ImageOps.exif_transpose(tagged))) < 8


def test_display_p3_becomes_srgb(tmp_path: Path) -> None:
    patch = Image.new("RGB", (700, 700), (200, 100, 60))
    patch.save(tmp_path / "p3.jpg", icc_profile=display_p3(), quality=95)
    save_heic(patch, tmp_path / "p3.heic", quality=95, icc_profile=display_p3())
    # Display P3 (200, 100, 60) is sRGB (213, 95, 49) by the matrices of the two spaces.
    for name in ("p3.jpg", "p3.heic"):
        colour = as_array(thumbnail_of(tmp_path / name)).mean(axis=(0, 1))
        assert np.abs(colour - (213, 95, 49)).max() < 4


def test_colours_of_srgb_stay_as_they_are_and_others_do_not() -> None:
    colours = painted(60, 40)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert to_srgb(colours, srgb).tobytes() == colours.tobytes()
    assert difference(to_srgb(colours, display_p3()), colours) > 1


@pytest.mark.long
def test_sixteen_bits_alpha_palette_cmyk_and_grey_become_ordinary_colours(tmp_path: Path) -> None:
    base = painted(830, 770)
    grey = base.convert("L")
    neutral = Image.new("L", grey.size, 128)
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    for name, image, truth, tolerance in (
        ("deep.png", deep, grey, 2),
        ("deep.tif", deep, grey, 2),
        ("grey.jpg", grey, grey, 4),
        ("one.png", grey.convert("1"), grey.convert("1"), 8),
        ("palette.png", base.quantize(64), base.quantize(64).convert("RGB"), 4),
        ("palette.gif", base.quantize(64), base.quantize(64).convert("RGB"), 4),
        ("cmyk.jpg", base.convert("CMYK"), base, 4),
        ("cmyk.tif", base.convert("CMYK"), base, 4),
        ("lab.tif", Image.merge("LAB", (grey, neutral, neutral)), None, 0),
    ):
        image.save(tmp_path / name)
        small = thumbnail_of(tmp_path / name)
        assert truth is None or difference(small, expected(truth.convert("RGB"))) < tolerance, name


def deep_png(values: NDArray[np.uint16], kind: int) -> bytes:
    """A PNG of sixteen bits a channel, which Pillow writes in grey only (kind 2 is colour, 6 colour with alpha)."""
    height, width = values.shape[:2]
    rows = b"".join(b"\x00" + row.astype(">u2").tobytes() for row in values)
    heading = struct.pack(">LLBBBBB", width, height, 16, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))
        for name, content in ((b"IHDR", heading), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )


def deep_tiff(values: NDArray[np.uint16]) -> bytes:
    """A TIFF of sixteen bits a channel, in one strip."""
    height, width, channels = values.shape
    strip, after = values.astype("<u2").tobytes(), 8 + 2 + 12 * 9 + 4
    tags = (
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, channels, after),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 4, 1, after + 2 * channels),
        (277, 3, 1, channels),
        (278, 4, 1, height),
        (279, 4, 1, len(strip)),
    )
    entries = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHLL", *tag) for tag in tags) + bytes(4)
    return struct.pack("<2sHL", b"II", 42, 8) + entries + struct.pack(f"<{channels}H", *[16] * channels) + strip


def test_sixteen_bits_of_colour_are_read(tmp_path: Path) -> None:
    base = painted(830, 770)
    deep = np.asarray(base).astype(np.uint16) * 257
    solid = np.dstack([deep, np.full((770, 830), 65_535, np.uint16)])
    for name, data in (("a.png", deep_png(deep, 2)), ("b.png", deep_png(solid, 6)), ("a.tif", deep_tiff(deep))):
        (tmp_path / name).write_bytes(data)
        assert difference(thumbnail_of(tmp_path / name), expected(base)) < 3, name


def test_what_is_transparent_becomes_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (650, 650), (10, 200, 10, 0))
    clear.paste((200, 10, 10, 255), (0, 0, 325, 650))
    for name in ("clear.png", "clear.webp", "clear.heic", "clear.tif"):
        clear.save(tmp_path / name)
        colours = as_array(thumbnail_of(tmp_path / name))
        assert np.abs(colours[:, 600:].mean(axis=(0, 1)) - 255).max() < 3, name
        assert np.abs(colours[:, :50].mean(axis=(0, 1)) - (200, 10, 10)).max() < 6, name


def test_the_size_is_the_one_decoded_and_not_the_one_exif_claims(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA002], exif.get_ifd(0x8769)[0xA003] = 4032, 3024
    save_heic(painted(450, 330), tmp_path / "a.heic", exif=exif.tobytes())
    picture = read_picture(read_bytes(tmp_path / "a.heic"))
    assert picture is not None
    assert (picture.width, picture.height) == (450, 330)


def test_a_type_is_told_by_content_and_never_by_ending(tmp_path: Path) -> None:
    painted(830, 770).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").rename(tmp_path / "a.webp")
    picture = read_picture(read_bytes(tmp_path / "a.webp"))
    assert picture is not None
    assert picture.content_format == "JPEG"


def test_a_panorama_is_read(tmp_path: Path) -> None:
    painted(5200, 700).save(tmp_path / "pano.jpg")
    picture = read_picture(read_bytes(tmp_path / "pano.jpg"))
    assert picture is not None
    assert (picture.width, picture.height) == (5200, 700)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"Dear diary", "not a picture"),
        (b"PK\x03\x04 a zip file", "not a picture"),
        (b"\x00\x00\x00\x18ftypqt  \x00\x00\x00\x00qt  ", "a video"),
        (b"\xff\xd8\xff\xe0 something", "cut short"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL, which is not supported"),
        (b"BM\x00\x10\x00\x00\x00\x00\x00\x00\x36", "BMP, which is not supported"),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", "a camera raw file, which is not supported"),
    ],
)
def test_what_is_no_picture_is_told_in_a_few_words(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    assert reason(tmp_path / "a.jpg") == words


def test_ten_bits_and_multi_image_heic_are_read(tmp_path: Path) -> None:
    base = painted(450, 330)
    deep = np.asarray(base).astype(np.uint16) * 257
    fast: dict[str, Any] = {"quality": 90, "enc_params": dict(QUICK_HEIC)}
    pillow_heif.from_bytes("RGB;16", base.size, deep.tobytes()).save(tmp_path / "deep.heic", **fast)
    base.save(tmp_path / "many.heic", save_all=True, append_images=[painted(330, 450, seed=2)], **fast)
    for name in ("deep.heic", "many.heic"):
        assert difference(thumbnail_of(tmp_path / name), expected(base)) < 5, name


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("mirror", [None, 0, 1])
def test_a_heic_with_a_jpeg_inside_is_read_and_turned(tmp_path: Path, quarters: int, mirror: int | None) -> None:
    stored = painted(450, 330)
    turns = [box(b"irot", bytes([quarters]))] + ([] if mirror is None else [box(b"imir", bytes([mirror]))])
    (tmp_path / "a.heic").write_bytes(heic_with_jpeg(stored, turns, camera_exif(orientation=6)))
    upright = stored.rotate(90 * quarters, expand=True)
    if mirror is not None:
        upright = ImageOps.flip(upright) if mirror else ImageOps.mirror(upright)
    picture = read_picture(read_bytes(tmp_path / "a.heic"))
    assert picture is not None
    assert (picture.content_format, picture.exif.camera) == ("HEIF", "Apple iPhone 5")
    assert difference(thumbnail_of(tmp_path / "a.heic"), upright) < 6


def test_a_dng_is_read_by_its_preview_of_full_size(tmp_path: Path) -> None:
    preview = painted(850, 780)
    (tmp_path / "IMG_0001.DNG").write_bytes(dng(preview, (724, 664), orientation=6))
    picture = read_picture(read_bytes(tmp_path / "IMG_0001.DNG"))
    assert picture is not None
    assert (picture.content_format, picture.width, picture.height) == ("DNG", 780, 850)
    assert picture.exif.camera == "Apple iPhone 12 Pro"
    upright = preview.transpose(Image.Transpose.ROTATE_270)
    assert difference(thumbnail_of(tmp_path / "IMG_0001.DNG"), expected(upright)) < 4


def test_a_dng_with_a_small_preview_is_named(tmp_path: Path) -> None:
    (tmp_path / "IMG_0001.DNG").write_bytes(dng(painted(300, 200), (4032, 3024)))
    assert reason(tmp_path / "IMG_0001.DNG") == "a raw file without a preview of full size, which is not supported"


def test_a_broken_profile_and_broken_exif_cost_nothing(tmp_path: Path) -> None:
    base = painted(830, 770)
    base.save(tmp_path / "a.jpg", icc_profile=b"no profile at all", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
    assert difference(thumbnail_of(tmp_path / "a.jpg"), expected(base)) < 4


@pytest.mark.long
def test_thumbnails_are_jpeg_of_the_matcher_s_size(tmp_path: Path) -> None:
    painted(1600, 1200).save(tmp_path / "a.png")
    picture = read_picture(read_bytes(tmp_path / "a.png"))
    assert picture is not None
    with Image.open(io.BytesIO(picture.thumbnail)) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", matcher.thumbnail_size(1600, 1200))
