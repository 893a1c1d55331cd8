"""What Instagram made of a photograph: copies with a known truth, for the demo, the tests and the benchmark.

A `Recipe` says everything that is done, a copy is drawn from it the same way each time, and with the copy comes
the `Window` of the original it truly shows. The order is Instagram's own: crop (square in the beginning, 4:5, 3:4 and
1.91:1 later), straightening, right angles, mirror; then local contrast (Lux), filter, tilt-shift, frame; then
whatever people laid over it; then JPEG, sometimes twice. Padding apps came before all that and put the whole
picture between bars.

Three tiers, as strong as copies on Flickr are:

- EASY: crop with the full short side, smaller, JPEG.
- TYPICAL: a filter at 60 to 100 per cent; a quarter of them with a frame (2 to 6 per cent of the short side on each
  side), a quarter with tilt-shift, 30 per cent with Lux; zoomed down to 85 per cent, every fifth straightened
  by up to 4 degrees.
- HARD: three fifths zoomed to 100 down to 55 per cent, a third straightened by up to 10 degrees, every eighth turned by
  right angles, every fourteenth mirrored; a third with strong Lux, a fifth with a frame of up to 8 per cent, an eighth
  with words or stickers on it, or (every seventh) the full picture between white, black or blurred bars; 306 to
  1440 px, a third JPEG twice, at qualities down to 55. Two or three such troubles meet in one copy.

How often each comes is what was counted on copies that somebody else made for the same purpose; how strong each may
be reaches further.

The window's exact meaning stands in crops.py. `Drawn.box` tells where in the copy the picture lies: bars and
shrinking frames are outside it, a frame that covers the picture's edge is inside.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from PIL import Image, ImageCms, ImageFilter

from i2f.ground.model import Window
from i2f.sandbox.photos.crops import SHAPES, Crop, Size
from i2f.sandbox.photos.filters import FILTERS, STRENGTHS, apply_filter, boost_local_contrast
from i2f.sandbox.photos.overlays import FRAMES, TILTS, blur_around, draw_frame, put_sticker, write_text
from i2f.sandbox.photos.siblings import make_sibling

__all__ = [
    "SHAPES",
    "TIERS",
    "Crop",
    "Drawn",
    "Frame",
    "Recipe",
    "Tilt",
    "draw_copy",
    "make_copy",
    "make_sibling",
    "press",
    "random_recipe",
]

TIERS = ("EASY", "TYPICAL", "HARD")
WIDTHS = (306, 612, 640, 1080, 1440)
PADDINGS = ("white", "black", "blurred")
Choice = TypeVar("Choice")
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Tilt:
    """A tilt-shift; see `overlays.blur_around`."""

    kind: str
    center: tuple[float, float]
    half: float
    radius: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of `width` short sides; it covers the picture's edge or, when it `shrinks`, the picture makes room."""

    kind: str
    width: float
    shrinks: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that is done to make one copy. `width` is the copy's, in pixels; `padding` makes it a padded square."""

    width: int = 612
    crop: Crop = field(default_factory=Crop)
    lux: float = 0.0
    filter: str = "normal"
    strength: float = 1.0
    tilt: Tilt | None = None
    frame: Frame | None = None
    padding: str | None = None
    texts: int = 0
    stickers: int = 0
    qualities: tuple[int, ...] = (85,)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A copy before JPEG, and its truth. `box` is left, top, right, bottom of the picture in fractions of the copy."""

    picture: Image.Image
    window: Window
    box: tuple[float, float, float, float]


def make_copy(original: Image.Image, recipe: Recipe) -> tuple[bytes, Window]:
    """The copy's JPEG bytes, and the window of the upright `original` it shows."""
    drawn = draw_copy(original, recipe)
    return press(drawn.picture, recipe.qualities), drawn.window


def press(picture: Image.Image, qualities: Sequence[int]) -> bytes:
    """As JPEG, once for each of these qualities."""
    data = b""
    for quality in qualities:
        kept = io.BytesIO()
        picture.save(kept, "JPEG", quality=quality, progressive=True, subsampling="4:2:0")
        data = kept.getvalue()
        picture = Image.open(io.BytesIO(data))
    return data


