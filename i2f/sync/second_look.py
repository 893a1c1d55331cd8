"""A second look at a match that the look itself may have put in doubt, by the matcher's own tests.

A tilt-shift, a vignette, contrast raised in places: what bends tones unevenly looks a little like movement, and the
matcher asks rather than guesses. Once the look is rendered, that excuse is gone. The render has the original's geometry
and the copy's tones, so what had moved between the two has still moved, and what only seemed to is still. The render is
laid under the copy as an original would be: every test has to be met, and those that were in doubt by half.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

import matcher
from i2f.ground.image import Picture
from i2f.rendering.look import shrunk
from i2f.rendering.posted import RENDERABLE, doubted

EDGE = 1008
"""Pixels of the render's longer side, as those of an original's thumbnail."""
CERTAIN = 0.5


def second_look(measures: Mapping[str, float]) -> Callable[[Picture, Picture], bool] | None:
    """What has to confirm a render of a match with these measures, of the copy and the render beside it (sRGB); None
    where nothing is in doubt.
    """
    names = doubted(measures)
    if not names:
        return None
    return lambda copy, rendered: _is_same(copy, rendered, names)


def _is_same(copy: Picture, rendered: Picture, names: tuple[str, ...]) -> bool:
    smaller = min(1.0, EDGE / max(rendered.shape[:2]))
    size = round(rendered.shape[1] * smaller), round(rendered.shape[0] * smaller)
    original, seen = shrunk(rendered, size), np.ascontiguousarray(copy)
    proposals = matcher.Index([matcher.fingerprint(original)]).search(seen)
    if not proposals:
        return False
    found = matcher.compare(seen, original, proposals[0]).measures
    return all(found.get(f"test_{name}", np.inf) <= (CERTAIN if name in names else 1.0) for name in RENDERABLE)
