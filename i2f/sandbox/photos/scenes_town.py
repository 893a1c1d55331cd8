"""Scenes that people built: a town at night, a harbour, a house front, a cat on a wall."""

from __future__ import annotations

import numpy as np

from i2f.sandbox.photos.brush import Colour, Easel, Field, Sketch, blur, gradient, ink, mix, smooth
from i2f.sandbox.photos.scenes_land import paint_sky

_PAINTS = ("b8402f", "d9a03c", "efe6d2", "3f7f86", "c8737a", "5b7ea8", "e0c27a", "7d8f5a", "f2efe8", "a8553a")


def night(easel: Easel) -> None:
    """A town by the river at night: windows lit here and there, lamps on the bank, all of it again in the water."""
    rng = easel.rng("palette")
    low = ("c26a4a", "4a5a86", "8a5a7a")[int(rng.integers(3))]
    easel.canvas[:] = gradient(easel.y, [(0.0, "070b1e"), (0.35, "16204a"), (0.62, low)])
    _stars(easel)
    haze = smooth(easel.noise("haze", 2.2, (0.4, 1.2)) * 0.5)
    easel.lay(ink(low), 0.22 * haze * np.clip(easel.y * 1.6, 0, 1))
    shore = 0.70
    lights: Field = np.zeros((easel.height, easel.width, 3), np.float32)
    for layer in range(3):
        lit, body, cover = _skyline(easel, layer, shore, low)
        easel.lay(body, cover)
        lights = lights * (1 - cover[..., None]) + lit
    lights += _lamps(easel, shore)
    glow = np.stack([blur(lights[..., channel], 14) for channel in range(3)], axis=-1)
    wide = np.stack([blur(lights[..., channel], 60) for channel in range(3)], axis=-1)
    easel.canvas = 1 - (1 - easel.canvas) * np.clip(1 - lights - 1.6 * glow - 2.2 * wide, 0, 1)
    ripples = easel.noise("ripples", 0.9, (0.5, 2.0), near=0.7) * 0.2
    easel.mirror_below(shore, ripples, ink("0a1024"), 0.25)
    swell = easel.noise("swell", 1.2, (0.35, 2.4), near=1.0)
    water = easel.y > shore
    easel.canvas *= np.where(water, 1 + 0.3 * swell, 1)[..., None]
    easel.lay(ink("0b0e1a"), np.exp(-(((easel.y - shore - 0.004) * 150) ** 2)) * 0.8)


def _stars(easel: Easel) -> None:
    rng = easel.rng("stars")
    size = 3
    dot = np.array([[0.2, 0.5, 0.2], [0.5, 1.0, 0.5], [0.2, 0.5, 0.2]], np.float32)
    for x, y, bright in zip(rng.uniform(-0.9, 0.9, 260), rng.uniform(0, 0.5, 260), rng.gamma(1, 0.3, 260), strict=True):
        easel.stamp(np.ones((size, size, 3), np.float32), dot * min(1.0, float(bright)), x, y)
    x, y = easel.x - float(rng.uniform(-0.4, 0.4)), easel.y - 0.14
    far = np.hypot(x, y)
    disc = smooth((0.036 - far) * easel.height / 2.5)
    seas = easel.noise("moon", 1.8)
    easel.add_light(ink("cfd8ff"), 0.4 * np.exp(-far / 0.08))
    easel.lay(mix(ink("fffbe8"), ink("c9c4ae"), np.clip(0.3 + 0.3 * seas, 0, 1)), disc)


def _skyline(easel: Easel, layer: int, shore: float, low: str) -> tuple[Field, Field, Field]:
    """One row of houses: its lit windows, its walls, and where it stands."""
    rng = easel.rng(f"houses {layer}")
    near = 0.15 + 0.3 * layer
    walls, windows = easel.sketch(near), easel.sketch(near)
    tone = mix(ink(low), ink("0c0f1e"), 0.55 + 0.2 * layer)
    left = -1.05
    while left < 1.05:
        wide = rng.uniform(0.05, 0.13) * (0.8 + 0.2 * layer)
        top = shore - (0.30 - 0.06 * layer) * rng.uniform(0.45, 1.25)
        shade = rng.uniform(0.7, 1.25)
        colour = _times(tone, shade)
        walls.box(left, top, left + wide, shore, colour)
        if rng.random() < 0.4:
            walls.polygon([(left, top), (left + wide / 2, top - rng.uniform(0.02, 0.06)), (left + wide, top)], colour)
        elif rng.random() < 0.4:
            walls.stroke([(left + wide / 2, top), (left + wide / 2, top - 0.05)], colour, 0.003)
        _night_windows(rng, windows, (left, top, left + wide, shore), layer)
        left += wide * rng.uniform(0.85, 1.05)
    plaster = easel.noise(f"plaster {layer}", 1.0, near=near)
    body, cover = walls.lift()
    lit, on = windows.lift()
    body = body * (1 + 0.16 * plaster[..., None]) * (0.75 + 0.5 * easel.y[..., None])
    dim = np.clip(0.85 + 0.15 * plaster, 0, 1)[..., None]
    return lit * (on * cover)[..., None] * dim, body, cover


