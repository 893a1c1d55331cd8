"""One file becomes pixels: upright once, in sRGB, bounded, whole or refused with a short reason."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

import matcher
from i2f.ground.errors import PictureError
from i2f.photos.decode import pixels, read_picture
from i2f.photos.exif import directory
from i2f.photos.formats import find_flaw
from i2f.photos.isobmff import read_items
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


def thumbnail_of(path: Path) -> Image.Image:
    picture = read_picture(read_bytes(path))
    assert picture is not None
    return Image.fromarray(pixels(picture.thumbnail))


def reason(path: Path) -> str:
    with pytest.raises(PictureError) as caught:
        read_picture(read_bytes(path))
    return str(caught.value)


def quickly(ending: str) -> dict[str, Any]:
    options: dict[str, dict[str, Any]] = {
        "avif": {"speed": 10},
        "heic": {"enc_params": dict(QUICK_HEIC)},
        "png": {"compress_level": 1},
        "webp": {"method": 0},
    }
    return options.get(ending, {})


def expected(image: Image.Image) -> Image.Image:
    return image.resize(matcher.thumbnail_size(*image.size), Image.Resampling.LANCZOS)


def shift(a: Image.Image, b: Image.Image) -> NDArray[np.float64]:
    """How far the second picture is displaced against the first, in pixels, least squares over all gradients."""
    first, second = (np.asarray(image.convert("L"), dtype=np.float64) for image in (a, b))
    down, right = np.gradient(first)
    slopes = np.stack([right.ravel(), down.ravel()])
    solved: NDArray[np.float64] = np.linalg.solve(slopes @ slopes.T, -slopes @ (second - first).ravel())
    return solved


@pytest.mark.parametrize("size", [(2016, 1512), (2017, 1511), (1999, 2999), (3023, 1701), (1301, 1733)])
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


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    heading = struct.pack(">LLBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", heading), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))
        for kind, content in chunks
    )
    (tmp_path / "bomb.png").write_bytes(data)
    assert reason(tmp_path / "bomb.png") == "too large, above 250 megapixels"


def lying(ending: str) -> bytes:
    """A small sound picture whose heading claims thousands of millions of pixels."""
    buffer = io.BytesIO()
    painted(64, 48).save(buffer, {"jpg": "JPEG", "gif": "GIF", "tif": "TIFF", "heic": "HEIF", "avif": "AVIF"}[ending])
    data = bytearray(buffer.getvalue())
    if ending == "jpg":
        struct.pack_into(">HH", data, data.find(b"\xff\xc0") + 5, 65_000, 65_000)
    elif ending == "gif":
        struct.pack_into("<HH", data, 6, 65_000, 65_000)
    elif ending == "tif":
        for entry in directory(bytes(data), 0, *struct.unpack_from("<L", data, 4)):
            if entry.tag in (0x0100, 0x0101):
                struct.pack_into("<HLL", data, entry.entry_at + 2, 4, 1, 60_000)
    else:
        struct.pack_into(">LL", data, data.find(b"ispe") + 8, 60_000, 60_000)
    return bytes(data)


@pytest.mark.parametrize("ending", ["jpg", "gif", "tif", "heic", "avif"])
def test_a_heading_that_promises_too_much_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_bytes(lying(ending))
    assert reason(path) in ("too large, above 250 megapixels", "damaged")


MEASURE = """
import re, sys, tempfile
from pathlib import Path
from i2f.photos.folder import FoundFile
from i2f.photos.reader import Reading, read_file
from i2f.photos.outgoing_file import make_outgoing_file
from matcher import fingerprint
path = Path(sys.argv[1])
status = path.stat()
reading = read_file(FoundFile(path, status.st_size, status.st_mtime_ns), fingerprint)
assert isinstance(reading, Reading), reading
with tempfile.TemporaryDirectory() as workdir:
    make_outgoing_file(reading.original, "strip", Path(workdir))
# The process's own peak; getrusage would tell the larger of this and that of whoever started it.
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""
MAKE = """
import sys
from PIL import Image
import pillow_heif
pillow_heif.register_heif_opener()
Image.new("RGB", (int(sys.argv[2]), int(sys.argv[3])), "teal").save(sys.argv[1], {})
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured in the units of Linux")
@pytest.mark.parametrize(
    ("name", "width", "height", "options", "limit_mib"),
    [
        ("a.jpg", 20_000, 10_000, "quality=50", 1024),
        ("progressive.jpg", 14_000, 10_000, "quality=50, progressive=True", 1024),
        ("panorama.jpg", 60_000, 3_300, "quality=50", 1024),
        ("a.png", 10_000, 10_000, "compress_level=1", 1024),
        ("a.heic", 9_000, 7_500, "quality=50, tile_size=512, enc_params={'preset': 'ultrafast'}", 2048),
    ],
)
def test_very_large_pictures_are_read_and_made_ready_in_little_memory(
    tmp_path: Path, name: str, width: int, height: int, options: str, limit_mib: int
) -> None:
    path = tmp_path / name
    subprocess.run([sys.executable, "-c", MAKE.format(options), str(path), str(width), str(height)], check=True)
    home = Path(__file__).resolve().parents[2]
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], check=True, cwd=home, capture_output=True, text=True
    )
    assert int(measured.stdout) < limit_mib


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "size", "options", "gib"),
    [
        ("a.tif", (20_000, 9_600), {"compression": "tiff_adobe_deflate"}, 1),
        ("a.webp", (8_000, 8_000), {"method": 0, "lossless": True, "quality": 0}, 1),
    ],
)
def test_what_would_take_more_memory_is_named(
    tmp_path: Path, name: str, size: tuple[int, int], options: dict[str, Any], gib: int
) -> None:
    Image.new("RGB", size, "teal").save(tmp_path / name, **options)
    assert reason(tmp_path / name) == f"too large to be read within {gib} GiB of memory"


def test_a_very_large_file_is_named_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "a.jpg").open("wb") as file:
        file.write(b"\xff\xd8\xff\xe0")
        file.truncate(513 * 2**20)
    assert reason(tmp_path / "a.jpg") == "too large, above 512 MiB"


def test_a_picture_between_pillow_s_limit_and_ours_is_read(tmp_path: Path) -> None:
    Image.new("L", (14_000, 7_000), 90).save(tmp_path / "98-megapixels.jpg", quality=50)
    picture = read_picture(read_bytes(tmp_path / "98-megapixels.jpg"))
    assert picture is not None
    assert picture.width * picture.height == 98_000_000


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
