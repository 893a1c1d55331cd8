"""The look of a copy: what was done to a photograph between the camera and the post, fitted from the aligned pair.

A look is six things, applied in this order: octaves of luminance weighed anew (local_contrast.py), a map of gains under
the curves, one table of colours (color_table.py), a map of gains over them (gain_map.py; there is one map at most), a
grid of what differs with place and brightness (bilateral_grid.py), a map of blur (blur_map.py). They are fitted in
turns, each to what the others leave. Beside them stands what shrinking did to the copy alone, the app's own sharpening:
it is measured, so that nothing else is bent by it, and not rendered.

Colours are fitted at 128 pixels of the short side. Larger, a pixel of the copy is not that of the original: it was
sharpened, another filter shrunk it, JPEG kept its colours at half the size, and all of it makes tables too flat. But
curves bend textures, and the mean of what was bent is not the mean bent. So the table is applied at twice the copy's
scale, 64 pixels become one, and what differs then from the copy corrects the table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from i2f.ground.image import Floats, Picture
from i2f.rendering.bilateral_grid import AffineGrid, fit_grid, light_of, no_grid
from i2f.rendering.blur_map import BlurMap, fit_blur, no_blur
from i2f.rendering.color_table import ColorTable, fit_table
from i2f.rendering.enlarge import enlarged
from i2f.rendering.gain_map import GainMap, fit_gain, no_gain
from i2f.rendering.local_contrast import SCALES, Sight, fit_weights, local, octaves_of
from i2f.rendering.parallel import each

FIT_SHORT = 512
"""Larger copies are fitted at this size; blur is found at it, local contrast at half and colours at a quarter of it."""
SHARE = 4
FIRST_ROUNDS = 2
BEGUN, SETTLED, BENT = (16, 0.97), (40, 0.995), (8, 0.9)
"""Table and map are fitted in turns, so many rounds at most and until one leaves more than this share of what the one
before left. A map over the table is begun with in two ways, and the better one is settled: where each colour lies in
one place only, it takes many rounds to tell a bright colour from a bright place, and until then the table flattens what
lies there. A map under it follows the table's slopes, which end where the table is flat: its later rounds do harm.
"""
SMALL = 0.5
"""Squared levels, on average, that are not worth another round."""
SHARP_PX = 1.0
WORTH_IT = 0.03
"""The share of what was left that local contrast has to explain."""
FIRST_CONTRAST = (0.4, WORTH_IT, WORTH_IT, WORTH_IT)
"""The same, round by round, before a map is begun with, which could take its place in part."""
NOISE = 8.0
"""Levels beyond which what is missing at a pixel counts less: edges that fell beside the pixel grid, text."""
PROBE = 3.0
"""Levels by which colours are moved to learn how steep the table is there."""
LEAST_GAIN = 0.3
FREER = 0.01
"""The share of its stiffness that a map keeps where a first one failed."""
UNASKED = 1e-3
"""How stiff a map is begun with that held-out blocks had not asked for, where a look without one failed."""
QUICK_GAP = 1.25
BENDING = ("octaves", "under", "table")
"""The parts of a look that are applied at twice the copy's size."""


@dataclass(frozen=True, slots=True)
class Look:
    """All that was fitted; `octaves` weigh those of local_contrast.py, `under` lies before the table, `over` after."""

    octaves: Floats
    under: GainMap
    table: ColorTable
    over: GainMap
    grid: AffineGrid
    blur: BlurMap

    def field(self, light: Floats) -> Floats | None:
        """The smooth part of what local contrast adds to every colour, for a whole picture's luminance (h, w); None
        for nothing.
        """
        if not self.octaves.any():
            return None
        return self.smooth_of(light, octaves_of(light))

    def smooth_of(self, light: Floats, octaves: Floats) -> Floats:
        """The same where the octaves are known."""
        return np.asarray(np.tensordot(self.octaves, octaves, 1) - self.octaves[0] * light, np.float32)

    def raised(self, colors: Floats, light: Floats, field: Floats) -> Floats:
        """Planes (3, h, w) of an original, or of some of its rows, with its `light` and the `field` there (h, w)."""
        return np.asarray(colors + (self.octaves[0] * light + field), np.float32)

    def bent(self, colors: Floats, light: Floats, rows: tuple[int, int], height: int) -> Floats:
        """Planes (3, h, w) with the field on them, under everything but blur; `light` (h, w) is the original's there.
        They are the `rows` (first, last) of a picture `height` rows high.
        """
        return self.after_table(self.table(self.under(colors, rows, height)), light, rows, height)

    def after_table(self, bent: Floats, light: Floats, rows: tuple[int, int], height: int) -> Floats:
        """The same for planes that the table was applied to."""
        return self.grid(self.over(bent, rows, height), light, rows, height)


