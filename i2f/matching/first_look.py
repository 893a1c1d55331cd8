"""The first look: whether an original is a stranger to a copy, told from few pixels of it.

Of the originals that the search proposes for a copy one was its own, or none; the others share a horizon or a face in
the middle. A stranger shows as one on registration.py's second rung, at 64 pixels of the copy's short side. So the copy
is prepared once for all its comparisons, and of an original no more is asked at first than a picture of a few times
those pixels, which a JPEG decoder yields in a third of the time of the whole. Only what passes is decoded in full,
registered to the last rung and tested (matcher.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from i2f.ground.image import Picture, luminance
from i2f.matching.bars import is_framed, without_edges
from i2f.matching.looks import upright
from i2f.matching.registration import HOPELESS, LEVELS, Alignment, Beginning, Ladder, Seen, begin, start_of
from i2f.matching.retrieval import Proposal

ALIKE = 0.7
ROOM = 2.0
"""Times the pixels that the second rung needs, so that a decoder's own rough filter does not show in them."""


@dataclass(frozen=True, slots=True)
class Held:
    """A copy without its plain edges, turned and mirrored as an original shows it."""

    picture: Picture
    ladder: Ladder


class PreparedCopy:
    """One copy about to be compared with many originals: what all of them need of it is made once."""

    def __init__(self, copy: Picture) -> None:
        """`copy` is as it is on Flickr, upright, (height, width, 3)."""
        self._bare = without_edges(copy)
        self._grey = luminance(self._bare)
        self._framed = is_framed(self._grey)
        self._held: dict[tuple[int, bool], Held] = {}
        height, width = self._bare.shape[:2]
        self.cut = height < copy.shape[0], width < copy.shape[1]

    def held(self, proposal: Proposal) -> Held:
        """The copy as this proposal holds it."""
        way = proposal.quarter_turns, proposal.mirrored
        if way not in self._held:
            turned = np.ascontiguousarray(upright(self._bare, *way))
            grey = np.ascontiguousarray(upright(self._grey, *way))
            self._held[way] = Held(turned, Ladder(grey, self._framed))
        return self._held[way]


@dataclass(frozen=True, slots=True)
class FirstLook:
    """Where a copy seems to lie on an original whose thumbnail has `size` (height, width): alignments, best first."""

    proposal: Proposal
    begun: tuple[Alignment, ...]
    size: tuple[int, int]

    @property
    def is_stranger(self) -> bool:
        """Whether the two are different pictures, so that nobody needs to look any closer."""
        return self.begun[0].correlation < HOPELESS


def needed_share(ways: Sequence[Proposal]) -> float:
    """At which share of its thumbnail's size an original is large enough for the first look at these proposals."""
    return min(1.0, ROOM * LEVELS[1] / min(start_of(one).scale for one in ways))


def first_looks(copy: PreparedCopy, pairs: Sequence[tuple[Seen, Sequence[Proposal]]]) -> list[FirstLook]:
    """Lay a copy over originals, beginning at each of an original's proposals, all of which hold the copy the same way;
    those of all originals together, since that is quicker.
    """
    found: dict[int, FirstLook] = {}
    held: dict[int, list[int]] = {}
    for place, (_, ways) in enumerate(pairs):
        held.setdefault(id(copy.held(ways[0])), []).append(place)
    for places in held.values():
        beginnings = [
            Beginning(seen, [start_of(one) for one in ways], ways[0].likeness > ALIKE)
            for seen, ways in (pairs[place] for place in places)
        ]
        begun = begin(copy.held(pairs[places[0]][1][0]).ladder, beginnings)
        for place, alignments in zip(places, begun, strict=True):
            found[place] = FirstLook(pairs[place][1][0], tuple(alignments), pairs[place][0].size)
    return [found[place] for place in range(len(pairs))]
