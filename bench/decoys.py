"""Pairs made to deceive: two exposures that differ in one small thing, as a sly enemy would choose them.

Each maker takes a photograph and gives (`true`, `decoy`): the copy is made from `true`, the folder holds `decoy`
alone, and the only right answer is "not sure". They differ by what the name says and by new sensor noise; sizes are
shares of the short side, displacements pixels of 640 on the short side.

- tripod 0.15, 0.3, 0.6, 1.2: the same still scene again; a smooth warp of so many pixels (root mean square) is left.
- leaf, eyes, hands: a patch of 3 to 6 per cent turned; two spots of 2 to 3 per cent smoothed over; a clock whose two
  hands point elsewhere.
- print, sign, person: a tenth to a quarter shows another picture of the same mean and contrast; other words on a board;
  someone (a patch of another picture, soft-edged) stands in the decoy alone.
- water, clouds: a third is rippled by 1.5 to 3 pixels; the smooth upper third is shifted by 3 to 6.
- shadow: no movement at all, but the light falls otherwise by 25 to 50 per cent with one sharp edge of shadow.
- recoloured: a quarter to a half has its hue turned at the same lightness; only a copy in colour can tell.
- barrel, keystone: the same view through another focal length's distortion, 0.4 per cent; a perspective of 0.6.

"again" is for measuring only: the same view with new noise and a shift of half a pixel. Nothing but noise differs, so
it cannot be told from the true one, and nobody would want it told.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter, map_coordinates

from i2f.sandbox.photos.looks import Tilt

Floats = NDArray[np.float32]
Maker = Callable[[Floats, Floats, np.random.Generator], tuple[Floats, Floats]]

SHORT = 640
NOISE = 2.0
WORDS = ("OPEN", "CLOSED", "EXIT 12", "EXIT 17", "NORTH", "SOUTH", "SALE", "STOP", "1963", "1968")


def make_pair(
    kind: str, photograph: Image.Image, other: Image.Image, rng: np.random.Generator
) -> tuple[Image.Image, Image.Image]:
    """(`true`, `decoy`) of this kind; `other` lends its texture where another picture is needed."""
    true, decoy = MAKERS[kind](_array(photograph), _array(other), rng)
    return _image(true), _image(decoy + rng.normal(0, NOISE, decoy.shape).astype(np.float32))


def moved_beyond(photograph: Image.Image, tilt: Tilt | None, rng: np.random.Generator) -> Image.Image:
    """Another exposure, still where a tilt-shift leaves the middle square sharp; beyond that all is elsewhere by 0.06
    to 0.4 per cent of the short side, as what lies behind a thing in focus is after a step aside."""
    picture = _array(photograph)
    high, wide, _ = picture.shape
    short = min(high, wide)
    y, x = np.mgrid[:high, :wide].astype(np.float32)
    if tilt is None:
        raise ValueError("the copy has no tilt-shift")
    across, down = (
        ((at - edge / 2) / short + 0.5 - c) for at, edge, c in ((x, wide, tilt.center[0]), (y, high, tilt.center[1]))
    )
    far = np.hypot(across, down) if tilt.kind == "disc" else np.abs(down)
    share = np.clip((far - tilt.half) / 0.2, 0, 1)
    amount = short * np.exp(rng.uniform(np.log(0.0006), np.log(0.004))) * share * share * (3 - 2 * share)
    turn = rng.uniform(0, 2 * np.pi)
    moved = _warp(picture, np.float32(np.cos(turn)) * amount, np.float32(np.sin(turn)) * amount)
    return _image(moved + rng.normal(0, NOISE, moved.shape).astype(np.float32))


def _array(picture: Image.Image) -> Floats:
    """At most twice SHORT, so that noise and warps are those of a real photograph brought down, and time is bounded."""
    picture = picture.convert("RGB")
    scale = min(1.0, 2 * SHORT / min(picture.size))
    size = (round(picture.width * scale), round(picture.height * scale))
    return np.asarray(picture.resize(size, Image.Resampling.LANCZOS), np.float32)


def _image(picture: Floats) -> Image.Image:
    return Image.fromarray(np.clip(picture + 0.5, 0, 255).astype(np.uint8))


def _unit(picture: Floats) -> float:
    """Pixels of this picture in one pixel of 640 on the short side."""
    return float(min(picture.shape[:2])) / SHORT


def _smooth(rng: np.random.Generator, shape: tuple[int, ...], share: float) -> Floats:
    """A smooth random field of unit deviation; `share` is its grain in short sides."""
    height, width = shape[0], shape[1]
    cells = (max(8, height // 16), max(8, width // 16))
    field = gaussian_filter(rng.normal(size=cells), share * min(cells), mode="reflect")
    field = (field - field.mean()) / field.std()
    grown = Image.fromarray(field.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(grown, np.float32)


def _warp(picture: Floats, dx: Floats, dy: Floats) -> Floats:
    """The picture seen at (x + dx, y + dy), cubic."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    bands = [map_coordinates(picture[..., k], (y + dy, x + dx), order=3, mode="reflect") for k in range(3)]
    return np.stack(bands, 2).astype(np.float32)


