"""Scenes of the garden and the shore: a cat on a wall, fallen leaves, pebbles."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from i2f.sandbox.photos.brush import Easel, Field, ball, blur, gradient, ink, mix, smooth
from i2f.sandbox.photos.scenes_town import stones

_LIGHT = (-0.62, -0.58, 0.55)


def cat(easel: Easel) -> None:
    """A cat on a garden wall, leaves out of focus behind it."""
    rng = easel.rng("palette")
    coat = [("d98a3d", "8c4a1c", "f7e3c4"), ("8d8a86", "3d3b3a", "e9e6e0"), ("5a4a3f", "241c18", "cdbba6")][
        int(rng.integers(3))
    ]
    _garden(easel)
    top = 0.66
    tone, joint = stones(easel, 0.55, (0.115, 0.044), "wall")
    moss = smooth(easel.noise("moss", 1.5, near=0.55) * 0.7 - 0.35 + np.clip(0.3 - (easel.y - top) * 2, 0, 1))
    wall = np.clip(mix(ink("a5624a"), ink("b8ad9c"), joint) * tone[..., None], 0, 1)
    easel.lay(mix(wall, ink("586b2f"), 0.55 * moss), easel.below(np.full_like(easel.x, top)))
    slab = easel.noise("slab", 1.0, near=0.6)
    cope = smooth((easel.y - top + 0.035) * 300) * smooth((top + 0.022 - easel.y) * 300)
    split = smooth((np.abs(((easel.seen(0.6) / 0.36) % 1) - 0.5) - 0.49) * 300)
    easel.lay(np.clip(mix(ink("bdb4a4"), ink("575046"), split) * (0.85 + 0.12 * slab)[..., None], 0, 1), cope)
    easel.lay(ink("1a120e"), 0.6 * np.exp(-(((easel.y - top - 0.03) / 0.018) ** 2)) * (easel.y > top + 0.02))
    place = float(rng.uniform(-0.16, 0.12)) + 0.05 * easel.moment.moved - 0.65 * easel.moment.step
    _cat(easel, place, top - 0.028, coat)
    _ivy(easel)


def _garden(easel: Easel) -> None:
    rng = easel.rng("garden")
    leaves = easel.noise("hedge", 1.9, near=0.1)
    easel.canvas[:] = gradient(
        np.clip(0.4 + 0.22 * leaves + 0.2 * (0.4 - easel.y), 0, 1), [(0.0, "13240f"), (0.5, "4a6b2c"), (1.0, "cbd58c")]
    )
    for _ in range(150):
        side = int(rng.uniform(0.02, 0.085) * easel.height)
        at = ((np.arange(side) + 0.5) / side * 2 - 1).astype(np.float32)
        far = np.hypot(at[None, :], at[:, None])
        cover = smooth((1 - far) * side / 5) * (0.14 + 0.20 * far**4) * float(rng.uniform(0.5, 1.5))
        tone = ink(str(rng.choice(("e9efb0", "b8cf6a", "fff6d0", "8fb04a", "f0d8a0", "d99aa8"))))
        easel.stamp(
            np.broadcast_to(np.asarray(tone, np.float32), (side, side, 3)),
            cover,
            float(rng.uniform(-0.8, 0.8)),
            float(rng.uniform(0, 0.7)),
        )


def _cat(easel: Easel, x: float, foot: float, coat: tuple[str, str, str]) -> None:
    """Sitting, seen from the front: ellipses grown together, ragged with fur."""
    u, v = easel.x - x, easel.y - foot
    fur, hair = easel.noise("fur", 1.1, (2.2, 0.7), near=0.65), easel.noise("hair", 0.8, (1.6, 0.8), near=0.65)
    nod = 0.02 * easel.moment.moved
    parts = [
        (0, -0.13, 0.105, 0.145),
        (0, -0.07, 0.125, 0.085),
        (0, -0.20, 0.082, 0.10),
        (nod, -0.335, 0.088, 0.074),
        (-0.045, -0.018, 0.034, 0.024),
        (0.045, -0.018, 0.034, 0.024),
        (-0.03, -0.09, 0.032, 0.09),
        (0.03, -0.09, 0.032, 0.09),
    ]
    body = np.full((easel.height, easel.width), -1.0, np.float32)
    for px, py, wide, high in parts:
        part = 1 - ((u - px) / wide) ** 2 - ((v - py) / high) ** 2
        body = np.maximum(body, part)
    for side in (-1, 1):
        tilt = (u - nod) * side
        point = (v + 0.465 - 2.6 * np.abs(tilt - 0.052)) * 22
        ear = np.minimum(point, (-0.345 - v) * 30)
        body = np.maximum(body, np.where(v > -0.48, np.minimum(ear, 0.6), -1))
    swing = 0.112 + 0.014 * np.sin((v + 0.05) * 20 + easel.moment.moved)
    tail = 1 - ((u - swing) / 0.020) ** 2 - np.clip((v - 0.19) / 0.03, 0, 2) ** 2
    body = np.maximum(body, np.where(v > -0.06, tail, -1))
    cover = smooth((body + 0.055 * fur + 0.04 * hair) * 7)
    stripes = np.sin(v * 95 + 2.2 * fur + 26 * np.abs(u) ** 1.2) + 0.4 * np.sin(u * 120 + fur)
    bright = smooth((0.055 - np.abs(u - 0.6 * nod) - 0.25 * np.abs(v + 0.19)) * 18) * (v > -0.31) * (v < -0.05)
    lit = 0.62 + 0.26 * np.clip(-u * 7, -1, 1) + 0.10 * fur + 0.09 * hair + 0.12 * np.clip(body, 0, 1)
    pelt = mix(
        mix(ink(coat[0]), ink(coat[1]), smooth(stripes - 0.15) * 0.8),
        ink(coat[2]),
        np.clip(bright + smooth((0.03 - np.hypot(u - nod, (v + 0.305) * 1.2)) * 40), 0, 1),
    )
    easel.lay(ink("120c08"), 0.55 * np.exp(-((u / 0.17) ** 2) - ((v - 0.004) / 0.012) ** 2))
    easel.lay(np.clip(pelt * lit[..., None], 0, 1), cover)
    _face(easel, x + nod, foot - 0.335)


def _face(easel: Easel, x: float, y: float) -> None:
    sheet = easel.sketch(0.0)
    for side in (-1, 1):
        eye = x + 0.034 * side
        sheet.disc(eye, y - 0.006, 0.0175, ink("1a1410"), 0.78)
        sheet.disc(eye, y - 0.006, 0.0150, ink("a9b84a"), 0.78)
        sheet.disc(eye, y - 0.006, 0.0050, ink("0c0a08"), 2.1)
        sheet.disc(eye - 0.005, y - 0.011, 0.0032, ink("fbfbf5"))
        inner = [(x + side * 0.038, y - 0.066), (x + side * 0.053, y - 0.104), (x + side * 0.068, y - 0.060)]
        sheet.polygon(inner, ink("c98f86"))
        for lift in (-0.012, 0.002, 0.016):
            sheet.stroke(
                [(x + side * 0.018, y + 0.030), (x + side * 0.125, y + 0.026 + lift * 1.6)], ink("f4efe6"), 0.0010
            )
    sheet.polygon([(x - 0.011, y + 0.020), (x + 0.011, y + 0.020), (x, y + 0.032)], ink("b5655f"))
    sheet.stroke([(x - 0.018, y + 0.046), (x, y + 0.040), (x + 0.018, y + 0.046)], ink("5a3a30"), 0.0018)
    sheet.stroke([(x, y + 0.031), (x, y + 0.041)], ink("5a3a30"), 0.0018)
    colours, cover = sheet.lift()
    easel.lay(colours, cover * 0.93)


def _ivy(easel: Easel) -> None:
    rng = easel.rng("ivy")
    leaves = [
        _leaf(int(easel.height * 0.06), angle, tone)
        for angle in range(0, 360, 30)
        for tone in ("3f5f2a", "58803a", "2c4522")
    ]
    for _ in range(260):
        out = rng.gamma(2.0, 0.07)
        x = -easel.half + out - 0.03 - 0.85 * easel.moment.step
        y = 0.60 + rng.uniform(0.0, 0.42) - 0.10 * math.exp(-out * 9) + 0.25 * out
        colour, cover = leaves[int(rng.integers(len(leaves)))]
        easel.stamp(colour * np.float32(rng.uniform(0.65, 1.25)), cover, x, y)


def _leaf(side: int, degrees: float, tone: str, pointed: bool = False) -> tuple[Field, Field]:
    """A lobed leaf with its veins, some way turned."""
    unit, lobes = 3 * side, 5
    mask, veins = Image.new("L", (unit, unit), 0), Image.new("L", (unit, unit), 0)
    pen, fine = ImageDraw.Draw(mask), ImageDraw.Draw(veins)

    def at_turn(radius: float, turn: float) -> tuple[float, float]:
        turn += math.radians(degrees)
        return unit * (0.5 + radius * math.sin(turn)), unit * (0.5 - radius * math.cos(turn))

    outline = []
    for step in range(240):
        turn = 2 * math.pi * step / 240
        wave = abs(math.cos(turn * lobes / 2)) ** (0.8 if pointed else 0.5)
        radius = (0.22 if pointed else 0.3) + (0.25 if pointed else 0.15) * wave
        radius *= 1 + (0.05 * math.sin(turn * 31) if pointed else 0) - 0.1 * (1 + math.cos(turn + math.pi)) / 2
        outline.append(at_turn(radius, turn))
    pen.polygon(outline, fill=255)
    pen.line([at_turn(0, 0), at_turn(0.48, math.pi)], fill=255, width=max(2, unit // 50))
    for lobe in range(lobes):
        fine.line(
            [at_turn(0.06, math.pi), at_turn(0.4, 2 * math.pi * lobe / lobes)], fill=255, width=max(2, unit // 70)
        )
    cover, lines = (
        np.asarray(sheet.resize((side, side), Image.Resampling.BOX), np.float32) / 255 for sheet in (mask, veins)
    )
    at = np.arange(side, dtype=np.float32) / side - 0.5
    bent = 1 + 0.5 * (-at[None, :] - at[:, None]) + 0.25 * np.sin((at[None, :] - at[:, None]) * 9)
    colour = mix(ink(tone), ink("f0e7b8"), 0.4 * lines) * bent[..., None]
    return np.clip(colour, 0, 1).astype(np.float32), cover


def leaves(easel: Easel) -> None:
    """Maple leaves on wet ground."""
    rng = easel.rng("palette")
    soil, grass = easel.noise("soil", 0.7, near=0.2), easel.noise("grass", 1.3, (2.5, 0.6), near=0.3)
    easel.canvas[:] = gradient(
        np.clip(0.4 + 0.14 * soil + 0.2 * grass, 0, 1), [(0.0, "120c08"), (0.5, "3a3420"), (1.0, "7f8a4a")]
    )
    tones = ("b5271d", "d9541e", "e8912a", "f0bd3f", "8a5a22", "a8a03a", "7a2a1e")
    size = 0.24
    models = [
        _leaf(int(easel.height * size * scale), float(rng.uniform(0, 360)), tone, pointed=True)
        for tone in tones
        for scale in (0.65, 0.8, 1.0, 1.15)
    ]
    mottle = easel.noise("mottle", 1.2, near=1.0)
    shadows = [0.5 * blur(np.pad(cover, 12), 5) for _, cover in models]
    count = 210
    for number in range(count):
        kind = int(rng.integers(len(models)))
        (colour, cover), shadow = models[kind], shadows[kind]
        near = 0.4 + 0.6 * number / count
        x, y = rng.uniform(-easel.half - 0.1, easel.half + 0.1), rng.uniform(-0.05, 1.05)
        if number == count - 3:
            x, y = 0.05 + 0.2 * easel.moment.moved, 0.48
        x -= easel.moment.step * near
        easel.stamp(np.zeros((*shadow.shape, 3), np.float32), shadow, x + 0.012, y + 0.014)
        easel.stamp(colour * np.float32(rng.uniform(0.75, 1.1)), cover, x, y)
    drops = smooth(easel.noise("drops", 1.1, near=1.0) - 2.0)
    easel.canvas *= (0.92 + 0.10 * mottle)[..., None]
    easel.add_light(ink("eaf2ff"), 0.5 * drops)
    easel.canvas *= (0.75 + 0.35 * smooth(0.5 + 0.4 * easel.noise("sun", 2.4, near=0.5)))[..., None]


def pebbles(easel: Easel) -> None:
    """A shingle beach, the last of a wave running over it."""
    rng = easel.rng("palette")
    easel.canvas[:] = np.asarray(ink("2a2622"), np.float32) * (1 + 0.2 * easel.noise("sand", 0.6, near=0.3)[..., None])
    veins, specks = easel.noise("veins", 1.5), easel.noise("specks", 0.5)
    tones = [
        ink(text)
        for text in ("8f8b84", "b8aea0", "6b6762", "d8cfbf", "9a6a55", "5a6670", "c9b08f", "474a4e", "a89c94", "e6e2da")
    ]
    count = 1500
    for number in range(count):
        near = number / count
        side = int((0.022 + 0.075 * rng.beta(1.4, 3.0) * (0.5 + near)) * easel.height)
        row, column = int(rng.integers(0, easel.height - side)), int(rng.integers(0, easel.width - side))
        part = (slice(row, row + side), slice(column, column + side))
        grain = 0.92 + 0.10 * specks[part] + 0.10 * veins[part]
        line = np.exp(-(((veins[part] - rng.uniform(-1, 1)) / 0.09) ** 2)) * float(rng.random() < 0.35) * 0.5
        skin = mix(np.asarray(tones[int(rng.integers(len(tones)))], np.float32) * grain[..., None], ink("f2eee6"), line)
        colour, cover = ball(side, skin, _LIGHT, 0.25, float(rng.uniform(0.62, 0.95)))
        x, y = (
            float(rng.uniform(-easel.half, easel.half)) - easel.moment.step * (0.5 + 0.5 * near),
            float(rng.uniform(0, 1)),
        )
        easel.stamp(np.zeros((side, side, 3), np.float32), 0.55 * cover, x + 0.006, y + 0.008)
        easel.stamp(colour, cover, x, y)
    _foam(easel)


def _foam(easel: Easel) -> None:
    """Water wets and darkens; its edge is lace."""
    lace, bubbles = easel.noise("lace", 1.5, (1.0, 1.3)), easel.noise("bubbles", 0.8)
    edge = 0.30 + 0.05 * easel.line("edge", easel.x, 0.5) + 0.09 * easel.moment.moved
    under = easel.y - edge
    wet = smooth((edge + 0.16 - easel.y) * 12)
    easel.canvas *= (1 - 0.3 * wet)[..., None]
    water = smooth(-under * 9)
    easel.lay(mix(ink("5f8a8c"), ink("a9c7c2"), np.clip(0.5 + 0.3 * lace, 0, 1)), 0.72 * water)
    cells = smooth(1.1 - 2.6 * np.abs(lace) + 0.25 * bubbles)
    easel.lay(ink("f6f8f4"), cells * np.exp(-((under / 0.06) ** 2)) * 0.95)
    easel.lay(ink("ffffff"), cells * 0.45 * water)
    easel.lay(ink("fdfdfb"), smooth(0.9 + 0.5 * bubbles) * np.exp(-((under / 0.008) ** 2)) * 0.9)
