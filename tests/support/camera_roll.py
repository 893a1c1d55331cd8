"""Small pictures with texture at every scale, as photographs have, for tests that need many quickly."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter1d

from i2f.sandbox import SandboxFlickr
from i2f.sandbox.photos.looks import Crop, Recipe, make_copy


def make_photograph(seed: int, width: int = 1000, height: int = 750) -> Image.Image:
    """Clouds, edges and grain; every seed another scene."""
    return _painted(seed, width, height).copy()


@lru_cache(maxsize=40)
def _painted(seed: int, width: int, height: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    clouds = np.zeros((height // 2, width // 2, 3))
    for sigma in (2.0, 6.0, 18.0, 60.0):
        grey, colour = (rng.standard_normal((height // 2, width // 2, bands)) for bands in (1, 3))
        soft = _blurred(grey + 0.5 * colour, sigma / 2)
        clouds += soft / soft.std()
    layers = clouds.repeat(2, axis=0).repeat(2, axis=1)
    for _ in range(25):
        top, left = rng.integers(0, height - 40), rng.integers(0, width - 40)
        layers[top : top + rng.integers(20, 200), left : left + rng.integers(20, 200)] += rng.normal(0, 1.2, 3)
    layers += 0.15 * rng.standard_normal(layers.shape)
    return Image.fromarray(np.clip(128 + 30 * layers, 0, 255).astype(np.uint8))


def _blurred(noise: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Gaussian blur as two products of matrices: for the widest, gaussian_filter takes eight times as long."""
    height, width, bands = noise.shape
    down = (_blur_along(height, sigma) @ noise.reshape(height, -1)).reshape(noise.shape)
    return np.stack([down[..., band] @ _blur_along(width, sigma).T for band in range(bands)], axis=2)


@lru_cache(maxsize=16)
def _blur_along(length: int, sigma: float) -> NDArray[np.float64]:
    return np.asarray(gaussian_filter1d(np.eye(length), sigma, axis=0))


def save_roll(folder: Path, seeds: Sequence[int]) -> list[Path]:
    """Photographs as a phone would name them, with camera and time."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for seed in seeds:
        exif = Image.Exif()
        exif[0x010F], exif[0x0110] = "Apple", "iPhone 5"
        exif.get_ifd(0x8769)[0x9003] = f"2012:06:{1 + seed % 28:02d} 12:00:{seed % 60:02d}"
        file = folder / f"IMG_{seed:04d}.JPG"
        make_photograph(seed).save(file, quality=90, exif=exif)
        files.append(file)
    return files


PLAIN = Recipe(width=612, crop=Crop(pan=(0.4, 0.5)))


def post(flickr: SandboxFlickr, original: Path, recipe: Recipe = PLAIN, **more: object) -> str:
    """A copy of an original on the pretend Flickr, as IFTTT left it."""
    with Image.open(original) as picture:
        data, _ = make_copy(picture.convert("RGB"), recipe)
    told = {"title": original.stem, "description": "via Instagram https://ift.tt/abc", "tags": "ifttt instagram"} | more
    return flickr.add_photo(data, **told)  # type: ignore[arg-type]
