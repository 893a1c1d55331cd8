"""The originals of a folder with their fingerprints, each file opened once per version of it.

What was read of a file stands in the journal under its path, with the size and the time of change it had. A file that
has them still is not opened again, whether it could be read or not. One that is new, or lies elsewhere than before, is
known by its content where that was read already (readings.py); everything else goes to the readers (reader.py). Only
trouble that may pass (rights, a disk, memory, a decoder out of time) is not kept, so that such a file is tried again.
What comes out is the gallery the copies are compared with.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, overload

import numpy as np

import matcher
from i2f.ground import collector
from i2f.ground.model import CaptureTime, Original, Told
from i2f.ground.progress import ProgressReporter
from i2f.memory.journal import Journal
from i2f.memory.readings import KnownReading, StoredPicture, StoredReading
from i2f.photos.exif import is_plausible
from i2f.photos.file_content import content_of_file, ends_of_file
from i2f.photos.folder import FoundFile, Unreadable
from i2f.photos.reader import Reading, read_originals
from i2f.sync.gallery import VERSION, Gallery

BATCH = 32
"""Readings written to the journal at once; a run that is killed reads so many again at most."""


@dataclass(frozen=True, slots=True)
class OriginalsIndex:
    """What the folder holds: the readable originals, and the files that are named with the reason.

    `unavailable` are those of them that may be readable another time; `passed_over` counts the files that are no
    pictures and do not claim to be any.
    """

    gallery: Gallery
    unreadable: tuple[tuple[Path, str], ...]
    unavailable: tuple[Path, ...]
    passed_over: int


def read_folder(files: Sequence[FoundFile], journal: Journal, progress: ProgressReporter) -> OriginalsIndex:
    """Read what is new, take the rest from the journal."""
    with collector.paused():
        kept = journal.readings.known(VERSION)
        # By their bytes, which are hashed once: at a hundred thousand files a path's own hash is what takes the time.
        paths = [os.fsencode(one.path) for one in files]
        known = _as_they_were(paths, files, kept)
        new = [one for path, one in zip(paths, files, strict=True) if path not in known]
    moved = list(_recognised(new, kept, progress))
    journal.readings.keep(((one.reading(), None) for one in moved), VERSION)
    known |= {one.path: one for one in moved}
    unread = [one for one in new if os.fsencode(one.path) not in known]
    if unread:
        progress.stage("Reading your originals", len(unread))
    batch: list[tuple[StoredReading, StoredPicture | None]] = []
    unavailable: list[Path] = []
    for reading in read_originals(unread, matcher.fingerprint_of):
        stored = _to_stored(reading)
        known[os.fsencode(stored.path)] = KnownReading.of(stored)
        if isinstance(reading, Reading):
            batch.append((stored, _picture_of(reading)))
        elif reading.lasting:
            batch.append((stored, None))
        else:
            unavailable.append(reading.path)
        progress.step()
        if len(batch) >= BATCH:
            journal.readings.keep(batch, VERSION)
            batch.clear()
    journal.readings.keep(batch, VERSION)
    with collector.paused():
        read = [(known[path], one.told) for path, one in zip(paths, files, strict=True) if path in known]
        return _make_index(read, unavailable)


def _as_they_were(
    paths: Sequence[bytes], files: Sequence[FoundFile], kept: Sequence[KnownReading]
) -> dict[bytes, KnownReading]:
    """What is known of the files that have the path, the size and the time of change that they had."""
    by_path = {one.path: one for one in kept}
    known = {}
    for path, one in zip(paths, files, strict=True):
        as_it_was = by_path.get(path)
        if as_it_was and as_it_was.size_bytes == one.size_bytes and as_it_was.mtime_ns == one.mtime_ns:
            known[path] = as_it_was
    return known


def _recognised(
    files: Sequence[FoundFile], kept: Sequence[KnownReading], progress: ProgressReporter
) -> Iterator[KnownReading]:
    """What is known of these files by their content, under the names they have now; nothing is decoded."""
    by_size: dict[int, list[KnownReading]] = {}
    for one in kept if files else ():
        if one.content:
            by_size.setdefault(one.size_bytes, []).append(one)
    candidates = [one for one in files if one.size_bytes in by_size]
    if candidates:
        progress.stage("Looking for moved files", len(candidates))
    for file in candidates:
        ends = ends_of_file(file.path, file.size_bytes)
        alike = {one.content: one for one in by_size[file.size_bytes] if one.ends == ends}
        # Alike at both ends, a copy may still be damaged in between: only all of its bytes tell.
        content = content_of_file(file.path) if alike else None
        if content in alike:
            yield alike[content]._replace(path=os.fsencode(file.path), mtime_ns=file.mtime_ns)
        progress.step()


def _make_index(readings: Sequence[tuple[KnownReading, Told | None]], unavailable: Sequence[Path]) -> OriginalsIndex:
    readable = [(one, told) for one, told in readings if one.content]
    others = [one.reading() for one, _ in readings if not one.content]
    unreadable = tuple((one.path, str(one.body["reason"])) for one in others if one.body["named"])
    gallery = Gallery(_Originals(readable), tuple(one.content for one, _ in readable if one.content))
    return OriginalsIndex(gallery, unreadable, tuple(unavailable), len(others) - len(unreadable))


class _Originals(Sequence[Original]):
    """The originals that were read, each made of what is known of it when somebody asks: few are looked at."""

    def __init__(self, readings: Sequence[tuple[KnownReading, Told | None]]) -> None:
        self._readings = readings
        self._made: dict[int, Original] = {}

    def __len__(self) -> int:
        return len(self._readings)

    @overload
    def __getitem__(self, place: int) -> Original: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Original]: ...
    def __getitem__(self, place: int | slice) -> Original | Sequence[Original]:
        if isinstance(place, slice):
            return [self[one] for one in range(len(self))[place]]
        if place not in self._made:
            reading, told = self._readings[place]
            self._made[place] = _original(reading.reading(), told)
        return self._made[place]


def _picture_of(reading: Reading) -> StoredPicture:
    fingerprint = reading.fingerprint.astype(np.int8, copy=False)
    return StoredPicture(reading.thumbnail, fingerprint.tobytes(), matcher.coarse(fingerprint).tobytes())


def _to_stored(reading: Reading | Unreadable) -> StoredReading:
    if isinstance(reading, Unreadable):
        body: dict[str, Any] = {"reason": reading.reason, "named": reading.named}
        return StoredReading(reading.path, reading.size_bytes, reading.mtime_ns, body)
    original = reading.original
    body = {
        "format": original.content_format,
        "width": original.width,
        "height": original.height,
        "camera": original.camera,
        "taken": _time_to_json(original.taken),
        "place": original.place,
        "hdr_frame": original.hdr_frame,
        "marks": original.marks,
    }
    return StoredReading(
        original.path,
        original.size_bytes,
        original.mtime_ns,
        body,
        reading.content,
        reading.ends,
    )


def _original(one: StoredReading, told: Told | None) -> Original:
    body = one.body
    place = body.get("place")  # journals before November 2026 do not have it
    return Original(
        one.path,
        one.size_bytes,
        one.mtime_ns,
        body["format"],
        body["width"],
        body["height"],
        _time_from_json(body["taken"]),
        body["camera"],
        (place[0], place[1]) if place else None,
        body.get("hdr_frame"),
        tuple(body.get("marks", ())),
        told,
        one.content or None,
    )


def _time_to_json(taken: CaptureTime | None) -> Mapping[str, Any] | None:
    if taken is None:
        return None
    offset_s = None if taken.offset is None else taken.offset.total_seconds()
    return {"local": taken.local.isoformat(), "has_subsecond": taken.has_subsecond, "offset_s": offset_s}


def _time_from_json(body: Mapping[str, Any] | None) -> CaptureTime | None:
    if body is None:
        return None
    local = datetime.fromisoformat(body["local"])
    if not is_plausible(local):  # journals before December 2026 may hold what is no date
        return None
    offset = None if body["offset_s"] is None else timedelta(seconds=body["offset_s"])
    return CaptureTime(local, body["has_subsecond"], offset)
