"""HEIC files as phones lay them out, built box by box around coded pictures of the real encoder.

pillow-heif writes one picture, or several beside each other; an iPhone writes fifty tiles, a grid that joins them, a
gain map, since iOS 18 a tone-mapped version made of both (`tmap`, ISO 21496-1), and further items. What iOS 18 writes
is described in strukturag/libheif issues 1190, 1213 and 1573 (read November 2026): the gain map is an auxiliary picture
of two items at once, and one item is a `uri ` of 58 kB.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pillow_heif
from PIL import Image

from i2f.photos.isobmff import boxes, read_items
from tests.support.photographs import QUICK_HEIC, box, display_p3

AUX_GAIN_MAP = b"urn:com:apple:photo:2020:aux:hdrgainmap\x00"
IOS_18 = (b"mif1", b"MiHB", b"MiHE", b"MiPr", b"miaf", b"heic", b"tmap")


@dataclass(frozen=True)
class Item:
    """An item of the file: its type (`infe` may hold more behind it), contents, properties, references to others."""

    kind: bytes
    content: bytes
    properties: tuple[bytes, ...] = ()
    points: tuple[tuple[bytes, tuple[int, ...]], ...] = ()
    more: bytes = b""
    in_idat: bool = False
    is_hidden: bool = False


@dataclass
class Heif:
    """Items in order, numbered from 1; the picture that is shown; groups."""

    items: list[Item] = field(default_factory=list)
    primary: int = 1
    groups: tuple[bytes, ...] = ()

    def add(self, item: Item) -> int:
        """The item's number."""
        self.items.append(item)
        return len(self.items)

    def to_bytes(self, brands: Sequence[bytes] = IOS_18) -> bytes:
        """The file: heading, tables, coded data."""
        heading = box(b"ftyp", b"heic", bytes(4), *brands)
        data_at = len(heading) + len(self._meta(0)) + 8
        return heading + self._meta(data_at) + box(b"mdat", *(one.content for one in self.items if not one.in_idat))

    def _meta(self, data_at: int) -> bytes:
        listed: list[bytes] = []
        links, places, entries, references = [], [], [], []
        idat = b""
        for number, item in enumerate(self.items, 1):
            at = len(idat) if item.in_idat else data_at
            places.append(struct.pack(">HHHHLL", number, item.in_idat, 0, 1, at, len(item.content)))
            if item.in_idat:
                idat += item.content
            else:
                data_at += len(item.content)
            about = struct.pack(">LHH", 2 << 24 | item.is_hidden, number, 0)
            entries.append(box(b"infe", about, item.kind, b"\x00", item.more))
            listed += [one for one in item.properties if one not in listed]
            numbers = [listed.index(one) + 1 for one in item.properties]
            essential = [0x80 * (one[4:8] in (b"hvcC", b"irot", b"imir")) for one in item.properties]
            links.append(
                struct.pack(">HB", number, len(numbers))
                + bytes(one | flag for one, flag in zip(numbers, essential, strict=True))
            )
            references += [box(kind, struct.pack(f">HH{len(to)}H", number, len(to), *to)) for kind, to in item.points]
        count = len(self.items)
        parts = [
            box(b"hdlr", bytes(4), b"pict", bytes(13), version=0),
            box(b"pitm", struct.pack(">H", self.primary), version=0),
            box(b"iinf", struct.pack(">H", count), *entries, version=0),
            box(b"iref", *references, version=0),
            box(b"iprp", box(b"ipco", *listed), box(b"ipma", struct.pack(">L", count), *links, version=0)),
            *([box(b"grpl", *self.groups)] if self.groups else []),
            box(b"idat", idat),
            box(b"iloc", b"\x44\x00", struct.pack(">H", count), *places, version=1),
        ]
        return box(b"meta", *parts, version=0)


def coded(image: Image.Image, tile: int = 0, deep: bool = False) -> tuple[bytes, tuple[bytes, ...]]:
    """The picture as the real encoder codes it, whole or in tiles: the box with its parameters, the coded pictures."""
    return _coded(image.mode, image.size, image.tobytes(), tile, deep)


