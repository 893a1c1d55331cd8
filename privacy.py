"""Taking the place out of a picture without changing a pixel.

Everything is overwritten where it stands. The bytes of a JPEG keep their places and their number, so the coded
scan is the same to the bit and the index of an MPO still points where it did. A place can stand in more corners
than one: in EXIF, in the copy of EXIF that Photoshop keeps, in a maker's notes, in XMP, in its extension, in the
further pictures of an MPO, in the film glued to a motion photo. So every TIFF block in the metadata is looked at
whatever it is called, the GPS directory is unhooked and blanked, and then the bytes of the coordinates it held
are blanked wherever else in the metadata they stand.

Names of places that somebody typed (a city in IPTC) are words, not coordinates, and stay.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator

from exif import GPS_IFD, GPS_LATITUDE, GPS_LONGITUDE, GPS_VERSION, byte_order, entries, read_exif
from flaws import FlawError
from formats import content_format, jpeg_segments, png_chunks

_TIFF_START = re.compile(rb"II\*\x00|MM\x00\*")
# XMP writes a property as an attribute or as an element, under any prefix (XMP part 1, 7.4 and 7.9).
_XMP_PLACE = re.compile(
    rb"""[A-Za-z_][\w.-]*:GPS\w*\s*=\s*(?:"[^"]*"|'[^']*')"""
    rb"""|<([A-Za-z_][\w.-]*:GPS\w*)(?:\s[^<>]*)?(?:/>|>.*?</\1\s*>)""",
    re.DOTALL,
)
_XMP_WIDE = re.compile(rb"G\x00P\x00S\x00|\x00G\x00P\x00S")
_XMP_HEADING = b"http://ns.adobe.com/xap/1.0/\x00"
_EXTENSION_HEADING = b"http://ns.adobe.com/xmp/extension/\x00"
_EXTENSION_FIXED = len(_EXTENSION_HEADING) + 32 + 8
# ISO 6709 as films carry it: +46.9480+007.4474+540/
_FILM_PLACE = re.compile(rb"[+-]\d{2}\.\d{2,}[+-]\d{3}\.\d{2,}(?:[+-]\d+(?:\.\d+)?)?/?")
_PNG_RAW_PROFILES = (b"Raw profile type exif", b"Raw profile type APP1", b"Raw profile type xmp")
_PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_PNG_XMP = b"XML:com.adobe.xmp"


def has_place(data: bytes) -> bool:
    """Whether the file carries coordinates, in EXIF or XMP."""
    for begin, end in _metadata(data):
        part = data[begin:end]
        if _XMP_PLACE.search(part) and b"GPSL" in part:
            return True
        if any(read_exif(part[start.start() :]).place for start in _TIFF_START.finditer(part)):
            return True
    return content_format(data[:64]) == "PNG" and any(
        b"GPSL" in _png_text(data[chunk.begin : chunk.end], chunk.kind) for chunk in png_chunks(data)
    )


def without_place(data: bytes) -> bytes:
    """The same picture without coordinates; the very same object when it has none."""
    kind = content_format(data[:64])
    if kind == "PNG":
        return _png_without_place(data)
    edited = bytearray(data)
    secrets: set[bytes] = set()
    for begin, end in _metadata(data):
        _blank_blocks(edited, begin, end, secrets)
        _blank_xmp(edited, begin, end)
    _blank_extension(edited, data)
    for begin, end in _metadata(data):
        for secret in secrets:
            _blank_all(edited, begin, end, re.escape(secret))
    if kind == "JPEG":
        _blank_all(edited, _end_of_first(data), len(data), _FILM_PLACE.pattern)
    return data if edited == data else bytes(edited)


def _metadata(data: bytes) -> Iterator[tuple[int, int]]:
    """Where metadata stands in the file: never in a JPEG's scans."""
    kind = content_format(data[:64])
    if kind == "PNG":
        yield from ((chunk.begin, chunk.end) for chunk in png_chunks(data) if chunk.kind in (b"eXIf", b"iTXt"))
        return
    if kind != "JPEG":
        yield 0, len(data)
        return
    begin = 0
    while begin >= 0:
        picture = data[begin:] if begin else data
        end = 0
        try:
            for segment in jpeg_segments(picture):
                end = segment.end
                if 0xE0 <= segment.marker <= 0xEF or segment.marker == 0xFE:
                    yield begin + segment.begin, begin + segment.end
        except FlawError:
            end = max(end, 2)
        begin = data.find(b"\xff\xd8\xff", begin + end)


def _end_of_first(data: bytes) -> int:
    end = len(data)
    for segment in jpeg_segments(data):
        end = segment.end
    return end


def _blank_blocks(edited: bytearray, begin: int, end: int, secrets: set[bytes]) -> None:
    """Unhook and blank the GPS directory of every TIFF block that begins in this stretch."""
    for start in _TIFF_START.finditer(bytes(edited[begin:end])):
        at = begin + start.start()
        tiff = bytes(edited[at:end])
        found = list(entries(tiff))
        if not any(entry.ifd == GPS_IFD and entry.tag != GPS_VERSION for entry in found):
            continue
        for entry in found:
            if entry.ifd == GPS_IFD:
                value = tiff[entry.value_at : entry.value_at + entry.size]
                if entry.tag in (GPS_LATITUDE, GPS_LONGITUDE) and _tells(value):
                    secrets.add(value)
                edited[at + entry.value_at : at + entry.value_at + entry.size] = bytes(entry.size)
                edited[at + entry.entry_at : at + entry.entry_at + 12] = bytes(12)
        hooks = sorted((entry.entry_at for entry in found if entry.ifd == 0 and entry.tag == GPS_IFD), reverse=True)
        for hook in hooks:
            _unhook(edited, at, hook)


