"""The HTML pages of a data export, read to the same posts as its JSON.

A page is a row of blocks, one a post (class `_a6-g`), each with a caption (`_a6-h`), the time (`_a6-o`), pictures and
videos by their paths, and a table whose rows name latitude and longitude. Only classes count: the tags around them
changed with the years.

The time is a wall clock to the minute whose zone the page does not name. In the two published exports that could be
compared with JSON (April 2022 and November 2024, 3,496 posts of one San Francisco account) it is UTC-8 in summer and
winter. Whether other accounts get UTC-8 too is unknown, so these times are a start, and export_merge.py corrects them
where JSON of the same posts is at hand. Month names follow the account's language; those of nine languages are known,
and dates in numbers that begin with the year. A time in any other form is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

from i2f.ground.archives import read_whole
from i2f.ground.errors import FolderError
from i2f.instagram.export_files import ExportFiles, content_of
from i2f.instagram.posts import MINUTE, Content, Medium, Post, PostKind, PostPlace

PAGE_ZONE = timezone(timedelta(hours=-8))
_BLOCK, _CAPTION, _TIME, _LABEL = "_a6-g", "_a6-h", "_a6-o", "_a6_q"
_VOID = frozenset({"img", "br", "hr", "meta", "link", "input", "source", "area", "base", "col", "embed", "wbr"})
_MAX_BYTES = 512 * 2**20
# Beginnings of the names of months, the longer before the shorter that begin alike.
_MONTHS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, ("jan", "janv", "ene", "gen", "янв", "sty", "oca")),
    (2, ("feb", "fév", "fev", "фев", "lut", "şub")),
    (3, ("mar", "mär", "mrt", "maa", "мар")),
    (4, ("apr", "avr", "abr", "апр", "kwi", "nis")),
    (5, ("may", "mai", "mei", "mag", "май", "мая", "maj")),
    (6, ("jun", "juin", "giu", "июн", "cze", "haz")),
    (7, ("jul", "juil", "lug", "июл", "lip", "tem")),
    (8, ("aug", "aoû", "aou", "ago", "авг", "sie", "ağu")),
    (9, ("sep", "set", "сен", "wrz", "eyl")),
    (10, ("oct", "okt", "ott", "out", "окт", "paź", "eki")),
    (11, ("nov", "ноя", "lis", "kas")),
    (12, ("dec", "dez", "déc", "dic", "дек", "gru", "ara")),
)
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::\d{2})?(?:\s{0,2}([ap])\.?\s?m\.?)?", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[年년./-]\s?(\d{1,2})\s?[月월./-]\s?(\d{1,2})(?!\d)")
_AFTERNOON = re.compile("午後|下午|오후")
_YEAR, _DAY, _WORD = re.compile(r"(?<!\d)\d{4}(?!\d)"), re.compile(r"(?<!\d)\d{1,2}(?!\d)"), re.compile(r"[^\W\d_]{3,}")


def read_html(source: Path, kind: PostKind, files: ExportFiles) -> Iterator[Post]:
    """The posts of one page. FolderError names a file that cannot be read."""
    try:
        text = read_whole(source, _MAX_BYTES).decode("utf-8-sig", "replace")
    except OSError as error:
        raise FolderError(f"{source} cannot be read: {error.strerror or error}") from error
    page = _Page()
    page.feed(text)
    page.close()
    for block in page.blocks:
        media = tuple(_media(block.links, files))
        time = read_wall_clock(" ".join(block.time))
        if media and (time is not None or any(one.path for one in media)):
            yield Post(
                code=None,
                link=None,
                time=time,
                precision=MINUTE,
                caption="".join(block.caption).strip(),
                place=_place("\n".join(block.table)),
                media=media,
                kind=kind,
                source=source,
            )


def read_wall_clock(text: str) -> datetime | None:
    """The minute a page names, as UTC (from UTC-8); None for what is no time, or in a language that is not known."""
    clock, date = _CLOCK.search(text), _date(text)
    if clock is None or date is None:
        return None
    hour = int(clock[1])
    if clock[3] or (_AFTERNOON.search(text) and hour <= 12):
        hour = hour % 12 + 12 * (clock[3] is None or clock[3].lower() == "p")
    try:
        moment = datetime(*date, hour, int(clock[2]), tzinfo=PAGE_ZONE)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _date(text: str) -> tuple[int, int, int] | None:
    """Year, month and day; of dates in numbers only those with the year first, since others can be read in two ways."""
    numbers = _YEAR_FIRST.search(text)
    if numbers is not None:
        return int(numbers[1]), int(numbers[2]), int(numbers[3])
    year = _YEAR.search(text)
    if year is None:
        return None
    day = _DAY.search(_CLOCK.sub(" ", text, count=1).replace(year[0], " "))
    month = next((number for word in _WORD.findall(text.lower()) if (number := _month(word))), None)
    return (int(year[0]), month, int(day[0])) if month and day else None


def _month(word: str) -> int | None:
    return next((number for number, names in _MONTHS if word.startswith(names)), None)


class _Block:
    """What one post's block holds, in the order of the page."""

    def __init__(self) -> None:
        self.caption: list[str] = []
        self.time: list[str] = []
        self.table: list[str] = []
        self.links: list[str] = []


