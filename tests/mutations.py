"""Broken picture files by the thousand, each from a seed, so that any one can be made again.

`python tests/mutations.py --count 20000 --seed 1` reads that many in worker processes as `sync` would, and says
what became of them; the tests read 300.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from photographs import camera_exif, found, painted, save_heic

from folder import FoundFile
from reading import Reading, read_originals

ENDINGS = ("jpg", "heic", "png", "tif")


def whole_files(folder: Path) -> dict[str, list[bytes]]:
    """Small sound files to begin with, several of each kind."""
    picture, exif = painted(320, 240), camera_exif(subsec="12", place=(46.9, 7.4), offset="+01:00")
    picture.save(folder / "a.jpg", exif=exif)
    picture.save(folder / "b.jpg", exif=exif, progressive=True, subsampling=0)
    picture.convert("CMYK").save(folder / "c.jpg")
    picture.save(folder / "d.jpg", "MPO", save_all=True, append_images=[painted(160, 120)])
    save_heic(picture, folder / "a.heic", exif=exif)
    save_heic(painted(600, 400), folder / "b.heic", exif=exif, tile_size=256)
    picture.save(folder / "a.png", exif=exif)
    picture.quantize(64).save(folder / "b.png", transparency=0)
    picture.save(folder / "a.tif", exif=exif)
    picture.save(folder / "b.tif", compression="tiff_lzw")
    picture.save(folder / "c.tif", compression="jpeg")
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


def make_broken_files(folder: Path, count: int, seed: int) -> Iterator[FoundFile]:
    """Write that many broken files, in turn of each kind."""
    (folder / "whole").mkdir()
    sources = whole_files(folder / "whole")
    for number in range(count):
        random = np.random.default_rng([seed, number])
        ending = ENDINGS[number % len(ENDINGS)]
        source = sources[ending][int(random.integers(0, len(sources[ending])))]
        path = folder / f"{number:06d}.{ending}"
        path.write_bytes(mutated(source, random))
        yield found(path)


def main() -> None:
    """Read a great many and tell what became of them."""
    import resource  # not on Windows, where only the tests run

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = list(make_broken_files(Path(folder), options.count, options.seed))
        counts: Counter[str] = Counter()
        slowest_s, before = 0.0, time.monotonic()
        for answer in read_originals(files, options.workers):
            slowest_s = max(slowest_s, time.monotonic() - before)
            before = time.monotonic()
            word = "read" if isinstance(answer, Reading) else answer.reason
            counts[word] += 1
            if "decoder" in word:
                sys.stdout.write(f"{answer.path.name}: {word}\n" if not isinstance(answer, Reading) else "")
    sys.stdout.write(f"{sum(counts.values())} of {len(files)} answered; longest wait {slowest_s:.1f} s\n")
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(f"largest worker {peak_mib:.0f} MiB (where ru_maxrss counts KiB)\n")
    sys.stdout.writelines(f"{count:7d} {word}\n" for word, count in counts.most_common())


if __name__ == "__main__":
    main()
