"""For every copy, which originals come into question: search, compare, and put the files of one shot together.

The matcher knows arrays; this module knows whose arrays they are. The search runs here, for a batch of copies at once
(known_copies.py); the comparisons, which take the time, run in worker processes that are handed the copy's file and the
kept thumbnails of the few originals proposed, never the originals themselves.

An answer depends on the copy's bytes and on the set of originals alone, so it is kept in the journal under both and not
sought twice. Where the set is another, what was found beside the originals that are still there is taken from the
journal (findings.py), and only what is new is compared: the answer is that of a run from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import matcher
from i2f.ground.errors import PictureError
from i2f.memory.journal import Journal
from i2f.sync.compare_workers import WorkerPool, processes_worth_starting
from i2f.sync.comparing import Answer, Task, compare_all, laid, looked_for
from i2f.sync.eligibility import doubt_about
from i2f.sync.gallery import Assessed, Gallery, from_json, to_json
from i2f.sync.known_copies import AS_IT_IS, OTHERWISE, KnownCopies, KnownCopy
from i2f.sync.thresholds import HARDLY

# Files that differ in their EXIF alone look the same; they count once among the proposals, up to so many. Of one file
# that lies in the folder many times so many places at most are looked at.
CROWD = 16
# Where none of those explains the copy, so many that look like it are scanned for it, and so many turned or mirrored.
FAR = 48
# Copies that are searched for together, and written down together.
BATCH = 32


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
            answers[sha256] = from_json(known)
            on_done()
    for some in _seek(waiting, gallery, journal, on_done, kept_as):
        found = {sha256: assessed for sha256, assessed in some.items() if assessed is not None}
        answers |= found
        journal.assessments.keep((kept_as + sha256, signature, to_json(one)) for sha256, one in found.items())
    return answers


def _seek(
    waiting: Mapping[str, Path], gallery: Gallery, journal: Journal, on_done: Callable[[], None], kept_as: str
) -> Iterator[Mapping[str, Assessed | None]]:
    """The answers, batch after batch."""
    if not waiting:
        return
    if not gallery.originals:
        for _ in waiting:
            on_done()
        yield dict.fromkeys(waiting, Assessed(()))
        return
    seeker = _Seeker(KnownCopies(gallery, journal, kept_as), gallery, journal, on_done)
    with WorkerPool(processes_worth_starting(len(waiting))) as pool:
        names = list(waiting)
        for first in range(0, len(names), BATCH):
            yield seeker.seek({name: waiting[name] for name in names[first : first + BATCH]}, pool)


@dataclass(frozen=True, slots=True)
class _Seeker:
    """Searches for copies and compares them with what it found."""

    known: KnownCopies
    gallery: Gallery
    journal: Journal
    on_done: Callable[[], None]

    def seek(self, files: Mapping[str, Path], pool: WorkerPool) -> dict[str, Assessed | None]:
        """The answers for a batch of copies; what was found out is kept."""
        copies = self._find(files)
        self.known.bring_up_to_date(copies, AS_IT_IS)
        self.known.bring_up_to_date([one for one in copies if not one.is_near], OTHERWISE)
        answers: dict[str, Assessed | None] = dict.fromkeys(files)
        answers |= self._compare(copies, pool, far=False)
        unexplained = [one for one in copies if self._is_unexplained(answers[one.sha256])]
        self.known.bring_up_to_date(unexplained, OTHERWISE)
        # Whatever the second look finds is tested like the first; a copy that it cannot compare keeps its first answer,
        # and so does one of which the first look found at least a file that holds it, and the second no original.
        for sha256, answer in self._compare(unexplained, pool, far=True).items():
            if answer is not None and not (_is_held(answers[sha256]) and self._is_unexplained(answer)):
                answers[sha256] = answer
        self.known.keep(one for one in copies if answers[one.sha256] is not None)
        return answers

    def _is_unexplained(self, answer: Assessed | None) -> bool:
        """Whether no original explains the copy at all. Then the search may have been deceived: simple scenes are like
        many others and like their own mirror image, and small crops of a large folder are like anything. A screenshot
        or an enlarged copy that explains it says nothing of where the original is.
        """
        return answer is not None and not any(
            fit.score >= HARDLY and not doubt_about(self.gallery.originals[place], fit)
            for group in answer.groups
            for place, fit in group
        )

    def _find(self, files: Mapping[str, Path]) -> list[KnownCopy]:
        found = []
        for sha256, file in files.items():
            try:
                found.append(self.known.find(sha256, file))
            except (PictureError, OSError):
                self.on_done()
        return found

    def _compare(self, copies: Iterable[KnownCopy], pool: WorkerPool, far: bool) -> dict[str, Assessed | None]:
        """Compare in the workers what was not compared before."""
        answers: dict[str, Assessed | None] = {}
        waiting, all_pictures = list(copies), False
        while waiting:
            tasks = self._tasks(waiting, far, all_pictures)
            unseen = []
            for copy, answer in zip(waiting, pool.compare(tasks), strict=True):
                if answer is not None and answer.assessed is None and not all_pictures:
                    unseen.append(copy)
                    continue
                if answer is not None:
                    copy.findings.known |= answer.found
                    copy.findings.used |= answer.used
                answers[copy.sha256] = None if answer is None else answer.assessed
                if far or not self._is_unexplained(answers[copy.sha256]):
                    self.on_done()
            waiting, all_pictures = unseen, True
        return answers

    def _tasks(self, copies: Iterable[KnownCopy], far: bool, all_pictures: bool) -> Iterator[Task | Answer | None]:
        for copy in copies:
            task, entries = self._task(copy, far)
            answer = compare_all(task)
            if answer.assessed is not None:
                yield answer
                continue
            try:
                yield self._with_pictures(copy, task, entries, all_pictures)
            except (PictureError, OSError):
                yield None

    def _task(self, copy: KnownCopy, far: bool) -> tuple[Task, list[Any]]:
        """What is proposed for a copy, as far as that is known without its picture; and the entries of its rankings."""
        choose, limit = (matcher.widest, FAR) if far else (matcher.nearest, CROWD)
        entries = choose(copy.ranking(AS_IT_IS), copy.ranking(OTHERWISE), limit)
        files = {self.known.files(at)[0]: self.known.files(at)[:CROWD] for at in map(self.known.at, entries)}
        contents = {place: self.gallery.contents[place] for place in files}
        digests = self.journal.readings.digests(contents.values())
        task = Task(
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

    def _with_pictures(self, copy: KnownCopy, task: Task, entries: Iterable[Any], all_pictures: bool) -> Task | None:
        """With the pictures of the originals of which something is not known yet, or of all.

        None when a thumbnail is missing: it could be the sibling that makes this a question.
        """
        key = looked_for if task.far else laid
        wanted = {
            one.index: task.contents[one.index]
            for one in task.proposals
            if all_pictures or key(task, [one]) not in task.known
        }
        jpegs = self.journal.readings.thumbnails(wanted.values())
        if any(content not in jpegs for content in wanted.values()):
            return None
        placed = task.proposals
        if not task.far:  # the scan finds its places itself
            placed = tuple(replace(self.known.propose(copy, one), index=self._first_file(one)) for one in entries)
        thumbnails = {place: jpegs[content] for place, content in wanted.items()}
        return replace(task, copy=copy.data(), proposals=placed, thumbnails=thumbnails)


def _is_held(answer: Assessed | None) -> bool:
    """Whether any file explains the copy somehow."""
    return answer is not None and any(fit.score >= HARDLY for group in answer.groups for _, fit in group)
