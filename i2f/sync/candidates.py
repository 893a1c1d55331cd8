"""For every copy, which originals come into question: search, compare, and put the files of one shot together.

The matcher knows arrays; this module knows whose arrays they are. The search runs here, for a batch of copies at once
(known_copies.py); the comparisons, which take the time, run in worker processes that are handed the copy's file and the
kept thumbnails of the few originals proposed, never the originals themselves.

An answer depends on the copy's bytes and on the set of originals alone, so it is kept in the journal under both and not
sought twice. Where the set is another, what was found beside the originals that are still there is taken from the
journal (findings.py), and only what is new is compared: the answer is that of a run from nothing.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import matcher
from i2f.ground.errors import PictureError
from i2f.ground.image import Picture
from i2f.ground.model import Fit, Original
from i2f.ground.processes import be_quiet, one_thread, spawning
from i2f.memory.journal import Journal
from i2f.photos.decode import BIG_PIXELS, Glimpse, glimpse, look_again, pixels
from i2f.photos.open import UnavailableError, read_bytes
from i2f.sync.eligibility import needs_detail, needs_trace
from i2f.sync.findings import Findings, UnseenError, fit_from_json, fit_to_json
from i2f.sync.gallery import Assessed, Gallery, from_json, to_json
from i2f.sync.grouping import Compared, grouped, noted_apart
from i2f.sync.known_copies import AS_IT_IS, OTHERWISE, KnownCopies, KnownCopy, copy_pixels
from i2f.sync.thresholds import HARDLY, SURE_MARGIN, SURE_SCORE

# So many are compared for each copy; the report shows plan.SHOWN groups at most.
PROPOSALS = 8
# Files that differ in their EXIF alone look the same; they count once among the proposals, up to so many. Of one file
# that lies in the folder many times so many places at most are looked at.
CROWD = 16
# Where none of those explains the copy, so many that look like it are scanned for it, and so many turned or mirrored;
# the true one is the likeliest nearly always, and beside it stand its siblings.
FAR = 48
LIKELIEST = 4
# Copies that are searched for together, and written down together.
BATCH = 32
# A worker takes about as long to start as two copies take to be compared.
COPIES_PER_WORKER = 4
# Files are looked at again with so many times the copy's pixels a side: an octave beyond what the copy can hold.
OCTAVE = 2.0


@dataclass(frozen=True, slots=True)
class _Task:
    """One copy and what is proposed for it, and what a worker needs to compare them: the copy's bytes, the thumbnails.
    Without them it can be carried out where all is known already.

    A proposal's index is the first of the places of its content's files in the gallery: `files` has all of them.
    Thumbnails, what tells them apart (`digests`) and `contents` are by that first place, originals by each.
    """

    copy: bytes | None
    proposals: tuple[matcher.Proposal, ...]
    originals: Mapping[int, Original]
    thumbnails: Mapping[int, bytes]
    far: bool = False
    files: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    digests: Mapping[int, bytes] = field(default_factory=dict)
    contents: Mapping[int, bytes] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of a task: the groups in question, what was found out, and which findings it rests on."""

    assessed: Assessed
    found: Mapping[str, Any] = field(default_factory=dict)
    used: frozenset[str] = frozenset()


def assess(
    copies: Mapping[str, Path], gallery: Gallery, journal: Journal, on_done: Callable[[], None]
) -> dict[str, Assessed]:
    """Find the groups in question for each copy, given as file by sha256; the answers by sha256.

    A copy that cannot be compared (its decoder or a worker crashed, its file is not what was saved) has no answer.
    """
    signature = gallery.signature()
    answers: dict[str, Assessed] = {}
    waiting: dict[str, Path] = {}
    for sha256, file in copies.items():
        known = journal.assessments.find(sha256, signature)
        if known is None:
            waiting[sha256] = file
        else:
            answers[sha256] = from_json(known)
            on_done()
    for some in _seek(waiting, gallery, journal):
        found = {sha256: assessed for sha256, assessed in some.items() if assessed is not None}
        answers |= found
        journal.assessments.keep((sha256, signature, to_json(one)) for sha256, one in found.items())
        for _ in some:
            on_done()
    return answers


def _seek(waiting: Mapping[str, Path], gallery: Gallery, journal: Journal) -> Iterator[Mapping[str, Assessed | None]]:
    """The answers, batch after batch."""
    if not waiting:
        return
    if not gallery.originals:
        yield dict.fromkeys(waiting, Assessed(()))
        return
    seeker = _Seeker(KnownCopies(gallery, journal), gallery, journal)
    pool = _WorkerPool(_worker_count(len(waiting)))
    try:
        names = list(waiting)
        for first in range(0, len(names), BATCH):
            yield seeker.seek({name: waiting[name] for name in names[first : first + BATCH]}, pool)
    finally:
        pool.shut_down()


