"""Files that hold the picture, are no original, and may carry a camera's data all the same.

An editor keeps the camera's EXIF, and a script that "restores the dates" copies it from the original into whatever
has a like name: a screenshot, a collage, the copy enlarged. Then the block says what it said of the original, at times
its size in pixels, too. So nothing but the picture itself can tell here, and each kind is drawn as it is hardest to
tell: screenshots shrunk and saved as JPEG, padding with the picture's own blur, rounded cells, small cells without
gaps, enlargements by whole factors, which leave no trace of their period.
"""

from __future__ import annotations

import io
from pathlib import PurePosixPath

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bench import trap_screens
from bench.trap_scene import (
    CAMERA_FOLDERS,
    SMOOTH,
    Scene,
    TrapFile,
    as_jpeg,
    as_png,
    blurred,
    camera_name,
    clock,
    day,
    fitted,
    flat_color,
    gradient,
    pick,
)

EXIF_IFD, TAKEN, WIDTH, HEIGHT = 0x8769, 0x9003, 0xA002, 0xA003
MAKE, MODEL = 0x010F, 0x0110
CAMERAS = (("Apple", "iPhone 5"), ("Apple", "iPhone 6s"), ("samsung", "SM-G900F"), ("Canon", "Canon EOS 600D"))
LONGEST = 4200


def copied_exif(scene: Scene, rng: np.random.Generator) -> Image.Exif:
    """The camera's data as a program copies them over, half of the time with the size of the picture they were of."""
    exif = Image.Exif()
    if scene.camera_exif is not None:
        exif.load(scene.camera_exif.tobytes())
    else:
        exif[MAKE], exif[MODEL] = pick(rng, CAMERAS)
        exif.get_ifd(EXIF_IFD)[TAKEN] = f"{day(rng, ':')} {clock(rng, ':')}"
    if MODEL not in exif:
        exif[MAKE], exif[MODEL] = pick(rng, CAMERAS)
    if rng.random() < 0.5:
        exif.get_ifd(EXIF_IFD)[WIDTH], exif.get_ifd(EXIF_IFD)[HEIGHT] = scene.original.size
    return exif


def screenshot(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A screenshot of the app, a gallery or a browser with a camera's data in it, often made smaller."""
    maker = pick(rng, (trap_screens.app, trap_screens.app, trap_screens.gallery, trap_screens.browser))
    with Image.open(io.BytesIO(maker(scene, rng).data)) as opened:
        screen = opened.convert("RGB")
    if rng.random() < 0.6:
        screen = screen.resize(_times(screen, rng.uniform(0.45, 0.95)), pick(rng, SMOOTH))
    return _saved(screen, rng, copied_exif(scene, rng), png_share=0.15)


def enlarged(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The copy enlarged, by a whole factor as often as not, at times sharpened, with a camera's data."""
    copy = scene.copy
    times = pick(rng, (2.0, 2.0, 3.0, 4.0, 1.5, float(rng.uniform(1.25, 3.5))))
    large = copy.resize(_times(copy, min(times, LONGEST / max(copy.size))), pick(rng, SMOOTH))
    if rng.random() < 0.5:
        large = large.filter(ImageFilter.UnsharpMask(float(rng.uniform(0.8, 3)), int(rng.integers(40, 200)), 2))
    return _saved(large, rng, copied_exif(scene, rng), png_share=0.1)


def own_blur(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """The picture on a blurred, sometimes darkened enlargement of itself, signed as often as not."""
    picture = scene.shown(rng, 0.3)
    side = max(picture.size)
    aspect = pick(rng, (1.0, 1.0, 0.8, 9 / 16, 16 / 9))
    size = (round(side * max(1.0, aspect)), round(side * max(1.0, 1 / aspect)))
    ground = blurred(picture, size, float(rng.uniform(0.008, 0.06)))
    if rng.random() < 0.4:
        ground = ImageEnhance.Brightness(ground).enhance(float(rng.uniform(0.5, 1.3)))
    room = pick(rng, (1.0, 0.94, 0.88))
    shown = fitted(picture, (round(size[0] * room), round(size[1] * room)), Image.Resampling.LANCZOS)
    ground.paste(shown, ((size[0] - shown.width) // 2, (size[1] - shown.height) // 2))
    return _saved(_within(ground), rng, copied_exif(scene, rng) if rng.random() < 0.5 else None)


def rounded_cells(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A collage of two to nine cells with round corners, on one colour, a gradient or a blur."""
    columns, rows = pick(rng, ((2, 1), (1, 2), (2, 2), (3, 1), (3, 2), (3, 3)))
    side = int(rng.integers(320, 1000))
    gap = max(2, round(side * rng.uniform(0.01, 0.06)))
    size = (columns * (side + gap) + gap, rows * (side + gap) + gap)
    ground = pick(rng, (Image.new("RGB", size, flat_color(rng)), gradient(rng, size), blurred(scene.original, size)))
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side - 1, side - 1), side * rng.uniform(0.02, 0.12), 255)
    mine = int(rng.integers(columns * rows))
    shown = scene.shown(rng, 0.4)
    for cell in range(columns * rows):
        picture = ImageOps.fit(shown if cell == mine else scene.other(cell), (side, side), Image.Resampling.BICUBIC)
        ground.paste(picture, (gap + cell % columns * (side + gap), gap + cell // columns * (side + gap)), mask)
    return _saved(_within(ground), rng, copied_exif(scene, rng) if rng.random() < 0.3 else None)


def small_cells(scene: Scene, rng: np.random.Generator) -> TrapFile:
    """A collage of small square cells without any gap, as contact sheets and friends' montages are."""
    columns, rows = pick(rng, ((2, 1), (1, 2), (1, 5), (2, 2), (2, 3), (3, 3), (4, 3), (2, 5)))
    side = int(rng.integers(220, 480))
    ground = Image.new("RGB", (columns * side, rows * side))
    mine = int(rng.integers(columns * rows))
    for cell in range(columns * rows):
        picture = scene.copy if cell == mine else scene.other(cell)
        fit = ImageOps.fit(picture, (side, side), Image.Resampling.BICUBIC)
        ground.paste(fit, (cell % columns * side, cell // columns * side))
    return _saved(ground, rng, copied_exif(scene, rng) if rng.random() < 0.3 else None)


def _times(picture: Image.Image, times: float) -> tuple[int, int]:
    return max(1, round(picture.width * times)), max(1, round(picture.height * times))


def _within(picture: Image.Image) -> Image.Image:
    picture.thumbnail((LONGEST, LONGEST))
    return picture


def _saved(picture: Image.Image, rng: np.random.Generator, exif: Image.Exif | None, png_share: float = 0.0) -> TrapFile:
    """In a folder of a camera, under a camera's name."""
    suffix = ".png" if rng.random() < png_share else ".jpg"
    place = PurePosixPath(pick(rng, CAMERA_FOLDERS), camera_name(rng, suffix))
    if suffix == ".png":
        return TrapFile(place, as_png(picture, exif))
    return TrapFile(place, as_jpeg(picture, int(rng.integers(75, 97)), exif))
