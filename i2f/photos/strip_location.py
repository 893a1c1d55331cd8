"""Taking the place out of a picture without changing a pixel.

Everything is overwritten where it stands. The bytes of a JPEG keep their places and their number, so the coded
scan is the same to the bit and the index of an MPO still points where it did. A place can stand in more corners
than one: in EXIF, in the copy of EXIF that Photoshop keeps, in a maker's notes, in XMP, in its extension, in the
further pictures of an MPO, in the film glued to a motion photo. So every TIFF block in the metadata is looked at
whatever it is called, the GPS directory is unhooked and blanked, and then the coordinates it held are blanked
wherever else they stand: as the same bytes, as doubles (FLIR's thermal pictures), as decimals in a text.

What phones put elsewhere, as far as tag tables that others published say (not checked on phones of ours): Apple's notes
hold none; Samsung's hold names of places, and the trailer behind its pictures the country of the mobile network
(MCC_Data) and a film; Google's and Samsung's films are MP4 with the place in `udta`.

Names of places that somebody typed (a city in IPTC) are words, not coordinates, and stay; machine tags that hold
coordinates (`geo:lat=46.9`, which Flickr itself would read) do not.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from i2f.photos.exif import GPS_IFD, GPS_LATITUDE, GPS_LONGITUDE, GPS_VERSION, MAIN_IFDS, byte_order, entries, read_exif
from i2f.photos.flaws import FlawError
from i2f.photos.formats import content_format, jpeg_segments, png_chunks

_TIFF_START = re.compile(rb"II\*\x00|MM\x00\*")
_NAME = rb"(?i:gps\w*|\w*latitude|\w*longt?itude|lat|long?)"
_PROPERTY = rb"(?<![\w.-])(?!xmlns:)[A-Za-z_][\w.-]*+:" + _NAME + rb"(?!\w)"
# XMP writes a property as an attribute or as an element, under any prefix (XMP part 1, 7.4 and 7.9; drones write
# drone-dji:GpsLatitude). Beside it the same in JSON, and as machine tags among the keywords.
_PLACE = re.compile(
    _PROPERTY + rb"""\s*=\s*(?:"[^"]*"|'[^']*')"""
    rb"""|<(""" + _PROPERTY + rb""")(?:\s[^<>]*)?(?:/>|>.*?</\1\s*>)"""
    rb"""|"(?:[\w.-]{1,40}:)?""" + _NAME + rb""""\s*:\s*(?:"[^"]*"|[-+]?\d[\d.]*)"""
    rb"""|(?i:\bgeo:(?:lat|lon)\w*\s*=\s*[-+]?\d[\d.]*)""",
    re.DOTALL,
)
_LATITUDE = re.compile(rb"(?i)lat")
_DECIMALS = re.compile(rb"\d{1,3}\.\d{3,}")
# Coordinates in a text stand side by side, and rounding leaves them about here.
_NEIGHBOURS_BYTES = 200
_NEAR_DEGREES = 0.01
_XMP_WIDE = re.compile(rb"G\x00P\x00S\x00|\x00G\x00P\x00S")
_XMP_HEADING = b"http://ns.adobe.com/xap/1.0/\x00"
_EXTENSION_HEADING = b"http://ns.adobe.com/xmp/extension/\x00"
_EXTENSION_FIXED = len(_EXTENSION_HEADING) + 32 + 8
# ISO 6709 as films carry it: +46.9480+007.4474+540/
_FILM_PLACE = re.compile(rb"[+-]\d{2}\.\d{2,}[+-]\d{3}\.\d{2,}(?:[+-]\d+(?:\.\d+)?)?/?")
# The box of 3GPP's films (TS 26.244, 8.10): after the name and the role longitude, latitude and altitude.
_FILM_BOX = re.compile(rb"loci\x00{4}..[^\x00]{0,200}\x00.(?P<secret>.{12})", re.DOTALL)
_NETWORK = re.compile(rb"MCC_Data(?P<secret>\d{3})")
_PNG_RAW_PROFILES = (b"Raw profile type exif", b"Raw profile type APP1", b"Raw profile type xmp")
_PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_PNG_XMP = b"XML:com.adobe.xmp"
# Converters write each property as a text of its own, "exif:GPSLatitude" among them.
_PNG_PLACE = re.compile(rb"[^\x00]*:?" + _NAME + rb"\x00")