@dataclass(frozen=True, slots=True)
class _Seeker:
    """Searches for copies and compares them with what it found."""

    known: KnownCopies
    gallery: Gallery
    journal: Journal

    def seek(self, files: Mapping[str, Path], pool: _WorkerPool) -> dict[str, Assessed | None]:
        """The answers for a batch of copies; what was found out is kept."""
        copies = self._find(files)
        self.known.bring_up_to_date(copies, AS_IT_IS)
        self.known.bring_up_to_date([one for one in copies if not one.is_near], OTHERWISE)
        answers: dict[str, Assessed | None] = dict.fromkeys(files)
        answers |= self._compare(copies, pool, far=False)
        unexplained = [one for one in copies if _is_unexplained(answers[one.sha256])]
        self.known.bring_up_to_date(unexplained, OTHERWISE)
        # Whatever the second look finds is tested like the first; a copy that it cannot compare keeps its first answer.
        second_look = self._compare(unexplained, pool, far=True)
        answers |= {sha256: answer for sha256, answer in second_look.items() if answer is not None}
        self.known.keep(one for one in copies if answers[one.sha256] is not None)
        return answers

    def _find(self, files: Mapping[str, Path]) -> list[KnownCopy]:
        found = []
        for sha256, file in files.items():
            try:
                found.append(self.known.find(sha256, file))
            except (PictureError, OSError):
                continue
        return found

    def _compare(self, copies: Iterable[KnownCopy], pool: _WorkerPool, far: bool) -> dict[str, Assessed | None]:
        """Compare in the workers what was not compared before."""
        those = list(copies)
        answers = {}
        for copy, answer in zip(those, _in_workers(self._tasks(those, far), len(those), pool), strict=True):
            if answer is not None:
                copy.findings.known |= answer.found
                copy.findings.used |= answer.used
            answers[copy.sha256] = None if answer is None else answer.assessed
        return answers

    def _tasks(self, copies: Iterable[KnownCopy], far: bool) -> Iterator[_Task | _Answer | None]:
        for copy in copies:
            task, entries = self._task(copy, far)
            try:
                yield _compare_all(task)
                continue
            except UnseenError:
                pass
            try:
                yield self._with_pictures(copy, task, entries)
            except (PictureError, OSError):
                yield None

    def _task(self, copy: KnownCopy, far: bool) -> tuple[_Task, list[Any]]:
        """What is proposed for a copy, as far as that is known without its picture; and the entries of its rankings."""
        choose, limit = (matcher.widest, FAR) if far else (matcher.nearest, CROWD)
        entries = choose(copy.ranking(AS_IT_IS), copy.ranking(OTHERWISE), limit)
        files = {self.known.files(at)[0]: self.known.files(at)[:CROWD] for at in map(self.known.at, entries)}
        contents = {place: self.gallery.contents[place] for place in files}
        digests = self.journal.readings.digests(contents.values())
        task = _Task(
            copy=None,
            proposals=tuple(matcher.unplaced(copy.queries, one, self._first_file(one)) for one in entries),
            originals={place: self.gallery.originals[place] for places in files.values() for place in places},
            thumbnails={},
            far=far,
            files=files,
            digests={place: digests[content] for place, content in contents.items()},
            contents=contents,
            known=copy.findings.known,
        )
        return task, entries

    def _first_file(self, entry: Any) -> int:
        return self.known.files(self.known.at(entry))[0]

    def _with_pictures(self, copy: KnownCopy, task: _Task, entries: Iterable[Any]) -> _Task | None:
        """None when a thumbnail is missing: it could be the sibling that makes this a question."""
        jpegs = self.journal.readings.thumbnails(task.contents.values())
        if any(content not in jpegs for content in task.contents.values()):
            return None
        placed = task.proposals
        if not task.far:  # the scan finds its places itself
            placed = tuple(replace(self.known.propose(copy, one), index=self._first_file(one)) for one in entries)
        thumbnails = {place: jpegs[content] for place, content in task.contents.items()}
        return replace(task, copy=copy.data(), proposals=placed, thumbnails=thumbnails)


def _is_unexplained(answer: Assessed | None) -> bool:
    """Whether no original explains the copy at all. Then the search may have been deceived: simple scenes are like many
    others and like their own mirror image, and small crops of a large folder are like anything.
    """
    return answer is not None and not any(fit.score >= HARDLY for group in answer.groups for _, fit in group)


