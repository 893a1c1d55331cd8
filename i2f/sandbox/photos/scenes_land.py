"""Scenes without people: mountains over a lake, a sunset at sea, a wood, a meadow, dunes."""

from __future__ import annotations

import math

import numpy as np

from i2f.sandbox.photos.brush import Easel, Field, blur, gradient, ink, mix, smooth


def paint_sky(easel: Easel, stops: list[tuple[float, str]], cloud: str, shade: str, amount: float = 0.5) -> Field:
    """A sky with clouds, lit above and shaded below; returns how much cloud there is."""
    easel.canvas[:] = gradient(easel.y, stops)
    drift = easel.moment.moved * 0.03
    high = easel.noise("clouds", 2.1, (0.45, 1.1), near=0.0)
    if drift:
        high = np.roll(high, round(drift * easel.height), axis=1)
    dense = smooth((high - 0.9 + 1.3 * amount) / 1.7)
    under = np.roll(blur(dense, 5), -6, axis=0)
    lit = np.clip(0.55 + 1.6 * (dense - under), 0, 1)
    easel.lay(mix(ink(shade), ink(cloud), lit), dense * 0.9)
    return dense


def mountains(easel: Easel) -> None:
    """Ridge behind ridge in the haze, firs in front, a lake below."""
    rng = easel.rng("palette")
    haze, near, sky = [
        ("e9c9a8", "1d2b33", [(0.0, "4f7fae"), (0.3, "a9c3d6"), (0.55, "f3d9b8")]),
        ("cfdbe6", "14262b", [(0.0, "2f6db0"), (0.35, "8db8dd"), (0.6, "dfe9f0")]),
        ("e3b7b4", "231f35", [(0.0, "4b4f86"), (0.3, "b58fb0"), (0.55, "f5c7a9")]),
    ][int(rng.integers(3))]
    paint_sky(easel, sky, "ffffff", haze, 0.35)
    easel.add_light(ink("ffe6bd"), 0.5 * np.exp(-(((easel.x - 0.2) ** 2 + (easel.y - 0.36) ** 2) / 0.06)))
    shore = 0.80
    for layer in range(6):
        depth = (layer / 5) ** 1.6
        x = easel.seen(0.15 + 0.6 * depth)
        line = 0.40 + 0.068 * layer + (0.12 - 0.015 * layer) * easel.line(f"ridge {layer}", x, 0.55 - 0.05 * layer)
        rocks = easel.noise(f"rock {layer}", 1.7, (1.4, 0.8), near=0.15 + 0.6 * depth)
        light = np.clip(0.5 + 0.35 * (rocks - np.roll(rocks, 3, axis=1)) * 2 + 0.1 * rocks, 0, 1.4)
        body = mix(ink(haze), ink(near), 0.25 + 0.75 * depth) * (0.72 + 0.5 * light[..., None] * (1 - 0.5 * depth))
        if layer < 3:
            snow = smooth((0.16 - (easel.y - line) + 0.09 * rocks) / 0.06) * (0.85 - 0.2 * layer)
            body = mix(body, mix(ink("8fa5c0"), ink("fffaf0"), np.clip(light, 0, 1)), snow)
        mist = smooth((easel.y - line) / 0.17) * (0.75 - 0.55 * depth)
        easel.lay(mix(body, ink(haze), mist), easel.below(line))
    _firs(easel, 0.74, ink(near), near=0.8)
    ripples = easel.noise("ripples", 1.1, (0.25, 2.2), near=0.9) * 0.06
    easel.mirror_below(shore, ripples, ink("2c4650"), 0.22)
    easel.lay(ink("f4ead8"), np.exp(-(((easel.y - shore) * 260) ** 2)) * np.clip(0.35 + ripples * 6, 0, 0.7))
    _reeds(easel)


def _firs(easel: Easel, ground: float, colour: tuple[float, float, float], near: float) -> None:
    """A line of firs against what is behind them."""
    rng = easel.rng("firs")
    x = easel.seen(near)[0]
    top = ground + 0.03 * easel.line("ground", easel.seen(near), 0.8)[0]
    for place, size in zip(rng.uniform(-0.9, 0.9, 90), rng.gamma(5, 0.016, 90), strict=True):
        foot = ground + 0.03
        away = np.abs(x - place)
        step = 0.35 * size * np.abs(((away * 26 / size * 0.1 + 7 * place) % 0.3) - 0.15)
        top = np.minimum(top, foot - size + away * 3.4 + step)
    needles = easel.noise("needles", 0.7, (1.2, 0.8), near=near)
    ragged = top[None, :] + 0.004 * easel.noise("twigs", 0.6, near=near)
    body = np.asarray(colour, np.float32) * (1 + 0.22 * needles[..., None]) + np.float32(0.015)
    easel.lay(np.clip(body, 0, 1), easel.below(ragged))


