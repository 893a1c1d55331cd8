"""What was seen in each original: by the version (size, mtime) of its file, and by its content wherever it lies.

A file that has the size and the time of change it had is not opened again. One that was moved, renamed or copied is
known by its content: its size and the hash of its first and last bytes, which are read in no time, lead to what was
read of a file with the same ones; where several files share them, the hash of the whole decides. Picture and
fingerprint belong to the content, so that copies of one file are kept once.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from i2f.memory.array_file import ArrayFile, Spans
from i2f.memory.database import Database


@dataclass(frozen=True, slots=True)
class StoredReading:
    """What was read of one version of a file.

    `content` is the sha256 of the file, `ends` that of its first and last bytes; both are empty for a file that could
    not be read.
    """

    path: Path
    size_bytes: int
    mtime_ns: int
    body: Mapping[str, Any]
    content: bytes = b""
    ends: bytes = b""


class KnownReading(NamedTuple):
    """The same as the journal has it: the path's bytes, and the facts as text that is read when somebody asks."""

    path: bytes
    size_bytes: int
    mtime_ns: int
    text: str
    content: bytes | None
    ends: bytes | None

    @classmethod
    def of(cls, reading: StoredReading) -> KnownReading:
        """As it will be known by the next run."""
        path, body = os.fsencode(reading.path), json.dumps(reading.body)
        content, ends = reading.content or None, reading.ends or None
        return cls(path, reading.size_bytes, reading.mtime_ns, body, content, ends)

    def reading(self) -> StoredReading:
        """With its facts."""
        path, body = Path(os.fsdecode(self.path)), json.loads(self.text)
        return StoredReading(path, self.size_bytes, self.mtime_ns, body, self.content or b"", self.ends or b"")


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """What is seen in a content: its thumbnail (JPEG), and what it is searched by, wholly and coarsely, as bytes."""

    thumbnail: bytes
    windows: bytes = b""
    coarse: bytes = b""


class Readings:
    """Readings with their fingerprints, and the thumbnails."""

    def __init__(self, database: Database, folder: Path) -> None:
        """Nothing is read yet; the fingerprints lie in files of their own in this folder."""
        self._database = database
        self._windows = ArrayFile(folder / "windows.bin")
        self._coarse = ArrayFile(folder / "coarse.bin")

    def known(self, version: str) -> list[KnownReading]:
        """Everything read so far with this version of the matcher.

        Where the fingerprints are gone or cut short, what belongs to them is forgotten: it will be read again.
        """
        self._forget(version)
        rows = self._database.rows(
            "SELECT path, size_bytes, mtime_ns, body, content, ends FROM readings WHERE version = ?", (version,)
        )
        return list(map(KnownReading._make, rows))

    def fingerprints(self, contents: Sequence[bytes]) -> tuple[list[bytes], Spans, Spans]:
        """Those of the contents that have fingerprints, in the order of the file, and these: whole and coarse."""
        wanted = set(contents)
        columns = "content, windows_at, windows, coarse_at, coarse"
        rows = self._database.rows(f"SELECT {columns} FROM pictures WHERE coarse > 0 ORDER BY coarse_at")  # noqa: S608
        rows = [row for row in rows if row[0] in wanted]
        _, windows_at, windows, coarse_at, coarse = zip(*rows, strict=True) if rows else ((), (), (), (), ())
        return (
            [row[0] for row in rows],
            self._windows.spans(windows_at, windows),
            self._coarse.spans(coarse_at, coarse),
        )

    def digests(self, contents: Iterable[bytes]) -> dict[bytes, bytes]:
        """What tells the thumbnails of these contents apart: equal for equal pictures."""
        return dict(self._each("SELECT content, digest FROM pictures", contents))

    def thumbnails(self, contents: Iterable[bytes]) -> dict[bytes, bytes]:
        """The thumbnails of these contents, JPEG."""
        return dict(self._each("SELECT content, jpeg FROM thumbnails", contents))

    def _each(self, select: str, contents: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        wanted = list(contents)
        for first in range(0, len(wanted), 500):
            some = wanted[first : first + 500]
            yield from self._database.rows(f"{select} WHERE content IN ({','.join('?' * len(some))})", some)

    def keep(self, readings: Iterable[tuple[StoredReading, StoredPicture | None]], version: str) -> None:
        """Keep readings and what was seen (None for a file that could not be read, or whose picture is known already).

        The fingerprints are on the disk before anything says where they are.
        """
        with self._database.writing() as db:
            pictures: dict[bytes, StoredPicture] = {}
            for reading, picture in readings:
                content = reading.content or (hashlib.sha256(picture.thumbnail).digest() if picture else None)
                row: tuple[object, ...] = (os.fsencode(reading.path), reading.size_bytes, reading.mtime_ns, version)
                row = (*row, json.dumps(reading.body), content, reading.ends)
                db.execute("INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?, ?)", row)
                if picture and content and not self._is_kept(content):
                    pictures[content] = picture
            windows_end, coarse_end = self._ends()
            windows = self._windows.append([one.windows for one in pictures.values()], windows_end)
            coarse = self._coarse.append([one.coarse for one in pictures.values()], coarse_end)
            for (content, picture), at, coarse_at in zip(pictures.items(), windows, coarse, strict=True):
                db.execute("INSERT OR REPLACE INTO thumbnails VALUES (?, ?)", (content, picture.thumbnail))
                digest = hashlib.sha256(picture.thumbnail).digest()
                row = (content, digest, at, len(picture.windows), coarse_at, len(picture.coarse))
                db.execute("INSERT OR REPLACE INTO pictures VALUES (?, ?, ?, ?, ?, ?)", row)

    def _is_kept(self, content: bytes) -> bool:
        return bool(self._database.rows("SELECT 1 FROM pictures WHERE content = ?", (content,)))

    def _ends(self) -> tuple[int, int]:
        """How many bytes of the two files are in use."""
        ((windows, coarse),) = self._database.rows(
            "SELECT coalesce(max(windows_at + windows), 0), coalesce(max(coarse_at + coarse), 0) FROM pictures"
        )
        return windows, coarse

    def _forget(self, version: str) -> None:
        """Forget what another version saw, so that its room in the files is used again, and what is lost."""
        if self._database.rows("SELECT 1 FROM readings WHERE version != ? LIMIT 1", (version,)):
            with self._database.writing() as db:
                db.execute(
                    "DELETE FROM pictures WHERE content NOT IN "
                    "(SELECT content FROM readings WHERE version = ? AND content IS NOT NULL)",
                    (version,),
                )
        windows, coarse = self._ends()
        if not (self._windows.holds(windows) and self._coarse.holds(coarse)):
            with self._database.writing() as db:
                db.execute("DELETE FROM pictures")
                db.execute("DELETE FROM readings WHERE content IS NOT NULL")

    def thumbnail(self, path: Path) -> bytes | None:
        """The kept thumbnail of an original, JPEG."""
        rows = self._database.rows(
            "SELECT jpeg FROM thumbnails JOIN readings USING (content) WHERE path = ?", (os.fsencode(path),)
        )
        return bytes(rows[0][0]) if rows else None
