"""A copy with all that is known of it, and the originals that look like it, brought up to date for this run's gallery.

A copy that was searched for before is searched for among the new originals alone; what is gone falls out of its
rankings. Only where so much is gone that others, which were never kept, could have moved up, it is searched for among
all of them again. Either way the rankings are those of a search from nothing (matching/ranking.py). Copies of one batch
are searched for together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import matcher
from i2f.ground.errors import PictureError
from i2f.ground.image import Picture
from i2f.ground.packed import Packed
from i2f.memory.array_file import Spans
from i2f.memory.evidence import StoredEvidence, StoredRanking
from i2f.memory.journal import Journal
from i2f.photos.color_profiles import to_srgb
from i2f.photos.decode import decode_fully, turned
from i2f.photos.open import open_picture, read_bytes
from i2f.sync.findings import Findings, decode, encode
from i2f.sync.gallery import VERSION, Gallery

LARGEST_COPY = 2048
WAYS: Mapping[str, Sequence[int]] = {"as it is": matcher.AS_IT_IS, "otherwise": matcher.OTHERWISE}
AS_IT_IS, OTHERWISE = WAYS


@dataclass(slots=True)
class KnownCopy:
    """One copy: how it is searched for, its rankings by WAYS with the set of originals they are of, and what was found.

    `stored` are the findings as they were kept, None for a copy that is new. Of the rankings those asked for in
    this run are `current`; another may be of originals that are gone.
    """

    sha256: str
    file: Path
    queries: matcher.Queries
    findings: Findings
    rankings: dict[str, tuple[str, matcher.Ranking]] = field(default_factory=dict)
    stored: frozenset[str] | None = None
    moved_on: set[str] = field(default_factory=set)
    current: set[str] = field(default_factory=set)

    def ranking(self, ways: str) -> matcher.Ranking:
        """The ranking for these ways, of no originals where this run did not need it."""
        return self.rankings[ways][1] if ways in self.current else matcher.nothing()

    @property
    def is_near(self) -> bool:
        """Whether an original is so like the copy as it is that it need not be held otherwise."""
        return matcher.is_near(self.ranking(AS_IT_IS))

    def data(self) -> bytes:
        """The copy's bytes; PictureError where the file is not what was saved."""
        return checked_bytes(self.file, self.sha256)


