"""Is anything but an original ever taken for one: `python -m bench.traps FOLDER`, on one's own photographs.

A phone's folder holds more than photographs. Of each photograph two copies are posted, and each gets a folder to be
looked for in that differs in what lies there of this photograph:

- alone: a file that holds the picture and is no original (a screenshot, a collage, the copy enlarged: trap_files.py),
  and no original. The right answer is never to replace by rule.
- beside: the original with such a file beside it, three times in ten with two or three. Right is the original.
- bare: the original with all its metadata removed, and nothing beside it. Right is this file.

Every photograph has two of the three cases, one in each of two folders; all other photographs of such a folder lie
there as they are, without their twins. A case counts for the kind of its first trap; every kind comes equally often.
Copies are EASY or TYPICAL (tiers.py), 612 to 1080 pixels or as large as the photograph allows, and the rule that the
original must be larger is off (runs.py): so a trap is refused for what it is, not for its size.

A run can be agreed on beforehand: --list FILE. Nothing of the folder is changed, and nothing leaves this machine. Ends
with 1 when anything but the original was planned; those files are kept for looking at them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image

from bench.photographs import Photograph, open_upright, read_roll
from bench.runs import Answers, run_sync
from bench.scores import share
from bench.tables import machine, table
from bench.tiers import link
from bench.trap_files import KINDS
from bench.trap_scene import Scene, as_jpeg, camera_name
from i2f.photos.color_profiles import to_srgb
from i2f.photos.formats import jpeg_segments
from i2f.sandbox.photos.looks import Recipe, random_recipe

FOLDERS = ("a", "b")
CASES = (("alone", "beside"), ("beside", "bare"), ("bare", "alone"))
"""Which cases a photograph has in the two folders, in turn."""
EASY_SHARE = 0.4
MORE_TRAPS = 0.3
ORIENTATION = 0x0112
APP0, APP14, APP15, COMMENT, SCAN = 0xE0, 0xEE, 0xEF, 0xFE, 0xDA


@dataclass(frozen=True, slots=True)
class Case:
    """One copy and what lies in its folder of the photograph it was made from. `kinds` are the traps', first counts."""

    name: str
    folder: str
    what: str
    place: int
    source: Path
    recipe: Recipe
    original: PurePosixPath
    kinds: tuple[str, ...]
    others: tuple[Path, ...]
    seed: int

    @property
    def right(self) -> PurePosixPath | None:
        """The one file that may replace the copy, below the folder; None where there is none."""
        return None if self.what == "alone" else self.original


