"""Files that hold the picture and are no original: the kinds, each with parameters drawn from a generator.

The right answer is the same for all of them: never replaced by rule, with the original beside them or without. Screens
are drawn in trap_screens.py; here is what other programs make of the picture. What shows the original (a caption
bar, a printed frame, a watermark, a collage) may be sharper and larger than the copy, and an editor may have kept
the camera's EXIF in it: only its ground says what it is. What is made from the copy, or from an original that a chat
app had shrunk, has many pixels and no detail. Chat apps' own files, thumbnails and Instagram's saved square show the
exposure and nothing else, only smaller or altered, and say so by name, folder or size and by the camera that is
missing. Those of trap_signed.py say nothing, or say what is not true. What is laid over or beside the original where
the copy does not look is drawn in trap_overlaid.py, what is worked into others, or into more than it is, in
trap_blended.py.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bench import trap_blended, trap_overlaid, trap_screens, trap_signed
from bench.trap_scene import (
    BLACK,
    CAMERA_FOLDERS,
    USERS,
    WHITE,
    Box,
    Scene,
    TrapFile,
    as_jpeg,
    as_png,
    blurred,
    camera_name,
    clock,
    day,
    edited_exif,
    fitted,
    flat_color,
    font,
    gradient,
    pick,
    words,
    write,
)
from i2f.sandbox.photos.looks import draw_copy

Maker = Callable[[Scene, np.random.Generator], TrapFile]
FILTERS = (Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
CHAT_SIDES = (800, 960, 1024, 1280, 1600)
LONGEST = 4200
"""No side of an enlarged picture is longer: more than any copy of 1080 pixels enlarged fourfold needs to deceive."""


def collage(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """Two to nine pictures, the scene's among them, in equal cells or unequal ones, with gaps or without."""
    shown = scene.shown(rng, 0.5)
    count = int(rng.integers(2, 10))
    width = int(rng.choice((1280, 2048, 2400, 3000, 4096)))
    size, cells = _equal_cells(rng, shown, count, width) if rng.random() < 0.55 else _unequal_cells(rng, count, width)
    aspect = shown.width / shown.height
    mine = (
        int(rng.integers(len(cells)))
        if rng.random() < 0.3
        else min(range(len(cells)), key=lambda cell: abs(np.log(_aspect(cells[cell]) / aspect)))
    )
    gap = 0 if rng.random() < 0.4 else max(1, round(rng.uniform(0.003, 0.025) * size[0]))
    ground = Image.new("RGB", size, flat_color(rng))
    for place, (left, top, right, bottom) in enumerate(cells):
        inner = (max(1, right - left - 2 * gap), max(1, bottom - top - 2 * gap))
        picture = shown if place == mine else scene.other(place)
        ground.paste(ImageOps.fit(picture, inner, Image.Resampling.BICUBIC), (left + gap, top + gap))
    name = pick(
        rng,
        (
            f"IMG_{rng.integers(1, 9999):04d}",
            f"collage-{day(rng, '-')}",
            f"PicCollage_{rng.integers(10**5)}",
            f"Layout_{rng.integers(10**4)}",
            f"{day(rng)}_{clock(rng)}-COLLAGE",
        ),
    )
    place_in = PurePosixPath(pick(rng, (*CAMERA_FOLDERS, "Pictures/Layout", "Pictures/PicCollage")))
    return _saved(place_in / name, ground, rng, png_share=0.2)


