"""What a proof lets pass, on a render that equals its copy to the pixel: only what vanished can speak against it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from i2f.ground.image import Picture
from i2f.rendering.look import identity_look
from i2f.rendering.proof import Proof, prove
from tests.support.camera_roll import make_photograph

Floats = NDArray[np.float64]
SIDE = 320
PATCH = slice(96, 208)


def photograph() -> Floats:
    return np.asarray(make_photograph(5, SIDE, SIDE), np.float64)


def proven(shown: Floats) -> Proof:
    """The proof of a render that equals its copy to the pixel, but for JPEG's grain, against the photograph."""
    grain = np.random.default_rng(2).normal(0, 1.0, shown.shape)
    copy: Picture = np.clip(shown + grain + 0.5, 0, 255).astype(np.uint8)
    rendered: Picture = np.clip(shown + 0.5, 0, 255).astype(np.uint8)
    return prove(copy, rendered, rendered, photograph().astype(np.uint8), identity_look())


def covered(color: float, opacity: float) -> Floats:
    shown = photograph()
    shown[PATCH, PATCH] = opacity * color + (1 - opacity) * shown[PATCH, PATCH]
    return shown


def test_a_texture_that_a_deep_vignette_leaves_faintly_has_not_vanished() -> None:
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    shade = np.clip(1.15 - 0.5 * (x**2 + y**2), 0.2, 1)[..., None]
    assert proven(photograph() * shade).holds


def test_a_texture_that_a_strong_light_leaves_faintly_has_not_vanished() -> None:
    x = np.linspace(0, 1, SIDE)[None, :, None]
    light = 0.8 * np.exp(-(((x - 0.9) / 0.25) ** 2))
    assert proven(255 - (255 - photograph()) * (1 - light)).holds


@pytest.mark.parametrize("color", [8.0, 40.0, 128.0, 215.0, 247.0])
def test_a_flat_thing_is_found_though_the_render_painted_it_too(color: float) -> None:
    found = proven(covered(color, 1.0))
    assert found.failed[7:12, 7:12].mean() > 0.7  # all but the few blocks in which there was no texture to lose


def test_a_thing_that_one_can_nearly_see_through_is_found() -> None:
    assert not proven(covered(128.0, 0.9)).holds


@pytest.mark.parametrize("color", [8.0, 128.0, 247.0])
def test_a_thing_with_a_texture_of_its_own_is_found(color: float) -> None:
    shown = covered(color, 1.0)
    weave = 4.0 * np.random.default_rng(7).standard_normal((112, 112, 1))
    shown[PATCH, PATCH] = np.clip(shown[PATCH, PATCH] + weave, 0, 255)
    assert not proven(shown).holds
