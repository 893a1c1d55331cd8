"""One copy compared with what is proposed for it: which files come into question, and which of them are of one shot.

Everything slow is a finding (findings.py), so that a copy which was compared before is compared with what is new alone.
This runs in worker processes, with pictures; and before that where it was called from, without, in case all is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import matcher
from i2f.ground.errors import PictureError
from i2f.ground.image import Picture
from i2f.ground.model import Fit, Original
from i2f.photos.decode import BIG_PIXELS, glimpse, look_again, pixels
from i2f.photos.open import UnavailableError, unchanged_bytes
from i2f.sync.eligibility import needs_detail, needs_letters, needs_trace
from i2f.sync.findings import Findings, UnseenError, fit_from_json, fit_to_json
from i2f.sync.gallery import Assessed
from i2f.sync.grouping import Compared, grouped, noted
from i2f.sync.known_copies import copy_pixels
from i2f.sync.thresholds import HARDLY, SURE_MARGIN, SURE_SCORE

# So many are compared for each copy; the report shows plan.SHOWN groups at most.
PROPOSALS = 8
# Where none of those explains the copy, so many of what promises most at a glance: the true one is the likeliest nearly
# always, and beside it stand its siblings. (A ploughed field with a sticker on it, of lists/final-17.json, was fifth.)
LIKELIEST = 6
# From afar a scene may be as likely mirrored or upside down; every way that falls short of the likeliest by less than
# this is tried.
ABOUT_AS_LIKELY = 0.05
# Files are looked at again with so many times the copy's pixels a side: an octave beyond what the copy can hold.
OCTAVE = 2.0


@dataclass(frozen=True, slots=True)
class Task:
    """One copy and what is proposed for it, and what a worker needs to compare them: the copy's bytes, the thumbnails.
    Without them it can be carried out where all is known already.

    A proposal's index is the first of the places of its content's files in the gallery: `files` has all of them.
    Thumbnails, what tells them apart (`digests`) and `contents` are by that first place, originals by each.
    """

    copy: bytes | None
    proposals: tuple[matcher.Proposal, ...]
    originals: Mapping[int, Original]
    thumbnails: Mapping[int, bytes]
    files: Mapping[int, tuple[int, ...]]
    digests: Mapping[int, bytes]
    contents: Mapping[int, bytes]
    far: bool = False
    known: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a task: the groups in question, what was found out, and which findings it rests on.

    Without groups a picture was wanted that the task did not have, since it seemed to be known what it shows.
    """

    assessed: Assessed | None
    found: Mapping[str, Any] = field(default_factory=dict)
    used: frozenset[str] = frozenset()


def compare_all(task: Task) -> Answer:
    """Compare one copy with its proposals and put twins together; without groups where a picture is missing."""
    findings = Findings(dict(task.known), may_look=task.copy is not None)
    try:
        assessed = _assessed(task, findings)
    except UnseenError:
        assessed = None
    new = {key: value for key, value in findings.known.items() if key not in task.known}
    return Answer(assessed, new, frozenset(findings.used))


def _assessed(task: Task, findings: Findings) -> Assessed:
    sight = _Sight(task)
    if task.copy is not None:
        _ = sight.copy  # one that cannot be decoded has no answer, whatever is proposed for it
    compared = _fits(task, findings, sight)
    fits = {place: fit for first, (_, fit) in compared.items() for place in task.files[first]}
    keys = {place: key for first, (key, _) in compared.items() for place in task.files[first]}
    digests = {place: sight.digest(place) for place in fits}
    files = Compared(task.originals, digests, sight, fits, findings, keys)
    groups = grouped(files)
    fits |= noted(files, groups)
    fits |= _inspected(task, sight, fits, findings, keys)
    return Assessed(tuple(tuple((place, fits[place]) for place in group) for group in groups))


def looked_for(task: Task, ways: Sequence[matcher.Proposal]) -> str:
    """What the places found for a proposal depend on besides the copy."""
    one = ways[0]
    return f"places {task.contents[one.index].hex()} {one.quarter_turns} {one.mirrored:d} {matcher.bars_of(one)}"


class _Sight(Mapping[int, Picture]):
    """The pictures of a task, each decoded when it is first looked at: the copy, and the originals by their places."""

    def __init__(self, task: Task) -> None:
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
        first = self._first[place]
        if first not in self._task.thumbnails:
            raise UnseenError
        return self._task.thumbnails[first]

    def digest(self, place: int) -> bytes:
        """What tells this thumbnail from others."""
        return self._task.digests[self._first[place]]

    def __getitem__(self, place: int) -> Picture:
        """The picture of an original."""
        first = self._first[place]
        if first not in self._seen:
            self._seen[first] = pixels(self.jpeg(first))
        return self._seen[first]

    def __iter__(self) -> Iterator[int]:
        """The places."""
        return iter(self._task.originals)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._task.originals)


def _fits(task: Task, findings: Findings, sight: _Sight) -> dict[int, tuple[str, Fit]]:
    """How well each original worth comparing explains the copy, held as it does so best, and what that finding goes
    by.
    """
    found: dict[int, tuple[str, Fit]] = {}
    for ways in _worth_comparing(task, findings, sight):
        first = ways[0].index
        if first in found and found[first][1].score >= HARDLY:
            continue
        key = laid(task, ways)
        fit = fit_from_json(findings.get(key, lambda ways=ways: fit_to_json(_compared(sight, ways))))  # type: ignore[misc]
        if first not in found or fit.score > found[first][1].score:
            found[first] = key, fit
    return found


