"""What a block of a copy is explained by: the prediction's octaves, and the original's colours where those fail."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from i2f.ground.image import Floats
from i2f.matching.displacement import Pair, regress

SIZE = 128


def texture(seed: int) -> Floats:
    """Leaves, bark or cloth, 20 grey levels strong."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=(SIZE, SIZE)), 1.5)
    return np.asarray(20 * noise / noise.std(), np.float32)


def left_over(copy: Floats, predicted: Floats, colours: tuple[Floats, ...]) -> float:
    """Share of the copy's texture that nothing explains."""
    found = regress(Pair(copy, predicted, np.ones(copy.shape, bool), colours))
    return float((found.rest**2).sum() / (found.seen**2).sum())


@pytest.fixture
def drowned() -> Floats:
    """What a curve that drowns everything predicts, with a trace of noise."""
    return np.asarray(16 + np.random.default_rng(7).normal(0, 0.3, (SIZE, SIZE)), np.float32)


def test_a_texture_that_one_curve_drowns_is_explained_by_the_originals_colours(drowned: Floats) -> None:
    red, green, blue = texture(1), texture(2), texture(3)
    copy = np.asarray(60 + 0.2 * red + 0.5 * green, np.float32)
    assert left_over(copy, drowned, (red, green, blue)) < 0.01
    assert left_over(copy, drowned, ()) > 0.9


def test_a_texture_that_the_original_does_not_have_is_explained_by_nothing(drowned: Floats) -> None:
    colours = (texture(1), texture(2), texture(3))
    assert left_over(60 + texture(4), drowned, colours) > 0.9


def test_a_displacement_is_measured_on_the_colours_too(drowned: Floats) -> None:
    red, still = texture(1), np.zeros((SIZE, SIZE), np.float32)
    copy = np.asarray(60 + np.roll(red, 1, axis=1), np.float32)
    found = regress(Pair(copy, drowned, np.ones(copy.shape, bool), (red, still, still)))
    across, down = np.median(found.moved, axis=0)
    assert abs(across) == pytest.approx(1, abs=0.2)
    assert abs(down) < 0.1
