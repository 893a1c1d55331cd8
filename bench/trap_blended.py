"""Files into which a program worked the picture so that no border of it is left, or none where one is looked for.

A panorama or collage whose pictures fade into each other, cells on a ground that changes its colour, a page full of
print, a film's frame; and the copy itself made to look like more than it is: enlarged, cleaned, sharpened and grained
as programs do that "restore" pictures, then given tones of its own, or grown beyond its border by smearing what lies
there. All of it may carry a camera's data that a program copied over (trap_signed.py).
"""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bench.trap_scene import (
    BLACK,
    CAMERA_FOLDERS,
    SMOOTH,
    WHITE,
    Scene,
    TrapFile,
    as_jpeg,
    blurred,
    camera_name,
    fitted,
    flat_color,
    gradient,
    pick,
    shrunk,
    words,
    wrapped,
    write,
)
from bench.trap_signed import LONGEST, copied_exif

LONGEST_RESTORED = 3000
PAPER = ((255, 255, 255), (252, 252, 250), (247, 244, 236))


def feathered(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The picture faded into others on both sides, or on one, in a panorama or a montage."""
    shown = shrunk(scene.shown(rng, 0.3), 1800)
    wide, high = shown.size
    soft = max(8.0, wide * rng.uniform(0.02, 0.09))
    x, y = np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32)
    sides = pick(rng, ("both", "both", "all", "one"))
    across = np.minimum(x, np.inf if sides == "one" else wide - 1 - x) / soft
    down = np.minimum(y, high - 1 - y) / soft if sides == "all" else np.full(high, 1.0, np.float32)
    mask = np.clip(np.minimum(across[None, :], down[:, None]), 0, 1)
    if rng.random() < 0.5:
        mask = mask * mask * (3 - 2 * mask)
    size = (round(wide * rng.uniform(1.4, 2.4)), round(high * rng.uniform(1.1, 1.5)) if sides == "all" else high)
    ground = ImageOps.fit(scene.other(0), size, Image.Resampling.BICUBIC)
    if size[0] > 1.8 * wide and sides != "one":
        ground.paste(ImageOps.fit(scene.other(1), (size[0] // 2, size[1])), (size[0] // 2, 0))
    at = (size[0] - wide if sides == "one" else (size[0] - wide) // 2, (size[1] - high) // 2)
    ground.paste(shown, at, Image.fromarray((mask * 255).astype(np.uint8)))
    return _saved(ground, scene, rng, 0.3)


def restored(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The copy enlarged as programs do that restore pictures (cleaned, sharpened, grained), then filtered."""
    return _saved(_toned(_restored(scene.copy, rng), rng), scene, rng, 0.35)


def _restored(copy: Image.Image, rng: np.random.Generator) -> Image.Image:
    times = min(pick(rng, (2.0, 2.0, 3.0, 4.0, float(rng.uniform(1.5, 3)))), LONGEST_RESTORED / max(copy.size))
    large = copy.resize((round(copy.width * times), round(copy.height * times)), pick(rng, SMOOTH[1:]))
    if rng.random() < 0.7:
        large = large.filter(ImageFilter.MedianFilter(int(pick(rng, (3, 3, 5)))))
    for _ in range(int(rng.integers(1, 3))):
        sharp = ImageFilter.UnsharpMask(float(rng.uniform(0.8, 2.2) * times / 2), int(rng.integers(80, 220)), 2)
        large = large.filter(sharp)
    if rng.random() < 0.7:
        large = _grained(large, float(rng.uniform(1, 6)), rng)
    return large


def _grained(picture: Image.Image, strength: float, rng: np.random.Generator) -> Image.Image:
    noise = rng.normal(0, strength, (picture.height, picture.width, pick(rng, (1, 3))))
    return Image.fromarray(np.clip(np.asarray(picture, np.float32) + noise, 0, 255).astype(np.uint8))


def _toned(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A filter as somebody lays over a picture: contrast, colours, brightness, a cast."""
    toned = ImageEnhance.Contrast(picture).enhance(float(rng.uniform(0.75, 1.35)))
    toned = ImageEnhance.Color(toned).enhance(float(rng.uniform(0.4, 1.5)))
    toned = ImageEnhance.Brightness(toned).enhance(float(rng.uniform(0.85, 1.2)))
    cast = rng.uniform(0.88, 1.08, 3)
    return Image.fromarray(np.clip(np.asarray(toned, np.float32) * cast, 0, 255).astype(np.uint8))


def smeared(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The copy enlarged and grown at its sides by what lies along its border, smeared outwards or made up of pieces."""
    copy = scene.copy
    if rng.random() < 0.5:
        copy = _restored(copy, rng)
    else:
        times = min(float(rng.uniform(1.2, 2.6)), LONGEST / max(copy.size))
        copy = copy.resize((round(copy.width * times), round(copy.height * times)), pick(rng, SMOOTH))
    room = [round(min(copy.size) * rng.uniform(0.06, 0.2)) for _ in range(2)]
    if rng.random() < 0.6:
        room[int(rng.integers(2))] = 0
    pad = ((room[0], room[0]), (room[1], room[1]), (0, 0))
    inner = np.asarray(copy.convert("RGB"))
    kind = pick(rng, ("edge", "edge", "pieces"))
    grown = np.pad(inner, pad, mode="edge") if kind == "edge" else _pieces(inner, (room[0], room[1]), rng)
    soft = Image.fromarray(grown).filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, 5))))
    if rng.random() < 0.7:
        soft = _grained(soft, float(rng.uniform(1, 8)), rng)
    soft.paste(copy, (room[1], room[0]), _soft_border(copy.size, max(2, round(min(copy.size) * rng.uniform(0, 0.02)))))
    return _saved(_toned(soft, rng) if rng.random() < 0.3 else soft, scene, rng, 0.3)