class _Page(HTMLParser):
    """The blocks of a page. An element counts by its class until it is closed, however tags are nested in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[_Block] = []
        self._depth = 0
        self._block: tuple[int, _Block] | None = None
        self._inside: list[tuple[int, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block or a part of one, or note what it shows."""
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._depth += 1
        classes = set(given.get("class", "").split())
        # A block around blocks, as some lists have, holds nothing of its own before the first of them.
        if _BLOCK in classes and (self._block is None or not (self._block[1].links or self._block[1].time)):
            self._block = (self._depth, _Block())
            self._inside.clear()
            self.blocks.append(self._block[1])
        if self._block is None:
            return
        block = self._block[1]
        link = given.get("href" if tag == "a" else "src", "")
        if link and tag in ("a", "img", "video", "source"):
            block.links.append(link)
        part = (
            block.caption if _CAPTION in classes else block.time if _TIME in classes
            else block.table if _LABEL in classes or tag == "td" else None
        )  # fmt: skip
        if part is not None and tag not in _VOID:
            self._inside.append((self._depth, part))
        elif tag in ("br", "p", "div") and self._inside:
            self._inside[-1][1].append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what was begun at this depth."""
        if tag in _VOID:
            return
        if self._inside and self._inside[-1][0] >= self._depth:
            self._inside.pop()
        if self._block is not None and self._block[0] >= self._depth:
            self._block = None
            self._inside.clear()
        self._depth -= 1

    def handle_data(self, data: str) -> None:
        """Keep the text of a part."""
        if self._inside:
            self._inside[-1][1].append(data)


def _media(links: Sequence[str], files: ExportFiles) -> Iterator[Medium]:
    """The files of the export that a block shows or links, each once; a link out of the export is none."""
    for uri in dict.fromkeys(links):
        if re.match(r"[a-z][a-z0-9+.-]*:|//|#", uri, re.IGNORECASE):
            continue
        path = files.find(uri)
        yield Medium(uri, path, content_of(path) if path is not None else Content.MISSING)


def _place(text: str) -> PostPlace | None:
    """Latitude and longitude from the table, whose label and number may stand in one cell or in two."""
    found = [
        re.search(rf"(?:{label})\D{{0,20}}?(-?\d{{1,3}}(?:[.,]\d{{1,12}})?)(?!\d)", text, re.IGNORECASE)
        for label in ("latitud|breitengrad|latitudine|breedtegraad", "longitud|längengrad|longitudine|lengtegraad")
    ]
    if found[0] is None or found[1] is None:
        return None
    latitude, longitude = (float(one[1].replace(",", ".")) for one in found if one)
    usable = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude)
    return PostPlace(None, latitude, longitude) if usable else None
