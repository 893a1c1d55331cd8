"""What a person said about a copy or a post, kept so that it is found again whatever the folder is called by then.

An answer belongs to one copy (its bytes, by sha256) and names originals by what they are, not by where they lie: the
sha256 of the file, or of the thumbnail that was made of it with the original's size in pixels. Either suffices, so an
answer outlives a renamed folder and a changed tag as well as a new version of the picture libraries.

Answers to one copy are steps, in order: "this" (this original it is), "posted" (this one, but what is sent is the
picture as posted, rendered from it), "never" (not this one), "none" (none of those shown). The last choice counts
unless something after it takes it back; what was refused stays refused until it is chosen, also when a replacement was
taken back since. Nothing here replaces anything: plan.py says what follows from an answer.

A picture of a post that is not on Flickr yet (post_of) is asked about in the same way, with the exported picture in the
copy's place; a photo on Flickr may be among what is shown. What follows from that is post_answers.py's.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from i2f.ground.archives import file_version, sha256_of
from i2f.ground.model import Answer, Original, Sent
from i2f.memory.journal import Journal

THIS, POSTED, NEVER, NONE = "this", "posted", "never", "none"
CHOICES = frozenset({THIS, POSTED})
_POST = "post:"


def post_of(key: str) -> str:
    """What answers about a post's picture are kept under in a photo's place; no photo's id looks like it."""
    return _POST + key