def _pieces(inner: np.ndarray, room: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """The picture grown with squares taken from near its border, at random, as a content-aware fill does it."""
    grown = np.pad(inner, ((room[0], room[0]), (room[1], room[1]), (0, 0)), mode="edge")
    side = max(8, min(inner.shape[:2]) // 40)
    high, wide = grown.shape[:2]
    for top in range(0, high - side, side):
        for left in range(0, wide - side, side):
            within = room[0] <= top < high - room[0] - side and room[1] <= left < wide - room[1] - side
            if not within:
                y = int(np.clip(top - room[0] + rng.integers(-2 * side, 2 * side), 0, inner.shape[0] - side))
                x = int(np.clip(left - room[1] + rng.integers(-2 * side, 2 * side), 0, inner.shape[1] - side))
                grown[top : top + side, left : left + side] = inner[y : y + side, x : x + side]
    return grown


def _soft_border(size: tuple[int, int], soft: int) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rectangle((soft, soft, size[0] - 1 - soft, size[1] - 1 - soft), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(soft / 2))


def contact_sheet(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """Two to six pictures on a ground that changes its colour, with gaps of 1 to 6 %, at times captions and round
    corners.
    """
    columns, rows = pick(rng, ((3, 1), (3, 1), (1, 3), (2, 1), (1, 2), (2, 2), (3, 2)))
    side = int(rng.integers(420, 1300))
    gap = round(side * rng.uniform(0.01, 0.06))
    foot = round(side * 0.08) if rng.random() < 0.35 else 0
    step = (side + gap, side + gap + foot)
    sheet = gradient(rng, (columns * step[0] + gap, rows * step[1] + gap))
    mask = Image.new("L", (side, side), 255)
    if rng.random() < 0.4:
        mask = Image.new("L", (side, side))
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, side - 1, side - 1), side * rng.uniform(0.02, 0.1), 255)
    mine, brush = int(rng.integers(columns * rows)), ImageDraw.Draw(sheet)
    shown = scene.shown(rng, 0.4)
    for cell in range(columns * rows):
        at = (gap + cell % columns * step[0], gap + cell // columns * step[1])
        picture = shown if cell == mine else scene.other(cell)
        sheet.paste(ImageOps.fit(picture, (side, side), Image.Resampling.BICUBIC), at, mask)
        if foot:
            write(brush, (at[0] + side / 2, at[1] + side + foot / 2), words(rng, 2), foot * 0.6, WHITE, "mm")
    sheet.thumbnail((LONGEST, LONGEST))
    return _saved(sheet, scene, rng, 0.25)


def page(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A page of a document or magazine, or a slide of 4:3, saved as a picture: the photograph bleeds off one, two or
    three edges, or stands in the text.
    """
    wide = int(rng.integers(1400, 3000))
    aspect = pick(rng, (1 / 1.4142, 1.4142, 4 / 3, 4 / 3, 2 * 8.5 / 11))
    size = (wide, round(wide / aspect))
    paper = pick(rng, PAPER) if rng.random() < 0.7 else flat_color(rng)
    sheet = Image.new("RGB", size, paper)
    ink = BLACK if sum(paper) > 380 else WHITE
    shown = scene.shown(rng, 0.3)
    brush = ImageDraw.Draw(sheet)
    if rng.random() < 0.5 and aspect > 1:
        part = ImageOps.fit(shown, (round(size[0] * rng.uniform(0.45, 0.62)), size[1]), Image.Resampling.BICUBIC)
        sheet.paste(part, (0, 0))
        column = (part.width + size[0] * 0.03, size[0] * 0.97, size[1] * 0.12, size[1] * 0.9)
    else:
        room = (round(size[0] * pick(rng, (1.0, 0.84))), round(size[1] * rng.uniform(0.45, 0.7)))
        part = ImageOps.fit(shown, room, Image.Resampling.BICUBIC)
        sheet.paste(part, ((size[0] - part.width) // 2, 0 if part.width == size[0] else round(size[1] * 0.06)))
        column = (size[0] * 0.08, size[0] * 0.92, part.height + size[1] * 0.12, size[1] * 0.95)
    letter = size[1] * rng.uniform(0.014, 0.03)
    for row, line in enumerate(wrapped(rng, int((column[3] - column[2]) / (letter * 1.6)), 9)):
        write(brush, (column[0], column[2] + row * letter * 1.6), line, letter, ink)
    if rng.random() < 0.4:
        sheet = _grained(sheet.filter(ImageFilter.GaussianBlur(0.7)), 2.0, rng)
    return _saved(sheet, scene, rng, 0.2)


def video_frame(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A frame of a film made of pictures: between blurred or black sides, with a subtitle, or while it fades over."""
    size = pick(rng, ((1280, 720), (1920, 1080), (1920, 1080), (1080, 1920), (3840, 2160)))
    shown = scene.shown(rng, 0.3)
    kind = pick(rng, ("sides", "sides", "subtitle", "fading"))
    if kind == "sides":
        frame = blurred(shown, size, 0.04) if rng.random() < 0.6 else Image.new("RGB", size)
        frame = ImageEnhance.Brightness(frame).enhance(float(rng.uniform(0.5, 1)))
        part = fitted(shown, size, pick(rng, SMOOTH))
        frame.paste(part, ((size[0] - part.width) // 2, (size[1] - part.height) // 2))
    else:
        frame = ImageOps.fit(shown, size, Image.Resampling.BICUBIC)
    if kind == "subtitle":
        line, down = words(rng, 4), size[1] * rng.uniform(0.88, 0.94)
        brush = ImageDraw.Draw(frame)
        width = brush.textlength(line, font_size=size[1] * 0.05) / 2 + size[1] * 0.02
        brush.rectangle((size[0] / 2 - width, down - size[1] * 0.04, size[0] / 2 + width, down + size[1] * 0.04), BLACK)
        write(brush, (size[0] / 2, down), line, size[1] * 0.05, WHITE, "mm")
    elif kind == "fading":
        frame = Image.blend(frame, ImageOps.fit(scene.other(0), size), float(rng.uniform(0.06, 0.3)))
    return _saved(frame, scene, rng, 0.15, lowest=60)


def _saved(
    picture: Image.Image, scene: Scene, rng: np.random.Generator, signed_share: float, lowest: int = 75
) -> TrapFile:
    """In a folder of a camera, under a camera's name, as often as `signed_share` says with a camera's data."""
    exif = copied_exif(scene, rng) if rng.random() < signed_share else None
    place = PurePosixPath(pick(rng, CAMERA_FOLDERS), camera_name(rng, ".jpg"))
    return TrapFile(place, as_jpeg(picture, int(rng.integers(lowest, 97)), exif))
