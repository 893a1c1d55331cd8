"""Whether a file that holds the picture is an original: a capture, an edit or a full-size export of it.

The matcher tells exposures apart, not files. In a phone's folder beside the photographs lie screenshots of the app and
of the gallery, collages, posters, slides, other programs' thumbnails, what a chat app made of a picture, and the copy
itself, enlarged. Each holds the picture and fits the copy as well as the original does, often better. None may take the
copy's place: what was cut away stays away, and Flickr would keep a status bar for ever.

No single sign settles it. A bare JPEG may be the only file left of a photograph; a collage may carry its maker's
EXIF; a horizon may lie where somebody cropped. So four witnesses are heard and what they say adds up:

- the border of the window (seams.py): a photograph goes on across it, a screenshot or collage stops there. All sides
  that are not the file's edge must stop, or fewer beside a drawn ground; and more where a camera signed the file; and
  further out, whether the photograph ends inside the file (frames.py), another picture begins (cuts.py), or the same
  one comes back mirrored (mirrors.py);
- what was drawn elsewhere: a viewer's strip along an edge (strips.py), a surrounding drawn out of the border
  (smears.py). Both of these are added up in containment.py;
- detail (detail.py): an enlarged copy has none beyond the copy's own, and repeats the copy's very pixels; and whatever
  was enlarged, the copy or a shrunken original, bears the trace of it (resampling.py);
- the file itself (provenance.py): camera and capture time, the word "Screenshot", a screen's size, names and folders.

For a file without camera and time one thing at least must speak for it that no file made from the copy can have: the
scene goes on beyond the copy's border, the copy is tilted, its tones are a filter's, or there is finer detail. The
first two can be made up (a reflection or a smear around the copy, its corners filled), and a shrunken original has
them; so with many pixels and no finer detail at all they are not enough. A name or folder alone never condemns a file
that a camera signed. But camera data are copied by programs, too: where they are of a picture of another shape or a
smaller one they count for nothing, and where the whole file is the copy with no finer detail they do not vouch for it.

Whatever is in doubt becomes a question that says why. It never stands in the way of a true original beside it: a
doubtful file competes with another candidate only where EXIF or movement between the two proves that it is another
exposure (plan.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from i2f.ground.model import Fit, Original
from i2f.photos.provenance import (
    LARGEST_SAVED,
    FileMark,
    PathMark,
    has_camera,
    is_screen_size,
    is_signed,
    is_size_of_a_post,
    path_marks,
)
from i2f.sync.containment import contains, drawn_by_a_program, goes_on, sides_of
from i2f.sync.thresholds import FAINT_TRACE

LEAST_BEYOND = 0.03
"""Share of the copy's short side that lies beyond a side at which the scene goes on."""
TONES, SAME_TONES = 12.0, 5.0
"""Grey levels by which the copy's tones differ from the file's own where a filter was applied, and at most where none
was. (Hard sharpening of a grainy enlargement clips, which alone moved its tones by 7.)"""
SMALLER, SMALLER_AND_BARE = 0.5, 0.6
"""Pixels for one of the copy's, a side, below which a file is smaller than the copy, whatever `min_gain` allows, and
where no camera signed it: cells of a collage are. (Original and copy of a deep crop have had 0.56 at least.)"""
NO_DETAIL = 0.5
"""Share of the finer detail an original has, below which there is none."""
RESAMPLED, RESAMPLED_WITHOUT_DETAIL = 16.0, 10.0
"""Peak of the trace that enlarging leaves, above which it is believed, and where no clear detail was found, or none can
be told, since the window is too small. (Where it was looked for and there is none at all, FAINT_TRACE is enough.)"""
CLEAR_DETAIL = 1.5
"""Share of the finer detail an original has, above which there is some for sure; sharpening makes a little of it. (Of
some 1,230 true pairs whose trace was measured, those with a share of 1 to 2 had a peak of 9.3 at most.)"""
TOLD_DETAIL = 1.5
"""Pixels for one of the copy's, a side, from which a file without finer detail shows too little: a bare one whatever
lies around, a signed one where nothing does. (Of 95 bare originals in which the scene goes on, 4 had none, all below
1.46: less than half an octave.)"""
AMPLE = 2.0
"""Pixels for one of the copy's, a side, from which a filter alone does not make up for LITTLE_DETAIL: sharpened
enlargements had up to 0.97. (Of 464 true pairs whose detail was measured one had less than 1 there, 0.91.)"""
LITTLE_DETAIL = 1.0
"""As NO_DETAIL, for a whole file in the copy's tones: enlarged copies had at most 0.6, a sharpened one 0.91."""
TILTED = 1.0
LARGEST_THUMBNAIL = 2048
WHOLE = 0.97
"""Share of a file's sides that a window of the whole file has at least."""


