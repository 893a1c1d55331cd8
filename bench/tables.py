"""The benchmark's figures as plain text, one table a question, the machine named."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.peers import PeerAnswers
from bench.scores import Guess, Verdict, kindest, reliability, share, tallies
from bench.tiers import TIERS, Copy


def machine() -> str:
    """The processor, its cores, Python and the libraries that count."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "Pillow", "pillow-heif"))
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}, {libraries}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def met(holds: bool) -> str:
    """How a line says whether a bound holds."""
    return "met" if holds else "not met"


def of_bound(value: float, bound: float) -> str:
    """What a figure is of the most that it may be, and whether it is too much."""
    return f"{value / bound:.2f} of the bound: {met(value <= bound)}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under a head, in Markdown."""
    lines = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines)


def own_table(verdicts: Sequence[Verdict]) -> str:
    """The tool at its own decisions."""
    rows = [
        [
            tier,
            one.copies,
            one.there,
            one.right,
            share(one.right, one.there),
            one.wrong,
            one.reviews,
            share(one.reviews_led, one.reviews),
            one.missed,
        ]
        for tier, one in tallies(verdicts).items()
    ]
    head = [
        "tier",
        "copies",
        "with original",
        "replaced rightly",
        "per cent",
        "WRONG",
        "left for review",
        "of those the true one first, %",
        "kept though it was there",
    ]
    return table(head, rows)


def calibration_table(verdicts: Sequence[Verdict]) -> str:
    """What a score means: pairs compared, by score."""
    rows = [
        [f"{low:.1f} to {high:.1f}", pairs, right, share(right, pairs), f"{100 * mean:.1f}"]
        for low, high, pairs, right, mean in reliability(verdicts)
    ]
    return table(["score", "pairs", "right", "right, %", "mean score, %"], rows)


def contest_table(copies: Sequence[Copy], verdicts: Sequence[Verdict], peers: Sequence[PeerAnswers]) -> str:
    """The tool at its own decisions beside every peer at its kindest reading; per cent, E / T / H / B."""
    mine = tallies(verdicts)
    led = " / ".join(share(_led(verdicts, tier), mine[tier].there) for tier in TIERS)
    right = " / ".join(share(mine[tier].right, mine[tier].there) for tier in TIERS)
    wrong = str(sum(one.is_wrong for one in verdicts))
    rows = [["instagram2flickr, at its own decisions", led, right, wrong, ""]]
    for peer in peers:
        found = [_kind(copies, peer.guesses, tier) for tier in TIERS]
        rows.append(
            [
                f"{peer.name}, best threshold afterwards",
                " / ".join(share(a, n) for a, _, n in found),
                " / ".join(share(b, n) for _, b, n in found),
                "0, by choice",
                f"{peer.query_ms:.0f}",
            ]
        )
    return table(["", "rank 1, %", "decided at no wrong answer, %", "wrong", "query ms"], rows)


def _led(verdicts: Sequence[Verdict], tier: str) -> int:
    return sum(bool(one.candidates) and one.candidates[0][0] for one in verdicts if one.copy.tier == tier)


def _kind(copies: Sequence[Copy], guesses: Mapping[str, Guess], tier: str) -> tuple[int, int, int]:
    mine = [guesses[one.name] for one in copies if one.tier == tier]
    return *kindest(mine), sum(one.there for one in mine)