def draw_copy(original: Image.Image, recipe: Recipe) -> Drawn:
    """Crop, tone, blur, frame and decorate; everything but the JPEG."""
    rng = np.random.default_rng(recipe.seed)
    canvas, box = _layout(original.size, recipe)
    shown, window = recipe.crop.cut(_to_srgb(original), (box[2] - box[0], box[3] - box[1]))
    picture = _pad(shown, canvas, box, recipe.padding)
    tones = np.asarray(picture, np.float32) / np.float32(255)
    tones = apply_filter(boost_local_contrast(tones, recipe.lux), recipe.filter, recipe.strength, rng)
    picture = Image.fromarray((tones * 255 + 0.5).astype(np.uint8))
    if recipe.tilt:
        tilt = recipe.tilt
        picture = blur_around(picture, tilt.kind, tilt.center, tilt.half, tilt.radius)
    if recipe.frame:
        picture = draw_frame(picture, recipe.frame.kind, recipe.frame.width * min(canvas), rng)
    for _ in range(recipe.stickers):
        picture = put_sticker(picture, rng)
    for _ in range(recipe.texts):
        picture = write_text(picture, rng)
    left, top, right, bottom = box
    return Drawn(picture, window, (left / canvas[0], top / canvas[1], right / canvas[0], bottom / canvas[1]))


def _layout(original: Size, recipe: Recipe) -> tuple[Size, Box]:
    """The copy's size, and where in it the picture goes. Nothing is enlarged."""
    aspect = recipe.crop.aspect(original)
    width = recipe.width if recipe.padding is None or aspect >= 1 else round(recipe.width * aspect)
    most = width * recipe.crop.scale(original, (width, max(1, round(width / aspect))))
    width = max(1, min(width, int(most)))
    height = max(1, round(width / aspect))
    canvas = (width, height) if recipe.padding is None else (max(width, height),) * 2
    inset = round(recipe.frame.width * min(canvas)) if recipe.frame and recipe.frame.shrinks else 0
    left, top = (canvas[0] - width) // 2 + inset, (canvas[1] - height) // 2 + inset
    return (canvas[0], canvas[1]), (left, top, left + width - 2 * inset, top + height - 2 * inset)


def _pad(shown: Image.Image, canvas: Size, box: Box, padding: str | None) -> Image.Image:
    """The picture in its place on the canvas; blurred bars are the picture itself, grown until it covers all."""
    if shown.size == canvas:
        return shown
    if padding == "blurred":
        grow = max(canvas[0] / shown.width, canvas[1] / shown.height)
        big = shown.resize((round(shown.width * grow), round(shown.height * grow)))
        left, top = (big.width - canvas[0]) // 2, (big.height - canvas[1]) // 2
        ground = big.crop((left, top, left + canvas[0], top + canvas[1]))
        ground = ground.filter(ImageFilter.GaussianBlur(0.03 * canvas[0]))
    else:
        ground = Image.new("RGB", canvas, "#000000" if padding == "black" else "#ffffff")
    ground.paste(shown, box[:2])
    return ground


def _to_srgb(original: Image.Image) -> Image.Image:
    """Instagram keeps sRGB; iPhones take Display P3."""
    profile = original.info.get("icc_profile")
    picture = original.convert("RGB")
    if not profile:
        return picture
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"))
    except ImageCms.PyCMSError:
        return picture
    return converted or picture


def random_recipe(rng: np.random.Generator, tier: str) -> Recipe:
    """A recipe as strong as the tier's copies are; the same generator state gives the same recipe."""
    if tier == "EASY":
        return _easy(rng)
    return _typical(rng) if tier == "TYPICAL" else _hard(rng)


def _easy(rng: np.random.Generator) -> Recipe:
    return Recipe(
        width=_pick(rng, (612, 640, 1080)),
        crop=Crop(_random_shape(rng), pan=_random_pan(rng)),
        qualities=(int(rng.integers(64, 93)),),
        seed=int(rng.integers(1 << 31)),
    )


