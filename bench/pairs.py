"""Pair by pair, without a folder: `python bench/pairs.py FOLDER` asks the matcher itself about single originals.

- strangers: a copy of one photograph against another photograph;
- siblings: a copy against another exposure of its scene, made ones of every kind and the folder's own;
- tilts: a copy under a tilt-shift of any size and place, against its own original, which should be sure, and another
  exposure, the folder's own where it has one, which must not be;
- filters: a copy under a filter as Instagram's app built them (app_filters.py), likewise;
- decoys (decoys.py): against an exposure that differs in one small thing;
- ordeals (ordeals.py): a copy of great hardship against all photographs, its original among them.

Of strangers, siblings and decoys none may be sure. Of the last as many as possible should be, and with the true one.
Ends with 1 when a stranger or a sibling was taken for the same exposure.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import matcher
from bench import app_filters
from bench.decoys import MAKERS, make_pair, moved_beyond
from bench.ordeals import CHANGED_FIRST, ORDEALS, finish, prepare
from bench.photographs import Photograph, open_upright, read_roll
from bench.tables import machine
from i2f.ground.model import Fit, Kinship
from i2f.photos.decode import pixels, read_picture
from i2f.sandbox.photos.crops import Crop
from i2f.sandbox.photos.looks import TIERS, Recipe, Tilt, draw_copy, make_copy, make_sibling, press, random_recipe
from i2f.sandbox.photos.overlays import TILTS
from i2f.sandbox.photos.siblings import SIBLINGS
from i2f.sync.thresholds import SURE_SCORE

UNKNOWABLE = "again"
PROPOSALS = 8
TILT_SIBLINGS = ("leaning", "small", "leaning", "relit", "leaning", "parallax")
"""Those that move little or evenly most often: the others are told anywhere."""


@dataclass
class Tally:
    """What came of one kind of pair: how many, how many sure, and (ordeals) how many sure of the true one."""

    pairs: int = 0
    sure: int = 0
    right: int = 0
    first: int = 0
    twins: int = 0
    found: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Bench:
    """The roll, the random numbers, where pictures of wrong answers go, and the tallies by kind."""

    roll: list[Photograph]
    rng: np.random.Generator
    keep: Path | None
    only: frozenset[str] = frozenset()
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def wanted(self, kind: str) -> bool:
        """Whether this kind of decoy or ordeal is asked for."""
        return not self.only or kind in self.only

    def photographs(self, count: int) -> Iterator[tuple[int, Image.Image]]:
        """`count` photographs whose truth is known, everyone once before anyone twice."""
        known = [place for place, one in enumerate(self.roll) if one.known]
        for number in range(count):
            if number % len(known) == 0:
                self.rng.shuffle(known)
            place = known[number % len(known)]
            yield place, open_upright(self.roll[place].path)

    def some_recipe(self) -> Recipe:
        """Of any tier."""
        return random_recipe(self.rng, TIERS[int(self.rng.integers(len(TIERS)))])

    def ask(
        self, kind: str, copy: bytes, decoy: Image.Image, told: dict[str, Any], true: Image.Image | None = None
    ) -> None:
        """Compare a copy with an original that is not its own; with its own as well, whether they pass for twins."""
        data = as_jpeg(decoy)
        fit = compare_one(copy, data)
        if true is not None:
            self.tallies[kind].twins += pass_for_twins(copy, as_jpeg(true), data)
        tally = self.tallies[kind]
        tally.pairs += 1
        wrong = fit.sure
        tally.sure += wrong
        tally.found.append(
            {
                "wrong": wrong,
                "score": fit.score,
                "sure": fit.sure,
                "tone": fit.tone,
                "words": fit.words,
                "figures": fit.figures,
                "measures": fit.measures,
                **told,
            }
        )
        if wrong and self.keep:
            place = self.keep / f"{kind.replace(' ', '-')}-{tally.pairs:04d}"
            place.mkdir(parents=True, exist_ok=True)
            (place / "copy.jpg").write_bytes(copy)
            (place / "decoy.jpg").write_bytes(data)
            (place / "what.json").write_text(json.dumps(tally.found[-1], indent=1) + "\n", "utf-8")


def as_jpeg(picture: Image.Image) -> bytes:
    """A photograph as a phone would save it."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=94, icc_profile=picture.info.get("icc_profile"))
    return buffer.getvalue()