@dataclass(frozen=True, slots=True)
class Pair:
    """A copy and its original, both without border: planes (3, h, w) of the copy and (3, 2h, 2w) of the original; h and
    w are multiples of SHARE.
    """

    copy: Floats
    fine: Floats


def planes_of(picture: Picture) -> Floats:
    """(height, width, 3) as float planes (3, height, width)."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32)


def shrunk(
    picture: Picture,
    size: tuple[int, int],
    box: tuple[float, float, float, float] | None = None,
    quickly: bool = False,
) -> Picture:
    """A picture, or a box of it in its own pixels, at another size (width, height); `quickly` first takes means of
    as many whole pixels as leave a quarter more than that.
    """
    gap = QUICK_GAP if quickly else None
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS, box, gap))


def halved(colors: Floats) -> Floats:
    """Four pixels become one."""
    return (colors[:, ::2, ::2] + colors[:, 1::2, ::2] + colors[:, ::2, 1::2] + colors[:, 1::2, 1::2]) * np.float32(
        0.25
    )


def edges_of(colors: Floats) -> Floats:
    """What an unsharp mask adds, planes."""
    return np.asarray(colors - np.stack([gaussian_filter(plane, SHARP_PX, mode="nearest") for plane in colors]))


def fit_look(pair: Pair, freely: bool = False) -> Look:
    """Fit everything to a pair without border; `freely` has a map of gains in any case, which may bend more than
    held-out blocks ask for.
    """
    fit = _Fitting(pair)
    fit.begin()
    fit.shade(freely)
    fit.colors()
    fit.blur_map()
    fit.contrast()
    fit.sharpness()
    fit.blur_map()
    fit.contrast()
    fit.colors()
    fit.grid()
    fit.colors()
    fit.grid()
    return fit.look


class _Fitting:
    """The look so far, and what it leaves. Planes are called `half` at the copy's size, `coarse` at a quarter of it."""

    def __init__(self, pair: Pair) -> None:
        self._copy = self._wanted = pair.copy
        self._fine = self._shifted = pair.fine
        self._half = halved(pair.fine)
        self._coarse = _quarter(self._half)
        self._seen = self._coarse
        self._light = light_of(self._coarse)
        self._weight = np.ones(self._light.shape, np.float32)
        self.look = identity_look()
        self._bent = self._half
        self._stiffness: float | None = None
        self._octaves: Floats | None = None
        self._has_contrast = True
        self._finest = 0
        """The first octave that is fitted: once no contrast was found, what is finest would be sharpening."""

    def begin(self) -> None:
        """Table, blur and local contrast. A map could take the place of either in part, so it is begun with later."""
        self._set(replace(self.look, table=_table(self._seen, _quarter(self._wanted), self._weight)))
        self.colors()
        self.blur_map()
        if not self.look.blur.is_empty:
            self.colors()
            self.blur_map()
        for worth in FIRST_CONTRAST:
            self.contrast(worth)
        self._has_contrast, self._finest = True, 0 if self.look.octaves.any() else 1

    def shade(self, freely: bool) -> None:
        """No map, or one over or under the table, whichever explains most. A vignette bends every table and a table
        every vignette, so both are begun with. What bent textures add is taken from the table alone.
        """
        seen, wanted = self._seen, _quarter(self._wanted)
        plain, bent = self.look, self.look.blur(_quarter(self._bent))
        weight = np.asarray(self._weight * self._flat(), np.float32)
        shade = fit_gain(bent, wanted, weight)
        if freely and shade.is_flat:
            shade = fit_gain(bent, wanted, weight, UNASKED)
        if shade.is_flat:
            return
        aims = np.asarray(wanted + _plain(plain, seen) - bent, np.float32)
        first = fit_gain(plain.blur(seen), aims, weight, shade.stiffness)
        straight = replace(identity_look(), octaves=plain.octaves, blur=plain.blur)
        orders = replace(plain, over=shade), replace(straight, over=first), replace(straight, under=first)
        begun = each(lambda look: self._alternated(look, seen, aims, BEGUN), orders)
        losses = [float(np.square(aims - _plain(look, seen)).sum()) for look in begun]
        chosen = begun[int(np.argmin(losses))]
        if chosen.under.is_flat:
            chosen = self._alternated(chosen, seen, aims, SETTLED)
        self._set(self._alternated(_freed(chosen), seen, aims, BEGUN) if freely else chosen)

    def _alternated(self, look: Look, seen: Floats, wanted: Floats, until: tuple[int, float]) -> Look:
        """Table and map in turns; `until` is how often at most, and which share left by a round is enough."""
        rounds, enough = until if look.under.is_flat else BENT
        missing, left = wanted - _plain(look, seen), np.inf
        for turn in range(rounds):
            look = replace(look, table=self._next_table(look, seen, wanted, missing))
            look = self._next_map(look, look.table(look.under(seen)), seen, wanted)
            missing, before = wanted - _plain(look, seen), left
            left = float(np.square(missing).sum())
            if turn + 1 >= FIRST_ROUNDS and (left > enough * before or left < SMALL * missing.size):
                break
        return look

    def _next_table(self, look: Look, seen: Floats, wanted: Floats, missing: Floats) -> ColorTable:
        """The table corrected by what is `missing` after it, all at the coarse scale."""
        gain = self._gain(look)
        below = look.blur(look.under(seen))
        aims = np.asarray(look.table(below) + missing / gain, np.float32)
        return _table(below, aims, self._weight * gain * gain * self._flat())

    def _next_map(self, look: Look, bent: Floats, seen: Floats, wanted: Floats) -> Look:
        """The map over or under the table fitted anew; `bent` is what the table gave."""
        weight = self._weight * self._flat()
        if not look.over.is_flat:
            return replace(look, over=fit_gain(look.blur(bent), wanted, weight, look.over.stiffness))
        if look.under.is_flat:
            return look
        below = look.under(seen)
        steep = (look.table(below + PROBE) - look.table(below - PROBE)) / np.float32(2 * PROBE)
        steep = np.maximum(LEAST_GAIN, steep)
        aims = np.asarray(below + (wanted - look.blur(bent)) / steep, np.float32)
        heavy = np.asarray(weight * steep * steep, np.float32)
        return replace(look, under=fit_gain(seen, aims, heavy, look.under.stiffness))

    def colors(self) -> None:
        """Table and map, corrected by what is missing where textures are bent as the copy's were."""
        wanted = _quarter(self._wanted)
        missing = wanted - self._rendered()
        self._set(replace(self.look, table=self._next_table(self.look, self._seen, wanted, missing)))
        if self._stiffness is None or self._stiffness == np.inf:
            self._set(self._next_map(self.look, _quarter(self._bent), self._seen, wanted))
        self._reweigh()

    def grid(self) -> None:
        """The grid for what table and map leave."""
        blur = self.look.blur
        light = blur(self._light[None])[0]
        weight = np.asarray(self._weight * self._flat(), np.float32)
        bent = blur(self.look.over(_quarter(self._bent)))
        grid, self._stiffness = fit_grid(bent, light, _quarter(self._wanted), weight, self._stiffness)
        self.look = replace(self.look, grid=grid)
        self._reweigh()

    def _reweigh(self) -> None:
        missing = _quarter(self._wanted) - self._rendered()
        noise = np.maximum(NOISE, 1.5 * np.sqrt(np.mean(missing**2)))
        self._weight = np.asarray(1 / (1 + (missing**2).mean(0) / noise**2), np.float32)

    def _gain(self, look: Look) -> Floats:
        """How much of a change after the table is left after map and grid."""
        gain = look.grid.gain(self._light)
        return np.maximum(LEAST_GAIN, gain if look.over.is_flat else gain * look.over.gains((3, *gain.shape)))

    def _flat(self) -> Floats:
        """How much a pixel tells of colours: little where blurring changes it, since what was bent, then blurred, is
        not what was blurred, then bent.
        """
        if self.look.blur.is_empty:
            return np.ones(self._light.shape, np.float32)
        changed = self._light - self.look.blur(self._light[None])[0]
        return np.asarray(1 / (1 + (changed / NOISE) ** 2), np.float32)

    def contrast(self, worth: float = WORTH_IT) -> None:
        """The octaves' weights, if they are `worth` it; the table follows. What was not is not tried again."""
        if not self._has_contrast:
            return
        light = light_of(halved(self._half))
        if self._octaves is None:
            self._octaves = octaves_of(light)
        octaves, before = self._octaves, self._missing()
        weight = _doubled(np.asarray(self._weight * self._flat(), np.float32))
        edges = edges_of(self.look.blur(self._sharp_half()))

        def applied(colors: Floats) -> Floats:
            return self.look.bent(colors, light, (0, len(light)), len(light))

        kept = self.look, self._bent, self._shifted, self._seen
        sight = Sight(halved(halved(self._shifted)), before, halved(edges), weight, applied)
        more = fit_weights(octaves[self._finest :], sight)
        look = replace(self.look, octaves=local(self.look.octaves + np.pad(more, (self._finest, 0))))
        field = look.smooth_of(light, octaves)
        size = self._fine.shape[1], self._fine.shape[2]
        self._shifted = look.raised(self._fine, light_of(self._fine), enlarged(field, size, slice(0, size[0])))
        self._seen = _quarter(halved(self._shifted))
        self._set(look)
        self.colors()
        after = self._missing()
        if float((weight * after**2).sum()) > (1 - worth) * float((weight * before**2).sum()):
            self.look, self._bent, self._shifted, self._seen = kept
            self._has_contrast = False

    def _missing(self) -> Floats:
        """What is missing at half of the copy's size."""
        light = light_of(halved(self._half))
        rendered = self.look.after_table(halved(self._bent), light, (0, len(light)), len(light))
        return np.asarray(halved(self._wanted) - self.look.blur(rendered), np.float32)

    def blur_map(self) -> None:
        """The map of blur, for what is rendered sharp."""
        self.look = replace(self.look, blur=fit_blur(self._sharp_half(), self._wanted))

    def sharpness(self) -> None:
        """Take from the copy what it was sharpened by after it was shrunk."""
        rendered = self.look.blur(self._sharp_half())
        edges = edges_of(rendered)
        missing = self._copy - rendered
        heavy = _doubled(_doubled(self._weight))
        share = float((edges * missing * heavy).sum() / max(1.0, float((edges * edges * heavy).sum())))
        self._wanted = self._copy - np.float32(share) * edges

    def _sharp_half(self) -> Floats:
        return self.look.after_table(self._bent, light_of(self._half), (0, self._half.shape[1]), self._half.shape[1])

    def _rendered(self) -> Floats:
        bent = _quarter(self._bent)
        return self.look.blur(self.look.after_table(bent, self._light, (0, bent.shape[1]), bent.shape[1]))

    def _set(self, look: Look) -> None:
        """Take this look, and what its table makes of the fine original."""
        before, self.look = self.look, look
        if any(getattr(look, part) is not getattr(before, part) for part in BENDING):
            height = self._shifted.shape[1]
            middle = height // 4 * 2

            def bent(rows: tuple[int, int]) -> Floats:
                return halved(look.table(look.under(self._shifted[:, rows[0] : rows[1]], rows, height)))

            self._bent = np.concatenate(each(bent, ((0, middle), (middle, height))), axis=1)


