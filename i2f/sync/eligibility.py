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
- what was drawn elsewhere: a viewer's strip along an edge (strips.py), a veil over a part (veils.py);
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

from collections.abc import Mapping, Sequence

from i2f.ground.model import Fit, Original
from i2f.matching.seams import SIDES, Side
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
from i2f.sync.thresholds import FAINT_TRACE

TOLD = 0.10
"""Share of a side's places that must be able to tell something."""
SEAM, SURE_SEAM, CERTAIN_SEAM = 0.6, 0.8, 0.95
"""Share of the places of a side where the picture stops, where all sides stop, where some do, and where a single one is
all there is."""
BROKEN, SURE_BROKEN = 0.75, 0.9
"""How much less is shared across the border than inside, likewise."""
BY_CHANCE = 0.2
"""Share of places where the border is the largest step by chance, about one in six. Where it is so at no more of them,
that lines share nothing is no seam: in the dark they never do, and nothing stops there."""
FAINT_SEAM, DRAWN = 0.4, 0.9
"""A seam that a flat ground beside it makes up for."""
SHARED = 0.1
"""How much less is shared across the border than inside, below which a ground must be as flat as DRAWN: what goes on
across the border in a soft shade is a scene."""
STRAIGHT = 0.9
GROUND = 0.6
CONTINUES, LEAST_BEYOND = 0.45, 0.03
"""A side goes on where no more of its places stop, and so much of the copy's short side lies beyond."""
TONES, SAME_TONES = 12.0, 5.0
"""Grey levels by which the copy's tones differ from the file's own where a filter was applied, and at most where none
was. (Hard sharpening of a grainy enlargement clips, which alone moved its tones by 7.)"""
SMALLER, SMALLER_AND_BARE = 0.5, 0.6
"""Pixels for one of the copy's, a side, below which a file is smaller than the copy, whatever `min_gain` allows, and
where no camera signed it: cells of a collage are. (Original and copy of a deep crop have had 0.56 at least.)"""
NO_DETAIL = 0.5
"""Share of the finer detail an original has, below which there is none."""
RESAMPLED, RESAMPLED_WITHOUT_DETAIL = 16.0, 10.0
"""Peak of the trace that enlarging leaves, above which it is believed, and where no finer detail was found, or none can
be told, since the window is too small. (Where it was looked for and there is none at all, FAINT_TRACE is enough.)"""
TOLD_DETAIL = 1.5
"""Pixels for one of the copy's, a side, from which a file without finer detail shows too little: a bare one whatever
lies around, a signed one where nothing does. (Of 95 bare originals in which the scene goes on, 4 had none, all below
1.46: less than half an octave.)"""
LITTLE_DETAIL = 1.0
"""As NO_DETAIL, for a whole file in the copy's tones: enlarged copies had at most 0.6, a sharpened one 0.91."""
RIM, BEYOND_RIM = 0.04, 0.1
"""Shares of the copy's short side: what a scan's or a lens correction's flat rim takes at most, and how far the scene
must go on at another side for it to be one."""
FRAME, FRAME_OF_TWO = 0.9, 0.75
"""Share of the window's breadth at which the photograph ends at one line, where one side does, and where two do."""
BAR = 0.9
"""Share of the window's breadth along which a bar of one exact colour begins at one straight line and goes on to the
file's edge. (Of some 350 true pairs the most exact have 0.76.)"""
CUT, OTHER_CUT = 0.8, 0.55
"""Share of the window's breadth that the sharpest line near it cuts where another picture begins, and the sharpest on
another side. (Of 282 true pairs some have up to 0.99 on one side; one had 0.89 and 0.63 on two.)"""
THIN = 0.75
"""Share of the window's breadth at which a thin gap lies at the file's edge. (Of 798 true pairs two had gaps at three
sides, frames of a film that was steadied.)"""
MIRRORED = 0.85
"""What the two sides of a line share, above which one is the other's mirror image. (Of 260 true pairs the most had
0.75; mirrored pictures 0.97 to 1.00, and 0.87 beside a nearly plain ground.)"""
STRIP, DARK_STRIP, DARK = 0.8, 0.95, 24.0
"""Share of a drawn strip along a file's edge that is of one colour, and at which it ends in one line; the same of a
dark one, and the level up to which it is dark. (Of 211 true originals one had 0.85 by night, all others below 0.62.)"""
THIN_RIM, BLACK = 0.015, 6.0
"""Breadth, in short sides of the window, and level up to which a black strip is the rim of a film that was steadied.
(Five of those 211 have such rims, 0.009 broad at most.)"""
VEIL, SIGNED_VEIL = 6.0, 20.0
"""How clear a veil is. (Of 211 true originals a facade had 12, which a camera signed, all others less than 3; of 7 made
veils that are told the least had 12.)"""
HALVES, BARE_HALVES = 0.65, 0.75
"""What a seam, how little is shared across it, and a cut all reach on one side between two halves. (Of some 4,400 sides
of true pairs those that a camera signed had 0.46 of all three at most, and six bare ones 0.66 to 0.83.)"""
TILTED = 1.0
LARGEST_THUMBNAIL = 2048
WHOLE = 0.97
"""Share of a file's sides that a window of the whole file has at least."""


