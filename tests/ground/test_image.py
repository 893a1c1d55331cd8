"""Pictures at another size, between their pixels and smoothed: as scipy does it, only quicker."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from i2f.ground.image import resize, resize_to_each, smoothed, spots

Floats = NDArray[np.float32]


def noise(*shape: int, seed: int = 0, largest: float = 255.0) -> Floats:
    return (np.random.default_rng(seed).random(shape) * largest).astype(np.float32)


@pytest.mark.parametrize("shape", [(70, 90), (1, 90), (70, 1), (2, 2)])
def test_between_pixels_and_beyond_the_edge_a_picture_is_read_as_scipy_reads_it(shape: tuple[int, int]) -> None:
    plane = noise(*shape)
    u, v = (noise(40, 50, seed=seed, largest=120.0) - np.float32(15) for seed in (1, 2))
    expected = map_coordinates(plane, (v, u), order=1, mode="nearest")
    np.testing.assert_allclose(spots(shape, u, v).of(plane), expected, atol=1e-2)


def test_points_may_lie_in_pictures_of_different_sizes_kept_end_to_end() -> None:
    one, other = noise(30, 40), noise(20, 60, seed=1)
    u, v = noise(2, 50, seed=2, largest=60.0), noise(2, 50, seed=3, largest=30.0)
    sizes = np.array([one.shape, other.shape]).T[..., None]
    both = spots(sizes, u, v).of(np.concatenate([one.ravel(), other.ravel()]), np.array([[0], [one.size]]))
    np.testing.assert_array_equal(both[0], spots(one.shape, u[0], v[0]).of(one))
    np.testing.assert_array_equal(both[1], spots(other.shape, u[1], v[1]).of(other))


@pytest.mark.parametrize(("sigma", "truncate"), [(0.3, 4.0), (1.0, 2.5), (4.0, 2.5), (9.0, 4.0)])
@pytest.mark.parametrize("shape", [(64, 90), (7, 64)])
def test_smoothing_is_a_gaussian_mirrored_at_the_edges(shape: tuple[int, int], sigma: float, truncate: float) -> None:
    plane = noise(*shape)
    np.testing.assert_allclose(
        smoothed(plane, sigma, truncate), gaussian_filter(plane, sigma, truncate=truncate), atol=1e-2
    )


def test_several_sizes_at_once_are_those_made_one_by_one() -> None:
    plane, sizes = noise(101, 67), [(50, 33), (90, 60), (20, 13), (101, 67), (25, 60)]
    for size, shrunk in zip(sizes, resize_to_each(plane, sizes), strict=True):
        assert shrunk.shape == size
        np.testing.assert_array_equal(shrunk, resize(plane, *size))
