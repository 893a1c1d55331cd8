"""Pictures for the tests of the folder: painted with enough detail to be told apart, saved by the real encoders."""

from __future__ import annotations

import functools
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageDraw

from i2f.ground.file_version import version_of
from i2f.ground.model import Original
from i2f.photos.exif import directory
from i2f.photos.folder import FoundFile, Unreadable
from i2f.photos.outgoing_file import OutgoingFile, make_outgoing_file
from i2f.photos.reader import Reading, read_file
from matcher import fingerprint_of

BERNE = (46.948, 7.4474)
# x265 in its quickest manner and in this thread: it hands a picture over between threads hundreds of times, and where
# other tests keep the cores busy each of those waits for its turn, which made a small HEIC take a second.
QUICK_HEIC = {"preset": "ultrafast", "x265:pools": "none", "x265:frame-threads": "1"}

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def painted(width: int, height: int, seed: int = 1) -> Image.Image:
    """Soft colours, hard-edged discs and a little grain; no two corners alike. A picture of the caller's own.

    Saving leaves marks on a picture (a JPEG's settings stay for the next format), so no two tests share one.
    """
    return Image.fromarray(_pixels(width, height, seed))


@functools.lru_cache(maxsize=16)
def _pixels(width: int, height: int, seed: int) -> NDArray[np.uint8]:
    random = np.random.default_rng(seed)
    small = random.integers(30, 220, (6, 8, 3), dtype=np.uint8)
    ground = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    brush = ImageDraw.Draw(ground)
    for _ in range(60):
        x, y = random.uniform(0, width), random.uniform(0, height)
        radius = random.uniform(0.01, 0.08) * min(width, height)
        brush.ellipse((x - radius, y - radius, x + radius, y + radius), tuple(random.integers(20, 235, 3).tolist()))
    grain = random.integers(-5, 6, (height, width, 1), dtype=np.int16)
    return np.clip(np.asarray(ground) + grain, 0, 255).astype(np.uint8)


def camera_exif(
    taken: str = "2012:09:29 16:11:25",
    *,
    subsec: str | None = None,
    offset: str | None = None,
    place: tuple[float, float] | None = None,
    gps_time: tuple[int, int, int] | None = None,
    gps_date: str | None = None,
    orientation: int | None = None,
    model: str = "iPhone 5",
    note: bytes | None = None,
) -> bytes:
    """An EXIF block as a phone writes it."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Apple", model
    if orientation is not None:
        exif[0x0112] = orientation
    inner = exif.get_ifd(0x8769)
    inner[0x9003] = taken
    if subsec is not None:
        inner[0x9291] = subsec
    if offset is not None:
        inner[0x9011] = offset
    if note is not None:
        inner[0x927C] = note
    gps = exif.get_ifd(0x8825)
    if place is not None:
        gps[1], gps[2] = ("S" if place[0] < 0 else "N"), _sexagesimal(abs(place[0]))
        gps[3], gps[4] = ("W" if place[1] < 0 else "E"), _sexagesimal(abs(place[1]))
    if gps_time is not None:
        gps[7] = tuple(float(part) for part in gps_time)
    if gps_date is not None:
        gps[29] = gps_date
    return exif.tobytes()


def with_thumbnail_directory(exif: bytes, **tags: int) -> bytes:
    """The block with a second directory behind it, which describes a thumbnail: orientation, make, model."""
    tiff = bytearray(exif.removeprefix(b"Exif\x00\x00"))
    order = "<" if tiff.startswith(b"II") else ">"
    (first,) = struct.unpack_from(order + "L", tiff, 4)
    (count,) = struct.unpack_from(order + "H", tiff, first)
    at = len(tiff) + len(tiff) % 2
    struct.pack_into(order + "L", tiff, first + 2 + 12 * count, at)
    numbers = {"orientation": 0x0112, "make": 0x010F, "model": 0x0110}
    tiff += bytes(at - len(tiff)) + struct.pack(order + "H", len(tags))
    for name in sorted(tags, key=lambda one: numbers[one]):
        kind, value = (3, struct.pack(order + "HH", tags[name], 0)) if name == "orientation" else (2, b"TN\x00\x00")
        tiff += struct.pack(order + "HHL", numbers[name], kind, 1 if kind == 3 else 3) + value
    return b"Exif\x00\x00" + bytes(tiff) + bytes(4)


def apple_note(hdr_image_type: int) -> bytes:
    """Apple's maker note with its version and what it says of HDR: 3 for the HDR picture, 4 for the normal frame."""
    entries = [(0x0001, 9, 1, 10), (0x000A, 9, 1, hdr_image_type)]
    directory = struct.pack(">H", len(entries)) + b"".join(struct.pack(">HHLl", *entry) for entry in entries)
    return b"Apple iOS\x00\x00\x01MM" + directory + bytes(4)


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 2)


