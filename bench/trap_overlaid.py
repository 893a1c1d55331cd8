"""Files that show all of the original and something that a program laid over it or beside it, outside of the copy.

A status with its caption on a dimmed band, a photographer's name in a corner, the edge of a viewer's window, an event's
poster with a veil over half of the picture: where the copy was cut from the rest of the photograph, it looks the same
as in the original, and is as fine. Most of these lose the camera's data on their way, some keep them; none is a file
that a camera wrote. (A date that the camera itself burnt in would be; what is drawn here is drawn afterwards.)
"""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np
from PIL import Image, ImageDraw

from bench.trap_scene import (
    BLACK,
    SMOOTH,
    USERS,
    WHITE,
    Color,
    Scene,
    TrapFile,
    as_jpeg,
    as_png,
    camera_name,
    clock,
    day,
    edited_exif,
    flat_color,
    font,
    pick,
    shrunk,
    words,
    write,
)

FOLDERS = ("DCIM/100APPLE", "DCIM/Camera", "Photos/2014", "Pictures", "Download", "Camera Uploads")
GROUNDS: tuple[Color, ...] = (BLACK, (18, 18, 18), (32, 32, 32), (44, 44, 46), (242, 242, 247), (250, 250, 250), WHITE)
SIDES = (1080, 1200, 1440, 1600, 2048, 2560, 3200)


