"""How close a render comes to the picture as posted, at full size: `python -m bench.look FOLDER`.

Each photograph of the folder gets four looks of bench/look_families.py (curves, matrices, vignettes, light leaks, local
contrast, tilt-shift, borders), numbered on from `--list FILE`, which holds the first number and was committed before
anything was measured with it; without a list they are looks that the renderer was built with. That is the truth. From
it a copy of 612 to 1080 pixels is made, sharpened and pressed once or twice. The program is given the copy and the
photograph only, and what it renders is compared with the truth inside the window, beside what a person could do
without it:

- the copy enlarged (Lanczos);
- one global table of colours fitted to the pair (this program's, alone);
- a bilateral grid of affine transforms alone, as bilateral guided upsampling does it (this program's splines).

All three are given the same registration. A render that the matcher's tests or its own proof refuse counts as not
rendered. `--every N` takes every Nth copy only, and so every family where seven does not divide N. `--log FILE` keeps
each result as it is found, and a run that was interrupted goes on from there. `--sheet FOLDER` writes what was rendered
beside the truth at 100 %, ten to a page. OPENBLAS_NUM_THREADS=1 keeps processor times honest on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.look_attempt import attempt
from bench.look_families import FAMILIES, Made, make
from bench.look_measures import Distance, distance
from bench.look_sheet import pages_of, save_strip
from bench.photographs import pictures_in
from i2f.ground.image import Picture
from i2f.photos.color_profiles import to_srgb
from i2f.photos.decode import decode_fully, pixels, read_picture, turned
from i2f.photos.open import open_picture
from i2f.rendering.bilateral_grid import fit_grid, light_of
from i2f.rendering.color_table import fit_table
from i2f.rendering.frame import Frame, cut
from i2f.rendering.full_size import render
from i2f.rendering.look import identity_look, planes_of, shrunk
from i2f.rendering.posted import Copy

LOOKS_A_PHOTO = 4
DEVELOPED_WITH = 1000
"""The first look where no list is given: those up to 1099 were looked at while the renderer was built."""
PEERS = ("enlarged", "table", "grid")
GRID_STIFFNESS = 3e-3


@dataclass(frozen=True, slots=True)
class Result:
    """One copy: how far the render and each peer are from the truth; `refused` says why there is no render."""

    family: str
    ours: Distance | None
    peers: tuple[Distance, ...]
    refused: str
    seconds: float


def measure(path: Path, number: int, sheet: Path | None = None) -> Result:
    """Look `number` on one photograph, rendered and compared; a strip of it goes into the folder `sheet`."""
    data = path.read_bytes()
    with open_picture(data) as opened:
        whole = turned(to_srgb(decode_fully(opened), opened.image.info.get("icc_profile")), opened.orientation)
    made, original = make(whole, number), np.asarray(whole)
    thumbnail = read_picture(data)
    if thumbnail is None:
        return Result(made.family, None, (), "too large to be read", 0.0)
    tried = attempt(made.copy, original, pixels(thumbnail.thumbnail))
    posted, copy, frame = tried.posted, tried.copy, tried.frame
    if posted is None or copy is None or frame is None:
        return Result(made.family, None, (), tried.refused, tried.seconds)
    ours, truth, at = _overlap(posted.picture, posted.corner, frame, made)
    others = [_overlap(one, (0, 0), frame, made, at)[0] for one in _peers(copy, cut(original, frame))]
    if sheet is not None:
        save_strip(sheet / f"{path.stem}-{number}-{made.family}.png", (truth, ours, others[0]))
    return Result(made.family, distance(ours, truth), tuple(distance(one, truth) for one in others), "", tried.seconds)


def _overlap(
    picture: Picture, corner: tuple[int, int], frame: Frame, made: Made, at: tuple[int, int, int, int] | None = None
) -> tuple[Picture, Picture, tuple[int, int, int, int]]:
    """The parts of a picture and of the truth that lie over one another; `at` in the original's pixels."""
    left, top = frame.box[0] + corner[0], frame.box[1] + corner[1]
    if at is None:
        at = (
            max(left, made.crop[0]),
            max(top, made.crop[1]),
            min(left + picture.shape[1], made.crop[2]),
            min(top + picture.shape[0], made.crop[3]),
        )
    x, y = made.crop[0], made.crop[1]
    ours = picture[at[1] - top : at[3] - top, at[0] - left : at[2] - left]
    return ours, made.truth[at[1] - y : at[3] - y, at[0] - x : at[2] - x], at


