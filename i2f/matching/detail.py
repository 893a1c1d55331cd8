"""stub"""
from __future__ import annotations

import numpy as np

from i2f.matching.registration import Similarity, colours_below, grid_of, inside
from i2f.matching.retrieval import Picture, planes

TONE_SIZE = 48
EDGE = 0.09


def tones_apart(copy: Picture, picture: Picture, at: Similarity) -> float:
    """Grey levels by which the upper quarter of the aligned pair differs in red, green or blue, seen coarsely."""
    grow = TONE_SIZE / min(copy.shape[:2])
    rows, cols = (max(16, round(edge * grow)) for edge in copy.shape[:2])
    x, y = grid_of(rows, cols)
    here = inside((picture.shape[0], picture.shape[1]), at, x, y, 0.0)
    edge = round(EDGE * TONE_SIZE)
    here[:edge], here[-edge:], here[:, :edge], here[:, -edge:] = False, False, False, False
    there = np.stack(colours_below(picture, at, x, y, TONE_SIZE), 2)
    apart = np.abs(there - np.stack(planes(copy, rows, cols), 2)).max(axis=2)[here]
    return float(np.percentile(apart, 75)) if apart.size else 0.0


def detail_of(copy: Picture, picture: Picture, at: Similarity) -> dict[str, float]:
    """stub."""
    return {}
