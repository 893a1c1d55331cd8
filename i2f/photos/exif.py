"""EXIF read so that a broken block is never an error: capture time, camera, place.

EXIF is a small TIFF: directories of entries, each a tag, a type, a count and a value or where it lies. Twenty
years of phones and editors have written it wrongly in every way, and one wrong pointer must not cost a
photograph. So this reader walks what can be walked, stops at what cannot, follows no directory twice, and
yields entries with their places in the block, so that strip_location.py can overwrite one without moving a byte.

The clock of an iPhone is local time. Its zone stands in OffsetTimeOriginal since iOS 13; before that the
difference to the satellites' time gives it, with care: iOS 4.1 in Rome wrote local time into GPSTimeStamp, and
iOS 8.0 wrote the date as "2014:09:259" (both in drewnoakes/metadata-extractor-images, read November 2026).

A camera whose clock stands still writes 1970, 1980 or zeros, one whose clock was set wrongly writes years to come, and
editors write year 1. Such a date says nothing about the shot, so it is none: it can neither speak for or against a
match, nor be put on Flickr.

Orientation, maker and model are those of the first directory alone. The second one describes the thumbnail, which may
lie on its side where the picture does not.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from i2f.ground.model import CaptureTime

MAKE, MODEL, ORIENTATION, SUB_IFDS, EXIF_IFD, GPS_IFD = 0x010F, 0x0110, 0x0112, 0x014A, 0x8769, 0x8825
ORIGINAL, DIGITIZED, SUBSEC_ORIGINAL, SUBSEC_DIGITIZED = 0x9003, 0x9004, 0x9291, 0x9292
OFFSET_ORIGINAL, OFFSET_DIGITIZED = 0x9011, 0x9012
# What entries() calls the directories after the first, of which the second describes the thumbnail.
THUMBNAIL_IFD = 1
MAIN_IFDS = frozenset({0, THUMBNAIL_IFD})
MAKER_NOTE, USER_COMMENT, PIXEL_WIDTH, PIXEL_HEIGHT = 0x927C, 0x9286, 0xA002, 0xA003
HDR_IMAGE_TYPE, HDR_MERGED, HDR_NORMAL = 0x000A, 3, 4
EXIF_HEADING = b"Exif\x00\x00"
GPS_VERSION, GPS_LATITUDE_REF, GPS_LATITUDE, GPS_LONGITUDE_REF, GPS_LONGITUDE, GPS_TIME, GPS_DATE = 0, 1, 2, 3, 4, 7, 29

_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MAX_ENTRIES = 2000
_DATE = re.compile(r"\s*(\d{4})([:/.-])(\d{1,2})\2(\d{1,2})[ T]+(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)", re.ASCII)
# The first digital cameras that wrote a date came after this year began; clocks that were never set show 1970 or 1980.
_FIRST_YEAR = 1990
# Local time runs up to 14 hours ahead of UTC, and a clock may be some hours wrong.
_AHEAD = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
# Quarter-hour zones in use since 2007, when phones began to write EXIF (tz database); all others are whole hours.
_ODD_MINUTES = frozenset({-570, -270, -210, -150, 210, 270, 330, 345, 390, 510, 525, 570, 630, 765, 825})
# A fix may be older than the shot; beyond this the difference says nothing about the zone.
_STALEST_FIX = timedelta(minutes=2)
# Zones run up to some four hours ahead of the sun (western China), and a coarse check is all that is wanted.
_SUN_TOLERANCE = timedelta(hours=4)


class Entry(NamedTuple):
    """An entry of an EXIF directory: which directory, tag, type, number of values, where entry and value lie."""

    ifd: int
    tag: int
    kind: int
    number: int
    entry_at: int
    value_at: int
    size: int


@dataclass(frozen=True, slots=True)
class Exif:
    """What a picture's EXIF says that this program asks for; all None where nothing can be read."""

    taken: CaptureTime | None = None
    camera: str | None = None
    place: tuple[float, float] | None = None
    orientation: int = 1
    hdr_frame: int | None = None
    size: tuple[int, int] | None = None
    """Width and height of the picture that the block says it describes, as it lies in the file."""