@dataclass(frozen=True, slots=True)
class Identity:
    """What an original is, or a photo on Flickr (`photo_id`) as it was compared; `name` is only for words."""

    sha256: str | None
    thumbnail_sha256: str | None
    width: int
    height: int
    size_bytes: int
    name: str
    photo_id: str | None = None

    def agrees(self, other: Identity) -> bool:
        """Whether both name one original, though perhaps only one of them was read to its end; or one photo on Flickr,
        of which only the very bytes count.
        """
        if self.photo_id is not None or other.photo_id is not None:
            return (self.photo_id, self.sha256) == (other.photo_id, other.sha256)
        if self.sha256 is not None and self.sha256 == other.sha256:
            return True
        return (
            self.thumbnail_sha256 is not None
            and self.thumbnail_sha256 == other.thumbnail_sha256
            and ((self.width, self.height) == (other.width, other.height))
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One answer: what was said, of which originals. `beside` are the photos on Flickr that were shown with a chosen
    original, and were not chosen.
    """

    kind: str
    originals: tuple[Identity, ...]
    beside: tuple[Identity, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """Everything said about one copy, oldest first; `asks_anew` where a replacement was taken back since."""

    copy_sha256: str
    steps: tuple[Step, ...]
    answered_at: float
    asks_anew: bool = False

    @property
    def chosen(self) -> Identity | None:
        """The original that was chosen and not taken back."""
        choice = self._choice
        return choice.originals[0] if choice else None

    @property
    def sent(self) -> Sent:
        """What is to be sent of it."""
        choice = self._choice
        return Sent.AS_POSTED if choice is not None and choice.kind == POSTED else Sent.ORIGINAL

    @property
    def _choice(self) -> Step | None:
        found: Step | None = None
        for step in self.steps:
            if step.kind in CHOICES:
                found = step
            elif found is not None and any(found.originals[0].agrees(one) for one in step.originals):
                found = None
        return found

    @property
    def is_none(self) -> bool:
        """Whether everything shown was refused at once, and nothing chosen since."""
        return self.chosen is None and any(step.kind == NONE for step in self.steps)

    @property
    def weighed(self) -> tuple[Identity, ...]:
        """The photos on Flickr that were refused, or shown when an original was chosen."""
        refused = tuple(one for one in self.never if one.photo_id is not None)
        return refused + tuple(one for step in self.steps for one in step.beside)

    @property
    def never(self) -> tuple[Identity, ...]:
        """The originals that were refused."""
        refused: list[Identity] = []
        for step in self.steps:
            for one in step.originals:
                refused = [each for each in refused if not each.agrees(one)]
                if step.kind not in CHOICES:
                    refused.append(one)
        return tuple(refused)


class Seen:
    """An original as it lies there now, hashed only when somebody asks."""

    def __init__(self, original: Original, journal: Journal) -> None:
        """Nothing is read yet."""
        self._original = original
        self._journal = journal

    @cached_property
    def thumbnail_sha256(self) -> str | None:
        """Of the kept thumbnail."""
        jpeg = self._journal.readings.thumbnail(self._original.path)
        return None if jpeg is None else hashlib.sha256(jpeg).hexdigest()

    @cached_property
    def sha256(self) -> str | None:
        """Of the file as it was read; where that is not known, as it is now, and None when it is not there, or no
        longer what was seen.
        """
        if self._original.content is not None:
            return self._original.content.hex()
        with suppress(OSError):
            digest = sha256_of(self._original.path)
            if file_version(self._original.path) == (self._original.size_bytes, self._original.mtime_ns):
                return digest
        return None

    def is_the_one(self, identity: Identity) -> bool:
        """Whether this is the original that was named."""
        one = self._original
        if identity.photo_id is not None:
            return False
        if (one.width, one.height) == (identity.width, identity.height) and (
            identity.thumbnail_sha256 is not None and self.thumbnail_sha256 == identity.thumbnail_sha256
        ):
            return True
        return (
            one.size_bytes == identity.size_bytes and identity.sha256 is not None and (self.sha256 == identity.sha256)
        )

    def identity(self, *, with_file: bool = True) -> Identity:
        """What to write down, so that it is found again."""
        one = self._original
        sha256 = self.sha256 if with_file else None
        return Identity(sha256, self.thumbnail_sha256, one.width, one.height, one.size_bytes, one.name)


def said_about(journal: Journal, photo_id: str, copy_sha256: str) -> Said | None:
    """What was said about this copy; None where nothing was, or where it was said of other bytes.

    A choice that was carried out and then taken back with `undo` is used up: it must not be carried out again. What
    was refused stays refused.
    """
    said = _all_said(journal, photo_id).get(copy_sha256)
    history = journal.histories.of(photo_id)
    if said is None or history.at is None or said.answered_at >= history.at.timestamp():
        return said
    refused = tuple(Step(NEVER, (one,)) for one in said.never)
    return Said(copy_sha256, refused, said.answered_at, asks_anew=True) if refused else None


def photos_named(journal: Journal) -> frozenset[str]:
    """The photos on Flickr that a person took for the picture of a post."""
    found = set()
    for photo_id in journal.assessments.answered(_POST):
        for said in _all_said(journal, photo_id).values():
            if said.chosen is not None and said.chosen.photo_id is not None:
                found.add(said.chosen.photo_id)
    return frozenset(found)


def is_refused_since(journal: Journal, photo_id: str, moment: float) -> bool:
    """Whether this photo's candidates were refused, and none chosen, since a moment in unix seconds."""
    since = [one for one in _all_said(journal, photo_id).values() if one.answered_at >= moment]
    return any(one.never and one.chosen is None for one in since)


def is_accepted_since(journal: Journal, photo_id: str, moment: float) -> bool:
    """Whether a candidate of this photo was accepted in the review since a moment in unix seconds."""
    return any(one.chosen is not None and one.answered_at >= moment for one in _all_said(journal, photo_id).values())


def was_accepted_before(journal: Journal, photo_id: str, moment: float) -> bool:
    """Whether a candidate of this photo was accepted in the review before a moment in unix seconds, and not since."""
    said = list(_all_said(journal, photo_id).values())
    return any(one.chosen is not None for one in said) and all(one.answered_at < moment for one in said)


def state_of(said: Said | None) -> str:
    """Everything said, as a short text that differs when one answer does; empty where nothing was said."""
    return "" if said is None else hashlib.sha256(repr((said.steps, said.asks_anew)).encode()).hexdigest()


def keep_step(
    journal: Journal, photo_id: str, copy_sha256: str, step: Step, clock: Callable[[], float] = time.time
) -> None:
    """Write down one more answer; it is on the disk when this returns."""
    said = said_about(journal, photo_id, copy_sha256)
    _keep(journal, photo_id, Said(copy_sha256, (*(said.steps if said else ()), step), clock()))


def take_back_step(journal: Journal, photo_id: str, copy_sha256: str) -> None:
    """Forget the last answer to this copy."""
    said = said_about(journal, photo_id, copy_sha256)
    if said is not None:
        _keep(journal, photo_id, Said(copy_sha256, said.steps[:-1], said.answered_at))


def _all_said(journal: Journal, photo_id: str) -> dict[str, Said]:
    """By the copy's bytes: what took its place may have been asked about since, and undo brings the copy back."""
    kept = journal.assessments.answer(photo_id)
    if kept is None:
        return {}
    body, answered_at = kept
    return {
        one.copy_sha256: one
        for one in (*(_read(other, other["answered_at"]) for other in body.get("others", ())), _read(body, answered_at))
    }


def _read(body: Mapping[str, Any], answered_at: float) -> Said:
    steps = tuple(Step(one["kind"], _named(one["originals"]), _named(one.get("beside", ()))) for one in body["steps"])
    return Said(body["copy_sha256"], steps, answered_at)


def _named(told: Iterable[Mapping[str, Any]]) -> tuple[Identity, ...]:
    return tuple(Identity(**one) for one in told)


def _keep(journal: Journal, photo_id: str, said: Said) -> None:
    others = [one for one in _all_said(journal, photo_id).values() if one.copy_sha256 != said.copy_sha256]
    if not said.steps:
        if not others:
            journal.assessments.forget_answer(photo_id)
            return
        said = others.pop()
    body = {**asdict(said), "others": [asdict(one) for one in others]}
    journal.assessments.keep_answer(photo_id, body, said.answered_at)


def find_again(said: Said, originals: Sequence[Original], journal: Journal) -> Answer:
    """The answer in terms of the originals that come into question now."""
    seen = {one.path: Seen(one, journal) for one in originals}

    def paths(identity: Identity) -> list[Path]:
        return [path for path, one in seen.items() if one.is_the_one(identity)]

    never = frozenset(path for identity in said.never for path in paths(identity))
    chosen = said.chosen
    found = paths(chosen) if chosen else []
    # The same file may lie in two places; the shorter path is as good as the other, and always the same.
    path = min(found, key=lambda one: (len(str(one)), str(one))) if found else None
    return Answer(path, chosen.name if chosen else None, never, said.asks_anew, said.sent)