def doubt_about(original: Original, fit: Fit) -> str:
    """Why a file that fits a copy may be no original, in plain words; empty where nothing speaks against it."""
    name, marks = original.name, path_marks(original.called)
    signed = is_signed(original)
    if FileMark.SCREENSHOT in original.marks or (original.content_format == "PNG" and _is_screen(original)):
        return f"{name} is a screenshot that contains the picture"
    if contains(fit.measures, signed):
        kind = "a screenshot" if PathMark.SCREENSHOT in marks or is_screen_size(original) else "a collage or a poster"
        return f"{name} is {kind} that contains the picture"
    if drawn := drawn_by_a_program(fit.measures, signed):
        return f"{name} {drawn}"
    if PathMark.THUMBNAIL in marks and max(original.width, original.height) <= LARGEST_THUMBNAIL:
        return f"{name} is a thumbnail that another program made"
    if fit.measures.get("factor", 1.0) < (SMALLER if signed else SMALLER_AND_BARE):
        return f"{name} is smaller than the copy"
    if not signed:
        return _doubt_about_unsigned(original, fit, marks)
    if fit.measures.get("inspected") and _is_enlarged_all_the_same(fit.measures):
        return f"{name} may be the copy itself, enlarged, whatever its camera data says"
    return ""


def _is_enlarged_all_the_same(measures: Mapping[str, float]) -> bool:
    """Whether a file that a camera seems to have signed is most likely the copy, enlarged: it shows nothing beyond the
    copy, and bears the trace of it, or has room for finer detail and none, or hardly any and the copy's own tones.
    """
    if is_resampled(measures):
        return not shows_more(measures)
    if measures.get("factor", 1.0) < TOLD_DETAIL and measures.get("resampled", 0.0) < FAINT_TRACE:
        return False  # a soft photograph has nothing either in the little that it could have more
    same_tones = measures.get("tones", 0.0) < TONES
    too_little = measures.get("finer", 2.0) <= LITTLE_DETAIL if same_tones else _has_no_detail(measures)
    return too_little and not _shows_beyond(measures)


def _doubt_about_unsigned(original: Original, fit: Fit, marks: frozenset[PathMark]) -> str:
    """The same for a file that names no camera and time, which has to show more than the copy."""
    name, bare = original.name, f"no camera data{' of its own' if has_camera(original) else ''}"
    if PathMark.PREVIEW in marks and max(original.width, original.height) <= LARGEST_THUMBNAIL:
        return f"{name} lies in a folder of previews and has {bare}"
    if PathMark.INSTAGRAM in marks:
        return f"{name} is Instagram's own picture from a data export, not an original"
    if PathMark.INSTAGRAM_FOLDER in marks:
        return f"{name} lies in a folder of Instagram's app and has {bare}"
    if PathMark.SCREENSHOT in marks:
        return f"{name} is called a screenshot and has {bare}"
    if PathMark.COLLAGE in marks:
        return f"{name} is called a collage and has {bare}"
    if PathMark.ENLARGED in marks:
        return f"{name} is called an enlargement and has {bare}"
    if PathMark.WATERMARK in marks:
        return f"{name} is called watermarked and has {bare}"
    if PathMark.CHAT in marks:
        return f"{name} comes from a chat app, which shrinks pictures, and has {bare}"
    if _is_saved_post(original, fit):
        kind = "a square" if original.width == original.height else f"{original.width} x {original.height} pixels large"
        return f"{name} is {kind} with {bare}, as pictures saved from Instagram are"
    if is_screen_size(original):
        return f"{name} has the size of a screen and {bare}"
    if is_resampled(fit.measures):
        return f"{name} has {bare} and was enlarged by a program"
    if fit.measures.get("inspected") and (_lacks_detail(fit.measures) or not shows_more(fit.measures)):
        if fit.measures.get("finer", 2.0) <= 1.0:
            return f"{name} may be the copy itself, enlarged: {bare}, and no finer detail than the copy"
        return f"{name} has {bare} and shows nothing that the copy does not show"
    return ""