def tiff_block(exif: bytes) -> bytes:
    """The TIFF inside an EXIF block, whose six bytes of heading are optional."""
    return exif[6:] if exif.startswith(b"Exif\x00") else exif


def byte_order(tiff: bytes | bytearray) -> str | None:
    """The sign struct uses for the block's byte order, None when it is no TIFF."""
    return {b"II*\x00": "<", b"MM\x00*": ">"}.get(bytes(tiff[:4]))


def entries(tiff: bytes) -> Iterator[Entry]:
    """Every entry that can be reached; `ifd` is 0 for the first directory, THUMBNAIL_IFD, EXIF_IFD or GPS_IFD."""
    order = byte_order(tiff)
    if order is None or len(tiff) < 8:
        return
    waiting = [(0, struct.unpack_from(order + "L", tiff, 4)[0])]
    seen: set[int] = set()
    total = 0
    while waiting and total < _MAX_ENTRIES:
        ifd, at = waiting.pop(0)
        if at in seen or at < 8 or at + 2 > len(tiff):
            continue
        seen.add(at)
        for entry in directory(tiff, ifd, at):
            total += 1
            yield entry
            if entry.tag in (EXIF_IFD, GPS_IFD) and entry.number == 1 and ifd in MAIN_IFDS and entry.size == 4:
                waiting.append((entry.tag, struct.unpack_from(order + "L", tiff, entry.value_at)[0]))
        following = at + 2 + 12 * struct.unpack_from(order + "H", tiff, at)[0]
        if ifd in MAIN_IFDS and following + 4 <= len(tiff):
            waiting.append((THUMBNAIL_IFD, struct.unpack_from(order + "L", tiff, following)[0]))


def directory(tiff: bytes, ifd: int, at: int) -> Iterator[Entry]:
    """The usable entries of the one directory that begins at this place."""
    order = byte_order(tiff) or "<"
    (count,) = struct.unpack_from(order + "H", tiff, at)
    for entry_at in range(at + 2, at + 2 + 12 * min(count, _MAX_ENTRIES), 12):
        if entry_at + 12 > len(tiff):
            return
        tag, kind, number = struct.unpack_from(order + "HHL", tiff, entry_at)
        size = _TYPE_SIZES.get(kind, 0) * number
        value_at = entry_at + 8 if size <= 4 else struct.unpack_from(order + "L", tiff, entry_at + 8)[0]
        if size and value_at + size <= len(tiff):
            yield Entry(ifd, tag, kind, number, entry_at, value_at, size)


def read_exif(exif: bytes | None) -> Exif:
    """Capture time, camera, place and orientation; whatever is broken is left out."""
    if not exif:
        return Exif()
    tiff = tiff_block(exif)
    found: dict[tuple[int, int], Entry] = {}
    for entry in entries(tiff):
        found.setdefault((entry.ifd, entry.tag), entry)
    reader = _Reader(tiff, found)
    place = _place(reader)
    (orientation,) = reader.numbers(0, ORIENTATION)[:1] or (1.0,)
    return Exif(
        taken=_capture_time(reader, place),
        camera=_camera(reader.text(0, MAKE), reader.text(0, MODEL)),
        place=place,
        orientation=int(orientation) if orientation in range(1, 9) else 1,
        hdr_frame=_hdr_frame(reader.raw(EXIF_IFD, MAKER_NOTE)),
        size=_size(reader),
    )


def _size(reader: _Reader) -> tuple[int, int] | None:
    sides = [reader.numbers(EXIF_IFD, tag)[:1] for tag in (PIXEL_WIDTH, PIXEL_HEIGHT)]
    width, height = (int(side[0]) if side and 0 < side[0] < 1e6 else 0 for side in sides)
    return (width, height) if width and height else None


