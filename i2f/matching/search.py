"""The search: of all originals those most like a copy, coarse to fine, for many copies at once.

Every window of every original would be 35 kB an original to multiply with sixty vectors a copy. So each original has a
coarse description besides: every other window along either side, in its `COARSE_WAVES` lowest waves, of unit length
again, 6 kB. All copies of a batch are compared with it by one matrix product, so that its bytes become floats once;
the best go on to be compared by all their windows (ranking.py).

All numbers are whole ones below 2^24, where a float counts exactly: the result depends neither on the batch nor on the
order of the originals nor on the library that multiplies, nor on the threads that share the work.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from i2f.ground.image import Floats, Picture
from i2f.ground.packed import Packed
from i2f.matching.looks import AS_IT_IS, OTHERWISE, UNIT, Look, Queries, queries_of
from i2f.matching.ranking import (
    ENTRY,
    SHORTLIST,
    SPARE,
    Ranking,
    is_near,
    likeness_of,
    nearest,
    nothing,
    widest,
)
from i2f.matching.retrieval import HEADER_ROWS, WAVES, Proposal, window_grid, windows_of

COARSE_WAVES = 24
COARSE_LENGTH = 127
SLOT = 32
"""Windows in one slot of a coarse description: it has some slots, the last filled up with its last window."""
PRODUCT = 1_000_000
"""Numbers in one product of windows and queries: few enough to be reduced before they leave the processor's cache."""
ROWS = 8192
PART = 1024
"""Originals that one thread compares coarsely before it hands over what it found."""
FINE_ROWS = 10_000
THREADS = os.cpu_count() or 1
AHEAD = 2 * THREADS
"""Parts that are begun before the first of them is taken up."""

Fingerprint = NDArray[np.int8]


@lru_cache(maxsize=4096)
def _coarse_windows(height: int, width: int) -> NDArray[np.intp]:
    """Which windows of an original's thumbnail the coarse description has: every other one along both sides."""
    kept, first = [], 0
    for _, _, _, ys, xs in window_grid(height, width):
        kept.append(first + np.flatnonzero(np.isin(ys, _thinned(ys)) & np.isin(xs, _thinned(xs))))
        first += len(ys)
    return np.concatenate(kept)


