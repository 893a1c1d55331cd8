"""Another exposure of the same scene, made from one photograph: what a copy must never be mistaken for.

Real siblings differ in three ways, alone or together. The hand moved: the whole picture shifts and turns a little,
which a similarity undoes, and near things shift against far ones, which it does not. Something in the scene moved.
The light changed. The kinds:

- "parallax": a smooth depth field shifts things against each other; the displacement left after the best shift has
  a deviation of 0.25 to 1.2 per cent of the short side (0.8 to 4 px at 320 px; real bursts: median 0.8).
- "small": the same with 0.06 to 0.2 per cent (0.2 to 0.6 px at 320 px), as on a wall or with a steady hand.
- "leaning": as much as "small", but of the second order in the place alone, as a camera gives that leaned or turned
  before something flat or far: in a part of the picture it is almost a similarity. Where the whole copy is sharp it is
  told as "small" is, so it is no part of `SIBLINGS` either.
- "moved": barely any parallax (under 0.03 per cent), but a patch of 8 to 18 per cent of the short side is elsewhere.
- "relit": a steady hand (0.03 to 0.1 per cent: 0.2 to 0.6 px of a copy's 612); the light falls otherwise (30 to 60 per
  cent between places), its colour a little too.
- "still": the same without any parallax, a camera on a tripod. Where the light differs little in what a copy shows, or
  as a filter might make it, such a copy does not hold the answer; so this kind is no part of `SIBLINGS`.

All have new sensor noise. The result has the size of the photograph.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy.ndimage import gaussian_filter

SIBLINGS = ("parallax", "small", "moved", "relit")
_PARALLAX = {
    "parallax": (0.0025, 0.012),
    "small": (0.0006, 0.002),
    "leaning": (0.0006, 0.002),
    "moved": (0.0, 0.0003),
    "relit": (0.0003, 0.001),
    "still": (0.0, 0.0),
}
_CELLS = 40
_MARGIN = 0.03
_NOISE = 2.5

Floats = NDArray[np.float64]
Field = Callable[[np.random.Generator, float], tuple[Floats, Floats]]


def make_sibling(image: Image.Image, rng: np.random.Generator, kind: str) -> Image.Image:
    """Another exposure of the upright `image`'s scene; the kinds are in the module's head."""
    picture = image.convert("RGB")
    amount = float(rng.uniform(*_PARALLAX[kind]))
    picture = _seen_from_elsewhere(picture, rng, amount, _bend if kind == "leaning" else _parallax)
    if kind == "moved":
        picture = _with_something_moved(picture, rng)
    if kind in ("relit", "still"):
        picture = _relit(picture, rng)
    return _exposed_anew(picture, rng)


def _seen_from_elsewhere(picture: Image.Image, rng: np.random.Generator, amount: float, field: Field) -> Image.Image:
    """Shift, turn and zoom a little, and shift by `field`; `amount` is its deviation in short sides."""
    wide, high = picture.size
    short = min(wide, high)
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, _CELLS + 1) * wide, np.linspace(-0.5, 0.5, _CELLS + 1) * high)
    shift_x, shift_y = field(rng, amount * short)
    angle, grow = np.deg2rad(rng.uniform(-0.7, 0.7)), 1 - _MARGIN * rng.uniform(0.8, 1.2)
    hand = rng.uniform(-0.3, 0.3, 2) * _MARGIN * short
    u = grow * (x * np.cos(angle) - y * np.sin(angle)) + shift_x + hand[0] + wide / 2
    v = grow * (x * np.sin(angle) + y * np.cos(angle)) + shift_y + hand[1] + high / 2
    u, v = np.clip(u, 0, wide), np.clip(v, 0, high)
    columns = np.linspace(0, wide, _CELLS + 1).round().astype(int)
    rows = np.linspace(0, high, _CELLS + 1).round().astype(int)
    mesh = [
        (
            (int(columns[i]), int(rows[j]), int(columns[i + 1]), int(rows[j + 1])),
            tuple(float(w[a, b]) for a, b in ((j, i), (j + 1, i), (j + 1, i + 1), (j, i + 1)) for w in (u, v)),
        )
        for j in range(_CELLS)
        for i in range(_CELLS)
    ]
    return picture.transform(picture.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)


def _parallax(rng: np.random.Generator, deviation_px: float) -> tuple[Floats, Floats]:
    """What a smooth depth leaves of a step aside once the best similarity is taken out, on the mesh's corners."""
    depth = gaussian_filter(rng.normal(size=(_CELLS + 1, _CELLS + 1)), rng.uniform(4, 9), mode="reflect")
    depth = np.tanh(1.5 * depth / depth.std())
    ramp = np.linspace(-1, 1, _CELLS + 1)
    plane = np.stack(
        [np.ones_like(depth), np.broadcast_to(ramp, depth.shape), np.broadcast_to(ramp[:, None], depth.shape)]
    )
    basis = plane.reshape(3, -1).T
    rest = depth.ravel() - basis @ np.linalg.lstsq(basis, depth.ravel(), rcond=None)[0]
    rest = rest.reshape(depth.shape) / rest.std() * deviation_px
    direction = rng.uniform(0, 2 * np.pi)
    return rest * np.cos(direction), rest * np.sin(direction)


