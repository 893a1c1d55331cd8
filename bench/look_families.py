"""Looks put on a photograph at full size: the truth that bench/look.py compares with, and the copy made from it.

Seven families, each a kind of change that Instagram made, none taken from i2f/sandbox/photos: tone curves, colour
matrices, vignettes, light leaks, local contrast (Lux), tilt-shift, borders. Every one but the first brings some of the
others along, as filters do. A look is a number: `make_look(number)` gives the same look for ever. A family is number
modulo seven, the rest comes from a generator seeded with it, and the numbers that decide are those of bench/lists,
committed before anything was measured on them.

Pictures are float32 (height, width, 3), 0 to 1, sRGB. Lengths are in short sides, so a look is the same at any size.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter, uniform_filter, zoom

Floats = NDArray[np.float32]
FAMILIES = ("curves", "matrix", "vignette", "leak", "lux", "tilt", "border")
WIDTHS = (612, 640, 750, 1080)
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
SHARPENING, SHARPENING_PX = 0.35, 1.0 / 750
"""What the app does to every picture after shrinking it: an unsharp mask, its radius in copies' widths."""


@dataclass(frozen=True, slots=True)
class Made:
    """The `truth` (bytes, full size) and the `copy` pressed from it, with the crop of the original that both show.

    `crop` is left, top, right, bottom in pixels of the upright original; `inner` is the part of the copy that is no
    border, in fractions; `family` names the look.
    """

    family: str
    crop: tuple[int, int, int, int]
    inner: tuple[float, float, float, float]
    truth: NDArray[np.uint8]
    copy: bytes


def make(original: Image.Image, number: int) -> Made:
    """Look `number` on an upright sRGB photograph."""
    rng = np.random.default_rng(number)
    family = FAMILIES[number % len(FAMILIES)]
    crop = _crop(original.size, rng)
    seen = np.asarray(original.convert("RGB").crop(crop), np.float32) / np.float32(255)
    looked = _look(seen, family, rng)
    truth = (np.clip(looked, 0, 1) * 255 + 0.5).astype(np.uint8)
    width = int(rng.choice(WIDTHS))
    small = Image.fromarray(truth).resize(
        (width, round(width * truth.shape[0] / truth.shape[1])), Image.Resampling.LANCZOS
    )
    small, inner = _framed(small, rng) if family == "border" else (small, (0.0, 0.0, 1.0, 1.0))
    return Made(family, crop, inner, truth, _pressed(_sharpened(small), rng))


