"""Resampling: whether a file's pixels were computed from fewer, whoever did it.

Interpolation leaves a trace that no camera leaves. Between the pixels that it keeps, each new one is a weighted mean of
its neighbours, so how far a pixel departs from them rises and falls along every row with the period of the enlargement
(A. C. Gallagher, Detection of Linear and Cubic Interpolation in JPEG Compressed Images, CRV 2005). The mean of the
absolute second difference down all columns, and along all rows, is therefore looked at by its frequencies: an enlarged
picture has the same sharp peak in both. The peak is told in units of the spectrum around it. Multiples of an eighth of
a cycle are left out, since JPEG's own blocks lie there, and so is what is slow, the scene itself.

It is a witness that comes only where it saw something: sharpening, grain and coarse JPEG leave the peak, strong grain
after a small enlargement may hide it. A camera's own digital zoom shows it too, so nothing is made of it where a camera
signed the file (`eligibility.py`).
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter

from i2f.ground.image import Floats, Picture, luminance

LARGEST = 2048
"""Pixels a side that are looked at, from the middle."""
LEAST = 200
FREQUENCIES = 4096
SLOWEST = 0.1
"""Cycles a pixel, below which the scene itself is periodic enough."""
BESIDE = 401
"""Frequencies around a peak that it is compared with, a tenth of a cycle a pixel."""
STRONG_EDGES = 90
"""Percentile above which differences count as that percentile: edges say nothing of interpolation and drown it."""
COARSE = 17
"""Pixels over which the mean differences are levelled: the scene is not equally fine everywhere."""


def resampling_peak(picture: Picture) -> float:
    """How far the strongest periodic trace of a picture at its own size (height, width, 3) stands out: about 2 to 5 for
    what a camera took, 10 and more for most enlargements; 0 for a picture too small to tell.
    """
    height, width = (min(side, LARGEST) for side in picture.shape[:2])
    if min(height, width) < LEAST:
        return 0.0
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    grey = luminance(picture[top : top + height, left : left + width])
    both = np.sqrt(_stand_out(grey) * _stand_out(grey.T))
    frequency = np.arange(len(both)) / FREQUENCIES
    told = frequency > SLOWEST
    for eighth in range(5):
        told &= np.abs(frequency - eighth / 8) > 4 / min(height, width)
    return float(both[told].max())


def _stand_out(grey: Floats) -> Floats:
    """The spectrum (FREQUENCIES / 2 + 1,) of the mean second difference along rows, in units of what lies around."""
    second = np.abs(2 * grey[:, 1:-1] - grey[:, :-2] - grey[:, 2:])
    second = np.minimum(second, np.percentile(second[::4], STRONG_EDGES) + 1)
    line = second.mean(axis=0)
    around = np.convolve(np.pad(line, COARSE // 2, mode="edge"), np.full(COARSE, 1 / COARSE), "valid")
    level = (line / (around + 1e-3) - 1) * np.hanning(len(line))
    spectrum = np.abs(np.fft.rfft(level, FREQUENCIES))
    return np.asarray(spectrum / (median_filter(spectrum, BESIDE) + 1e-6), np.float32)
