"""The same-exposure test: is this copy of this very exposure, or of its sibling?

The aligned pair (512 pixels of the short side at most) is cut into blocks, and in each the copy is regressed on the
predicted original (displacement.py), which leaves a displacement with its covariance, and a rest.

From all blocks one similarity is taken off, with at most a trace of stretching (pictures are cut to whole pixels).
A true pair keeps 0.02 pixels of 512 (median over blocks), a sibling twelve times that. Where a sibling is nearer, what
remains still tells it:

- mahalanobis: median over blocks of squared displacement in units of its covariance; 1.39 at most by pure chance;
- field: root mean square of the second-order field through the displacements, in pixels, less what chance gives it: a
  hand that moved gives a smooth field (keystone, parallax), errors of measurement do not;
- neighbour correlation: how much neighbouring blocks move alike, in units of their covariance: chance gives 0;
- group: squared mean displacement, in those units, of the nine neighbouring blocks that move most alike;
- sibling_odds, unsettled: could a sibling's field hide in what was not measured (sibling_field.py);
- stretch: what the trace of stretching came to, in thousandths;
- outliers: what the regression leaves over, and absent: what the original shows where the copy is plain
  (changed_content.py); and colours that no colouring explains (color_transfer.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from i2f.ground.image import Picture, luminance, resize, smoothed
from i2f.ground.robust import Procedure, fit_robustly
from i2f.matching.blocks import BLOCK, corner, cut, middles
from i2f.matching.changed_content import NOTHING, Outliers, absent_content, find_changed_content
from i2f.matching.color_transfer import recoloured_cells
from i2f.matching.displacement import Doubles, Pair, Regression, regress
from i2f.matching.registration import Similarity, colours_below, grid_of, inside, sample
from i2f.matching.sibling_field import Displacements, SiblingField, covariance_of_similarity, sibling_field
from i2f.matching.tone_curve import Tones, fit_tones

CAPS = (256, 512)
STRETCH = 0.0005
SYSTEMATIC = 0.03
SHARP = 0.15
"""Pixels: a block whose displacement is less certain than this has no voice."""
LEAST_MEASURED = 12
NEAR_MAHALANOBIS, NEAR_FIELD = 5.4, 0.075
"""One and a half times what limits.py allows a true pair: beyond them the answer is plain, whatever else is seen."""
FAR_MAHALANOBIS, FAR_FIELD = 9.0, 0.2
"""Beyond these it is plain also in fewer pixels than the last. (Of 498 true pairs at 256 pixels the largest were 3.7
and 0.09.)"""


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


def settle(pair: Pair, found: Regression, at: Similarity, tones: Tones) -> Blocks:
    """Take the common similarity off what was measured of all blocks."""
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
        smooth = smoothed(mixed, 0.5 * float(np.sqrt(ratio**2 - 1))) if ratio > 1.15 else mixed
        x, y = grid_of(rows, cols)
        pair = Pair(
            copy=resize(grey, rows, cols) if size != short else grey,
            predicted=tones.predict(sample(smooth, at, x, y, 3)),
            valid=inside((original.shape[0], original.shape[1]), at, x, y, 1.5),
            colours=tuple(colours_below(original, at, x, y, size)) if cap == CAPS[-1] else (),
        )
        blocks = settle(pair, regress(pair), at, tones)
        at = blocks.similarity
        if _is_far(blocks):
            break
    assert blocks is not None
    return blocks


@dataclass(frozen=True, slots=True)
class Movement:
    """The statistics of the module's head that tell what moved, and how many blocks they rest on."""

    measured: int
    mahalanobis: float
    mahalanobis_high: float
    field: float
    neighbour_correlation: float
    group: float
    stretch: float

    @property
    def near(self) -> bool:
        """Whether it matters what else is seen."""
        return self.mahalanobis < NEAR_MAHALANOBIS and self.field < NEAR_FIELD


@dataclass(frozen=True, slots=True)
class Evidence:
    """The statistics of the module's head. What outlies or is recoloured, and what could hide, is looked for only where
    the pair is near enough for that to matter."""

    moved: Movement
    cells: int = 1
    outliers: Outliers = NOTHING
    absent: float = 0.0
    recoloured: int = 0
    hidden: SiblingField = field(default_factory=SiblingField)