def _night_windows(
    rng: np.random.Generator, windows: Sketch, house: tuple[float, float, float, float], layer: int
) -> None:
    left, top, right, bottom = house
    pitch = 0.012 + 0.004 * layer
    share = rng.uniform(0.12, 0.55)
    inks = [ink(text) for text in ("ffd48a", "ffb65c", "fff0c9", "9fc4e8", "ff9a5a")]
    for x in np.arange(left + pitch * 0.7, right - pitch * 0.8, pitch):
        for y in np.arange(top + pitch, bottom - pitch, pitch * 1.35):
            if rng.random() < share:
                colour = _times(inks[int(rng.choice(5, p=[0.4, 0.25, 0.2, 0.1, 0.05]))], rng.uniform(0.35, 1.0))
                windows.box(float(x), float(y), float(x) + pitch * 0.55, float(y) + pitch * 0.75, colour)


def _lamps(easel: Easel, shore: float) -> Field:
    rng = easel.rng("lamps")
    sheet = easel.sketch(0.8)
    for x in np.arange(-0.95, 0.95, 0.085):
        warm = ink("ffd9a0") if rng.random() < 0.8 else ink("d8ecff")
        sheet.disc(float(x), shore - 0.035, 0.0042, warm)
    tram = 0.1 + 0.5 * easel.moment.moved
    for carriage in range(12):
        x = tram + 0.017 * carriage
        sheet.box(x, shore - 0.021, x + 0.012, shore - 0.011, ink("fff2c2"))
    colours, cover = sheet.lift()
    return colours * cover[..., None]


def harbour(easel: Easel) -> None:
    """Gabled houses along a quay, boats before them, everything upside down in the water."""
    rng = easel.rng("palette")
    sky = [
        [(0.0, "5f9ad0"), (0.4, "b9d5ea"), (0.6, "eaf0f0")],
        [(0.0, "7b93b5"), (0.4, "d8c9bd"), (0.6, "f4dcc0")],
    ][int(rng.integers(2))]
    paint_sky(easel, sky, "ffffff", "b5bfcd", 0.6)
    woods = easel.noise("woods", 1.2, near=0.1)
    hill = 0.40 + 0.07 * easel.line("hill", easel.seen(0.1), 1.1, 0.4) - 0.008 * woods
    trees = gradient(np.clip(0.45 + 0.2 * woods, 0, 1), [(0.0, "2c4438"), (0.6, "6b8457"), (1.0, "b5bd86")])
    easel.lay(mix(trees, ink("b8c6cf"), 0.25), easel.below(hill, 2))
    shore = 0.70
    sheet = easel.sketch(0.45)
    left = -1.0
    while left < 1.0:
        left += _house(rng, sheet, left, 0.655)
    colours, cover = sheet.lift()
    easel.lay(_weathered(easel, colours, "walls", 0.45), cover)
    _quay(easel, 0.645, shore + 0.004)
    boats = easel.sketch(0.7)
    for place in np.linspace(-0.75, 0.75, 9) + rng.normal(0, 0.03, 9):
        _boat(rng, boats, float(place) + easel.moment.moved * 0.03, shore)
    colours, cover = boats.lift()
    easel.lay(_weathered(easel, colours, "boats", 0.7), cover)
    ripples = easel.noise("ripples", 1.1, (0.45, 2.0), near=0.9) * 0.1
    easel.mirror_below(shore, ripples, ink("39566a"), 0.18)
    chop = easel.noise("chop", 1.0, (0.4, 2.2), near=1.0)
    water = (easel.y > shore) * np.clip((easel.y - shore) * 5, 0.2, 1)
    easel.canvas *= (1 + 0.13 * chop * water)[..., None]
    easel.lay(ink("eef4f6"), 0.35 * smooth(chop - 1.4) * water)


