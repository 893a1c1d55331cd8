"""Which of the files that were compared with one copy show one exposure: they share one answer.

A wrong twin is worse than none: of twins any may be sent, while two groups that both fit make a question. So a file
joins a group only where nothing says otherwise. The files that a camera signed come first: to a screenshot or a small
export each shot of a burst can be alike, and it would put together what differs when looked at directly. For the same
reason a file is compared with more than the first of a group.

Where two groups both fit for certain, what the pictures tell of the two is noted in their fits for plan.py. Something
moved between them (APART): then even a file that is no original stands in the way of one. Or one is of files that no
camera signed, the other of a camera's own, and inside what the copy shows they are twins (ALIKE): somebody wrote,
cut or painted around it, and what was made of the shot does not stand in the way of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

import matcher
from i2f.ground.image import Picture
from i2f.ground.model import ALIKE, APART, Fit, Kinship, Original
from i2f.photos.provenance import has_camera, is_edit, is_signed
from i2f.photos.same_shot import other_exposure_by_exif, same_exposure_by_exif
from i2f.sync.findings import Findings
from i2f.sync.thresholds import HARDLY

# A group seldom has more files that differ; comparing with every one of a large group would take too long.
MEMBERS_COMPARED = 3


@dataclass(frozen=True, slots=True)
class Compared:
    """The files that were compared with one copy, by their place in the gallery: what is known and seen of each.

    `thumbnails` are equal for equal pictures; `keys` are what the fits go by among the findings.
    """

    originals: Mapping[int, Original]
    thumbnails: Mapping[int, bytes]
    pictures: Mapping[int, NDArray[np.uint8]]
    fits: Mapping[int, Fit]
    findings: Findings = field(default_factory=Findings)
    keys: Mapping[int, str] = field(default_factory=dict)

    def kinship(self, first: int, second: int, by_exif: bool) -> Kinship:
        """How two files that fit the copy are related, by looking."""

        def look() -> str:
            pictures, fits = self.pictures, self.fits
            return matcher.kinship(pictures[first], fits[first], pictures[second], fits[second], by_exif).value

        return Kinship(self.findings.get(f"kin {self._pair(first, second)} {by_exif:d}", look))

    def moved_inside(self, first: int, second: int) -> bool:
        """Whether something moved between two files inside what the copy shows, by looking."""
        return self._seen("moved", matcher.moved_inside, first, second)

    def alike_inside(self, first: int, second: int) -> bool:
        """Whether two files show the same inside what the copy shows, by looking."""
        return self._seen("alike", matcher.alike_inside, first, second)

    def _seen(self, what: str, look: Callable[[Picture, Fit, Picture, Fit], bool], first: int, second: int) -> bool:
        pictures, fits = self.pictures, self.fits
        return bool(
            self.findings.get(
                f"{what} {self._pair(first, second)}",
                lambda: bool(look(pictures[first], fits[first], pictures[second], fits[second])),
            )
        )

    def _pair(self, first: int, second: int) -> str:
        return f"{self.keys.get(first, first)} | {self.keys.get(second, second)}"


def grouped(files: Compared) -> list[list[int]]:
    """The files of one exposure together, those that a camera signed first, then the ones that fit best."""
    groups: list[list[int]] = []
    for place in sorted(files.fits, key=lambda one: (not has_camera(files.originals[one]), -files.fits[one].score)):
        home = next((group for group in groups if _belongs(files, group, place)), None)
        if home is None:
            groups.append([place])
        else:
            home.append(place)
    return groups


def noted(files: Compared, groups: Sequence[Sequence[int]]) -> dict[int, Fit]:
    """The fits of the certain files of groups between which something moved, or that show the same inside what the
    copy shows though one alone was signed, with a note of it.
    """
    sure = ([place for place in group if files.fits[place].sure] for group in groups)
    certain = [group for group in sure if group]
    notes: dict[int, dict[str, float]] = {}
    for one, other in combinations(certain, 2):
        if _moved(files, one[0], other[0]):
            notes |= {place: {APART: 1.0} for place in (*one, *other)}
    for place in _alike(files, certain):
        notes.setdefault(place, {ALIKE: 1.0})
    return {
        place: replace(files.fits[place], measures=dict(files.fits[place].measures) | note)
        for place, note in notes.items()
    }


def _alike(files: Compared, certain: Sequence[Sequence[int]]) -> list[int]:
    """The files that nobody signed and that show what the one group with a camera's own file does."""
    signed = [group for group in certain if any(is_signed(files.originals[place]) for place in group)]
    if len(signed) != 1:
        return []
    own = next(place for place in signed[0] if is_signed(files.originals[place]))
    return [
        place for group in certain if group is not signed[0] and files.alike_inside(group[0], own) for place in group
    ]


def _moved(files: Compared, first: int, second: int) -> bool:
    """Whether two files that fit for certain are two exposures, by EXIF or by looking."""
    one, other = files.originals[first], files.originals[second]
    return other_exposure_by_exif(one, other) or (
        not same_exposure_by_exif(one, other) and files.moved_inside(first, second)
    )


def _belongs(files: Compared, group: Sequence[int], place: int) -> bool:
    """Whether a file is a twin of the first of a group and of the next few that differ, and EXIF denies none."""
    originals = files.originals
    if any(other_exposure_by_exif(originals[one], originals[place]) for one in group):
        return False
    head, *others = group
    if not _are_twins(files, head, place):
        return False
    return all(
        same_exposure_by_exif(originals[one], originals[place]) or _are_twins(files, one, place)
        for one in _to_look_at(files, others, (head, place))
    )


def _to_look_at(files: Compared, members: Sequence[int], looked_at: Sequence[int]) -> list[int]:
    """The first few members that look like none of those looked at already; none where the copy is not explained.

    Edits are left out: what was not made from an edit may differ from it as two filters do.
    """
    seen = {files.thumbnails[one] for one in looked_at}
    if files.fits[looked_at[-1]].score < HARDLY:
        return []
    found: list[int] = []
    for one in members:
        if files.fits[one].score >= HARDLY and not is_edit(files.originals[one]) and files.thumbnails[one] not in seen:
            seen.add(files.thumbnails[one])
            found.append(one)
    return found[: MEMBERS_COMPARED - 1]


def _are_twins(files: Compared, first: int, second: int) -> bool:
    """Whether two files show one exposure: by EXIF or by looking. A rival is none, whatever its EXIF says, nor
    are two shots to which one camera gave two times, however much alike they look.

    Looking needs a copy that both explain somehow; where one does not, EXIF alone speaks.
    """
    one, other = files.originals[first], files.originals[second]
    if other_exposure_by_exif(one, other):
        return False
    by_exif = same_exposure_by_exif(one, other)
    if min(files.fits[first].score, files.fits[second].score) < HARDLY:
        return by_exif
    kin = files.kinship(first, second, by_exif)
    return kin is Kinship.TWIN or (by_exif and kin is not Kinship.RIVAL)