def _is_screen(original: Original) -> bool:
    return is_screen_size(original) and not is_signed(original)


def _is_saved_post(original: Original, fit: Fit) -> bool:
    """Instagram keeps what was posted, filter and all: where tones differ, somebody's own picture was posted."""
    if original.camera is not None:
        return False
    if FileMark.INSTAGRAM in original.marks and max(original.width, original.height) <= LARGEST_SAVED:
        return True
    as_posted = fit.measures.get("tones", 0.0) < SAME_TONES and min(fit.window.size) >= WHOLE
    return as_posted and is_size_of_a_post(original)


def is_resampled(measures: Mapping[str, float]) -> bool:
    """Whether a file bears the trace of having been enlarged."""
    has_detail = measures.get("finer", 0.0) > CLEAR_DETAIL  # without a figure, none was seen
    least = RESAMPLED if has_detail else FAINT_TRACE if _has_no_detail(measures) else RESAMPLED_WITHOUT_DETAIL
    return measures.get("resampled", 0.0) >= least


def _has_no_detail(measures: Mapping[str, float]) -> bool:
    """Whether finer detail than the copy's was looked for, and there is none at all."""
    return measures.get("finer", 1.0) < NO_DETAIL


def _lacks_detail(measures: Mapping[str, float]) -> bool:
    """Whether a file has the pixels for finer detail than the copy's and none of it, or twice the copy's pixels a side
    and next to none, without more of the scene.
    """
    factor = measures.get("factor", 1.0)
    has_next_to_none = factor >= AMPLE and measures.get("finer", 2.0) <= LITTLE_DETAIL
    return (factor >= TOLD_DETAIL and _has_no_detail(measures)) or (has_next_to_none and not _shows_beyond(measures))


def shows_more(measures: Mapping[str, float]) -> bool:
    """Whether a file shows what no file made from the copy can show."""
    # Somebody may have brightened an enlargement; that it has no detail at all speaks louder than its tones.
    filtered = measures.get("tones", 0.0) >= TONES and not _has_no_detail(measures)
    return _shows_beyond(measures) or filtered or measures.get("finer", 0.0) > 1.0


def needs_trace(original: Original, measures: Mapping[str, float]) -> bool:
    """Whether the trace of an enlargement, for which a file is decoded whole, could change what is said of it."""
    signed = is_signed(original)
    known = contains(measures, signed) or drawn_by_a_program(measures, signed)
    return not known and not (signed and _shows_beyond(measures))


def needs_letters(original: Original, measures: Mapping[str, float]) -> bool:
    """The same of words written over it, which a camera does, too."""
    return not is_signed(original) and needs_trace(original, measures)


def needs_detail(original: Original, measures: Mapping[str, float]) -> bool:
    """The same of its finer detail alone, which takes longest to measure; `measures` hold the trace by now."""
    unclear = FAINT_TRACE <= measures.get("resampled", 0.0) < RESAMPLED
    may_condemn = not is_signed(original) and (unclear or measures.get("factor", 1.0) >= TOLD_DETAIL)
    return needs_trace(original, measures) and (may_condemn or not _shows_beyond(measures))


def _shows_beyond(measures: Mapping[str, float]) -> bool:
    """Whether the scene goes on beyond the copy's border, or the copy is tilted."""
    beyond = any(goes_on(one) and one.outside >= LEAST_BEYOND for one in sides_of(measures))
    return beyond or abs(measures.get("tilt", 0.0)) >= TILTED