def _thinned(corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every other place along a side, the first and the last among them."""
    places = np.unique(corners)
    kept = np.linspace(0, len(places) - 1, len(places) // 2 + 1)
    return np.asarray(places[np.unique(np.round(kept).astype(int))])


def coarse(fingerprint: Fingerprint) -> Fingerprint:
    """The coarse description of an original: int8 (slots, SLOT, COARSE_WAVES)."""
    chosen = fingerprint[HEADER_ROWS:][_coarse_windows(*_size_of(fingerprint)), :COARSE_WAVES]
    vectors = _of_length(chosen, COARSE_LENGTH)
    missing = -len(vectors) % SLOT
    filled = np.concatenate([vectors, np.repeat(vectors[-1:], missing, axis=0)])
    return filled.astype(np.int8).reshape(-1, SLOT, COARSE_WAVES)


def _of_length(vectors: NDArray[np.int8] | NDArray[np.int16], length: int) -> NDArray[np.float64]:
    """Vectors brought to a length in whole numbers, by sums of whole numbers that no order can change."""
    whole = vectors.astype(np.int64)
    norms = np.sqrt((whole * whole).sum(axis=1, keepdims=True).astype(np.float64))
    return np.asarray(np.round(whole * length / np.maximum(norms, 1.0)))


def _size_of(fingerprint: Fingerprint) -> tuple[int, int]:
    height, width = fingerprint[0, :4].copy().view("<i2")
    return int(height), int(width)


class Index:
    """The fingerprints of a folder's originals, ready to be searched."""

    def __init__(self, fingerprints: Sequence[Fingerprint]) -> None:
        """Describe `fingerprints` coarsely; a proposal's index counts in this sequence."""
        self._fingerprints = Packed.of(fingerprints)
        self._coarse = Packed.of([coarse(one) for one in fingerprints])
        self.names = np.arange(len(fingerprints), dtype=np.uint64)

    @classmethod
    def stored(cls, fingerprints: Packed, described: Packed, names: NDArray[np.uint64]) -> Index:
        """The same of what was described before; rankings call the originals by `names`."""
        index = cls([])
        index._fingerprints, index._coarse, index.names = fingerprints, described, names  # noqa: SLF001 - its own
        return index

    def __len__(self) -> int:
        """How many originals there are."""
        return len(self.names)

    def search(self, copy: Picture, limit: int = 8) -> list[Proposal]:
        """The `limit` originals most like the copy, best first.

        A copy that was turned, mirrored, or set between wide bars is recognised where nothing else is near.
        """
        queries = queries_of(copy)
        (plain,) = self.rank([queries], AS_IT_IS)
        otherwise = nothing() if is_near(plain) else self.rank([queries], OTHERWISE)[0]
        return self._proposed(queries, nearest(plain, otherwise, limit))

    def search_widely(self, copy: Picture, limit: int) -> list[Proposal]:
        """The `limit` originals most like the copy as it is, and as many pairs of an original and a way of turning,
        mirroring or trimming the copy.
        """
        queries = queries_of(copy)
        (plain,), (otherwise,) = self.rank([queries], AS_IT_IS), self.rank([queries], OTHERWISE)
        return self._proposed(queries, widest(plain, otherwise, limit))

    def _proposed(self, queries: Queries, entries: Sequence[np.void]) -> list[Proposal]:
        places = {int(name): place for place, name in enumerate(self.names)}
        return [self.propose(queries, entry, places[int(entry["name"])]) for entry in entries]

    def propose(self, queries: Queries, entry: np.void, place: int) -> Proposal:
        """Where in the original at `place` the copy lies, held as this entry of its ranking says."""
        fingerprint = self._fingerprints.at(place).reshape(-1, WAVES)
        look, vector = _look_of(queries, entry), queries.of(int(entry["way"]))[entry["look"]]
        window = int((fingerprint[HEADER_ROWS:].astype(np.float32) @ vector.astype(np.float32)).argmax())
        x, y, side = (float(v) for v in windows_of(*_size_of(fingerprint))[window])
        height, width = queries.height, queries.width
        if look.quarter_turns % 2:
            height, width = width, height
        beside = look.end * side / (1 - 2 * look.trim) / (2 * min(height, width))
        center = x - beside * (width - min(height, width)), y - beside * (height - min(height, width))
        return replace(unplaced(queries, entry, place), center=center, side=side)

    def rank(
        self,
        copies: Sequence[Queries],
        ways: Sequence[int],
        among: NDArray[np.intp] | None = None,
        least: Sequence[float] | None = None,
    ) -> list[Ranking]:
        """For each copy the originals most like it, held in these ways; `among` is by their places, else all.

        What has less coarse likeness than `least`, one figure for each copy, is left out and does not count as missing:
        it could not enter the ranking that this one is for (Ranking.least).
        """
        places = np.arange(len(self)) if among is None else among
        if not len(places):
            return [nothing() for _ in copies]
        best = [_Best(one) for one in least or [-np.inf] * len(copies)]
        with ThreadPoolExecutor(THREADS) as pool:
            for part, likeness in self._coarse_likeness(copies, ways, places, pool):
                for one, each in zip(best, likeness, strict=True):
                    one.offer(each, part)
            return list(pool.map(lambda queries, one: self._ranking(queries, one, ways), copies, best))

    def _ranking(self, queries: Queries, best: _Best, ways: Sequence[int]) -> Ranking:
        entries = np.zeros(len(best.places), ENTRY)
        entries["name"], entries["coarse"] = self.names[best.places], best.likeness
        entries["way"] = np.asarray(ways)[best.ways]
        for way in set(entries["way"].tolist()):
            those = np.flatnonzero(entries["way"] == way)
            entries["likeness"][those], entries["look"][those] = self._likeness(queries.of(way), best.places[those])
        return Ranking.of(entries, is_complete=best.has_all)

    def _likeness(
        self, vectors: NDArray[np.int16], places: NDArray[np.intp]
    ) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
        """For each original the likeness of its most alike window, and the look that it is like."""
        looks = vectors.astype(np.float32)
        found = np.zeros((len(vectors), len(places)), np.float32)
        rows = self._fingerprints.lengths[places] // WAVES - HEADER_ROWS
        ends = np.cumsum(rows)
        for first, last in _spans(ends, FINE_ROWS):
            windows = [self._fingerprints.at(int(one)).reshape(-1, WAVES)[HEADER_ROWS:] for one in places[first:last]]
            starts = ends[first:last] - rows[first:last]
            product = np.concatenate(windows, dtype=np.float32) @ looks.T
            found[:, first:last] = np.maximum.reduceat(product, starts - starts[0], axis=0).T
        return found.max(axis=0).astype(np.int32), found.argmax(axis=0)

    def _coarse_likeness(
        self, copies: Sequence[Queries], ways: Sequence[int], places: NDArray[np.intp], pool: ThreadPoolExecutor
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        """Part after part of the originals, their places and likeness (copies, ways, originals)."""
        vectors, owners = _coarse_queries(copies, ways)
        parts = [places[first : first + PART] for first in range(0, len(places), PART)]
        begun: deque[Future[Floats]] = deque()
        for at, part in enumerate(parts):
            begun.extend(
                pool.submit(self._coarse_part, vectors, owners, one) for one in parts[at + len(begun) : at + AHEAD]
            )
            yield part, begun.popleft().result().reshape(len(copies), len(ways), -1)

    def _coarse_part(self, vectors: Floats, owners: NDArray[np.intp], places: NDArray[np.intp]) -> Floats:
        """The coarse likeness of these originals to each copy in each way: (copies x ways, originals)."""
        slots = self._coarse.lengths[places] // (SLOT * COARSE_WAVES)
        ends = np.cumsum(slots)
        best = np.empty((len(owners), len(places)), np.float32)
        for first, last in _spans(ends, ROWS // SLOT):
            block = self._coarse.block(places[first:last]).reshape(-1, SLOT, COARSE_WAVES)
            # The windows of a slot apart, so that the greatest of them is found along whole rows.
            windows = block.transpose(1, 0, 2).astype(np.float32).reshape(-1, COARSE_WAVES)
            starts = ends[first:last] - slots[first:last]
            found = np.empty((last - first, len(vectors)), np.float32)
            step = max(1, PRODUCT // len(windows))
            for query in range(0, len(vectors), step):
                product = windows @ vectors[query : query + step].T
                of_slots = product.reshape(SLOT, len(block), -1).max(axis=0)
                found[:, query : query + step] = np.maximum.reduceat(of_slots, starts - starts[0], axis=0)
            best[:, first:last] = np.maximum.reduceat(found, owners, axis=1).T
        return best


def _spans(ends: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Consecutive originals, from the first to before the last, that hold so many rows together; one at least. `ends`
    are their rows added up.
    """
    first = 0
    while first < len(ends):
        done = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + most, "right")))
        yield first, last
        first = last


def unplaced(queries: Queries, entry: np.void, place: int) -> Proposal:
    """What an entry of a copy's ranking proposes, but for where in the original the copy lies."""
    look = _look_of(queries, entry)
    middle = (0.0, 0.0)
    return Proposal(place, likeness_of(entry), middle, 0.0, look.trim, look.quarter_turns, look.mirrored, look.tilt)


def _look_of(queries: Queries, entry: np.void) -> Look:
    return queries.ways[int(entry["way"])][int(entry["look"])]


class _Best:
    """The best pairs of an original and a way for one copy, as blocks of originals are offered; none below `least`.

    `has_all` while none of the others was left out.
    """

    def __init__(self, least: float) -> None:
        self.likeness = np.zeros(0, np.int32)
        self.places = np.zeros(0, np.intp)
        self.ways = np.zeros(0, np.intp)
        self.has_all = True
        self._least = least

    def offer(self, likeness: Floats, places: NDArray[np.intp]) -> None:
        """Take what is as good as the last of those kept; `likeness` is (ways, originals)."""
        way, original = np.nonzero(likeness >= self._least)
        if not len(way):
            return
        self.likeness = np.concatenate([self.likeness, likeness[way, original].astype(np.int32)])
        self.places = np.concatenate([self.places, places[original]])
        self.ways = np.concatenate([self.ways, way])
        if len(self.likeness) > SHORTLIST + SPARE:
            # Whatever is as good as the last one kept stays, too: the ranking breaks ties by name.
            self._least = np.partition(self.likeness, -(SHORTLIST + SPARE))[-(SHORTLIST + SPARE)]
            those = self.likeness >= self._least
            self.has_all = False
            self.likeness, self.places, self.ways = self.likeness[those], self.places[those], self.ways[those]


def _coarse_queries(copies: Sequence[Queries], ways: Sequence[int]) -> tuple[Floats, NDArray[np.intp]]:
    """The vectors that the coarse descriptions are multiplied with, copy after copy and way after way, and where each
    copy's ways begin.
    """
    vectors, starts, count = [], [], 0
    for queries in copies:
        for way in ways:
            chosen = [queries.of(way)[place] for place, look in enumerate(queries.ways[way]) if _is_coarse(way, look)]
            starts.append(count)
            count += len(chosen)
            vectors += chosen
    return _of_length(np.stack(vectors)[:, :COARSE_WAVES], UNIT).astype(np.float32), np.array(starts)


def _is_coarse(way: int, look: Look) -> bool:
    """Low waves are tolerant: straightening does not matter to them, and of the margins few."""
    return not look.tilt and (way in AS_IT_IS or way == OTHERWISE[-1] or look.trim > 0 or bool(look.end))