def thumbnail_of(data: bytes) -> NDArray[np.uint8]:
    """An original as the program keeps it."""
    picture = read_picture(data)
    if picture is None:
        raise ValueError("a picture too large for this benchmark")
    return pixels(picture.thumbnail)


def compare_one(copy: bytes, original: bytes) -> Fit:
    """The matcher's word on one copy and one original."""
    thumbnail, shown = thumbnail_of(original), pixels(copy)
    proposal = matcher.Index([matcher.fingerprint(thumbnail)]).search(shown, 1)[0]
    return matcher.compare(shown, thumbnail, proposal)


def pass_for_twins(copy: bytes, true: bytes, decoy: bytes) -> bool:
    """Whether the two would stand in the plan as files of one exposure, either of which may be sent."""
    shown, thumbnails = pixels(copy), [thumbnail_of(data) for data in (true, decoy)]
    proposals = matcher.Index([matcher.fingerprint(one) for one in thumbnails]).search(shown, 2)
    fits = {one.index: matcher.compare(shown, thumbnails[one.index], one) for one in proposals}
    if len(fits) < 2:
        return False
    kin = matcher.kinship(thumbnails[0], fits[0], thumbnails[1], fits[1])
    return kin is Kinship.TWIN


def strangers(bench: Bench, count: int) -> None:
    """A copy against a photograph of something else."""
    for place, picture in bench.photographs(count):
        recipe = bench.some_recipe()
        here = bench.roll[place]
        others = set(range(len(bench.roll))) - {place} - here.twins - here.siblings
        other = bench.roll[int(bench.rng.choice(sorted(others)))]
        bench.ask(
            "strangers",
            make_copy(picture, recipe)[0],
            open_upright(other.path),
            {"source": here.path.name, "other": other.path.name, "recipe": asdict(recipe)},
        )


def siblings(bench: Bench, count: int) -> None:
    """A copy against another exposure: the folder's own where it has some, else made ones, kind after kind."""
    for number, (place, picture) in enumerate(bench.photographs(count)):
        recipe, own = bench.some_recipe(), sorted(bench.roll[place].siblings)
        told = {"source": bench.roll[place].path.name, "recipe": asdict(recipe)}
        copy = make_copy(picture, recipe)[0]
        if own and number % 2:
            other = bench.roll[int(bench.rng.choice(own))]
            bench.ask("sibling, real", copy, open_upright(other.path), told | {"other": other.path.name})
        else:
            kind = SIBLINGS[number % len(SIBLINGS)]
            bench.ask(f"sibling, {kind}", copy, make_sibling(picture, bench.rng, kind), told)


def tilts(bench: Bench, count: int) -> None:
    """A copy of which a disc or a band is sharp, against its own original, a made sibling and a real one; and
    one whose sharp part is still, against an exposure in which the rest moved."""
    for number, (place, picture) in enumerate(bench.photographs(count)):
        here, recipe = bench.roll[place], tilted(bench.some_recipe(), bench.rng)
        whole = replace(recipe, crop=Crop(), frame=None)
        bench.ask(
            "sibling, still where it is sharp",
            make_copy(picture, whole)[0],
            moved_beyond(picture, whole.tilt, bench.rng),
            {"source": here.path.name, "recipe": asdict(whole)},
        )
        copy, told = make_copy(picture, recipe)[0], {"source": here.path.name, "recipe": asdict(recipe)}
        kind = TILT_SIBLINGS[number % len(TILT_SIBLINGS)]
        bench.ask("tilt-shift, its own", copy, picture, told)
        bench.ask(f"sibling, {kind}, under tilt-shift", copy, make_sibling(picture, bench.rng, kind), told)
        if here.siblings:
            other = bench.roll[int(bench.rng.choice(sorted(here.siblings)))]
            told = told | {"other": other.path.name}
            bench.ask("sibling, real, under tilt-shift", copy, open_upright(other.path), told)


