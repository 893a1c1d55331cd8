"""Broken picture files by the thousand, each from a seed, so that any one can be made again.

`python -m bench.mutations` goes through 20,000 of them, the tests through 300.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from i2f.photos.folder import FoundFile
from tests.support.heif_boxes import ios_18
from tests.support.photographs import camera_exif, dng, found, painted, save_heic

ENDINGS = ("jpg", "heic", "png", "tif", "other")


def whole_files(folder: Path) -> dict[str, list[bytes]]:
    """Small sound files to begin with, several of each kind."""
    picture, exif = painted(320, 240), camera_exif(subsec="12", place=(46.9, 7.4), offset="+01:00")
    picture.save(folder / "a.jpg", exif=exif)
    picture.save(folder / "b.jpg", exif=exif, progressive=True, subsampling=0)
    picture.convert("CMYK").save(folder / "c.jpg")
    picture.save(folder / "d.jpg", "MPO", save_all=True, append_images=[painted(160, 120)])
    save_heic(picture, folder / "a.heic", exif=exif)
    save_heic(painted(600, 400), folder / "b.heic", exif=exif, tile_size=256)
    (folder / "c.heic").write_bytes(ios_18(painted(600, 400), exif))
    picture.save(folder / "a.png", exif=exif)
    picture.quantize(64).save(folder / "b.png", transparency=0)
    picture.save(folder / "a.tif", exif=exif)
    picture.save(folder / "b.tif", compression="tiff_lzw")
    picture.save(folder / "c.tif", compression="jpeg")
    picture.save(folder / "a.other", "WEBP", exif=exif)
    picture.save(folder / "b.other", "AVIF", exif=exif, speed=10)
    picture.save(folder / "c.other", "GIF")
    (folder / "d.other").write_bytes(dng(picture, picture.size))
    return {ending: [path.read_bytes() for path in sorted(folder.glob(f"*.{ending}"))] for ending in ENDINGS}


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """One broken version: bits flipped, a cut, blocks swapped, a lying heading, or several of these."""
    broken = bytearray(data)
    for _ in range(int(random.integers(1, 4))):
        kind, size = int(random.integers(0, 6)), len(broken)
        at = int(random.integers(0, size))
        if kind == 0:
            for place in random.integers(0, size, int(random.integers(1, 20))):
                broken[place] ^= 1 << int(random.integers(0, 8))
        elif kind == 1:
            del broken[max(16, at) :]
        elif kind == 2:
            other, length = int(random.integers(0, size)), int(random.integers(1, 200))
            broken[at : at + length], broken[other : other + length] = (
                broken[other : other + length],
                broken[at : at + length],
            )
        elif kind == 3:
            place = int(random.integers(0, min(size, 600)))
            broken[place : place + 4] = random.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4)])
        elif kind == 4:
            del broken[at : at + int(random.integers(1, 50))]
        else:
            length = int(random.integers(1, 2000))
            broken[at : at + length] = bytes(min(length, size - at))
        if len(broken) < 32:
            break
    return bytes(broken)


def make_broken_files(folder: Path, count: int, seed: int, first: int = 0) -> Iterator[FoundFile]:
    """Write that many broken files, in turn of each kind; each depends on the seed and its number alone."""
    (folder / "whole").mkdir()
    sources = whole_files(folder / "whole")
    for number in range(first, first + count):
        random = np.random.default_rng([seed, number])
        ending = ENDINGS[number % len(ENDINGS)]
        source = sources[ending][int(random.integers(0, len(sources[ending])))]
        path = folder / f"{number:06d}.{ending}"
        path.write_bytes(mutated(source, random))
        yield found(path)
