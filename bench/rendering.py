"""How long a render as posted takes, and how much memory: `python -m bench.rendering FILE.jpg`.

The photograph is rendered as it is, and once more laid out in mirrored tiles until it has 48 megapixels, each with a
vignette and with a tilt-shift. One process each does what `render` does: decode, fit, render, prove, encode. Beside its
seconds stand those of decoding and encoding the same file, which any tool would need, and the most memory it held.
Bounds are 4 s on two cores and 1 GiB for 12 megapixels, and 2 GiB for 48; on a busy machine processor time is what
counts (OPENBLAS_NUM_THREADS=1 keeps idle threads out of it). Ends with 1 where a bound is not met.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from bench.look_families import FAMILIES, make
from bench.tables import met
from i2f.ground.errors import PictureError
from i2f.ground.model import Original, Window
from i2f.sync.posted_file import Pair, posted_jpeg

LOOKS = (1003, 1020)
REDUCED = 2160
MEGAPIXELS = 1_000_000
LARGE = 48
SECONDS, GIB, GIB_LARGE = 4.0, 1.0, 2.0


@dataclass(frozen=True, slots=True)
class Case:
    """A photograph, and a copy made from it with the look of this number."""

    original: Path
    copy: Path
    look: int
    size: tuple[int, int]
    measures: dict[str, float]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one process needed; `refused` says why there was no render."""

    wall_s: float
    processor_s: float
    peak_gib: float
    refused: str = ""


def lay_out(file: Path, folder: Path) -> Iterator[Case]:
    """The photograph and its large version, each with two looks."""
    with Image.open(file) as image:
        whole = image.convert("RGB")
    for name, picture in (("as it is", whole), ("large", _tiled(whole))):
        original = folder / f"{name}.jpg"
        picture.save(original, quality=92)
        reduced = picture.copy()
        reduced.thumbnail((REDUCED, REDUCED))
        for look in LOOKS:
            made = make(reduced, look)
            copy = folder / f"{name}-{look}.jpg"
            copy.write_bytes(made.copy)
            left, top, right, bottom = made.crop
            measures = {
                "a": float(min(right - left, bottom - top)),
                "b": 0.0,
                "cx": (left + right) / 2,
                "cy": (top + bottom) / 2,
                "quarter_turns": 0.0,
                "width": float(reduced.width),
            }
            yield Case(original, copy, look, picture.size, measures)


def _tiled(whole: Image.Image) -> Image.Image:
    """Mirrored beside and below itself until it has 48 megapixels, in the same shape."""
    grow = (LARGE * MEGAPIXELS / (whole.width * whole.height)) ** 0.5
    wide, high = round(whole.width * grow), round(whole.height * grow)
    seen = np.asarray(whole)
    seen = np.concatenate([seen, seen[:, ::-1]], axis=1)
    seen = np.concatenate([seen, seen[::-1]], axis=0)
    seen = np.tile(seen, (-(-high // len(seen)), -(-wide // seen.shape[1]), 1))
    return Image.fromarray(np.ascontiguousarray(seen[:high, :wide]))


def rendered(case: Case) -> None:
    """What `render` does, but for writing."""
    status = case.original.stat()
    original = Original(case.original, status.st_size, status.st_mtime_ns, "JPEG", *case.size, None, None)
    posted_jpeg(original, Pair(case.copy, case.measures, Window((0.5, 0.5), (1.0, 1.0), 0.0, False)))


def recoded(case: Case) -> None:
    """Decode and encode only."""
    with Image.open(case.original) as image:
        image.convert("RGB").save(io.BytesIO(), "JPEG", quality=95, subsampling=0)


WORK = {"render": rendered, "recode": recoded}


def measured_here(kind: str, case: Case) -> Taken:
    """In this process, which does nothing else."""
    began = time.perf_counter()
    refused = ""
    try:
        WORK[kind](case)
    except PictureError as error:
        refused = str(error)
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = used.ru_maxrss * unit / 2**30
    return Taken(time.perf_counter() - began, used.ru_utime + used.ru_stime, peak, refused)


def measured(kind: str, case: Case) -> Taken:
    """In a process of its own."""
    told = json.dumps(asdict(case), default=str)
    words = [sys.executable, "-m", "bench.rendering", "--here", kind, told]
    done = subprocess.run(words, check=True, capture_output=True, text=True, encoding="utf-8")
    return Taken(**json.loads(done.stdout))


def rows(cases: Iterator[Case]) -> Iterator[tuple[str, bool]]:
    """A line for each case, and whether its bounds are met."""
    for case in cases:
        ours, least = measured("render", case), measured("recode", case)
        large = case.size[0] * case.size[1] > LARGE / 2 * MEGAPIXELS
        holds = (
            not ours.refused and ours.peak_gib <= (GIB_LARGE if large else GIB) and (large or ours.wall_s <= SECONDS)
        )
        yield (
            f"| {case.size[0] * case.size[1] / MEGAPIXELS:.0f} | {FAMILIES[case.look % len(FAMILIES)]} | "
            f"{ours.wall_s:.1f} s | {ours.processor_s:.1f} s | {ours.processor_s / least.processor_s:.1f} | "
            f"{ours.peak_gib:.2f} GiB | {ours.refused or met(holds)} |",
            holds,
        )


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Time and memory of a render as posted.")
    parser.add_argument("file", type=Path, nargs="?", help="a photograph of about 12 megapixels")
    parser.add_argument("--here", nargs=2, help=argparse.SUPPRESS)
    order = parser.parse_args(words)
    if order.here:
        told = json.loads(order.here[1])
        case = Case(
            Path(told["original"]),
            Path(told["copy"]),
            told["look"],
            (told["size"][0], told["size"][1]),
            told["measures"],
        )
        sys.stdout.write(json.dumps(asdict(measured_here(order.here[0], case))))
        return 0
    if order.file is None:
        parser.error("name a photograph")
    sys.stdout.write("| megapixels | look | wall | processor | times decoding and encoding | most memory | bounds |\n")
    sys.stdout.write("| --- | --- | --- | --- | --- | --- | --- |\n")
    all_met = True
    with tempfile.TemporaryDirectory() as folder:
        for line, met in rows(lay_out(order.file, Path(folder))):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
            all_met &= met
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())
