"""Identify: is this copy of this very exposure, or of its sibling?

The null hypothesis is exact: a copy is one similarity of its original, with tones changed smoothly, blurred or
sharpened in places, and pressed into a JPEG. So the aligned pair (512 pixels of the short side at most) is cut into
blocks (grid.py), and in each the copy is regressed on the predicted original,

    copy = sum_k g_k B_k + plane + dx Q_x + dy Q_y,      Q = sum_k g_k B_k

where B_k are four octaves of the prediction (their gains g_k let a block be blurred, sharpened or flattened) and its
square (a filter's curve bends more in some places), `plane` takes a vignette or a light leak, and Q_x, Q_y are the
slopes of what is predicted, so that (dx, dy) is the block's leftover displacement in pixels (Lucas and Kanade 1981,
with gain). Its covariance is the sandwich estimate over the block's sixteen 8 x 8 cells, JPEG's own, so it grows
where noise or a faint texture leaves nothing to measure by; and it is enlarged where the copy was blurred.

From all blocks one similarity is taken off, with at most a trace of stretching (pictures are cut to whole pixels).
A true pair keeps 0.02 pixels of 512 (median over blocks), a sibling twelve times that. Where a sibling is nearer, what
remains still tells it:

- chi: median over blocks of squared displacement in units of its covariance; 1.39 at most by pure chance;
- field: root mean square of the second-order field through the displacements, in pixels: a hand that moved gives a
  smooth field (keystone, parallax), errors of measurement do not;
- kin: how much neighbouring blocks move alike, in units of their covariance: chance gives 0;
- group: squared mean displacement, in those units, of the nine neighbouring blocks that move most alike;
- stretch: what the trace of stretching came to, in thousandths;
- strangeness: what the regression leaves over (strange.py) and colours that no colouring explains (hues.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion, correlate1d, gaussian_filter, uniform_filter

from align import Similarity, colours_below, grid_of, inside, sample
from grid import BLOCK, CELL, cell_power, cells_within, corner, crop, cut, level, middles
from hues import fit_colours, recoloured_cells
from search import Floats, Picture, luminance, planes, resize
from strange import NOTHING, Strangeness, judge_cells, loud_cells, noise_of, vanished
from tones import Tones, fit_tones

Doubles = NDArray[np.float64]

CAPS = (256, 512)
OCTAVES = (1.0, 2.0, 4.0)
FLOOR = 0.02
"""Pixels of displacement no measurement is trusted below (resampling, rounding)."""
DECEIVED = 0.12
"""Grey levels by which rounding to whole levels and JPEG's steps may deceive a whole block in one sense: in a clear sky
of two levels that is half a pixel, in which all its blocks agree; in a wall it is nothing."""
BLURRED, BLURRED_OCTAVE = 0.24, 2
"""Pixels of displacement that a blur which takes all of this octave may feign: tilt-shift blurs one side of an edge
more than the other. In true pairs, blocks of which it took 55, 75 or 95 % were displaced by 0.03, 0.06 or 0.10 pixels
in the median, while their own covariance allows for 0.03, 0.04 or 0.05."""
MARGIN = 0.1
"""Frames reach 8 % of the side, ragged ones a little more; what is strange nearer to the edge does not count."""
FRAMED = 0.2
"""A block that reaches into the margin and leaves more than this unexplained may hold a frame, and is left out."""
STRETCH = 0.0005
SYSTEMATIC = 0.03
_SLOPE = np.array([-1, 9, -45, 0, 45, -9, 1], np.float32) / 60


@dataclass(frozen=True, slots=True)
class Pair:
    """Copy and prediction laid over each other: grey pictures of one size, and the original's valid part there."""

    copy: Floats
    predicted: Floats
    valid: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """The short side in pixels."""
        return int(min(self.copy.shape))


@dataclass(frozen=True, slots=True)
class Regression:
    """For n blocks: displacement (n, 2) in pixels, its covariance (n, 2, 2); copy less planes and rest (n, 1024)."""

    moved: Doubles
    covariance: Doubles
    seen: Floats
    rest: Floats


@dataclass(frozen=True, slots=True)
class Blocks:
    """What was measured: displacements left over after the common similarity, and that similarity."""

    pair: Pair
    regression: Regression
    left: Doubles
    valid: NDArray[np.bool_]
    similarity: Similarity
    stretch: float
    tones: Tones


def _bands(picture: Floats) -> list[Floats]:
    """Four octaves that add up to the picture."""
    layers = [picture, *(gaussian_filter(picture, s, truncate=2.5) for s in OCTAVES)]
    return [a - b for a, b in zip(layers, layers[1:], strict=False)] + [layers[-1]]


