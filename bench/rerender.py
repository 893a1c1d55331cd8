"""Other photographs from the same ones: `python bench/rerender.py FOLDER OUT --seed N`.

Where a matcher was made on the only photographs at hand, this gives a folder it has not seen: each one as if taken
from elsewhere with another camera. The view is another (corners moved by up to 10 per cent, 65 to 95 per cent of
the frame, every second one mirrored), so are the tones (gamma 0.7 to 1.4, white balance), the noise and the JPEG.

Honestly said: the things shown are the same, only geometry, tones and noise are new. What this cannot show is whether
a rule holds on subjects that the folder has none of.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.photographs import open_upright, read_roll

LONGEST = 2400


def rerender(photograph: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The photograph from elsewhere, by another camera."""
    picture = photograph.convert("RGB")
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    wide, high = picture.size
    share = rng.uniform(0.65, 0.95)
    size = (round(wide * share), round(high * share))
    left, top = rng.uniform(0, wide - size[0]), rng.uniform(0, high - size[1])
    jitter = rng.uniform(-0.1, 0.1, (4, 2)) * (1 - share) * np.array([wide, high]) / 0.2
    corners = np.array([[0, 0], [0, size[1]], [size[0], size[1]], [size[0], 0]]) + [left, top] + jitter
    corners = np.clip(corners, 0, [wide, high])
    seen = picture.transform(size, Image.Transform.PERSPECTIVE, _perspective(size, corners), Image.Resampling.BICUBIC)
    if rng.random() < 0.5:
        seen = seen.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    light = (np.asarray(seen, np.float32) / 255) ** np.float32(rng.uniform(0.7, 1.4))
    light *= rng.uniform(0.92, 1.0, 3).astype(np.float32)
    noise = rng.normal(0, rng.uniform(0.004, 0.015), light.shape).astype(np.float32)
    return Image.fromarray((np.clip(light + noise, 0, 1) * 255 + 0.5).astype(np.uint8))


def _perspective(size: tuple[int, int], corners: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[float]:
    """Pillow's eight numbers that lead the new picture's corners (counter-clockwise) to those of the old."""
    new = np.array([[0, 0], [0, size[1]], [size[0], size[1]], [size[0], 0]], np.float64)
    rows, aims = [], []
    for (x, y), (u, v) in zip(new, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        aims += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(rows), np.array(aims))]


def main(words: Sequence[str] | None = None) -> int:
    """Write the other photographs."""
    parser = argparse.ArgumentParser(description="Other photographs made from yours.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    order = parser.parse_args(words)
    order.out.mkdir(parents=True)
    rng = np.random.default_rng(order.seed)
    for place, one in enumerate(read_roll(order.folder)):
        if one.known:
            seen = rerender(open_upright(one.path), rng)
            seen.save(order.out / f"{place:05d}.jpg", quality=int(rng.integers(82, 96)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