def _reeds(easel: Easel) -> None:
    """Grass at the lower edge, nearest of all."""
    blades = easel.noise("reeds", 1.2, (5.0, 0.25), near=1.0)
    line = 0.96 - 0.06 * np.maximum(0, easel.line("bank", easel.seen(1.0), 0.5)) - 0.016 * blades
    tips = gradient(np.clip(0.5 + 0.3 * blades, 0, 1), [(0.0, "10180f"), (0.6, "3c4420"), (1.0, "8d8a4a")])
    easel.lay(tips, easel.below(line, 2))


def sunset(easel: Easel) -> None:
    """The sun low over the sea, clouds lit from beneath, a sail."""
    rng = easel.rng("palette")
    horizon, sun = 0.56, float(rng.uniform(-0.2, 0.2))
    sky = [
        [(0.0, "27406f"), (0.25, "7d6f9e"), (0.42, "e59a72"), (0.56, "ffd18a")],
        [(0.0, "35336b"), (0.25, "a8557d"), (0.42, "f0805b"), (0.56, "ffc46b")],
    ][int(rng.integers(2))]
    dense = paint_sky(easel, sky, "ffcf9e", "6d5a80", 0.55)
    far = (easel.x - sun) ** 2 + (easel.y - (horizon - 0.07)) ** 2
    glow = np.exp(-far / 0.03)
    easel.add_light(ink("ff9d4d"), (0.35 + 0.4 * dense) * np.exp(-far / 0.12))
    easel.add_light(ink("ffe9b0"), 0.9 * glow * (1 - 0.5 * dense))
    easel.lay(ink("fff6d8"), smooth((0.034 - np.sqrt(far)) * easel.height / 3) * (1 - 0.6 * dense))
    headland = horizon - 0.07 * np.maximum(0, easel.line("headland", easel.seen(0.1) - 0.3, 0.9))
    easel.lay(ink("4c3b57"), easel.below(headland) * (easel.y < horizon + 0.003))
    _sea(easel, horizon, sun, sky[0][1], sky[-1][1])
    _sail(easel, horizon, float(rng.uniform(0.16, 0.3)) * (1 if sun < 0 else -1))


def _sea(easel: Easel, horizon: float, sun: float, deep: str, bright: str) -> None:
    """Waves in perspective: each reflects the higher sky the steeper it stands; the sun lies as a path of sparks."""
    first = int(horizon * easel.height)
    down = easel.y[first:] - horizon + 0.004
    distance = 0.05 / down
    texture = easel.noise("swell", 1.5, (1.0, 1.0))
    fine = easel.noise("chop", 0.9, (1.0, 1.0))
    across = (easel.x + easel.moment.step * 0.8 * down * 2) * distance * easel.height
    along = np.log(distance) * easel.height * 0.75 + easel.moment.moved * 9
    size = texture.shape
    rows, columns = (along * 1.3).astype(int) % size[0], (across * 0.8).astype(int) % size[1]
    waves = (
        texture[rows, columns] * 0.75
        + 0.6 * fine[(along * 2.9).astype(int) % size[0], (across * 2.1).astype(int) % size[1]]
    )
    waves = waves * np.clip(down * 14, 0.25, 1)
    height = np.clip(0.45 - 0.28 * waves + 0.5 * down, 0, 1)
    water = gradient(height, [(0.0, bright), (0.35, "9a6f78"), (0.7, deep), (1.0, "0d1a30")])
    path = np.exp(-(((easel.x - sun) / (0.035 + 0.28 * down)) ** 2))
    spark = smooth((waves + 1.1 * path - 0.75) / 0.5) * path
    easel.canvas[first:] = water
    light = np.zeros((easel.height, easel.width), np.float32)
    light[first:] = 0.92 * spark + 0.18 * path
    easel.add_light(ink("ffd08a"), light)


