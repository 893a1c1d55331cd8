"""From answers and truths to figures: recall, wrong answers, calibration, and the kindest reading of a peer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from bench.tiers import TIERS, Copy

BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One copy as the tool answered it. `candidates` are (is it right, score), best first."""

    copy: Copy
    decision: str
    chosen: str | None
    candidates: tuple[tuple[bool, float], ...]

    @property
    def is_right(self) -> bool:
        """Replaced by its own original, or a twin of it."""
        return self.chosen is not None and self.chosen in self.copy.right

    @property
    def is_wrong(self) -> bool:
        """Replaced by anything else: what must never happen."""
        return self.chosen is not None and self.chosen not in self.copy.right


@dataclass(frozen=True, slots=True)
class Tally:
    """A tier in numbers; shares are of the copies whose original is in the folder."""

    copies: int
    there: int
    right: int
    wrong: int
    reviews: int
    reviews_led: int
    missed: int


@dataclass(frozen=True, slots=True)
class Guess:
    """A peer's first answer to one copy: its score, its lead over the next exposure, and whether it is right."""

    score: float
    margin: float
    right: bool
    there: bool


def judge(copies: Sequence[Copy], photos: Mapping[str, Mapping[str, Any]]) -> list[Verdict]:
    """Each copy with what the report says of it."""
    verdicts = []
    for copy in copies:
        one = photos[copy.name]
        groups = [
            [PurePath(each["path"]).name, *(PurePath(twin).name for twin in each.get("twins", []))]
            for each in one["evidence"]
        ]
        candidates = tuple(
            (not copy.right.isdisjoint(group), float(each["score"]))
            for group, each in zip(groups, one["evidence"], strict=True)
        )
        chosen = PurePath(one["original"]).name if one["original"] else None
        verdicts.append(Verdict(copy, one["decision"], chosen, candidates))
    return verdicts


def tally(verdicts: Iterable[Verdict], tier: str) -> Tally:
    """The figures of one tier."""
    mine = [one for one in verdicts if one.copy.tier == tier]
    there = [one for one in mine if one.copy.right]
    reviews = [one for one in there if one.decision == "review"]
    return Tally(
        copies=len(mine),
        there=len(there),
        right=sum(one.is_right for one in there),
        wrong=sum(one.is_wrong for one in mine),
        reviews=len(reviews),
        reviews_led=sum(bool(one.candidates) and one.candidates[0][0] for one in reviews),
        missed=sum(one.decision == "keep" for one in there),
    )


def reliability(verdicts: Iterable[Verdict]) -> list[tuple[float, float, int, int, float]]:
    """All pairs compared, by score: (from, to, pairs, right among them, mean score)."""
    pairs = [pair for one in verdicts for pair in one.candidates]
    rows = []
    for low, high in zip(BINS, BINS[1:], strict=False):
        mine = [(right, score) for right, score in pairs if low <= score < high or score == high == 1.0]
        mean = sum(score for _, score in mine) / len(mine) if mine else 0.0
        rows.append((low, high, len(mine), sum(right for right, _ in mine), mean))
    return rows


def kindest(guesses: Sequence[Guess]) -> tuple[int, int]:
    """How many a peer gets right at rank 1, and with the best threshold on score and margin at no wrong answer.

    The threshold is picked afterwards on the answers themselves, which no real program could do.
    """
    good = [one for one in guesses if one.there and one.right]
    bad = [one for one in guesses if not (one.there and one.right)]
    best = 0
    for limit in sorted({one.score for one in good}):
        lead = max((one.margin for one in bad if one.score >= limit), default=float("-inf"))
        best = max(best, sum(one.score >= limit and one.margin > lead for one in good))
    return len(good), best


def share(part: int, whole: int) -> str:
    """Per cent with one decimal, or a dash."""
    return f"{100 * part / whole:.1f}" if whole else "-"


def tallies(verdicts: Sequence[Verdict]) -> dict[str, Tally]:
    """The tiers in their order."""
    return {tier: tally(verdicts, tier) for tier in TIERS}
