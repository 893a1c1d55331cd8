"""Reading thousands of pictures in processes of their own, so that a bad file costs only itself.

Codecs are large C libraries fed with whatever lies in a folder. One that crashes takes its process along, one
that loops never comes back. So pictures are decoded in worker processes, one file each at a time: when a worker
dies or exceeds its time, the file is known. It is tried once more at the end, alone, since memory short
because of its neighbours looks the same; then it is named, and the run goes on. Very large pictures wait for
that end, too, so that two of them never lie in memory at once.

Each worker has the next file's name already while it reads one, so that it need not wait while its parent writes to the
journal. A file that waited with a worker that died goes to another.

Processes are spawned, never forked (a fork would copy the parent's threads and locks), they ignore Ctrl-C (the
parent decides), and they end when the generator is closed, when the parent goes, or when nothing is left. Each
works on one thread: the pool is the parallelism. There is a worker even for a single file, since that file may
be the one that crashes.

Readings come in the order they are done.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import numpy as np
from numpy.typing import NDArray

from i2f.ground.errors import PictureError, SyncError
from i2f.ground.image import SEARCHED_SHORT, thumbnail_size
from i2f.ground.model import Original
from i2f.ground.processes import Waiter, be_modest, be_quiet, spawning
from i2f.photos.decode import glimpse, read_picture
from i2f.photos.file_content import content_of, ends_of
from i2f.photos.folder import FoundFile, Unreadable
from i2f.photos.folder_names import claims_to_be_a_picture
from i2f.photos.open import NotAPictureError, NotDownloadedError, UnavailableError, read_bytes

# A 200-megapixel HEIC takes some 6 s and a PNG of that size 5 to 15 s on one core (November 2026); slow disks more.
TIMEOUT_S = 60.0
# Counted up when a file is read otherwise than before, so that what an older version said of it is not believed.
READER_VERSION = "5"
FILES_PER_WORKER = 8
MOST_WORKERS = 4
AT_A_TIME = 2
_LATER = "later"


Fingerprint = Callable[[NDArray[np.float32], tuple[int, int]], NDArray[np.generic]]
"""Makes of a thumbnail's luminance at SEARCHED_SHORT or more, and its size (height, width), what it is searched by. A
module's own function, since it is sent to the workers.
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one original: the facts, its fingerprint, its thumbnail (JPEG, upright, sRGB), and the hashes
    that tell its content from another's (file_content.py).
    """

    original: Original
    fingerprint: NDArray[np.generic]
    thumbnail: bytes
    content: bytes
    ends: bytes


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    line: Connection
    files: deque[FoundFile] = field(default_factory=deque)
    """What it was given: the file it reads now, and what it reads then."""
    deadline: float = 0.0
    answers: int = 0


@dataclass(slots=True)
class _Pool:
    """The workers now alive, and the files waiting for a later, lonely try with what is known against them."""

    timeout_s: float
    fingerprint: Fingerprint
    waiter: Waiter
    workers: list[_Worker] = field(default_factory=list)
    alone: list[tuple[FoundFile, str | None]] = field(default_factory=list)


def read_file(file: FoundFile, fingerprint: Fingerprint, alone: bool = True) -> Reading | Unreadable | None:
    """Read one file in this process; None when it is so large that it should be read alone."""
    try:
        data = read_bytes(file.path)
        picture = read_picture(data, alone)
    except NotAPictureError as error:
        named, lasting = claims_to_be_a_picture(file.path), not isinstance(error, NotDownloadedError)
        return Unreadable(file.path, str(error), file.size_bytes, file.mtime_ns, named, lasting)
    except UnavailableError as error:
        return Unreadable(file.path, str(error), file.size_bytes, file.mtime_ns, lasting=False)
    except PictureError as error:
        return Unreadable(file.path, str(error), file.size_bytes, file.mtime_ns)
    if picture is None:
        return None
    original = Original(
        path=file.path,
        size_bytes=file.size_bytes,
        mtime_ns=file.mtime_ns,
        content_format=picture.content_format,
        width=picture.width,
        height=picture.height,
        taken=picture.exif.taken,
        camera=picture.exif.camera,
        place=picture.exif.place,
        hdr_frame=picture.exif.hdr_frame,
        marks=picture.marks,
    )
    small = glimpse(picture.thumbnail, SEARCHED_SHORT / min(thumbnail_size(picture.width, picture.height)))
    searched_by = fingerprint(small.grey, small.size)
    return Reading(original, searched_by, picture.thumbnail, content_of(data), ends_of(data))


def read_originals(
    files: Sequence[FoundFile],
    fingerprint: Fingerprint,
    workers: int | None = None,
    timeout_s: float = TIMEOUT_S,
    waiter: Waiter | None = None,
) -> Iterator[Reading | Unreadable]:
    """Read every file in worker processes; each comes back once, as a reading or with the reason why not."""
    pool = _Pool(timeout_s, fingerprint, waiter or Waiter())
    try:
        yield from _together(pool, deque(files), worker_count(len(files), workers))
        for file, complaint in pool.alone:
            yield from _by_itself(pool, file, complaint)
    finally:
        for worker in pool.workers:
            _end(worker)


def worker_count(files: int, wanted: int | None = None) -> int:
    """How many processes read so many files."""
    return max(1, min(wanted or min(os.cpu_count() or 1, MOST_WORKERS), -(-files // FILES_PER_WORKER)))


def _together(pool: _Pool, files: deque[FoundFile], count: int) -> Iterator[Reading | Unreadable]:
    """Keep `count` workers busy; what crashes, hangs or is very large is put aside for `_by_itself`."""
    while files or any(worker.files for worker in pool.workers):
        while files and len(pool.workers) < count:
            pool.workers.append(_start(pool.fingerprint))
        for share in range(1, AT_A_TIME + 1):
            for worker in pool.workers:
                if files and len(worker.files) < share:
                    _give(pool, worker, files.popleft(), alone=False)
        for worker, answer in _answers(pool):
            file = worker.files.popleft()
            if worker not in pool.workers:
                files.extendleft(reversed(worker.files))
            if isinstance(answer, str):
                pool.alone.append((file, None if answer == _LATER else answer))
            else:
                yield answer


def _by_itself(pool: _Pool, file: FoundFile, complaint: str | None) -> Iterator[Reading | Unreadable]:
    """Read one file while nothing else is read; one that failed before gets a fresh process."""
    while len(pool.workers) > 1 or (complaint and pool.workers):
        _end(pool.workers.pop())
    if not pool.workers:
        pool.workers.append(_start(pool.fingerprint))
    _give(pool, pool.workers[0], file, alone=True)
    for worker, answer in _answers(pool):
        worker.files.clear()
        if isinstance(answer, str):
            yield Unreadable(file.path, answer, file.size_bytes, file.mtime_ns, lasting=False)
        else:
            yield answer


def _give(pool: _Pool, worker: _Worker, file: FoundFile, alone: bool) -> None:
    if not worker.files:
        worker.deadline = pool.waiter.now() + pool.timeout_s
    worker.files.append(file)
    with suppress(OSError):  # a worker that is gone is noticed when its answer is awaited
        worker.line.send((file, alone))


def _answers(pool: _Pool) -> Iterator[tuple[_Worker, Reading | Unreadable | str]]:
    """Wait for the next answers; a text is what became of a worker that will never answer."""
    busy = {worker.line: worker for worker in pool.workers if worker.files}
    patience_s = max(0.0, min(worker.deadline for worker in busy.values()) - pool.waiter.now())
    ready = pool.waiter.wait(list(busy), patience_s)
    for line, worker in busy.items():
        if line in ready:
            try:
                answer = worker.line.recv()
            except (EOFError, OSError):
                answer = "its decoder crashed"
                _dismiss(pool, worker)
            worker.answers += 1
            worker.deadline = pool.waiter.now() + pool.timeout_s
            yield worker, answer
        elif pool.waiter.now() >= worker.deadline:
            _dismiss(pool, worker)
            yield worker, f"its decoder did not finish in {pool.timeout_s:g} s"


def _dismiss(pool: _Pool, worker: _Worker) -> None:
    """Let a worker go that crashed or hangs; one that could not even start is no picture's fault."""
    worker.process.join(0.5)
    could_not_start = worker.answers == 0 and worker.process.exitcode == 1
    pool.workers.remove(worker)
    _end(worker)
    if could_not_start:
        raise SyncError("the worker processes cannot be started; nothing was done")


def _start(fingerprint: Fingerprint) -> _Worker:
    context = spawning()
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, fingerprint), name="reading pictures", daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _end(worker: _Worker) -> None:
    worker.line.close()
    worker.process.kill()
    worker.process.join()
    worker.process.close()


def _work(line: Connection, fingerprint: Fingerprint) -> None:
    """A worker's life: read what is given, until the line is closed."""
    be_quiet()
    be_modest()
    with suppress(EOFError, OSError):
        while True:
            file, alone = line.recv()
            answer = read_file(file, fingerprint, alone)
            line.send(_LATER if answer is None else answer)