def _tells(coordinate: bytes) -> bool:
    """Whether three fractions are peculiar enough to be looked for elsewhere; 0/1 0/1 0/1 stands in many tables."""
    above = [coordinate[at : at + 4] for at in range(0, len(coordinate), 8)]
    return len(coordinate) == 24 and sum(any(part) for part in above) >= 2


def _unhook(edited: bytearray, block: int, hook: int) -> None:
    """Take one entry out of its directory: the later ones and the pointer to the next directory close up."""
    tiff = bytes(edited[block:])
    order = byte_order(tiff) or "<"
    directory = _directory_of(tiff, hook, order)
    if directory is None:
        return
    (count,) = struct.unpack_from(order + "H", tiff, directory)
    (target,) = struct.unpack_from(order + "L", tiff, hook + 8)
    end = min(directory + 2 + 12 * count + 4, len(tiff))
    closed = tiff[hook + 12 : end] + bytes(12)
    edited[block + hook : block + hook + len(closed)] = closed
    struct.pack_into(order + "H", edited, block + directory, count - 1)
    if 8 <= target <= len(tiff) - 2:
        edited[block + target : block + target + 2] = bytes(2)


def _directory_of(tiff: bytes, hook: int, order: str) -> int | None:
    """The main directory in whose list of entries the hook stands."""
    (at,) = struct.unpack_from(order + "L", tiff, 4)
    for _ in range(16):
        if not 8 <= at <= len(tiff) - 2:
            return None
        (count,) = struct.unpack_from(order + "H", tiff, at)
        following = at + 2 + 12 * count
        if at + 2 <= hook < following:
            return int(at)
        if following + 4 > len(tiff):
            return None
        (at,) = struct.unpack_from(order + "L", tiff, following)
    return None


def _blank_xmp(edited: bytearray, begin: int, end: int) -> None:
    part = bytes(edited[begin:end])
    if b"GPS" in part:
        _blank_all(edited, begin, end, _XMP_PLACE.pattern, b" ")
    if part.startswith(_XMP_HEADING) and _XMP_WIDE.search(part):
        packet = begin + len(_XMP_HEADING)
        edited[packet:end] = b" " * (end - packet)


def _blank_extension(edited: bytearray, data: bytes) -> None:
    """XMP too long for one segment goes on in others, under the MD5 of the whole, which must be made right again."""
    if _EXTENSION_HEADING not in data:
        return
    parts = [
        (begin + _EXTENSION_FIXED, end) for begin, end in _metadata(data) if data.startswith(_EXTENSION_HEADING, begin)
    ]
    whole = b"".join(data[begin:end] for begin, end in parts)
    blanked = _XMP_PLACE.sub(lambda place: b" " * len(place.group()), whole)
    if blanked == whole:
        return
    for begin, end in parts:
        edited[begin:end], blanked = blanked[: end - begin], blanked[end - begin :]
    name = b"".join(edited[begin:end] for begin, end in parts)
    old = data[parts[0][0] - 40 : parts[0][0] - 8]
    for begin, end in _metadata(data):
        _replace_all(edited, begin, end, re.escape(old), hashlib.md5(name, usedforsecurity=False).hexdigest().upper())


def _replace_all(edited: bytearray, begin: int, end: int, pattern: bytes, text: str) -> None:
    for found in re.finditer(pattern, bytes(edited[begin:end])):
        edited[begin + found.start() : begin + found.end()] = text.encode("ascii")


def _blank_all(edited: bytearray, begin: int, end: int, pattern: bytes, blank: bytes = b"\x00") -> None:
    for found in re.finditer(pattern, bytes(edited[begin:end]), re.DOTALL):
        edited[begin + found.start() : begin + found.end()] = blank * (found.end() - found.start())


def _png_without_place(data: bytes) -> bytes:
    """Edit or leave out the chunks that hold a place; all others, the picture's own among them, stay as they are."""
    pieces = [data[:8]]
    end = 8
    for chunk in png_chunks(data):
        whole = data[chunk.begin - 8 : chunk.end + 4]
        content = data[chunk.begin : chunk.end]
        end = chunk.end + 4
        text = _png_text(content, chunk.kind)
        if chunk.kind == b"eXIf":
            edited = bytearray(content)
            _blank_blocks(edited, 0, len(edited), set())
            pieces.append(_png_chunk(b"eXIf", bytes(edited)) if edited != content else whole)
        elif chunk.kind in _PNG_TEXTS and content.startswith(_PNG_RAW_PROFILES):
            continue
        elif content.startswith(_PNG_XMP) and _XMP_PLACE.search(text):
            plain = _XMP_PLACE.sub(lambda place: b" " * len(place.group()), text)
            pieces.append(_png_chunk(b"iTXt", _PNG_XMP + bytes(5) + plain))
        else:
            pieces.append(whole)
    made = b"".join(pieces) + data[end:]
    return data if made == data else made


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def _png_text(content: bytes, kind: bytes) -> bytes:
    """The XMP of an iTXt chunk, unpacked; empty for any other chunk."""
    if kind != b"iTXt" or not content.startswith(_PNG_XMP + b"\x00"):
        return b""
    parts = content[len(_PNG_XMP) + 3 :].split(b"\x00", 2)
    if len(parts) != 3:
        return b""
    if content[len(_PNG_XMP) + 1] == 0:
        return parts[2]
    unpacker = zlib.decompressobj()
    try:
        return unpacker.decompress(parts[2], 2**24)
    except zlib.error:
        return b""