def _house(rng: np.random.Generator, sheet: Sketch, left: float, ground: float) -> float:
    """One house; returns its breadth."""
    wide, tall = rng.uniform(0.10, 0.17), rng.uniform(0.17, 0.30)
    top, right = ground - tall, left + wide
    wall = _times(ink(str(rng.choice(_PAINTS))), rng.uniform(0.85, 1.05))
    roof = _times(ink(str(rng.choice(("9a4a35", "6b4a42", "58585e", "b5623f")))), rng.uniform(0.85, 1.1))
    white = ink("f1ede2")
    rise = rng.uniform(0.05, 0.10)
    if rng.random() < 0.55:
        sheet.polygon([(left - 0.006, top), (left + wide / 2, top - rise), (right + 0.006, top)], roof)
        sheet.polygon(
            [(left + 0.008, top + 0.002), (left + wide / 2, top - rise + 0.014), (right - 0.008, top + 0.002)], wall
        )
        sheet.disc(left + wide / 2, top - rise * 0.42, 0.009, ink("2b3440"))
    else:
        sheet.polygon(
            [
                (left - 0.004, top),
                (left + 0.012, top - rise * 0.8),
                (right - 0.012, top - rise * 0.8),
                (right + 0.004, top),
            ],
            roof,
        )
        sheet.box(left + wide * 0.7, top - rise * 1.1, left + wide * 0.8, top - rise * 0.5, _times(roof, 0.75))
    sheet.box(left, top, right, ground, wall)
    sheet.box(right - 0.006, top, right, ground, _times(wall, 0.72))
    sheet.box(left, top, right, top + 0.006, _times(wall, 0.75))
    columns, floors = max(2, int(wide / 0.045)), max(2, int(tall / 0.075))
    for floor in range(floors):
        for column in range(columns):
            x = left + wide * (column + 0.5) / columns
            y = top + tall * (floor + 0.45) / floors
            if floor == floors - 1 and column == columns // 2:
                sheet.box(x - 0.013, y - 0.012, x + 0.013, ground, _times(ink(str(rng.choice(_PAINTS))), 0.6))
                sheet.box(x - 0.003, y + 0.004, x + 0.009, y + 0.02, ink("c9d4d8"))
                continue
            _window(rng, sheet, x, y, white)
    return float(wide * 0.99)


def _window(rng: np.random.Generator, sheet: Sketch, x: float, y: float, frame: Colour) -> None:
    sheet.box(x - 0.0125, y - 0.0185, x + 0.0125, y + 0.0185, frame)
    glass = _times(ink(str(rng.choice(("2f3d4a", "43525c", "6f8796", "24303a")))), rng.uniform(0.8, 1.2))
    sheet.box(x - 0.0095, y - 0.0155, x + 0.0095, y + 0.0155, glass)
    sheet.polygon([(x - 0.0095, y - 0.0155), (x + 0.004, y - 0.0155), (x - 0.0095, y + 0.006)], _times(glass, 1.35))
    sheet.stroke([(x, y - 0.0155), (x, y + 0.0155)], frame, 0.0018)
    sheet.stroke([(x - 0.0095, y - 0.004), (x + 0.0095, y - 0.004)], frame, 0.0018)
    sheet.box(x - 0.015, y + 0.0185, x + 0.015, y + 0.0225, _times(frame, 0.8))


def _boat(rng: np.random.Generator, sheet: Sketch, x: float, shore: float) -> None:
    long, hull = rng.uniform(0.05, 0.085), _times(ink(str(rng.choice(_PAINTS))), 0.9)
    deck = shore - rng.uniform(0.020, 0.030)
    mast = deck - rng.uniform(0.12, 0.22)
    wood, rope = ink("6b4a2f"), ink("4a4f55")
    sheet.stroke([(x, deck), (x, mast)], wood, 0.004)
    sheet.stroke([(x, mast + 0.01), (x - long * 0.95, deck)], rope, 0.0012)
    sheet.stroke([(x, mast + 0.01), (x + long * 0.95, deck)], rope, 0.0012)
    sheet.stroke([(x, deck - 0.018), (x + long * 0.7, deck - 0.022)], wood, 0.003)
    sheet.polygon(
        [(x, deck - 0.022), (x + long * 0.68, deck - 0.027), (x + long * 0.66, deck - 0.018), (x, deck - 0.014)],
        ink("e8e2d0"),
    )
    sheet.polygon([(x - long, deck), (x + long, deck - 0.004), (x + long * 0.8, shore), (x - long * 0.75, shore)], hull)
    sheet.polygon(
        [(x - long, deck), (x + long, deck - 0.004), (x + long * 0.97, deck + 0.003), (x - long * 0.97, deck + 0.006)],
        ink("f1ede2"),
    )
    sheet.box(x - long * 0.45, deck - 0.016, x - long * 0.05, deck, ink("ece6da"))
    sheet.box(x - long * 0.38, deck - 0.012, x - long * 0.14, deck - 0.004, ink("34434e"))


