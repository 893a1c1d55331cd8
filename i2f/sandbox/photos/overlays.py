"""What is laid over a finished picture: frames, lines of text, stickers, and the blur of a tilt-shift.

Everything is drawn in proportion to the picture's short side, so that a copy of 306 pixels looks like one of 1440.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

FRAMES = ("white", "black", "rounded", "thin", "film")
"""White and black bars, white with rounded corners, a thin line set in, a ragged dark film edge."""
TILTS = ("disc", "band")
STICKERS = ("heart", "star", "sun", "arrow", "bubble")
_SAYINGS = (
    "good morning",
    "wish you were here",
    "#nofilter",
    "summer!",
    "love this",
    "TBT",
    "still life",
    "so much light",
    "home",
    "day 12",
    "what a view",
    "slow sunday",
)
_INKS = ("#ffffff", "#111111", "#ffd23f", "#ef476f", "#2ec4b6", "#8ac926", "#ff7f50")
_SMOOTH = 4


def draw_frame(picture: Image.Image, kind: str, width_px: float, rng: np.random.Generator) -> Image.Image:
    """The picture with its outermost `width_px` pixels under a frame."""
    mask = _frame_mask(picture.size, kind, width_px, rng)
    colour = {"white": "#fdfdfb", "rounded": "#fbf9f4", "thin": "#f4f1ea", "black": "#070708", "film": "#0c0a09"}[kind]
    return Image.composite(Image.new("RGB", picture.size, colour), picture, mask)


def _frame_mask(size: tuple[int, int], kind: str, width_px: float, rng: np.random.Generator) -> Image.Image:
    wide, high = size
    big = Image.new("L", (wide * 2, high * 2), 255)
    pen = ImageDraw.Draw(big)
    edge = 2 * width_px
    inner = (edge, edge, 2 * wide - edge - 1, 2 * high - edge - 1)
    if kind == "thin":
        pen.rectangle((0, 0, 2 * wide, 2 * high), fill=0)
        pen.rectangle((edge * 0.6, edge * 0.6, 2 * wide - edge * 0.6, 2 * high - edge * 0.6), fill=255)
        pen.rectangle(inner, fill=0)
    else:
        pen.rounded_rectangle(inner, radius=edge * (1.3 if kind == "rounded" else 0.0), fill=0)
    mask = big.resize(size, Image.Resampling.BOX)
    return _ragged(mask, width_px, rng) if kind == "film" else mask


def _ragged(mask: Image.Image, width_px: float, rng: np.random.Generator) -> Image.Image:
    """The edge of a negative: pushed to and fro by coarse noise."""
    wide, high = mask.size
    coarse = rng.integers(0, 255, (24, 24), np.uint8)
    noise = Image.fromarray(coarse).resize((wide, high), Image.Resampling.BICUBIC)
    soft = np.asarray(mask.filter(ImageFilter.GaussianBlur(width_px / 3)), np.float32)
    pushed = soft + 0.5 * (np.asarray(noise, np.float32) - 128)
    return Image.fromarray(np.clip((pushed - 128) * 6 + 128, 0, 255).astype(np.uint8))


def blur_around(
    picture: Image.Image, kind: str, center: tuple[float, float], half: float, radius: float
) -> Image.Image:
    """A tilt-shift: sharp in a disc or a level band around `center` (fractions), blurred elsewhere.

    `half` is the sharp part's half-breadth, `radius` the blur's, both in short sides.
    """
    wide, high = picture.size
    short = min(wide, high)
    x = (np.arange(wide, dtype=np.float32) - center[0] * wide)[None, :] / short
    y = (np.arange(high, dtype=np.float32) - center[1] * high)[:, None] / short
    far = np.hypot(x, y) if kind == "disc" else np.abs(y) + 0 * x
    share = np.clip((far - half) / max(half, 0.1), 0, 1)
    mask = Image.fromarray((255 * share * share * (3 - 2 * share)).astype(np.uint8))
    return Image.composite(picture.filter(ImageFilter.GaussianBlur(radius * short)), picture, mask)


def write_text(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A line of text somewhere in the upper or lower third, now and then on a coloured strip."""
    wide, high = picture.size
    short = min(wide, high)
    saying = str(rng.choice(_SAYINGS))
    font = ImageFont.load_default(size=float(short * rng.uniform(0.05, 0.11)))
    ink = str(rng.choice(_INKS))
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    left, top, right, bottom = pen.textbbox((0, 0), saying, font=font)
    x = rng.uniform(0.04, max(0.05, 0.96 - (right - left) / wide)) * wide
    y = float(rng.choice([rng.uniform(0.05, 0.25), rng.uniform(0.70, 0.86)])) * high
    if rng.random() < 0.4:
        pad = 0.25 * (bottom - top)
        strip = (x + left - pad, y + top - pad, x + right + pad, y + bottom + pad)
        pen.rounded_rectangle(strip, radius=pad, fill=str(rng.choice(_INKS[1:])))
        ink = "#ffffff"
    else:
        offset = short * 0.003
        pen.text((x + offset, y + offset), saying, font=font, fill=(0, 0, 0, 130))
    pen.text((x, y), saying, font=font, fill=ink)
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def put_sticker(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A flat drawing, 10 to 20 per cent of the short side across, turned as it comes."""
    short = min(picture.size)
    side = max(12, round(short * rng.uniform(0.10, 0.20)))
    kind, ink = str(rng.choice(STICKERS)), str(rng.choice(_INKS))
    shape = _sticker(kind, side).rotate(rng.uniform(-25, 25), Image.Resampling.BICUBIC)
    x = int(rng.uniform(0, picture.width - side))
    y = int(rng.uniform(0, picture.height - side))
    placed = Image.new("L", picture.size, 0)
    placed.paste(shape, (x, y))
    rim = placed.filter(ImageFilter.MaxFilter(3 if side < 60 else 5))
    bordered = Image.composite(Image.new("RGB", picture.size, "#ffffff"), picture, ImageChops.lighter(rim, placed))
    return Image.composite(Image.new("RGB", picture.size, ink), bordered, placed)


def _sticker(kind: str, side: int) -> Image.Image:
    """The shape of a sticker as a mask, drawn larger and shrunk."""
    mask = Image.new("L", (side * _SMOOTH, side * _SMOOTH), 0)
    pen = ImageDraw.Draw(mask)
    unit = side * _SMOOTH
    if kind == "bubble":
        pen.rounded_rectangle((0.1 * unit, 0.15 * unit, 0.9 * unit, 0.65 * unit), radius=0.2 * unit, fill=255)
        pen.polygon([(0.25 * unit, 0.6 * unit), (0.22 * unit, 0.85 * unit), (0.5 * unit, 0.6 * unit)], fill=255)
    else:
        points = _OUTLINES[kind]
        pen.polygon([(unit * x, unit * y) for x, y in points], fill=255)
    return mask.resize((side, side), Image.Resampling.BOX)


def _spikes(count: int, inner: float) -> list[tuple[float, float]]:
    radii = [0.45 if i % 2 == 0 else inner for i in range(2 * count)]
    return [
        (0.5 + r * math.sin(math.pi * i / count), 0.5 - r * math.cos(math.pi * i / count)) for i, r in enumerate(radii)
    ]


def _heart() -> list[tuple[float, float]]:
    turn = [2 * math.pi * i / 60 for i in range(60)]
    return [
        (
            0.5 + 0.026 * 16 * math.sin(t) ** 3,
            0.46 - 0.026 * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)),
        )
        for t in turn
    ]


_OUTLINES: dict[str, list[tuple[float, float]]] = {
    "heart": _heart(),
    "star": _spikes(5, 0.19),
    "sun": _spikes(14, 0.32),
    "arrow": [(0.05, 0.42), (0.6, 0.42), (0.6, 0.2), (0.95, 0.5), (0.6, 0.8), (0.6, 0.58), (0.05, 0.58)],
}
