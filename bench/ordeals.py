"""Copies as hard as they come, one hardship a name: what must still be found, or at least never be mistaken.

The rest of each recipe is a plain square crop, so that a miss is the hardship's own. `dark` and `panorama` change
the photograph first: two stops under, or cut to 3.2:1. The last ones are done to the finished copy by somebody else:
brought down without smoothing, sharpened, softened, grained, or enlarged from half the size.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PIL import Image, ImageFilter

from i2f.sandbox.photos.looks import Crop, Frame, Recipe, Tilt

Draw = Callable[[np.random.Generator], Recipe]


def _plain(rng: np.random.Generator) -> Recipe:
    return Recipe(crop=Crop(pan=(float(rng.random()), float(rng.random()))), seed=int(rng.integers(1 << 31)))


def _with(**changes: object) -> Draw:
    return lambda rng: replace(_plain(rng), **changes)  # type: ignore[arg-type]


def _filtered(*names: str) -> Draw:
    return lambda rng: replace(_plain(rng), filter=str(rng.choice(names)), strength=1.0)


def _cropped(**changes: object) -> Draw:
    def draw(rng: np.random.Generator) -> Recipe:
        plain = _plain(rng)
        return replace(plain, crop=replace(plain.crop, **changes))  # type: ignore[arg-type]

    return draw


def _everything(rng: np.random.Generator) -> Recipe:
    crop = Crop("square", 0.6, (float(rng.random()), float(rng.random())), float(rng.uniform(-9, 9)), 1, True)
    seed = int(rng.integers(1 << 31))
    return Recipe(612, crop, 0.5, "toaster", 1.0, None, Frame("film", 0.06), None, 1, 1, (60, 60), seed)


ORDEALS: dict[str, Draw] = {
    "vignette": _filtered("earlybird", "sutro", "toaster", "xpro"),
    "black and white": _filtered("inkwell", "noir", "willow"),
    "light leak": _filtered("leak", "leaked film"),
    "faded": _filtered("1977", "faded", "sierra"),
    "frame 8 %": lambda rng: replace(
        _plain(rng), frame=Frame(str(rng.choice(["white", "black", "rounded"])), 0.08, bool(rng.random() < 0.5))
    ),
    "white bars": _with(padding="white", crop=Crop("full")),
    "black bars": _with(padding="black", crop=Crop("full")),
    "blurred bars": _with(padding="blurred", crop=Crop("full")),
    "306 px": _with(width=306),
    "1440 px": _with(width=1440),
    "quality 40": _with(qualities=(40,)),
    "twice, 55 and 60": _with(qualities=(55, 60)),
    "mirrored and turned": _cropped(mirrored=True, quarter_turns=1),
    "upside down": _cropped(quarter_turns=2),
    "10 degrees": _cropped(degrees=10.0),
    "-10 degrees, 85 %": _cropped(degrees=-10.0, zoom=0.85),
    "zoom 55 %": _cropped(zoom=0.55),
    "1.91:1 of 60 %": _cropped(shape="1.91:1", zoom=0.6),
    "tilt disc": _with(tilt=Tilt("disc", (0.5, 0.5), 0.14, 0.014)),
    "tilt band": _with(tilt=Tilt("band", (0.5, 0.5), 0.14, 0.014)),
    "lux 0.8": _with(lux=0.8),
    "text": _with(texts=2),
    "stickers": _with(stickers=3),
    "dark": _filtered("normal", "sutro", "noir"),
    "panorama": _cropped(zoom=1.0),
    "everything": _everything,
    "aliased": _plain,
    "sharpened": _plain,
    "softened": _plain,
    "grained": _plain,
    "enlarged": _with(width=306),
}
CHANGED_FIRST = frozenset({"dark", "panorama"})


def prepare(name: str, photograph: Image.Image) -> Image.Image:
    """The photograph as the ordeal needs it: mostly as it is."""
    picture = photograph.convert("RGB")
    if name == "dark":
        return picture.point([round(value / 4) for value in range(256)] * 3)
    if name == "panorama":
        high = round(picture.width / 3.2)
        top = (picture.height - high) // 2
        return picture.crop((0, top, picture.width, top + high)) if high < picture.height else picture
    return picture


def finish(name: str, copy: bytes, rng: np.random.Generator) -> bytes:
    """What other software then did to the copy: mostly nothing."""
    with Image.open(io.BytesIO(copy)) as opened:
        picture = opened.convert("RGB")
    if name == "aliased":
        # Every other point is taken as it is, as a graphics chip without mip-maps does.
        picture = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.NEAREST)
    elif name == "sharpened":
        picture = picture.filter(ImageFilter.UnsharpMask(1.2, 180, 0))
    elif name == "softened":
        picture = picture.filter(ImageFilter.GaussianBlur(1.5))
    elif name == "grained":
        noise = rng.normal(0, 12, (picture.height, picture.width, 1))
        picture = Image.fromarray(np.clip(np.asarray(picture, np.float32) + noise, 0, 255).astype(np.uint8))
    elif name == "enlarged":
        picture = picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BILINEAR)
    else:
        return copy
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=85)
    return kept.getvalue()
