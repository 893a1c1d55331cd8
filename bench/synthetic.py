"""A life's photographs that take no camera and little disk: fingerprints and thumbnails mixed from a few real ones.

A made original has the windows of two photographs of one shape, each window from either by chance, each photograph
mirrored or upside down by chance, and a little noise: as many windows as a real one and as much like a copy by chance,
and no other original's. Its thumbnail is one of the two.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import matcher
from i2f.ground.errors import PictureError
from i2f.ground.model import Original
from i2f.memory.journal import Journal
from i2f.memory.readings import StoredPicture, StoredReading
from i2f.photos.decode import pixels, read_picture
from i2f.photos.folder import find_files
from i2f.sync.gallery import VERSION, Gallery

NOISE = 8
QUALITY = 50
BATCH = 500
WAVES = 64


@dataclass(frozen=True, slots=True)
class Source:
    """A real photograph: its fingerprint and its thumbnail, pressed hard."""

    path: Path
    fingerprint: NDArray[np.int8]
    thumbnail: bytes


def read_sources(folder: Path, count: int) -> list[Source]:
    """The first photographs of a folder that can be read."""
    found: list[Source] = []
    for file in find_files([folder]).files:
        try:
            picture = read_picture(file.path.read_bytes())
        except (OSError, PictureError):
            continue
        if picture is not None and len(found) < count:
            shown, buffer = pixels(picture.thumbnail), io.BytesIO()
            Image.fromarray(shown).save(buffer, "JPEG", quality=QUALITY)
            found.append(Source(file.path, matcher.fingerprint(shown), buffer.getvalue()))
    return found


def mixed(sources: Sequence[Source], count: int, seed: int) -> Iterator[Source]:
    """So many made originals."""
    chance = np.random.default_rng(seed)
    by_shape: dict[bytes, list[int]] = {}
    for place, one in enumerate(sources):
        by_shape.setdefault(one.fingerprint[0].tobytes(), []).append(place)
    shapes = [places for places in by_shape.values() if len(places) > 1]
    weights = np.array([len(places) for places in shapes], float)
    for number in range(count):
        places = shapes[chance.choice(len(shapes), p=weights / weights.sum())]
        first, second = (sources[place] for place in chance.choice(places, 2, replace=False))
        windows = np.where(
            chance.random((len(first.fingerprint) - 1, 1)) < 0.5,
            _mirrored(first.fingerprint[1:], chance),
            _mirrored(second.fingerprint[1:], chance),
        )
        noisy = np.clip(windows + chance.integers(-NOISE, NOISE + 1, windows.shape, np.int16), -127, 127)
        fingerprint = np.concatenate([first.fingerprint[:1], noisy.astype(np.int8)])
        yield Source(Path(f"/life/IMG_{seed}_{number:06d}.JPG"), fingerprint, first.thumbnail)


def _mirrored(windows: NDArray[np.int8], chance: np.random.Generator) -> NDArray[np.int8]:
    """A photograph's windows, left for right and upside down by chance: some of the waves change their sign."""
    side = 14
    waves = sorted((i * i + j * j, i, j) for i in range(side) for j in range(side))[1 : WAVES + 1]
    down, across = chance.integers(0, 2, 2)
    signs = [(-1) ** (i * down + j * across) for _, i, j in waves]
    return np.asarray(windows * np.array(signs, np.int8), np.int8)


def keep(journal: Journal, originals: Iterator[Source]) -> Gallery:
    """Write originals into a journal as the readers would, and give them as a gallery."""
    found, contents = [], []
    batch: list[tuple[StoredReading, StoredPicture | None]] = []
    for one in originals:
        content = hashlib.sha256(str(one.path).encode()).digest()
        found.append(Original(one.path, 4_000_000, 1, "JPEG", 4032, 3024, None, None))
        contents.append(content)
        picture = StoredPicture(one.thumbnail, one.fingerprint.tobytes(), matcher.coarse(one.fingerprint).tobytes())
        batch.append((StoredReading(one.path, 4_000_000, 1, _body(), content, content), picture))
        if len(batch) == BATCH:
            journal.readings.keep(batch, VERSION)
            batch.clear()
    journal.readings.keep(batch, VERSION)
    return Gallery(tuple(found), tuple(contents))


def _body() -> dict[str, object]:
    return {"format": "JPEG", "width": 4032, "height": 3024, "camera": None, "taken": None}
