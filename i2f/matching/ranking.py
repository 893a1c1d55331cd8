"""The originals most like one copy, best first, kept between runs and brought up to date by what is new and gone.

The search has two steps: a coarse likeness (search.py), cheap enough for every original, and the likeness itself, for
the `SHORTLIST` that the coarse one names. A ranking is that list and some places more, so that a few originals may go
without another being missed. Each place depends on the copy and the one original alone, and ties break by name, so a
ranking of a whole folder and one put together from rankings of its parts are equal, place by place.

An original is named by a number that belongs to its content (the sync's business), never by its place in a folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from i2f.matching.looks import OTHERWISE, UNIT

SHORTLIST = 512
SPARE = 64
NEAR = 0.80
"""Likeness above which the plain upright search is believed; strangers' best of 300 originals reach 0.6 to 0.7."""
UNUSUAL = 0.05
"""A copy turned by a right angle or mirrored must look better by this much: many scenes are nearly symmetric."""
ENTRY = np.dtype([("name", "<u8"), ("coarse", "<i4"), ("likeness", "<i4"), ("way", "u1"), ("look", "u1")])
"""One place: an original held one way (looks.py) and the look of that way that is most like it. Coarse likeness and
likeness are whole numbers, `UNIT` times the length of a window's vector for two that are equal.
"""
LENGTH = 254
"""Of a window's vector in a fingerprint."""
_BARS = OTHERWISE[-1]

Entries = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best entries by coarse likeness; `is_complete` when there are no others."""

    entries: Entries
    is_complete: bool

    @classmethod
    def of(cls, entries: Entries, is_complete: bool = True) -> Ranking:
        """So many of these entries as are kept, in order."""
        order = np.lexsort((entries["way"], entries["name"], -entries["coarse"].astype(np.int64)))
        return cls(entries[order[: SHORTLIST + SPARE]], is_complete and len(entries) <= SHORTLIST + SPARE)

    def encode(self) -> bytes:
        """As it is kept."""
        return bytes([self.is_complete]) + self.entries.tobytes()

    @classmethod
    def decode(cls, kept: bytes) -> Ranking:
        """What was kept."""
        return cls(np.frombuffer(kept, ENTRY, offset=1), bool(kept[0]))

    @property
    def shortlist(self) -> Entries:
        """The entries by their likeness, best first."""
        short = self.entries[:SHORTLIST]
        return short[np.lexsort((short["way"], short["name"], -short["likeness"].astype(np.int64)))]

    @property
    def least(self) -> float:
        """The coarse likeness below which an original cannot enter this ranking."""
        return -np.inf if self.is_complete else float(self.entries["coarse"][-1])

    def merged(self, fresh: Ranking, gone: NDArray[np.uint64]) -> Ranking | None:
        """This ranking less what is gone, with another one of new originals; None where too many are gone to tell."""
        kept = self.entries[~np.isin(self.entries["name"], gone)]
        together = np.concatenate([kept, fresh.entries])
        if self.is_complete and fresh.is_complete:
            return Ranking.of(together)
        for one in (self, fresh):
            if not one.is_complete:  # beyond its last entry there may be others that nobody kept
                together = together[~_is_beyond(together, one.entries[-1])]
        return Ranking.of(together, is_complete=False) if len(together) >= SHORTLIST else None


def _is_beyond(entries: Entries, last: np.void) -> NDArray[np.bool_]:
    """Which entries come after this one in the order of a ranking."""
    coarse, name, way = entries["coarse"], entries["name"], entries["way"]
    later = (name > last["name"]) | ((name == last["name"]) & (way > last["way"]))
    return np.asarray((coarse < last["coarse"]) | ((coarse == last["coarse"]) & later))


def nothing() -> Ranking:
    """The ranking of no originals."""
    return Ranking(np.zeros(0, ENTRY), True)


def is_near(plain: Ranking) -> bool:
    """Whether an original is so like the copy as it is that it need not be held otherwise."""
    return bool(len(plain.entries)) and likeness_of(plain.shortlist[0]) >= NEAR


def likeness_of(entry: np.void) -> float:
    """A correlation coefficient, -1 to 1."""
    return int(entry["likeness"]) / (LENGTH * UNIT)


def nearest(plain: Ranking, otherwise: Ranking, limit: int) -> list[np.void]:
    """So many originals most like the copy, each held as it looks best; turned or mirrored only where that is clear."""
    penalty = int(UNUSUAL * LENGTH * UNIT)

    def rank(entry: np.void) -> int:
        return penalty * (int(entry["way"]) in OTHERWISE and int(entry["way"]) != _BARS) - int(entry["likeness"])

    found = sorted((*plain.shortlist[:limit], *otherwise.shortlist[:limit]), key=rank)
    return _each_once(found)[:limit]


def widest(plain: Ranking, otherwise: Ranking, limit: int) -> list[np.void]:
    """So many originals most like the copy as it is, and as many pairs of an original and another way of holding it."""
    return [*plain.shortlist[:limit], *otherwise.shortlist[:limit]]


def _each_once(entries: Iterable[np.void]) -> list[np.void]:
    chosen: dict[int, np.void] = {}
    for entry in entries:
        chosen.setdefault(int(entry["name"]), entry)
    return list(chosen.values())