def _compared(sight: _Sight, ways: list[matcher.Proposal]) -> Fit:
    """The fit of one original; the whole thumbnail is decoded only where a small one does not show a stranger."""
    place = ways[0].index
    small = glimpse(sight.jpeg(place), matcher.needed_share(ways))
    seen = matcher.Seen(small.grey, small.share, small.size)
    look = matcher.first_looks(sight.prepared, [(seen, ways)])[0]  # alone, so that it does not depend on others
    return matcher.explain(sight.prepared, look, None if look.is_stranger else sight[place])


def laid(task: Task, ways: Sequence[matcher.Proposal]) -> str:
    """What a fit depends on besides the copy: the content, and how it is held; places follow from both."""
    first = ways[0]
    content = task.contents[first.index].hex()
    if not task.far:
        return f"{content} {first.quarter_turns} {first.mirrored:d} {first.trim} {first.tilt:g}"
    bars = sorted({matcher.bars_of(one) for one in ways})
    return f"{content} {first.quarter_turns} {first.mirrored:d} anywhere {bars}"


def _inspected(
    task: Task, sight: _Sight, fits: Mapping[int, Fit], findings: Findings, keys: Mapping[int, str]
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


def _inspect(task: Task, sight: _Sight, place: int, fit: Fit) -> dict[str, float]:
    original, data, whole = task.originals[place], b"", None
    try:
        if original.width * original.height <= BIG_PIXELS:  # a larger one is not read here
            data = unchanged_bytes(original)
            whole = look_again(data, _full_detail(original, fit, sight.copy))
    except UnavailableError:
        raise  # what could not be read now may be read by the next run: no answer is kept
    except PictureError:
        return {"inspected": 1.0}  # looked at, and nothing seen
    seen = sight[place] if whole is None else whole
    told = matcher.inspect(sight.copy, seen, fit, original.width)
    if needs_letters(original, told):
        told |= matcher.inspect_writing(sight.copy, seen, fit)
    if whole is not None and needs_trace(original, told):
        short = min(original.width, original.height)
        told["resampled"] = matcher.resampling_peak(whole if min(whole.shape[:2]) == short else look_again(data, short))
    if needs_detail(original, told):
        told |= matcher.inspect_detail(sight.copy, seen, fit, original.width)
    return {name: float(value) for name, value in told.items()}


def _full_detail(original: Original, fit: Fit, copy: Picture) -> int:
    """The short side at which a file holds an octave more than the copy does, or all that it has."""
    across, down = fit.window.size
    window = min(original.width * across, original.height * down)
    scale = OCTAVE * min(copy.shape[:2]) / max(1.0, window)
    short = min(original.width, original.height)
    return min(short, max(1, round(float(short * scale))))


def _worth_comparing(task: Task, findings: Findings, sight: _Sight) -> list[list[matcher.Proposal]]:
    """Which proposals are compared closely: PROPOSALS different pictures and every copy of them, in the search's
    order, each original once; or from afar the LIKELIEST, with a few places to begin at, and each held in every way
    that is about as likely.
    """
    order, enough = [[one] for one in task.proposals], PROPOSALS
    if task.far:
        enough = LIKELIEST
        order = matcher.look_everywhere(task.proposals, _Scan(task, findings, sight).places)
    chosen: list[list[matcher.Proposal]] = []
    likeness: dict[int, float] = {}
    shown: set[bytes] = set()
    for ways in order:
        place = ways[0].index
        digest = sight.digest(place)
        if place in likeness:
            if task.far and ways[0].likeness > likeness[place] - ABOUT_AS_LIKELY:
                chosen.append(ways)
        elif digest in shown or len(shown) < enough:
            chosen.append(ways)
            likeness[place] = ways[0].likeness
            shown.add(digest)
    return chosen


class _Scan:
    """Where else in the originals the copy could lie, as far as that was not looked for before."""

    def __init__(self, task: Task, findings: Findings, sight: _Sight) -> None:
        self._task, self._findings, self._sight = task, findings, sight
        self._ground: tuple[int, matcher.Ground] | None = None

    def places(self, one: matcher.Proposal) -> list[matcher.Proposal]:
        """The places of one proposal, likeliest first."""
        bars, key = matcher.bars_of(one), looked_for(self._task, [one])
        return [
            replace(one, likeness=likeness, center=(x, y), side=side, tilt=tilt, trim=bars)
            for likeness, x, y, side, tilt in self._findings.get(key, lambda: self._look(one))
        ]

    def _look(self, one: matcher.Proposal) -> list[tuple[float, ...]]:
        if self._ground is None or self._ground[0] != one.index:
            small = glimpse(self._sight.jpeg(one.index))
            self._ground = one.index, matcher.Ground(small.grey, small.share)
        found = self._sight.scanner.places(self._ground[1], one)
        return [tuple(map(float, (each.likeness, *each.center, each.side, each.tilt))) for each in found]
