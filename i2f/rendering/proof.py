"""Whether a render is the copy at another size: reduced and pressed as the copy is, it must equal it, block by block.

What the copy shows and the render does not is no noise: words, stickers, a texture of the look's own, another print on
the shirt. JPEG's noise is known: the copy says how coarsely it was quantised, and pressing the render alike shows what
that does to each block. A block of sixteen pixels passes when its colours lie where the copy's do, and what differs in
it is no more than JPEG leaves there, a small part of the block's own texture, and a little more. All have
to pass, but for a few that exceed their limit by little and stand alone.

A grid that follows the copy too willingly could paint a sticker: so nothing may vanish either. Where the table alone,
which knows nothing of places, leaves the original texture, and the look is no blur, the render must have it. Light and
shade that a look lays over it flatten texture, too, but as much as they darken or lighten, and the copy itself still
shows it, faintly: that is no drawing.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from i2f.ground.image import Floats, Picture
from i2f.rendering.bilateral_grid import light_of
from i2f.rendering.look import Look, edges_of, planes_of

BLOCK = 16
JPEGS = 2.5
"""Times the noise of one pressing: many copies were pressed twice, the first time more coarsely."""
OF_TEXTURE = 0.22
"""Share of a block's texture that may differ: edges of a tenth of a pixel, and another filter when it was shrunk."""
OF_BLURRED = 0.6
"""Where the look blurred, so much of the original's texture counts as the block's own: what a radius that is a little
wrong leaves or takes.
"""
SOFTEST, SHARPEST = -0.5, 0.6
"""Shares of an unsharp mask: what filters for shrinking and the app's sharpening do to a whole picture. A look that
needs more was not captured.
"""
LEVELS_LEFT = 3.0
MEAN_LEVELS = 5.0
MEAN_OF_TEXTURE = 0.08
LITTLE, FEW_ALONE = 1.5, 0.004
"""A block that exceeds its limit by no more than half, with no such block beside it, is JPEG's tail and no drawing, as
long as there are not more than a few in a thousand of them.
"""
TEXTURED = 10.0
"""Levels of texture (standard deviation in a block), after the look's table alone, of which something must remain."""
REMAINS = 0.25
"""The least part of it, in parts of what remains in the middle block."""
SHOWN, AS_SHADED = 0.7, 0.25
"""A copy still shows a texture where it correlates with it so well, and has so large a part of what shade leaves of it.
"""
PATCH = 4
"""So many blocks of nine must be gone: what is smaller than the grid's cells cannot be painted by it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Blocks looked at, and which of them (rows, columns) failed."""

    failed: NDArray[np.bool_]

    @property
    def holds(self) -> bool:
        """Whether the render equals the copy everywhere."""
        return not self.failed.any()


@dataclass(frozen=True, slots=True)
class Press:
    """How the copy's file was pressed; None for one that is no JPEG."""

    tables: dict[int, list[int]] | None
    sampling: int

    def __call__(self, picture: Picture) -> Picture:
        """A picture (height, width, 3) pressed so and opened again."""
        if self.tables is None:
            return picture
        buffer = io.BytesIO()
        options = {} if self.sampling < 0 else {"subsampling": self.sampling}
        Image.fromarray(picture).save(buffer, "JPEG", qtables=self.tables, **options)
        with Image.open(buffer) as pressed:
            return np.asarray(pressed.convert("RGB"))


def press_of(data: bytes) -> Press:
    """How the file with these bytes was pressed."""
    with Image.open(io.BytesIO(data)) as image:
        if not isinstance(image, JpegImagePlugin.JpegImageFile) or image.mode != "RGB":
            return Press(None, -1)
        return Press(dict(image.quantization), JpegImagePlugin.get_sampling(image))


def sharpened(reduced: Picture, copy: Picture) -> Picture:
    """A render reduced to the copy's size, sharpened (or softened) as the copy was when it was shrunk: one share of an
    unsharp mask for the whole picture, by least squares.
    """
    colors = planes_of(reduced)
    edges = edges_of(colors)
    share = float((edges * (planes_of(copy) - colors)).sum() / max(1.0, float((edges * edges).sum())))
    sharp = colors + np.float32(np.clip(share, SOFTEST, SHARPEST)) * edges
    return np.asarray(np.clip(sharp + 0.5, 0, 255).astype(np.uint8).transpose(1, 2, 0))


