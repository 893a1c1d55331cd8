"""HEIC and AVIF are boxes: where their items lie, and whether the coded data in them can be whole.

A HEIC of a phone is a grid of some fifty tiles, each an item of its own. libheif fills a tile it cannot decode
with grey and says nothing, so a file whose last half is zeros looks well in its thumbnail. Two things in the
structure give it away. The item table points beyond the end of a file that was cut. And coded HEVC data never
holds 00 00 00, 00 00 01 or 00 00 02, since the encoder breaks every such run with a 03 (ITU-T H.265, 7.4.1.1);
where they stand, blocks of the file are missing. AVIF has no such mark; there the zeros at the end must do.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from i2f.photos.flaws import CUT_SHORT, DAMAGED, Chunk, FlawError

# Compressed data never ends in this many zeros; a file whose last blocks were not copied does.
ZERO_TAIL_BYTES = 64
_NEVER_IN_HEVC = (b"\x00\x00\x00", b"\x00\x00\x01", b"\x00\x00\x02")
# EXIF orientation for 0 to 3 quarter turns counter-clockwise, then no mirror, left to right, or upside down.
_ORIENTATIONS = {None: (1, 8, 3, 6), 0: (2, 7, 4, 5), 1: (4, 5, 2, 7)}
_HEVC_ITEMS = frozenset({b"hvc1"})
_CODED_ITEMS = _HEVC_ITEMS | {b"av01", b"jpeg"}


class Items(NamedTuple):
    """What the `meta` box tells of the file's items: where each lies, of which type, which one is the picture.

    `places` are those of items in the file itself, `listed` also the few that lie in the box `idat`.
    """

    places: Mapping[int, list[tuple[int, int]]]
    listed: frozenset[int]
    kinds: Mapping[int, bytes]
    primary: int
    length_bytes: int
    properties: Mapping[int, list[Chunk]]


class JpegItem(NamedTuple):
    """A JPEG that is a HEIC's picture, its EXIF block, and the EXIF orientation that its turn amounts to."""

    jpeg: bytes
    exif: bytes | None
    orientation: int


def boxes(data: bytes, begin: int, end: int) -> Iterator[Chunk]:
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


def is_sequence(data: bytes) -> bool:
    """Whether the file is a film of pictures (ISO 23008-12, 7.2) without one that stands for itself."""
    is_film = False
    with suppress(FlawError):  # what follows the tables may be cut
        for box in boxes(data, 0, len(data)):
            is_film |= box.kind == b"moov"
            if box.kind == b"meta" and b"pict" in data[box.begin : box.begin + 64]:  # the handler of its items
                return False
    return is_film


def check_boxes(data: bytes) -> None:
    """Raise FlawError where an item is missing, in part or whole; boxes after the last needed one are not looked at."""
    items = read_items(data)
    for item, kind in items.kinds.items():
        if kind in _CODED_ITEMS and item not in items.listed:
            raise FlawError(DAMAGED)
    for item, extents in items.places.items():
        if any(offset + length > len(data) for offset, length in extents):
            raise FlawError(CUT_SHORT)
        if items.kinds.get(item) in _CODED_ITEMS:
            coded = _bytes(data, items, item)
            if not coded or coded.endswith(bytes(ZERO_TAIL_BYTES)):
                raise FlawError(CUT_SHORT)
            if items.kinds[item] in _HEVC_ITEMS:
                _check_hevc(coded, items.length_bytes)
    if data.endswith(bytes(ZERO_TAIL_BYTES)):
        raise FlawError(CUT_SHORT)


def read_items(data: bytes) -> Items:
    """The item tables of the file; FlawError when there are none."""
    meta = _meta(data)
    places: dict[int, list[tuple[int, int]]] = {}
    listed: frozenset[int] = frozenset()
    kinds: dict[int, bytes] = {}
    primary, length_bytes = 0, 4
    properties: dict[int, list[Chunk]] = {}
    for box in boxes(data, meta.begin + 4, meta.end):
        if box.kind == b"iloc":
            found = list(_item_places(data, box))
            listed = frozenset(item for item, _, _ in found)
            places = {item: extents for item, method, extents in found if method == 0}
        elif box.kind == b"iinf":
            kinds = dict(_item_kinds(data, box))
        elif box.kind == b"pitm":
            primary = int.from_bytes(data[box.begin + 4 : box.end], "big")
        elif box.kind == b"iprp":
            length_bytes, properties = _length_bytes(data, box), dict(_properties(data, box))
    return Items(places, listed, kinds, primary, length_bytes, properties)


