"""For every copy, which originals come into question: search, compare, and put the files of one shot together.

The matcher knows arrays; this module knows whose arrays they are. The search runs here, one matrix product for
a batch of copies; the comparisons, which take the time, run in worker processes that are handed the copy's
file and the kept thumbnails of the few originals proposed, never the originals themselves. An answer depends on
the copy's bytes and on the set of originals alone, so it is kept in the journal under both and not sought twice.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import matcher
from i2f.ground.errors import PictureError
from i2f.ground.model import Candidate, Fit, Original, Window
from i2f.ground.processes import be_quiet, one_thread, spawning
from i2f.memory.journal import Journal
from i2f.photos.color_profiles import to_srgb
from i2f.photos.decode import BIG_PIXELS, decode_fully, glimpse, look_again, pixels, turned
from i2f.photos.open import UnavailableError, open_picture, read_bytes
from i2f.photos.reader import READER_VERSION
from i2f.sync.candidate_order import choose_twin, originals_first
from i2f.sync.eligibility import doubt_about, needs_detail, needs_trace
from i2f.sync.grouping import Compared, grouped, noted_apart
from i2f.sync.thresholds import HARDLY, SURE_MARGIN, SURE_SCORE

# So many are compared for each copy; the report shows plan.SHOWN groups at most.
PROPOSALS = 8
# Backups of backups hold one file many times; copies of one file count once among the proposals, up to so many.
CROWD = 16
# Where none of those explains the copy, so many that look like it are scanned for it, and so many turned or mirrored;
# the true one is the likeliest nearly always, and beside it stand its siblings.
FAR = 48
LIKELIEST = 4
# A worker takes about as long to start as two copies take to be compared.
COPIES_PER_WORKER = 4
LARGEST_COPY = 2048
# Files are looked at again with so many times the copy's pixels a side: an octave beyond what the copy can hold.
OCTAVE = 2.0

Fingerprint = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Gallery:
    """The originals of this run with their fingerprints, in one order."""

    originals: tuple[Original, ...]
    fingerprints: tuple[Fingerprint, ...]

    def signature(self) -> str:
        """Names this very set of files and how they are read: the same files unchanged give the same name."""
        digest = hashlib.sha256(f"{matcher.MATCHER_VERSION}-{READER_VERSION}".encode())
        for one in self.originals:
            digest.update(os.fsencode(one.path) + f"\0{one.size_bytes}\0{one.mtime_ns}\0".encode())
            if one.told is not None:  # names tell what is an edit of what
                digest.update(f"{one.name}\0{one.told.edited}\0".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Assessed:
    """The members that came into question for one copy: groups of twins, each a list of (original's place, fit)."""

    groups: tuple[tuple[tuple[int, Fit], ...], ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker needs; originals and thumbnails by their place in the gallery, each once however often proposed."""

    copy: bytes
    proposals: tuple[matcher.Proposal, ...]
    originals: Mapping[int, Original]
    thumbnails: Mapping[int, bytes]
    far: bool = False


def assess(
    copies: Mapping[str, Path], gallery: Gallery, journal: Journal, on_done: Callable[[], None], kept_as: str = ""
) -> dict[str, Assessed]:
    """Find the groups in question for each copy, given as file by sha256; the answers by sha256.

    `kept_as` is put before what the journal keeps them under, for pictures that two galleries are asked about in turn.

    A copy that cannot be compared (its decoder or a worker crashed, its file is not what was saved) has no answer.
    """
    signature = gallery.signature()
    answers: dict[str, Assessed] = {}
    waiting: dict[str, Path] = {}
    for sha256, file in copies.items():
        known = journal.assessments.find(kept_as + sha256, signature)
        if known is None:
            waiting[sha256] = file
        else:
            answers[sha256] = _from_json(known)
            on_done()
    for sha256, assessed in _seek(waiting, gallery, journal):
        if assessed is not None:
            answers[sha256] = assessed
            journal.assessments.keep([(kept_as + sha256, signature, _to_json(assessed))])
        on_done()
    return answers


def as_candidates(assessed: Assessed, gallery: Gallery, prefer: str, chosen: Path | None = None) -> list[Candidate]:
    """Every group of twins as a candidate, best first; within each the file to send is chosen by `prefer`.

    A file that a person chose stands for its group.
    """
    found = []
    for members in _split(assessed, gallery):
        head = next((one for one in members if one.original.path == chosen), None)
        if head is None:
            found.append(choose_twin(members, prefer))
        else:
            twins = tuple(one.original for one in members if one is not head)
            found.append(Candidate(head.original, head.fit, twins, doubt=head.doubt))
    return originals_first(found)


def _split(assessed: Assessed, gallery: Gallery) -> Iterator[list[Candidate]]:
    """The groups of twins; what only holds the picture stands apart from the originals of its group."""
    for group in assessed.groups:
        members = [
            Candidate(gallery.originals[place], fit, doubt=doubt_about(gallery.originals[place], fit))
            for place, fit in group
        ]
        for doubtful in (False, True):
            part = [one for one in members if bool(one.doubt) is doubtful]
            if part:
                yield part


def _seek(waiting: Mapping[str, Path], gallery: Gallery, journal: Journal) -> Iterator[tuple[str, Assessed | None]]:
    if not gallery.originals:
        yield from ((sha256, Assessed(())) for sha256 in waiting)
        return
    index = matcher.Index(gallery.fingerprints)

    def tasks(copies: Iterable[str], far: bool) -> Iterator[_Task | None]:
        for sha256 in copies:
            try:
                data = read_bytes(waiting[sha256])
                if hashlib.sha256(data).hexdigest() != sha256:
                    # What a spoilt file shows would be kept as the answer about the copy that it was.
                    yield None
                    continue
                copy = copy_pixels(data)
                found = index.search_widely(copy, FAR) if far else index.search(copy, CROWD)
                yield _task(data, found, far, gallery, journal)
            except (PictureError, OSError):
                yield None

    unexplained: dict[str, Assessed] = {}
    for sha256, answer in zip(waiting, _in_workers(tasks(waiting, far=False), len(waiting)), strict=True):
        if answer is not None and not _is_explained(answer):
            unexplained[sha256] = answer
        else:
            yield sha256, answer
    # Whatever the second look finds is tested like the first; a copy that it cannot compare keeps its first answer.
    second_look = _in_workers(tasks(unexplained, far=True), len(unexplained))
    for (sha256, first), answer in zip(unexplained.items(), second_look, strict=True):
        yield sha256, answer or first


def _is_explained(answer: Assessed) -> bool:
    """Whether any original explains the copy somehow. Where none does, the search may have been deceived: simple
    scenes are like many others and like their own mirror image, and small crops of a large folder are like anything.
    """
    return any(fit.score >= HARDLY for group in answer.groups for _, fit in group)


def _task(
    data: bytes, found: Sequence[matcher.Proposal], far: bool, gallery: Gallery, journal: Journal
) -> _Task | None:
    """None when a thumbnail is missing: it could be the sibling that makes this a question."""
    originals = {one.index: gallery.originals[one.index] for one in found}
    thumbnails: dict[int, bytes] = {}
    for index, original in originals.items():
        jpeg = journal.readings.thumbnail(original.path)
        if jpeg is None:
            return None
        thumbnails[index] = jpeg
    return _Task(data, tuple(found), originals, thumbnails, far)


def _in_workers(tasks: Iterable[_Task | None], count: int) -> Iterator[Assessed | None]:
    """Compare in worker processes, answers in order; a task that crashes its worker twice is answered None."""
    workers = max(1, min(os.cpu_count() or 1, 8, count // COPIES_PER_WORKER))
    pool = _WorkerPool(workers)
    try:
        # A few tasks ahead, not all: each carries pictures, up to 12 MB of them.
        pending: deque[tuple[_Task | None, Future[Assessed] | None]] = deque()
        for task in tasks:
            pending.append((task, pool.begin(task)))
            if len(pending) > workers + 2:
                yield pool.finish(*pending.popleft())
        while pending:
            yield pool.finish(*pending.popleft())
    finally:
        pool.shut_down()


class _WorkerPool:
    """Worker processes that outlive a crash: what was under way is done again, each in a process of its own."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def begin(self, task: _Task | None) -> Future[Assessed] | None:
        if task is None:
            return None
        if self._pool is None:
            self._pool = self._start(self._workers)
        try:
            with one_thread():  # a pool starts its processes when it is given work
                return self._pool.submit(_compare_all, task)
        except BrokenProcessPool:
            self.shut_down()
            return self.begin(task)

    def finish(self, task: _Task | None, future: Future[Assessed] | None) -> Assessed | None:
        if task is None or future is None:
            return None
        try:
            return future.result()
        except (BrokenProcessPool, CancelledError):
            self.shut_down()
        except Exception:  # noqa: BLE001 - whatever it is, it costs this copy only
            return None
        with one_thread(), self._start(1) as alone:
            try:
                return alone.submit(_compare_all, task).result()
            except Exception:  # noqa: BLE001 - the same once more
                return None

    def shut_down(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    @staticmethod
    def _start(workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, mp_context=spawning(), initializer=be_quiet)


def _compare_all(task: _Task) -> Assessed:
    """Compare one copy with its proposals and put twins together."""
    copy = copy_pixels(task.copy)
    pictures, fits = _compared(copy, task)
    files = Compared(task.originals, task.thumbnails, pictures, fits)
    groups = grouped(files)
    fits |= noted_apart(files, groups)
    fits |= _inspected(task, copy, pictures, fits)
    return Assessed(tuple(tuple((place, fits[place]) for place in group) for group in groups))


def _compared(copy: NDArray[np.uint8], task: _Task) -> tuple[dict[int, NDArray[np.uint8]], dict[int, Fit]]:
    """The fit of each original worth comparing, by its place; and the thumbnails of those that are no strangers."""
    prepared, worth = matcher.PreparedCopy(copy), _worth_comparing(copy, task)
    small = (glimpse(task.thumbnails[ways[0].index], matcher.needed_share(ways)) for ways in worth)
    seen = [matcher.Seen(one.grey, one.share, one.size) for one in small]
    pictures, fits = {}, {}
    for look in matcher.first_looks(prepared, list(zip(seen, worth, strict=True))):
        place = look.proposal.index
        if not look.is_stranger:
            pictures[place] = pixels(task.thumbnails[place])
        fits[place] = matcher.explain(prepared, look, pictures.get(place))
    return pictures, fits


def _inspected(
    task: _Task, copy: NDArray[np.uint8], pictures: Mapping[int, NDArray[np.uint8]], fits: Mapping[int, Fit]
) -> dict[int, Fit]:
    """The fits of the files that could be sent, or stand in the way of one, with what the file itself shows."""
    if not any(fit.sure for fit in fits.values()):
        return {}
    found = {}
    for place, fit in fits.items():
        if fit.score < SURE_SCORE - SURE_MARGIN or "quarter_turns" not in fit.measures:
            continue
        try:
            whole = _at_full_detail(task.originals[place], fit, copy)
        except UnavailableError:
            raise  # what could not be read now may be read by the next run: no answer is kept
        except PictureError:
            found[place] = replace(fit, measures=dict(fit.measures) | {"inspected": 1.0})  # looked at, and nothing seen
            continue
        seen = pictures[place] if whole is None else whole
        original = task.originals[place]
        told = matcher.inspect(copy, seen, fit)
        if whole is not None and needs_trace(original, told):
            told["resampled"] = matcher.resampling_peak(_at_its_own_size(original, whole))
        if needs_detail(original, told):
            told |= matcher.inspect_detail(copy, seen, fit, original.width)
        found[place] = replace(fit, measures=dict(fit.measures) | told)
    return found


def _at_full_detail(original: Original, fit: Fit, copy: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The file with an octave more than the copy holds, as far as it has it; None for one too large to be read here."""
    if original.width * original.height > BIG_PIXELS:
        return None
    across, down = fit.window.size
    window = min(original.width * across, original.height * down)
    scale = OCTAVE * min(copy.shape[:2]) / max(1.0, window)
    short = min(original.width, original.height)
    return look_again(read_bytes(original.path), min(short, max(1, round(short * scale))))


def _at_its_own_size(original: Original, looked_at: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The file with every pixel that it has; what was looked at, where that is so already."""
    short = min(original.width, original.height)
    return looked_at if min(looked_at.shape[:2]) == short else look_again(read_bytes(original.path), short)


def _worth_comparing(copy: NDArray[np.uint8], task: _Task) -> list[list[matcher.Proposal]]:
    """Which proposals are compared closely: each original once, PROPOSALS different pictures and every copy of them,
    in the search's order, or from afar the LIKELIEST and with a few places to begin at.
    """
    order, enough = [[one] for one in task.proposals], PROPOSALS
    if task.far:
        enough = LIKELIEST
        glimpses = {place: glimpse(jpeg) for place, jpeg in task.thumbnails.items()}
        order = matcher.look_everywhere(
            copy, {place: (small.grey, small.share) for place, small in glimpses.items()}, task.proposals
        )
    chosen: dict[int, list[matcher.Proposal]] = {}
    shown: set[bytes] = set()
    for ways in order:
        place = ways[0].index
        jpeg = task.thumbnails[place]
        if place not in chosen and (jpeg in shown or len(shown) < enough):
            chosen[place] = ways
            shown.add(jpeg)
    return list(chosen.values())


def copy_pixels(data: bytes) -> NDArray[np.uint8]:
    """A copy upright in sRGB, (height, width, 3); one that is no small copy is shrunk, since no copy needs more."""
    with open_picture(data) as opened:
        image = to_srgb(decode_fully(opened), opened.image.info.get("icc_profile"))
        upright = turned(image, opened.orientation).convert("RGB")
    upright.thumbnail((LARGEST_COPY, LARGEST_COPY))
    return np.asarray(upright)


def _to_json(assessed: Assessed) -> Any:
    return [
        [
            [
                place,
                fit.score,
                fit.sure,
                fit.tone,
                fit.words,
                fit.measures,
                [fit.window.center, fit.window.size, fit.window.degrees, fit.window.mirrored],
            ]
            for place, fit in group
        ]
        for group in assessed.groups
    ]


def _from_json(body: Any) -> Assessed:
    return Assessed(
        tuple(
            tuple(
                (place, Fit(score, sure, tone, Window((x, y), (across, down), degrees, mirrored), words, measures))
                for place, score, sure, tone, words, measures, ((x, y), (across, down), degrees, mirrored) in group
            )
            for group in body
        )
    )