def _quay(easel: Easel, top: float, bottom: float) -> None:
    """A wall of big stones."""
    tone, joint = stones(easel, 0.5, (0.05, 0.02), "quay")
    wall = mix(ink("8b8478"), ink("4d4a45"), joint) * tone[..., None]
    weed = smooth((easel.y - bottom + 0.016) / 0.012) * 0.5
    easel.lay(mix(wall, ink("3d4a33"), weed), easel.below(np.full_like(easel.x, top)) * (easel.y < bottom))
    easel.lay(ink("c9c0b0"), np.exp(-(((easel.y - top - 0.004) * 220) ** 2)) * 0.9)


def stones(easel: Easel, near: float, size: tuple[float, float], name: str) -> tuple[Field, Field]:
    """Courses of bricks or stones: each one's own brightness with its grain, and how much joint there is."""
    rng = easel.rng(name)
    size = (size[0] * rng.uniform(0.9, 1.1), size[1] * rng.uniform(0.9, 1.1))
    rough = easel.noise(name + " rough", 1.0, near=near)
    uneven = easel.noise(name + " uneven", 1.5, near=near)
    y = easel.y / size[1] + rng.uniform(0, 8) + 0.06 * uneven
    row = np.floor(y).astype(int)
    x = easel.seen(near) / size[0] + rng.uniform(20, 28) + 0.5 * (row % 2) + 0.02 * uneven
    column = np.floor(x).astype(int)
    tones = rng.normal(1, 0.13, (128, 128)).astype(np.float32)
    tone = tones[row % 128, column % 128] * (1 + 0.10 * rough)
    edge = np.minimum(np.minimum(x - column, 1 - (x - column)) * size[0], np.minimum(y - row, 1 - (y - row)) * size[1])
    gap = 0.09 * size[1]
    light = 1 + 0.28 * (
        smooth((gap * 2.6 - (y - row) * size[1]) / gap) - smooth((gap * 2.6 - (1 - y + row) * size[1]) / gap)
    )
    return tone * light, smooth((gap * (1 + 0.35 * rough) - edge) / (0.5 * gap))


def _weathered(easel: Easel, colours: Field, name: str, near: float) -> Field:
    """Flat paint after some winters."""
    fine = easel.noise(name + " fine", 0.7, near=near)
    stains = easel.noise(name + " stains", 1.6, (2.0, 0.6), near=near)
    return np.clip(colours * (1 + 0.055 * fine + 0.06 * stains)[..., None], 0, 1)


def _times(colour: Field | Colour, factor: float) -> Colour:
    red, green, blue = (min(1.0, float(part) * factor) for part in colour)
    return red, green, blue


def front(easel: Easel) -> None:
    """The front of a house in the afternoon: brick, shutters, flower boxes, a tree's shadow over all of it."""
    rng = easel.rng("palette")
    brick, shutter = [("b0553c", "3f6b66"), ("c9a27a", "4a5f8a"), ("a8624e", "6f7f4a")][int(rng.integers(3))]
    tone, joint = stones(easel, 0.4, (0.062, 0.021), "bricks")
    easel.canvas[:] = np.clip(mix(ink(brick), ink("cabfae"), joint) * tone[..., None], 0, 1)
    sheet = easel.sketch(0.42)
    aside, above, apart = rng.uniform(-0.06, 0.06), rng.uniform(-0.01, 0.02), rng.uniform(0.46, 0.54)
    columns = (aside - apart, aside, aside + apart)
    for column in columns:
        _big_window(rng, sheet, (column, 0.20 + above), ink(shutter), easel.moment.moved * (column < aside))
        if column != aside:
            _big_window(rng, sheet, (column, 0.58 + above), ink(shutter), 0.0)
    _door(sheet, aside)
    colours, cover = sheet.lift()
    easel.lay(ink("1c1512"), blur(cover, 9) * 0.5 * (1 - cover))
    easel.lay(_weathered(easel, colours, "paint", 0.42), cover)
    for column in columns:
        _flower_box(easel, column, 0.345 + above)
        if column != aside:
            _flower_box(easel, column, 0.725 + above)
    _pavement(easel)
    leaves = easel.noise("shade", 1.5, near=0.3)
    boughs = easel.noise("boughs", 2.4, near=0.3)
    sun = smooth((boughs * 0.8 + leaves * 0.45 + 0.55) / 0.9)
    easel.canvas *= (0.50 + 0.62 * blur(sun, 2))[..., None] * mix(ink("e8ecff"), ink("fff4dc"), sun)


