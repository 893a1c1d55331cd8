"""Painted photographs: a phone's camera roll for the demo, the README and the tests, without anybody's pictures.

`paint` makes one photograph of a scene. The same scene and seed at another `Moment` is a sibling: another exposure,
seen from a step aside, something in it moved, the light a little other, new noise. `paint_roll` leaves a folder
as a phone would: names, EXIF, pictures stored turned, places, bursts, a HEIC, a screenshot, an edited copy.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw, ImageFont

from i2f.sandbox.photos.brush import Easel, Moment, Size
from i2f.sandbox.photos.filters import apply_filter
from i2f.sandbox.photos.phone_exif import PHONES, Phone, Shot, exif_of
from i2f.sandbox.photos.scenes_garden import cat, leaves, pebbles
from i2f.sandbox.photos.scenes_land import dunes, forest, meadow, mountains, sunset
from i2f.sandbox.photos.scenes_table import still_life
from i2f.sandbox.photos.scenes_town import front, harbour, night

__all__ = ["SCENES", "Moment", "PaintedShot", "paint", "paint_roll"]

SCENES: dict[str, Callable[[Easel], None]] = {
    "mountains": mountains,
    "sunset": sunset,
    "forest": forest,
    "meadow": meadow,
    "dunes": dunes,
    "night": night,
    "harbour": harbour,
    "front": front,
    "still life": still_life,
    "cat": cat,
    "pebbles": pebbles,
    "leaves": leaves,
}
LANDSCAPE, PORTRAIT = (2592, 1936), (1936, 2592)
# Painted at this short side and enlarged: twice as sharp would take four times as long.
_SHORT_SIDE = 968
_STILL = Moment()


@dataclass(frozen=True, slots=True)
class PaintedShot:
    """A file of the roll. `kind` is photo, sibling, edit or screenshot; `scene` and `seed` tell what belongs together.

    A sibling is another exposure of the photo with the same scene and seed; an edit is the same exposure.
    """

    path: Path
    kind: str
    scene: str
    seed: int
    taken: datetime | None


@dataclass(frozen=True, slots=True)
class _Frame:
    """One line of the roll's plan."""

    scene: str
    seed: int
    size: Size = LANDSCAPE
    phone: str = "iPhone 4"
    orientation: int = 1
    moment: Moment = _STILL
    heic: bool = False
    located: bool = False


_BESIDE = Moment(step=0.008, moved=0.3, light=1.02, take=1)
_AGAIN = Moment(step=-0.014, moved=-0.5, light=0.97, take=2)
_PLAN = (
    _Frame("harbour", 5, located=True),
    _Frame("sunset", 2),
    _Frame("sunset", 2, moment=_BESIDE),
    _Frame("front", 1, PORTRAIT, orientation=6),
    _Frame("mountains", 1, located=True),
    _Frame("mountains", 1, moment=_BESIDE, located=True),
    _Frame("mountains", 1, moment=_AGAIN, located=True),
    _Frame("forest", 1, PORTRAIT, orientation=6),
    _Frame("still life", 3, phone="iPhone 4S"),
    _Frame("cat", 2, phone="iPhone 4S"),
    _Frame("cat", 2, phone="iPhone 4S", moment=_BESIDE),
    _Frame("night", 2, phone="iPhone 4S"),
    _Frame("night", 2, phone="iPhone 4S", moment=_AGAIN),
    _Frame("meadow", 1, phone="iPhone 5", orientation=3),
    _Frame("dunes", 1, phone="iPhone 5"),
    _Frame("pebbles", 1, PORTRAIT, phone="iPhone 5", orientation=6),
    _Frame("leaves", 1, phone="iPhone 5"),
    _Frame("leaves", 1, phone="iPhone 5", moment=_BESIDE),
    _Frame("harbour", 4, PORTRAIT, phone="iPhone 6", orientation=6, located=True),
    _Frame("front", 2, phone="iPhone 6"),
    _Frame("still life", 4, PORTRAIT, phone="iPhone 6", orientation=8),
    _Frame("forest", 2, phone="iPhone 6"),
    _Frame("mountains", 6, phone="iPhone 8", heic=True, located=True),
    _Frame("cat", 7, PORTRAIT, phone="iPhone 8", orientation=6),
)
_EDITED = 8
_HOURS = {"sunset": 19, "night": 22, "dunes": 18}


def paint(scene: str, seed: int, size: Size = LANDSCAPE, moment: Moment = _STILL) -> Image.Image:
    """One upright photograph of a scene; see `Moment` for its siblings. Another size is another photograph."""
    scale = min(1.0, _SHORT_SIDE / min(size))
    easel = Easel(seed, (round(size[0] * scale), round(size[1] * scale)), moment)
    SCENES[scene](easel)
    return easel.develop(size)