@dataclass(frozen=True, slots=True)
class _Reader:
    """The entries' values as text and numbers; empty where there is nothing usable."""

    tiff: bytes
    found: dict[tuple[int, int], Entry]

    def text(self, ifd: int, tag: int) -> str:
        entry = self.found.get((ifd, tag))
        if entry is None or entry.kind not in (1, 2, 7):
            return ""
        raw = self.tiff[entry.value_at : entry.value_at + min(entry.size, 256)]
        return raw.split(b"\x00", 1)[0].decode("latin-1").strip()

    def raw(self, ifd: int, tag: int) -> bytes:
        entry = self.found.get((ifd, tag))
        return b"" if entry is None else self.tiff[entry.value_at : entry.value_at + entry.size]

    def numbers(self, ifd: int, tag: int) -> tuple[float, ...]:
        entry = self.found.get((ifd, tag))
        if entry is None or entry.number > 8:
            return ()
        order = byte_order(self.tiff) or "<"
        letters = {3: "H", 4: "L", 5: "LL", 8: "h", 9: "l", 10: "ll", 11: "f", 12: "d"}.get(entry.kind)
        if letters is None:
            return ()
        values = struct.unpack_from(order + letters * entry.number, self.tiff, entry.value_at)
        if len(letters) == 1:
            return tuple(float(value) for value in values)
        pairs = list(zip(values[::2], values[1::2], strict=True))
        return tuple(above / below for above, below in pairs) if all(below for _, below in pairs) else ()


def _hdr_frame(note: bytes) -> int | None:
    """HDR_MERGED or HDR_NORMAL, where Apple's maker note says that the picture is one of such a pair.

    The note is a heading of twelve bytes, a byte order and one directory (ExifTool, Apple.pm).
    """
    order = {b"MM": ">", b"II": "<"}.get(note[12:14])
    if not note.startswith(b"Apple iOS\x00") or order is None or len(note) < 16:
        return None
    (count,) = struct.unpack_from(order + "H", note, 14)
    for at in range(16, min(16 + 12 * count, len(note) - 11), 12):
        tag, kind, number, value = struct.unpack_from(order + "HHLl", note, at)
        if (tag, kind, number) == (HDR_IMAGE_TYPE, 9, 1) and value in (HDR_MERGED, HDR_NORMAL):
            return int(value)
    return None


def _camera(make: str, model: str) -> str | None:
    if make and model.lower().startswith(make.lower()):
        return model
    return f"{make} {model}".strip() or None


def _place(reader: _Reader) -> tuple[float, float] | None:
    """Latitude and longitude in degrees; the 0/0 that phones write without a fix is no place."""
    degrees = []
    for tag, reference, negative, limit in (
        (GPS_LATITUDE, GPS_LATITUDE_REF, "S", 90.0),
        (GPS_LONGITUDE, GPS_LONGITUDE_REF, "W", 180.0),
    ):
        parts = reader.numbers(GPS_IFD, tag)
        if not 1 <= len(parts) <= 3:
            return None
        value = sum(part / 60**power for power, part in enumerate(parts))
        if not 0.0 <= abs(value) <= limit:
            return None
        degrees.append(-value if reader.text(GPS_IFD, reference).upper().startswith(negative) else value)
    return None if degrees == [0.0, 0.0] else (degrees[0], degrees[1])


def _capture_time(reader: _Reader, place: tuple[float, float] | None) -> CaptureTime | None:
    for time_tag, subsec_tag, offset_tag in (
        (ORIGINAL, SUBSEC_ORIGINAL, OFFSET_ORIGINAL),
        (DIGITIZED, SUBSEC_DIGITIZED, OFFSET_DIGITIZED),
    ):
        local = _moment(reader.text(EXIF_IFD, time_tag))
        if local is None:
            continue
        microseconds = _microseconds(reader.text(EXIF_IFD, subsec_tag))
        offset = _offset(reader.text(EXIF_IFD, offset_tag))
        if offset is None:
            offset = _offset_by_satellite(reader, local, place)
        return CaptureTime(local.replace(microsecond=microseconds or 0), microseconds is not None, offset)
    return None