def prove(copy: Picture, rendered: Picture, pressed: Picture, original: Picture, look: Look) -> Proof:
    """Compare a copy with a render of its size before and after pressing, and with the original there, all upright
    and without border (height, width, 3).
    """
    wanted, shown, plain, source = (planes_of(one) for one in (copy, pressed, rendered, original))
    # Colour is stored at half the size; brightness is judged with it and by itself.
    sharp = None if look.blur.is_empty else 1 - look.blur.shares(*copy.shape[:2]).sum(0)
    blurred = OF_BLURRED * _stats(light_of(source))[1] * (0.0 if sharp is None else 1 - _stats(sharp)[0])
    excess = _excess(light_of(wanted), light_of(shown), light_of(plain), blurred)
    for channel in range(3):
        excess = np.maximum(excess, _excess(wanted[channel], shown[channel], plain[channel], blurred, looseness=1.6))
    expected = light_of(source), light_of(look.table(source))
    gone = _vanished(light_of(plain), expected, sharp)
    return Proof(_failed(excess) | _patches(gone & ~_is_shown(light_of(wanted), expected[1])))


def _failed(excess: Floats) -> NDArray[np.bool_]:
    """Blocks that differ by more than they may, but for a few that differ by little and stand alone."""
    over = excess > 1
    alone = over & (excess < LITTLE) & (_neighbours(over) == 0)
    return over if alone.mean() > FEW_ALONE else np.asarray(over & ~alone)


def _excess(wanted: Floats, shown: Floats, plain: Floats, blurred: Floats, looseness: float = 1.0) -> Floats:
    """How far a block's mean and spread lie beyond their limits: 1 is the limit."""
    mean, spread = _stats(wanted - shown)
    noise = np.hypot(*_stats(shown - plain))
    texture = np.maximum(np.maximum(_stats(plain)[1], _around(_stats(plain)[1]) * 0.5), blurred)
    shifted = np.abs(mean) / (MEAN_LEVELS + MEAN_OF_TEXTURE * texture)
    limit = np.hypot(JPEGS * np.maximum(noise, 0.5 * np.median(noise)), OF_TEXTURE * texture) + LEVELS_LEFT
    return np.asarray(np.maximum(shifted, spread / limit) / looseness, np.float32)


def _vanished(rendered: Floats, expected: tuple[Floats, Floats], sharp: Floats | None) -> NDArray[np.bool_]:
    """Blocks that are flat although neither the original nor the table's version of it is."""
    was = np.minimum(*(_stats(one)[1] for one in expected))
    textured = was > TEXTURED
    if not textured.any():
        return np.zeros(was.shape, bool)
    remains = _stats(rendered)[1] / np.maximum(was, 1e-3)
    usual = min(1.0, float(np.median(remains[textured])))
    if sharp is not None:
        textured &= _stats(sharp)[0] > 0.7
    return np.asarray(textured & (remains < REMAINS * usual))


def _patches(marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those marked with enough others around them."""
    return np.asarray(marked & (_neighbours(marked) >= PATCH - 1))


def _is_shown(wanted: Floats, expected: Floats) -> NDArray[np.bool_]:
    """Where the copy has the texture that is expected, as faint as the shade or the light over it makes it."""
    (mean, spread), (seen, own) = _stats(expected), _stats(wanted)
    alike = _stats(wanted * expected)[0] - seen * mean
    correlation = alike / np.maximum(spread * own, 1e-3)
    slope = alike / np.maximum(spread * spread, 1e-3)
    shade = np.minimum(seen / np.maximum(mean, 1), (255 - seen) / np.maximum(255 - mean, 1))
    return np.asarray((correlation > SHOWN) & (slope > AS_SHADED * np.minimum(1, shade)))


def _neighbours(marked: NDArray[np.bool_]) -> NDArray[np.intp]:
    """How many of the eight blocks around each are marked."""
    padded = np.pad(marked, 1).astype(np.intp)
    high, wide = marked.shape
    around = [padded[y : y + high, x : x + wide] for y in range(3) for x in range(3)]
    return np.asarray(sum(around) - marked, np.intp)


def _stats(values: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each block; what is left over at the right and below joins the last block."""
    rows, columns = (np.arange(max(1, n // BLOCK)) * BLOCK for n in values.shape)
    ends = [np.diff(np.append(at, n)) for at, n in zip((rows, columns), values.shape, strict=True)]
    count = ends[0][:, None] * ends[1][None, :]

    def mean(of: Floats) -> Floats:
        return np.asarray(np.add.reduceat(np.add.reduceat(of, rows, 0), columns, 1) / count, np.float32)

    middle = mean(values)
    return middle, np.sqrt(np.maximum(mean(values * values) - middle * middle, 0))


def _around(blocks: Floats) -> Floats:
    """The largest of each block's neighbours."""
    padded = np.pad(blocks, 1, mode="edge")
    high, wide = blocks.shape
    return np.asarray(np.max([padded[y : y + high, x : x + wide] for y in range(3) for x in range(3)], axis=0))
