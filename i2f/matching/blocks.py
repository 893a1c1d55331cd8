"""Blocks: a picture cut into blocks of 32 x 32 pixels, and each of those into 16 cells of 8 x 8.

Blocks are where displacement is measured (same_exposure.py), cells where outliers are found
(changed_content.py, color_transfer.py); 8 is also the side of JPEG's own blocks. The cut is centered; what does not
fill a block at the edges is left out. Blocks come row by row, as (n, 1024); cells as a picture of (4 rows, 4 columns)
to the block.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from i2f.ground.image import Floats

Mask = NDArray[np.bool_]

BLOCK = 32
CELL = 8
_PER = BLOCK // CELL


def corner(shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Top and left pixel of the cut, and rows and columns of blocks."""
    rows, cols = shape[0] // BLOCK, shape[1] // BLOCK
    return (shape[0] - rows * BLOCK) // 2, (shape[1] - cols * BLOCK) // 2, rows, cols


def crop(picture: NDArray[Any]) -> NDArray[Any]:
    """The part of a picture (h, w, ...) that the blocks cover."""
    top, left, rows, cols = corner(picture.shape)
    return picture[top : top + rows * BLOCK, left : left + cols * BLOCK]


def cut(picture: NDArray[Any]) -> Floats:
    """Blocks of a picture: (n, 1024)."""
    _, _, rows, cols = corner(picture.shape)
    return crop(picture).reshape(rows, BLOCK, cols, BLOCK).swapaxes(1, 2).reshape(rows * cols, BLOCK * BLOCK)


def uncut(blocks: Floats, shape: tuple[int, ...]) -> Floats:
    """The picture that blocks cover, from them; `shape` is that of the picture they were cut from."""
    _, _, rows, cols = corner(shape)
    return blocks.reshape(rows, cols, BLOCK, BLOCK).swapaxes(1, 2).reshape(rows * BLOCK, cols * BLOCK)


def uncrop(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """A mask of the part that the blocks cover, as one of the whole picture."""
    top, left, rows, cols = corner(shape)
    whole = np.zeros(shape, bool)
    whole[top : top + rows * BLOCK, left : left + cols * BLOCK] = mask
    return whole


def middles(height: int, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x and y of the blocks' middles, in pixels from the picture's middle."""
    top, left, rows, cols = corner((height, width))
    across = left + BLOCK * (np.arange(cols) + 0.5) - width / 2
    down = top + BLOCK * (np.arange(rows) + 0.5) - height / 2
    x, y = np.meshgrid(across, down)
    return x.ravel(), y.ravel()


def _planes() -> Floats:
    line = (np.arange(BLOCK) - (BLOCK - 1) / 2) / BLOCK
    y, x = np.meshgrid(line, line, indexing="ij")
    basis, _ = np.linalg.qr(np.stack([np.ones(BLOCK * BLOCK), x.ravel(), y.ravel()], 1))
    return np.asarray(basis, np.float32)


_PLANES = _planes()


def level(blocks: Floats, clear: Floats | None = None) -> Floats:
    """Blocks less their best plane; pixels that are not `clear` (n, 1024, zeros and ones) have no say, and become 0."""
    if clear is None:
        return np.asarray(blocks - (blocks @ _PLANES) @ _PLANES.T, np.float32)
    products = (_PLANES[:, :, None] * _PLANES[:, None, :]).reshape(BLOCK * BLOCK, 9)
    normal = (clear @ products).reshape(-1, 3, 3) + 1e-3 * np.eye(3)
    plane = np.linalg.solve(normal, ((blocks * clear) @ _PLANES)[..., None])[..., 0]
    return np.asarray((blocks - plane @ _PLANES.T) * clear, np.float32)


def cell_power(blocks: Floats, shape: tuple[int, ...]) -> Floats:
    """Mean square of each cell, as a picture of cells; `shape` is that of the picture the blocks were cut from."""
    _, _, rows, cols = corner(shape)
    power = (blocks * blocks).reshape(rows, cols, _PER, CELL, _PER, CELL).mean(axis=(3, 5))
    return np.asarray(power.swapaxes(1, 2).reshape(rows * _PER, cols * _PER), np.float32)


def cells_within(mask: Mask) -> Mask:
    """Cells of the blocks that lie in a mask of a picture's pixels wholly."""
    return np.asarray(share_of_cells(crop(mask)) == 1)


def share_of_cells(mask: NDArray[Any]) -> Floats:
    """Share of each cell that a mask of pixels covers, whole cells in each direction."""
    rows, cols = mask.shape[0] // CELL, mask.shape[1] // CELL
    return np.asarray(mask.reshape(rows, CELL, cols, CELL).mean(axis=(1, 3)), np.float32)


def spread(cells: Mask) -> Mask:
    """A mask of cells as a mask of pixels."""
    return np.repeat(np.repeat(cells, CELL, 0), CELL, 1)
