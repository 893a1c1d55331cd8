"""Photographs with a look put on them at full size, and the copies made from them: truths a render is compared with."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from i2f.ground.image import Picture
from i2f.rendering.frame import Frame, find_frame, upright
from i2f.rendering.posted import Copy, Posted, render_posted
from i2f.rendering.proof import press_of
from tests.support.camera_roll import make_photograph

Floats = NDArray[np.float64]
SIDE = 960
COPY_SIDE = 480


def faded_with_vignette(seen: Floats) -> Floats:
    """A curve for each channel, then dark corners; colours from 0 to 1."""
    bent = seen ** np.array([0.9, 1.0, 1.15]) * 0.85 + np.array([0.08, 0.06, 0.1])
    y, x = (np.linspace(-1, 1, n) for n in seen.shape[:2])
    return np.asarray(bent * (1 - 0.3 * (x[None, :] ** 2 + y[:, None] ** 2))[..., None])


@dataclass(frozen=True)
class Case:
    """An original, the truth at its size (inside the frame), and the copy pressed from it."""

    original: Picture
    truth: Picture
    copy: bytes
    frame: Frame

    def render(self) -> Posted:
        return render_posted(self.as_copy(), self.original, self.frame, lambda colors: colors)

    def as_copy(self) -> Copy:
        with Image.open(io.BytesIO(self.copy)) as image:
            seen = np.ascontiguousarray(upright(np.asarray(image.convert("RGB")), self.frame))
        return Copy(seen, seen, press_of(self.copy), had_bars=False)


def make_case(
    look: Callable[[Floats], Floats] = faded_with_vignette,
    drawn: Callable[[ImageDraw.ImageDraw], object] = lambda pen: None,
    seed: int = 3,
    quality: int = 88,
) -> Case:
    """The middle square of a photograph with a look, and a copy of it, drawn over where told."""
    original = np.asarray(make_photograph(seed, 1280, SIDE))
    truth = (np.clip(look(original[:, 160 : 160 + SIDE] / 255.0), 0, 1) * 255 + 0.5).astype(np.uint8)
    small = Image.fromarray(truth).resize((COPY_SIDE, COPY_SIDE), Image.Resampling.LANCZOS)
    drawn(ImageDraw.Draw(small))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=quality)
    measures = {"a": float(SIDE), "b": 0.0, "cx": 640.0, "cy": SIDE / 2, "quarter_turns": 0.0, "width": 1280.0}
    frame = find_frame(measures, False, (COPY_SIDE, COPY_SIDE), (1280, SIDE))
    return Case(original, truth, buffer.getvalue(), frame)


def psnr(one: Picture, other: Picture) -> float:
    """Peak signal-to-noise ratio of two pictures in decibels."""
    return float(10 * np.log10(255**2 / np.mean((one.astype(np.float64) - other) ** 2)))