def tilted(recipe: Recipe, rng: np.random.Generator) -> Recipe:
    """The recipe with a sharp part of 6 to 35 per cent of the short side to each side, anywhere."""
    x, y = rng.uniform(0.08, 0.92, 2)
    half = float(np.exp(rng.uniform(np.log(0.06), np.log(0.35))))
    tilt = Tilt(str(rng.choice(TILTS)), (float(x), float(y)), half, float(rng.uniform(0.004, 0.018)))
    return replace(recipe, tilt=tilt, padding=None)


def filters(bench: Bench, count: int) -> None:
    """A copy under a filter of the app, family by family, against its own original, a made sibling and a real one."""
    for number, (place, picture) in enumerate(bench.photographs(count)):
        here, look = bench.roll[place], int(bench.rng.integers(1 << 20)) * len(app_filters.FAMILIES) + number
        recipe = replace(random_recipe(bench.rng, "TYPICAL"), filter="normal", lux=0.0, tilt=None, frame=None)
        copy = under_a_filter(picture, recipe, look)
        told = {"source": here.path.name, "look": look, "recipe": asdict(recipe)}
        bench.ask(f"filter, {app_filters.family_of(look)}, its own", copy, picture, told)
        bench.ask(
            "sibling, made, under a filter",
            copy,
            make_sibling(picture, bench.rng, SIBLINGS[number % len(SIBLINGS)]),
            told,
        )
        if here.siblings:
            other = bench.roll[int(bench.rng.choice(sorted(here.siblings)))]
            told = told | {"other": other.path.name}
            bench.ask("sibling, real, under a filter", copy, open_upright(other.path), told)


def under_a_filter(picture: Image.Image, recipe: Recipe, look: int) -> bytes:
    """The copy of a recipe under this look, pressed as the recipe says."""
    seen = np.asarray(draw_copy(picture, recipe).picture, np.float32) / np.float32(255)
    shown = Image.fromarray((app_filters.look(seen, look) * 255 + 0.5).astype(np.uint8))
    return press(shown, recipe.qualities)


def decoys(bench: Bench, count: int) -> None:
    """`count` of every kind, copies EASY and TYPICAL by turns."""
    for kind in (kind for kind in MAKERS if bench.wanted(kind)):
        for number, (place, picture) in enumerate(bench.photographs(count)):
            other = bench.roll[(place + 1 + int(bench.rng.integers(len(bench.roll) - 1))) % len(bench.roll)]
            true, decoy = make_pair(kind, picture, open_upright(other.path), bench.rng)
            recipe = _seen(random_recipe(bench.rng, TIERS[number % 2 if kind != "recoloured" else 0]))
            bench.ask(
                kind,
                make_copy(true, recipe)[0],
                decoy,
                {"source": bench.roll[place].path.name, "recipe": asdict(recipe)},
                true,
            )


def _seen(recipe: Recipe) -> Recipe:
    """The recipe with the middle square shown whole and unblurred, so that the change is in the copy."""
    crop = replace(recipe.crop, shape="square", zoom=1.0, pan=(0.5, 0.5))
    return replace(recipe, crop=crop, tilt=None)


def ordeals(bench: Bench, count: int) -> None:
    """`count` of every hardship, searched among all photographs."""
    thumbnails = [thumbnail_of(one.path.read_bytes()) for one in bench.roll]
    fingerprints = [matcher.fingerprint(one) for one in thumbnails]
    for name, draw in ((name, draw) for name, draw in ORDEALS.items() if bench.wanted(name)):
        for place, picture in bench.photographs(count):
            recipe = draw(bench.rng)
            mine = prepare(name, picture)
            shown = pixels(finish(name, make_copy(mine, recipe)[0], bench.rng))
            if name in CHANGED_FIRST:
                thumbnails[place] = thumbnail_of(as_jpeg(mine))
                fingerprints[place] = matcher.fingerprint(thumbnails[place])
            _face(bench, place, shown, (thumbnails, fingerprints), {"ordeal": name, "recipe": asdict(recipe)})
            if name in CHANGED_FIRST:
                thumbnails[place] = thumbnail_of(bench.roll[place].path.read_bytes())
                fingerprints[place] = matcher.fingerprint(thumbnails[place])


