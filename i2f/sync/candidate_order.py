"""The order of candidates, as the report lists them, and of the files of one shot, of which the first is sent.

Ties break by a stated rule and never by the order of a directory: two runs over the same files tell the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from i2f.ground.flickr_accepts import SENT_AS_THEY_ARE
from i2f.ground.model import ALIKE, Candidate, Original
from i2f.photos.provenance import FileMark, is_edit, is_signed
from i2f.sync.thresholds import ASK_SCORE, FAINT_TRACE, SURE_MARGIN


def originals_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates best first; of those that may be the one, originals before what only holds the picture, and a camera's
    own before what was made of it.

    An original may be the one that fits for certain, or about as well as the best of all. One that fits far worse than
    a screenshot is another shot, and stands behind it.
    """
    top = max((one.fit.score for one in candidates), default=0.0)

    def rank(one: Candidate) -> tuple[object, ...]:
        near = one.fit.sure or one.fit.score >= top - SURE_MARGIN
        comes_first = not one.doubt and near and one.fit.score >= ASK_SCORE
        was_made_of_another = comes_first and ALIKE in one.fit.measures
        return not comes_first, was_made_of_another, -one.fit.score, bool(one.doubt), str(one.original.path)

    return sorted(candidates, key=rank)


def choose_twin(members: Sequence[Candidate], prefer: str) -> Candidate:
    """Of several files of one exposure, the one to send; the others become its twins.

    Only files that are as certain as the best of them may be chosen. "camera" prefers the camera's own file: one
    that names a camera and a capture time, then one without a trace of having been enlarged, then one that is no
    reduction of another, then one that is no edit, then one with the camera's own note, then the most pixels, then what
    Flickr takes without conversion. "look" prefers the file whose tones explain the copy best. Ties break by the
    shorter, then the alphabetically first path.
    """
    best = max(members, key=lambda one: one.fit.score)
    able = [one for one in members if one.fit.sure == best.fit.sure and one.fit.score >= best.fit.score - SURE_MARGIN]
    order = _Order.among(members)
    chosen, *rest = sorted(able, key=order.by_camera if prefer == "camera" else order.by_look)
    twins = [one.original for one in sorted(members, key=order.by_camera) if one is not chosen]
    because = (
        ""
        if not twins
        else "the only one that passes every test"
        if not rest
        else order.advantage(chosen, rest[0], prefer)
    )
    return Candidate(chosen.original, chosen.fit, tuple(twins), because, chosen.doubt)


# In the order of _Order.by_camera.
_ADVANTAGES = (
    "the one with camera and time",
    "the one that nobody enlarged",
    "the one with the most pixels",
    "the unedited one",
    "the one with the camera's own note",
    "the one with the most pixels",
    "the one Flickr takes without conversion",
    "the one with the shortest name",
    "the first one by name",
)
# A file without the camera's own note that holds less than this share of another's pixels was made smaller.
REDUCED = 0.5
# Edits are enlarged at times, so that one has more pixels than the camera's own file proves nothing of that, unless it
# has the size of what programs and services export.
LARGEST_EXPORT = 2048
# The faint trace of an enlargement is no reason to doubt a file that is alone. But another of the shot that has none,
# and no fewer than this share of its pixels, is sent first.
NEARLY_AS_LARGE = 0.25


def _pixels(original: Original) -> int:
    return original.width * original.height


def _has_trace(one: Candidate) -> bool:
    """Whether a file that no camera signed bears at least a faint trace of having been enlarged."""
    return not is_signed(one.original) and one.fit.measures.get("resampled", 0.0) >= FAINT_TRACE


def _is_enlarged(one: Candidate, largest_untraced: int) -> bool:
    """Whether a file bears a trace of having been enlarged, and another of its shot that is about as large none."""
    return _has_trace(one) and largest_untraced >= NEARLY_AS_LARGE * _pixels(one.original)


@dataclass(frozen=True, slots=True)
class _Order:
    """The order of the files of one shot; so many pixels have the largest that is no edit, and the largest edit, and
    the largest without a trace of having been enlarged.
    """

    largest: int
    largest_edit: int
    largest_untraced: int

    @classmethod
    def among(cls, members: Sequence[Candidate]) -> _Order:
        """The order of these files."""
        untraced = max((_pixels(one.original) for one in members if not _has_trace(one)), default=0)
        own = [one.original for one in members if not _is_enlarged(one, untraced)]
        edits = [_pixels(one) for one in own if is_edit(one)]
        others = [_pixels(one) for one in own if not is_edit(one)]
        return cls(max(others, default=0), max(edits, default=0), untraced)

    def is_reduced(self, original: Original) -> bool:
        """Whether a file was made smaller than another of its shot."""
        if FileMark.MAKER_NOTE in original.marks:
            return False
        exported = max(original.width, original.height) <= LARGEST_EXPORT
        largest = max(self.largest, self.largest_edit) if exported else self.largest
        return _pixels(original) < REDUCED * largest

    def by_camera(self, one: Candidate) -> tuple[object, ...]:
        """The camera's own file first."""
        original = one.original
        noted = FileMark.MAKER_NOTE in original.marks
        as_it_is = original.content_format in SENT_AS_THEY_ARE
        path = str(original.path)
        return (
            not is_signed(original),
            _is_enlarged(one, self.largest_untraced),
            self.is_reduced(original),
            is_edit(original),
            not noted,
            -_pixels(original),
            not as_it_is,
            len(path),
            path,
        )

    def by_look(self, one: Candidate) -> tuple[object, ...]:
        """The file whose tones explain the copy best first."""
        # Tones that differ by less than this explain the copy equally well; then the camera's own file.
        return -round(one.fit.tone, 2), *self.by_camera(one)

    def advantage(self, chosen: Candidate, other: Candidate, prefer: str) -> str:
        """What decided between the chosen twin and the next one, in words."""
        if prefer == "look" and self.by_look(chosen)[0] != self.by_look(other)[0]:
            return "the one whose tones match the copy best"
        pairs = zip(self.by_camera(chosen), self.by_camera(other), _ADVANTAGES, strict=True)
        return next((words for mine, theirs, words in pairs if mine != theirs), _ADVANTAGES[-1])