def _freed(look: Look) -> Look:
    """The same, its map to bend more freely when it is fitted anew."""
    over, under = (replace(one, stiffness=one.stiffness * FREER) for one in (look.over, look.under))
    return replace(look, over=over, under=under)


def _plain(look: Look, seen: Floats) -> Floats:
    """Planes under maps and table alone."""
    return look.blur(look.over(look.table(look.under(seen))))


def _table(seen: Floats, wanted: Floats, weight: Floats) -> ColorTable:
    weights = np.broadcast_to(weight, wanted.shape).mean(0)
    return fit_table(seen.reshape(3, -1), wanted.reshape(3, -1), weights.ravel())


def _quarter(colors: Floats) -> Floats:
    """Sixteen pixels become one."""
    return halved(halved(colors))


def _doubled(field: Floats) -> Floats:
    """A field (h, w), each pixel four times."""
    return np.asarray(field.repeat(2, 0).repeat(2, 1), np.float32)


def identity_look() -> Look:
    """The look that changes nothing."""
    levels = np.linspace(0, 255, 6, dtype=np.float32)
    cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij")).reshape(3, -1)
    table = fit_table(cube, cube, np.ones(cube.shape[1], np.float32))
    return Look(np.zeros(1 + len(SCALES), np.float32), no_gain(), table, no_gain(), no_grid(), no_blur())
