"""What the scenes are painted with: noise that looks like nature, layers, light on round things, water that mirrors.

A scene is painted from far to near on an `Easel`. Lengths are in heights of the picture: y runs from 0 (top) to 1
(bottom), x to both sides of the middle. Every random thing has a name, and its numbers depend only on the seed and
that name: so the same scene seen a moment later (`Moment`) is the same scene, only the viewpoint, one thing in it
and the light have changed, and near things have moved further than far ones, as they do for a real camera.

Painting happens at half the picture's size; `develop` enlarges it and adds what a sensor adds. Colours are sRGB,
0 to 1.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.fft import irfft2, next_fast_len
from scipy.ndimage import uniform_filter

Field = NDArray[np.floating[Any]]
"""float32 wherever it is large."""
Colour = tuple[float, float, float]
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Moment:
    """What differs from one exposure of a scene to the next.

    `step` is the camera's step aside: the nearest things shift by it (in picture heights), the farthest stay.
    `moved` (-1 to 1) moves what can move: a boat, clouds, a cat. `light` is a factor on the exposure, `take` seeds the
    sensor's noise.
    """

    step: float = 0.0
    moved: float = 0.0
    light: float = 1.0
    take: int = 0


class Easel:
    """A canvas with its coordinates, its named random numbers and the moment it is painted for."""

    def __init__(self, seed: int, size: Size, moment: Moment) -> None:
        """An empty canvas of `size` pixels, width first."""
        self.width, self.height = size
        self.seed = seed
        self.moment = moment
        self.half = self.width / self.height / 2
        self.x: Field = ((np.arange(self.width, dtype=np.float32) + 0.5) / self.height - self.half)[None, :]
        self.y: Field = ((np.arange(self.height, dtype=np.float32) + 0.5) / self.height)[:, None]
        self.canvas: Field = np.zeros((self.height, self.width, 3), np.float32)

    def rng(self, name: str) -> np.random.Generator:
        """The random numbers of one named thing."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def seen(self, near: float) -> Field:
        """x of the scene under each column, for things at this nearness (0 far, 1 near)."""
        return self.x + np.float32(self.moment.step * near)

    def columns(self, x: float, reach: float) -> slice:
        """The columns within `reach` of x."""
        left, right = ((at + self.half) * self.height for at in (x - reach, x + reach))
        return slice(max(0, int(left)), max(0, min(self.width, int(right) + 1)))

    def noise(self, name: str, softness: float, fine: tuple[float, float] = (1, 1), near: float = 0.0) -> Field:
        """A field of deviation 1 whose amplitude falls with the frequency to the power of `softness`.

        0 is sand, 1 is rock, 2 is cloud. `fine` makes it finer across and down, or draws it out when below 1.
        Nearness makes it shift with the camera's step. Soft fields are worked out at half the size.
        """
        half = softness * min(fine) >= 1.5 and max(fine) <= 1.5
        rows, columns = ((n // 2 if half else n) for n in (self.height, self.width))
        rows, columns = next_fast_len(rows), next_fast_len(columns + columns % 2, real=True)
        columns += columns % 2
        bits = self.rng(name).integers(-128, 128, (rows, columns // 2 + 1, 2), np.int8)
        spectrum = bits.astype(np.float32).view(np.complex64)[..., 0]
        field = irfft2(spectrum * _falloff(rows, columns, softness, fine), (rows, columns))
        shift = -round(self.moment.step * near * rows)
        field = np.roll(field, shift, axis=1) if shift else field
        if half:
            large = Image.fromarray(field).resize((2 * columns, 2 * rows), Image.Resampling.BICUBIC)
            field = np.asarray(large, np.float32)
        field = field[: self.height, : self.width]
        return np.asarray(field * (1 / field[::4, ::4].std()), np.float32)

    def line(self, name: str, x: Field, wavelength: float, roughness: float = 0.5, octaves: int = 7) -> Field:
        """A wandering line over x: about -1 to 1, with smaller and smaller waves on it."""
        rng = self.rng(name)
        total = np.zeros_like(x)
        for octave in range(octaves):
            knots = rng.uniform(-1, 1, 256)
            at = x / wavelength * 2**octave + 97 * rng.random()
            low = np.floor(at)
            share = at - low
            share = share * share * (3 - 2 * share)
            index = low.astype(int)
            total = total + roughness**octave * (knots[index % 256] * (1 - share) + knots[(index + 1) % 256] * share)
        return np.asarray(total, np.float32)

    def lay(self, colour: Field | Colour, cover: Field | float) -> None:
        """Lay a colour (or a picture) over the canvas; `cover` 0 to 1."""
        share = np.broadcast_to(np.asarray(cover, np.float32), self.canvas.shape[:2])
        rows = np.flatnonzero(share.any(axis=1))
        if not len(rows):
            return
        part = slice(int(rows[0]), int(rows[-1]) + 1)
        under = self.canvas[part]
        paint = np.asarray(colour, np.float32)
        if paint.ndim == 3 and paint.shape[0] == self.height:
            paint = paint[part]
        under += share[part, :, None] * (paint - under)

    def add_light(self, colour: Field | Colour, amount: Field) -> None:
        """Light scattered over the canvas; it never quite reaches white."""
        self.canvas = 1 - (1 - self.canvas) * (1 - np.clip(amount, 0, 1)[..., None] * np.asarray(colour, np.float32))

    def below(self, line: Field, soft_px: float = 1.5) -> Field:
        """Cover of everything below a line y(x), its edge `soft_px` wide."""
        return smooth((self.y - line) * self.height / soft_px + 0.5)

    def shape(self, points: Sequence[tuple[float, float]], soft: int = 1) -> Field:
        """Cover of a polygon given in x, y; its corners are rounded by `soft` pixels."""
        return self.shapes([points], soft)

    def shapes(self, polygons: Sequence[Sequence[tuple[float, float]]], soft: int = 1) -> Field:
        """Cover of several polygons together."""
        mask = Image.new("L", (self.width * 2, self.height * 2), 0)
        pen = ImageDraw.Draw(mask)
        for points in polygons:
            pen.polygon([((x + self.half) * 2 * self.height, y * 2 * self.height) for x, y in points], fill=255)
        small = mask.resize((self.width, self.height), Image.Resampling.BOX)
        cover = np.asarray(small, np.float32) / 255
        return blur(cover, soft) if soft > 1 else np.asarray(cover, np.float32)

    def mirror_below(self, shore: float, ripples: Field, tint: Colour, depth: float = 0.45) -> None:
        """Still water below `shore`: what stands above it, upside down, broken by ripples."""
        first = int(shore * self.height)
        rows = np.arange(first, self.height)
        down = (rows - first)[:, None]
        away = (down / self.height * 90 + 1.5) * ripples[first:]
        source = np.clip(first - 1 - down * 0.9 + away * 1.2, 0, first - 1).astype(np.intp)
        columns = np.clip(np.arange(self.width)[None, :] + away * 0.5, 0, self.width - 1).astype(np.intp)
        water = self.canvas[source, columns]
        share = depth + 0.25 * np.clip(down / self.height * 2, 0, 1)[..., None]
        self.canvas[first:] = water * (1 - share) + share * np.asarray(tint, np.float32) * (0.75 + 0.5 * water)

    def stamp(self, colour: Field, cover: Field, x: float, y: float) -> None:
        """Lay a small picture with its middle at x, y; what leaves the canvas is cut off."""
        high, wide = cover.shape
        left, top = round((x + self.half) * self.height - wide / 2), round(y * self.height - high / 2)
        rows = slice(max(0, top), min(self.height, top + high))
        columns = slice(max(0, left), min(self.width, left + wide))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        part = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
        under = self.canvas[rows, columns]
        under += cover[part][..., None] * (colour[part] - under)

    def sketch(self, near: float) -> Sketch:
        """A transparent sheet for flat shapes at this nearness."""
        return Sketch(self, near)

    def develop(self, size: Size, grain: float = 0.012) -> Image.Image:
        """The finished photograph: the light's factor, corners a little darker, a soft curve, the sensor's noise."""
        shade = 1 - 0.16 * np.clip((self.x / self.half) ** 2 + (2 * self.y - 1) ** 2, 0, 2) / 2
        exposed = np.clip(self.canvas * (shade * self.moment.light)[..., None], 0, 1)
        curve = exposed + 0.22 * (exposed * exposed * (3 - 2 * exposed) - exposed)
        large = Image.fromarray((curve * 255 + 0.5).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
        rng = np.random.default_rng([self.seed, 1 + self.moment.take])
        tile = rng.standard_normal((512, 640, 1), np.float32) + 0.5 * rng.standard_normal((512, 640, 3), np.float32)
        speckle = np.clip(tile * (255 * grain), -100, 100).astype(np.int16)
        again = np.tile(speckle, (-(-size[1] // 512), -(-size[0] // 640), 1))[: size[1], : size[0]]
        again += np.asarray(large)
        return Image.fromarray(np.clip(again, 0, 255, out=again).astype(np.uint8))


class Sketch:
    """Flat shapes on a transparent sheet: walls, windows, boats. Texture and light come afterwards."""

    def __init__(self, easel: Easel, near: float) -> None:
        """An empty sheet, shifted as things at this nearness are."""
        self._easel = easel
        self._shift = easel.half - easel.moment.step * near
        self._unit = 2 * easel.height
        self._sheet = Image.new("RGBA", (2 * easel.width, 2 * easel.height), (0, 0, 0, 0))
        self._pen = ImageDraw.Draw(self._sheet)

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """A filled polygon."""
        self._pen.polygon([self._at(*point) for point in points], fill=_fill(colour))

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """A filled rectangle."""
        self._pen.rectangle((*self._at(left, top), *self._at(right, bottom)), fill=_fill(colour))

    def disc(self, x: float, y: float, radius: float, colour: Colour, flat: float = 1.0) -> None:
        """A filled circle, `flat` times as high as wide."""
        corners = (*self._at(x - radius, y - flat * radius), *self._at(x + radius, y + flat * radius))
        self._pen.ellipse(corners, fill=_fill(colour))

    def stroke(self, points: Sequence[tuple[float, float]], colour: Colour, width: float) -> None:
        """A line through the points."""
        thick = max(1, round(width * self._unit))
        self._pen.line([self._at(*point) for point in points], fill=_fill(colour), width=thick, joint="curve")

    def lift(self) -> tuple[Field, Field]:
        """The finished sheet as colours and cover."""
        small = self._sheet.resize((self._easel.width, self._easel.height), Image.Resampling.BOX)
        pixels = np.asarray(small, np.float32) / 255
        return pixels[..., :3], pixels[..., 3]

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (x + self._shift) * self._unit, y * self._unit


def _fill(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (max(0, min(255, round(255 * part))) for part in colour)
    return red, green, blue


@lru_cache(maxsize=48)
def _falloff(rows: int, columns: int, softness: float, fine: tuple[float, float]) -> Field:
    """Amplitude by frequency, in cycles a picture height; below one and a half cycles it falls no more."""
    down = np.fft.fftfreq(rows).astype(np.float32)[:, None] * np.float32(rows / fine[1])
    across = np.fft.rfftfreq(columns).astype(np.float32)[None, :] * np.float32(rows / fine[0])
    amplitude = (down * down + across * across + np.float32(2.0)) ** np.float32(-softness / 2)
    amplitude[0, 0] = 0
    return np.asarray(amplitude, np.float32)


def smooth(value: Field) -> Field:
    """0 below 0, 1 above 1, and no corner between."""
    share = np.clip(value, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def blur(field: Field, radius_px: float) -> Field:
    """A soft blur of a field (height, width); wide ones are worked out on a smaller picture."""
    step = max(1, int(radius_px // 3))
    high, wide = field.shape
    small = Image.fromarray(field).resize((max(2, wide // step), max(2, high // step)), Image.Resampling.BOX)
    values = np.asarray(small, np.float32)
    for _ in range(2):
        values = uniform_filter(values, 2 * max(1, round(radius_px / step)) + 1, mode="nearest")
    return np.asarray(Image.fromarray(values).resize((wide, high), Image.Resampling.BILINEAR), np.float32)


def ink(text: str) -> Colour:
    """A colour from its six hexadecimal digits."""
    return int(text[0:2], 16) / 255, int(text[2:4], 16) / 255, int(text[4:6], 16) / 255


def mix(one: Field | Colour, other: Field | Colour, share: Field | float) -> Field:
    """From one colour to the other; a share for each pixel, or one for all."""
    first, second = np.asarray(one, np.float32), np.asarray(other, np.float32)
    part = np.asarray(share, np.float32)
    return np.asarray(first + (part[..., None] if part.ndim else part) * (second - first), np.float32)


def gradient(at: Field, stops: Sequence[tuple[float, str]]) -> Field:
    """Colours along a field: between the stops (place, hexadecimal colour) they run into each other."""
    low, high = stops[0][0], stops[-1][0]
    steps = np.linspace(low, high, 512)
    colours = np.asarray([ink(text) for _, text in stops])
    places = [place for place, _ in stops]
    table = np.stack([np.interp(steps, places, colours[:, channel]) for channel in range(3)], axis=-1).astype(
        np.float32
    )
    return np.asarray(table[np.clip((at - low) * (511 / (high - low)) + 0.5, 0, 511).astype(np.int16)], np.float32)


def ball(
    side: int, skin: Field, light: tuple[float, float, float], shine: float, flat: float = 1.0
) -> tuple[Field, Field]:
    """A round thing `side` pixels across with the given skin (side, side, 3), lit from `light`, and its cover."""
    at = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    x, y = at[None, :], at[:, None] / flat
    inside = np.maximum(1 - x * x - y * y, 0)
    z = np.sqrt(inside)
    direction = np.asarray(light, np.float32) / np.linalg.norm(light)
    toward = x * direction[0] + y * direction[1] + z * direction[2]
    lit = 0.22 + 0.85 * np.clip(toward * 0.8 + 0.2, 0, 1)
    rim = 0.10 * (1 - z) ** 2 * (y > 0)
    gleam = shine * np.clip(2 * toward * z - direction[2], 0, 1) ** 40
    colour = skin * (lit + rim)[..., None] + gleam[..., None]
    cover = smooth((1 - np.sqrt(x * x + y * y)) * side / 3)
    return np.clip(colour, 0, 1).astype(np.float32), cover
