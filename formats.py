"""What a file's bytes are, and whether they are all there.

A phone's cable, a full disk or a broken download leaves files that begin as pictures and then stop, or go on
with zeros; decoders show the upper part and say little. Each format here says in its own structure where it
ends: a JPEG by its end marker outside any segment, a PNG by IEND and checksums, HEIC and AVIF by the lengths
of their boxes and the places their item table points to, WebP by its RIFF length. `find_flaw` reads that
structure, never the pixels; whether the pixels decode is for decoding.py.

Endings are never trusted: phones, exports and mail write JPEG under any name (an export of 2025 held JPEG in
files named .webp).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

CUT_SHORT = "cut short"
DAMAGED = "damaged"
PICTURE_FORMATS = frozenset({"JPEG", "PNG", "GIF", "HEIF", "AVIF", "TIFF", "WEBP"})

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_VIDEO_BRANDS = frozenset({b"qt  ", b"isom", b"iso2", b"mp41", b"mp42", b"M4V ", b"avc1", b"3gp4", b"3gp5", b"3gp6"})
# In entropy-coded data FF is followed by 00 (a stuffed byte), D0 to D7 (a restart) or another FF (fill); any other
# pair is the marker that ends the scan (ITU T.81, B.1.1.2 and B.1.1.5).
_MARKER_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


class Segment(NamedTuple):
    """A JPEG marker segment: its code, and where its contents (after the two length bytes) begin and end."""

    marker: int
    begin: int
    end: int


class Chunk(NamedTuple):
    """A chunk of PNG or RIFF, or a box of HEIC: its type, and where its contents begin and end."""

    kind: bytes
    begin: int
    end: int


class FlawError(Exception):
    """The structure breaks off or contradicts itself; the text is the reason in short words."""


def content_format(head: bytes) -> str | None:
    """What the first bytes (64 do) say the file is: a picture format, "VIDEO", "RAW", or None for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _iso_format(head)
    if head.startswith((b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\x00")) or head[8:10] == b"CR":
        return "RAW"
    if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return "TIFF"
    return None


def _iso_format(head: bytes) -> str | None:
    major, length = head[8:12], int.from_bytes(head[:4], "big")
    brands = {major, *(head[at : at + 4] for at in range(16, min(length, len(head)) - 3, 4))}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if major in _HEIF_BRANDS or (major not in _VIDEO_BRANDS and brands & _HEIF_BRANDS):
        return "HEIF"
    if major == b"crx ":
        return "RAW"
    return "VIDEO" if brands & _VIDEO_BRANDS else None


def find_flaw(data: bytes, kind: str) -> str | None:
    """Why the file cannot be whole, by its structure alone; None when nothing speaks against it."""
    check = {"JPEG": _check_jpeg, "PNG": _check_png, "HEIF": _check_iso, "AVIF": _check_iso, "WEBP": _check_riff}
    try:
        if kind in check:
            check[kind](data)
        elif kind == "GIF" and not data.rstrip(b"\x00").endswith(b";"):
            return CUT_SHORT
    except FlawError as flaw:
        return str(flaw)
    except (struct.error, IndexError):
        return CUT_SHORT
    return None


def jpeg_segments(data: bytes) -> Iterator[Segment]:
    """The segments of a JPEG's first picture in order, to its end marker; FlawError where it breaks off.

    The scan's coded data is skipped by looking for the next true marker. What follows the end marker (the
    further pictures of an MPO, a film glued on by a phone) is not part of it.
    """
    at = 2
    while True:
        if at + 2 > len(data):
            raise FlawError(CUT_SHORT)
        if data[at] != 0xFF:  # stray bytes between segments; every decoder skips them
            at = data.find(b"\xff", at)
            if at < 0:
                raise FlawError(CUT_SHORT)
            continue
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            yield Segment(marker, at + 2, at + 2)
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2:
            raise FlawError(DAMAGED)
        if end > len(data):
            raise FlawError(CUT_SHORT)
        yield Segment(marker, at + 4, end)
        at = _end_of_scan(data, end) if marker == 0xDA else end


def _end_of_scan(data: bytes, begin: int) -> int:
    found = _MARKER_AFTER_SCAN.search(data, begin)
    if found is None:
        raise FlawError(CUT_SHORT)
    return found.start()


def _check_jpeg(data: bytes) -> None:
    scans = frames = end = 0
    multi_picture: bytes | None = None
    multi_picture_at = 0
    for segment in jpeg_segments(data):
        scans += segment.marker == 0xDA
        frames += 0xC0 <= segment.marker <= 0xCF and segment.marker not in (0xC4, 0xC8, 0xCC)
        end = segment.end
        if segment.marker == 0xE2 and data[segment.begin : segment.begin + 4] == b"MPF\x00":
            multi_picture_at = segment.begin + 4
            multi_picture = data[multi_picture_at : segment.end]
    if not scans or not frames:
        raise FlawError(DAMAGED)
    if multi_picture is not None:
        _check_further_pictures(multi_picture, multi_picture_at, end, len(data))


def _check_further_pictures(index: bytes, index_at: int, first_end: int, file_size: int) -> None:
    """A picture of an MPO that begins inside the file and ends beyond it was cut (CIPA DC-007, 5.2.3).

    One that would begin beyond the file was taken off on purpose: editors drop the further pictures and leave
    the index as it was.
    """
    order = "<" if index[:2] == b"II" else ">"
    try:
        (first_ifd,) = struct.unpack_from(order + "L", index, 4)
        (count,) = struct.unpack_from(order + "H", index, first_ifd)
        for number in range(min(count, 64)):
            tag, _, length, where = struct.unpack_from(order + "HHLL", index, first_ifd + 2 + 12 * number)
            if tag != 0xB002:
                continue
            for entry in range(1, min(length // 16, 64)):
                _, size, offset = struct.unpack_from(order + "LLL", index, where + 16 * entry)
                begin = index_at + offset
                if first_end <= begin < file_size < begin + size:
                    raise FlawError(CUT_SHORT)
    except struct.error:
        return


def png_chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks of a PNG in order, checksums verified, IEND last; FlawError where it breaks off."""
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, begin, end = data[at + 4 : at + 8], at + 8, at + 8 + length
        if end + 4 > len(data):
            break
        if zlib.crc32(memoryview(data)[at + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise FlawError(DAMAGED)
        yield Chunk(kind, begin, end)
        if kind == b"IEND":
            return
        at = end + 4
    raise FlawError(CUT_SHORT)


def _check_png(data: bytes) -> None:
    kinds = {chunk.kind for chunk in png_chunks(data)}
    if not {b"IHDR", b"IDAT"} <= kinds:
        raise FlawError(DAMAGED)


def iso_boxes(data: bytes, begin: int, end: int) -> Iterator[Chunk]:
    """The boxes between two places of an ISO base media file (ISO 14496-12, 4.2); FlawError where one is cut."""
    at = begin
    while at < end:
        if at + 8 > end:
            raise FlawError(CUT_SHORT)
        size, kind = struct.unpack_from(">L4s", data, at)
        header = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            header = 16
        elif size == 0:
            size = end - at
        if size < header:
            raise FlawError(DAMAGED)
        if at + size > end:
            raise FlawError(CUT_SHORT)
        yield Chunk(kind, at + header, at + size)
        at += size


def item_places(data: bytes, box: Chunk) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """The item table `iloc` (ISO 14496-12, 8.11.3): for each item in the file its id and (offset, length) pairs."""
    version = data[box.begin]
    sizes = int.from_bytes(data[box.begin + 4 : box.begin + 6], "big")
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version in (1, 2) else 0
    id_size = 4 if version == 2 else 2
    at = box.begin + 6

    def number(size: int) -> int:
        nonlocal at
        at += size
        if at > box.end:
            raise FlawError(DAMAGED)
        return int.from_bytes(data[at - size : at], "big")

    for _ in range(number(id_size)):
        item = number(id_size)
        method = number(2) & 15 if version in (1, 2) else 0
        number(2)
        base = number(base_size)
        extents = []
        for _ in range(number(2)):
            number(index_size)
            offset = number(offset_size)
            extents.append((base + offset, number(length_size)))
        if method == 0:
            yield item, extents


def _check_iso(data: bytes) -> None:
    """The item table must point inside the file; what may follow after the last box is not looked at."""
    meta = None
    try:
        for box in iso_boxes(data, 0, len(data)):
            meta = box if box.kind == b"meta" else meta
    except FlawError:
        if meta is None:
            raise
    if meta is None:
        raise FlawError(DAMAGED)
    for box in iso_boxes(data, meta.begin + 4, meta.end):
        if box.kind == b"iloc":
            for _, extents in item_places(data, box):
                if any(offset + length > len(data) for offset, length in extents):
                    raise FlawError(CUT_SHORT)


def _check_riff(data: bytes) -> None:
    if int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise FlawError(CUT_SHORT)