@lru_cache(maxsize=16)
def _coded(mode: str, size: tuple[int, int], pixels: bytes, tile: int, deep: bool) -> tuple[bytes, tuple[bytes, ...]]:
    image, buffer = Image.frombytes(mode, size, pixels), io.BytesIO()
    options = {"quality": 92, "enc_params": dict(QUICK_HEIC), **({"tile_size": tile} if tile else {})}
    if deep:
        values = np.asarray(image.convert("RGB")).astype(np.uint16) * 257
        pillow_heif.from_bytes("RGB;16", size, values.tobytes()).save(buffer, **options)
    else:
        image.save(buffer, "HEIF", **options)
    data = buffer.getvalue()
    found = read_items(data)
    parts = (
        data[offset : offset + length]
        for item, kind in sorted(found.kinds.items())
        if kind == b"hvc1"
        for offset, length in found.places[item]
    )
    return _parameters(data), tuple(parts)


def _parameters(data: bytes) -> bytes:
    def inside(kind: bytes, begin: int, end: int, skipped: int = 0) -> tuple[int, int]:
        return next((one.begin + skipped, one.end) for one in boxes(data, begin, end) if one.kind == kind)

    begin, end = inside(b"hvcC", *inside(b"ipco", *inside(b"iprp", *inside(b"meta", 0, len(data), 4))))
    return box(b"hvcC", data[begin:end])


def extent(width: int, height: int) -> bytes:
    """The property that tells a picture's size."""
    return box(b"ispe", struct.pack(">LL", width, height), version=0)


def add_grid(heif: Heif, image: Image.Image, tile: int, deep: bool = False, more: tuple[bytes, ...] = ()) -> int:
    """Tiles and the grid that joins them, with these further properties; the grid's number."""
    parameters, parts = coded(image, tile, deep)
    tiles = tuple(heif.add(Item(b"hvc1", part, (parameters, extent(tile, tile)), is_hidden=True)) for part in parts)
    across, down = -(-image.width // tile), -(-image.height // tile)
    assert across * down == len(tiles)
    content = struct.pack(">BBBBHH", 0, 0, down - 1, across - 1, *image.size)
    return heif.add(Item(b"grid", content, (extent(*image.size), *more), ((b"dimg", tiles),), in_idat=True))


def ios_18(image: Image.Image, exif: bytes, tile: int = 256, deep: bool = False, turn: bytes = b"") -> bytes:
    """A HEIC as an iPhone with iOS 18 writes it, Display P3, with all that lies beside the picture."""
    heif = Heif()
    turns = (turn,) if turn else ()
    heif.primary = picture = add_grid(heif, image, tile, deep, (box(b"colr", b"prof", display_p3()), *turns))
    gain = image.convert("L").resize((image.width // 2, image.height // 2))
    parameters, (part,) = coded(gain)
    toned = len(heif.items) + 2
    aux = box(b"auxC", AUX_GAIN_MAP, version=0)
    gain_map = heif.add(
        Item(
            b"hvc1", part, (parameters, extent(*gain.size), aux, *turns), ((b"auxl", (picture, toned)),), is_hidden=True
        )
    )
    fractions = struct.pack(">BHHB14L", 0, 0, 0, 0x40, 0, 1, 2, 1, *(0, 1, 2, 1, 1, 1, 1, 64, 1, 64))
    heif.add(Item(b"tmap", fractions, (extent(*image.size), *turns), ((b"dimg", (picture, gain_map)),), in_idat=True))
    small = image.resize((160, 120))
    parameters, (part,) = coded(small)
    heif.add(Item(b"hvc1", part, (parameters, extent(*small.size)), ((b"thmb", (picture,)),)))
    heif.add(Item(b"Exif", struct.pack(">L", 6) + exif, (), ((b"cdsc", (picture, toned)),)))
    heif.add(
        Item(
            b"mime", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", (), ((b"cdsc", (gain_map,)),), b"application/rdf+xml\x00"
        )
    )
    heif.add(
        Item(
            b"uri ",
            bytes(range(1, 250)) * 230,
            (),
            ((b"cdsc", (picture,)),),
            b"tag:apple.com,2023:photo:metadata:styles\x00",
        )
    )
    heif.groups = (box(b"altr", struct.pack(">4L", 99, 2, toned, picture), version=0),)
    return heif.to_bytes()


def burst(pictures: Sequence[Image.Image], shown: int, exif: bytes) -> bytes:
    """Several pictures of one kind beside each other, one of them the one that is shown."""
    heif = Heif()
    grids = [add_grid(heif, picture, 256) for picture in pictures]
    heif.primary = grids[shown]
    heif.add(Item(b"Exif", struct.pack(">L", 6) + exif, (), ((b"cdsc", (grids[shown],)),)))
    return heif.to_bytes((b"mif1", b"heic"))
