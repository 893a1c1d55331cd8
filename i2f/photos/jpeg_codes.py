"""The codes of a baseline JPEG's last scan, read one by one: do they end where its coded data ends?

This answers for certain what jpeg_entropy.py finds out quickly by trying: whether the codes are neither too few nor too
many for the picture. It takes about a second for each megabyte, since Python reads every code, so it is asked only
where the trial speaks against a file. It reads lengths and never makes a pixel: each code of ITU T.81, annex F, says
how many bits follow it and how many coefficients it stands for, and that is enough to walk from block to block.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from i2f.photos.formats import end_of_scan, jpeg_segments

DHT, SOS, DRI, SOF_BASELINE, SOF_EXTENDED = 0xC4, 0xDA, 0xDD, 0xC0, 0xC1
_RESTART = re.compile(rb"\xff+[\xd0-\xd7]")
_COEFFICIENTS = 64
_PREFIX_BITS = 16
_NO_CODE = (0, 0)


@dataclass(frozen=True, slots=True)
class _Component:
    """One colour of the frame: how finely it is sampled."""

    across: int
    down: int


@dataclass(slots=True)
class _Headings:
    """What stands before the last scan: the frame, the tables by class and number, the restart interval."""

    width: int = 0
    height: int = 0
    components: dict[int, _Component] = field(default_factory=dict)
    tables: dict[int, bytes] = field(default_factory=dict)
    restart_interval: int = 0


# For every 16 bits: how many of them are the code and what follows it, and how many coefficients it stands for.
_Table = list[tuple[int, int]]


def codes_come_out_even(data: bytes) -> bool:
    """Whether the last scan of this baseline JPEG holds exactly the codes of its picture, and nothing after them."""
    headings, scan, codes = _last_scan(data)
    stretches = _RESTART.split(codes)
    units, blocks = _units_of(headings, scan)
    interval = headings.restart_interval or units
    if len(stretches) != -(-units // interval):
        return False
    # Earlier stretches ended where a restart stands; that they are complete the trial has shown.
    left = units - (len(stretches) - 1) * interval
    return _fills(stretches[-1], blocks, left)


def _last_scan(data: bytes) -> tuple[_Headings, bytes, bytes]:
    """The headings in force, the scan's own heading, and its coded data."""
    headings, scan, codes = _Headings(), b"", b""
    for segment in jpeg_segments(data):
        body = data[segment.begin : segment.end]
        if segment.marker == DHT:
            at = 0
            while at + 17 <= len(body):
                end = at + 17 + sum(body[at + 1 : at + 17])
                headings.tables[body[at]] = body[at + 1 : end]
                at = end
        elif segment.marker == DRI:
            (headings.restart_interval,) = struct.unpack_from(">H", body)
        elif segment.marker in (SOF_BASELINE, SOF_EXTENDED):
            headings.height, headings.width, count = struct.unpack_from(">xHHB", body)
            headings.components = {
                body[6 + 3 * place]: _Component(body[7 + 3 * place] >> 4, body[7 + 3 * place] & 15)
                for place in range(count)
            }
        elif segment.marker == SOS:
            scan, codes = body, data[segment.end : end_of_scan(data, segment.end)]
    return headings, scan, codes


def _units_of(headings: _Headings, scan: bytes) -> tuple[int, list[tuple[_Table, _Table]]]:
    """How many units the scan has, and for each block of a unit its tables (ITU T.81, A.2)."""
    chosen = [(headings.components[scan[1 + 2 * place]], scan[2 + 2 * place]) for place in range(scan[0])]
    widest = max(one.across for one in headings.components.values())
    tallest = max(one.down for one in headings.components.values())
    if len(chosen) == 1:  # alone in its scan a colour has only the blocks that its part of the picture needs
        one, tables = chosen[0]
        columns = -(-headings.width * one.across // widest)
        rows = -(-headings.height * one.down // tallest)
        return -(-columns // 8) * -(-rows // 8), [_pair(headings, tables)]
    units = -(-headings.width // (8 * widest)) * -(-headings.height // (8 * tallest))
    return units, [_pair(headings, tables) for one, tables in chosen for _ in range(one.across * one.down)]


def _pair(headings: _Headings, numbers: int) -> tuple[_Table, _Table]:
    return _table(headings.tables[numbers >> 4]), _table(headings.tables[0x10 | numbers & 15], is_ac=True)


def _table(lengths_and_symbols: bytes, *, is_ac: bool = False) -> _Table:
    """The table spread over all 16-bit beginnings (ITU T.81, C.2); `_NO_CODE` where no code begins so."""
    table = [_NO_CODE] * (1 << _PREFIX_BITS)
    code, symbols = 0, iter(lengths_and_symbols[16:])
    for length, count in enumerate(lengths_and_symbols[:16], start=1):
        for _ in range(count):
            symbol = next(symbols, 0)
            begin, end = code << (_PREFIX_BITS - length), (code + 1) << (_PREFIX_BITS - length)
            meaning = (length + (symbol & 15), _step(symbol)) if is_ac else (length + symbol, 1)
            table[begin:end] = [meaning] * (end - begin)
            code += 1
        code <<= 1
    return table


def _step(symbol: int) -> int:
    """How many coefficients a symbol stands for: zeros and one that is none, sixteen zeros, or all that are left."""
    return (symbol >> 4) + 1 if symbol & 15 or symbol == 0xF0 else _COEFFICIENTS


def _fills(stretch: bytes, blocks: list[tuple[_Table, _Table]], units: int) -> bool:
    """Whether a stretch of coded data holds so many units, and after them less than a byte."""
    plain = stretch.rstrip(b"\xff").replace(b"\xff\x00", b"\xff")  # bare FF bytes at the end only fill
    padded, end, at = plain + b"\xff\xff\xff", 8 * len(plain), 0
    for _ in range(units):
        for first, others in blocks:
            table, coefficient = first, 0
            while coefficient < _COEFFICIENTS:
                byte = at >> 3
                window = padded[byte] << 16 | padded[byte + 1] << 8 | padded[byte + 2]
                taken, step = table[window >> (8 - (at & 7)) & 0xFFFF]
                at += taken
                coefficient += step
                if not taken or at > end:
                    return False
                table = others
    return end - at < 8