def _big_window(
    rng: np.random.Generator, sheet: Sketch, place: tuple[float, float], shutter: Colour, moved: float
) -> None:
    x, y = place
    white = ink("f3eee2")
    sheet.box(x - 0.082, y - 0.135, x + 0.082, y + 0.14, ink("d8cdbb"))
    sheet.box(x - 0.072, y - 0.125, x + 0.072, y + 0.13, white)
    for left in (-0.064, 0.004):
        sheet.box(x + left, y - 0.117, x + left + 0.06, y + 0.122, ink("2c3844"))
        sheet.polygon([(x + left, y - 0.117), (x + left + 0.045, y - 0.117), (x + left, y + 0.03)], ink("5d7485"))
        folds = rng.uniform(0.3, 1.0) + 0.25 * moved
        for fold in range(4):
            at = x + left + 0.06 * fold / 8 * folds
            sheet.box(at, y - 0.117, at + 0.0045 * folds, y + 0.122, _times(ink("e8dfcf"), 0.75 + 0.08 * fold))
        for bar in (-0.04, 0.04):
            sheet.box(x + left, y + bar - 0.002, x + left + 0.06, y + bar + 0.002, white)
    for side in (-1, 1):
        inner, outer = x + side * 0.084, x + side * 0.152
        low, high = min(inner, outer), max(inner, outer)
        sheet.box(low, y - 0.13, high, y + 0.135, shutter)
        for slat in np.arange(y - 0.12, y + 0.125, 0.0115):
            sheet.box(low + 0.008, float(slat), high - 0.008, float(slat) + 0.004, _times(shutter, 0.62))
            sheet.box(low + 0.008, float(slat) + 0.004, high - 0.008, float(slat) + 0.006, _times(shutter, 1.25))


def _door(sheet: Sketch, x: float) -> None:
    wood, dark = ink("5a2f26"), ink("361a16")
    sheet.box(x - 0.095, 0.44, x + 0.095, 0.93, ink("d8cdbb"))
    sheet.box(x - 0.08, 0.46, x + 0.08, 0.93, wood)
    for left in (-0.066, 0.008):
        for top, bottom in ((0.56, 0.72), (0.74, 0.90)):
            sheet.box(x + left, top, x + left + 0.058, bottom, dark)
            sheet.box(x + left + 0.005, top + 0.006, x + left + 0.053, bottom - 0.006, _times(wood, 1.2))
    sheet.box(x - 0.066, 0.48, x + 0.066, 0.54, ink("52636e"))
    sheet.stroke([(x, 0.46), (x, 0.93)], dark, 0.003)
    sheet.disc(x + 0.012, 0.73, 0.006, ink("d9b25a"))


def _flower_box(easel: Easel, x: float, y: float) -> None:
    rng = easel.rng(f"box {x} {y}")
    sheet = easel.sketch(0.5)
    sheet.box(x - 0.085, y, x + 0.085, y + 0.035, ink("7a4a30"))
    for _ in range(150):
        at = (x + rng.normal(0, 0.04), y - 0.012 + rng.normal(0, 0.012))
        sheet.disc(*at, rng.uniform(0.004, 0.009), _times(ink("4f7a33"), rng.uniform(0.5, 1.4)), rng.uniform(0.5, 1))
    petals = [ink(text) for text in ("e23b4e", "f27a9b", "fff1f0", "f2b632")]
    for _ in range(60):
        at = (x + rng.normal(0, 0.042), y - 0.018 + rng.normal(0, 0.012))
        sheet.disc(*at, rng.uniform(0.003, 0.007), _times(petals[int(rng.integers(4))], rng.uniform(0.8, 1.1)))
    colours, cover = sheet.lift()
    easel.lay(colours, cover)


def _pavement(easel: Easel) -> None:
    tone, joint = stones(easel, 0.6, (0.085, 0.035), "pavement")
    easel.lay(
        np.clip(mix(ink("9a958c"), ink("5c5852"), joint) * tone[..., None], 0, 1),
        easel.below(np.full_like(easel.x, 0.93)),
    )
    easel.lay(ink("2a2522"), 0.5 * np.exp(-(((easel.y - 0.93) * 120) ** 2)))
