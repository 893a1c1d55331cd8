"""Each part of a look finds what was done, on colours alone."""

from __future__ import annotations

import numpy as np
import pytest

from i2f.rendering.bilateral_grid import fit_grid, light_of
from i2f.rendering.blur_map import fit_blur
from i2f.rendering.color_table import fit_table
from i2f.rendering.enlarge import enlarged
from i2f.rendering.full_size import _rounded
from i2f.rendering.gain_map import fit_gain


def test_a_table_learns_a_curve_and_a_matrix() -> None:
    rng = np.random.default_rng(1)
    seen = rng.uniform(0, 255, (3, 20_000)).astype(np.float32)

    def look(
        colors: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        bent = 255 * (colors / 255) ** 1.3
        return np.asarray(np.array([[0.9, 0.1, 0], [0, 0.8, 0.1], [0.1, 0, 0.7]], np.float32) @ bent + 12, np.float32)

    table = fit_table(seen, look(seen) + rng.normal(0, 4, seen.shape).astype(np.float32), np.ones(20_000, np.float32))
    fresh = rng.uniform(10, 245, (3, 5000)).astype(np.float32)
    assert np.abs(table(fresh) - look(fresh)).mean() < 0.8
    assert table(fresh.reshape(3, 50, 100)).shape == (3, 50, 100)


@pytest.mark.long
def test_a_grid_learns_a_vignette_and_leaves_a_picture_without_one_alone() -> None:
    rng = np.random.default_rng(2)
    colors = np.kron(rng.uniform(20, 230, (3, 20, 24)), np.ones((12, 12))).astype(np.float32)
    noise = rng.normal(0, 4, colors.shape).astype(np.float32)
    light, weight = light_of(colors), np.ones(colors.shape[1:], np.float32)
    y, x = (np.linspace(-1, 1, n) for n in colors.shape[1:])
    shade = (1 - 0.25 * (x[None, :] ** 2 + y[:, None] ** 2)).astype(np.float32)
    grid, _ = fit_grid(colors, light, colors * shade + noise, weight)
    assert np.abs(grid(colors, light, (0, 240), 240) - colors * shade).mean() < 1.2
    flat, stiffness = fit_grid(colors, light, colors + noise, weight)
    assert stiffness == np.inf
    assert np.array_equal(flat(colors, light, (0, 240), 240), colors)


def test_a_grid_gives_the_same_in_tiles() -> None:
    rng = np.random.default_rng(2)
    colors = np.kron(rng.uniform(20, 230, (3, 10, 10)), np.ones((12, 12))).astype(np.float32)
    light = light_of(colors)
    shade = np.linspace(0.6, 1, 120, dtype=np.float32)[:, None]
    grid, _ = fit_grid(colors, light, colors * shade, np.ones((120, 120), np.float32))
    whole = grid(colors, light, (0, 120), 120)
    part = grid(np.ascontiguousarray(colors[:, 40:80]), light[40:80], (40, 80), 120)
    assert part == pytest.approx(whole[:, 40:80], abs=1e-3)


def test_a_map_learns_a_vignette_and_a_light_leak_and_a_picture_without_either_has_none() -> None:
    rng = np.random.default_rng(5)
    colors = np.kron(rng.uniform(20, 230, (3, 24, 32)), np.ones((4, 4))).astype(np.float32)
    noise, weight = rng.normal(0, 3, colors.shape).astype(np.float32), np.ones(colors.shape[1:], np.float32)
    y, x = (np.linspace(-1, 1, n)[:, None] for n in colors.shape[1:])
    dark = 1 - 0.4 * (x.T**2 + y**2) / 2
    leak = 0.4 * np.exp(-(((x.T - 0.5) / 0.4) ** 2) - y**2)
    shaded = (255 - (255 - colors * dark) * (1 - leak)).astype(np.float32)
    found = fit_gain(colors, shaded + noise, weight)
    assert np.abs(found(colors) - shaded).mean() < 1.0
    part = found(np.ascontiguousarray(colors[:, 40:60]), (40, 60), 96)
    assert part == pytest.approx(found(colors)[:, 40:60], abs=1e-3)
    assert fit_gain(colors, colors + noise, weight).is_flat


def test_a_field_is_enlarged_the_same_in_tiles_and_a_ramp_stays_a_ramp() -> None:
    ramp = np.broadcast_to(np.arange(40, dtype=np.float32), (30, 40))
    whole = enlarged(ramp, (90, 120), slice(0, 90))
    assert whole[:, 6:-6] == pytest.approx(
        np.broadcast_to((np.arange(120) + 0.5) / 3 - 0.5, (90, 120))[:, 6:-6], abs=1e-4
    )
    rough = np.random.default_rng(1).uniform(0, 255, (30, 40)).astype(np.float32)
    assert np.array_equal(enlarged(rough, (90, 120), slice(0, 90))[20:50], enlarged(rough, (90, 120), slice(20, 50)))


def test_a_sharp_copy_has_no_map_of_blur() -> None:
    colors = np.random.default_rng(3).uniform(0, 255, (3, 96, 96)).astype(np.float32)
    noise = np.random.default_rng(4).normal(0, 5, colors.shape).astype(np.float32)
    assert fit_blur(colors, colors + noise).is_empty


def test_rounding_keeps_the_mean_of_a_shallow_ramp() -> None:
    ramp = np.broadcast_to(np.linspace(100, 102, 512, dtype=np.float32), (3, 256, 512))
    rounded = _rounded(np.ascontiguousarray(ramp), 0)
    assert rounded.mean((0, 2)) == pytest.approx(ramp[0, 0], abs=0.15)
