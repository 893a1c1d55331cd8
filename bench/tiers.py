"""A folder and copies with a known truth, laid out from one's own photographs by a seed.

Of the photographs 30 in 100 are taken out of the folder; beside two thirds of those a sibling stays (a real one of the
same scene where the folder has one, a made one otherwise), so that the right answer, "none", is hard to give.
Every tier makes 30 in 100 of its copies from photographs that were taken out.

EASY, TYPICAL and HARD are sandbox.looks' own tiers, drawn from photographs without a made sibling in the folder. BURST
takes its copies from photographs beside which siblings stand, every second one TYPICAL, the others EASY or HARD.
A photograph is used for several copies where there are fewer photographs than copies, each time with another recipe.

Made siblings are as awkward as real ones: the same camera by EXIF, a second or two later, and a shorter name, so that
wherever the program lets a name decide between two files, the sibling wins.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from bench.photographs import Photograph, open_upright
from i2f.sandbox.photos.looks import Recipe, make_copy, make_sibling, random_recipe
from i2f.sandbox.photos.siblings import SIBLINGS

TIERS = ("EASY", "TYPICAL", "HARD", "BURST")
LEFT_OUT = 0.3
WITH_SIBLING = 2 / 3
BURST_SHARE = 0.35
"""Of the photographs that stay, so many get made siblings beside them."""
MAKE, MODEL, EXIF_IFD, TAKEN, EXIF_TIME = 0x010F, 0x0110, 0x8769, 0x9003, "%Y:%m:%d %H:%M:%S"
BURST_LOOKS = ("TYPICAL", "EASY", "TYPICAL", "HARD")


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy and its truth: `right` are the names of the files that may replace it, none where it has no original.

    `near` says what stands in the folder and must not be taken: "made" or "real" siblings, or "" for none.
    """

    name: str
    tier: str
    source: Path
    recipe: Recipe
    right: frozenset[str]
    near: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What is in the folder (names by source), which siblings are made, and the copies, in order."""

    kept: tuple[tuple[str, Path], ...]
    siblings: tuple[tuple[str, Path, str, int], ...]
    copies: tuple[Copy, ...]


def lay_out(roll: Sequence[Photograph], seed: int, count: int, strengths: tuple[float, float] | None = None) -> Layout:
    """Who stays, who goes, who gets siblings, and `count` copies in each tier; the same seed gives the same.

    `strengths` bounds how far filters are pulled, instead of the tiers' own bounds.
    """
    rng = np.random.default_rng(seed)
    names = [f"{place:05d}-{one.path.name}" for place, one in enumerate(roll)]
    order = [int(place) for place in rng.permutation(len(roll)) if roll[place].known]
    gone = order[: round(LEFT_OUT * len(order))]
    out = set(gone) | {twin for place in gone for twin in roll[place].twins}
    staying = [place for place in order if place not in out]
    real = {place for place in order if roll[place].siblings - out}
    gone.sort(key=lambda place: place not in real)
    with_sibling = gone[: round(WITH_SIBLING * len(gone))]
    burst = sorted(staying, key=lambda place: place not in real)[: max(1, round(BURST_SHARE * len(staying)))]
    rng.shuffle(burst)
    made = [place for place in [*with_sibling, *burst] if place not in real or (place in burst and rng.random() < 0.5)]
    near = {place: "real" for place in real} | dict.fromkeys(made, "made")
    right = {place: frozenset(names[k] for k in {place, *roll[place].twins}) for place in staying}

    def copy(tier: str, number: int, place: int) -> Copy:
        recipe = random_recipe(rng, BURST_LOOKS[number % 4] if tier == "BURST" else tier)
        if strengths is not None:
            recipe = replace(recipe, strength=float(rng.uniform(*strengths)))
        return Copy(
            f"{tier}-{number:04d}", tier, roll[place].path, recipe, right.get(place, frozenset()), near.get(place, "")
        )

    plain = [place for place in staying if place not in made] or staying
    copies = [
        copy(tier, number, place)
        for tier in TIERS
        for number, place in enumerate(
            _draw(rng, burst if tier == "BURST" else plain, with_sibling if tier == "BURST" else gone, count)
        )
    ]
    used = {one.source for one in copies}
    siblings = _siblings(rng, names, roll, [place for place in made if roll[place].path in used])
    kept = tuple((names[place], one.path) for place, one in enumerate(roll) if place not in out)
    return Layout(kept, siblings, tuple(copies))


def _siblings(
    rng: np.random.Generator, names: Sequence[str], roll: Sequence[Photograph], made: Sequence[int]
) -> tuple[tuple[str, Path, str, int], ...]:
    """One or two for each, as (name, made from, kind, seed)."""
    return tuple(
        (
            f"{names[place][:5]}-{number}.jpg",
            roll[place].path,
            SIBLINGS[int(rng.integers(len(SIBLINGS)))],
            int(rng.integers(1 << 31)),
        )
        for place in made
        for number in range(1 + int(rng.random() < 0.4))
    )


def _draw(rng: np.random.Generator, there: Sequence[int], gone: Sequence[int], count: int) -> list[int]:
    """`count` places, 30 in 100 of them from `gone`, everyone once before anyone twice."""
    missing = round(LEFT_OUT * count) if gone else 0
    chosen = [*_around(rng, there, count - missing), *_around(rng, gone, missing)]
    rng.shuffle(chosen)
    return chosen


def _around(rng: np.random.Generator, places: Sequence[int], count: int) -> Iterator[int]:
    shuffled = [places[int(k)] for k in rng.permutation(len(places))]
    return itertools.islice(itertools.cycle(shuffled), count if shuffled else 0)


def build(layout: Layout, home: Path) -> None:
    """Write the folder of originals (`originals/`) and the copies (`copies/NAME.jpg`) into `home`."""
    originals, copies = home / "originals", home / "copies"
    originals.mkdir(parents=True)
    copies.mkdir()
    for name, path in layout.kept:
        link(path, originals / name)
    for name, path, kind, seed in layout.siblings:
        picture = open_upright(path)
        sibling = make_sibling(picture, np.random.default_rng(seed), kind)
        sibling.save(
            originals / name,
            "JPEG",
            quality=93,
            icc_profile=picture.info.get("icc_profile"),
            exif=_a_moment_later(picture.getexif(), 1 + int(Path(name).stem[-1])),
        )
    for source, ones in itertools.groupby(sorted(layout.copies, key=lambda one: one.source), lambda one: one.source):
        picture = open_upright(source)
        for one in ones:
            (copies / f"{one.name}.jpg").write_bytes(make_copy(picture, one.recipe)[0])


def _a_moment_later(exif: Image.Exif, seconds: int) -> bytes:
    """Camera and capture time of the next shot; nothing else of the photograph's EXIF."""
    later = Image.Exif()
    for tag in (MAKE, MODEL):
        if tag in exif:
            later[tag] = exif[tag]
    try:
        taken = datetime.strptime(str(exif.get_ifd(EXIF_IFD).get(TAKEN)), EXIF_TIME).replace(tzinfo=UTC)
    except (ValueError, OSError, SyntaxError):
        return later.tobytes()
    later.get_ifd(EXIF_IFD)[TAKEN] = (taken + timedelta(seconds=seconds)).strftime(EXIF_TIME)
    return later.tobytes()


def link(path: Path, to: Path) -> None:
    """The same file at another place, or its like on another disk."""
    try:
        os.link(path, to)
    except OSError:
        shutil.copy2(path, to)
