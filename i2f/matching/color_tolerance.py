"""How far a copy's colours may be from what a filter makes of its original's, and in how many cells.

A copy carries a filter; two files of one shot differ by an edit at most, and are held to more.
color_cast.py and color_transfer.py measure; limits.py makes a question of what is beyond these limits.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What a colour may be missed by: a level in grey values, and a share of the colour that is there; and the cells
    beside each other that may miss it by more; and whether a light leak may lie over the picture.
    """

    level: float
    share: float
    cells: int
    leaks: bool = False


OF_FILTERS = Tolerance(18.0, 0.6, 20, leaks=True)
OF_STRONG_EDITS = Tolerance(18.0, 0.6, 20)
"""Two files of one shot, as their EXIF says, may be as far apart as a filter's copy, but carry no light leak."""
OF_EDITS = Tolerance(10.0, 0.5, 6)
"""Two files of one shot, by nothing but what they show: they carry no Instagram filter."""
STRICTEST, LOOSE = 0.5, 2.0
"""A copy whose colours are predicted well everywhere else (median below LOOSE levels) is held to more, down to this."""
RECOLOURED = 6
"""Cells beside each other whose colour no smooth colouring explains (color_transfer.py)."""
