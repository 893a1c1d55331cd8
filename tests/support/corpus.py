"""The corpus of real photographs on a pretend Flickr, and who is right about it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from i2f.sandbox import SandboxFlickr


@dataclass(frozen=True)
class Truth:
    """One copy of the corpus: the names of its original and of that one's twins, none where there is no original."""

    copy: Path
    right: frozenset[str]
    tier: str


def read_truth(corpus: Path) -> list[Truth]:
    with (corpus / "truth.csv").open(encoding="utf-8", newline="") as stream:
        return [
            Truth(
                corpus / "instagram" / row["instagram"],
                frozenset({row["original"], *row["twins"].split()}) - {""},
                row["tier"],
            )
            for row in csv.DictReader(stream)
        ]


def put_on_flickr(flickr: SandboxFlickr, truths: Iterable[Truth]) -> dict[str, Truth]:
    """These copies of the corpus as IFTTT would have left it, with a link that says nothing of the time."""
    return {
        flickr.add_photo(
            truth.copy.read_bytes(),
            title=truth.copy.stem,
            description="via Instagram https://ift.tt/abc",
            tags="ifttt instagram",
        ): truth
        for truth in truths
    }


def wrong_ones(photos: Mapping[str, Mapping[str, Any]], truths: Mapping[str, Truth]) -> list[str]:
    """Replacements by anything but the true original or its twin."""
    return [
        f"{truths[photo_id].copy.name} by {Path(one['original']).name}, made from {sorted(truths[photo_id].right)}"
        for photo_id, one in photos.items()
        if one["decision"] == "replace" and Path(one["original"]).name not in truths[photo_id].right
    ]


def decided(photos: Mapping[str, Mapping[str, Any]], truths: Mapping[str, Truth]) -> dict[str, tuple[int, int]]:
    """For each tier how many copies that have an original are to be replaced, and how many there are."""
    there = Counter(truth.tier for truth in truths.values() if truth.right)
    done = Counter(
        truths[photo_id].tier
        for photo_id, one in photos.items()
        if one["decision"] == "replace" and truths[photo_id].right
    )
    return {tier: (done[tier], count) for tier, count in there.items()}