def _sail(easel: Easel, horizon: float, x: float) -> None:
    at = x - easel.moment.step * 0.35 + easel.moment.moved * 0.05
    foot, tall = horizon + 0.018, 0.15
    hull = [
        (at - 0.045, foot - 0.012),
        (at + 0.05, foot - 0.012),
        (at + 0.035, foot + 0.004),
        (at - 0.035, foot + 0.004),
    ]
    main = [(at + 0.002, foot - tall), (at + 0.004, foot - 0.018), (at + 0.045, foot - 0.018)]
    jib = [(at - 0.002, foot - tall * 0.92), (at - 0.002, foot - 0.02), (at - 0.036, foot - 0.018)]
    easel.lay(ink("3a2a3d"), easel.shapes([hull, main, jib]) * 0.92)
    easel.lay(
        ink("ffdcae"),
        easel.shape([(at + 0.006, foot - tall * 0.9), (at + 0.006, foot - 0.02), (at + 0.03, foot - 0.02)]) * 0.5,
    )
    under = [(at - 0.03, foot + 0.004), (at + 0.03, foot + 0.004), (at + 0.008, foot + 0.09), (at - 0.006, foot + 0.09)]
    broken = np.clip(0.5 + easel.noise("broken", 1.0, (0.3, 3.0)), 0, 1)
    easel.lay(ink("2b2138"), easel.shape(under, 3) * 0.55 * broken)


def forest(easel: Easel) -> None:
    """Trunks behind trunks in the morning mist, light falling in slants, ferns and litter on the ground."""
    rng = easel.rng("palette")
    glow, shade, leaf = [("fff1c4", "1c2a1c", "7c9a3a"), ("ffe3b0", "2a2117", "c08a2e")][int(rng.integers(2))]
    heart = float(rng.uniform(-0.15, 0.15))
    far = np.hypot((easel.x - heart) * 0.8, easel.y - 0.36)
    easel.canvas[:] = gradient(far, [(0.0, glow), (0.3, "b9c19a"), (0.8, "5a6a52")])
    for layer in range(5):
        depth = (layer / 4) ** 1.3
        near = 0.2 + 0.8 * depth
        _leaves(easel, f"crown {layer}", 0.34 - 0.04 * layer, depth, (leaf, shade, glow))
        _trunks(easel, layer, near, mix(ink("a5ab8d"), ink(shade), depth))
        easel.add_light(ink(glow), (0.30 - 0.06 * layer) * np.exp(-((far / 0.4) ** 2)))
    _floor(easel, (leaf, shade, glow))
    slant = easel.x * 0.9 - easel.y * 0.55 - heart
    beams = easel.line("beams", slant, 0.22, 0.55, 4)
    easel.add_light(ink(glow), 0.42 * smooth(beams) * np.exp(-((far / 0.65) ** 2)))


def _leaves(easel: Easel, name: str, edge: float, depth: float, inks: tuple[str, str, str]) -> None:
    """Foliage hanging in from above: clumps of single leaves, lit where they are thin."""
    clumps = easel.noise(name, 2.0, near=0.2 + 0.8 * depth)
    single = easel.noise(name + " leaves", 0.8 + 0.3 * depth, near=0.2 + 0.8 * depth)
    cover = smooth((edge - easel.y + 0.16 * clumps + 0.07 * single) / 0.035)
    lit = np.clip(0.45 + 0.25 * single + 0.2 * clumps, 0, 1)
    tone = gradient(lit, [(0.0, inks[1]), (0.55, inks[0]), (1.0, inks[2])])
    easel.lay(mix(ink("b5bd98"), tone, 0.35 + 0.65 * depth), cover * (0.55 + 0.4 * depth))


