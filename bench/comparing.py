"""What comparing a copy with its proposals costs, stage by stage: `python -m bench.comparing FOLDER [COPIES]`.

FOLDER holds photographs. Of COPIES of them, drawn by lot, the middle square is made a copy of 640 pixels, searched for
among all of them and compared as `sync` does it, in one process on one thread. Each stage is told in seconds of
processor time and in units of one Gaussian of four pixels over 512 x 512 by scipy, taken beside it, which any machine
can be measured by. The bounds are those that were set for the machine of bench/PROFILE.md (unit 6 ms): a copy 0.15 s
on two cores, a true pair 0.1 s, a stranger next to nothing.
"""

from __future__ import annotations

import io
import random
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from scipy.ndimage import gaussian_filter

import matcher
from bench.tables import met
from i2f.ground.blas_threads import use_one_thread
from i2f.ground.processes import spawning
from i2f.photos.decode import glimpse, look_again, pixels, read_picture
from i2f.photos.folder import find_files
from i2f.sync.comparing import OCTAVE, PROPOSALS
from i2f.sync.known_copies import copy_pixels

SIZE, QUALITY = 640, 88
BOUNDS = {"a stranger": 1.0, "a true pair, its file looked at again": 17.0, "all of a copy": 50.0}
Times = dict[str, list[float]]


@contextmanager
def timed(times: Times, stage: str) -> Iterator[None]:
    """Adds the processor time that something takes to those of its stage."""
    began = time.process_time()
    yield
    times.setdefault(stage, []).append(time.process_time() - began)


def copy_of(file: Path) -> bytes:
    """The middle square of a photograph, as an app would have posted it."""
    buffer = io.BytesIO()
    with Image.open(file) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    ImageOps.fit(upright, (SIZE, SIZE), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def compare(data: bytes, files: list[Path], thumbnails: list[bytes], index: matcher.Index, times: Times) -> None:
    """One copy, as candidates.py compares it; finer detail is left out, as where a camera signed the file."""
    with timed(times, "search"):
        copy = copy_pixels(data)
        proposals = index.search(copy, PROPOSALS)
    began = time.process_time()
    copied = matcher.PreparedCopy(copy)
    small = [glimpse(thumbnails[one.index], matcher.needed_share([one])) for one in proposals]
    pairs = [(matcher.Seen(s.grey, s.share, s.size), [one]) for s, one in zip(small, proposals, strict=True)]
    looks = matcher.first_looks(copied, pairs)
    times.setdefault("a stranger", []).append((time.process_time() - began) / len(proposals))
    for look in looks:
        if look.is_stranger:
            continue
        with timed(times, "a true pair, its file looked at again"):
            place = look.proposal.index
            fit = matcher.explain(copied, look, pixels(thumbnails[place]))
            if fit.sure:
                seen = look_again(files[place].read_bytes(), round(OCTAVE * SIZE))
                matcher.inspect(copy, seen, fit, seen.shape[1])


def measure(folder: Path, copies: int) -> tuple[Times, float, int]:
    """The times of every stage, the unit, and how many originals there were."""
    read = [(one.path, read_picture(one.path.read_bytes())) for one in find_files([folder]).files]
    files = [path for path, picture in read if picture]
    thumbnails = [picture.thumbnail for _, picture in read if picture]
    index = matcher.Index([matcher.fingerprint(pixels(one)) for one in thumbnails])
    plane = np.random.default_rng(0).random((512, 512), dtype=np.float32)
    times: Times = {}
    for file in random.Random(1).sample(files, min(len(files), copies)):
        data = copy_of(file)
        with timed(times, "the unit"):
            gaussian_filter(plane, 4.0, truncate=2.5)
        with timed(times, "all of a copy"):
            compare(data, files, thumbnails, index, times)
    return times, statistics.median(times.pop("the unit")), len(files)


def main() -> None:
    """Measure, print, and end with 1 where a bound is not met."""
    copies = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    use_one_thread()
    with ProcessPoolExecutor(1, mp_context=spawning()) as alone:
        times, unit, originals = alone.submit(measure, Path(sys.argv[1]), copies).result()
    sys.stdout.write(
        f"{len(times['all of a copy'])} copies, {originals} originals; the unit takes {unit * 1e3:.1f} ms\n"
    )
    missed = False
    for stage, found in times.items():
        took = statistics.mean(found)
        told = ""
        if stage in BOUNDS:
            over = took > BOUNDS[stage] * unit
            told, missed = f" (bound {BOUNDS[stage]:g}: {met(not over)})", missed or over
        sys.stdout.write(f"{stage}: {took:.3f} s, {took / unit:.1f} units{told}\n")
    sys.exit(missed)


if __name__ == "__main__":
    main()