def _handheld(picture: Floats, rng: np.random.Generator) -> Floats:
    """A shift of up to 2 per cent and half a degree: what the one similarity of a copy takes up."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    angle, short = np.deg2rad(rng.uniform(-0.5, 0.5)), min(height, width)
    shift = rng.uniform(-0.02, 0.02, 2) * short
    u, v = x - width / 2, y - height / 2
    dx = (np.cos(angle) - 1) * u - np.sin(angle) * v + shift[0]
    dy = np.sin(angle) * u + (np.cos(angle) - 1) * v + shift[1]
    return _warp(picture, dx.astype(np.float32), dy.astype(np.float32))


def _spot(rng: np.random.Generator, picture: Floats, low: float, high: float) -> tuple[int, int, int]:
    """Left, top and side of a square with texture, away from the edge and inside the middle square."""
    height, width = picture.shape[:2]
    short = min(height, width)
    side = max(8, int(short * rng.uniform(low, high)))
    grey = picture.mean(axis=2)
    best, found = -1.0, (0, 0)
    for _ in range(12):
        x = int((width - short) / 2 + rng.uniform(0.12, 0.88 - side / short) * short)
        y = int((height - short) / 2 + rng.uniform(0.12, 0.88 - side / short) * short)
        texture = float(grey[y : y + side, x : x + side].std())
        if texture > best:
            best, found = texture, (x, y)
    return *found, side


def _soft(side: int) -> Floats:
    """A square mask with soft edges."""
    line = np.clip((0.5 - np.abs((np.arange(side) + 0.5) / side - 0.5)) * 8, 0, 1)
    return (np.minimum(line[:, None], line[None, :])[..., None]).astype(np.float32)


def _put(picture: Floats, patch: Floats, x: int, y: int) -> Floats:
    side, result = len(patch), picture.copy()
    mask = _soft(side)
    result[y : y + side, x : x + side] += mask * (patch - result[y : y + side, x : x + side])
    return result


def _tripod(pixels: float) -> Maker:
    def make(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
        amount = pixels * _unit(picture)
        turn = rng.uniform(0, 2 * np.pi)
        field = _smooth(rng, picture.shape, float(rng.uniform(0.08, 0.2))) * np.float32(amount)
        return picture, _warp(picture, field * np.float32(np.cos(turn)), field * np.float32(np.sin(turn)))

    return make


def _leaf(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    x, y, side = _spot(rng, picture, 0.03, 0.06)
    turned = np.rot90(picture[y : y + side, x : x + side], int(rng.integers(1, 4)))
    return picture, _put(picture, turned, x, y)


def _eyes(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    x, y, side = _spot(rng, picture, 0.02, 0.03)
    decoy = picture
    for left in (x, x + 2 * side):
        left = min(left, picture.shape[1] - side)
        patch = gaussian_filter(decoy[y : y + side, left : left + side], (side / 3, side / 3, 0), mode="nearest")
        decoy = _put(decoy, patch, left, y)
    return picture, decoy


def _hands(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    x, y, side = _spot(rng, picture, 0.08, 0.14)
    angles = rng.uniform(0, 2 * np.pi, 2)
    later = angles + rng.uniform(0.3, 2.5, 2)
    return _clock(picture, x, y, side, angles), _clock(picture, x, y, side, later)


def _clock(picture: Floats, x: int, y: int, side: int, angles: NDArray[np.float64]) -> Floats:
    drawn = _image(picture)
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((x, y, x + side, y + side), fill="#f2efe6", outline="#222222", width=max(2, side // 20))
    middle = (x + side / 2, y + side / 2)
    for angle, length in zip(angles, (0.42, 0.28), strict=True):
        tip = (middle[0] + length * side * np.cos(angle), middle[1] + length * side * np.sin(angle))
        pen.line((*middle, *tip), fill="#222222", width=max(2, side // 22))
    return np.asarray(drawn, np.float32)


def _print(picture: Floats, other: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    x, y, side = _spot(rng, picture, 0.10, 0.25)
    return picture, _put(picture, _like(_piece(other, side, rng), picture[y : y + side, x : x + side]), x, y)


def _person(picture: Floats, other: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    x, y, side = _spot(rng, picture, 0.06, 0.15)
    return picture, _put(picture, _piece(other, side, rng), x, y)


def _piece(other: Floats, side: int, rng: np.random.Generator) -> Floats:
    side_here = min(side, *other.shape[:2])
    x, y = int(rng.integers(0, other.shape[1] - side_here + 1)), int(rng.integers(0, other.shape[0] - side_here + 1))
    piece = _image(other[y : y + side_here, x : x + side_here]).resize((side, side))
    return np.asarray(piece, np.float32)


def _like(patch: Floats, place: Floats) -> Floats:
    """The patch with the mean and the contrast of the place it takes."""
    return np.asarray((patch - patch.mean()) / (patch.std() + 1) * place.std() + place.mean((0, 1)), np.float32)


def _sign(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    x, y, side = _spot(rng, picture, 0.14, 0.24)
    words = rng.permutation(len(WORDS))[:2]
    return _board(picture, x, y, side, WORDS[words[0]]), _board(picture, x, y, side, WORDS[words[1]])


def _board(picture: Floats, x: int, y: int, side: int, word: str) -> Floats:
    drawn = _image(picture)
    pen = ImageDraw.Draw(drawn)
    high = side // 3
    pen.rectangle((x, y, x + side, y + high), fill="#1f4f7a", outline="#eeeeee", width=max(1, high // 14))
    font = ImageFont.load_default(size=float(high * 0.55))
    pen.text((x + side / 2, y + high / 2), word, font=font, fill="#f4f4f4", anchor="mm")
    return np.asarray(drawn, np.float32)


def _water(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    height = picture.shape[0]
    amount = rng.uniform(1.5, 3.0) * _unit(picture)
    share = np.clip((np.arange(height) / height - 0.6) * 10, 0, 1)[:, None].astype(np.float32)
    field = [_smooth(rng, picture.shape, 0.02) * share * np.float32(amount) for _ in range(2)]
    return picture, _warp(picture, *field)


def _clouds(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    height = picture.shape[0]
    amount = rng.uniform(3, 6) * _unit(picture)
    share = np.clip((0.4 - np.arange(height) / height) * 10, 0, 1)[:, None] * np.ones((1, picture.shape[1]))
    return picture, _warp(picture, (share * amount).astype(np.float32), np.zeros_like(share, np.float32))


def _shadow(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    height, width = picture.shape[:2]
    turn = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:height, :width] / min(height, width)
    across = (x - x.mean()) * np.cos(turn) + (y - y.mean()) * np.sin(turn) - rng.uniform(-0.2, 0.2)
    edge = np.clip(across / 0.004, -1, 1)
    strength = rng.uniform(0.25, 0.5)
    gain = 1 + strength * (edge - 1) / 2 + 0.12 * _smooth(rng, picture.shape, 0.2)
    return picture, (picture * gain[..., None]).astype(np.float32)


def _recoloured(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Chroma turned by 60 to 180 degrees around the grey axis in a soft-edged region; lightness stays."""
    light = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    red, blue = picture[..., 0] - light, picture[..., 2] - light
    angle = rng.uniform(np.pi / 3, np.pi) * rng.choice([-1, 1])
    turned_red, turned_blue = red * np.cos(angle) - blue * np.sin(angle), red * np.sin(angle) + blue * np.cos(angle)
    green = -(0.299 * turned_red + 0.114 * turned_blue) / 0.587
    turned = light[..., None] + np.stack([turned_red, green, turned_blue], 2)
    field = _smooth(rng, picture.shape, 0.2)
    mask = np.clip((field - np.quantile(field, rng.uniform(0.5, 0.75))) * 8, 0, 1)[..., None]
    return picture, np.asarray(picture + mask * (turned - picture), np.float32)


