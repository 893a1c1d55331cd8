"""The JSON lists of a data export, 2018 to 2026, read to posts.

Two forms exist. The older (`media.json`) has one entry a picture: caption, taken_at (ISO; of 2019 without offset, which
is UTC all the same), a place's name, a path; the pictures of one post repeat its caption and second. The newer
(`posts_1.json` and its kin, since 2021) has one entry a post with its media; a post of one medium keeps time and
caption there, and some kinds wrap the list in a name of their own.

Since 2021 every text is UTF-8 whose bytes were escaped one by one, which reads as mojibake and is mended; a text that
cannot have come about so is left as it is, like all of the older form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeGuard

from i2f.ground.archives import read_whole
from i2f.ground.errors import FolderError
from i2f.ground.plain_text import without_lone_surrogates
from i2f.instagram.export_files import ExportFiles, content_of
from i2f.instagram.posts import SECOND, CapturedExif, Content, Medium, Post, PostKind, PostPlace

_WRAPPERS = {
    "ig_reels_media": PostKind.REEL,
    "ig_igtv_media": PostKind.IGTV,
    "ig_stories": PostKind.STORY,
    "ig_profile_picture": PostKind.PROFILE,
    "ig_archived_post_media": PostKind.ARCHIVED,
    "ig_other_media": PostKind.OTHER,
    "photos": PostKind.POST,
    "videos": PostKind.POST,
    "stories": PostKind.STORY,
    "profile": PostKind.PROFILE,
    "direct": PostKind.OTHER,
}
_DATE = re.compile(r"(\d{4})[:-]?(\d{2})[:-]?(\d{2})[ T](\d{2}):?(\d{2}):?(\d{2})(?!\d)")
# A list of posts is some megabytes for the largest accounts; this is many times that.
_MAX_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class _List:
    """The list an entry stands in, for what entries share."""

    files: ExportFiles
    source: Path


def read_json(source: Path, kind: PostKind, files: ExportFiles) -> Iterator[Post]:
    """The posts of one list. FolderError names a file that is no JSON or cannot be read."""
    try:
        body = json.loads(read_whole(source, _MAX_BYTES).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FolderError(f"{source} is not valid JSON; ask Instagram for a new export") from error
    except OSError as error:
        raise FolderError(f"{source} cannot be read: {error.strerror or error}") from error
    listed = _List(files, source)
    for own_kind, entries in _lists_in(body, kind):
        together: dict[tuple[Any, Any, Any], list[dict[str, Any]]] = {}
        for place, entry in enumerate(entries):
            if not isinstance(entry, dict):
                continue
            # The older form has no posts, only their pictures: what shares the second and the caption is one post.
            alone = "media" in entry or "taken_at" not in entry
            key = (None, None, place) if alone else (str(entry.get("taken_at")), _caption(entry), own_kind)
            together.setdefault(key, []).append(entry)
        for group in together.values():
            post = _post(group, own_kind, listed)
            if post is not None:
                yield post


def mended(text: Any) -> str:
    """A text as it was typed: bytes that were escaped one by one put together again, if that is what they are."""
    if not isinstance(text, str):
        return ""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return without_lone_surrogates(text)


def _lists_in(body: Any, kind: PostKind) -> Iterator[tuple[PostKind, list[Any]]]:
    """The lists of entries of one file, each with its kind; a file may be a list or wrap several."""
    if isinstance(body, list):
        plain: list[Any] = []
        for entry in body:
            wrapped = isinstance(entry, dict) and "media" not in entry and any(name in entry for name in _WRAPPERS)
            if wrapped:
                yield from _lists_in(entry, kind)
            else:
                plain.append(entry)
        yield kind, plain
    elif isinstance(body, dict):
        if isinstance(body.get("media"), list):
            yield kind, [body]
            return
        for name, entries in body.items():
            if isinstance(entries, list) and name in _WRAPPERS:
                yield _WRAPPERS[name], entries


def _post(entries: list[dict[str, Any]], kind: PostKind, listed: _List) -> Post | None:
    """One post from its entry, or from the entries of its pictures; None for an entry that tells nothing."""
    first = entries[0]
    outer = first if isinstance(first.get("media"), list) else {}
    raw = [one for one in outer["media"] if isinstance(one, dict)] if outer else entries
    media = tuple(_medium(one, listed) for one in raw)
    times = [time for one in (outer, *raw) if (time := _time(one)) is not None]
    captions = [text for one in (outer, *raw) if (text := _caption(one))]
    if not media or not (times or captions or any(one.uri for one in media)):
        return None
    return Post(
        code=None,
        link=None,
        time=times[0] if times else None,
        precision=SECOND,
        caption=captions[0] if captions else "",
        place=_place(raw),
        media=media,
        kind=kind,
        source=listed.source,
    )


def _medium(entry: dict[str, Any], listed: _List) -> Medium:
    uri = mended(entry.get("uri") or entry.get("path"))
    path = listed.files.find(uri) if uri else None
    content = content_of(path) if path is not None else Content.MISSING
    return Medium(uri, path, content, _time(entry), _exif(entry))


def _caption(entry: dict[str, Any]) -> str:
    """A caption; only the form since 2021 is escaped bytes."""
    if "taken_at" in entry:
        caption = entry.get("caption")
        return without_lone_surrogates(caption) if isinstance(caption, str) else ""
    return mended(entry.get("title"))


def _time(entry: dict[str, Any]) -> datetime | None:
    stamp, taken_at = entry.get("creation_timestamp"), entry.get("taken_at")
    try:
        if isinstance(stamp, int | float) and stamp > 0:
            return datetime.fromtimestamp(int(stamp), UTC)
        if isinstance(taken_at, str):
            read = datetime.fromisoformat(taken_at)
            return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _details(entry: dict[str, Any]) -> dict[str, Any]:
    """What an entry's metadata says of its picture or video, all dictionaries of it laid together."""
    told: dict[str, Any] = {}
    metadata = entry.get("media_metadata")
    for part in metadata.values() if isinstance(metadata, dict) else ():
        rows = part.get("exif_data") if isinstance(part, dict) else None
        for one in rows if isinstance(rows, list) else ():
            if isinstance(one, dict):
                told = one | told
    return told


def _exif(entry: dict[str, Any]) -> CapturedExif | None:
    details = _details(entry)
    taken = _wall_clock(details.get("date_time_original")) or _wall_clock(details.get("date_time_digitized"))
    lens, software = (mended(details.get(name)) or None for name in ("lens_model", "software"))
    return CapturedExif(taken, lens, software) if taken or lens else None


def _wall_clock(text: Any) -> datetime | None:
    read = _DATE.match(text) if isinstance(text, str) else None
    if read is None:
        return None
    try:
        return datetime(*map(int, read.groups()))  # type: ignore[arg-type]  # noqa: DTZ001  (a camera's clock has no zone)
    except ValueError:
        return None


def _place(entries: list[dict[str, Any]]) -> PostPlace | None:
    """The first place that any of the media gives."""
    for entry in entries:
        details = _details(entry)
        name = entry.get("location")
        latitude, longitude = details.get("latitude"), details.get("longitude")
        if _is_degrees(latitude, 90) and _is_degrees(longitude, 180) and (latitude or longitude):
            return PostPlace(name if isinstance(name, str) else None, float(latitude), float(longitude))
        if isinstance(name, str) and name:
            return PostPlace(name)
    return None


def _is_degrees(value: Any, limit: float) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= limit
