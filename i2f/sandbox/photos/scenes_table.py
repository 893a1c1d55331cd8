"""A still life: fruit and a jug on a wooden table."""

from __future__ import annotations

import numpy as np
from PIL import Image

from i2f.sandbox.photos.brush import Easel, Field, ball, gradient, ink, mix, smooth

_LIGHT = (-0.62, -0.58, 0.55)


def still_life(easel: Easel) -> None:
    """Fruit and a jug on a wooden table, light from a window on the left."""
    rng = easel.rng("palette")
    wall, cloth = [("7c8a86", "a3493d"), ("a89a84", "44637a"), ("5f6b78", "c2a253")][int(rng.integers(3))]
    plaster, brushed = easel.noise("plaster", 1.2, near=0.1), easel.noise("brushed", 1.5, (0.5, 1.2), near=0.1)
    falling = np.clip(1.02 - 0.55 * (easel.x + easel.half) / (2 * easel.half) - 0.25 * (easel.y - 0.2), 0.25, 1.1)
    bars = smooth(np.sin((easel.x * 0.9 + easel.y * 0.42 - 0.2) * 9) * 3 + 1.4) * np.exp(
        -(((easel.x + 0.15) / 0.4) ** 2)
    )
    tone = falling * (0.74 + 0.05 * plaster + 0.05 * brushed) + 0.24 * bars * (easel.y < 0.6)
    easel.canvas[:] = np.clip(np.asarray(ink(wall), np.float32) * tone[..., None], 0, 1)
    _table(easel, 0.60, bars)
    _cloth(easel, cloth)
    _jug(easel, float(rng.uniform(-0.36, -0.2)))
    skins = _skins(easel)
    row = [
        (-0.02, 0.66, 0.21),
        (0.20, 0.665, 0.23),
        (0.37, 0.70, 0.19),
        (-0.16, 0.74, 0.20),
        (0.08, 0.775, 0.235),
        (0.27, 0.80, 0.18),
    ]
    kinds = rng.permutation(len(skins))
    for number, (x, y, size) in enumerate(row):
        x, y, size = x + rng.normal(0, 0.015), y + rng.normal(0, 0.010), size * rng.uniform(0.9, 1.08)
        aside = easel.moment.moved * 0.045 if number == 4 else 0.0
        near = 0.35 + 1.2 * (y - 0.6)
        _fruit(easel, (x + aside - easel.moment.step * near, y), size, skins[int(kinds[number % len(skins)])])
    _grapes(easel)