def _typical(rng: np.random.Generator) -> Recipe:
    straightened = float(rng.uniform(-4, 4)) if rng.random() < 0.2 else 0.0
    zoom = float(rng.uniform(0.85, 1.0)) if rng.random() < 0.3 else 1.0
    frame = Frame(_pick(rng, FRAMES), float(rng.uniform(0.02, 0.06)), bool(rng.random() < 0.4))
    return Recipe(
        width=_pick(rng, (612, 640, 1080)),
        crop=Crop(_random_shape(rng), zoom, _random_pan(rng), straightened),
        lux=float(rng.uniform(0.2, 0.6)) if rng.random() < 0.3 else 0.0,
        filter=_random_filter(rng),
        strength=float(rng.uniform(*STRENGTHS)),
        tilt=_random_tilt(rng) if rng.random() < 0.25 else None,
        frame=frame if rng.random() < 0.25 else None,
        qualities=(int(rng.integers(62, 92)),) if rng.random() < 0.7 else _two_qualities(rng),
        seed=int(rng.integers(1 << 31)),
    )


def _hard(rng: np.random.Generator) -> Recipe:
    padded = bool(rng.random() < 0.14)
    zoom = float(rng.uniform(0.55, 1.0)) if rng.random() < 0.6 else 1.0
    degrees = float(rng.uniform(-10, 10)) if rng.random() < 0.33 else 0.0
    turned = int(rng.integers(1, 4)) if rng.random() < 0.12 else 0
    zoomed = Crop(_random_shape(rng), zoom, _random_pan(rng), degrees, turned, bool(rng.random() < 0.07))
    frame = Frame(_pick(rng, FRAMES), float(rng.uniform(0.02, 0.08)), bool(rng.random() < 0.4))
    overlay = rng.random()
    return Recipe(
        width=_pick(rng, WIDTHS),
        crop=Crop("full", mirrored=zoomed.mirrored) if padded else zoomed,
        lux=float(rng.uniform(0.3, 1.0)) if rng.random() < 0.35 else 0.0,
        filter=_random_filter(rng) if rng.random() < 0.8 else "normal",
        strength=float(rng.uniform(*STRENGTHS)),
        tilt=_random_tilt(rng) if rng.random() < 0.15 and not padded else None,
        frame=frame if rng.random() < 0.2 and not padded else None,
        padding=_pick(rng, PADDINGS) if padded else None,
        texts=int(overlay < 0.08),
        stickers=int(rng.integers(1, 3)) if overlay > 0.95 else 0,
        qualities=_two_qualities(rng) if rng.random() < 0.33 else (int(rng.integers(55, 92)),),
        seed=int(rng.integers(1 << 31)),
    )


def _random_shape(rng: np.random.Generator) -> str:
    """Square seven times in ten, as on Instagram until 2015."""
    return "square" if rng.random() < 0.7 else _pick(rng, ("4:5", "3:4", "1.91:1"))


def _random_pan(rng: np.random.Generator) -> tuple[float, float]:
    """Half of the crops are left in the middle."""
    return (0.5, 0.5) if rng.random() < 0.5 else (float(rng.random()), float(rng.random()))


def _random_filter(rng: np.random.Generator) -> str:
    return _pick(rng, tuple(name for name in FILTERS if name != "normal"))


def _random_tilt(rng: np.random.Generator) -> Tilt:
    center = (float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.3, 0.7)))
    return Tilt(_pick(rng, TILTS), center, float(rng.uniform(0.14, 0.28)), float(rng.uniform(0.006, 0.014)))


def _two_qualities(rng: np.random.Generator) -> tuple[int, ...]:
    return int(rng.integers(60, 95)), int(rng.integers(60, 92))


def _pick(rng: np.random.Generator, choices: tuple[Choice, ...]) -> Choice:
    return choices[int(rng.integers(len(choices)))]