def _bend(picture: Floats) -> Floats:
    """Square of the prediction about its local mean: lets a block's tone curve bend (burnt lights, drowned shades)."""
    middle = uniform_filter(picture, 2 * BLOCK, mode="nearest")
    return np.asarray((picture - middle) ** 2 * np.float32(1 / 64), np.float32)


def _regress(pair: Pair) -> Regression:
    """The regression of the module's head, for all blocks at once."""
    seen = level(cut(pair.copy))
    octaves = [*_bands(pair.predicted), _bend(pair.predicted)]
    bands = np.stack([level(cut(octave)) for octave in octaves], 1)
    pull = np.full(len(octaves), float(BLOCK * BLOCK))
    aim = pull * np.array([1.0, 1.0, 1.0, 1.0, 0.0])
    gram = bands @ bands.swapaxes(1, 2) + np.diag(pull)
    gains = np.linalg.solve(gram, ((bands @ seen[:, :, None])[..., 0] + aim)[..., None])[..., 0].astype(np.float32)
    slopes = []
    for axis in (1, 0):
        parts = [cut(correlate1d(octave, _SLOPE, axis=axis, mode="nearest")) for octave in octaves]
        slopes.append(level(np.sum([gains[:, k, None] * part for k, part in enumerate(parts)], axis=0)))
    slope = np.stack(slopes, 1)
    design = np.concatenate([bands, slope], 1)
    inverse = np.linalg.inv(design @ design.swapaxes(1, 2) + np.diag(np.append(pull, [1e-3 * BLOCK * BLOCK] * 2)))
    solved = (inverse @ ((design @ seen[:, :, None])[..., 0] + np.append(aim, [0.0, 0.0]))[..., None])[..., 0]
    rest = seen - (solved[:, None, :].astype(np.float32) @ design)[:, 0]
    alone = slope - (slope @ bands.swapaxes(1, 2)) @ (np.linalg.inv(gram).astype(np.float32) @ bands)
    covariance = _covariance(inverse[:, -2:, -2:], alone, rest) + _deceived_by_blur(gains)
    return Regression(solved[:, -2:], covariance, seen, rest)


def _covariance(bread: Doubles, slope: Floats, rest: Floats) -> Doubles:
    """Sandwich over the cells (n, 2, 2), plus what independent noise would give, what deceives all cells alike, and
    the floor."""
    per = BLOCK // CELL
    scores = (slope * rest[:, None, :]).reshape(-1, 2, per, CELL, per, CELL).sum((3, 5)).reshape(len(rest), 2, -1)
    spread = scores @ scores.swapaxes(1, 2) * (per * per / (per * per - 4))
    noise = (rest * rest).sum(1) / (BLOCK * BLOCK - 9) + BLOCK * BLOCK * DECEIVED**2
    return np.asarray(bread @ spread @ bread + bread * noise[:, None, None] + np.eye(2) * FLOOR**2)


def _deceived_by_blur(gains: Floats) -> Doubles:
    """What a blur may deceive by (n, 2, 2); `gains` (n, 5) tell what is left of the fine octave, and of the next."""
    fine, coarse = gains[:, BLURRED_OCTAVE], np.maximum(gains[:, BLURRED_OCTAVE + 1], 0.05)
    lost = np.clip(1 - fine / coarse, 0, 1).astype(np.float64)
    return np.asarray((BLURRED * lost**3)[:, None, None] ** 2 * np.eye(2))


def _common(x: Doubles, y: Doubles, moved: Doubles, weight: Doubles) -> tuple[Doubles, Doubles]:
    """The similarity (and trace of stretching) common to all displacements, robustly; and what is left over.

    x, y and moved in short sides; weight is the inverse variance of one coordinate. Returns (6,), (n, 2).
    """
    design = np.zeros((len(x), 2, 6))
    design[:, 0] = np.stack([x, -y, np.ones_like(x), 0 * x, x, y], 1)
    design[:, 1] = np.stack([y, x, 0 * x, np.ones_like(x), -y, x], 1)
    now, solved, left = weight, np.zeros(6), moved
    for _ in range(6):
        normal = np.einsum("n,nij,nik->jk", now, design, design) + np.diag([1e-6] * 4 + [STRETCH**-2] * 2)
        solved = np.linalg.solve(normal, np.einsum("n,nij,ni->j", now, design, moved))
        left = moved - np.einsum("nij,j->ni", design, solved)
        now = weight / (1 + (left**2).sum(1) * weight / 8)
    return solved, left