def _trunks(easel: Easel, layer: int, near: float, colour: Field) -> None:
    rng = easel.rng(f"trunks {layer}")
    count = (26, 18, 11, 6, 2)[layer]
    bark = easel.noise(f"bark {layer}", 1.1, (2.6, 0.5), near=near)
    grooves = easel.noise(f"grooves {layer}", 1.3, (7.0, 0.35), near=near)
    foot = 0.62 + 0.085 * layer
    for place in np.linspace(-0.85, 0.85, count) + rng.normal(0, 0.4 / count, count):
        if layer == 4 and abs(place) < 0.3:
            place = math.copysign(0.42, place)
        half = (0.005 + 0.036 * near**2.2) * rng.uniform(0.7, 1.3)
        middle = place + rng.normal(0, 0.04) * (0.6 - easel.y)
        middle = middle + 0.006 * easel.line(f"bend {layer} {place:.3f}", easel.y, 0.5, 0.5, 3)
        columns = easel.columns(place - easel.moment.step * near, 2.2 * half + 0.06)
        wide = half * (1 + 0.9 * np.exp(-np.abs(foot - easel.y) / 0.05)) * (0.75 + 0.3 * easel.y)
        off = (easel.seen(near)[:, columns] - middle) / wide
        cover = smooth((1 - np.abs(off)) * wide * easel.height / 1.5)
        cover = cover * smooth((foot + 0.012 * bark[:, columns] - easel.y) / 0.012)
        lit = 0.75 + 0.4 * np.clip(-off * math.copysign(1, place), -1, 1)
        lit = lit + 0.14 * bark[:, columns] + 0.2 * grooves[:, columns]
        under = easel.canvas[:, columns]
        under += cover[..., None] * (np.clip(colour * lit[..., None], 0, 1) - under)


def _floor(easel: Easel, inks: tuple[str, str, str]) -> None:
    """The ground in perspective, sunlit in patches, with ferns."""
    litter = easel.noise("litter", 0.8, (0.8, 1.6), near=0.9)
    patches = easel.noise("patches", 2.2, (0.5, 1.6), near=0.7)
    ferns = easel.noise("ferns", 1.3, (1.8, 1.0), near=1.0)
    ground = 0.69 + 0.02 * easel.line("rise", easel.seen(0.6), 0.6) + 0.012 * ferns
    lit = np.clip(0.36 + 0.15 * litter + 0.22 * patches, 0, 1)
    earth = gradient(lit, [(0.0, inks[1]), (0.4, "5b4a2c"), (0.7, inks[0]), (1.0, inks[2])])
    easel.lay(earth, easel.below(ground, 5) * 0.96)
    green = smooth((easel.y - 0.80 + 0.05 * patches + 0.045 * ferns) / 0.03)
    fronds = gradient(
        np.clip(0.42 + 0.24 * ferns + 0.1 * litter, 0, 1), [(0.0, inks[1]), (0.6, "4d6b2a"), (1.0, "c3d07a")]
    )
    easel.lay(fronds, green * 0.85)


def meadow(easel: Easel) -> None:
    """Summer: a tree on a hill, high grass, flowers in front."""
    rng = easel.rng("palette")
    paint_sky(easel, [(0.0, "3f7fc4"), (0.35, "8fbbe2"), (0.6, "dfeaf0")], "ffffff", "aebfd0", 0.5)
    for layer in range(3):
        near = 0.1 + 0.2 * layer
        line = 0.54 + 0.035 * layer + 0.035 * easel.line(f"hill {layer}", easel.seen(near), 0.9)
        woods = easel.noise(f"woods {layer}", 1.5, (1.0, 1.8), near=near)
        tone = gradient(np.clip(0.5 + 0.25 * woods, 0, 1), [(0.0, "3d5c4a"), (0.6, "7f9a58"), (1.0, "c9cf8d")])
        easel.lay(mix(ink("b9cfdc"), tone, 0.4 + 0.25 * layer), easel.below(line + 0.004 * woods))
    _tree(easel, float(rng.uniform(-0.3, 0.3)))
    deep = np.clip((easel.y - 0.62) / 0.38, 0, 1)
    fine, broad = easel.noise("grass", 0.9, (4.0, 0.5), near=0.6), easel.noise("blades", 1.4, (5.0, 0.3), near=1.0)
    wind = easel.noise("wind", 2.4, (0.5, 1.6), near=0.7)
    edge = 0.63 + 0.02 * easel.line("field", easel.seen(0.5), 0.8) - 0.006 * fine
    lit = np.clip(0.5 + 0.16 * fine * (1 - deep) + 0.22 * broad * deep + 0.14 * wind, 0, 1)
    grass = gradient(lit, [(0.0, "1f3315"), (0.45, "5d7d2e"), (0.75, "a5b455"), (1.0, "ece3a0")])
    easel.lay(grass, easel.below(edge))
    _flowers(easel, [("d8322f", "f26a4b"), ("f4f0e6", "ffd84a"), ("5a58c9", "a79be8")])


