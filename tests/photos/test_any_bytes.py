"""Whatever stands in a file, a caption or a settings file, its reader tells what it found or refuses in its own words.

Hypothesis makes the inputs and shrinks one that breaks a reader to the smallest that still does.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from i2f.flickr.captions import caption_as_typed
from i2f.ground.errors import SettingsError
from i2f.ground.settings import KEYS, load_settings
from i2f.photos.exif import read_exif
from i2f.photos.flaws import FlawError
from i2f.photos.isobmff import check_boxes
from i2f.sandbox.flickr.captions import as_html

QUICK = settings(max_examples=60, deadline=None, derandomize=True, database=None)
NUMBERS = st.integers(0, 2**32 - 1)
ENTRY = st.builds(
    lambda tag, kind, count, value: struct.pack("<HHII", tag, kind, count, value),
    st.sampled_from([0x010F, 0x0110, 0x0112, 0x8769, 0x8825, 0x9003, 0x0002]),
    st.integers(0, 13),
    NUMBERS,
    st.integers(0, 200),
)
HEADER = b"Exif\0\0II*\0\x08\0\0\0"
TIFF = st.builds(
    lambda entries, rest: HEADER + struct.pack("<H", len(entries)) + b"".join(entries) + rest,
    st.lists(ENTRY, max_size=6),
    st.binary(max_size=80),
)
BOX = st.recursive(
    st.binary(max_size=24),
    lambda inner: st.builds(
        lambda kind, parts, more: struct.pack(">I4s", 8 + sum(map(len, parts)) + more, kind) + b"".join(parts),
        st.sampled_from([b"meta", b"iinf", b"iloc", b"infe", b"iprp", b"mdat"]),
        st.lists(inner, max_size=3),
        st.sampled_from([0, 0, 0, 1, 2**31]),
    ),
    max_leaves=8,
)
PIECES = ("<a href=", '"', ">", "</a>", "&amp;", "&#", "https://instagr.am/p/x", " ", "é", "<b>")
# Every character there is. Hypothesis's own text asks for the category of each, which takes seconds to find out.
TEXT = st.lists(st.one_of(st.integers(0, 0xD7FF), st.integers(0xE000, 0x10FFFF)).map(chr), max_size=40).map("".join)
MARKUP = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
NAMES = st.sampled_from([(key.section, key.name) for key in KEYS] + [("sync", "min_gian"), ("flikr", "api_key")])


@QUICK
@given(st.one_of(TIFF, st.binary(max_size=200)))
@example(b"Exif\0\0II*\0")
def test_broken_exif_is_left_out_and_stops_nothing(data: bytes) -> None:
    assert 0 <= read_exif(data).orientation <= 8


@QUICK
@given(st.lists(BOX, max_size=4).map(b"".join))
def test_broken_boxes_are_a_flaw_and_nothing_else(boxes: bytes) -> None:
    with suppress(FlawError):
        check_boxes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + boxes)


@QUICK
@given(st.one_of(MARKUP, TEXT))
def test_a_caption_sent_back_as_typed_shows_as_before(typed: str) -> None:
    shown = as_html(typed)
    assert as_html(caption_as_typed(shown)) == shown


@pytest.mark.long
@QUICK
@given(st.lists(st.tuples(NAMES, TEXT), max_size=4), TEXT)
def test_a_settings_file_is_read_or_refused_in_words(values: list[tuple[tuple[str, str], str]], odd: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "config.ini"
        lines = [f"[{section}]\n{name} = {value}\n" for (section, name), value in values]
        file.write_text("".join(lines) + odd, encoding="utf-8", errors="replace")
        with suppress(SettingsError):
            load_settings({}, config=file)
