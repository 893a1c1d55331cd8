"""Photometry: what of a pair's colours and light no filter explains.

Geometry alone does not tell a shirt that was dyed, a print that was exchanged or a cloud that passed while the camera
stood on a wall. So wherever a pair is near, the copy is compared with its original once more, in coarse cells: is there
a cluster whose tint no filter gives (color_cast.py), and does the light fall as it did (illumination.py)? The second
question is asked with the answer to the first: a light leak that shows in the colours explains light, too.

A pair that is not near is another exposure whatever its colours are, and is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from i2f.ground.image import Picture
from i2f.matching.color_cast import cells_of, tint_left
from i2f.matching.color_tolerance import Tolerance
from i2f.matching.illumination import Light, light_left
from i2f.matching.same_exposure import Blocks, Evidence


@dataclass(frozen=True, slots=True)
class Photometry:
    """Cells of the largest tint that no filter gives, the same as a ratio to what is tolerated, and the light."""

    tinted: int = 0
    tint: float = 0.0
    light: Light = field(default_factory=Light)


def photometry(
    copy: Picture, original: Picture, blocks: Blocks, evidence: Evidence, tolerance: Tolerance
) -> Photometry:
    """The photometry of an upright copy over its original's thumbnail, (height, width, 3) each."""
    if not evidence.moved.near:
        return Photometry()
    cells = cells_of(copy, original, blocks.similarity, evidence.outliers.ink)
    tint = tint_left(cells, tolerance)
    return Photometry(tint.cells, tint.cells / (tolerance.cells + 0.5), light_left(cells, blocks.tones, tint.leaked))
