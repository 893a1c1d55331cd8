"""Identify: is this copy of this very exposure, or of its sibling?

The null hypothesis is exact: a copy is one similarity of its original, with tones changed smoothly, blurred or
sharpened in places, and pressed into a JPEG. So the aligned pair (512 pixels of the short side at most) is cut into
blocks of 32 x 32 pixels, and in each the copy is regressed on the predicted original,

    copy = sum_k g_k B_k + plane + dx Q_x + dy Q_y,      Q = sum_k g_k B_k

where B_k are four octaves of the prediction (their gains g_k let a block be blurred, sharpened or flattened), `plane` takes a
vignette or a light leak, and Q_x, Q_y are the slopes of what is predicted, so that (dx, dy) is the block's leftover
displacement in pixels. Its covariance is the sandwich estimate over the block's sixteen 8 x 8 cells (JPEG's own),
so it grows where blur or noise leaves nothing to measure by.

From all blocks one similarity is taken off, with at most a trace of stretching (pictures are cut to whole pixels).
What remains tells the sibling:

- chi: median over blocks of squared displacement in units of its covariance; 1.39 for pure chance;
- field: root mean square of the second-order field fitted to the displacements, in pixels: a hand that moved gives
  a smooth field (keystone, parallax), errors of measurement do not;
- stretch: what the trace of stretching came to, in thousandths;
- strange: blocks with texture in the copy that the original does not explain;
- vanished: blocks with coarse texture in the prediction that the copy does not show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d, gaussian_filter

from align import Similarity, grid_of, inside, sample
from search import Floats, Picture, luminance, resize
from tones import Tones, fit_tones

Doubles = NDArray[np.float64]

CAP = 512
FIRST_CAP = 256
BLOCK = 32
CELL = 8
OCTAVES = (1.0, 2.0, 4.0)
FLOOR = 0.01
"""Pixels of displacement no measurement is trusted below (resampling, rounding)."""
MARGIN = 0.085
"""Frames reach 8 % of the side; texture nearer to the edge is not held against a pair."""
_SLOPE = np.array([-1, 9, -45, 0, 45, -9, 1], np.float32) / 60


@dataclass(frozen=True, slots=True)
class Blocks:
    """What was measured in each of n blocks (arrays of length n), and the refined similarity.

    `x`, `y`: the block's middle from the copy's middle, pixels; `size`: the copy's short side in those pixels. `moved` (n, 2):
    displacement; `covariance` (n, 2, 2). `seen`: variance of the copy in the block less its plane; `expected`: that of the
    prediction; `unexplained`: what the regression leaves of `seen`. `valid`: lies within the original.
    """

    size: int
    x: Doubles
    y: Doubles
    moved: Doubles
    covariance: Doubles
    seen: Doubles
    expected: Doubles
    unexplained: Doubles
    valid: NDArray[np.bool_]
    core: NDArray[np.bool_]
    similarity: Similarity
    stretch: float
    tone: float


def _cut(picture: Floats) -> Floats:
    """Blocks of a picture: (n, BLOCK * BLOCK), row by row, centered."""
    rows, cols = (n // BLOCK for n in picture.shape)
    top, left = (picture.shape[0] - rows * BLOCK) // 2, (picture.shape[1] - cols * BLOCK) // 2
    inner = picture[top : top + rows * BLOCK, left : left + cols * BLOCK]
    return inner.reshape(rows, BLOCK, cols, BLOCK).swapaxes(1, 2).reshape(rows * cols, BLOCK * BLOCK)


def _middles(height: int, width: int) -> tuple[Doubles, Doubles]:
    """x and y of the blocks' middles, from the picture's middle."""
    lines = []
    for n in (height, width):
        count = n // BLOCK
        lines.append((n - count * BLOCK) // 2 + BLOCK * (np.arange(count) + 0.5) - n / 2)
    x, y = np.meshgrid(lines[1], lines[0])
    return x.ravel(), y.ravel()


def _plane() -> Floats:
    line = (np.arange(BLOCK) - (BLOCK - 1) / 2) / BLOCK
    y, x = np.meshgrid(line, line, indexing="ij")
    basis, _ = np.linalg.qr(np.stack([np.ones(BLOCK * BLOCK), x.ravel(), y.ravel()], 1))
    return np.asarray(basis, np.float32)


_PLANE = _plane()


def _level(blocks: Floats) -> Floats:
    """Blocks less their best plane."""
    return np.asarray(blocks - (blocks @ _PLANE) @ _PLANE.T, np.float32)


def _bands(picture: Floats) -> list[Floats]:
    """Four octaves that add up to the picture, as blocks."""
    layers = [_cut(picture)] + [_cut(gaussian_filter(picture, s, truncate=3.0)) for s in OCTAVES]
    return [a - b for a, b in zip(layers, layers[1:], strict=False)] + [layers[-1]]


def _regress(copy: Floats, predicted: Floats) -> tuple[Doubles, Doubles, Floats, Floats]:
    """Displacement, its covariance, the copy less planes, and what the regression leaves, block by block."""
    seen = _level(_cut(copy))
    bands = np.stack([_level(b) for b in _bands(predicted)], 1)
    pull = np.full(4, BLOCK * BLOCK, np.float64)
    gram = bands @ bands.swapaxes(1, 2) + np.diag(pull)
    gains = np.linalg.solve(gram, ((bands @ seen[:, :, None])[..., 0] + pull)[..., None])[..., 0].astype(np.float32)
    slopes = []
    for axis in (1, 0):
        parts = _bands(correlate1d(predicted, _SLOPE, axis=axis, mode="nearest"))
        slopes.append(_level(sum(gains[:, k, None] * parts[k] for k in range(4))))
    slope = np.stack(slopes, 1)
    design = np.concatenate([bands, slope], 1)
    ridge = np.append(pull, [1e-3 * BLOCK * BLOCK] * 2)
    inverse = np.linalg.inv(design @ design.swapaxes(1, 2) + np.diag(ridge))
    aim = np.append(pull, [0.0, 0.0])
    solved = (inverse @ ((design @ seen[:, :, None])[..., 0] + aim)[..., None])[..., 0]
    rest = seen - np.einsum("nf,nfp->np", solved.astype(np.float32), design)
    alone = slope - (slope @ bands.swapaxes(1, 2)) @ np.linalg.solve(gram, bands).astype(np.float32)
    cells = BLOCK // CELL
    scores = (alone * rest[:, None, :]).reshape(-1, 2, cells, CELL, cells, CELL).sum((3, 5)).reshape(len(rest), 2, -1)
    spread = scores @ scores.swapaxes(1, 2) * (cells * cells / (cells * cells - 4))
    bread = inverse[:, 4:, 4:]
    noise = (rest * rest).sum(1) / (BLOCK * BLOCK - 9)
    covariance = bread @ spread @ bread + bread * noise[:, None, None] + np.eye(2) * FLOOR**2
    return solved[:, 4:], covariance, seen, rest


_STRETCH = 0.001
_SYSTEMATIC = 0.03


def _common(x: Doubles, y: Doubles, moved: Doubles, weight: Doubles) -> tuple[Doubles, Doubles]:
    """The similarity (and trace of stretching) common to all displacements, robustly; and what is left over.

    x, y and moved in short sides; weight is the inverse variance of one coordinate. Returns (6,), (n, 2).
    """
    design = np.zeros((len(x), 2, 6))
    design[:, 0] = np.stack([x, -y, np.ones_like(x), 0 * x, x, y], 1)
    design[:, 1] = np.stack([y, x, 0 * x, np.ones_like(x), -y, x], 1)
    now = weight
    for _ in range(6):
        normal = np.einsum("n,nij,nik->jk", now, design, design) + np.diag([1e-6] * 4 + [_STRETCH**-2] * 2)
        solved = np.linalg.solve(normal, np.einsum("n,nij,ni->j", now, design, moved))
        left = moved - np.einsum("nij,j->ni", design, solved)
        now = weight / (1 + (left**2).sum(1) * weight / 8)
    return solved, left


def _pass(copy: Floats, mixed: Floats, tones: Tones, at: Similarity) -> Blocks:
    """One measurement of all blocks; `copy` grey at the working size, `mixed` the original's mixture."""
    rows, cols = copy.shape
    size = min(rows, cols)
    x, y = grid_of(rows, cols)
    predicted = tones.predict(sample(mixed, at, x, y, 3))
    valid = _cut(inside((mixed.shape[0], mixed.shape[1]), at, x, y, 1.5).astype(np.float32)).min(1) > 0
    moved, covariance, seen, rest = _regress(copy, predicted)
    middle_x, middle_y = _middles(rows, cols)
    deviation = np.sqrt(np.trace(covariance, axis1=1, axis2=2) / 2)
    trusted = valid & (deviation < 0.3) & (np.abs(moved).max(1) < 2)
    weight = trusted * size**2 / (deviation**2 + _SYSTEMATIC**2)
    common, left = _common(middle_x / size, middle_y / size, moved / size, weight)
    outer = complex(at.a, at.b)
    turned = outer * complex(1 + common[0], common[1])
    center = complex(at.cx, at.cy) + outer * complex(common[2], common[3])
    reach_x, reach_y = cols / 2 - (MARGIN * size - BLOCK / 4), rows / 2 - (MARGIN * size - BLOCK / 4)
    core = valid & (np.abs(middle_x) + BLOCK / 2 < reach_x) & (np.abs(middle_y) + BLOCK / 2 < reach_y)
    return Blocks(
        size=size,
        x=middle_x,
        y=middle_y,
        moved=left * size,
        covariance=covariance,
        seen=(seen**2).mean(1).astype(np.float64),
        expected=(_level(_cut(predicted)) ** 2).mean(1).astype(np.float64),
        unexplained=(rest**2).mean(1).astype(np.float64),
        valid=valid,
        core=core,
        similarity=Similarity(turned.real, turned.imag, center.real, center.imag),
        stretch=float(np.hypot(common[4], common[5])) * 1e3,
        tone=tones.fit,
    )


