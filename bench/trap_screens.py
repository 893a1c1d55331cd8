"""Pictures of screens that show the picture: the app, a gallery, a browser, a slide, a story.

Drawn after the real ones, in their sizes, at 360 units across for a phone: status bar, header, avatar, icons, text,
light and dark. The app and the browser show the copy, a gallery the original; either is enlarged or shrunk to the
screen as phones do it, bilinear or bicubic.
"""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np
from PIL import Image, ImageDraw

from bench.trap_scene import (
    BLACK,
    SCREENSHOT_XMP,
    USERS,
    WHITE,
    Box,
    Color,
    Scene,
    TrapFile,
    as_jpeg,
    as_png,
    avatar,
    blurred,
    clock,
    day,
    fitted,
    flat_color,
    gradient,
    pick,
    screenshot_exif,
    words,
    wrapped,
    write,
)

PHONES = (
    (640, 960),
    (640, 1136),
    (720, 1280),
    (750, 1334),
    (828, 1792),
    (1080, 1920),
    (1080, 2340),
    (1125, 2436),
    (1242, 2208),
    (1440, 2560),
    (1440, 3200),
)
DESKTOPS = ((1280, 800), (1366, 768), (1440, 900), (1920, 1080), (2560, 1600), (2880, 1800))
SLIDES = ((960, 540), (1280, 720), (1600, 900), (1920, 1080))
STORIES = ((720, 1280), (1080, 1920), (1440, 2560))
SMOOTH = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)
LIGHT = ((255, 255, 255), (250, 250, 250), (247, 247, 247))
DARK = ((0, 0, 0), (18, 18, 18), (38, 38, 38))
GREY = (142, 142, 142)


