"""The bytes to send, made in a process of their own and one picture at a time.

Before it is sent every file is decoded to its last row (outgoing_file.py), by the same C libraries that read it. A file
that crashes one of them, or keeps it busy for ever, costs that picture only and not the run; and however many
pictures are sent at once, one at a time is decoded, so that two of 200 megapixels never lie in memory together.

The process starts with the first picture, ends with the run, and is started anew after a crash.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, cast

from i2f.ground.errors import PictureError
from i2f.ground.model import Original
from i2f.ground.processes import Waiter, be_modest, be_quiet, spawning
from i2f.photos.outgoing_file import OutgoingFile, make_outgoing_file

T = TypeVar("T")
# A 200-megapixel HEIC is decoded, encoded and compared in some 20 s on one core (November 2026).
TIMEOUT_S = 180.0
# Starting a process takes a second, and a busy machine much longer; that is no fault of the picture.
START_S = 60.0


@dataclass(frozen=True, slots=True)
class _NoAnswer:
    """Why a process gave none."""

    why: str


class OutgoingFileWorker:
    """Makes the file to send for one original after another; safe for several threads."""

    def __init__(self, timeout_s: float = TIMEOUT_S, waiter: Waiter | None = None) -> None:
        """No process yet; there is one from the first picture on."""
        self._timeout_s = timeout_s
        self._waiter = waiter or Waiter()
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._line: Connection | None = None
        self._is_over = False

    def make(self, original: Original, location: str, workdir: Path, max_bytes: int) -> OutgoingFile:
        """As outgoing_file.make_outgoing_file; raises PictureError, or OSError where the workdir cannot be written."""
        return self.call(make_outgoing_file, original, location, workdir, max_bytes)

    def call(self, work: Callable[..., T], original: Original, *others: object) -> T:
        """What a module's function makes of an original in the process; raises what it raises of the same two."""
        with self._lock:
            if self._is_over:
                raise PictureError(f"{original.name}: the run ended before it was sent")
            try:
                line = self._line or self._start()
                line.send((work, (original, *others)))
                answered = self._waiter.wait([line], self._timeout_s)
                answer = line.recv() if answered else _NoAnswer(f"did not finish in {self._timeout_s:g} s")
            except (EOFError, OSError):
                answer = _NoAnswer("crashed")
            if isinstance(answer, _NoAnswer):
                self._stop()
                raise PictureError(f"{original.name}: its decoder {answer.why}; it was not sent")
        if isinstance(answer, Exception):
            raise answer
        return cast(T, answer)

    def __enter__(self) -> Self:
        """Nothing is started before it is needed."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """As `close`."""
        self.close()

    def close(self) -> None:
        """End the process; whoever still waits for it is told at once, and nobody starts another."""
        self._is_over = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def _start(self) -> Connection:
        context = spawning()
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs,), name="making pictures to send", daemon=True)
        process.start()
        theirs.close()
        self._process, self._line = process, ours
        if not ours.poll(START_S):
            raise EOFError
        ours.recv()  # its word that it is there
        return ours

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._line is not None:
            self._line.close()
        self._process = self._line = None


def _work(line: Connection) -> None:
    """The process's life: make what is asked for, until the line is closed."""
    be_quiet()
    be_modest()
    with suppress(EOFError, OSError):
        line.send("ready")
        while True:
            work, order = line.recv()
            answer: object
            try:
                answer = work(*order)
            except (PictureError, OSError) as error:
                answer = error
            line.send(answer)