def measure(copy: Picture, original: Picture, at: Similarity) -> Blocks:
    """The blocks of an upright copy over its original's thumbnail, starting from the alignment `at`."""
    tones = fit_tones(copy, original, at)
    mixed = tones.mix(original)
    grey = luminance(copy)
    short = min(grey.shape)
    blocks = None
    for cap in (FIRST_CAP, CAP):
        size = max(BLOCK * 4, int(min(short, round(at.scale), cap)))
        rows, cols = (round(n * size / short) for n in grey.shape)
        ratio = at.scale / size
        smooth = gaussian_filter(mixed, 0.5 * float(np.sqrt(ratio**2 - 1))) if ratio > 1.15 else mixed
        blocks = _pass(resize(grey, rows, cols) if size != short else grey, smooth, tones, at)
        at = blocks.similarity
    assert blocks is not None
    return blocks


@dataclass(frozen=True, slots=True)
class Evidence:
    """The statistics of the module's head, and how many blocks they rest on."""

    measured: int
    textured: int
    chi: float
    chi_high: float
    field: float
    stretch: float
    strange: int
    vanished: int


SHARP = 0.15
TEXTURE = 30.0
"""Variance (grey levels squared) above which a block of a copy counts as textured."""


def weigh(blocks: Blocks) -> Evidence:
    """Statistics over the blocks."""
    deviation = np.sqrt(np.trace(blocks.covariance, axis1=1, axis2=2) / 2)
    use = blocks.valid & (deviation < SHARP)
    explained = 1 - blocks.unexplained / (blocks.seen + 1)
    textured = blocks.core & (blocks.seen > TEXTURE)
    strange = int((textured & (explained < 0.5)).sum())
    vanished = int((blocks.core & (blocks.expected > 60) & (blocks.seen < 0.1 * blocks.expected)).sum())
    nothing = Evidence(int(use.sum()), int(textured.sum()), 99.0, 99.0, 9.0, blocks.stretch, strange, vanished)
    if use.sum() < 12:
        return nothing
    moved = blocks.moved[use]
    chi = np.einsum("ni,nij,nj->n", moved, np.linalg.inv(blocks.covariance[use]), moved)
    return replace(
        nothing,
        chi=float(np.median(chi)),
        chi_high=float(np.percentile(chi, 75)),
        field=_field(blocks.x[use] / blocks.size, blocks.y[use] / blocks.size, moved, deviation[use]),
    )


def _field(x: Doubles, y: Doubles, moved: Doubles, deviation: Doubles) -> float:
    """Root mean square, in pixels, of the second-order field through the displacements (robust least squares)."""
    design = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 1)
    weight = 1 / (deviation**2 + _SYSTEMATIC**2)
    now = weight
    solved = np.zeros((6, 2))
    for _ in range(6):
        solved = np.linalg.solve(design.T @ (design * now[:, None]) + 1e-6 * np.eye(6), design.T @ (moved * now[:, None]))
        now = weight / (1 + ((moved - design @ solved) ** 2).sum(1) * weight / 8)
    return float(np.sqrt(((design @ solved) ** 2).sum(1).mean()))