@dataclass(frozen=True, slots=True)
class Layout:
    """The cases of both folders, and which photographs lie in each as they are, by their place below it."""

    cases: tuple[Case, ...]
    plain: Mapping[str, Mapping[PurePosixPath, Path]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case as the program answered it; `chosen` and the traps' places are below the folder.

    `taken` is the kind of what was chosen where that is a trap, be it another case's (a collage holds several).
    """

    case: Case
    decision: str
    reason: str
    chosen: PurePosixPath | None
    traps: tuple[PurePosixPath, ...]
    taken: str | None

    @property
    def is_right(self) -> bool:
        """The original itself was planned, by path."""
        return self.chosen is not None and self.chosen == self.case.right

    @property
    def is_wrong(self) -> bool:
        """Anything else was planned."""
        return self.chosen is not None and self.chosen != self.case.right


def lay_out(roll: Sequence[Photograph], seed: int, photographs: int) -> Layout:
    """Two cases for so many photographs; the same seed gives the same. Of twins one is drawn, the others stay out."""
    rng = np.random.default_rng(seed)
    drawn: list[int] = []
    for place in (int(one) for one in rng.permutation(len(roll))):
        if roll[place].known and len(drawn) < photographs and roll[place].twins.isdisjoint(drawn):
            drawn.append(place)
    names = [_original_place(place, one.path, rng) for place, one in enumerate(roll)]
    kinds = _in_turn(rng)
    cases = [
        _case(rng, roll, folder, CASES[number % len(CASES)][half], place, names[place], kinds)
        for number, place in enumerate(drawn)
        for half, folder in enumerate(FOLDERS)
    ]
    out = set(drawn) | {twin for place in drawn for twin in roll[place].twins}
    plain = {name: one.path for place, (name, one) in enumerate(zip(names, roll, strict=True)) if place not in out}
    return Layout(tuple(cases), dict.fromkeys(FOLDERS, plain))


def _case(
    rng: np.random.Generator,
    roll: Sequence[Photograph],
    folder: str,
    what: str,
    place: int,
    original: PurePosixPath,
    kinds: Iterator[str],
) -> Case:
    own = {place, *roll[place].twins, *roll[place].siblings}
    strangers = [one.path for number, one in enumerate(roll) if number not in own] or [roll[place].path]
    others = tuple(strangers[int(rng.integers(len(strangers)))] for _ in range(9))
    mine: tuple[str, ...] = ()
    if what != "bare":
        first = next(kinds)
        more = int(rng.integers(1, 3)) if what == "beside" and rng.random() < MORE_TRAPS else 0
        rest = [kind for kind in KINDS if kind != first]
        mine = (first, *(rest[int(at)] for at in rng.permutation(len(rest))[:more]))
    recipe = random_recipe(rng, "EASY" if rng.random() < EASY_SHARE else "TYPICAL")
    if what == "bare":
        original = original.with_suffix(".jpg" if original.suffix.islower() else ".JPG")
    return Case(
        f"{folder}-{what}-{place:05d}",
        folder,
        what,
        place,
        roll[place].path,
        recipe,
        original,
        mine,
        others,
        int(rng.integers(1 << 31)),
    )


def _in_turn(rng: np.random.Generator) -> Iterator[str]:
    """Every kind once, in any order, before any kind again."""
    names = tuple(KINDS)
    while True:
        yield from (names[int(at)] for at in rng.permutation(len(names)))


def _original_place(place: int, path: Path, rng: np.random.Generator) -> PurePosixPath:
    """A name as cameras give it, in a folder of their own kind; unlike in a real camera no name comes twice."""
    return PurePosixPath("DCIM", f"{100 + place // 50}APPLE", f"{place:05d}", camera_name(rng, path.suffix))


def build(layout: Layout, home: Path) -> dict[str, tuple[PurePosixPath, ...]]:
    """Write `home`/a and `home`/b, each with originals/ and copies/; says where the traps of each case lie."""
    traps = {}
    for folder in FOLDERS:
        originals, copies = home / folder / "originals", home / folder / "copies"
        originals.mkdir(parents=True)
        copies.mkdir()
        for name, path in layout.plain[folder].items():
            _put(path, originals / name)
    for case in layout.cases:
        traps[case.name] = _build_case(case, home / case.folder)
    return traps


def _build_case(case: Case, home: Path) -> tuple[PurePosixPath, ...]:
    originals = home / "originals"
    scene = Scene(case.source, case.recipe, case.others)
    (home / "copies" / f"{case.name}.jpg").write_bytes(scene.copy_bytes)
    if case.what == "beside":
        _put(case.source, originals / case.original)
    elif case.what == "bare":
        bare = originals / case.original
        bare.parent.mkdir(parents=True, exist_ok=True)
        bare.write_bytes(strip(case.source))
    places = []
    for number, kind in enumerate(case.kinds):
        trap = KINDS[kind](scene, np.random.default_rng((case.seed, number)))
        place, again = trap.place, 0
        while (originals / place).exists():
            again += 1
            place = trap.place.parent / str(again) / trap.place.name
        (originals / place).parent.mkdir(parents=True, exist_ok=True)
        (originals / place).write_bytes(trap.data)
        places.append(place)
    return tuple(places)


def strip(path: Path) -> bytes:
    """The photograph without any metadata: pixels untouched where it is an upright JPEG, else turned and saved anew."""
    data = path.read_bytes()
    with Image.open(path) as picture:
        is_turned = picture.getexif().get(ORIENTATION, 1) != 1
    if is_turned or not data.startswith(b"\xff\xd8"):
        upright = open_upright(path)
        return as_jpeg(to_srgb(upright, upright.info.get("icc_profile")), 95)
    kept, end = [data[:2]], 2
    for one in jpeg_segments(data):
        if one.marker == SCAN:
            return b"".join([*kept, data[end:]])
        if one.marker in (APP0, APP14) or not (APP0 < one.marker <= APP15 or one.marker == COMMENT):
            kept.append(data[one.begin - 4 : one.end])
        end = one.end
    return data


def _put(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    link(path, to)


def judge(
    layout: Layout, traps: Mapping[str, tuple[PurePosixPath, ...]], answers: Mapping[str, Answers], home: Path
) -> list[Verdict]:
    """Each case with what the report says of it."""
    kinds = {
        (case.folder, place): kind
        for case in layout.cases
        for place, kind in zip(traps[case.name], case.kinds, strict=True)
    }
    verdicts = []
    for case in layout.cases:
        told = answers[case.folder].photos[case.name]
        folder = home / case.folder / "originals"
        chosen = PurePosixPath(PurePath(told["original"]).relative_to(folder).as_posix()) if told["original"] else None
        taken = kinds.get((case.folder, chosen)) if chosen else None
        verdicts.append(Verdict(case, told["decision"], told["reason"], chosen, traps[case.name], taken))
    return verdicts


def main(words: Sequence[str] | None = None) -> int:
    """Run it; 1 when anything but an original was planned."""
    order = parse(words)
    layout = lay_out(read_roll(order.folder), order.seed, order.photographs)
    with tempfile.TemporaryDirectory(prefix="bench-traps-") as scratch:
        home = (order.keep or Path(scratch)).resolve()
        traps = build(layout, home)
        answers = {
            folder: run_sync(home / folder, [one.name for one in layout.cases if one.folder == folder])
            for folder in FOLDERS
        }
        verdicts = judge(layout, traps, answers, home)
        wrong = [_keep_wrong(one, home, order.wrong) for one in verdicts if one.is_wrong]
    photographs = len({one.place for one in layout.cases})
    parts = [
        f"{photographs} photographs, two cases each, seed {order.seed}.\n{machine()}",
        summary(verdicts),
        kind_table(verdicts),
        "\n".join(f"WRONG: {line}" for line in wrong),
    ]
    sys.stdout.write("\n\n".join(part for part in parts if part) + "\n")
    if order.json:
        order.json.write_text(json.dumps(_figures(order, verdicts, answers), indent=1) + "\n", "utf-8")
    return 1 if wrong else 0


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """What is asked for, a list's seed and number in place of the options'."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.traps", description="Is anything but an original taken for one?"
    )
    parser.add_argument("folder", type=Path, help="photographs; sub-folders too")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other traps (default 1)")
    parser.add_argument("--photographs", type=int, default=300, help="how many, with two cases each (default 300)")
    parser.add_argument("--list", type=Path, help="seed and number of photographs from a file in lists/")
    parser.add_argument("--json", type=Path, help="write every figure and every answer here")
    parser.add_argument("--keep", type=Path, help="lay everything out in this new folder and leave it there")
    parser.add_argument("--wrong", type=Path, default=Path("wrong-answers"), help="where those are kept")
    order = parser.parse_args(words)
    if order.list:
        agreed = json.loads(order.list.read_text(encoding="utf-8"))
        order.seed, order.photographs = agreed["seed"], agreed["photographs"]
    return order