def movement(blocks: Blocks) -> Movement:
    """Statistics over the blocks."""
    use = _measured(blocks)
    mahalanobis, mahalanobis_high, bending, neighbours, group = 99.0, 99.0, 9.0, 9.0, 9.0
    if use.sum() >= LEAST_MEASURED:
        mahalanobis, mahalanobis_high = (float(part) for part in np.percentile(_squared(blocks, use), (50, 75)))
        bending = _field(blocks, use)
        neighbours, group = _neighbour_correlation(blocks, use)
    return Movement(
        measured=int(use.sum()),
        mahalanobis=mahalanobis,
        mahalanobis_high=mahalanobis_high,
        field=bending,
        neighbour_correlation=neighbours,
        group=group,
        stretch=blocks.stretch,
    )


def weigh(copy: Picture, original: Picture, blocks: Blocks, moved: Movement, no_overlay: bool = False) -> Evidence:
    """What outlies or is recoloured, beside what `moved` says of the blocks. With `no_overlay` words and stickers need
    not be told from things, since neither is allowed."""
    if not moved.near:
        return Evidence(moved)
    at = blocks.similarity
    outliers, cells = find_changed_content(copy, original, at, blocks.pair, blocks.regression, no_overlay)
    return Evidence(
        moved=moved,
        cells=cells,
        outliers=outliers,
        absent=absent_content(blocks.pair, blocks.regression, outliers.ink),
        recoloured=recoloured_cells(copy, original, at, outliers.ink),
        hidden=sibling_field(_everywhere(blocks)),
    )


def window_covariance(blocks: Blocks) -> Doubles:
    """How well the similarity is known: see sibling_field.py."""
    return covariance_of_similarity(_everywhere(blocks))


def _everywhere(blocks: Blocks) -> Displacements:
    """All blocks, also those that have no voice in the other statistics."""
    x, y = middles(*blocks.pair.copy.shape)
    size = blocks.pair.size
    deviation = _deviation(blocks.regression.covariance)
    return Displacements(x / size, y / size, blocks.left / size, deviation, blocks.valid, size)


def _is_far(blocks: Blocks) -> bool:
    """Whether more pixels could not make the pair near any more."""
    use = _measured(blocks)
    if use.sum() < LEAST_MEASURED:
        return False
    return float(np.median(_squared(blocks, use))) >= FAR_MAHALANOBIS or _field(blocks, use) >= FAR_FIELD


def _measured(blocks: Blocks) -> NDArray[np.bool_]:
    """Which blocks have a voice."""
    return np.asarray(blocks.valid & (_deviation(blocks.regression.covariance) < SHARP))


def _squared(blocks: Blocks, use: NDArray[np.bool_]) -> Doubles:
    """Squared displacements of some blocks in units of their covariance."""
    left = blocks.left[use]
    inverse = np.linalg.inv(blocks.regression.covariance[use])
    return np.asarray(np.einsum("ni,nij,nj->n", left, inverse, left))


def _field(blocks: Blocks, use: NDArray[np.bool_]) -> float:
    """Root mean square, in pixels, of the second-order field through the displacements (robust least squares), less
    what the blocks' own uncertainty puts into it: few blocks bend a field by chance."""
    x, y = (line[use] / blocks.pair.size for line in middles(*blocks.pair.copy.shape))
    moved = blocks.left[use]
    variance = _deviation(blocks.regression.covariance[use]) ** 2
    design = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 1)
    weight, ridge = 1 / (variance + SYSTEMATIC**2), 1e-6 * np.eye(6)
    found = fit_robustly(
        design,
        moved,
        lambda fitted: weight / (1 + ((moved - fitted) ** 2).sum(1) * weight / 8),
        Procedure(6, ridge, weight=weight),
    )
    weighted = design * found.used[:, None]
    inverse = np.linalg.inv(weighted.T @ design + ridge)
    by_chance = inverse @ (weighted.T @ (weighted * variance[:, None])) @ inverse
    chance = 2 * float(np.einsum("ni,ij,nj->n", design, by_chance, design).mean())
    return float(np.sqrt(max(0.0, (found.fitted**2).sum(1).mean() - chance)))


def _neighbour_correlation(blocks: Blocks, use: NDArray[np.bool_]) -> tuple[float, float]:
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
