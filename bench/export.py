"""What Instagram's data export adds: `python -m bench.export FOLDER [--copies N] [--edge PIXELS] [--seed S]`.

Copies are made of the folder's own photographs as Instagram would have made them, and then made as small as Flickr may
hold them: 612 or 640 pixels were Instagram's own sizes until July 2015, 306 a common rendition of the first years. A
third of the originals is taken out of the folder. The program itself decides in dry runs against the simulated Flickr,
first without and then with an export that holds the posted pictures, those of the missing originals too. Each copy
bears its post's caption and no link that tells a second. A replacement by any file but the photograph's own or its twin
is wrong.

The posted picture is the copy before it was made small, pressed as often, or, with --posted PIXELS, that wide and
pressed once, as exports since 2021 hold pictures (1440). A photograph that is smaller gives what it has.

A run can be agreed on beforehand: --list FILE reads seed, copies, edges and --posted from a file in lists/. --keep
FOLDER keeps the reports, and the roll as it was read, for a look at single copies and for the next run.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from bench.photographs import Photograph, open_upright, read_roll
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.photos.looks import Recipe, draw_copy, press, random_recipe

PROGRAM = Path(__file__).resolve().parents[1] / "instagram2flickr.py"
MISSING = 3
FIRST_POST = 1_760_000_000
"""After every shot of the folder: what was taken after its post is rightly no match."""
TIERS = ("TYPICAL", "HARD")
POSTED_QUALITY = 86
"""Of the pictures in an export of 2025."""


@dataclass(frozen=True)
class Measured:
    """What is measured: copies of a tier, `edge` pixels at most, drawn from a seed; `posted` pixels in the export."""

    tier: str
    edge: int
    copies: int
    seed: int
    posted: int | None


@dataclass(frozen=True)
class Posted:
    """A copy: the photograph it was made of, by place, and whether that is still in the folder."""

    place: int
    is_there: bool


def main() -> None:
    """Measure TYPICAL and HARD and print one line for each, without and with the export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, default=24)
    parser.add_argument("--edge", type=int, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--posted", type=int)
    parser.add_argument("--list", type=Path, help="seed, copies, edges and posted from a file in lists/")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    asked = parser.parse_args()
    edges = asked.edge or [306]
    if asked.list:
        agreed = json.loads(asked.list.read_text(encoding="utf-8"))
        asked.seed, asked.copies, edges = agreed["seed"], agreed["copies"], agreed["edges"]
        asked.posted = agreed["posted"]
    print("| tier | edge | copies | with original | export | replaced rightly | to review | wrong |")  # noqa: T201
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")  # noqa: T201
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(read_roll(asked.folder), asked.keep or Path(temporary))
        for edge in edges:
            for tier in TIERS:
                for line in bench.measure(Measured(tier, edge, asked.copies, asked.seed, asked.posted)):
                    print(line, flush=True)  # noqa: T201


class Bench:
    """A roll, and a state folder in which all of it has been read."""

    def __init__(self, roll: list[Photograph], home: Path) -> None:
        """The roll is read by `doctor`, once for all that is measured."""
        self._roll, self._home = roll, home
        (home / "roll").mkdir(parents=True, exist_ok=True)
        self._put_into_the_roll(set())
        if not (home / "read").exists():
            with SandboxFlickr() as flickr:
                _run(flickr, home / "reading", "doctor", home / "roll")
            shutil.move(home / "reading", home / "read")

    def measure(self, measured: Measured) -> Iterator[str]:
        """The two lines of one tier and edge."""
        rng = np.random.default_rng(measured.seed)
        roll = self._roll
        known = [place for place, one in enumerate(roll) if one.known]
        chosen = [known[place] for place in rng.permutation(len(known))[: measured.copies]]
        gone = {other for place in chosen[::MISSING] for other in (place, *roll[place].twins)}
        self._put_into_the_roll(gone)
        export = self._home / "export"
        shutil.rmtree(export, ignore_errors=True)
        export.mkdir()
        with SandboxFlickr() as flickr:
            posted, entries = {}, []
            for number, place in enumerate(chosen):
                recipe = random_recipe(rng, measured.tier)
                data, copy = _made(open_upright(roll[place].path).convert("RGB"), recipe, measured)
                name, caption = f"1_2_3_n_{17842264444062000 + number}.jpg", f"Photograph number {number} of this list"
                (export / name).write_bytes(data)
                entries.append({"media": [{"uri": name, "creation_timestamp": FIRST_POST + number, "title": caption}]})
                photo_id = flickr.add_photo(copy, title=caption, tags="ifttt instagram")
                posted[photo_id] = Posted(place, place not in gone)
            (export / "posts_1.json").write_text(json.dumps(entries), encoding="utf-8")
            state = self._home / "state"
            shutil.rmtree(state, ignore_errors=True)
            shutil.copytree(self._home / "read", state)
            for told in ((), ("--export", export)):
                yield self._line(measured, posted, self._decisions(flickr, measured, told), export=bool(told))

    def _put_into_the_roll(self, gone: set[int]) -> None:
        """Link every photograph but those that are gone, each by its place."""
        for place, one in enumerate(self._roll):
            link = self._home / "roll" / f"{place:05d}{one.path.suffix}"
            link.unlink(missing_ok=True)
            if place not in gone:
                link.symlink_to(one.path.resolve())

    def _decisions(
        self, flickr: SandboxFlickr, measured: Measured, export: tuple[object, ...]
    ) -> dict[str, dict[str, str]]:
        with_it = "with" if export else "without"
        report = self._home / f"{measured.tier}-{measured.edge}-{measured.seed}-{with_it}.json"
        words = ["sync", self._home / "roll", "--dry-run", "-q", "--json", report, *export]
        _run(flickr, self._home / "state", *words)
        return {one["photo_id"]: one for one in json.loads(report.read_text(encoding="utf-8"))["photos"]}

    def _line(
        self, measured: Measured, posted: dict[str, Posted], decisions: dict[str, dict[str, str]], *, export: bool
    ) -> str:
        right = wrong = 0
        for photo_id, one in posted.items():
            if decisions[photo_id]["decision"] == "replace":
                place = int(Path(decisions[photo_id]["original"]).stem)
                is_right = place == one.place or place in self._roll[one.place].twins
                right, wrong = right + is_right, wrong + (not is_right)
        there = sum(one.is_there for one in posted.values())
        review = sum(one["decision"] == "review" for one in decisions.values())
        with_it = "with" if export else "without"
        cells = (measured.tier, measured.edge, len(posted), there, with_it, right, review, wrong)
        return f"| {' | '.join(map(str, cells))} |"


def _made(original: Image.Image, recipe: Recipe, measured: Measured) -> tuple[bytes, bytes]:
    """The picture in the export, and the copy on Flickr."""
    if measured.posted is None:
        data = press(draw_copy(original, recipe).picture, recipe.qualities)
        with Image.open(io.BytesIO(data)) as picture:
            return data, _small(picture.convert("RGB"), measured.edge, (75,))
    drawn = draw_copy(original, replace(recipe, width=measured.posted)).picture
    return press(drawn, (POSTED_QUALITY,)), _small(drawn, measured.edge, recipe.qualities)


def _small(picture: Image.Image, edge: int, qualities: tuple[int, ...]) -> bytes:
    small = picture.copy()
    small.thumbnail((edge, edge))
    return press(small, qualities)


def _run(flickr: SandboxFlickr, state: Path, *words: object) -> None:
    token, secret = flickr.issue_token("write")
    told = {"SANDBOX": flickr.url, "STATE": str(state), "SYNC_MIN_GAIN": "0"}
    told |= {"FLICKR_API_KEY": flickr.api_key, "FLICKR_API_SECRET": flickr.api_secret}
    told |= {"FLICKR_TOKEN": token, "FLICKR_TOKEN_SECRET": secret}
    environment = {**os.environ, **{f"INSTAGRAM2FLICKR_{name}": value for name, value in told.items()}}
    command = [sys.executable, str(PROGRAM), *map(str, words)]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
