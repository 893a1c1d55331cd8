"""Very large pictures are read in little memory, and what promises too much is refused."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from i2f.photos.decode import read_picture
from i2f.photos.exif import directory
from i2f.photos.open import read_bytes
from tests.support.photographs import (
    painted,
)
from tests.support.reading import reason


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
from matcher import fingerprint_of
path = Path(sys.argv[1])
status = path.stat()
reading = read_file(FoundFile(path, status.st_size, status.st_mtime_ns), fingerprint_of)
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