def _moment(text: str) -> datetime | None:
    """A wall-clock time as EXIF writes it; all zeros, months of 13 and impossible years are none."""
    read = _DATE.match(text)
    if read is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in read.group(1, 3, 4, 5, 6, 7))
    try:
        local = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001  (a wall clock has no zone)
    except ValueError:
        return None
    return local if is_plausible(local) else None


def is_plausible(local: datetime) -> bool:
    """Whether a camera can have taken a picture then: after digital cameras came, and before tomorrow is over."""
    return local.year >= _FIRST_YEAR and local <= datetime.now(UTC).replace(tzinfo=None) + _AHEAD


def _microseconds(text: str) -> int | None:
    """Sub-seconds, which are decimals of any length; all zeros is what cameras write that do not know them."""
    digits = re.match(r"\d*", text)
    decimals = digits.group() if digits else ""
    if len(decimals) < 2 or not decimals.strip("0"):
        return None
    return int(decimals[:6].ljust(6, "0"))


def _offset(text: str) -> timedelta | None:
    if text == "Z":
        return timedelta(0)
    read = re.match(r"([+-])(\d{2}):?(\d{2})$", text)
    if read is None:
        return None
    minutes = int(read[2]) * 60 + int(read[3])
    return timedelta(minutes=minutes if read[1] == "+" else -minutes) if minutes <= 14 * 60 else None


def _offset_by_satellite(reader: _Reader, local: datetime, place: tuple[float, float] | None) -> timedelta | None:
    """The zone from the satellites' time: the difference rounded to a quarter hour, if such a zone exists there."""
    clock = reader.numbers(GPS_IFD, GPS_TIME)
    if len(clock) != 3 or not all(0 <= part < limit for part, limit in zip(clock, (24, 60, 61), strict=True)):
        return None
    of_day = timedelta(hours=clock[0], minutes=clock[1], seconds=clock[2])
    day = _moment(reader.text(GPS_IFD, GPS_DATE).replace("-", ":") + " 00:00:00")
    midnight = local.replace(hour=0, minute=0, second=0)
    days = [day] if day and abs(day - midnight) <= timedelta(days=1) else [midnight + timedelta(n) for n in (-1, 0, 1)]
    fitting = {offset for day in days if (offset := _zone(local - (day + of_day), place)) is not None}
    return fitting.pop() if len(fitting) == 1 else None


def _zone(difference: timedelta, place: tuple[float, float] | None) -> timedelta | None:
    offset = round(difference / _QUARTER) * _QUARTER
    minutes = int(offset / timedelta(minutes=1))
    if abs(difference - offset) > _STALEST_FIX or not -12 * 60 <= minutes <= 14 * 60:
        return None
    if minutes % 60 and minutes not in _ODD_MINUTES:
        return None
    if place is None:
        # Equal clocks may be local time written twice; only a place near Greenwich makes that a zone.
        return offset if minutes else None
    from_sun = offset - timedelta(hours=place[1] / 15)
    if minutes == 0 and not -26.0 <= place[1] <= 3.0:
        return None
    return offset if abs(from_sun) <= _SUN_TOLERANCE else None


def upright_exif(exif: bytes | None, size: tuple[int, int]) -> bytes | None:
    """The block for a picture that has been turned: orientation 1, the true size; nothing moves, all else stays."""
    if not exif or byte_order(tiff_block(exif)) is None:
        return None
    tiff = bytearray(tiff_block(exif))
    order = byte_order(tiff) or "<"
    wanted = {ORIENTATION: 1, PIXEL_WIDTH: size[0], PIXEL_HEIGHT: size[1]}
    for entry in entries(bytes(tiff)):
        letter = {3: "H", 4: "L"}.get(entry.kind)
        if entry.tag in wanted and entry.number == 1 and letter and wanted[entry.tag] < 1 << (8 * entry.size):
            struct.pack_into(order + letter, tiff, entry.value_at, wanted[entry.tag])
    return EXIF_HEADING + bytes(tiff)
