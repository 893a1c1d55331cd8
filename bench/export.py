"""What Instagram's data export adds: `python -m bench.export FOLDER [--copies N] [--edge PIXELS] [--seed S]`.

Copies are made of the folder's own photographs as Instagram would have made them, and then made as small as Flickr may
hold them (an edge of 306 pixels was a common rendition of the first years). A third of the originals is taken out of
the folder. The program itself decides in dry runs against the simulated Flickr, first without and then with an export
that holds the posted pictures, those of the missing originals too. Each copy bears its post's caption. A replacement by
any file but the photograph's own or its twin is wrong.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from bench.photographs import Photograph, open_upright, read_roll
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.photos.looks import make_copy, random_recipe

PROGRAM = Path(__file__).resolve().parents[1] / "instagram2flickr.py"
MISSING = 3
FIRST_POST = 1_339_000_000


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
    parser.add_argument("--edge", type=int, default=306)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    roll = read_roll(asked.folder)
    print("| tier | edge | copies | with original | export | replaced rightly | to review | wrong |")  # noqa: T201
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")  # noqa: T201
    for tier in ("TYPICAL", "HARD"):
        for line in measure(roll, tier, asked.copies, asked.edge, asked.seed):
            print(line, flush=True)  # noqa: T201


def measure(roll: list[Photograph], tier: str, copies: int, edge: int, seed: int) -> list[str]:
    """The two lines of one tier."""
    rng = np.random.default_rng(seed)
    known = [place for place, one in enumerate(roll) if one.known]
    chosen = [known[place] for place in rng.permutation(len(known))[:copies]]
    gone = {other for place in chosen[::MISSING] for other in (place, *roll[place].twins)}
    with tempfile.TemporaryDirectory() as temporary, SandboxFlickr() as flickr:
        root = Path(temporary)
        (root / "roll").mkdir()
        (root / "export").mkdir()
        for place, one in enumerate(roll):
            if place not in gone:
                (root / "roll" / f"{place:05d}{one.path.suffix}").symlink_to(one.path.resolve())
        posted, entries = {}, []
        for number, place in enumerate(chosen):
            data, _ = make_copy(open_upright(roll[place].path).convert("RGB"), random_recipe(rng, tier))
            name, caption = f"1_2_3_n_{17842264444062000 + number}.jpg", f"Photograph number {number} of this list"
            (root / "export" / name).write_bytes(data)
            entries.append({"media": [{"uri": name, "creation_timestamp": FIRST_POST + number, "title": caption}]})
            photo_id = flickr.add_photo(_small(data, edge), title=caption, tags="ifttt instagram")
            posted[photo_id] = Posted(place, place not in gone)
        (root / "export" / "posts_1.json").write_text(json.dumps(entries), encoding="utf-8")
        return [
            _line((tier, edge), posted, roll, _decisions(flickr, root, export), export=bool(export))
            for export in ((), ("--export", str(root / "export")))
        ]


def _small(data: bytes, edge: int) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((edge, edge))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=75)
    return buffer.getvalue()


def _decisions(flickr: SandboxFlickr, root: Path, export: tuple[str, ...]) -> dict[str, dict[str, str]]:
    token, secret = flickr.issue_token("write")
    told = {"SANDBOX": flickr.url, "STATE": str(root / "state"), "SYNC_MIN_GAIN": "0"}
    told |= {"FLICKR_API_KEY": flickr.api_key, "FLICKR_API_SECRET": flickr.api_secret}
    told |= {"FLICKR_TOKEN": token, "FLICKR_TOKEN_SECRET": secret}
    environment = {**os.environ, **{f"INSTAGRAM2FLICKR_{name}": value for name, value in told.items()}}
    report = root / "report.json"
    words = [
        sys.executable,
        str(PROGRAM),
        "sync",
        str(root / "roll"),
        "--dry-run",
        "-q",
        "--json",
        str(report),
        *export,
    ]
    subprocess.run(words, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return {one["photo_id"]: one for one in json.loads(report.read_text(encoding="utf-8"))["photos"]}


def _line(
    measured: tuple[str, int],
    posted: dict[str, Posted],
    roll: list[Photograph],
    decisions: dict[str, dict[str, str]],
    *,
    export: bool,
) -> str:
    right = wrong = 0
    for photo_id, one in posted.items():
        if decisions[photo_id]["decision"] == "replace":
            place = int(Path(decisions[photo_id]["original"]).stem)
            is_right = place == one.place or place in roll[one.place].twins
            right, wrong = right + is_right, wrong + (not is_right)
    there = sum(one.is_there for one in posted.values())
    review = sum(one["decision"] == "review" for one in decisions.values())
    tier, edge = measured
    with_it = "with" if export else "without"
    return f"| {tier} | {edge} | {len(posted)} | {there} | {with_it} | {right} | {review} | {wrong} |"


if __name__ == "__main__":
    main()
