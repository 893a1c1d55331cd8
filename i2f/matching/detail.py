"""Detail: whether a file holds anything at its window that the copy does not hold.

A copy of 612 pixels holds no structure finer than its own Nyquist frequency, half a cycle a pixel. Nor does anything
made from it, however many pixels it has: an enlargement's spectrum ends there. An original of more pixels has an octave
more, and where the scene is sharp that octave is not empty. Four things fill it in an enlargement all the same, and
each has its answer here:

- images: nearest and bilinear enlargement repeat the copy's spectrum above its Nyquist frequency. They are the copy's
  own, so the copy is enlarged in the same ways and whatever its enlargements explain is taken away;
- sharpening only strengthens what is there, in the band and in its images; the shares are fitted;
- grain and a sensor's noise lie over the whole frame, and detail lies where the scene has structure. So what counts is
  how much more of the fine octave there is where the octave below is strong than where it is weak, as a share of that;
- JPEG leaves noise where there is structure. How much, the pair itself tells: the copy is enlarged, coarsely coded with
  and without grain, and measured in the same way. A file has finer detail only when it has clearly more than these.

A photograph out of focus, at night or of a plain sky has no finer detail either: that the test finds none is a reason
to ask only where nothing else speaks for the file (`eligibility.py`). It is silent where the window has less than
`LEAST_SCALE` times the copy's pixels a side.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import fft
from scipy.ndimage import gaussian_filter

from i2f.ground.image import Floats, Picture, luminance, planes, resize
from i2f.matching.registration import Similarity, colours_below, grid_of, inside, sample

TONE_SIZE, TONE_BLUR = 96, 5.0
EDGE = 0.09
LEAST_SCALE = 1.2
OCTAVE = 2.0
FINE_BAND = (0.53, 0.97)
"""From a little above the copy's Nyquist frequency, 0.5, in cycles a pixel, to this share of the file's own."""
COARSE_BAND = (0.25, 0.47)
TAPER = 0.04
CELL = 8
KERNELS = (Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
BLURS = (1.0, 2.0)
LARGEST_ENLARGED = 4096
COARSE_QUALITY = 60
GRAIN = 6.0
HAIR = 0.006
"""Share of the short side within which a window is the whole picture."""
FEW_IMAGES = 0.02
"""Strength of images, beside those of the nearest pixels, below which a file has none; with more of them, what coarse
coding makes of such images counts in proportion."""
CLEARLY, LEAST_SHARE = 1.6, 0.02
"""Times what a coarsely coded enlargement has, and share of the coarse octave, above which detail is finer."""
PLAIN = 1.0
"""As much as an enlargement has: a plain scene has no finer detail, and neither has its enlarged copy."""
LEAST_STRUCTURE = 8.0
"""Power of the coarse octave in the fifth of the cells with most of it, below which nothing can be told."""


def tones_apart(copy: Picture, picture: Picture, at: Similarity) -> float:
    """Grey levels by which the upper quarter of the aligned pair differs in red, green or blue, seen coarsely."""
    grow = TONE_SIZE / min(copy.shape[:2])
    rows, cols = (max(16, round(edge * grow)) for edge in copy.shape[:2])
    x, y = grid_of(rows, cols)
    here = inside((picture.shape[0], picture.shape[1]), at, x, y, 0.0)
    edge = round(EDGE * TONE_SIZE)
    here[:edge], here[-edge:], here[:, :edge], here[:, -edge:] = False, False, False, False
    there = np.stack(colours_below(picture, at, x, y, TONE_SIZE), 2)
    apart = (there - np.stack(planes(copy, rows, cols), 2)) * here[..., None]
    # What is fine differs between any two ways of shrinking; a filter's tones differ over whole parts of the picture.
    share = gaussian_filter(here.astype(np.float32), TONE_BLUR) + 1e-3
    smooth = np.abs(gaussian_filter(apart, (TONE_BLUR, TONE_BLUR, 0))).max(axis=2) / share
    return float(np.percentile(smooth[here], 75)) if here.any() else 0.0


@dataclass(frozen=True, slots=True)
class _Grid:
    """The grid on which file and copy are compared: its shape, and its pixels for one of the copy's."""

    shape: tuple[int, int]
    scale: float


