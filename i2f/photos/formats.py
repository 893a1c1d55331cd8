"""What a file's bytes are, and whether they are all there.

A phone's cable, a full disk or a broken download leaves files that begin as pictures and then stop, or go on
with zeros; decoders show the upper part and say little. Each format here says in its own structure where it
ends: a JPEG by its end marker outside any segment, a PNG by IEND and checksums, TIFF by where its strips lie,
WebP by its RIFF length, HEIC and AVIF by their boxes (isobmff.py). `find_flaw` reads that
structure, never the pixels; whether the pixels decode is for decode.py.

Endings are never trusted: phones, exports and mail write JPEG under any name (an export of 2025 held JPEG in
files named .webp).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from i2f.photos.exif import byte_order, directory
from i2f.photos.flaws import CUT_SHORT, DAMAGED, Chunk, FlawError
from i2f.photos.isobmff import ZERO_TAIL_BYTES, check_boxes

PICTURE_FORMATS = frozenset({"JPEG", "PNG", "GIF", "HEIF", "AVIF", "TIFF", "DNG", "WEBP"})

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
# Pictures that are neither read nor sent, but must be named.
_OTHER_PICTURES = {
    "JPEG XL": (b"\xff\x0a", b"\x00\x00\x00\x0cJXL "),
    "JPEG 2000": (b"\x00\x00\x00\x0cjP  ", b"\xff\x4f\xff\x51"),
    "PSD": (b"8BPS",),
}
_VIDEO_BRANDS = frozenset({b"qt  ", b"isom", b"iso2", b"mp41", b"mp42", b"M4V ", b"avc1", b"3gp4", b"3gp5", b"3gp6"})
# In entropy-coded data FF is followed by 00 (a stuffed byte), D0 to D7 (a restart) or another FF (fill); any other
# pair is the marker that ends the scan (ITU T.81, B.1.1.2 and B.1.1.5).
_MARKER_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


class Segment(NamedTuple):
    """A JPEG marker segment: its code, and where its contents (after the two length bytes) begin and end."""

    marker: int
    begin: int
    end: int


def content_format(head: bytes) -> str | None:
    """What the first bytes (64 do) say the file is: a format, "VIDEO", "RAW", or None for anything else."""
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
    for name, beginnings in _OTHER_PICTURES.items():
        if head.startswith(beginnings):
            return name
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "BMP"
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
    check = {
        "JPEG": _check_jpeg,
        "PNG": _check_png,
        "GIF": _check_gif,
        "HEIF": check_boxes,
        "AVIF": check_boxes,
        "TIFF": _check_tiff,
        "WEBP": _check_riff,
    }
    try:
        check[kind](data)
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
        if at + 4 > len(data):
            raise FlawError(CUT_SHORT)
        if length < 2:
            raise FlawError(DAMAGED)
        if end > len(data):
            raise FlawError(CUT_SHORT)
        yield Segment(marker, at + 4, end)
        at = end_of_scan(data, end) if marker == 0xDA else end


def end_of_scan(data: bytes, begin: int) -> int:
    """Where the coded data that begins here ends: at the next true marker."""
    found = _MARKER_AFTER_SCAN.search(data, begin)
    if found is None:
        raise FlawError(CUT_SHORT)
    return found.start()


def _check_jpeg(data: bytes) -> None:
    scans = frames = end = scan_at = components = 0
    zeros_mean_nothing = False
    multi_picture: bytes | None = None
    multi_picture_at = 0
    for segment in jpeg_segments(data):
        if scan_at and data.find(bytes(ZERO_TAIL_BYTES), scan_at, segment.begin) >= 0:
            raise FlawError(DAMAGED)
        if segment.marker == 0xC4:
            zeros_mean_nothing |= any(symbol != 0 for symbol in _first_symbols(data[segment.begin : segment.end]))
        if segment.marker in (0xC0, 0xC1):
            components = data[segment.begin + 5]
        is_whole = segment.marker == 0xDA and data[segment.begin] == components  # one scan holds all colours
        scan_at = segment.end if is_whole and zeros_mean_nothing else 0
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


def _first_symbols(tables: bytes) -> Iterator[int]:
    """Of each Huffman table the symbol whose code is all zeros (ITU T.81, B.2.4.2 and C.2).

    Where it is 0 in all of them (no change, end of block), zeros are a flat picture; where it is anything else, a long
    run of zeros is no picture at all, but a block that was never written.
    """
    at = 0
    while at + 17 < len(tables):
        yield tables[at + 17]
        at += 17 + sum(tables[at + 1 : at + 17])


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


def _check_gif(data: bytes) -> None:
    if not data.rstrip(b"\x00").endswith(b";"):
        raise FlawError(CUT_SHORT)


def _check_riff(data: bytes) -> None:
    """A lossy WebP whose lower edge is flat ends in zeros, too; what cannot be told apart is not sent."""
    if int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise FlawError(CUT_SHORT)
    if data.endswith(bytes(ZERO_TAIL_BYTES)):
        raise FlawError("perhaps cut short, it ends in zeros")


def _check_tiff(data: bytes) -> None:
    """Every strip and tile must lie in the file (TIFF 6.0, sections 8 and 15)."""
    order = byte_order(data)
    if order is None:
        return  # BigTIFF, whose 64-bit directories are left to the decoder
    pairs = {0x0111: 0x0117, 0x0144: 0x0145}
    lists: dict[int, tuple[int, ...]] = {}
    (first,) = struct.unpack_from(order + "L", data, 4)
    for entry in directory(data, 0, first):
        letter = {3: "H", 4: "L"}.get(entry.kind)
        if letter and (entry.tag in pairs or entry.tag in pairs.values()):
            lists[entry.tag] = struct.unpack_from(f"{order}{entry.number}{letter}", data, entry.value_at)
    for offsets, lengths in pairs.items():
        places = zip(lists.get(offsets, ()), lists.get(lengths, ()), strict=False)
        if any(offset + length > len(data) for offset, length in places):
            raise FlawError(CUT_SHORT)