def app(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """Instagram's feed on a phone, the copy from edge to edge."""
    size = pick(rng, PHONES)
    wide, high = size
    unit = wide / 360
    dark = bool(rng.random() < 0.4)
    ground, ink = pick(rng, DARK if dark else LIGHT), WHITE if dark else (38, 38, 38)
    screen = Image.new("RGB", size, ground)
    brush = ImageDraw.Draw(screen)
    shown = scene.copy.resize((wide, round(wide * scene.copy.height / scene.copy.width)), pick(rng, SMOOTH))
    spare = high - shown.height - round((24 + 48 + 52 + 44 + 48) * unit)
    stories = spare > 150 * unit and rng.random() < 0.6
    top = round((24 + 48 + (92 if stories else 0)) * unit)
    if not stories:
        top -= round(rng.uniform(0, 1) * min(60 * unit, max(0, spare)) * (rng.random() < 0.3))
    if stories:
        for place in range(5):
            _avatar(screen, scene.other(place), round((10 + 76 * place) * unit), round(80 * unit), round(56 * unit))
            write(brush, ((38 + 76 * place) * unit, 148 * unit), pick(rng, USERS)[:8], 10 * unit, ink, "mm")
    _post(screen, brush, scene, rng, (top, unit), shown, ink)
    brush.rectangle((0, 0, wide, 72 * unit), fill=ground)
    write(brush, (wide / 2, 48 * unit), "Instagram", 24 * unit, ink, "mm")
    _icons(brush, (18 * unit, wide - 18 * unit), 48 * unit, 11 * unit, ink)
    brush.line((0, 72 * unit, wide, 72 * unit), fill=GREY, width=max(1, round(unit / 2)))
    _status_bar(brush, wide, unit, rng, ink)
    brush.rectangle((0, high - 48 * unit, wide, high), fill=ground)
    _icons(brush, [wide * (place + 0.5) / 5 for place in range(5)], high - 24 * unit, 11 * unit, ink)
    return _phone_file(screen, rng, "Instagram")


def _post(
    screen: Image.Image,
    brush: ImageDraw.ImageDraw,
    scene: Scene,
    rng: np.random.Generator,
    at: tuple[int, float],
    shown: Image.Image,
    ink: Color,
) -> None:
    """One post: who, the picture, the buttons, likes and a caption, and the head of the next post."""
    top, unit = at
    user = pick(rng, USERS)
    _avatar(screen, scene.other(1), round(12 * unit), round(top + 10 * unit), round(32 * unit))
    write(brush, (54 * unit, top + 26 * unit), user, 13 * unit, ink)
    write(brush, (screen.width - 16 * unit, top + 26 * unit), "...", 16 * unit, ink, "rm")
    screen.paste(shown, (0, round(top + 52 * unit)))
    below = top + 52 * unit + shown.height
    _icons(brush, (24 * unit, 64 * unit, 104 * unit, screen.width - 24 * unit), below + 22 * unit, 10 * unit, ink)
    write(brush, (14 * unit, below + 54 * unit), f"{rng.integers(3, 4000):,} likes", 13 * unit, ink)
    write(brush, (14 * unit, below + 74 * unit), f"{user}  {words(rng, 4)}", 13 * unit, ink)
    write(brush, (14 * unit, below + 94 * unit), words(rng, 5), 13 * unit, ink)
    write(brush, (14 * unit, below + 114 * unit), f"{rng.integers(2, 23)} hours ago", 10 * unit, GREY)
    following = round(below + 180 * unit)
    if following < screen.height:
        _avatar(screen, scene.other(2), round(12 * unit), round(below + 138 * unit), round(32 * unit))
        screen.paste(scene.other(3).resize((screen.width, screen.width)), (0, following))


def gallery(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A gallery on a phone, the original as large as it fits between black or white."""
    return _phone_file(_viewer(scene, rng, pick(rng, PHONES), scene.original), rng, "Gallery")


def landscape(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A phone held sideways: the original in a gallery, or the copy beside its comments."""
    high, wide = pick(rng, PHONES)
    if rng.random() < 0.6:
        return _phone_file(_viewer(scene, rng, (wide, high), scene.shown(rng, 0.25)), rng, "Photos")
    ground, ink = (pick(rng, DARK), WHITE) if rng.random() < 0.4 else (pick(rng, LIGHT), (38, 38, 38))
    screen = Image.new("RGB", (wide, high), ground)
    _beside_comments(screen, scene, rng, (0, round(high * 0.07), wide, high), ink)
    _status_bar(ImageDraw.Draw(screen), wide, high / 360, rng, ink)
    return _phone_file(screen, rng, "Instagram")


def _viewer(scene: Scene, rng: np.random.Generator, size: tuple[int, int], picture: Image.Image) -> Image.Image:
    """A picture on a screen; bars with buttons, the date and a strip of the next pictures come and go."""
    wide, high = size
    unit = min(size) / 360
    dark = bool(rng.random() < 0.6)
    ground, ink = (BLACK, WHITE) if dark else (pick(rng, LIGHT), (0, 122, 255))
    screen = Image.new("RGB", size, ground)
    brush = ImageDraw.Draw(screen)
    bars = bool(rng.random() < 0.65)
    inside = rng.random() < 0.5 and bars
    head, foot = (round(64 * unit), round(48 * unit)) if inside else (0, 0)
    shown = fitted(picture, (wide, high - head - foot), pick(rng, SMOOTH))
    screen.paste(shown, ((wide - shown.width) // 2, head + (high - head - foot - shown.height) // 2))
    if bars:
        _status_bar(brush, wide, unit, rng, WHITE if dark else BLACK)
        write(brush, (wide / 2, 40 * unit), f"{day(rng, '/')}  {clock(rng, ':')[:5]}", 14 * unit, ink, "mm")
        write(brush, (14 * unit, 40 * unit), "<", 20 * unit, ink)
        _icons(brush, [wide * (place + 0.5) / 4 for place in range(4)], high - 24 * unit, 10 * unit, ink)
    if bars and rng.random() < 0.5:
        for place in range(int(wide / (24 * unit))):
            small = scene.other(place).resize((round(22 * unit), round(30 * unit)))
            screen.paste(small, (round((1 + 24 * place) * unit), round(high - 82 * unit)))
    elif not bars and rng.random() < 0.5:
        brush.rounded_rectangle((wide * 0.36, high - 8 * unit, wide * 0.64, high - 4 * unit), 2 * unit, fill=GREY)
    return screen


def browser(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A desktop with the post's page in a browser."""
    size = pick(rng, DESKTOPS)
    wide, high = size
    unit = max(1.0, wide / 1440)
    dark = bool(rng.random() < 0.3)
    ground, ink = (pick(rng, DARK), (230, 230, 230)) if dark else (pick(rng, LIGHT), (38, 38, 38))
    screen = Image.new("RGB", size, ground)
    brush = ImageDraw.Draw(screen)
    brush.rectangle((0, 0, wide, 72 * unit), fill=(60, 60, 62) if dark else (222, 225, 230))
    for place, color in enumerate(((255, 95, 86), (255, 189, 46), (39, 201, 63))):
        brush.ellipse([(14 + 20 * place) * unit, 12 * unit, (26 + 20 * place) * unit, 24 * unit], fill=color)
    brush.rounded_rectangle((90 * unit, 6 * unit, 330 * unit, 36 * unit), 8 * unit, fill=ground)
    write(brush, (104 * unit, 21 * unit), f"{pick(rng, USERS)} on Instagram", 13 * unit, ink)
    brush.rounded_rectangle((100 * unit, 40 * unit, wide - 60 * unit, 66 * unit), 12 * unit, fill=ground)
    write(brush, (116 * unit, 53 * unit), f"https://www.instagram.com/p/B{rng.integers(10**9)}/", 13 * unit, ink)
    margin = round(wide * rng.uniform(0.04, 0.16))
    _beside_comments(screen, scene, rng, (margin, round(84 * unit), wide - margin, high - round(20 * unit)), ink)
    name = pick(
        rng,
        (
            f"Screen Shot {day(rng, '-')} at {clock(rng, '.')}.png",
            f"Screenshot ({rng.integers(1, 200)}).png",
            f"Bildschirmfoto {day(rng, '-')} um {clock(rng, '.')}.png",
            f"Screenshot from {day(rng, '-')} {clock(rng, '-')}.png",
            f"Capture{rng.integers(1, 90)}.jpg",
        ),
    )
    return _screen_file(screen, rng, PurePosixPath(pick(rng, ("Desktop", "Pictures", "Pictures/Screenshots")), name))


def _beside_comments(screen: Image.Image, scene: Scene, rng: np.random.Generator, box: Box, ink: Color) -> None:
    """The copy on the left of the box, the comments on its right."""
    left, top, right, bottom = box
    unit = (bottom - top) / 640
    brush = ImageDraw.Draw(screen)
    shown = fitted(scene.copy, (round((right - left) * 0.66), bottom - top), pick(rng, SMOOTH))
    screen.paste(shown, (left, top + (bottom - top - shown.height) // 2))
    beside = left + shown.width + 16 * unit
    for place in range(int(rng.integers(3, 8))):
        line = top + (30 + 70 * place) * unit
        _avatar(screen, scene.other(place), round(beside), round(line - 18 * unit), round(36 * unit))
        write(brush, (beside + 48 * unit, line - 9 * unit), pick(rng, USERS), 14 * unit, ink)
        write(brush, (beside + 48 * unit, line + 9 * unit), words(rng, 4), 14 * unit, ink)
    _icons(brush, [beside + (14 + 34 * place) * unit for place in range(3)], bottom - 90 * unit, 10 * unit, ink)
    write(brush, (beside, bottom - 60 * unit), f"{rng.integers(3, 900)} likes", 14 * unit, ink)


def slide(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A slide of 16:9: a title, bullets, the picture beside or below them."""
    size = pick(rng, SLIDES)
    wide, high = size
    dark = bool(rng.random() < 0.3)
    ground = Image.new("RGB", size, (pick(rng, DARK) if dark else WHITE))
    if rng.random() < 0.25:
        ground = gradient(rng, size)
    ink = WHITE if dark else (40, 40, 60)
    brush = ImageDraw.Draw(ground)
    write(brush, (wide * 0.05, high * 0.1), words(rng, 4).title(), high * 0.08, ink)
    brush.line((wide * 0.05, high * 0.17, wide * 0.95, high * 0.17), fill=GREY, width=max(1, high // 300))
    for row, line in enumerate(wrapped(rng, int(rng.integers(2, 6)))):
        write(brush, (wide * 0.06, high * (0.27 + 0.11 * row)), f"- {line}"[:34], high * 0.042, ink)
    picture = scene.shown(rng, 0.5)
    shown = fitted(
        picture, (round(wide * rng.uniform(0.4, 0.52)), round(high * rng.uniform(0.65, 0.76))), Image.Resampling.BICUBIC
    )
    ground.paste(shown, (round(wide * 0.97) - shown.width, round(high * 0.2)))
    write(brush, (wide * 0.95, high * 0.97), str(rng.integers(2, 40)), high * 0.03, GREY, "rm")
    number = int(rng.integers(1, 40))
    name = pick(rng, (f"Slide{number}", f"Folie{number}", f"Holiday talk-{number:02d}", f"Diapositiva{number}"))
    place = PurePosixPath(pick(rng, ("Documents/Slides", "Pictures/Export", "Desktop")))
    if rng.random() < 0.5:
        return TrapFile(place / f"{name}.PNG", as_png(ground))
    return TrapFile(place / f"{name}.JPG", as_jpeg(ground, int(rng.integers(75, 96))))


def story(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A canvas of 9:16, the picture on a gradient or on itself, blurred."""
    size = pick(rng, STORIES)
    picture = scene.shown(rng, 0.5)
    ground = blurred(picture, size, 0.06) if rng.random() < 0.5 else gradient(rng, size)
    share = rng.uniform(0.7, 1.0)
    shown = fitted(picture, (round(size[0] * share), round(size[1] * 0.8)), pick(rng, SMOOTH))
    mask = Image.new("L", shown.size, 255)
    if rng.random() < 0.5:
        mask = Image.new("L", shown.size)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, *shown.size), 0.03 * size[0], fill=255)
    if rng.random() < 0.3:
        degrees = float(rng.uniform(-6, 6))
        shown, mask = (one.rotate(degrees, Image.Resampling.BICUBIC, expand=True) for one in (shown, mask))
    ground.paste(shown, ((size[0] - shown.width) // 2, (size[1] - shown.height) // 2), mask)
    brush = ImageDraw.Draw(ground)
    write(brush, (size[0] / 2, size[1] * rng.uniform(0.05, 0.12)), "@" + pick(rng, USERS), size[0] * 0.05, WHITE, "mm")
    if rng.random() < 0.6:
        write(brush, (size[0] / 2, size[1] * 0.93), words(rng, 4), size[0] * 0.06, flat_color(rng), "mm")
    name = pick(
        rng,
        (
            f"story_{rng.integers(10**6)}.jpg",
            f"IMG_{rng.integers(9999):04d}.JPG",
            f"Snapchat-{rng.integers(10**9)}.jpg",
        ),
    )
    return TrapFile(
        PurePosixPath(pick(rng, ("Pictures/Instagram", "DCIM/100APPLE", "Pictures/Snapchat")), name),
        as_jpeg(ground, int(rng.integers(75, 96))),
    )


def _avatar(screen: Image.Image, picture: Image.Image, left: int, top: int, side: int) -> None:
    small, mask = avatar(picture, side)
    screen.paste(small, (left, top), mask)


def _icons(
    brush: ImageDraw.ImageDraw, across: tuple[float, ...] | list[float], down: float, half: float, ink: Color
) -> None:
    """Outlined buttons in a row: a ring, a square, an arrow in turn."""
    thick = max(1, round(half / 5))
    for place, x in enumerate(across):
        box = (x - half, down - half, x + half, down + half)
        if place % 3 == 0:
            brush.ellipse(box, outline=ink, width=thick)
        elif place % 3 == 1:
            brush.rounded_rectangle(box, half / 3, outline=ink, width=thick)
        else:
            arrow = [(x - half, down - half), (x + half, down), (x - half, down + half)]
            brush.polygon(arrow, outline=ink, width=thick)


def _status_bar(brush: ImageDraw.ImageDraw, wide: int, unit: float, rng: np.random.Generator, ink: Color) -> None:
    """The clock, bars of reception, the battery."""
    write(brush, (12 * unit, 12 * unit), f"{rng.integers(1, 13)}:{rng.integers(60):02d}", 12 * unit, ink)
    for bar in range(4):
        x = wide - (62 - 5 * bar) * unit
        brush.rectangle((x, (16 - 2.5 * bar) * unit, x + 3 * unit, 17 * unit), fill=ink)
    brush.rectangle((wide - 34 * unit, 7 * unit, wide - 14 * unit, 17 * unit), outline=ink, width=max(1, round(unit)))
    brush.rectangle((wide - 34 * unit, 7 * unit, wide - rng.uniform(16, 30) * unit, 17 * unit), fill=ink)


def _phone_file(screen: Image.Image, rng: np.random.Generator, shown_in: str) -> TrapFile:
    """As iPhones name and keep screenshots, or as Android phones do."""
    if rng.random() < 0.45:
        suffix = pick(rng, (".PNG", ".PNG", ".JPG"))
        place = PurePosixPath("DCIM/100APPLE", f"IMG_{rng.integers(1, 9999):04d}{suffix}")
    else:
        suffix = pick(rng, (".png", ".jpg"))
        stem = pick(
            rng,
            (
                f"Screenshot_{day(rng)}-{clock(rng)}",
                f"Screenshot_{day(rng)}-{clock(rng)}_{shown_in}",
                f"Screenshot_{day(rng, '-')}-{clock(rng, '-')}",
            ),
        )
        place = PurePosixPath(pick(rng, ("Pictures/Screenshots", "DCIM/Screenshots")), stem + suffix)
    return _screen_file(screen, rng, place)


def _screen_file(screen: Image.Image, rng: np.random.Generator, place: PurePosixPath) -> TrapFile:
    """A third says in EXIF what it is, a tenth in XMP, the rest says nothing."""
    drawn = rng.random()
    exif = screenshot_exif(rng) if drawn < 0.35 else None
    xmp = SCREENSHOT_XMP if 0.35 < drawn < 0.45 else b""
    if place.suffix.lower() == ".png":
        return TrapFile(place, as_png(screen, exif, xmp))
    return TrapFile(place, as_jpeg(screen, int(rng.integers(80, 97)), exif, xmp))
