"""How well are copies matched: `python bench/matching.py FOLDER`, on a folder of one's own photographs.

Makes copies with a known truth in four tiers (tiers.py), takes 30 in 100 of the originals out of the folder, lets the
program itself plan them (runs.py) and prints what came of it: what it decided rightly at its own thresholds,
every wrong answer by name with the files kept for looking, how honest its scores are, and the time. With --peers the
usual libraries answer the same copies in the same run, read as kindly as possible (peers.py).

A run can be agreed on beforehand: --list FILE reads seed, number of copies and the filters' strengths from a file in
lists/, which is committed before anything is measured with it.

Nothing of the folder is changed, and nothing leaves this machine. Ends with 1 when an answer was wrong.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.peers import PeerAnswers, library_versions, run_peers
from bench.photographs import read_roll
from bench.runs import Answers, run_sync
from bench.scores import Verdict, judge, kindest, reliability, tallies
from bench.tables import calibration_table, contest_table, machine, own_table
from bench.tiers import TIERS, Layout, build, lay_out


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark; 1 when a wrong answer was given."""
    order = _parse(words)
    roll = read_roll(order.folder)
    layout = lay_out(roll, order.seed, order.copies, order.strengths)
    with tempfile.TemporaryDirectory(prefix="bench-matching-") as scratch:
        home = order.keep or Path(scratch)
        build(layout, home)
        answers = run_sync(home, [one.name for one in layout.copies])
        verdicts = judge(layout.copies, answers.photos)
        peers = _peers(layout, home) if order.peers else []
        wrong = _keep_wrong(verdicts, answers, home, order.wrong)
    _say(_text(order, layout, verdicts, answers, peers))
    for line in wrong:
        _say(f"WRONG: {line}")
    if order.json:
        order.json.write_text(json.dumps(_figures(order, layout, verdicts, answers, peers), indent=1) + "\n", "utf-8")
    return 1 if wrong else 0


def _parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How well copies of your own photographs are matched.")
    parser.add_argument("folder", type=Path, help="photographs; sub-folders too")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other copies (default 1)")
    parser.add_argument("--copies", type=int, default=75, help="copies in each of the four tiers (default 75)")
    parser.add_argument("--list", type=Path, help="seed, copies and strengths from a file in lists/")
    parser.add_argument("--peers", action="store_true", help="other libraries too; needs requirements-bench.txt")
    parser.add_argument("--json", type=Path, help="write every figure and every answer here")
    parser.add_argument("--keep", type=Path, help="lay everything out in this new folder and leave it there")
    parser.add_argument("--wrong", type=Path, default=Path("wrong-answers"), help="where those are kept")
    parser.set_defaults(strengths=None)
    order = parser.parse_args(words)
    if order.list:
        agreed = json.loads(order.list.read_text(encoding="utf-8"))
        order.seed, order.copies, order.strengths = agreed["seed"], agreed["copies"], tuple(agreed["strengths"])
    return order


def _peers(layout: Layout, home: Path) -> list[PeerAnswers]:
    files = sorted((home / "originals").iterdir())
    exposure = {path.name: number for number, path in enumerate(files)}
    for one in layout.copies:
        if one.right:
            exposure |= dict.fromkeys(one.right, min(exposure[name] for name in one.right))
    return run_peers(files, layout.copies, home / "copies", exposure)


def _keep_wrong(verdicts: Sequence[Verdict], answers: Answers, home: Path, wrong: Path) -> list[str]:
    """Copy the files of every wrong answer to `wrong`, with what was known; one line each."""
    lines = []
    for one in verdicts:
        if not one.is_wrong or one.chosen is None:
            continue
        place = wrong / one.copy.name
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(home / "copies" / f"{one.copy.name}.jpg", place / "copy.jpg")
        shutil.copy(home / "originals" / one.chosen, place / f"chosen-{one.chosen}")
        shutil.copy(one.copy.source, place / f"true-{one.copy.source.name}")
        told = {
            "recipe": asdict(one.copy.recipe),
            "right": sorted(one.copy.right),
            "near": one.copy.near,
            "answer": answers.photos[one.copy.name],
        }
        (place / "what.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
        made_from = ", ".join(sorted(one.copy.right)) or f"{one.copy.source.name}, which is not in the folder"
        lines.append(f"{one.copy.name} by {one.chosen}, made from {made_from}; files in {place}")
    return lines


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _text(
    order: argparse.Namespace,
    layout: Layout,
    verdicts: Sequence[Verdict],
    answers: Answers,
    peers: Sequence[PeerAnswers],
) -> str:
    known = len({one.source for one in layout.copies})
    parts = [
        f"{answers.originals} originals in the folder ({len(layout.siblings)} of them made siblings), "
        f"{len(layout.copies)} copies of {known} photographs, seed {order.seed}.\n{machine()}",
        own_table(verdicts),
        "Every pair that was compared closely and shown, by score:\n\n" + calibration_table(verdicts),
        f"Reading {1e3 * answers.reading_s / max(1, answers.originals):.0f} ms an original, "
        f"searching and comparing {1e3 * answers.comparing_s / len(layout.copies):.0f} ms a copy (wall clock).",
    ]
    if peers:
        versions = ", ".join(f"{name} {number}" for name, number in library_versions().items())
        parts.append(
            "EASY / TYPICAL / HARD / BURST, per cent of the copies that have an original:\n\n"
            + contest_table(layout.copies, verdicts, peers)
            + f"\n\n{versions}"
        )
    return "\n\n".join(parts) + "\n"


def _figures(
    order: argparse.Namespace,
    layout: Layout,
    verdicts: Sequence[Verdict],
    answers: Answers,
    peers: Sequence[PeerAnswers],
) -> dict[str, Any]:
    return {
        "seed": order.seed,
        "machine": machine(),
        "originals": answers.originals,
        "siblings": {name: kind for name, _, kind, _ in layout.siblings},
        "tiers": {tier: asdict(one) for tier, one in tallies(verdicts).items()},
        "reliability": reliability(verdicts),
        "reading_s": answers.reading_s,
        "comparing_s": answers.comparing_s,
        "peers": {
            peer.name: {
                tier: kindest([peer.guesses[one.name] for one in layout.copies if one.tier == tier]) for tier in TIERS
            }
            | {"query_ms": peer.query_ms}
            for peer in peers
        },
        "copies": [
            {
                "name": one.copy.name,
                "source": one.copy.source.name,
                "right": sorted(one.copy.right),
                "near": one.copy.near,
                "recipe": asdict(one.copy.recipe),
                "decision": one.decision,
                "chosen": one.chosen,
                "wrong": one.is_wrong,
                "reason": answers.photos[one.copy.name]["reason"],
                "candidates": one.candidates,
                "evidence": answers.photos[one.copy.name]["evidence"],
            }
            for one in verdicts
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