@dataclass(slots=True)
class _Secrets:
    """The coordinates that EXIF held: as the bytes they were, and as latitude and longitude without sign."""

    values: set[bytes] = field(default_factory=set)
    places: set[tuple[float, float]] = field(default_factory=set)


def has_place(data: bytes) -> bool:
    """Whether the file carries coordinates, in EXIF or XMP."""
    for begin, end in _metadata(data):
        part = data[begin:end]
        if _tells_a_place(part):
            return True
        if any(read_exif(part[start.start() :]).place for start in _TIFF_START.finditer(part)):
            return True
    return content_format(data[:64]) == "PNG" and any(
        _tells_a_place(text) or _PNG_PLACE.match(text)
        for text in (_png_text(data[chunk.begin : chunk.end], chunk.kind) for chunk in png_chunks(data))
    )


def _tells_a_place(part: bytes) -> bool:
    return any(_LATITUDE.search(found.group()) for found in _PLACE.finditer(part))


def without_place(data: bytes) -> bytes:
    """The same picture without coordinates; the very same object when it has none."""
    kind = content_format(data[:64])
    if kind == "PNG":
        return _png_without_place(data)
    edited = bytearray(data)
    secrets = _Secrets()
    for begin, end in _metadata(data):
        _blank_blocks(edited, begin, end, secrets)
        _blank_xmp(edited, begin, end)
    _blank_extension(edited, data)
    for begin, end in _metadata(data):
        _blank_repeats(edited, begin, end, secrets)
    if kind == "JPEG":
        _blank_trailer(edited, _end_of_first(data))
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


def _blank_blocks(edited: bytearray, begin: int, end: int, secrets: _Secrets) -> None:
    """Unhook and blank the GPS directory of every TIFF block that begins in this stretch."""
    for start in _TIFF_START.finditer(bytes(edited[begin:end])):
        at = begin + start.start()
        tiff = bytes(edited[at:end])
        found = list(entries(tiff))
        if not any(entry.ifd == GPS_IFD and entry.tag != GPS_VERSION for entry in found):
            continue
        place = read_exif(tiff).place
        if place is not None:
            secrets.places.add((abs(place[0]), abs(place[1])))
        for entry in found:
            if entry.ifd == GPS_IFD:
                value = tiff[entry.value_at : entry.value_at + entry.size]
                if entry.tag in (GPS_LATITUDE, GPS_LONGITUDE) and _tells(value):
                    secrets.values.add(value)
                edited[at + entry.value_at : at + entry.value_at + entry.size] = bytes(entry.size)
                edited[at + entry.entry_at : at + entry.entry_at + 12] = bytes(12)
        hooks = (entry.entry_at for entry in found if entry.ifd in MAIN_IFDS and entry.tag == GPS_IFD)
        for hook in sorted(hooks, reverse=True):
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
    _blank_all(edited, begin, end, _PLACE, b" ")
    if part.startswith(_XMP_HEADING) and _XMP_WIDE.search(part):
        packet = begin + len(_XMP_HEADING)
        edited[packet:end] = b" " * (end - packet)


def _blank_repeats(edited: bytearray, begin: int, end: int, secrets: _Secrets) -> None:
    """Blank what says the same place once more: the same bytes, a pair of decimals in a text, doubles."""
    for value in secrets.values:
        _blank_all(edited, begin, end, re.compile(re.escape(value)))
    for latitude, longitude in secrets.places:
        part = bytes(edited[begin:end])
        numbers = [(found.start(), found.end(), float(found.group())) for found in _DECIMALS.finditer(part)]
        north, east = (
            [one for one in numbers if abs(one[2] - degrees) < _NEAR_DEGREES] for degrees in (latitude, longitude)
        )
        for a, b in itertools.product(north, east):
            if a != b and abs(a[0] - b[0]) < _NEIGHBOURS_BYTES:
                for at, after, _ in (a, b):
                    edited[begin + at : begin + after] = b" " * (after - at)
        for at in (*_doubles_near(part, latitude), *_doubles_near(part, longitude)):
            edited[begin + at : begin + at + 8] = bytes(8)