def _keep_wrong(verdict: Verdict, home: Path, wrong: Path) -> str:
    """Copy the copy, the photograph and the file that was planned to `wrong`; one line for it."""
    case, chosen = verdict.case, verdict.chosen
    assert chosen is not None
    place = wrong / case.name
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(home / case.folder / "copies" / f"{case.name}.jpg", place / "copy.jpg")
    shutil.copy(home / case.folder / "originals" / chosen, place / f"chosen-{chosen.name}")
    shutil.copy(case.source, place / f"true-{case.source.name}")
    what = verdict.taken or "another photograph"
    return f"{case.name} by {chosen} ({what}), made from {case.source.name}; files in {place}"


def summary(verdicts: Sequence[Verdict]) -> str:
    """The three figures that count."""
    alone, beside, bare = ([one for one in verdicts if one.case.what == what] for what in ("alone", "beside", "bare"))
    taken = sum(one.taken is not None for one in verdicts)
    other = sum(one.is_wrong for one in verdicts) - taken
    return "\n".join(
        (
            f"Traps taken: {taken}, in {len(alone) + len(beside)} cases with traps "
            f"({len(alone)} alone, {len(beside)} beside the original); other wrong files: {other}.",
            f"Originals found beside traps: {_found(beside)}.",
            f"Bare originals found: {_found(bare)}.",
        )
    )


def _found(verdicts: Sequence[Verdict]) -> str:
    right = sum(one.is_right for one in verdicts)
    return f"{right} of {len(verdicts)}, {share(right, len(verdicts))} %"


def kind_table(verdicts: Sequence[Verdict]) -> str:
    """By the kind of a case's first trap; a trap taken counts for its own kind."""
    taken = Counter((one.case.what, one.taken) for one in verdicts)
    rows = []
    for kind in KINDS:
        alone, beside = (
            [one for one in verdicts if one.case.kinds[:1] == (kind,) and one.case.what == what]
            for what in ("alone", "beside")
        )
        found = sum(one.is_right for one in beside)
        rows.append(
            [
                kind,
                len(alone),
                taken["alone", kind],
                sum(one.decision == "review" for one in alone),
                len(beside),
                taken["beside", kind],
                found,
                share(found, len(beside)),
            ]
        )
    head = ["kind", "alone", "TAKEN", "left for review", "beside the original", "TAKEN", "original found", "per cent"]
    return table(head, rows)


def _figures(order: argparse.Namespace, verdicts: Sequence[Verdict], answers: Mapping[str, Answers]) -> dict[str, Any]:
    return {
        "seed": order.seed,
        "machine": machine(),
        "files": {folder: one.originals for folder, one in answers.items()},
        "reading_s": {folder: one.reading_s for folder, one in answers.items()},
        "comparing_s": {folder: one.comparing_s for folder, one in answers.items()},
        "cases": [
            {
                "name": one.case.name,
                "what": one.case.what,
                "source": one.case.source.name,
                "traps": dict(zip(map(str, one.traps), one.case.kinds, strict=True)),
                "right": str(one.case.right or ""),
                "decision": one.decision,
                "reason": one.reason,
                "chosen": str(one.chosen or ""),
                "wrong": one.is_wrong,
                "taken": one.taken,
                "recipe": asdict(one.case.recipe),
            }
            for one in verdicts
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