class KnownCopies:
    """What is known of copies, and this run's originals to search them among, each content once."""

    def __init__(self, gallery: Gallery, journal: Journal, kept_as: str = "") -> None:
        """Open the fingerprints; nothing is searched yet. `kept_as` as for candidates.assess."""
        self._kept_as = kept_as
        self._journal = journal
        places: dict[bytes, list[int]] = {}
        for place, content in enumerate(gallery.contents):
            places.setdefault(content, []).append(place)
        contents, windows, coarse = journal.readings.fingerprints(gallery.contents)
        self._names = np.array([_name_of(one) for one in contents], np.uint64)
        self.index = matcher.Index.stored(_mapped(windows), _mapped(coarse), self._names)
        self._among = journal.evidence.keep_names(np.unique(self._names).astype("<u8").tobytes())
        self._at = {int(name): at for at, name in enumerate(self._names)}
        self._places = [tuple(places[one]) for one in contents]

    def find(self, sha256: str, file: Path) -> KnownCopy:
        """What is known of this copy; a new one is described. Raises PictureError or OSError where it cannot be."""
        kept = self._journal.evidence.find(self._kept_as + sha256, VERSION)
        if kept is None:
            queries = matcher.queries_of(copy_pixels(checked_bytes(file, sha256)))
            return KnownCopy(sha256, file, queries, Findings(may_look=False))
        findings = decode(kept.findings)
        rankings = {ways: (one.among, matcher.Ranking.decode(one.entries)) for ways, one in kept.rankings.items()}
        queries = matcher.Queries.decode(kept.queries)
        return KnownCopy(sha256, file, queries, Findings(findings, may_look=False), rankings, frozenset(findings))

    def bring_up_to_date(self, copies: Iterable[KnownCopy], ways: str) -> None:
        """Make the rankings for these ways those of this run's originals."""
        anew: list[KnownCopy] = []
        by_set: dict[str, list[KnownCopy]] = {}
        for copy in copies:
            copy.current.add(ways)
            if ways in copy.rankings:
                by_set.setdefault(copy.rankings[ways][0], []).append(copy)
            else:
                anew.append(copy)
        by_set.pop(self._among, None)
        for among, those in by_set.items():
            anew += self._merge(those, ways, among)
        for copy, ranking in zip(anew, self._rank(anew, ways, None), strict=True):
            self._take(copy, ways, ranking)

    def _merge(self, copies: Sequence[KnownCopy], ways: str, among: str) -> list[KnownCopy]:
        """Search among what is new since; the copies that must be searched for among all."""
        kept = self._journal.evidence.names(among)
        if kept is None:
            return list(copies)
        before = np.frombuffer(kept, "<u8")
        gone = np.setdiff1d(before, self._names)
        fresh = np.flatnonzero(~np.isin(self._names, before))
        unclear = []
        for copy, ranking in zip(copies, self._rank(copies, ways, fresh), strict=True):
            merged = copy.ranking(ways).merged(ranking, gone)
            if merged is None:
                unclear.append(copy)
            else:
                self._take(copy, ways, merged)
        return unclear

    def _rank(self, copies: Sequence[KnownCopy], ways: str, among: NDArray[np.intp] | None) -> list[matcher.Ranking]:
        """The rankings of a search among these originals, or all; of some, what could enter the copies' own alone."""
        if not copies:
            return []
        least = None if among is None else [copy.rankings[ways][1].least for copy in copies]
        return self.index.rank([copy.queries for copy in copies], WAYS[ways], among, least)

    def _take(self, copy: KnownCopy, ways: str, ranking: matcher.Ranking) -> None:
        copy.rankings[ways] = (self._among, ranking)
        copy.moved_on.add(ways)

    def at(self, entry: np.void) -> int:
        """Where an entry's original stands among the contents."""
        return self._at[int(entry["name"])]

    def files(self, at: int) -> tuple[int, ...]:
        """The places in the gallery of the files that hold this content."""
        return self._places[at]

    def propose(self, copy: KnownCopy, entry: np.void) -> matcher.Proposal:
        """What an entry proposes, and where in the original the copy lies."""
        return self.index.propose(copy.queries, entry, self.at(entry))

    def keep(self, copies: Iterable[KnownCopy]) -> None:
        """Write down what is known now of these copies."""
        found, rankings = {}, {}
        for copy in copies:
            kept = {ways: StoredRanking(among, ranking.encode()) for ways, (among, ranking) in copy.rankings.items()}
            asked_for = copy.findings.asked_for()
            if copy.stored is None or not asked_for.keys() <= copy.stored:
                found[self._kept_as + copy.sha256] = StoredEvidence(copy.queries.encode(), encode(asked_for), kept)
            elif copy.moved_on:
                rankings[self._kept_as + copy.sha256] = {ways: kept[ways] for ways in copy.moved_on}
        self._journal.evidence.keep(found, VERSION)
        self._journal.evidence.keep_rankings(rankings)


def _mapped(spans: Spans) -> Packed:
    return Packed.mapped(spans.file, spans.starts, spans.lengths)


def _name_of(content: bytes) -> int:
    """What an original is called in rankings: the first eight bytes of its hash, which no two will share."""
    return int.from_bytes(content[:8], "little")


def checked_bytes(file: Path, sha256: str) -> bytes:
    """A saved copy's bytes. What a spoilt file shows would be kept as the answer about the copy that it was."""
    data = read_bytes(file)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise PictureError("the backup is not what was saved")
    return data


def copy_pixels(data: bytes) -> Picture:
    """A copy upright in sRGB, (height, width, 3); one that is no small copy is shrunk, since no copy needs more."""
    with open_picture(data) as opened:
        image = to_srgb(decode_fully(opened), opened.image.info.get("icc_profile"))
        upright = turned(image, opened.orientation).convert("RGB")
    upright.thumbnail((LARGEST_COPY, LARGEST_COPY))
    return np.asarray(upright)