def _worker_count(copies: int) -> int:
    return max(1, min(os.cpu_count() or 1, 8, copies // COPIES_PER_WORKER))


def _in_workers(
    tasks: Iterable[_Task | _Answer | None], count: int, kept: _WorkerPool | None = None
) -> Iterator[_Answer | None]:
    """Compare in worker processes, answers in order; a task that crashes its worker twice is answered None, and what is
    answered already comes as it is.
    """
    workers = _worker_count(count)
    pool = kept or _WorkerPool(workers)
    try:
        # A few tasks ahead, not all: each carries pictures, up to 12 MB of them.
        pending: deque[tuple[_Task | _Answer | None, Future[_Answer] | None]] = deque()
        for task in tasks:
            pending.append((task, pool.begin(task)))
            if len(pending) > workers + 2:
                yield pool.finish(*pending.popleft())
        while pending:
            yield pool.finish(*pending.popleft())
    finally:
        if kept is None:
            pool.shut_down()


class _WorkerPool:
    """Worker processes that outlive a crash: what was under way is done again, each in a process of its own."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def begin(self, task: _Task | _Answer | None) -> Future[_Answer] | None:
        if not isinstance(task, _Task):
            return None
        if self._pool is None:
            self._pool = self._start(self._workers)
        try:
            with one_thread():  # a pool starts its processes when it is given work
                return self._pool.submit(_compare_all, task)
        except BrokenProcessPool:
            self.shut_down()
            return self.begin(task)

    def finish(self, task: _Task | _Answer | None, future: Future[_Answer] | None) -> _Answer | None:
        if isinstance(task, _Answer):
            return task
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


def _compare_all(task: _Task) -> _Answer:
    """Compare one copy with its proposals and put twins together. Raises UnseenError where something must be compared
    and the task has no pictures.
    """
    findings = Findings(dict(task.known), may_look=task.copy is not None)
    sight = _Sight(task)
    laid = _fits(task, findings, sight)
    fits = {place: fit for first, (_, fit) in laid.items() for place in task.files.get(first, (first,))}
    keys = {place: key for first, (key, _) in laid.items() for place in task.files.get(first, (first,))}
    digests = {place: sight.digest(place) for place in fits}
    files = Compared(task.originals, digests, sight, fits, findings, keys)
    groups = grouped(files)
    fits |= noted_apart(files, groups)
    fits |= _inspected(task, sight, fits, findings, keys)
    new = {key: value for key, value in findings.known.items() if key not in task.known}
    assessed = Assessed(tuple(tuple((place, fits[place]) for place in group) for group in groups))
    return _Answer(assessed, new, frozenset(findings.used))


class _Sight(Mapping[int, Picture]):
    """The pictures of a task, each decoded when it is first looked at: the copy, and the originals by their places."""

    def __init__(self, task: _Task) -> None:
        """Nothing is decoded."""
        self._task = task
        self._first = {place: first for first, places in task.files.items() for place in places}
        self._seen: dict[int, Picture] = {}

    @cached_property
    def copy(self) -> Picture:
        """The copy."""
        if self._task.copy is None:
            raise UnseenError
        return copy_pixels(self._task.copy)

    @cached_property
    def prepared(self) -> matcher.PreparedCopy:
        """The copy, to be compared."""
        return matcher.PreparedCopy(self.copy)

    @cached_property
    def scanner(self) -> matcher.Scanner:
        """The copy, to be laid everywhere."""
        return matcher.Scanner(self.copy)

    def jpeg(self, place: int) -> bytes:
        """The thumbnail of an original."""
        return self._task.thumbnails[self._first.get(place, place)]

    def digest(self, place: int) -> bytes:
        """What tells this thumbnail from others."""
        first = self._first.get(place, place)
        return self._task.digests.get(first) or self._task.thumbnails[first]

    def __getitem__(self, place: int) -> Picture:
        """The picture of an original."""
        first = self._first.get(place, place)
        if first not in self._seen:
            self._seen[first] = pixels(self._task.thumbnails[first])
        return self._seen[first]

    def __iter__(self) -> Iterator[int]:
        """The places."""
        return iter(self._task.originals)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._task.originals)


def _fits(task: _Task, findings: Findings, sight: _Sight) -> dict[int, tuple[str, Fit]]:
    """How well each original worth comparing explains the copy, and what that finding goes by."""
    found = {}
    for ways in _worth_comparing(task, findings, sight):
        first = ways[0].index
        key = _laid(task, ways)
        fit = findings.get(key, lambda ways=ways: fit_to_json(_compared(sight, ways)))  # type: ignore[misc]
        found[first] = key, fit_from_json(fit)
    return found


def _compared(sight: _Sight, ways: list[matcher.Proposal]) -> Fit:
    """The fit of one original; the whole thumbnail is decoded only where a small one does not show a stranger."""
    place = ways[0].index
    small = glimpse(sight.jpeg(place), matcher.needed_share(ways))
    seen = matcher.Seen(small.grey, small.share, small.size)
    look = matcher.first_looks(sight.prepared, [(seen, ways)])[0]
    return matcher.explain(sight.prepared, look, None if look.is_stranger else sight[place])


def _laid(task: _Task, ways: list[matcher.Proposal]) -> str:
    """What a fit depends on besides the copy: the content, and how it is held; places follow from both."""
    first = ways[0]
    content = task.contents.get(first.index, b"%d" % first.index).hex()
    if not task.far:
        return f"{content} {first.quarter_turns} {first.mirrored:d} {first.trim} {first.tilt:g}"
    bars = sorted({matcher.bars_of(one) for one in ways})
    return f"{content} {first.quarter_turns} {first.mirrored:d} anywhere {bars}"


def _inspected(
    task: _Task, sight: _Sight, fits: Mapping[int, Fit], findings: Findings, keys: Mapping[int, str]
) -> dict[int, Fit]:
    """The fits of the files that could be sent, or stand in the way of one, with what the file itself shows."""
    if not any(fit.sure for fit in fits.values()):
        return {}
    found = {}
    for place, fit in fits.items():
        if fit.score < SURE_SCORE - SURE_MARGIN or "quarter_turns" not in fit.measures:
            continue
        told = findings.get(f"file {keys[place]}", lambda place=place, fit=fit: _inspect(task, sight, place, fit))  # type: ignore[misc]
        found[place] = replace(fit, measures=dict(fit.measures) | told)
    return found


def _inspect(task: _Task, sight: _Sight, place: int, fit: Fit) -> dict[str, float]:
    try:
        whole = _at_full_detail(task.originals[place], fit, sight.copy)
    except UnavailableError:
        raise  # what could not be read now may be read by the next run: no answer is kept
    except PictureError:
        return {"inspected": 1.0}  # looked at, and nothing seen
    seen = sight[place] if whole is None else whole
    original = task.originals[place]
    told = matcher.inspect(sight.copy, seen, fit)
    if whole is not None and needs_trace(original, told):
        told["resampled"] = matcher.resampling_peak(_at_its_own_size(original, whole))
    if needs_detail(original, told):
        told |= matcher.inspect_detail(sight.copy, seen, fit, original.width)
    return {name: float(value) for name, value in told.items()}


def _at_full_detail(original: Original, fit: Fit, copy: Picture) -> Picture | None:
    """The file with an octave more than the copy holds, as far as it has it; None for one too large to be read here."""
    if original.width * original.height > BIG_PIXELS:
        return None
    across, down = fit.window.size
    window = min(original.width * across, original.height * down)
    scale = OCTAVE * min(copy.shape[:2]) / max(1.0, window)
    short = min(original.width, original.height)
    return look_again(read_bytes(original.path), min(short, max(1, round(short * scale))))


def _at_its_own_size(original: Original, looked_at: Picture) -> Picture:
    """The file with every pixel that it has; what was looked at, where that is so already."""
    short = min(original.width, original.height)
    return looked_at if min(looked_at.shape[:2]) == short else look_again(read_bytes(original.path), short)


def _worth_comparing(task: _Task, findings: Findings, sight: _Sight) -> list[list[matcher.Proposal]]:
    """Which proposals are compared closely: each original once, PROPOSALS different pictures and every copy of them,
    in the search's order, or from afar the LIKELIEST and with a few places to begin at.
    """
    order, enough = [[one] for one in task.proposals], PROPOSALS
    if task.far:
        enough = LIKELIEST
        order = matcher.look_everywhere(task.proposals, _Scan(task, findings, sight).places)
    chosen: dict[int, list[matcher.Proposal]] = {}
    shown: set[bytes] = set()
    for ways in order:
        place = ways[0].index
        digest = sight.digest(place)
        if place not in chosen and (digest in shown or len(shown) < enough):
            chosen[place] = ways
            shown.add(digest)
    return list(chosen.values())


class _Scan:
    """Where else in the originals the copy could lie, as far as that was not looked for before."""

    def __init__(self, task: _Task, findings: Findings, sight: _Sight) -> None:
        self._task, self._findings, self._sight = task, findings, sight
        self._glimpses: dict[int, Glimpse] = {}

    def places(self, one: matcher.Proposal) -> list[matcher.Proposal]:
        """The places of one proposal, likeliest first."""
        bars = matcher.bars_of(one)
        content = self._task.contents.get(one.index, b"%d" % one.index).hex()
        key = f"places {content} {one.quarter_turns} {one.mirrored:d} {bars}"
        return [
            replace(one, likeness=likeness, center=(x, y), side=side, tilt=tilt, trim=bars)
            for likeness, x, y, side, tilt in self._findings.get(key, lambda: self._look(one))
        ]

    def _look(self, one: matcher.Proposal) -> list[tuple[float, ...]]:
        if one.index not in self._glimpses:
            self._glimpses[one.index] = glimpse(self._sight.jpeg(one.index))
        small = self._glimpses[one.index]
        found = self._sight.scanner.places(small.grey, small.share, one)
        return [tuple(map(float, (each.likeness, *each.center, each.side, each.tilt))) for each in found]