@functools.cache
def display_p3() -> bytes:
    """A Display P3 profile, made from sRGB's by exchanging its three primaries (SMPTE EG 432-1, D50-adapted)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    (count,) = struct.unpack_from(">L", profile, 128)
    for number in range(count):
        name, offset, _ = struct.unpack_from(">4sLL", profile, 132 + 12 * number)
        if name in primaries:
            struct.pack_into(">3l", profile, offset + 8, *(round(value * 65536) for value in primaries[name]))
    return bytes(profile)


def save_heic(image: Image.Image, path: Path, quality: int = 90, **more: Any) -> None:
    """A HEIC of this picture."""
    image.save(path, "HEIF", quality=quality, enc_params=dict(QUICK_HEIC), **more)


def box(kind: bytes, *contents: bytes, version: int | None = None) -> bytes:
    """A box of an ISO base media file, full when it has a version."""
    content = (b"" if version is None else struct.pack(">L", version << 24)) + b"".join(contents)
    return struct.pack(">L4s", 8 + len(content), kind) + content


def heic_with_jpeg(image: Image.Image, turns: list[bytes], exif: bytes) -> bytes:
    """A HEIC whose picture is a plain JPEG (ISO 23008-12, annex H), built box by box."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=92)
    items = [(1, b"jpeg", buffer.getvalue()), (2, b"Exif", struct.pack(">L", 6) + exif)]
    heading = box(b"ftyp", b"mif1", bytes(4), b"mif1jpeg")

    def meta(data_at: int) -> bytes:
        places, at = [], data_at
        for item, _, content in items:
            places.append(struct.pack(">HHHLL", item, 0, 1, at, len(content)))
            at += len(content)
        entries = [box(b"infe", struct.pack(">HH4sB", item, 0, kind, 0), version=2) for item, kind, _ in items]
        linked = struct.pack(">LHB", 1, 1, len(turns)) + bytes(0x80 | n + 1 for n in range(len(turns)))
        return box(
            b"meta",
            box(b"hdlr", bytes(4), b"pict", bytes(13), version=0),
            box(b"pitm", struct.pack(">H", 1), version=0),
            box(b"iinf", struct.pack(">H", 2), *entries, version=0),
            box(b"iprp", box(b"ipco", *turns), box(b"ipma", linked, version=0)),
            box(b"iloc", b"\x44\x00", struct.pack(">H", 2), *places, version=0),
            version=0,
        )

    data_at = len(heading) + len(meta(0)) + 8
    return heading + meta(data_at) + box(b"mdat", *(content for _, _, content in items))


def dng(preview: Image.Image, raw_size: tuple[int, int], orientation: int = 1) -> bytes:
    """A DNG as Apple's ProRAW is built: the preview in the first directory, the sensor's data in one below it."""
    buffer = io.BytesIO()
    preview.save(buffer, "JPEG", quality=92)
    jpeg = buffer.getvalue()
    sensor = ((0x00FE, 4, 1, 0), (0x0100, 4, 1, raw_size[0]), (0x0101, 4, 1, raw_size[1]), (0x0106, 4, 1, 34892))
    below = struct.pack(">H", len(sensor)) + b"".join(struct.pack(">HHLL", *one) for one in sensor) + bytes(4)
    first = Image.Exif()
    first.load(camera_exif(subsec="123", place=(46.948, 7.4474), orientation=orientation, model="iPhone 12 Pro"))
    for tag, value in (
        (0x00FE, 1),
        (0x0100, preview.width),
        (0x0101, preview.height),
        (0x0103, 7),
        (0x0106, 6),
        (0x0111, 0),
        (0x0117, len(jpeg)),
        (0x014A, 0),
        (0xC612, b"\x01\x07\x00\x00"),
    ):
        first[tag] = value
    tiff = bytearray(first.tobytes()[6:])
    for entry in directory(bytes(tiff), 0, 8):
        if entry.tag in (0x0111, 0x014A):
            at = len(tiff) + (len(below) if entry.tag == 0x0111 else 0)
            struct.pack_into(">HLL", tiff, entry.entry_at + 2, 4, 1, at)
    return bytes(tiff) + below + jpeg


def found(path: Path) -> FoundFile:
    """The file as find_files would give it."""
    return FoundFile(path, *version_of(path.stat()))


def read(path: Path) -> Reading:
    """The reading of a good file, made in this process."""
    reading = read_file(found(path), fingerprint_of)
    assert isinstance(reading, Reading), reading
    return reading


def refused(path: Path) -> Unreadable:
    """What is said of a file that cannot be used."""
    answer = read_file(found(path), fingerprint_of)
    assert isinstance(answer, Unreadable), answer
    return answer


def original_at(path: Path) -> Original:
    """The original at this path, as read."""
    return read(path).original


def as_array(image: Image.Image) -> NDArray[np.float32]:
    """Colours as numbers."""
    return np.asarray(image.convert("RGB"), dtype=np.float32)


def difference(a: Image.Image, b: Image.Image) -> float:
    """The mean difference of two pictures of one size, in grey values."""
    assert a.size == b.size
    return float(np.abs(as_array(a) - as_array(b)).mean())


def untouched_bytes(path: Path) -> tuple[bytes, int]:
    """What must be the same before and after: the bytes and the time."""
    return path.read_bytes(), path.stat().st_mtime_ns


def send(path: Path, workdir: Path, location: str = "keep") -> OutgoingFile:
    """What Flickr would get for this file."""
    return make_outgoing_file(read(path).original, location, workdir)
