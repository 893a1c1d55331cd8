"""One copy rendered from one picture as `render` does it, from arrays: for the benches that know the truth.

The matcher lays the copy over the picture's thumbnail, its measures say where and whether, the renderer fits, renders
and proves, and where the matcher was in doubt the render is laid under the copy once more.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass

import numpy as np
from PIL import Image

import matcher
from i2f.ground.image import Picture
from i2f.matching.bars import without_edges
from i2f.rendering.frame import Frame, find_frame, upright
from i2f.rendering.posted import Copy, NotRenderedError, Posted, refusal, render_posted
from i2f.rendering.proof import press_of
from i2f.sync.second_look import second_look


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it: a proven render with the copy and the frame it was made by, or why there is none, in words.
    `seconds` of processor time, the matcher's left out.
    """

    posted: Posted | None
    refused: str
    copy: Copy | None = None
    frame: Frame | None = None
    seconds: float = 0.0


def attempt(data: bytes, original: Picture, thumbnail: Picture) -> Attempt:
    """The copy with these bytes from an upright sRGB `original`, laid over its `thumbnail` (height, width, 3)."""
    with Image.open(io.BytesIO(data)) as image:
        seen = np.asarray(image.convert("RGB"))
    proposals = matcher.Index([matcher.fingerprint(thumbnail)]).search(seen)
    if not proposals:
        return Attempt(None, "the copy was not found in it")
    fit = matcher.compare(seen, thumbnail, proposals[0])
    refused = refusal(fit.measures)
    if refused is not None:
        return Attempt(None, refused)
    bare = without_edges(seen)
    flat = Frame((1, 1), (0, 0), 1.0, 0.0, round(fit.measures["quarter_turns"]), fit.window.mirrored)
    plain = np.ascontiguousarray(upright(bare, flat))
    frame = find_frame(fit.measures, fit.window.mirrored, plain.shape[1::-1], original.shape[1::-1])
    copy = Copy(plain, plain, press_of(data), had_bars=bare.shape != seen.shape)
    began = time.process_time()
    try:
        posted = render_posted(copy, original, frame, lambda colors: colors, second_look(fit.measures))
    except NotRenderedError as error:
        return Attempt(None, str(error), copy, frame, time.process_time() - began)
    return Attempt(posted, "", copy, frame, time.process_time() - began)