def snapped(copy: Picture, picture: Picture, at: Similarity) -> Similarity:
    """The whole picture where the window is so to a hair: an enlargement's pixels lie just there, and nowhere else."""
    height, width = picture.shape[:2]
    short = float(min(height, width))
    whole = Similarity(short, 0.0, width / 2, height / 2)
    alike = abs(height * copy.shape[1] / (width * copy.shape[0]) - 1)
    off = max(abs(at.a - short), abs(at.b), abs(at.cx - whole.cx), abs(at.cy - whole.cy)) / short
    return whole if max(alike, off) < HAIR else at


def finer_detail(copy: Picture, picture: Picture, at: Similarity, true_scale: float) -> float | None:
    """How much finer detail a picture has at its window than any enlargement of the copy: above 1 it has, PLAIN where
    the scene has no structure; None where the window is too small to tell. `true_scale` is the file's pixels for one of
    the copy's, of which `picture` may have fewer.
    """
    scale = min(OCTAVE, at.scale / min(copy.shape[:2]))
    if scale < LEAST_SCALE:
        return None
    grid = _Grid((round(copy.shape[0] * scale), round(copy.shape[1] * scale)), scale)
    enlarged = _enlargements(copy, grid, max(scale, true_scale))
    explaining = [_bands(one, grid)[0] for one in enlarged]
    seen, images = _share(_laid_under(copy, picture, at, grid), explaining, grid)
    if seen is None:
        return PLAIN
    stepped, smooth = enlarged[-len(KERNELS)], enlarged[-1]
    grainy = smooth + np.random.default_rng(0).normal(0, GRAIN, grid.shape).astype(np.float32)
    coarse = [_share(_coded(one), explaining, grid)[0] or 0.0 for one in (smooth, grainy)]
    if images > FEW_IMAGES:
        share, own_images = _share(_coded(stepped), explaining, grid)
        coarse.append((share or 0.0) * images / max(own_images, FEW_IMAGES))
    return seen / (CLEARLY * max(LEAST_SHARE, *coarse))


def _laid_under(copy: Picture, picture: Picture, at: Similarity, grid: _Grid) -> Floats:
    """The file's luminance under the copy, on the grid."""
    x, y = grid_of(*grid.shape)
    grey = luminance(picture)
    if at.scale > OCTAVE * LEAST_SCALE * min(copy.shape[:2]):
        shrink = OCTAVE * min(copy.shape[:2]) / at.scale
        rows, cols = (max(8, round(edge * shrink)) for edge in grey.shape)
        grey, at = resize(grey, rows, cols), at.scaled(cols / grey.shape[1])
    return sample(grey, at, x, y, 3)


def _enlargements(copy: Picture, grid: _Grid, true_scale: float) -> list[Floats]:
    """The copy enlarged in every usual way to the file's size and brought to the grid; the smoothest last."""
    grey = Image.fromarray(np.clip(luminance(copy) + 0.5, 0, 255).astype(np.uint8))
    scale = min(true_scale, LARGEST_ENLARGED / max(grey.size))
    size = (round(grey.width * scale), round(grey.height * scale))
    found = []
    for kernel in KERNELS:
        one = np.asarray(grey.resize(size, kernel), np.float32)
        found.append(one if one.shape == grid.shape else _brought(one, grid))
    sharp = found[0]
    blurred = [_blurred(sharp, sigma) for sigma in BLURS]
    return [*blurred, *found]