def _tree(easel: Easel, place: float) -> None:
    x, foot = easel.seen(0.5), 0.66
    twigs = easel.noise("tree twigs", 1.0, near=0.5)
    boughs = easel.noise("tree boughs", 1.9, near=0.5)
    trunk = smooth(
        (0.011 + 0.012 * np.exp((easel.y - foot) / 0.03) - np.abs(x - place - 0.01 * np.sin(easel.y * 30))) * 300
    )
    easel.lay(ink("33281d"), trunk * (easel.y > 0.42) * (easel.y < foot))
    far = np.hypot((x - place) / 1.15, (easel.y - 0.40) / 0.9)
    crown = smooth((0.135 - far + 0.035 * boughs + 0.018 * twigs) / 0.012)
    lit = np.clip(0.42 - (x - place) * 1.6 - (easel.y - 0.40) * 1.8 + 0.16 * boughs + 0.14 * twigs, 0, 1)
    easel.lay(gradient(lit, [(0.0, "17250f"), (0.5, "41632a"), (1.0, "b3bf62")]), crown)
    shadow = np.exp(-(((x - place - 0.1) / 0.2) ** 2 + ((easel.y - 0.675) / 0.012) ** 2))
    easel.lay(ink("1f3315"), 0.55 * shadow)


def _flowers(easel: Easel, inks: list[tuple[str, str]]) -> None:
    rng = easel.rng("flowers")
    count = 420
    depth = np.sort(rng.beta(1.3, 1.6, count))
    for near, place, kind, face in zip(
        depth, rng.uniform(-0.95, 0.95, count), rng.integers(0, 3, count), rng.random(count), strict=True
    ):
        side = max(3, int((0.004 + 0.036 * near**1.8) * easel.height))
        petal, heart = (np.asarray(ink(text), np.float32) for text in inks[int(kind)])
        at = ((np.arange(side) + 0.5) / side * 2 - 1).astype(np.float32)
        x, y = at[None, :], at[:, None] * (1.1 + 0.5 * face)
        far, turn = np.hypot(x, y), np.arctan2(y, x)
        cover = smooth((0.72 + 0.22 * np.cos(5 * turn + 6 * face) - far) * side / 2.5)
        shade = 0.72 + 0.4 * far - 0.25 * y + 0.12 * np.cos(10 * turn)
        colour = mix(petal, heart, smooth((0.3 - far) * 6)) * shade[..., None]
        sway = easel.moment.moved * 0.012 * near
        easel.stamp(
            np.clip(colour, 0, 1), cover, place - easel.moment.step * (0.5 + 0.5 * near) + sway, 0.66 + 0.34 * near**1.3
        )


def dunes(easel: Easel) -> None:
    """Sand in the evening: sharp crests, ripples, long shadows."""
    rng = easel.rng("palette")
    sky = [[(0.0, "5b7fae"), (0.45, "e8c9a2")], [(0.0, "6a5b8c"), (0.45, "f2b38c")]][int(rng.integers(2))]
    paint_sky(easel, sky, "fff0dc", "c9a99a", 0.2)
    for layer in range(5):
        near = 0.1 + 0.22 * layer
        x = easel.seen(near)
        swing = easel.line(f"crest {layer}", x, 0.9 + 0.1 * layer, 0.32, 5)
        line = 0.42 + 0.115 * layer + 0.085 * swing
        below = easel.y - line
        form = easel.noise(f"form {layer}", 3.0, (0.8, 0.5), near=near)
        fall = np.gradient(swing[0]) * easel.height / 6 + 0.6 * np.gradient(form[form.shape[0] // 2]) * 40
        steep = np.interp(x + 0.5 * below, x[0], fall).astype(np.float32)
        lee = smooth(0.62 - 1.1 * steep + 0.10 * form)
        warp = easel.noise(f"warp {layer}", 2.6, near=near) * 0.35
        ripples = np.sin((below * (260 - 38 * layer) + x * 60 + 9 * warp) * (1.0 + 0.1 * warp))
        grains = easel.noise(f"grains {layer}", 0.5, near=near)
        lit = 0.30 + 0.5 * lee + 0.09 * ripples * (0.3 + 0.7 * lee) + 0.05 * grains + 0.10 * warp
        sand = gradient(np.clip(lit, 0, 1), [(0.0, "4a2a2c"), (0.35, "9a5a3c"), (0.7, "dc9a5e"), (1.0, "ffe0ad")])
        easel.lay(mix(sand, ink("e9bd97"), 0.45 - 0.11 * layer), easel.below(line))
        easel.add_light(ink("fff0c8"), 0.35 * np.exp(-((below * 190) ** 2)) * lee)
