"""Contact sheets of renders: for each copy the truth, the render and the copy enlarged, side by side at 100 %.

Figures are means, and a halo or a step in the sky hides in them. So the place with the most texture is cut out of each
picture, and one more where render and truth differ most, and a person looks at them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from i2f.ground.image import Picture

Doubles = NDArray[np.float64]
SPOT = 320
A_PAGE = 10


def save_strip(file: Path, pictures: tuple[Picture, Picture, Picture]) -> None:
    """One copy: two spots, each as the truth, the render and the copy enlarged (of one size) show it."""
    truth, ours, _ = pictures
    file.parent.mkdir(parents=True, exist_ok=True)
    error = np.abs(truth[::4, ::4].astype(np.int16) - ours[::4, ::4]).mean(-1)
    spots = (_spot(truth[::4, ::4].mean(-1), np.std), _spot(error, np.mean))
    parts = [one[at] for at in spots for one in pictures]
    strip = Image.new("RGB", (SPOT * len(parts), SPOT), "white")
    for place, part in enumerate(parts):
        strip.paste(Image.fromarray(np.ascontiguousarray(part)), (SPOT * place, 0))
    strip.save(file)


def pages_of(folder: Path) -> list[Path]:
    """All strips of a folder on pages of ten, each under the other by name."""
    strips = sorted(file for file in folder.glob("*.png") if not file.name.startswith("page-"))
    pages = []
    for first in range(0, len(strips), A_PAGE):
        rows = [Image.open(file).convert("RGB") for file in strips[first : first + A_PAGE]]
        page = Image.new("RGB", (rows[0].width, SPOT * len(rows)), "white")
        for place, row in enumerate(rows):
            page.paste(row, (0, SPOT * place))
        pages.append(folder / f"page-{first // A_PAGE + 1:02d}.png")
        page.save(pages[-1])
    return pages


def _spot(values: Doubles, measure: Callable[[Doubles], np.floating[Any]]) -> tuple[slice, slice]:
    """Where a square of SPOT pixels has most of what is measured; `values` are those of every fourth pixel."""
    side = SPOT // 4
    rows, columns = (range(0, max(1, length - side), side) for length in values.shape)
    top, left = max(
        ((y, x) for y in rows for x in columns),
        key=lambda at: float(measure(values[at[0] : at[0] + side, at[1] : at[1] + side])),
    )
    return slice(4 * top, 4 * top + SPOT), slice(4 * left, 4 * left + SPOT)
