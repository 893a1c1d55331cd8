"""The originals of a run, and the answer for one copy: which came into question, kept and made into candidates.

An answer names originals by their place in the gallery, and is kept under the gallery's signature: the same files
unchanged need not be asked about again. What becomes of it when the folder changed is candidates.py's.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matcher
from i2f.ground.model import Candidate, Fit, Original
from i2f.photos.reader import READER_VERSION
from i2f.sync.candidate_order import choose_twin, originals_first
from i2f.sync.eligibility import doubt_about
from i2f.sync.findings import fit_from_json, fit_to_json

VERSION = f"{matcher.MATCHER_VERSION}-{READER_VERSION}"
"""How originals are read and compared: what another version found is not believed."""


@dataclass(frozen=True, slots=True)
class Gallery:
    """The originals of this run in one order, and what each one's content goes by (its sha256)."""

    originals: Sequence[Original]
    contents: tuple[bytes, ...]

    def signature(self) -> str:
        """Names this very set of files and how they are read: the same files unchanged give the same name."""
        digest = hashlib.sha256(VERSION.encode())
        for one in self.originals:
            digest.update(os.fsencode(one.path) + f"\0{one.size_bytes}\0{one.mtime_ns}\0".encode())
            if one.told is not None:  # names tell what is an edit of what
                digest.update(f"{one.name}\0{one.told.edited}\0".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Assessed:
    """The members that came into question for one copy: groups of twins, each a list of (original's place, fit)."""

    groups: tuple[tuple[tuple[int, Fit], ...], ...]


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


def to_json(assessed: Assessed) -> Any:
    """An answer as it is kept."""
    return [[[place, *fit_to_json(fit)] for place, fit in group] for group in assessed.groups]


def from_json(body: Any) -> Assessed:
    """What was kept."""
    return Assessed(tuple(tuple((place, fit_from_json(fit)) for place, *fit in group) for group in body))