def _peers(copy: Copy, whole: Picture) -> Iterator[Picture]:
    """What a person could do without this program, at the frame's size."""
    size = whole.shape[1], whole.shape[0]
    yield shrunk(copy.seen, size)
    seen = planes_of(shrunk(whole, (copy.seen.shape[1], copy.seen.shape[0])))
    wanted = planes_of(copy.seen)
    weight = np.ones(seen.shape[1:], np.float32)
    at = np.random.default_rng(0).choice(weight.size, min(40_000, weight.size), replace=False)
    table = fit_table(seen.reshape(3, -1)[:, at], wanted.reshape(3, -1)[:, at], weight.ravel()[at])
    yield render(whole, replace(identity_look(), table=table), size)
    grid, _ = fit_grid(seen, light_of(seen), wanted, weight, GRID_STIFFNESS)
    yield render(whole, replace(identity_look(), grid=grid), size)


def table_of(results: Sequence[Result]) -> Iterator[str]:
    """The table that is printed."""
    done = [one for one in results if one.ours is not None]
    yield f"{len(results)} copies, {len(done)} rendered ({100 * len(done) / max(1, len(results)):.0f} %)"
    if not done:
        return
    yield "| | median PSNR | 10th percentile | median dE2000 | median SSIM | render ahead |"
    yield "| --- | --- | --- | --- | --- | --- |"
    ours = [one.ours for one in done if one.ours is not None]
    yield _row("this program", ours, None)
    for place, name in enumerate(PEERS):
        theirs = [one.peers[place] for one in done]
        ahead = np.mean([mine.psnr > other.psnr for mine, other in zip(ours, theirs, strict=True)])
        yield _row(name, theirs, float(ahead))
    for family in FAMILIES:
        of_family = [one for one in results if one.family == family]
        rendered = [one.ours.psnr for one in of_family if one.ours is not None]
        if of_family:
            median = f"median {np.median(rendered):.1f} dB" if rendered else "none"
            yield f"{family}: {len(rendered)} of {len(of_family)} rendered, {median}"
    yield f"processor time of a render: median {np.median([one.seconds for one in done]):.1f} s"


def _row(name: str, found: Sequence[Distance], ahead: float | None) -> str:
    psnr = [one.psnr for one in found]
    told = "" if ahead is None else f"{100 * ahead:.0f} %"
    return (
        f"| {name} | {np.median(psnr):.1f} dB | {np.percentile(psnr, 10):.1f} dB | "
        f"{np.median([one.delta_e for one in found]):.2f} | {np.median([one.ssim for one in found]):.3f} | {told} |"
    )


def read_log(file: Path | None) -> dict[str, Result]:
    """The results that a log holds, by photograph and number."""
    if file is None or not file.exists():
        return {}
    kept = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return {one["copy"]: _result(one["result"]) for one in kept}


def _result(told: dict[str, Any]) -> Result:
    ours = Distance(**told["ours"]) if told["ours"] else None
    peers = tuple(Distance(**one) for one in told["peers"])
    return Result(told["family"], ours, peers, told["refused"], told["seconds"])


def _told(copy: str, one: Result) -> str:
    told = f"{one.ours.psnr:.1f} dB, {one.ours.delta_e:.2f} dE" if one.ours else one.refused
    beside = ", ".join(f"{name} {peer.psnr:.1f}" for name, peer in zip(PEERS, one.peers, strict=False))
    return f"{copy} {one.family}: {told} ({beside}), {one.seconds:.1f} s\n"


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Renders beside the truth, at full size.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", type=Path, help="the first look's number, from a file in lists/")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every Nth copy only")
    parser.add_argument("--log", type=Path, help="keep each result here (JSON lines), and go on from what is there")
    parser.add_argument("--sheet", type=Path, help="write contact sheets (PNG) into this folder")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print."""
    order = _arguments(words)
    first = json.loads(order.list.read_text("utf-8"))["first"] if order.list else DEVELOPED_WITH
    files = pictures_in(order.folder)
    known, results = read_log(order.log), []
    for copy in range(0, LOOKS_A_PHOTO * len(files), order.every):
        file, number = files[copy // LOOKS_A_PHOTO], first + copy
        name = f"{file.name} {number}"
        one = known.get(name)
        if one is None:
            one = measure(file, number, order.sheet)
            if order.log:
                with order.log.open("a", encoding="utf-8") as log:
                    log.write(json.dumps({"copy": name, "result": asdict(one)}) + "\n")
        results.append(one)
        sys.stdout.write(_told(name, one))
        sys.stdout.flush()
    for line in table_of(results):
        sys.stdout.write(line + "\n")
    if order.sheet:
        pages_of(order.sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
