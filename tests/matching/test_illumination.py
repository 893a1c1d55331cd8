from __future__ import annotations

import numpy as np

from i2f.matching.color_cast import LEAST_CELLS, Cells
from i2f.matching.illumination import light_left
from i2f.matching.tone_curve import BINS, Tones


def test_light_is_told_from_cells_of_which_none_has_neighbours() -> None:
    here = np.zeros((120, 120), bool)
    here[::6, ::6] = True
    assert here.sum() >= LEAST_CELLS
    there = np.random.default_rng(1).uniform(0, 255, (120, 120, 3)).astype(np.float32)
    third = np.full(3, 1 / 3, np.float32)
    tones = Tones(third, np.linspace(0, 255, BINS, dtype=np.float32), 1.0)
    light = light_left(Cells(there, there, there, here), tones)
    assert 0 <= light.soft < 60
