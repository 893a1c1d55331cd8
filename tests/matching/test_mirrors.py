"""Where a picture comes back mirrored inside a file, which leaves no seam."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from i2f.matching.file_sides import SeenFile
from i2f.matching.mirrors import mirrors_of
from i2f.matching.registration import Similarity
from i2f.sync.containment import MIRRORED
from tests.support.scenes import bytes_of, scene

HEIGHT, WIDTH = 300, 400


def shared(file: NDArray[np.uint8], side: float, center: tuple[float, float], degrees: float = 0.0) -> list[float]:
    """What the sides of the best mirror line share: top, left, bottom, right of a window of so many pixels."""
    turn = side * np.exp(1j * np.deg2rad(degrees))
    return list(mirrors_of(SeenFile((400, 400), file, Similarity(turn.real, turn.imag, *center))))


@pytest.mark.parametrize(("side", "degrees"), [(300, 0.0), (220, 0.0), (220, 3.0)])
def test_a_picture_beside_its_mirror_image_is_known_on_that_side_alone(side: float, degrees: float) -> None:
    whole = bytes_of(scene(4, HEIGHT, WIDTH))
    top, left, bottom, right = shared(np.concatenate([whole, whole[:, ::-1]], 1), side, (210, 150), degrees)
    assert right > MIRRORED > max(top, left, bottom)


def test_a_reflection_that_fills_the_room_around_a_picture_is_known_on_every_side() -> None:
    whole = bytes_of(scene(5, 300, 300))
    filled = np.pad(whole, ((40, 40), (40, 40), (0, 0)), "reflect")
    assert min(shared(filled, 300, (190, 190))) > MIRRORED


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_scene_is_nowhere_its_own_mirror_image(seed: int) -> None:
    assert max(shared(bytes_of(scene(seed, HEIGHT, WIDTH)), 180, (200, 150))) < 0.7


def test_poles_and_horizons_run_straight_on_and_are_no_mirror_image() -> None:
    rng = np.random.default_rng(3)
    poles = np.repeat(rng.integers(0, 256, (1, WIDTH, 3)), HEIGHT, axis=0)
    seen = np.clip(poles + rng.normal(0, 3, poles.shape), 0, 255).astype(np.uint8)
    assert max(shared(seen, 180, (200, 150))) < 0.5
    assert max(shared(seen.swapaxes(0, 1), 180, (150, 200))) < 0.5


@pytest.mark.parametrize("shape", [(10, 10), (20, 300), (300, 300)])
def test_a_plain_file_and_one_too_small_tell_nothing(shape: tuple[int, int]) -> None:
    assert shared(np.full((*shape, 3), 90, np.uint8), min(shape) / 2, (shape[1] / 2, shape[0] / 2)) == [0.0] * 4