def _deviation(covariance: Doubles) -> Doubles:
    return np.asarray(np.sqrt(np.trace(covariance, axis1=1, axis2=2) / 2))


def _refine(pair: Pair, at: Similarity, tones: Tones) -> Blocks:
    """Measure all blocks and take the common similarity off."""
    found = _regress(pair)
    valid = cut(pair.valid.astype(np.float32)).min(1) > 0
    x, y = middles(*pair.copy.shape)
    deviation = _deviation(found.covariance)
    trusted = valid & (deviation < 0.3) & (np.abs(found.moved).max(1) < 2)
    weight = trusted * pair.size**2 / (deviation**2 + SYSTEMATIC**2)
    common, left = _common(x / pair.size, y / pair.size, found.moved / pair.size, weight)
    outer = complex(at.a, at.b)
    turned = outer * complex(1 + common[0], common[1])
    center = complex(at.cx, at.cy) + outer * complex(common[2], common[3])
    return Blocks(
        pair=pair,
        regression=found,
        left=left * pair.size,
        valid=valid,
        similarity=Similarity(turned.real, turned.imag, center.real, center.imag),
        stretch=float(np.hypot(common[4], common[5])) * 1e3,
        tones=tones,
    )


def measure(copy: Picture, original: Picture, at: Similarity) -> Blocks:
    """The blocks of an upright copy over its original's thumbnail, starting from the alignment `at`."""
    tones = fit_tones(copy, original, at)
    mixed = tones.mix(original)
    grey = luminance(copy)
    short = min(grey.shape)
    blocks: Blocks | None = None
    for cap in CAPS:
        size = max(BLOCK * 4, int(min(short, round(at.scale), cap)))
        rows, cols = (round(n * size / short) for n in grey.shape)
        ratio = at.scale / size
        smooth = gaussian_filter(mixed, 0.5 * float(np.sqrt(ratio**2 - 1))) if ratio > 1.15 else mixed
        x, y = grid_of(rows, cols)
        pair = Pair(
            copy=resize(grey, rows, cols) if size != short else grey,
            predicted=tones.predict(sample(smooth, at, x, y, 3)),
            valid=inside((original.shape[0], original.shape[1]), at, x, y, 1.5),
        )
        blocks = _refine(pair, at, tones)
        at = blocks.similarity
    assert blocks is not None
    return blocks


@dataclass(frozen=True, slots=True)
class Evidence:
    """The statistics of the module's head, and how many blocks they rest on. What is strange or recoloured is looked
    for only where the pair is `near` enough for that to matter."""

    measured: int
    chi: float
    chi_high: float
    field: float
    kin: float
    group: float
    stretch: float
    near: bool
    cells: int
    strange: Strangeness
    recoloured: int


SHARP = 0.15
"""Pixels: a block whose displacement is less certain than this has no voice."""
NEAR_CHI, NEAR_FIELD = 9.0, 0.2
"""More than twice what matcher.py allows a true pair: beyond them the answer is plain, whatever else is seen."""


def weigh(copy: Picture, original: Picture, blocks: Blocks) -> Evidence:
    """Statistics over the blocks, and what is strange or recoloured."""
    covariance = blocks.regression.covariance
    use = blocks.valid & (_deviation(covariance) < SHARP)
    chi, chi_high, field, kin, group = 99.0, 99.0, 9.0, 9.0, 9.0
    if use.sum() >= 12:
        inverse = np.linalg.inv(covariance)
        squared = np.einsum("ni,nij,nj->n", blocks.left, inverse, blocks.left)
        chi, chi_high = float(np.median(squared[use])), float(np.percentile(squared[use], 75))
        field = _field(blocks, use)
        kin, group = _kin(blocks, use)
    near = chi < NEAR_CHI and field < NEAR_FIELD
    strange, cells = _strangeness(copy, original, blocks) if near else (NOTHING, 1)
    return Evidence(
        measured=int(use.sum()),
        chi=chi,
        chi_high=chi_high,
        field=field,
        kin=kin,
        group=group,
        stretch=blocks.stretch,
        near=near,
        cells=cells,
        strange=strange,
        recoloured=recoloured_cells(copy, original, blocks.similarity, strange.ink) if near else 0,
    )