def _brought(grey: Floats, grid: _Grid) -> Floats:
    image = Image.fromarray(grey)
    return np.asarray(image.resize(grid.shape[::-1], Image.Resampling.LANCZOS), np.float32)


def _blurred(grey: Floats, sigma: float) -> Floats:
    waves = fft.fftfreq(grey.shape[0]), fft.rfftfreq(grey.shape[1])
    down, across = (np.exp(-2 * (np.pi * sigma * wave) ** 2) for wave in waves)
    spectrum = fft.rfft2(grey) * (down[:, None] * across[None, :]).astype(np.float32)
    return np.asarray(fft.irfft2(spectrum, s=grey.shape), np.float32)


def _coded(grey: Floats) -> Floats:
    """A picture as a coarse JPEG shows it."""
    buffer = io.BytesIO()
    Image.fromarray(np.clip(grey + 0.5, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=COARSE_QUALITY)
    with Image.open(buffer) as image:
        return np.asarray(image, np.float32)


def _bands(grey: Floats, grid: _Grid) -> tuple[Floats, Floats]:
    """What is finer than the copy can hold, and the octave below."""
    spectrum = fft.rfft2(grey * _taper(grid.shape[0])[:, None] * _taper(grid.shape[1])[None, :])
    down, across = np.abs(fft.fftfreq(grid.shape[0])), np.abs(fft.rfftfreq(grid.shape[1]))
    wave = np.maximum(down[:, None], across[None, :]) * grid.scale
    fine = (wave > FINE_BAND[0]) & (wave < FINE_BAND[1] * grid.scale / 2)
    coarse = (wave > COARSE_BAND[0]) & (wave < COARSE_BAND[1])
    return (
        np.asarray(fft.irfft2(spectrum * fine, s=grid.shape), np.float32),
        np.asarray(fft.irfft2(spectrum * coarse, s=grid.shape), np.float32),
    )


def _taper(length: int) -> Floats:
    edge = max(2, round(length * TAPER))
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(edge) + 0.5) / edge)
    return np.concatenate([rise, np.ones(length - 2 * edge), rise[::-1]]).astype(np.float32)


def _share(grey: Floats, explaining: Sequence[Floats], grid: _Grid) -> tuple[float | None, float]:
    """How much more of the fine octave there is, beyond what enlargements explain, where the coarse one is strong than
    where it is weak, as a share of that; None without structure. And how strong what they explain is, beside the images
    of the copy enlarged to its nearest pixels.
    """
    fine, coarse = _bands(grey, grid)
    design = np.stack([one.ravel() for one in explaining], 1)
    gram = design.T @ design
    ridge = (1e-4 * np.trace(gram) / len(gram) + 1e-6) * np.eye(len(gram))
    explained = (design @ np.linalg.solve(gram + ridge, design.T @ fine.ravel())).reshape(grid.shape)
    rest = fine - explained
    images = float((explained * explained).sum() / (gram[len(BLURS), len(BLURS)] + 1e-6))
    power, structure = _by_cell(rest, grid), _by_cell(coarse, grid)
    order = np.argsort(structure)
    fifth = max(4, len(order) // 5)
    weak, strong = order[:fifth], order[-fifth:]
    if not len(order) or structure[strong].mean() < LEAST_STRUCTURE:
        return None, images
    more = power[strong].mean() - power[weak].mean()
    return float(max(0.0, more / (structure[strong].mean() - structure[weak].mean() + 1e-6))), images


def _by_cell(grey: Floats, grid: _Grid) -> Floats:
    """Mean power in cells of the copy's pixels, edges left out."""
    side = round(CELL * grid.scale)
    rows, cols = grid.shape[0] // side, grid.shape[1] // side
    cells = (grey * grey)[: rows * side, : cols * side].reshape(rows, side, cols, side).mean(axis=(1, 3))
    edge = max(1, round(EDGE * min(rows, cols)))
    return np.asarray(cells[edge:-edge, edge:-edge].ravel(), np.float32)