def _stops(side: Side) -> bool:
    """Whether the picture stops along this side."""
    broken = side.broken >= BROKEN and side.seam > BY_CHANCE
    return side.seam >= SEAM or broken or (side.seam >= FAINT_SEAM and side.ground >= DRAWN)


def doubt_about(original: Original, fit: Fit) -> str:
    """Why a file that fits a copy may be no original, in plain words; empty where nothing speaks against it."""
    name, marks = original.name, path_marks(original.called)
    signed = is_signed(original)
    if FileMark.SCREENSHOT in original.marks or (original.content_format == "PNG" and _is_screen(original)):
        return f"{name} is a screenshot that contains the picture"
    if contains(fit.measures, signed):
        kind = "a screenshot" if PathMark.SCREENSHOT in marks or is_screen_size(original) else "a collage or a poster"
        return f"{name} is {kind} that contains the picture"
    if max(fit.measures.get(f"mirror_{side}", 0.0) for side in SIDES) >= MIRRORED:
        return f"{name} shows a part of the picture once more, mirrored"
    if _has_strip(fit.measures):
        return f"{name} has a strip along an edge that a program drew"
    if _has_veil(fit.measures, signed):
        return f"{name} has a translucent band across it that a program drew"
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
    has_detail = not _has_no_detail(fit.measures) or fit.measures.get("factor", 1.0) < TOLD_DETAIL
    if fit.measures.get("inspected") and not (has_detail and shows_more(fit.measures)):
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


def sides_of(measures: Mapping[str, float]) -> list[Side]:
    """The sides of the window that are not edges of the file and that can tell something."""
    found = []
    for side in SIDES:
        if f"{side}_seam" in measures:
            found.append(Side(*(measures[f"{side}_{name}"] for name in Side.__slots__)))
    return found


def contains(measures: Mapping[str, float], signed: bool) -> bool:
    """Whether the file only contains the picture: it stops at the window's border, or at a drawn frame further out."""
    if any(known(measures) for known in (_is_framed, _is_cell, _is_among_gaps, _is_barred)):
        return True
    if _is_beside_another(measures, signed):
        return True
    sides = _without_rim(sides_of(measures))
    telling = [one for one in sides if one.told >= TOLD]
    stops = [one for one in telling if _stops(one)]
    drawn = [one for one in stops if one.ground >= (DRAWN if one.broken < SHARED else GROUND)]
    sure = [one for one in stops if one.seam >= SURE_SEAM or one.broken >= SURE_BROKEN]
    certain = [one for one in sure if one.seam >= CERTAIN_SEAM and one.broken >= SURE_BROKEN]
    if telling and len(stops) == len(telling) and (len(stops) > 1 or drawn or certain or _is_half(stops, measures)):
        return True
    # A scene may have a straight edge just where somebody cropped; hardly on two sides, and bars stop on two alone.
    if len(sure) > 1 or (certain and not signed) or any(_is_paper(one) for one in sure):
        return True
    framed = [one for one in sides if one in drawn or min(one.outer, one.outer_ground) >= SURE_SEAM]
    if len(framed) == 1 and framed[0].seam < SURE_SEAM and framed[0].broken < BROKEN and _goes_on_far(sides):
        framed = []  # a white sky is as flat as paper, and ends nowhere in one line
    beside = [one for one in telling if one.straight >= STRAIGHT]
    return len(framed) > (1 if signed else 0) or (not signed and len(beside) > 1)


def _is_paper(side: Side) -> bool:
    """Whether a broad ground of one exact colour begins where the picture stops, with nothing in common."""
    stops = side.seam >= SURE_SEAM and side.broken >= SURE_BROKEN
    return stops and side.ground >= DRAWN and side.outside >= BEYOND_RIM


def _is_framed(measures: Mapping[str, float]) -> bool:
    """Whether the photograph ends inside the file, at one side along all of the window or at two nearly so."""
    ends = [(measures.get(f"frame_{side}", 0.0), measures.get(f"frame_{side}_outside", 0.0)) for side in SIDES]
    # A single thin rim is a scan's; padding is as thin at times, and lies on two sides.
    alone = max((share for share, outside in ends if outside >= RIM), default=0.0)
    return alone >= FRAME or sum(share >= FRAME_OF_TWO for share, _ in ends) > 1


def _is_half(stops: Sequence[Side], measures: Mapping[str, float]) -> bool:
    """Whether the one side that is not the file's edge is where the other of two pictures begins, too small to have
    any fine structure to share.
    """
    cut = max(measures.get(f"cut_{side}", 0.0) for side in SIDES)
    return stops[0].seam >= CERTAIN_SEAM and cut >= CERTAIN_SEAM


def _is_cell(measures: Mapping[str, float]) -> bool:
    """Whether other pictures begin in straight lines on two sides."""
    first, second, *_ = sorted((measures.get(f"cut_{side}", 0.0) for side in SIDES), reverse=True)
    return first >= CUT and second >= OTHER_CUT


