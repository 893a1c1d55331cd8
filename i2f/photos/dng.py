"""Raw files that are TIFF inside: which of them hold a finished picture of full size.

A DNG (Apple's ProRAW is one) keeps the sensor's data, which this program does not develop, and beside it one or
more finished previews in JPEG. When the largest preview is as large as the picture, it is what the phone showed
and what was posted, and it stands for the file. Any other raw file is named as unsupported: its first directory
often is a thumbnail of 160 pixels, which must never be taken for the picture.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from i2f.photos.exif import SUB_IFDS, byte_order, directory

NEW_SUBFILE_TYPE, WIDTH, HEIGHT, COMPRESSION, PHOTOMETRIC = 0x00FE, 0x0100, 0x0101, 0x0103, 0x0106
STRIP_OFFSETS, STRIP_LENGTHS, JPEG_OFFSET, JPEG_LENGTH = 0x0111, 0x0117, 0x0201, 0x0202
DNG_VERSION, DEFAULT_CROP_SIZE = 0xC612, 0xC620
JPEG_COMPRESSIONS = frozenset({6, 7})
RAW_PHOTOMETRICS = frozenset({32803, 34892})
# A sensor has a few more rows than the picture it makes.
FULL_SIZE = 0.97
_MAX_DIRECTORIES = 32

Values = Mapping[int, tuple[int, ...]]


def tiff_kind(data: bytes) -> str:
    """What a file that begins as a TIFF is: "TIFF", "DNG", or "RAW" for all other sensor data."""
    if byte_order(data) is None:
        return "TIFF"
    directories = list(_directories(data))
    if any(DNG_VERSION in values for values in directories):
        return "DNG"
    first = directories[0] if directories else {}
    reduced = _one(first, NEW_SUBFILE_TYPE) & 1
    raw = any(_one(values, PHOTOMETRIC) in RAW_PHOTOMETRICS for values in directories)
    return "RAW" if raw or (reduced and SUB_IFDS in first) else "TIFF"


def full_preview(data: bytes) -> bytes | None:
    """The JPEG of a DNG's largest preview, if it is as large as the picture."""
    directories = list(_directories(data))
    full = max((_picture_pixels(values) for values in directories), default=0)
    best, best_pixels = None, 0
    for values in directories:
        pixels = _one(values, WIDTH) * _one(values, HEIGHT)
        if _one(values, PHOTOMETRIC) in RAW_PHOTOMETRICS or _one(values, COMPRESSION) not in JPEG_COMPRESSIONS:
            continue
        offset = _one(values, JPEG_OFFSET) or _one(values, STRIP_OFFSETS)
        length = _one(values, JPEG_LENGTH) or _one(values, STRIP_LENGTHS)
        jpeg = data[offset : offset + length]
        if pixels > best_pixels and len(jpeg) == length and jpeg.startswith(b"\xff\xd8\xff"):
            best, best_pixels = jpeg, pixels
    return best if best is not None and best_pixels >= FULL_SIZE * full else None


def _picture_pixels(values: Values) -> int:
    crop = values.get(DEFAULT_CROP_SIZE, ())
    if len(crop) == 2 and all(crop):
        return crop[0] * crop[1]
    return _one(values, WIDTH) * _one(values, HEIGHT)


def _one(values: Values, tag: int) -> int:
    """The value of a tag that has exactly one; 0 otherwise (a JPEG in several strips is no preview to take)."""
    found = values.get(tag, ())
    return found[0] if len(found) == 1 else 0


def _directories(data: bytes) -> Iterator[Values]:
    """The main directory, those that follow it, and those below them, each once, with their whole numbers."""
    order = byte_order(data)
    if order is None or len(data) < 8:
        return
    waiting = list(struct.unpack_from(order + "L", data, 4))
    seen: set[int] = set()
    while waiting and len(seen) < _MAX_DIRECTORIES:
        at = waiting.pop(0)
        if at in seen or not 8 <= at <= len(data) - 2:
            continue
        seen.add(at)
        (count,) = struct.unpack_from(order + "H", data, at)
        values = dict(_numbers(data, order, at))
        waiting.extend(values.get(SUB_IFDS, ()))
        following = at + 2 + 12 * count
        if following + 4 <= len(data):
            waiting.extend(struct.unpack_from(order + "L", data, following))
        yield values


def _numbers(data: bytes, order: str, at: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    for entry in directory(data, 0, at):
        letter = {1: "B", 3: "H", 4: "L", 13: "L"}.get(entry.kind)
        if letter and entry.number <= 64:
            yield entry.tag, struct.unpack_from(f"{order}{entry.number}{letter}", data, entry.value_at)
        elif entry.kind == 5 and entry.number <= 4:
            parts = struct.unpack_from(f"{order}{2 * entry.number}L", data, entry.value_at)
            yield entry.tag, tuple(a // b if b else 0 for a, b in zip(parts[::2], parts[1::2], strict=True))