def jpeg_item(data: bytes) -> JpegItem | None:
    """The picture of a HEIC that is a plain JPEG (ISO 23008-12, annex H), which usual builds of libheif cannot read."""
    items = read_items(data)
    if items.kinds.get(items.primary) != b"jpeg" or items.primary not in items.places:
        return None
    exif = next((_bytes(data, items, item) for item, kind in items.kinds.items() if kind == b"Exif"), b"")
    heading = 4 + int.from_bytes(exif[:4], "big")
    quarters, mirror = 0, None
    for box in items.properties.get(items.primary, ()):
        if box.kind == b"irot":
            quarters = data[box.begin] & 3
        elif box.kind == b"imir":
            mirror = data[box.begin] & 1
    return JpegItem(_bytes(data, items, items.primary), exif[heading:] or None, _ORIENTATIONS[mirror][quarters])


def coded_colours(data: bytes) -> tuple[int, int] | None:
    """Primaries and transfer curve of the picture as numbers of ITU-T H.273; None where it has a profile or nothing."""
    items = read_items(data)
    colours = [box for box in items.properties.get(items.primary, ()) if box.kind == b"colr"]
    if not colours or any(data[box.begin : box.begin + 4] != b"nclx" for box in colours):
        return None
    primaries, transfer = struct.unpack_from(">HH", data, colours[0].begin + 4)
    return int(primaries), int(transfer)


def _bytes(data: bytes, items: Items, item: int) -> bytes:
    return b"".join(data[offset : offset + length] for offset, length in items.places.get(item, ()))


def _meta(data: bytes) -> Chunk:
    meta = None
    try:
        for box in boxes(data, 0, len(data)):
            meta = box if box.kind == b"meta" else meta
    except FlawError:
        if meta is None:
            raise
    if meta is None:
        raise FlawError(DAMAGED)
    return meta


def _item_places(data: bytes, box: Chunk) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """The item table `iloc` (ISO 14496-12, 8.11.3): of each item the id, how it is stored, (offset, length) pairs."""
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
        yield item, method, extents


def _item_kinds(data: bytes, box: Chunk) -> Iterator[tuple[int, bytes]]:
    """The types of the items, from `iinf` and its `infe` (ISO 14496-12, 8.11.6)."""
    counted = 4 + (2 if data[box.begin] == 0 else 4)
    for entry in boxes(data, box.begin + counted, box.end):
        version = data[entry.begin]
        if entry.kind == b"infe" and version in (2, 3):
            wide = 4 if version == 3 else 2
            at = entry.begin + 4
            yield int.from_bytes(data[at : at + wide], "big"), data[at + wide + 2 : at + wide + 6]


def _length_bytes(data: bytes, properties: Chunk) -> int:
    """How many bytes give the length of a coded unit, as `hvcC` says (ISO 14496-15, 8.3.3.1)."""
    for container in boxes(data, properties.begin, properties.end):
        if container.kind == b"ipco":
            for box in boxes(data, container.begin, container.end):
                if box.kind == b"hvcC" and box.end - box.begin > 21:
                    return (data[box.begin + 21] & 3) + 1
    return 4


def _properties(data: bytes, properties: Chunk) -> Iterator[tuple[int, list[Chunk]]]:
    """For each item the boxes that are linked with it, in the order in which they apply (ISO 14496-12, 8.11.14)."""
    inner = {box.kind: box for box in boxes(data, properties.begin, properties.end)}
    if b"ipco" not in inner or b"ipma" not in inner:
        return
    listed = list(boxes(data, inner[b"ipco"].begin, inner[b"ipco"].end))
    at = inner[b"ipma"].begin
    wide_ids, wide_indices = data[at] > 0, data[at + 3] & 1
    (count,) = struct.unpack_from(">L", data, at + 4)
    at += 8
    for _ in range(count):
        item, number = struct.unpack_from(">LB" if wide_ids else ">HB", data, at)
        at += 5 if wide_ids else 3
        linked = []
        for _ in range(number):
            index = int.from_bytes(data[at : at + 1 + wide_indices], "big") & (0x7FFF if wide_indices else 0x7F)
            at += 1 + wide_indices
            if 0 < index <= len(listed):
                linked.append(listed[index - 1])
        yield item, linked


def _check_hevc(data: bytes, length_bytes: int) -> None:
    """Coded units must fill the item exactly, and none may hold what the coding rules out."""
    at, end = 0, len(data)
    while at < end:
        unit = at + length_bytes
        at = unit + int.from_bytes(data[at:unit], "big")
        if unit >= end or at <= unit or at > end:
            raise FlawError(CUT_SHORT if not any(data[unit:end]) else DAMAGED)
        padded = at - len(data[max(unit, at - 8) : at]) + len(data[max(unit, at - 8) : at].rstrip(b"\x00"))
        holes = [hole for pattern in _NEVER_IN_HEVC if (hole := data.find(pattern, unit, padded)) >= 0]
        if holes:
            raise FlawError(CUT_SHORT if not any(data[min(holes) : at]) else DAMAGED)
