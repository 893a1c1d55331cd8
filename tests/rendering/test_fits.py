"""Each part of a look finds what was done, on colours alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from i2f.rendering.bilateral_grid import fit_grid, light_of
from i2f.rendering.blur_map import fit_blur
from i2f.rendering.color_table import fit_table
from i2f.rendering.enlarge import enlarged
from i2f.rendering.full_size import _rounded
from i2f.rendering.gain_map import fit_gain
from i2f.rendering.local_contrast import SCALES, Sight, fit_weights, local, octaves_of
from i2f.rendering.look import edges_of


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


def test_octaves_add_up_to_the_luminance_less_its_mean() -> None:
    light = np.random.default_rng(6).uniform(0, 255, (128, 160)).astype(np.float32)
    left = light - octaves_of(light).sum(0)
    assert np.ptp(left) < 1e-3
    assert left.mean() == pytest.approx(light.mean(), abs=2)


def test_raised_contrast_is_told_from_sharpening() -> None:
    rng = np.random.default_rng(7)
    parts = [np.kron(rng.uniform(0, 60, (n, n)), np.ones((192 // n, 192 // n))) for n in (4, 12, 48, 192)]
    colors = np.stack([np.sum(parts, 0).astype(np.float32)] * 3)
    octaves, weights = octaves_of(light_of(colors)), np.array([0.5, 0.5, 0.3, 0.1, 0.0], np.float32)
    raised = colors + np.tensordot(weights, octaves, 1)
    edges = edges_of(raised)
    noise = rng.normal(0, 3, colors.shape).astype(np.float32)
    missing = np.asarray(raised + 0.4 * edges + noise - colors, np.float32)
    sight = Sight(colors, missing, edges, np.ones((192, 192), np.float32), lambda seen: seen)
    assert fit_weights(octaves, sight) == pytest.approx(weights, abs=0.06)


def test_contrast_that_a_steeper_table_would_hide_is_the_same_as_a_local_one() -> None:
    """Three quarters of the slope with what is fine raised by a third lies under a table a third steeper."""
    octaves = octaves_of(np.random.default_rng(8).uniform(0, 255, (96, 96)).astype(np.float32))
    weights = np.array([0.2, 0.1, 0.0, -0.1, -0.25], np.float32)
    found = local(weights)
    assert found[-1] == pytest.approx(0, abs=1e-6)
    assert len(found) == len(SCALES) + 1
    wanted = octaves.sum(0) + np.tensordot(weights, octaves, 1)
    assert 0.75 * (octaves.sum(0) + np.tensordot(found, octaves, 1)) == pytest.approx(wanted, abs=1e-3)


def test_a_soft_blur_is_found_where_it_is() -> None:
    rng = np.random.default_rng(9)
    sharp = np.stack([np.kron(rng.uniform(0, 255, (128, 128)), np.ones((2, 2)))] * 3).astype(np.float32)
    away = np.clip((np.abs(np.linspace(-1, 1, 256)) - 0.3) / 0.3, 0, 1)[:, None].astype(np.float32)
    wide = np.stack([gaussian_filter(plane, 0.012 * 256) for plane in sharp])
    found = fit_blur(sharp, np.asarray(sharp + away * (wide - sharp), np.float32))
    assert found.shares(256, 256).sum(0)[:, 40:-40].mean(1) == pytest.approx(away[:, 0], abs=0.12)


def test_rounding_keeps_the_mean_of_a_shallow_ramp() -> None:
    ramp = np.broadcast_to(np.linspace(100, 102, 512, dtype=np.float32), (3, 256, 512))
    rounded = _rounded(np.ascontiguousarray(ramp), 0)
    assert rounded.mean((0, 2)) == pytest.approx(ramp[0, 0], abs=0.15)
