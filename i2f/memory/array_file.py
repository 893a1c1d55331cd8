"""A file of many small arrays, one after the other, that is only ever appended to and mapped into memory to be read.

The journal knows where each begins; what no row of it names was written by a run that was killed before it could say
so, and is written over. Mapped pages are the system's to take back, so that a folder of a hundred thousand originals is
searched in the memory of a small one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from i2f.ground.errors import StoppedError


@dataclass(frozen=True, slots=True)
class Spans:
    """Some arrays of such a file: where each begins, and how many bytes it has."""

    file: Path
    starts: Sequence[int]
    lengths: Sequence[int]


class ArrayFile:
    """One such file; nobody else writes it (state_dir.py holds the lock)."""

    def __init__(self, file: Path) -> None:
        """Nothing is opened yet."""
        self._file = file

    def holds(self, end: int) -> bool:
        """Whether the first `end` bytes are there."""
        try:
            return end == 0 or self._file.stat().st_size >= end
        except OSError:
            return False

    def append(self, arrays: Sequence[bytes], end: int) -> list[int]:
        """Write arrays behind the first `end` bytes; where each begins, when they are on the disk."""
        starts = []
        if not any(arrays):
            return [end] * len(arrays)
        try:
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(handle, "r+b") as stream:
                stream.seek(end)
                for one in arrays:
                    starts.append(end)
                    stream.write(one)
                    end += len(one)
                with suppress(OSError):  # what a run left that was killed; a system may forbid it while that is mapped
                    stream.truncate()
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise StoppedError(
                f"{self._file} cannot be written ({error.strerror}); free some disk space and run again"
            ) from error
        return starts

    def spans(self, starts: Sequence[int], lengths: Sequence[int]) -> Spans:
        """These arrays."""
        return Spans(self._file, starts, lengths)