def _barrel(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    height, width = picture.shape[:2]
    half = min(height, width) / 2
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u, v = x - width / 2, y - height / 2
    bend = np.float32(0.004 * rng.choice([-1, 1])) * (u * u + v * v) / half**2
    return picture, _warp(picture, u * bend, v * bend)


def _keystone(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    height, width = picture.shape[:2]
    half = min(height, width) / 2
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u, v = x - width / 2, y - height / 2
    turn = rng.uniform(0, 2 * np.pi)
    bend = np.float32(0.006) * (u * np.float32(np.cos(turn)) + v * np.float32(np.sin(turn))) / np.float32(half)
    return picture, _warp(picture, u * bend, v * bend)


def _again(picture: Floats, _: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    shift = np.full(picture.shape[:2], 0.5 * _unit(picture), np.float32)
    return picture, _warp(picture, shift, shift)


def _moved_too(maker: Maker) -> Maker:
    """The same with the hand moved as well, half of the time."""

    def make(picture: Floats, other: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
        true, decoy = maker(picture, other, rng)
        return true, _handheld(decoy, rng) if rng.random() < 0.5 else decoy

    return make


MAKERS: dict[str, Maker] = {
    "tripod 0.15": _tripod(0.15),
    "tripod 0.3": _tripod(0.3),
    "tripod 0.6": _tripod(0.6),
    "tripod 1.2": _tripod(1.2),
    "leaf": _moved_too(_leaf),
    "eyes": _moved_too(_eyes),
    "hands": _moved_too(_hands),
    "print": _moved_too(_print),
    "sign": _moved_too(_sign),
    "person": _moved_too(_person),
    "water": _moved_too(_water),
    "clouds": _moved_too(_clouds),
    "shadow": _moved_too(_shadow),
    "recoloured": _recoloured,
    "barrel": _barrel,
    "keystone": _keystone,
    "again": _again,
}