def _field(blocks: Blocks, use: NDArray[np.bool_]) -> float:
    """Root mean square, in pixels, of the second-order field through the displacements (robust least squares)."""
    x, y = (line[use] / blocks.pair.size for line in middles(*blocks.pair.copy.shape))
    moved = blocks.left[use]
    design = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 1)
    weight = 1 / (_deviation(blocks.regression.covariance[use]) ** 2 + SYSTEMATIC**2)
    now = weight
    solved: Doubles = np.zeros((6, 2))
    for _ in range(6):
        normal = design.T @ (design * now[:, None]) + 1e-6 * np.eye(6)
        solved[:] = np.linalg.solve(normal, design.T @ (moved * now[:, None]))
        now = weight / (1 + ((moved - design @ solved) ** 2).sum(1) * weight / 8)
    return float(np.sqrt(((design @ solved) ** 2).sum(1).mean()))


def _kin(blocks: Blocks, use: NDArray[np.bool_]) -> tuple[float, float]:
    """Mean product of neighbours' displacements, each in units of its deviation and held below 4; and the strongest
    common displacement of 3 x 3 blocks, squared, in those units."""
    _, _, rows, cols = corner(blocks.pair.copy.shape)
    unit = blocks.left / _deviation(blocks.regression.covariance)[:, None]
    length = np.linalg.norm(unit, axis=1, keepdims=True)
    unit = (unit * np.minimum(1.0, 4.0 / (length + 1e-9)) * use[:, None]).reshape(rows, cols, 2)
    here = use.reshape(rows, cols)
    total = float((unit[1:] * unit[:-1]).sum() + (unit[:, 1:] * unit[:, :-1]).sum())
    pairs = int((here[1:] & here[:-1]).sum() + (here[:, 1:] & here[:, :-1]).sum())
    sums = 9 * np.stack([uniform_filter(unit[..., k], 3, mode="constant") for k in range(2)])
    count = 9 * uniform_filter(here.astype(float), 3, mode="constant")
    group = float((((sums**2).sum(0)) / np.maximum(count, 1) ** 2)[count > 5.5].max(initial=0.0))
    return total / max(pairs, 1), group


def _strangeness(copy: Picture, original: Picture, blocks: Blocks) -> tuple[Strangeness, int]:
    """Strange clusters inside the margin, and how many cells were looked at."""
    pair = blocks.pair
    shape = pair.copy.shape
    edge = round(MARGIN * pair.size)
    within = pair.valid.copy()
    within[:edge], within[-edge:], within[:, :edge], within[:, -edge:] = False, False, False, False
    inner = cut(within.astype(np.float32)).min(1) > 0
    clear = (blocks.regression.rest**2).mean(1) < FRAMED * (blocks.regression.seen**2).mean(1)
    _, _, rows, cols = corner(shape)
    sound = np.repeat(np.repeat((inner | clear).reshape(rows, cols), BLOCK // CELL, 0), BLOCK // CELL, 1)
    core = sound & cells_within(within) & binary_erosion(cells_within(pair.valid), np.ones((3, 3)), border_value=1)
    rest, seen, expected = (
        cell_power(part, shape) for part in (blocks.regression.rest, blocks.regression.seen, level(cut(pair.predicted)))
    )
    if core.sum() < 16:
        return NOTHING, int(core.sum())
    noise = noise_of(rest, uniform_filter(np.maximum(seen, expected), 3), core)
    loud = loud_cells(rest, seen, noise, core)
    found = NOTHING
    if loud.any():
        colours = np.stack([crop(plane) for plane in planes(copy, shape[0], shape[1])], 2)
        found = judge_cells(loud, colours, _expected(colours, original, blocks))
    clear_of_ink = core & ~binary_dilation(found.ink, np.ones((3, 3)))
    return replace(found, vanished=vanished(rest, seen, noise, clear_of_ink)), int(core.sum())


def _expected(seen: Floats, original: Picture, blocks: Blocks) -> Floats:
    """The colours (h, w, 3) that a common curve of all three makes of the original below the blocks, robustly."""
    x, y = grid_of(*blocks.pair.copy.shape)
    there = [crop(plane) / 128 - 1 for plane in colours_below(original, blocks.similarity, x, y, blocks.pair.size)]
    some = np.s_[4::8, 4::8]
    few = np.stack([plane[some].ravel() for plane in there], 1).astype(np.float64)
    design, wanted = np.concatenate([np.ones((len(few), 1)), few, few**2, few**3], 1), seen[some].reshape(-1, 3)
    solved = fit_colours(design, wanted.astype(np.float64))
    first, second, third = (solved[power : power + 3].astype(np.float32) for power in (1, 4, 7))
    answer = np.empty_like(seen)
    for k in range(3):
        curves = (((third[j, k] * t + second[j, k]) * t + first[j, k]) * t for j, t in enumerate(there))
        answer[..., k] = sum(curves, start=np.float32(solved[0, k]))
    return answer