def paint_roll(folder: Path, seed: int = 0, workers: int = 2) -> list[PaintedShot]:
    """Fill `folder` with two dozen photographs as a phone leaves them, an edited copy and a screenshot among them.

    Another seed gives other pictures of the same scenes, under the same names and times.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plan = [replace(frame, seed=frame.seed + seed) for frame in _PLAN]
    dated = list(zip(plan, _names(), _times(), strict=True))
    with ThreadPoolExecutor(workers) as pool:
        # The HEIC takes longest, so it begins.
        jobs = {
            line: pool.submit(_develop_file, folder, *line) for line in sorted(dated, key=lambda line: not line[0].heic)
        }
        shots = [jobs[line].result() for line in dated]
    edit = _edited_copy(shots[_EDITED], dated[_EDITED][2], PHONES[_PLAN[_EDITED].phone])
    return [*shots, edit, _screenshot(folder)]


def _names() -> list[str]:
    """Numbers as a phone gives them: in order, with gaps where pictures were deleted."""
    rng, number, names = random.Random(4), 0, []
    for _ in _PLAN:
        number += rng.choice((1, 1, 1, 2, 3, 7))
        names.append(f"IMG_{number:04}")
    return names


def _times() -> list[datetime]:
    """Local times, as EXIF has them: one picture every few weeks, the frames of a burst within seconds."""
    rng, at, times = random.Random(5), datetime(2011, 6, 4, 10, 12, 31), []  # noqa: DTZ001 (EXIF of then has no zone)
    for before, frame in zip((None, *_PLAN), _PLAN, strict=False):
        burst = before is not None and (before.scene, before.seed) == (frame.scene, frame.seed)
        if burst:
            at += timedelta(seconds=rng.randrange(1, 4))
        else:
            at += timedelta(minutes=rng.randrange(20_000, 60_000))
            at = max(at, at.replace(year=PHONES[frame.phone].since))
            at = at.replace(hour=_HOURS.get(frame.scene, rng.randrange(8, 18)))
        times.append(at)
    return times


def _develop_file(folder: Path, frame: _Frame, name: str, taken: datetime) -> PaintedShot:
    picture = paint(frame.scene, frame.seed, frame.size, frame.moment)
    shot = Shot(taken, picture.size, 1 if frame.heic else frame.orientation, frame.located)
    exif = exif_of(PHONES[frame.phone], shot)
    if frame.heic:
        path = folder / f"{name}.HEIC"
        # Without the preset a HEIC takes as long as all the rest (x265 4.3, November 2026: 23 s against 3 s).
        pillow_heif.from_pillow(picture).save(path, quality=60, exif=exif, enc_params={"preset": "ultrafast"})
    else:
        path = folder / f"{name}.JPG"
        _as_stored(picture, frame.orientation).save(path, "JPEG", quality=92, exif=exif)
    kind = "photo" if frame.moment == _STILL else "sibling"
    return PaintedShot(path, kind, frame.scene, frame.seed, taken)


def _as_stored(upright: Image.Image, orientation: int) -> Image.Image:
    """The pixels as the sensor lay; the EXIF tag tells how to turn them."""
    turns = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    return upright.transpose(turns[orientation]) if orientation in turns else upright


def _edited_copy(shot: PaintedShot, taken: datetime, phone: Phone) -> PaintedShot:
    """What the phone's own editor leaves beside the picture."""
    with Image.open(shot.path) as before:
        tones = np.asarray(before, np.float32) / np.float32(255)
    edited = apply_filter(tones, "juno", 0.7, np.random.default_rng(1))
    path = shot.path.with_name(shot.path.name.replace("IMG_", "IMG_E"))
    size = (edited.shape[1], edited.shape[0])
    picture = Image.fromarray((edited * 255 + 0.5).astype(np.uint8))
    picture.save(path, "JPEG", quality=92, exif=exif_of(phone, Shot(taken, size)))
    return PaintedShot(path, "edit", shot.scene, shot.seed, taken)


def _screenshot(folder: Path) -> PaintedShot:
    """A list on a phone's screen: no EXIF, no camera."""
    screen = Image.new("RGB", (750, 1334), "#f7f7f9")
    pen = ImageDraw.Draw(screen)
    pen.text((40, 40), "9:41", font=ImageFont.load_default(28.0), fill="#111111")
    pen.text((40, 110), "To do", font=ImageFont.load_default(64.0), fill="#111111")
    things = (
        "water the plants",
        "call the harbour office",
        "film for the old camera",
        "bread, lemons, grapes",
        "sort photos",
    )
    for row, thing in enumerate(things):
        top = 240 + 120 * row
        pen.rounded_rectangle((30, top, 720, top + 96), radius=18, fill="#ffffff", outline="#dddde3", width=2)
        pen.ellipse((54, top + 30, 90, top + 66), outline="#ff7a45", width=4)
        pen.text((116, top + 26), thing, font=ImageFont.load_default(36.0), fill="#2a2a30")
    path = folder / "IMG_0099.PNG"
    screen.save(path)
    return PaintedShot(path, "screenshot", "screenshot", 0, None)
