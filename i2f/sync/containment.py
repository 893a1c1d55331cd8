"""Whether a file only contains the picture, or a program drew something along its edges or over it.

Each measure of matching/ sees one thing at one side of the window or of the file: a seam, a frame, a cut, a gap, a
mirror, a strip, a smear. A scene may have any of them once, by a wall, a horizon or a shadow; so what they say
is added up here, side by side, with limits that come from what true originals have. Where a camera signed the file,
more must come together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from i2f.matching.seams import SIDES, Side

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
CONTINUES = 0.45
"""A side goes on where no more of its places stop."""
RIM, BEYOND_RIM = 0.04, 0.1
"""Shares of the copy's short side: what a scan's or a lens correction's flat rim takes at most, and how far the scene
must go on at another side for it to be one."""
FRAME, FRAME_OF_TWO = 0.9, 0.75
"""Share of the window's breadth at which the photograph ends at one line, where one side does, and where two do."""
BAR, BAR_AT_A_SEAM = 0.84, 0.78
"""Share of the window's breadth along which a bar of one exact colour begins at one straight line and goes on to the
file's edge, and where the window ends at a seam before a flat ground, too. (Of some 4,400 true pairs the most exact
have 0.77; another one, a wall's foot, had 0.73 and such a seam.)"""
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
HALVES, BARE_HALVES = 0.65, 0.75
"""What a seam, how little is shared across it, and a cut all reach on one side between two halves. (Of some 4,400 sides
of true pairs those that a camera signed had 0.46 of all three at most, and six bare ones 0.66 to 0.83.)"""
LETTERS = 5
"""Letters in a line that a program wrote, where no camera signed the file: cameras write the date. (Of 211 true
originals one without camera data had four, all others of them three at most; one that a camera signed had five.)"""
SMEARED = 0.96
"""What lines outside of the window share at two opposite sides where they were drawn out of its border. (Of 380 true
pairs the most had 0.92 at both; smeared copies 0.98 to 1.00.)"""
OPPOSITE = (("top", "bottom"), ("left", "right"))


def _stops(side: Side) -> bool:
    """Whether the picture stops along this side."""
    broken = side.broken >= BROKEN and side.seam > BY_CHANCE
    return side.seam >= SEAM or broken or (side.seam >= FAINT_SEAM and side.ground >= DRAWN)


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
    if len(framed) == 1 and _may_be_a_scene(framed[0], framed[0] in drawn) and _goes_on_far(sides):
        framed = []
    beside = [one for one in telling if one.straight >= STRAIGHT]
    return len(framed) > (1 if signed else 0) or (not signed and len(beside) > 1)


def _may_be_a_scene(side: Side, is_drawn: bool) -> bool:
    """Whether a single ground may be a white sky, as flat as paper, that ends nowhere in one line; or a plain wall,
    which does, but is less flat than paper and shares something with what stands before it.
    """
    is_sky = side.seam < SURE_SEAM and side.broken < BROKEN
    return is_sky or (is_drawn and side.ground < DRAWN and side.broken < SURE_BROKEN)


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
    return stops[0].seam >= CERTAIN_SEAM and _most(measures, "cut") >= CERTAIN_SEAM


def _is_cell(measures: Mapping[str, float]) -> bool:
    """Whether other pictures begin in straight lines on two sides."""
    first, second, *_ = sorted((measures.get(f"cut_{side}", 0.0) for side in SIDES), reverse=True)
    return first >= CUT and second >= OTHER_CUT


def _is_among_gaps(measures: Mapping[str, float]) -> bool:
    """Whether at three sides of the window at least there is a thin gap at the file's edge, or another picture."""
    gaps = (measures.get(f"thin_{side}", 0.0) >= THIN for side in SIDES)
    others = (measures.get(f"cut_{side}", 0.0) >= OTHER_CUT for side in SIDES)
    return sum(gap or other for gap, other in zip(gaps, others, strict=True)) > 2


def drawn_by_a_program(measures: Mapping[str, float], signed: bool) -> str:
    """What a program drew into the file, or made of the picture, where it does not stop; empty without it."""
    if _most(measures, "mirror") >= MIRRORED:
        return "shows a part of the picture once more, mirrored"
    if _has_strip(measures):
        return "has a strip along an edge that a program drew"
    if not signed and measures.get("letters", 0.0) >= LETTERS:
        return "has words written over it"
    if any(min(measures.get(f"smear_{side}", 0.0) for side in pair) >= SMEARED for pair in OPPOSITE):
        return "was grown beyond the copy's border by drawing out its edges"
    return ""


def _most(measures: Mapping[str, float], what: str) -> float:
    """The most that was measured of something at any side of the file."""
    return max(measures.get(f"{what}_{side}", 0.0) for side in SIDES)


def _has_strip(measures: Mapping[str, float]) -> bool:
    """Whether a strip of one drawn colour lies along an edge of the file, and is no rim."""
    for side in SIDES:
        share, level = measures.get(f"strip_{side}", 0.0), measures.get(f"strip_{side}_level", 0.0)
        is_rim = level <= BLACK and measures.get(f"strip_{side}_breadth", 0.0) < THIN_RIM
        if share >= (DARK_STRIP if level <= DARK else STRIP) and not is_rim:
            return True
    return False


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
    for side in SIDES:
        at_a_seam = measures.get(f"{side}_seam", 0.0) >= SEAM and measures.get(f"{side}_ground", 0.0) >= GROUND
        exact = min(measures.get(f"cut_{side}", 0.0), *(measures.get(f"{side}_{name}", 0.0) for name in told))
        if exact >= (BAR_AT_A_SEAM if at_a_seam else BAR):
            return True
    return False


def _without_rim(sides: Sequence[Side]) -> Sequence[Side]:
    """The sides but for a single thin rim at the file's edge, where the scene goes on at another: the one side at which
    a crop of the whole height or width met it.
    """
    rims = [one for one in sides if one.outside < RIM and one.ground >= GROUND]
    if len(rims) == 1 and _goes_on_far(sides):
        return [one for one in sides if one is not rims[0]]
    return sides


def _goes_on_far(sides: Sequence[Side]) -> bool:
    return any(goes_on(one) and one.outside >= BEYOND_RIM for one in sides)


def goes_on(side: Side) -> bool:
    """Whether the scene goes on beyond this side."""
    return side.told >= TOLD and side.seam <= CONTINUES and side.broken <= CONTINUES