def _doubles_near(part: bytes, degrees: float) -> Iterator[int]:
    """Where eight bytes are this number, either way round; by chance that happens once in a hundred million."""
    for order, shift in itertools.product("<>", range(8)):
        if degrees > _NEAR_DEGREES and len(part) >= shift + 8:
            numbers = np.frombuffer(part, f"{order}f8", (len(part) - shift) // 8, shift)
            with np.errstate(invalid="ignore"):
                near = np.flatnonzero(np.abs(np.abs(numbers) - degrees) < _NEAR_DEGREES / 10)
            yield from (shift + 8 * int(place) for place in near)


def _blank_trailer(edited: bytearray, begin: int) -> None:
    """What stands behind the picture: films with their place, and in which country's network the phone was."""
    for pattern in (_FILM_PLACE, _FILM_BOX, _NETWORK):
        _blank_all(edited, begin, len(edited), pattern)
    _blank_all(edited, begin, len(edited), _PLACE, b" ")


def _blank_extension(edited: bytearray, data: bytes) -> None:
    """XMP too long for one segment goes on in others, under the MD5 of the whole, which must be made right again."""
    if _EXTENSION_HEADING not in data:
        return
    parts = [
        (begin + _EXTENSION_FIXED, end) for begin, end in _metadata(data) if data.startswith(_EXTENSION_HEADING, begin)
    ]
    whole = b"".join(data[begin:end] for begin, end in parts)
    blanked = _PLACE.sub(lambda place: b" " * len(place.group()), whole)
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


def _blank_all(edited: bytearray, begin: int, end: int, pattern: re.Pattern[bytes], blank: bytes = b"\x00") -> None:
    """Blank every find, or what its part called `secret` found."""
    for found in pattern.finditer(bytes(edited[begin:end])):
        first, last = found.span("secret" if "secret" in pattern.groupindex else 0)
        edited[begin + first : begin + last] = blank * (last - first)


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
            edited, secrets = bytearray(content), _Secrets()
            _blank_blocks(edited, 0, len(edited), secrets)
            _blank_repeats(edited, 0, len(edited), secrets)
            pieces.append(_png_chunk(b"eXIf", bytes(edited)) if edited != content else whole)
        elif content.startswith(_PNG_XMP) and _PLACE.search(text):
            plain = _PLACE.sub(lambda place: b" " * len(place.group()), text)
            pieces.append(_png_chunk(b"iTXt", _PNG_XMP + bytes(5) + plain))
        elif not (text.startswith(_PNG_RAW_PROFILES) or _PLACE.search(text) or _PNG_PLACE.match(text)):
            pieces.append(whole)
    trailer = bytearray(data[end:])
    _blank_trailer(trailer, 0)
    made = b"".join(pieces) + bytes(trailer)
    return data if made == data else made


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def _png_text(content: bytes, kind: bytes) -> bytes:
    """The text of a chunk, unpacked: XMP by itself, any other with its keyword before it; empty if it is no text."""
    if kind not in _PNG_TEXTS:
        return b""
    keyword, _, rest = content.partition(b"\x00")
    is_packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\x01")
    if kind == b"iTXt":
        rest = b"".join(rest[2:].split(b"\x00", 2)[2:])
    elif kind == b"zTXt":
        rest = rest[1:]
    if is_packed:
        try:
            rest = zlib.decompressobj().decompress(rest, 2**24)
        except zlib.error:
            rest = b""
    return rest if keyword == _PNG_XMP else keyword + b"\x00" + rest