def dimmed_caption(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The original with a caption on a dimmed band over its lower or upper part, as a chat app's status shows it."""
    shown = _shrunk(scene.original, rng)
    wide, high = shown.size
    depth = round(high * rng.uniform(0.07, 0.2))
    above = bool(rng.random() < 0.2)
    strength = int(rng.integers(60, 190))
    band = Image.new("L", (wide, depth), strength)
    if rng.random() < 0.3:  # a scrim, which grows towards the edge
        ramp = np.linspace(0.2, 1, depth, dtype=np.float32)[:, None] * np.full((1, wide), strength, np.float32)
        band = Image.fromarray((ramp[::-1] if above else ramp).astype(np.uint8))
    top = 0 if above else high - depth
    shown.paste(BLACK, (0, top), band)
    size = min(depth * 0.35, wide * 0.05)
    write(ImageDraw.Draw(shown), (wide / 2, top + depth / 2), words(rng, int(rng.integers(2, 6))), size, WHITE, "mm")
    return _saved(shown, scene, rng, 0.25)


def corner_mark(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The original with a photographer's or a site's name, a logo or a date in a corner, drawn by a program."""
    shown = scene.original.copy()
    wide, high = shown.size
    size = min(wide, high) * rng.uniform(0.022, 0.05)
    inset = min(wide, high) * rng.uniform(0.015, 0.05)
    right, low = bool(rng.random() < 0.65), bool(rng.random() < 0.8)
    at = (wide - inset if right else inset, high - inset if low else inset)
    anchor = ("r" if right else "l") + ("s" if low else "a")
    kind = pick(rng, ("name", "name", "date", "logo"))
    text = {
        "name": pick(rng, (f"(c) {pick(rng, USERS)} photography", f"www.{pick(rng, USERS)}.com", pick(rng, USERS))),
        "date": pick(rng, (f"'{day(rng, ' ')[2:]}", day(rng, "/"), f"{day(rng, '-')} {clock(rng, ':')[:5]}")),
        "logo": words(rng, 1).upper(),
    }[kind]
    ink = (255, 150, 30) if kind == "date" and rng.random() < 0.6 else pick(rng, (WHITE, WHITE, BLACK, flat_color(rng)))
    layer = Image.new("L", shown.size)
    brush = ImageDraw.Draw(layer)
    brush.text(at, text, 255, font=font(size), anchor=anchor)
    if kind == "logo":
        left, top, end, bottom = brush.textbbox(at, text, font=font(size), anchor=anchor)
        room = size * 0.3
        box = (left - room, top - room, end + room, bottom + room)
        brush.rounded_rectangle(box, room, outline=255, width=max(2, round(size / 9)))
    strength = 1.0 if rng.random() < 0.7 else float(rng.uniform(0.55, 0.9))
    shown.paste(ink, mask=layer.point(lambda value: round(value * strength)))
    return _saved(shown, scene, rng, 0.25)


def viewer_strip(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The picture with a strip of the window that showed it: 0.8 to 3.5 % of its height, along one side or two."""
    shown = _shrunk(scene.shown(rng, 0.25), rng)
    sides = [pick(rng, ("bottom", "bottom", "top", "right", "left"))]
    if rng.random() < 0.25:
        sides.append({"bottom": "top", "top": "bottom", "right": "left", "left": "right"}[sides[0]])
    ground = pick(rng, GROUNDS)
    for side in sides:
        shown = _with_strip(shown, side, max(6, round(shown.height * rng.uniform(0.008, 0.035))), ground, rng)
    return _saved(shown, scene, rng, 0.2, png_share=0.2)


def _with_strip(
    picture: Image.Image, side: str, depth: int, ground: Color, rng: np.random.Generator, share_with_words: float = 0.5
) -> Image.Image:
    """The picture and beside it a strip, at times with small print and buttons."""
    ink = WHITE if sum(ground) < 380 else (70, 70, 74)
    lies = side in ("top", "bottom")
    strip = Image.new("RGB", (picture.width, depth) if lies else (depth, picture.height), ground)
    brush = ImageDraw.Draw(strip)
    if rng.random() < share_with_words and lies:
        write(brush, (strip.width * 0.02, depth / 2), words(rng, 2), depth * 0.6, ink)
        write(
            brush,
            (strip.width * 0.98, depth / 2),
            f"{rng.integers(1, 90)} / {rng.integers(90, 400)}",
            depth * 0.6,
            ink,
            "rm",
        )
    elif rng.random() < share_with_words:
        for place in range(3):
            middle = (
                (strip.width * (0.4 + 0.1 * place), depth / 2)
                if lies
                else (depth / 2, strip.height * (0.4 + 0.1 * place))
            )
            half = depth * 0.3
            brush.ellipse([middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half], outline=ink)
    return _beside(picture, strip, side)


def _beside(picture: Image.Image, strip: Image.Image, side: str) -> Image.Image:
    lies = side in ("top", "bottom")
    size = (picture.width, picture.height + strip.height) if lies else (picture.width + strip.width, picture.height)
    both = Image.new("RGB", size)
    first, second = (strip, picture) if side in ("top", "left") else (picture, strip)
    both.paste(first, (0, 0))
    both.paste(second, (0, first.height) if lies else (first.width, 0))
    return both


def tight_screenshot(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A screenshot cropped to the picture, with 0.8 to 3 % of the app's ground left above, below or both, often saved
    anew in another size.
    """
    wide = int(pick(rng, (640, 720, 750, 828, 1080, 1125, 1170, 1242, 1440)))
    picture = scene.shown(rng, 0.5)
    shown = picture.resize((wide, round(wide * picture.height / picture.width)), pick(rng, SMOOTH[:2]))
    ground = pick(rng, GROUNDS)
    for side in pick(rng, (("bottom",), ("top",), ("bottom", "top"))):
        depth = max(5, round(shown.height * rng.uniform(0.008, 0.03)))
        shown = _with_strip(shown, side, depth, ground, rng, 0.25)
    if rng.random() < 0.6:
        times = rng.uniform(0.7, 1.5)
        shown = shown.resize((round(shown.width * times), round(shown.height * times)), pick(rng, SMOOTH))
    return _saved(shown, scene, rng, 0.1, png_share=0.2)


def veiled_poster(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The original from edge to edge as a poster's ground: a translucent panel with an event's words over a part."""
    shown = _shrunk(scene.original, rng)
    wide, high = shown.size
    share = rng.uniform(0.15, 0.4)
    box = {
        "below": (0, round(high * (1 - share)), wide, high),
        "above": (0, 0, wide, round(high * share)),
        "left": (0, 0, round(wide * share), high),
        "right": (round(wide * (1 - share)), 0, wide, high),
    }[pick(rng, ("below", "below", "above", "left", "right"))]
    veil = flat_color(rng)
    size = (box[2] - box[0], box[3] - box[1])
    shown.paste(veil, (box[0], box[1]), Image.new("L", size, int(rng.integers(70, 230))))
    ink = BLACK if sum(veil) > 380 else WHITE
    brush = ImageDraw.Draw(shown)
    middle, small = (box[0] + size[0] / 2, box[1] + size[1] / 2), min(size[0] / 8, size[1] / 4)
    write(brush, (middle[0], middle[1] - small), words(rng, 1).upper(), small * 1.3, ink, "mm")
    write(brush, (middle[0], middle[1] + small * 0.6), day(rng, "."), small * 0.6, ink, "mm")
    return _saved(shown, scene, rng, 0.25)


def _shrunk(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A copy of the picture, its longer side at most one of SIDES."""
    return shrunk(picture, int(pick(rng, SIDES)))


def _saved(
    picture: Image.Image, scene: Scene, rng: np.random.Generator, signed_share: float, png_share: float = 0.0
) -> TrapFile:
    suffix = ".png" if rng.random() < png_share else ".jpg"
    place = PurePosixPath(pick(rng, FOLDERS), camera_name(rng, suffix))
    exif = edited_exif(scene, rng, signed_share)
    if suffix == ".png":
        return TrapFile(place, as_png(picture, exif))
    return TrapFile(place, as_jpeg(picture, int(rng.integers(72, 97)), exif))