def _equal_cells(
    rng: np.random.Generator, shown: Image.Image, count: int, width: int
) -> tuple[tuple[int, int], list[Box]]:
    """A grid of cells shaped like the picture, or square; the last places of a grid may be left to the ground."""
    columns = int(rng.integers(1, min(3, count) + 1)) if count > 3 else int(rng.choice((1, count)))
    rows = -(-count // columns)
    aspect = shown.width / shown.height if rng.random() < 0.6 else 1.0
    side = min(width, round(width * columns * aspect / rows)) // columns
    high = round(side / aspect)
    boxes = [(x * side, y * high, (x + 1) * side, (y + 1) * high) for y in range(rows) for x in range(columns)]
    return (side * columns, high * rows), boxes[:count]


def _unequal_cells(rng: np.random.Generator, count: int, width: int) -> tuple[tuple[int, int], list[Box]]:
    """A canvas cut again and again: always the largest cell, along its longer side."""
    high = round(width / float(rng.choice((1.0, 4 / 3, 3 / 4, 16 / 9, 9 / 16))))
    cells: list[Box] = [(0, 0, width, high)]
    while len(cells) < count:
        cells.sort(key=lambda cell: (cell[2] - cell[0]) * (cell[3] - cell[1]))
        left, top, right, bottom = cells.pop()
        share = float(rng.choice((1 / 3, 2 / 5, 1 / 2, 3 / 5, 2 / 3)))
        if right - left >= bottom - top:
            cut = left + round(share * (right - left))
            cells += [(left, top, cut, bottom), (cut, top, right, bottom)]
        else:
            cut = top + round(share * (bottom - top))
            cells += [(left, top, right, cut), (left, cut, right, bottom)]
    return (width, high), cells


def _aspect(cell: Box) -> float:
    return (cell[2] - cell[0]) / (cell[3] - cell[1])


def poster(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A sheet with margins, the picture on it, a title and small print."""
    wide = int(rng.integers(1000, 2600))
    size = (wide, round(wide * float(rng.choice((1.25, 1.4142, 1.5, 0.7071)))))
    ground = gradient(rng, size) if rng.random() < 0.2 else Image.new("RGB", size, flat_color(rng))
    ink = WHITE if sum(ground.resize((1, 1)).getpixel((0, 0))) < 380 else BLACK  # type: ignore[arg-type]
    margin = rng.uniform(0.05, 0.14) * min(size)
    room = (round(size[0] - 2 * margin), round(size[1] * 0.68))
    shown = fitted(scene.shown(rng, 0.5), room, Image.Resampling.BICUBIC)
    top = round(pick(rng, (margin, size[1] * 0.2)))
    ground.paste(shown, ((size[0] - shown.width) // 2, top))
    brush = ImageDraw.Draw(ground)
    title = size[1] * 0.1 if top > margin else (top + shown.height + size[1]) / 2 - size[1] * 0.03
    write(brush, (size[0] / 2, title), words(rng, 2).upper(), size[0] * 0.09, ink, "mm")
    write(brush, (size[0] / 2, size[1] * 0.955), f"{day(rng, '.')}  {words(rng, 3)}", size[0] * 0.03, ink, "mm")
    name = pick(
        rng,
        (
            f"poster-{rng.integers(99)}",
            f"flyer_{day(rng)}",
            f"IMG_{rng.integers(1, 9999):04d}",
            f"card {words(rng, 1)}",
        ),
    )
    return _saved(PurePosixPath(pick(rng, ("Documents", *CAMERA_FOLDERS)), name), ground, rng, png_share=0.4)


def polaroid(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The original as a square print with a broad lower margin, on a table or by itself, straight or askew."""
    short = min(scene.original.size)
    square = ImageOps.fit(scene.original, (short, short))
    if rng.random() < 0.3:
        square = scene.copy
    side = square.width
    rim, foot = round(side * rng.uniform(0.04, 0.07)), round(side * rng.uniform(0.18, 0.28))
    paper = tuple(int(value) for value in rng.integers(238, 256, 3))
    card = Image.new("RGB", (side + 2 * rim, square.height + rim + foot), (paper[0], paper[1], paper[2]))
    card.paste(square, (rim, rim))
    if rng.random() < 0.6:
        middle = (card.width / 2, card.height - foot / 2)
        write(ImageDraw.Draw(card), middle, words(rng, 2), foot * 0.35, (60, 60, 70), "mm")
    if rng.random() < 0.5:
        card = _on_a_table(card, rng)
    name = pick(
        rng, (camera_name(rng, ".jpg"), f"polaroid_{rng.integers(10**5)}.jpg", f"Instant-{rng.integers(999)}.jpg")
    )
    place = PurePosixPath(pick(rng, (*CAMERA_FOLDERS, "Pictures/Polamatic")), name)
    return TrapFile(place, as_jpeg(card, int(rng.integers(80, 97)), edited_exif(scene, rng, 0.4)))


def _on_a_table(card: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The print with its shadow, turned a little, on a ground."""
    degrees = float(rng.uniform(-5, 5))
    print_, mask = (
        one.rotate(degrees, Image.Resampling.BICUBIC, expand=True) for one in (card, Image.new("L", card.size, 255))
    )
    size = (round(print_.width * 1.12), round(print_.height * 1.12))
    table = gradient(rng, size)
    at = ((size[0] - print_.width) // 2, (size[1] - print_.height) // 2)
    shadow = Image.new("L", size)
    shadow.paste(mask, (at[0] + size[0] // 80, at[1] + size[0] // 80))
    table.paste(BLACK, mask=shadow.filter(ImageFilter.GaussianBlur(size[0] / 90)).point(lambda value: value // 2))
    table.paste(print_, at, mask)
    return table


def padded(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The whole original between bars that a padding app added, or above a bar with a caption."""
    original = scene.original
    if rng.random() < 0.4:
        return _with_caption(scene, rng)
    side = max(original.size)
    aspect = pick(rng, (1.0, 1.0, 0.8, 1.25))
    size = (round(side * max(1.0, aspect)), round(side * max(1.0, 1 / aspect)))
    room = pick(rng, (1.0, 1.0, 0.94, 0.9))
    shown = fitted(original, (round(size[0] * room), round(size[1] * room)), Image.Resampling.LANCZOS)
    kind = pick(rng, ("flat", "flat", "blurred"))
    ground = blurred(original, size) if kind == "blurred" else Image.new("RGB", size, flat_color(rng))
    ground.paste(shown, ((size[0] - shown.width) // 2, (size[1] - shown.height) // 2))
    name = pick(
        rng,
        (
            camera_name(rng, ".JPG"),
            f"nocrop_{day(rng)}_{clock(rng)}.jpg",
            f"Squaready{rng.integers(9999)}.jpg",
            f"InstaSize_{rng.integers(10**6)}.jpg",
        ),
    )
    place = PurePosixPath(pick(rng, (*CAMERA_FOLDERS, "Pictures/NoCrop")), name)
    return TrapFile(place, as_jpeg(ground, int(rng.integers(80, 98)), edited_exif(scene, rng, 0.4)))


def _with_caption(scene: Scene, rng: np.random.Generator) -> TrapFile:
    original = scene.original
    bar = round(original.height * rng.uniform(0.08, 0.2))
    above = bool(rng.random() < 0.3)
    rim = round(original.width * pick(rng, (0.0, 0.0, 0.02)))
    dark = bool(rng.random() < 0.4)
    ground = Image.new("RGB", (original.width + 2 * rim, original.height + bar + 2 * rim), BLACK if dark else WHITE)
    ground.paste(original, (rim, rim + (bar if above else 0)))
    middle = (bar + rim) / 2 if above else ground.height - (bar + rim) / 2
    write(ImageDraw.Draw(ground), (ground.width / 2, middle), words(rng, 4), bar * 0.35, WHITE if dark else BLACK, "mm")
    place = PurePosixPath(pick(rng, CAMERA_FOLDERS), camera_name(rng, ".jpg"))
    return TrapFile(place, as_jpeg(ground, int(rng.integers(80, 98)), edited_exif(scene, rng, 0.4)))


def watermark(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The original with a meme's lines across it, or with a watermark over a good part of it."""
    shown = scene.original.copy()
    wide, high = shown.size
    if rng.random() < 0.5:
        brush = ImageDraw.Draw(shown)
        for down in (0.1, 0.9) if rng.random() < 0.7 else (0.5,):
            _outlined(brush, (wide / 2, high * down), words(rng, 3).upper(), wide * rng.uniform(0.08, 0.11))
    else:
        layer = Image.new("L", (2 * max(shown.size),) * 2)
        text = f"(c) {pick(rng, USERS)}"
        step = rng.uniform(0.25, 0.7) * wide
        brush = ImageDraw.Draw(layer)
        for row in range(int(layer.height / step)):
            brush.text(
                (layer.width / 2, (row + 0.5) * step),
                "     ".join([text] * 5),
                255,
                anchor="mm",
                font=font(wide * rng.uniform(0.07, 0.12)),
            )
        turned = layer.rotate(float(rng.uniform(15, 40)), Image.Resampling.BICUBIC)
        left, top = (turned.width - wide) // 2, (turned.height - high) // 2
        strength = float(rng.uniform(0.35, 0.8))
        mask = turned.crop((left, top, left + wide, top + high)).point(lambda value: round(value * strength))
        shown.paste(WHITE, mask=mask)
    name = pick(
        rng,
        (
            camera_name(rng, ".jpg"),
            f"meme_{rng.integers(9999)}.jpg",
            f"{rng.integers(10**9)}_n.jpg",
            f"IMG_{rng.integers(1, 9999):04d}-watermarked.jpg",
        ),
    )
    place = PurePosixPath(pick(rng, (*CAMERA_FOLDERS, "Download")), name)
    return TrapFile(place, as_jpeg(shown, int(rng.integers(75, 97)), edited_exif(scene, rng, 0.4)))


def _outlined(brush: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: float) -> None:
    brush.text(at, text, WHITE, font=font(size), anchor="mm", stroke_width=max(1, round(size / 14)), stroke_fill=BLACK)


def enlarged(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The copy enlarged 1.2 to 4 times, sometimes cropped a little, sharpened, grained."""
    copy = scene.copy
    if rng.random() < 0.5:
        trim = [int(rng.uniform(0, 0.03) * side) for side in (*copy.size, *copy.size)]
        copy = copy.crop((trim[0], trim[1], copy.width - trim[2], copy.height - trim[3]))
    return _blown_up(copy, rng, float(np.exp(rng.uniform(np.log(1.2), np.log(4)))))


def shrunk_and_enlarged(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The original, shrunk by a chat app to the copy's own detail or less, saved, then enlarged beyond the copy."""
    original = scene.original
    as_copy = min(1.0, scene.copy.width / (scene.recipe.crop.zoom * min(original.size)))
    detail = float(rng.uniform(0.6, 1.0))
    size = (round(original.width * as_copy * detail), round(original.height * as_copy * detail))
    small = _through_jpeg(original.resize(size, Image.Resampling.BICUBIC), int(rng.integers(60, 86)))
    return _blown_up(small, rng, float(np.exp(rng.uniform(np.log(1.25), np.log(3)))) / detail)


def _blown_up(picture: Image.Image, rng: np.random.Generator, times: float) -> TrapFile:
    times = min(times, LONGEST / max(picture.size))
    large = picture.resize((round(picture.width * times), round(picture.height * times)), pick(rng, FILTERS))
    if rng.random() < 0.4:
        large = large.filter(ImageFilter.UnsharpMask(float(rng.uniform(0.8, 3)), int(rng.integers(40, 200)), 2))
    if rng.random() < 0.3:
        noise = rng.normal(0, rng.uniform(2, 8), (large.height, large.width, pick(rng, (1, 3))))
        large = Image.fromarray(np.clip(np.asarray(large, np.float32) + noise, 0, 255).astype(np.uint8))
    suffix = ".png" if rng.random() < 0.12 else ".jpg"
    name = pick(
        rng,
        (
            _chat_name(rng) + suffix,
            camera_name(rng, suffix.upper()),
            camera_name(rng, suffix),
            f"insta_{rng.integers(10**5)}@2x{suffix}",
            f"upscaled_{rng.integers(999)}{suffix}",
        ),
    )
    place = PurePosixPath(pick(rng, (*CAMERA_FOLDERS, "Download", "WhatsApp/Media/WhatsApp Images")), name)
    return TrapFile(place, as_png(large) if suffix == ".png" else as_jpeg(large, int(rng.integers(50, 99))))


def saved_again(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The copy, downloaded or saved once more at its own size."""
    name = pick(
        rng,
        (
            f"{rng.integers(10**7, 10**8)}_{rng.integers(10**14, 10**15)}_{rng.integers(10**9)}_n.jpg",
            f"IMG_{day(rng)}_{clock(rng)}.jpg",
            f"IMG_{rng.integers(1, 9999):04d}.JPG",
            _chat_name(rng) + ".jpg",
        ),
    )
    place = PurePosixPath(pick(rng, ("Download", "Pictures/Instagram", "DCIM/100APPLE", "Pictures")), name)
    if rng.random() < 0.25:
        return TrapFile(place, scene.copy_bytes)
    return TrapFile(place, as_jpeg(scene.copy, int(rng.integers(55, 99))))


def thumbnail(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A program's small version of the original: 160 to 512 pixels, Synology's largest up to 1280."""
    stem = camera_name(rng, "").removesuffix(".")
    shot, number = f"{stem}.JPG", int(rng.integers(10**5))
    folder = PurePosixPath("Photos", day(rng, "-"))
    places = {
        "synology-xl": folder / shot / "SYNOPHOTO_THUMB_XL.jpg",
        "synology": folder / shot / pick(rng, ("SYNOPHOTO_THUMB_M.jpg", "SYNOPHOTO_THUMB_B.jpg")),
        "eadir": folder / "@eaDir" / shot / "SYNOPHOTO_THUMB_XL.jpg",
        "qnap": folder / ".@__thumb" / f"s800{shot}",
        "gnome": PurePosixPath(".thumbnails/large", f"{number:032x}.png"),
        "named": folder / f"{stem}_thumb.jpg",
        "web": PurePosixPath("Sites/gallery/thumbs", shot),
        "lightroom": PurePosixPath("Lightroom/Previews", f"{number:08X}-{stem}.jpg"),
    }
    kind = pick(rng, ("synology-xl", "synology-xl", "synology", "eadir", "qnap", "gnome", "named", "web", "lightroom"))
    side = int(rng.choice((160, 200, 240, 320, 400, 512)))
    if kind in ("synology-xl", "eadir"):
        side = min(1280, round(max(scene.original.size) * rng.uniform(0.45, 0.85)))
    small = scene.original.copy()
    small.thumbnail((side, side), Image.Resampling.BICUBIC)
    if places[kind].suffix == ".png":
        return TrapFile(places[kind], as_png(small))
    exif = edited_exif(scene, rng, 0.5) if kind in ("web", "lightroom", "named") else None
    return TrapFile(places[kind], as_jpeg(small, int(rng.integers(60, 92)), exif))


def saved_square(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """What Instagram itself keeps on the phone: the post in up to 2048 pixels, without EXIF."""
    picture = draw_copy(scene.original, replace(scene.recipe, width=2048)).picture
    name = pick(
        rng,
        (
            f"IMG_{day(rng)}_{clock(rng)}.jpg",
            f"IMG_{rng.integers(1, 9999):04d}.JPG",
            f"IMG_{day(rng)}_{clock(rng)}_{rng.integers(1000):03d}.jpg",
        ),
    )
    place = PurePosixPath(pick(rng, ("Pictures/Instagram", "Pictures/Instagram", "DCIM/100APPLE")), name)
    return TrapFile(place, as_jpeg(picture, int(rng.integers(85, 98))))


def chat(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The original as a chat app sends it: shrunk, without metadata, under the app's name."""
    longest = max(scene.original.size)
    sides = [side for side in CHAT_SIDES if side < 0.95 * longest] or [round(0.8 * longest)]
    small = scene.original.copy()
    small.thumbnail((sides[-1] if rng.random() < 0.6 else pick(rng, sides),) * 2, Image.Resampling.BICUBIC)
    drawn = rng.random()
    if drawn < 0.65:
        place = pick(rng, ("WhatsApp/Media/WhatsApp Images", "WhatsApp Images/Sent", "Pictures"))
        name = f"IMG-{day(rng)}-WA{rng.integers(100):04d}.jpg"
    elif drawn < 0.85:
        place = pick(rng, ("Telegram/Telegram Images", "Download"))
        name = f"photo_{day(rng, '-')}_{clock(rng, '-')}.jpg"
    else:
        place, name = "Pictures/Messenger", f"received_{rng.integers(10**14, 10**15)}.jpeg"
    return TrapFile(PurePosixPath(place, name), as_jpeg(small, int(rng.integers(68, 83))))


def _chat_name(rng: np.random.Generator) -> str:
    return pick(
        rng,
        (
            f"IMG-{day(rng)}-WA{rng.integers(100):04d}",
            f"received_{rng.integers(10**14, 10**15)}",
            f"photo_{day(rng, '-')}_{clock(rng, '-')}",
        ),
    )


def _through_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    return Image.open(io.BytesIO(as_jpeg(picture, quality))).convert("RGB")


def _saved(place: PurePosixPath, picture: Image.Image, rng: np.random.Generator, png_share: float) -> TrapFile:
    if rng.random() < png_share:
        return TrapFile(place.with_name(place.name + ".png"), as_png(picture))
    return TrapFile(place.with_name(place.name + ".jpg"), as_jpeg(picture, int(rng.integers(70, 97))))


KINDS: dict[str, Maker] = {
    "app screenshot": trap_screens.app,
    "gallery screenshot": trap_screens.gallery,
    "landscape screenshot": trap_screens.landscape,
    "browser screenshot": trap_screens.browser,
    "slide": trap_screens.slide,
    "story": trap_screens.story,
    "collage": collage,
    "poster": poster,
    "polaroid": polaroid,
    "padded": padded,
    "watermark": watermark,
    "copy enlarged": enlarged,
    "copy saved again": saved_again,
    "shrunk and enlarged": shrunk_and_enlarged,
    "thumbnail": thumbnail,
    "saved square": saved_square,
    "chat app's version": chat,
    "signed screenshot": trap_signed.screenshot,
    "signed enlargement": trap_signed.enlarged,
    "own blur": trap_signed.own_blur,
    "rounded cells": trap_signed.rounded_cells,
    "small cells": trap_signed.small_cells,
    "dimmed caption": trap_overlaid.dimmed_caption,
    "corner mark": trap_overlaid.corner_mark,
    "viewer's strip": trap_overlaid.viewer_strip,
    "tight screenshot": trap_overlaid.tight_screenshot,
    "veiled poster": trap_overlaid.veiled_poster,
    "feathered": trap_blended.feathered,
    "restored copy": trap_blended.restored,
    "smeared copy": trap_blended.smeared,
    "contact sheet": trap_blended.contact_sheet,
    "page": trap_blended.page,
    "video frame": trap_blended.video_frame,
}