def _crop(size: tuple[int, int], rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Square in seven of ten; the full short side in seven of ten."""
    shape = float(rng.choice([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 1.25, 1.91]))
    zoom = 1.0 if rng.random() < 0.7 else float(rng.uniform(0.7, 1.0))
    wide = int(zoom * min(size[0], size[1] * shape))
    high = min(size[1], int(round(wide / shape)))
    left = int(round(rng.random() * (size[0] - wide)))
    top = int(round(rng.random() * (size[1] - high)))
    return left, top, left + wide, top + high


def _look(seen: Floats, family: str, rng: np.random.Generator) -> Floats:
    if family == "lux":
        seen = _lux(seen, rng)
    if family == "vignette" and rng.random() < 0.5:  # under the curve, as a lens does it
        return _curves(_vignette(seen, rng), rng)
    if family in ("curves", "tilt", "border", "lux") or rng.random() < 0.5:
        seen = _curves(seen, rng)
    if family == "matrix" or (family != "curves" and rng.random() < 0.5):
        seen = _matrix(seen, rng)
    if family in ("vignette", "border"):
        seen = _vignette(seen, rng)
    if family == "leak":
        seen = _leak(seen, rng)
    return _tilt(seen, rng) if family == "tilt" else seen


def _curves(seen: Floats, rng: np.random.Generator) -> Floats:
    """One monotone curve a channel: an S for all three, bent a little apart, blacks lifted, whites lowered."""
    knots = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    common = np.array([0.0, -0.06, 0.0, 0.06, 0.0]) * rng.uniform(-0.8, 1.5) + rng.normal(0, 0.025, 5)
    steps = np.arange(256) / 255
    looked = np.empty_like(seen)
    for channel in range(3):
        heights = knots + common + rng.normal(0, 0.02, 5)
        heights[0] = max(0.0, rng.uniform(-0.05, 0.14))
        heights[4] = min(1.0, rng.uniform(0.84, 1.05))
        curve = PchipInterpolator(knots, np.maximum.accumulate(heights))(steps).astype(np.float32)
        looked[..., channel] = np.interp(seen[..., channel], steps, curve)
    return np.asarray(np.clip(looked, 0, 1), np.float32)


def _matrix(seen: Floats, rng: np.random.Generator) -> Floats:
    """Saturation (down to black and white), a turn of the hues, gains of a white balance, a lifted black."""
    saturation = 0.0 if rng.random() < 0.15 else float(rng.uniform(0.5, 1.5))
    keep = np.outer(np.ones(3), LUMA)
    turn = np.deg2rad(rng.uniform(-12, 12))
    axis = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    hue = np.eye(3) + np.sin(turn) * axis + (1 - np.cos(turn)) * (axis @ axis)
    matrix = np.diag(rng.uniform(0.88, 1.12, 3)) @ (keep + saturation * (np.eye(3) - keep)) @ hue
    offset = rng.uniform(-0.02, 0.08, 3)
    return np.asarray(np.clip(seen @ matrix.T.astype(np.float32) + offset.astype(np.float32), 0, 1), np.float32)


def _axes(shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    short = min(shape[:2])
    x, y = ((np.arange(n, dtype=np.float32) + 0.5) / short for n in (shape[1], shape[0]))
    return np.asarray(x[None, :], np.float32), np.asarray(y[:, None], np.float32)


def _vignette(seen: Floats, rng: np.random.Generator) -> Floats:
    """Darker, or tinted, towards the corners; round or drawn out with the frame."""
    x, y = _axes(seen.shape)
    wide, high = float(x[0, -1]), float(y[-1, 0])
    x, y = x - wide / 2, y - high / 2
    if rng.random() < 0.5:
        x, y = x / wide, y / high
    far = np.hypot(x, y) / np.float32(np.hypot(x.max(), y.max()))
    dark = rng.uniform(0.25, 0.75) * np.clip((far - rng.uniform(0.1, 0.4)) / 0.6, 0, 1) ** rng.uniform(1.5, 3)
    tint = rng.uniform(0, 0.25, 3).astype(np.float32)
    share = dark[..., None].astype(np.float32)
    return seen * (1 - share * (1 - tint))


def _leak(seen: Floats, rng: np.random.Generator) -> Floats:
    """Two patches of coloured light, screened over the picture."""
    x, y = _axes(seen.shape)
    for _ in range(2):
        angle, breadth, length = rng.uniform(0, np.pi), rng.uniform(0.12, 0.4), rng.uniform(0.4, 1.5)
        at = rng.uniform(-0.1, 1.1, 2)
        dx, dy = x - at[0] * x.max(), y - at[1] * y.max()
        along, across = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
        light = rng.uniform(0.25, 0.65) * np.exp(-((across / breadth) ** 2) - (along / length) ** 2)
        colour = np.array([1.0, rng.uniform(0.3, 0.9), rng.uniform(0.1, 0.6)], np.float32)
        seen = 1 - (1 - seen) * (1 - light[..., None].astype(np.float32) * colour)
    return seen


def _lux(seen: Floats, rng: np.random.Generator) -> Floats:
    """Local contrast at two scales of the luminance, or the square's own histogram flattened in tiles."""
    light = seen @ LUMA
    short = min(light.shape)
    if rng.random() < 0.7:
        lit = light.copy()
        for radius, most in ((rng.uniform(0.03, 0.08), 0.7), (rng.uniform(0.008, 0.02), 0.4)):
            lit += rng.uniform(0.15, most) * (light - _wide_blur(light, radius * short))
    else:
        mean = _wide_blur(light, 0.08 * short)
        spread = np.sqrt(np.maximum(_wide_blur((light - mean) ** 2, 0.08 * short), 1e-4))
        gain = 1 + rng.uniform(0.3, 0.7) * (np.clip(0.2 / (spread + 0.05), 0.8, 2.0) - 1)
        lit = mean + (light - mean) * gain
    return np.asarray(np.clip(seen + (lit - light)[..., None], 0, 1), np.float32)


def _wide_blur(grey: Floats, sigma: float) -> Floats:
    """A Gaussian blur, worked out on a smaller picture when it is wide."""
    step = max(1, int(sigma // 6))
    if step == 1:
        return np.asarray(gaussian_filter(grey, sigma, mode="nearest"), np.float32)
    high, wide = -(-grey.shape[0] // step), -(-grey.shape[1] // step)
    padded = np.pad(grey, ((0, high * step - grey.shape[0]), (0, wide * step - grey.shape[1])), mode="edge")
    small = padded.reshape(high, step, wide, step).mean((1, 3))
    blurred = gaussian_filter(small, sigma / step, mode="nearest")
    grown = zoom(blurred, step, order=1, mode="nearest", grid_mode=True)
    return np.asarray(grown[: grey.shape[0], : grey.shape[1]], np.float32)


def _tilt(seen: Floats, rng: np.random.Generator) -> Floats:
    """Sharp in a disc or a band at any angle; the blur grows from there, over a soft edge, up to 10 px of 640."""
    x, y = _axes(seen.shape)
    at = rng.uniform(0.3, 0.7, 2)
    dx, dy = x - at[0] * x.max(), y - at[1] * y.max()
    angle = rng.uniform(0, np.pi)
    disc = rng.random() < 0.5
    far = np.hypot(dx, dy) if disc else np.abs(dy * np.cos(angle) - dx * np.sin(angle))
    half, edge = rng.uniform(0.12, 0.28), rng.uniform(0.08, 0.25)
    share = np.clip((far - half) / edge, 0, 1)
    share = (share * share * (3 - 2 * share)).astype(np.float32)
    most = rng.uniform(3, 10) / 640 * min(seen.shape[:2])
    if rng.random() < 0.5:  # the sharp picture and one blurred are mixed
        blurred = np.stack([_box_blur(seen[..., k], most) for k in range(3)], -1)
        return np.asarray(seen + share[..., None] * (blurred - seen), np.float32)
    looked, before = seen, 0.0
    for step in (0.25, 0.5, 0.75, 1.0):  # the radius itself grows
        blurred = np.stack([_box_blur(seen[..., k], most * step) for k in range(3)], -1)
        looked = looked + np.clip((share - before) / 0.25, 0, 1)[..., None] * (blurred - looked)
        before = step
    return looked


def _box_blur(grey: Floats, sigma: float) -> Floats:
    """Nearly a Gaussian blur: three running means, of odd breadth, since those of even breadth move what they blur."""
    size = 1 + 2 * round((np.sqrt(4 * sigma * sigma + 1) - 1) / 2)
    for _ in range(3):
        grey = uniform_filter(grey, size, mode="nearest")
    return np.asarray(grey, np.float32)


def _framed(small: Image.Image, rng: np.random.Generator) -> tuple[Image.Image, tuple[float, float, float, float]]:
    """A border laid over the picture's edge: even on all sides, white or black, straight or ragged."""
    wide, high = small.size
    edge = max(2, round(rng.uniform(0.02, 0.08) * min(wide, high)))
    mask = np.ones((high, wide), np.float32)
    depth = np.full(2 * (wide + high), edge, np.float32)
    if rng.random() < 0.3:
        depth += edge * 0.25 * gaussian_filter(rng.normal(0, 3, len(depth)), 4, mode="wrap")
    rows, cols = np.arange(high)[:, None], np.arange(wide)[None, :]
    mask *= (rows >= depth[:wide][None, :]) & (rows < high - depth[wide : 2 * wide][None, :])
    mask *= (cols >= depth[2 * wide : 2 * wide + high][:, None]) & (cols < wide - depth[2 * wide + high :][:, None])
    paper = np.full(3, 252.0 if rng.random() < 0.5 else 5.0) + rng.uniform(-3, 3, 3)
    shown = np.asarray(small, np.float32) * mask[..., None] + paper * (1 - mask[..., None])
    reach = float(np.ceil(depth.max()))
    inner = (reach / wide, reach / high, 1 - reach / wide, 1 - reach / high)
    return Image.fromarray(np.clip(shown + 0.5, 0, 255).astype(np.uint8)), inner


def _sharpened(small: Image.Image) -> Image.Image:
    seen = np.asarray(small, np.float32)
    sigma = SHARPENING_PX * min(small.size)
    sharp = seen + SHARPENING * (seen - gaussian_filter(seen, (sigma, sigma, 0), mode="nearest"))
    return Image.fromarray(np.clip(sharp + 0.5, 0, 255).astype(np.uint8))


def _pressed(small: Image.Image, rng: np.random.Generator) -> bytes:
    """JPEG as Instagram wrote it, twice in half of the cases."""
    data = b""
    for _ in range(1 + int(rng.random() < 0.5)):
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", quality=int(rng.integers(70, 93)), subsampling="4:2:0", progressive=True)
        data = buffer.getvalue()
        small = Image.open(io.BytesIO(data)).convert("RGB")
    return data
