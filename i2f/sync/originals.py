"""The originals of a folder with their fingerprints, each file opened once per version of it.

What was read of a file stands in the journal under its path, with the size and the time of change it had. A file that
has them still is not opened again, whether it could be read or not; everything else goes to the readers
(originals.py). Only trouble that may pass (rights, a disk, memory, a decoder out of time) is not kept, so that such a
file is tried again. What comes out is the gallery the copies are compared with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

import matcher
from i2f.display.progress import Teller
from i2f.ground.errors import StoppedError
from i2f.ground.model import CaptureTime, Original
from i2f.memory.journal import Journal, StoredReading
from i2f.photos.folder import FoundFile, Unreadable, absolute
from i2f.photos.same_shot import Reading, read_originals
from i2f.sync.candidates import Gallery
from i2f.sync.report import printable

BATCH = 32
"""Readings written to the journal at once; a run that is killed reads so many again at most."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the folder holds: the readable originals, and the files that are named with the reason.

    `unavailable` are those of them that may be readable another time; `passed_over` counts the files that are no
    pictures and do not claim to be any.
    """

    gallery: Gallery
    unreadable: tuple[tuple[Path, str], ...]
    unavailable: tuple[Path, ...]
    passed_over: int


def read_folder(files: Sequence[FoundFile], journal: Journal, teller: Teller) -> Shelf:
    """Read what is new, take the rest from the journal."""
    version = matcher.MATCHER_VERSION
    wanted = {(one.path, one.size_bytes, one.mtime_ns) for one in files}
    known = {
        one.path: one for one in journal.readings(version) if (one.path, one.size_bytes, one.mtime_ns) in wanted
    }
    unread = [one for one in files if one.path not in known]
    if unread:
        teller.stage("Reading your originals", len(unread))
    batch: list[tuple[StoredReading, bytes | None]] = []
    unavailable: list[Path] = []
    for reading in read_originals(unread):
        stored = _to_stored(reading)
        known[stored.path] = stored
        if isinstance(reading, Reading):
            batch.append((stored, reading.thumbnail))
        elif reading.lasting:
            batch.append((stored, None))
        else:
            unavailable.append(reading.path)
        teller.step()
        if len(batch) >= BATCH:
            journal.keep_readings(batch, version)
            batch.clear()
    journal.keep_readings(batch, version)
    return _shelve([known[one.path] for one in files if one.path in known], unavailable)


def compare_with_last_time(
    files: Sequence[FoundFile], folders: Sequence[Path], journal: Journal, *, accept: bool
) -> None:
    """Stop where a folder holds less than half of what it held: a disk that is not mounted, a library half synced.

    What is missing could be the true original, and a sibling would stand alone. Raises StoppedError.
    """
    for folder in dict.fromkeys(map(absolute, folders)):
        held = sum(1 for one in files if one.path.is_relative_to(folder))
        name = f"folder {printable(folder)}"
        before = int(journal.fact(name) or 0)
        if 2 * held < before and not accept:
            raise StoppedError(
                f"{printable(folder)} holds {held} pictures; at the last run it held {before}. Is a disk missing? "
                "Nothing was done; --again-folder accepts the folder as it is now"
            )
        if held != before:
            journal.remember(name, str(held))


def check_readable(shelf: Shelf, folders: Sequence[Path], *, accept: bool) -> None:
    """Stop, for the same reason, where a disk or a cloud's folder shows the names and hands out less than half."""
    for folder in dict.fromkeys(map(absolute, folders)):
        failing = sum(1 for one in shelf.unavailable if one.is_relative_to(folder))
        readable = sum(1 for one in shelf.gallery.originals if one.path.is_relative_to(folder))
        if failing > readable and not accept:
            raise StoppedError(
                f"{failing} of the {failing + readable} pictures in {printable(folder)} cannot be read now "
                f"({_most_common_reason(shelf, folder)}). Nothing was replaced; make them readable and run again, or "
                "--again-folder goes on with the others"
            )


def _most_common_reason(shelf: Shelf, folder: Path) -> str:
    failing = {one for one in shelf.unavailable if one.is_relative_to(folder)}
    return Counter(reason for path, reason in shelf.unreadable if path in failing).most_common(1)[0][0]


def _shelve(readings: Sequence[StoredReading], unavailable: Sequence[Path]) -> Shelf:
    originals, fingerprints, unreadable, passed_over = [], [], [], 0
    for one in readings:
        if one.fingerprint is None:
            if one.body["named"]:
                unreadable.append((one.path, str(one.body["reason"])))
            else:
                passed_over += 1
            continue
        originals.append(_original(one))
        fingerprints.append(np.load(BytesIO(one.fingerprint), allow_pickle=False))
    return Shelf(Gallery(tuple(originals), tuple(fingerprints)), tuple(unreadable), tuple(unavailable), passed_over)


def _to_stored(reading: Reading | Unreadable) -> StoredReading:
    if isinstance(reading, Unreadable):
        body: dict[str, Any] = {"reason": reading.reason, "named": reading.named}
        return StoredReading(reading.path, reading.size_bytes, reading.mtime_ns, body, None)
    original, buffer = reading.original, BytesIO()
    np.save(buffer, reading.fingerprint, allow_pickle=False)
    body = {"format": original.content_format, "width": original.width, "height": original.height,
            "camera": original.camera, "taken": _time_to_json(original.taken), "place": original.place,
            "marks": original.marks}
    return StoredReading(original.path, original.size_bytes, original.mtime_ns, body, buffer.getvalue())


def _original(one: StoredReading) -> Original:
    body = one.body
    place = body.get("place")  # journals before November 2026 do not have it
    return Original(one.path, one.size_bytes, one.mtime_ns, body["format"], body["width"], body["height"],
                    _time_from_json(body["taken"]), body["camera"], (place[0], place[1]) if place else None,
                    tuple(body.get("marks", ())))


def _time_to_json(taken: CaptureTime | None) -> Mapping[str, Any] | None:
    if taken is None:
        return None
    offset_s = None if taken.offset is None else taken.offset.total_seconds()
    return {"local": taken.local.isoformat(), "has_subsecond": taken.has_subsecond, "offset_s": offset_s}


def _time_from_json(body: Mapping[str, Any] | None) -> CaptureTime | None:
    if body is None:
        return None
    offset = None if body["offset_s"] is None else timedelta(seconds=body["offset_s"])
    return CaptureTime(datetime.fromisoformat(body["local"]), body["has_subsecond"], offset)