def _table(easel: Easel, edge: float, bars: Field) -> None:
    """Boards seen along the table, drawn together towards the wall."""
    deep = (easel.y - edge) / (1 - edge) + 0.02
    rows, columns = int(edge * easel.height), easel.height
    grain = easel.noise("grain", 1.1, (0.25, 5.0))
    rings = easel.noise("rings", 1.7, (0.25, 2.0))
    along = easel.seen(0.7) * (0.55 + 0.45 / (deep + 0.35)) + 4
    down = np.log(0.35 + np.clip(deep, 0, 2)) * 0.62 + 0.7
    index = ((down * columns).astype(int) % easel.height, (along * columns).astype(int) % easel.width)
    wood = 0.5 + 0.13 * grain[index] + 0.10 * rings[index]
    board = np.abs(((down * 7.5 + easel.rng("boards").random()) % 1) - 0.5)
    wood = wood - 0.5 * smooth((board - 0.47) / 0.02)
    colour = gradient(np.clip(wood, 0, 1), [(0.0, "1e0f08"), (0.35, "5c3519"), (0.65, "9a6433"), (1.0, "d9a866")])
    lit = 0.72 + 0.45 * np.exp(-(((easel.x + 0.15) / 0.5) ** 2)) + 0.2 * np.roll(bars, rows // 3, axis=1)
    easel.lay(np.clip(colour * lit[..., None], 0, 1), easel.below(np.full_like(easel.x, edge)))
    easel.lay(ink("150b06"), 0.55 * np.exp(-((np.maximum(0, easel.y - edge) * 45) ** 2)) * (easel.y > edge))


def _cloth(easel: Easel, colour: str) -> None:
    """A napkin hanging over the front edge, woven, with folds."""
    folds = easel.noise("folds", 2.4, (1.6, 0.7), near=0.9)
    x = easel.seen(0.9) + 0.02 * folds
    left = 0.03 + 0.04 * easel.line("hem", easel.y, 0.5) + 0.25 * (0.9 - easel.y)
    cover = (
        smooth((x - left) * 200) * smooth((0.50 - x + 0.1 * easel.y) * 200) * smooth((easel.y - 0.845 - 0.05 * x) * 200)
    )
    weave = 0.5 + 0.25 * np.sin(x * 1500) + 0.25 * np.sin(easel.y * 1500)
    stripe = smooth(np.sin(x * 75) * 5 - 2.6)
    lit = 0.7 + 0.24 * (folds - np.roll(folds, 9, axis=1)) * 3 + 0.13 * weave
    easel.lay(np.clip(mix(ink(colour), ink("efe6d5"), stripe) * lit[..., None], 0, 1), cover)


def _jug(easel: Easel, x: float) -> None:
    """A glazed jug, turned on the wheel."""
    top, foot, near = 0.26, 0.70, 0.4
    off = easel.seen(near) - x
    share = (easel.y - top) / (foot - top)
    profile = (
        0.062 + 0.075 * np.sin(np.clip(share, 0, 1) * 3.0) ** 1.5 - 0.028 * np.exp(-(((share - 0.12) / 0.10) ** 2))
    )
    round_x = off / profile
    edge_top, edge_foot = (
        top + 0.014 * np.sqrt(np.clip(1 - round_x**2, 0, 1)),
        foot + 0.018 * np.sqrt(np.clip(1 - round_x**2, 0, 1)),
    )
    cover = smooth((1 - np.abs(round_x)) * profile * easel.height / 1.5) * smooth(
        (edge_foot - easel.y) * easel.height / 2
    )
    cover = cover * smooth((easel.y - top + 0.012 - (edge_top - top)) * easel.height / 2)
    ring = np.hypot((off - 0.135) / 0.075, (easel.y - 0.42) / 0.105)
    handle = smooth((0.16 - np.abs(ring - 1)) * 60) * (off > 0.05)
    shadow = np.exp(-(((off - 0.13) / 0.2) ** 2) - ((easel.y - foot) / 0.02) ** 2)
    easel.lay(ink("120904"), 0.7 * shadow * (easel.y > 0.6))
    speckle, flow = easel.noise("glaze", 0.8, near=near), easel.noise("flow", 1.7, (1.4, 0.5), near=near)
    lit = 0.3 + 0.75 * np.clip(0.55 - 0.75 * round_x - 0.2 * round_x**2, 0, 1) + 0.035 * speckle
    glaze = mix(ink("3f6f8a"), ink("e9dfc8"), smooth((share - 0.52 + 0.035 * flow) * 14))
    band = np.exp(-(((share - 0.36) / 0.018) ** 2)) + np.exp(-(((share - 0.42) / 0.01) ** 2))
    body = mix(glaze, ink("1f3a5a"), 0.75 * np.clip(band, 0, 1)) * np.clip(lit, 0, 1.3)[..., None]
    gleam = 0.7 * np.exp(-(((round_x + 0.45) / 0.09) ** 2) - ((share - 0.5) / 0.22) ** 2)
    easel.lay(np.clip(mix(ink("3f6f8a"), ink("16293a"), smooth(ring * 2 - 1.6)), 0, 1), handle)
    easel.lay(np.clip(body + gleam[..., None], 0, 1), cover)
    inside = smooth((1 - np.hypot(off / 0.056, (easel.y - top + 0.001) / 0.011)) * 6)
    easel.lay(ink("182530"), inside)


def _skins(easel: Easel) -> list[tuple[Field, float, float]]:
    """Apple, orange, lemon, plum, pear-green apple, peach: skin, shine and flatness."""
    side = int(0.25 * easel.height)
    part = (slice(0, side), slice(0, side))
    fine, blotch = easel.noise("pores", 0.5)[part], easel.noise("blotches", 1.6)[part]
    at = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    turn = np.arctan2(at[:, None] + 0.55, at[None, :] + 0.05)
    streaks = np.sin(turn * 46 + 3 * blotch) * 0.5 + 0.5 * fine
    apple = gradient(
        np.clip(0.45 + 0.16 * blotch + 0.16 * streaks, 0, 1), [(0.0, "7d0f14"), (0.55, "c4262a"), (1.0, "f0b04a")]
    )
    orange = gradient(
        np.clip(0.5 + 0.16 * fine + 0.06 * blotch, 0, 1), [(0.0, "b9520a"), (0.5, "ee8a1d"), (1.0, "ffc05a")]
    )
    lemon = gradient(
        np.clip(0.5 + 0.13 * fine + 0.08 * blotch, 0, 1), [(0.0, "b79a12"), (0.5, "f0cf32"), (1.0, "fff08a")]
    )
    plum = gradient(
        np.clip(0.45 + 0.20 * blotch + 0.05 * fine, 0, 1), [(0.0, "1c1230"), (0.5, "43265c"), (1.0, "8f86b8")]
    )
    green = gradient(
        np.clip(0.5 + 0.10 * fine + 0.12 * blotch, 0, 1), [(0.0, "5d7a1c"), (0.6, "a4bd45"), (1.0, "dde38a")]
    )
    peach = gradient(
        np.clip(0.5 + 0.28 * blotch + 0.07 * fine, 0, 1), [(0.0, "b5363a"), (0.5, "ec8f5a"), (1.0, "ffd79a")]
    )
    return [
        (apple, 0.6, 0.93),
        (orange, 0.35, 0.97),
        (lemon, 0.4, 0.82),
        (plum, 0.3, 0.95),
        (green, 0.5, 0.95),
        (peach, 0.1, 0.95),
    ]


def _fruit(easel: Easel, place: tuple[float, float], size: float, kind: tuple[Field, float, float]) -> None:
    skin, shine, flat = kind
    side = int(size * easel.height)
    x, y = place
    long = np.exp(
        -(((easel.x - x - 0.42 * size) / (0.62 * size)) ** 2) - ((easel.y - y - 0.40 * size) / (0.10 * size)) ** 2
    )
    easel.lay(ink("0d0603"), 0.75 * np.clip(1.2 * long, 0, 1) * (long > 0.004))
    row = min(skin.shape[0], side)
    colour, cover = ball(row, skin[:row, :row], _LIGHT, shine, flat)
    if row < side:
        grown = Image.fromarray((colour * 255).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
        colour = np.asarray(grown, np.float32) / 255
        cover = np.asarray(Image.fromarray(cover).resize((side, side)), np.float32)
    easel.stamp(colour, cover, x, y)
    dent = np.exp(-(((easel.x - x) / (0.10 * size)) ** 2) - ((easel.y - y + 0.40 * size) / (0.04 * size)) ** 2)
    easel.lay(ink("2a1a0c"), 0.6 * dent * (dent > 0.004))


def _grapes(easel: Easel) -> None:
    rng = easel.rng("grapes")
    side = int(0.058 * easel.height)
    bloom = easel.noise("bloom", 1.3)
    for number in range(34):
        down = number / 34
        x = -0.34 + rng.normal(0, 0.052) * (1.15 - 0.6 * down) - easel.moment.step * 0.75
        y = 0.80 + 0.10 * down + rng.normal(0, 0.008)
        row, column = int(rng.integers(0, easel.height - side)), int(rng.integers(0, easel.width - side))
        tone = np.clip(0.45 + 0.15 * bloom[row : row + side, column : column + side], 0, 1)
        skin = gradient(tone, [(0.0, "220d24"), (0.5, "4d1f4a"), (1.0, "a487ad")])
        colour, cover = ball(side, skin, _LIGHT, 0.5)
        easel.stamp(colour * np.float32(0.85 + 0.3 * down), cover, x, y)
