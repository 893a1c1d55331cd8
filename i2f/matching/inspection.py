"""The inspection: what a file itself shows around and inside the window that its copy was cut from.

A comparison sees a thumbnail and asks whether the exposure is the same. A screenshot, a collage or an enlarged copy
passes that as well as the photograph does, since it holds the same exposure. What gives it away lies in the file: the
picture ends where the copy ends (seams.py) or a little further out (frames.py), another one begins beside it
(cuts.py) or the same one mirrored (mirrors.py), a strip of a window lies along an edge (strips.py), words stand on it
(writing.py), what lies around was drawn out of its border (smears.py), its tones are those that were posted, or there
is nothing in it finer than the copy could hold (detail.py). So whatever fits is opened once more, larger, and all of
these are measured at the window found.

Only numbers are made here, by name; `eligibility.py` weighs them, together with what the file says of itself.
"""

from __future__ import annotations

import numpy as np

from i2f.ground.image import Picture
from i2f.ground.model import Fit
from i2f.matching.bars import without_edges
from i2f.matching.cuts import cuts_of
from i2f.matching.detail import finer_detail, snapped, tones_apart
from i2f.matching.file_sides import FILE_SIDES, SeenFile
from i2f.matching.frames import frames_of
from i2f.matching.looks import upright
from i2f.matching.mirrors import mirrors_of
from i2f.matching.registration import Similarity, similarity_of
from i2f.matching.seams import SIDES, sides_of
from i2f.matching.smears import smears_of
from i2f.matching.strips import strips_of
from i2f.matching.writing import letters_outside


def inspect(copy: Picture, picture: Picture, fit: Fit, width: int) -> dict[str, float]:
    """What a file itself, looked at as an upright `picture`, shows at the window that `fit` found: where it ends, and
    how its tones differ from the copy's. The file has `width` pixels across, `factor` for one of the copy's.
    """
    turned, at = _looked_at(copy, picture, fit)
    file = _file(turned, picture, at)
    found = {"inspected": 1.0, "tilt": at.degrees, "tones": tones_apart(turned, picture, at)}
    found["factor"] = _factor(turned, picture, at, width)
    for name, side in zip(SIDES, sides_of(file), strict=True):
        if side is not None:
            found |= {f"{name}_{what}": getattr(side, what) for what in side.__slots__}
    for name, frame in zip(FILE_SIDES, frames_of(file), strict=True):
        found |= {f"frame_{name}": frame.share, f"frame_{name}_outside": frame.outside, f"thin_{name}": frame.thin}
    found |= {f"cut_{name}": share for name, share in zip(FILE_SIDES, cuts_of(file), strict=True)}
    found |= {f"mirror_{name}": share for name, share in zip(FILE_SIDES, mirrors_of(file), strict=True)}
    return found | _drawn(file)


def _drawn(file: SeenFile) -> dict[str, float]:
    """What a program drew along the file's edges or over it."""
    found = {f"smear_{name}": share for name, share in zip(FILE_SIDES, smears_of(file), strict=True)}
    for name, one in zip(FILE_SIDES, strips_of(file), strict=True):
        found |= {f"strip_{name}": one.share, f"strip_{name}_breadth": one.breadth, f"strip_{name}_level": one.level}
    return found


def inspect_writing(copy: Picture, picture: Picture, fit: Fit) -> dict[str, float]:
    """The same of letters that were written over the file outside of the window."""
    turned, at = _looked_at(copy, picture, fit)
    return {"letters": float(letters_outside(_file(turned, picture, at)))}


def inspect_detail(copy: Picture, picture: Picture, fit: Fit, width: int) -> dict[str, float]:
    """The same of what detail the file has, which takes longer. Empty where that cannot be told."""
    turned, at = _looked_at(copy, picture, fit)
    at = snapped(turned, picture, at)
    factor = _factor(turned, picture, at, width)
    finer = finer_detail(turned, picture, at, factor)
    return {} if finer is None else {"finer": finer, "factor": factor}


def _file(turned: Picture, picture: Picture, at: Similarity) -> SeenFile:
    return SeenFile((turned.shape[0], turned.shape[1]), picture, at)


def _factor(copy: Picture, picture: Picture, at: Similarity, width: int) -> float:
    return float(at.scale / min(copy.shape[:2]) * width / picture.shape[1])


def _looked_at(copy: Picture, picture: Picture, fit: Fit) -> tuple[Picture, Similarity]:
    """The copy as a file shows it, and where it lies in this picture of the file."""
    turned = np.ascontiguousarray(upright(without_edges(copy), int(fit.measures["quarter_turns"]), fit.window.mirrored))
    grow = picture.shape[1] / fit.measures["width"]
    return turned, similarity_of(fit.measures).scaled(grow)