def _is_among_gaps(measures: Mapping[str, float]) -> bool:
    """Whether at three sides of the window at least there is a thin gap at the file's edge, or another picture."""
    gaps = (measures.get(f"thin_{side}", 0.0) >= THIN for side in SIDES)
    others = (measures.get(f"cut_{side}", 0.0) >= OTHER_CUT for side in SIDES)
    return sum(gap or other for gap, other in zip(gaps, others, strict=True)) > 2


def _has_strip(measures: Mapping[str, float]) -> bool:
    """Whether a strip of one drawn colour lies along an edge of the file, and is no rim."""
    for side in SIDES:
        share, level = measures.get(f"strip_{side}", 0.0), measures.get(f"strip_{side}_level", 0.0)
        is_rim = level <= BLACK and measures.get(f"strip_{side}_breadth", 0.0) < THIN_RIM
        if share >= (DARK_STRIP if level <= DARK else STRIP) and not is_rim:
            return True
    return False


def _has_veil(measures: Mapping[str, float], signed: bool) -> bool:
    """Whether a translucent band or panel lies over a part of the file."""
    return max(measures.get(f"veil_{side}", 0.0) for side in SIDES) >= (SIGNED_VEIL if signed else VEIL)


def _is_beside_another(measures: Mapping[str, float], signed: bool) -> bool:
    """Whether at one side of the window the picture stops, little is shared across the border, and another begins in
    one line, as in a picture of two halves.
    """
    for side in SIDES:
        told = (f"{side}_seam", f"{side}_broken", f"cut_{side}")
        if min(measures.get(name, 0.0) for name in told) >= (HALVES if signed else BARE_HALVES):
            return True
    return False


def _is_barred(measures: Mapping[str, float]) -> bool:
    """Whether a caption's bar or a margin begins beyond the window, whoever signed the file."""
    told = ("outer", "outer_ground", "straight")
    return any(
        min(measures.get(f"cut_{side}", 0.0), *(measures.get(f"{side}_{name}", 0.0) for name in told)) >= BAR
        for side in SIDES
    )


def _without_rim(sides: Sequence[Side]) -> Sequence[Side]:
    """The sides but for a single thin rim at the file's edge, where the scene goes on at another: the one side at which
    a crop of the whole height or width met it.
    """
    rims = [one for one in sides if one.outside < RIM and one.ground >= GROUND]
    if len(rims) == 1 and _goes_on_far(sides):
        return [one for one in sides if one is not rims[0]]
    return sides


def _goes_on_far(sides: Sequence[Side]) -> bool:
    return any(_goes_on(one) and one.outside >= BEYOND_RIM for one in sides)


def _goes_on(side: Side) -> bool:
    return side.told >= TOLD and side.seam <= CONTINUES and side.broken <= CONTINUES


def is_resampled(measures: Mapping[str, float]) -> bool:
    """Whether a file bears the trace of having been enlarged."""
    has_detail = measures.get("finer", 0.0) > 1.0  # without a figure, none was seen
    least = RESAMPLED if has_detail else FAINT_TRACE if _has_no_detail(measures) else RESAMPLED_WITHOUT_DETAIL
    return measures.get("resampled", 0.0) >= least


def _has_no_detail(measures: Mapping[str, float]) -> bool:
    """Whether finer detail than the copy's was looked for, and there is none at all."""
    return measures.get("finer", 1.0) < NO_DETAIL


def shows_more(measures: Mapping[str, float]) -> bool:
    """Whether a file shows what no file made from the copy can show."""
    # Somebody may have brightened an enlargement; that it has no detail at all speaks louder than its tones.
    filtered = measures.get("tones", 0.0) >= TONES and not _has_no_detail(measures)
    return _shows_beyond(measures) or filtered or measures.get("finer", 0.0) > 1.0


def needs_trace(original: Original, measures: Mapping[str, float]) -> bool:
    """Whether the trace of an enlargement, for which a file is decoded whole, could change what is said of it."""
    signed = is_signed(original)
    known = contains(measures, signed) or _has_strip(measures) or _has_veil(measures, signed)
    return not known and not (signed and _shows_beyond(measures))


def needs_detail(original: Original, measures: Mapping[str, float]) -> bool:
    """The same of its finer detail alone, which takes longest to measure; `measures` hold the trace by now."""
    unclear = FAINT_TRACE <= measures.get("resampled", 0.0) < RESAMPLED
    may_condemn = not is_signed(original) and (unclear or measures.get("factor", 1.0) >= TOLD_DETAIL)
    return needs_trace(original, measures) and (may_condemn or not _shows_beyond(measures))


def _shows_beyond(measures: Mapping[str, float]) -> bool:
    """Whether the scene goes on beyond the copy's border, or the copy is tilted."""
    goes_on = any(_goes_on(one) and one.outside >= LEAST_BEYOND for one in sides_of(measures))
    return goes_on or abs(measures.get("tilt", 0.0)) >= TILTED
