"""What lies before the person in one review: the questions, and the rules by which an answer is taken.

An answer can lead to a replacement, which nobody can take back, so it must be about what the person saw. It names the
question by a stamp of the copy and of everything offered for it, the original by what it is, and the number of answers
that the page knew of; an answer that names anything else is refused and nothing of it is kept. For many questions
answered as one there is more: each pair was shown by this server, and each question offers one file only, which is not
itself in doubt, so that nothing is accepted in passing that should be compared or looked at as a whole.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from i2f.memory.journal import Journal
from i2f.memory.review_answers import NONE, THIS, Identity, Said, keep_step, said_about, take_back_step
from i2f.sync.questions import Choice, Progress, Question, identity_of, read_progress, step_of

UNDO = "undo"
# An answer waits so long for the files it names to be read; their thumbnails are known at once.
PATIENCE_S = 0.06


@dataclass(frozen=True, slots=True)
class Answered:
    """What the page says of one question: which one, which original, and how many changes it knew of."""

    photo_id: str
    stamp: str
    candidate: str | None
    revision: int


@dataclass(slots=True)
class ReviewSession:
    """The questions, the journal and the pictures of one review; `history` holds what `u` would undo, oldest first."""

    questions: list[Question]
    journal: Journal
    backups: Path
    hashing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    identities: dict[tuple[int, int], Future[Identity]] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    shown: set[tuple[int, int]] = field(default_factory=set)
    history: list[tuple[int, ...]] = field(default_factory=list)
    revisions: list[int] = field(default_factory=list)
    _progress: list[Progress] = field(default_factory=list)
    _said: list[Said | None] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Look once which questions are open; later only those that are answered change."""
        for number, question in enumerate(self.questions):
            self._numbers[question.photo_id] = number
            self.revisions.append(0)
            self._said.append(self._read(number))
            self._progress.append(read_progress(self.journal, question))
        self.waiting.update(number for number, one in enumerate(self._progress) if not one.done)

    def progress(self, number: int) -> Progress:
        """How far one question is answered."""
        return self._progress[number]

    def number_of(self, photo_id: str) -> int | None:
        """The question about this photo."""
        return self._numbers.get(photo_id)

    def identify(self, number: int, choice: int) -> Future[Identity]:
        """What an original is, worked out beside what the person looks at."""
        key = (number, choice)
        if key not in self.identities:
            self.identities[key] = self.hashing.submit(
                identity_of, self.questions[number].choices[choice], self.journal
            )
        return self.identities[key]

    def answer(self, kind: str, answers: Sequence[Answered]) -> list[int]:
        """Write answers down, or take the last ones back; returns the questions that refuse it, and then keeps none."""
        with self._guard:
            numbers = [self._numbers[one.photo_id] for one in answers]
            refused = [
                number
                for number, one in zip(numbers, answers, strict=True)
                if self._was_changed(number) or not self._is_current(number, one)
            ]
            if kind == THIS and len(numbers) > 1:
                refused += [
                    number
                    for number, one in zip(numbers, answers, strict=True)
                    if number not in refused and not self._may_pass(number, one)
                ]
            if not refused:
                self._carry_out(kind, numbers, answers)
            return refused

    def _carry_out(self, kind: str, numbers: Sequence[int], answers: Sequence[Answered]) -> None:
        deadline, done = time.monotonic() + PATIENCE_S, []
        try:
            for number, one in zip(numbers, answers, strict=True):
                self._write(number, kind, one.candidate, deadline)
                done.append(number)
        except BaseException:
            for number in done if kind != UNDO else ():  # many answered as one are kept all or not at all
                question = self.questions[number]
                take_back_step(self.journal, question.photo_id, question.copy_sha256)
            raise
        finally:
            for number in numbers:
                self._look_again(number)
        if kind != UNDO:
            self.history.append(tuple(numbers))
        elif self.history and set(self.history[-1]) == set(numbers):
            self.history.pop()

    def _write(self, number: int, kind: str, candidate: str | None, deadline: float) -> None:
        question = self.questions[number]
        if kind == UNDO:
            take_back_step(self.journal, question.photo_id, question.copy_sha256)
            return
        keys = [key_of(one) for one in question.choices]
        places = range(len(keys)) if kind == NONE or candidate is None else [keys.index(candidate)]
        step = step_of(question, kind, self._identities(number, places, deadline), self.journal)
        keep_step(self.journal, question.photo_id, question.copy_sha256, step)

    def _identities(self, number: int, places: Iterable[int], deadline: float) -> tuple[Identity, ...]:
        """What was looked at; a file on a slow disk is known by its thumbnail, nobody waits for it to be read."""
        found = []
        for place in places:
            try:
                found.append(self.identify(number, place).result(max(0.0, deadline - time.monotonic())))
            except TimeoutError:
                found.append(identity_of(self.questions[number].choices[place], self.journal, with_file=False))
        return tuple(found)

    def _is_current(self, number: int, one: Answered) -> bool:
        return one.stamp == stamp_of(self.questions[number]) and one.revision == self.revisions[number]

    def _was_changed(self, number: int) -> bool:
        """Whether somebody else answered since (another window, a terminal)."""
        if self._read(number) == self._said[number]:
            return False
        self._look_again(number)
        return True

    def _may_pass(self, number: int, one: Answered) -> bool:
        """Whether a file may be accepted together with others: the only one offered, shown, and not itself in doubt."""
        left = [
            place for place in range(len(self.questions[number].choices)) if place not in self._progress[number].refused
        ]
        if len(left) != 1 or (number, left[0]) not in self.shown:
            return False
        question = self.questions[number]
        choice = question.choices[left[0]]
        return one.candidate == key_of(choice) and not choice.doubt and choice.photo_id is None

    def _look_again(self, number: int) -> None:
        self.revisions[number] += 1
        self._said[number] = self._read(number)
        self._progress[number] = read_progress(self.journal, self.questions[number])
        change: Callable[[int], None] = self.waiting.discard if self._progress[number].done else self.waiting.add
        change(number)

    def _read(self, number: int) -> Said | None:
        question = self.questions[number]
        return said_about(self.journal, question.photo_id, question.copy_sha256)


def key_of(choice: Choice) -> str:
    """Names one version of one file."""
    one = choice.original
    photo = f"\0{choice.photo_id}" if choice.photo_id else ""  # two photos may be one file
    told = os.fsencode(one.path) + f"\0{one.size_bytes}\0{one.mtime_ns}{photo}".encode()
    return hashlib.sha256(told).hexdigest()[:16]


def stamp_of(question: Question) -> str:
    """Names a question: the copy's bytes and everything that is offered for it."""
    told = " ".join((question.copy_sha256, *(key_of(one) for one in question.choices)))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
