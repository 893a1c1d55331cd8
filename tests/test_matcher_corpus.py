"""The matcher on real photographs: siblings of an original that is not there are never taken for it."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

import matcher
from model import Fit

BESIDE = Path(__file__).resolve().parents[1] / ".." / "shared" / "corpus"
CORPUS = Path(os.environ.get("INSTAGRAM2FLICKR_CORPUS", BESIDE))
pytestmark = pytest.mark.skipif(
    not (CORPUS / "truth.csv").is_file(), reason="the corpus of real photographs is not here"
)


def picture(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
        return np.asarray(upright.resize(matcher.thumbnail_size(*upright.size), Image.Resampling.LANCZOS))


def rows() -> list[dict[str, str]]:
    with (CORPUS / "truth.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def fits(names: list[str], wanted: list[dict[str, str]]) -> list[tuple[dict[str, str], str, Fit]]:
    pictures = {name: picture(CORPUS / "originals" / name) for name in names}
    index = matcher.Index([matcher.fingerprint(one) for one in pictures.values()])
    found = []
    for row in wanted:
        with Image.open(CORPUS / "instagram" / row["instagram"]) as opened:
            copy = np.asarray(opened.convert("RGB"))
        for proposal in index.search(copy, 3):
            name = names[proposal.index]
            found.append((row, name, matcher.compare(copy, pictures[name], proposal)))
    return found


def test_copies_without_an_original_are_not_sure_of_its_siblings() -> None:
    wanted = [row for row in rows() if row["tier"] == "BURST" and not row["original"]]
    prefixes = ("plastic", "kavala", "tesla", "exif", "wwbrest", "miko", "planter-IMG_11", "planter-IMG_12")
    names = [path.name for path in sorted((CORPUS / "originals").glob("*.jpg")) if path.name.startswith(prefixes)]
    for row, name, fit in fits(names, wanted):
        assert not fit.sure, (row["instagram"], name, fit.measures)


def test_copies_beside_a_made_sibling_are_sure_of_their_own_original_alone() -> None:
    siblings = [path.name for path in sorted((CORPUS / "originals").glob("*-nd.jpg"))]
    names = [*siblings, *(name.replace("-nd", "") for name in siblings)]
    wanted = [row for row in rows() if row["original"] in names]
    found = fits(names, wanted)
    for row, name, fit in found:
        assert not fit.sure or name == row["original"], (row["instagram"], name, fit.measures)
    # A light leak cannot be told from a thing that was recoloured; its copies are questions (tints.py).
    without_leaks = {row["instagram"] for row in wanted if '"filter": "leak"' not in row["parameters"]}
    assert len(without_leaks) >= 12
    assert sum(fit.sure for row, _, fit in found if row["instagram"] in without_leaks) >= 0.9 * len(without_leaks)