def _bend(rng: np.random.Generator, deviation_px: float) -> tuple[Floats, Floats]:
    """A field of the second order, as a homography close to a similarity gives one, on the mesh's corners."""
    y, x = np.meshgrid(*[np.linspace(-1, 1, _CELLS + 1)] * 2, indexing="ij")
    p, q, r, s = rng.normal(size=4)
    keystone = np.stack([p * x * x + q * x * y + r * x + s * y, p * x * y + q * y * y - r * y + s * x])
    keystone -= keystone.mean((1, 2), keepdims=True)
    keystone *= deviation_px / np.sqrt((keystone**2).mean())
    return keystone[0], keystone[1]


def _with_something_moved(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A patch near the middle goes elsewhere; what was beside it fills its place. Patches without texture are passed
    over."""
    short = min(picture.size)
    side = int(short * rng.uniform(0.08, 0.18))
    left, top = ((edge - 0.6 * short) / 2 for edge in picture.size)
    reach = 0.6 * short - side
    grey = np.asarray(picture.convert("L").resize((64, 64)), np.float64)
    busy = gaussian_filter(np.abs(grey - gaussian_filter(grey, 2)), 2)
    for _ in range(20):
        x, y = int(left + reach * rng.random()), int(top + reach * rng.random())
        if busy[y * 64 // picture.height, x * 64 // picture.width] > np.median(busy):
            break
    mask = Image.new("L", (side, side), 0)
    mask.paste(255, (side // 8, side // 8, side - side // 8, side - side // 8))
    mask = mask.filter(ImageFilter.GaussianBlur(side / 20))
    patch = picture.crop((x, y, x + side, y + side))
    turn = rng.uniform(0, 2 * np.pi)
    step = side * rng.uniform(0.35, 1.0)
    ahead = (round(x + step * np.cos(turn)), round(y + step * np.sin(turn)))
    behind = (round(x - side * np.cos(turn)), round(y - side * np.sin(turn)))
    moved = picture.copy()
    moved.paste(picture.crop((*behind, behind[0] + side, behind[1] + side)), (x, y), mask)
    moved.paste(patch, ahead, mask)
    return moved


def _relit(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Light and shade change from place to place, smoothly, with one edge of a shadow somewhere."""
    wide, high = picture.size
    small = (48, 48)
    gain = gaussian_filter(rng.normal(size=small), 10, mode="reflect")
    gain /= gain.std()
    ramp = np.linspace(-1, 1, 48)
    turn = rng.uniform(0, 2 * np.pi)
    across = ramp[None, :] * np.cos(turn) + ramp[:, None] * np.sin(turn) - rng.uniform(-0.5, 0.5)
    gain += np.tanh(4 * across)
    strength = rng.uniform(0.15, 0.3)
    field = Image.fromarray((1 + strength * gain / 1.5).astype(np.float32)).resize(
        (wide, high), Image.Resampling.BICUBIC
    )
    colour = 1 + rng.normal(0, 0.03, 3)
    lit = np.asarray(picture, np.float32) * np.asarray(field)[..., None] * colour.astype(np.float32)
    return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))


def _exposed_anew(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Another millisecond: a slightly other brightness, other noise."""
    high, wide = picture.height, picture.width
    noise = rng.standard_normal((min(high, 512), min(wide, 512)), np.float32) * _NOISE
    tiled = np.tile(noise, (-(-high // noise.shape[0]), -(-wide // noise.shape[1])))[:high, :wide]
    exposed = np.asarray(picture, np.float32) * np.float32(rng.uniform(0.96, 1.04)) + tiled[..., None]
    return Image.fromarray(np.clip(exposed, 0, 255).astype(np.uint8))