def _face(
    bench: Bench,
    place: int,
    shown: NDArray[np.uint8],
    known: tuple[list[NDArray[np.uint8]], list[NDArray[Any]]],
    told: dict[str, Any],
) -> None:
    """One copy of great hardship among all photographs."""
    thumbnails, fingerprints = known
    proposals = matcher.Index(fingerprints).search(shown, PROPOSALS)
    fits = sorted(
        ((matcher.compare(shown, thumbnails[one.index], one), one.index) for one in proposals),
        key=lambda pair: -pair[0].score,
    )
    (best, index), right = fits[0], {place, *bench.roll[place].twins}
    sure = best.sure and best.score >= SURE_SCORE
    tally = bench.tallies[f"ordeal: {told['ordeal']}"]
    tally.pairs += 1
    tally.sure += sure
    tally.right += sure and index in right
    tally.first += index in right
    mine = next((fit for fit, at in fits if at in right), None)
    tally.found.append(
        {
            "wrong": sure and index not in right,
            "proposed": any(one.index in right for one in proposals),
            "first": index in right,
            "sure": sure,
            "source": bench.roll[place].path.name,
            **told,
            "score": mine.score if mine else None,
            "tone": mine.tone if mine else None,
            "words": mine.words if mine else "",
            "figures": mine.figures if mine else "",
            "measures": mine.measures if mine else {},
        }
    )


def of_half(roll: Sequence[Photograph], half: int | None) -> list[Photograph]:
    """The roll, with copies made of one half of its photographs only; names that differ in digits stay together."""

    def there(one: Photograph) -> bool:
        name = re.sub(r"\d", "", one.path.stem[:14])
        return half is None or hashlib.sha256(name.encode()).digest()[0] % 2 == half

    return [replace(one, known=one.known and there(one)) for one in roll]


def table(bench: Bench) -> str:
    """One row a kind."""
    rows = [
        "| pairs of | asked | sure | of these right | true one first | passed for twins |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for kind, one in bench.tallies.items():
        tail = f"{one.right} | {one.first} | -" if kind.startswith("ordeal") else f"- | - | {one.twins}"
        rows.append(f"| {kind} | {one.pairs} | {one.sure} | {tail} |")
    return "\n".join(rows)


def main(words: Sequence[str] | None = None) -> int:
    """Ask; 1 when a stranger or a sibling was sure."""
    parser = argparse.ArgumentParser(description="Pairs that must never be sure, and copies that should be.")
    parser.add_argument("folder", type=Path)
    for name, default in (
        ("strangers", 1000),
        ("siblings", 1000),
        ("tilts", 0),
        ("filters", 0),
        ("decoys", 0),
        ("ordeals", 0),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"how many (default {default})")
    parser.add_argument("--half", type=int, choices=(0, 1), help="copies of this half of the photographs alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write every pair here")
    parser.add_argument("--keep", type=Path, help="keep the pictures of wrong answers here")
    parser.add_argument("--only", nargs="*", default=(), metavar="KIND", help="these decoys and ordeals alone")
    order = parser.parse_args(words)
    roll = of_half(read_roll(order.folder), order.half)
    bench = Bench(roll, np.random.default_rng(order.seed), order.keep, frozenset(order.only))
    for ask, count in (
        (strangers, order.strangers),
        (siblings, order.siblings),
        (tilts, order.tilts),
        (filters, order.filters),
        (decoys, order.decoys),
        (ordeals, order.ordeals),
    ):
        if count:
            ask(bench, count)
    sys.stdout.write(f"seed {order.seed}; {machine()}\n\n{table(bench)}\n")
    if order.json:
        order.json.write_text(json.dumps({kind: asdict(one) for kind, one in bench.tallies.items()}) + "\n", "utf-8")
    return int(any(one.sure for kind, one in bench.tallies.items() if kind.startswith(("strangers", "sibling"))))


if __name__ == "__main__":
    sys.exit(main())
