"""Could a sibling hide: `python bench/fields.py FOLDER` lays fields over what was measured of true pairs.

Another exposure that is nearly still is seldom made as one would need it. So of a copy under a tilt-shift and its own
original the blocks' displacements are measured once, and the field of a sibling is added to them: of the second order,
or of a smooth depth, 0.06 to 0.2 per cent of the short side as root mean square, less what a similarity takes. Colours,
light and content are those of the true pair, so that movement alone can tell. The table says for how many fields every
other test of movement is met ("unseen") and for how many of those the odds of sibling_field.py are met, too ("hidden").
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import matcher
from bench.pairs import Bench, as_jpeg, of_half, thumbnail_of, tilted
from bench.photographs import read_roll
from bench.tables import machine
from i2f.ground.image import Picture, luminance
from i2f.matching.bars import without_edges
from i2f.matching.blocks import middles
from i2f.matching.displacement import Doubles
from i2f.matching.limits import tests_of_copies, tests_of_exposure
from i2f.matching.looks import upright
from i2f.matching.overshoot import Overshoot
from i2f.matching.photometry import Photometry
from i2f.matching.registration import align, start_of
from i2f.matching.same_exposure import Blocks, measure, movement, settle, weigh
from i2f.photos.decode import pixels
from i2f.sandbox.photos.looks import make_copy

KINDS = ("keystone", "bend", "depth", "slope")
CELLS = 41


def field_of(kind: str, x: Doubles, y: Doubles, rng: np.random.Generator) -> Doubles:
    """The displacements (n, 2) of a sibling at these points, in short sides, which no similarity takes."""
    if kind in ("keystone", "bend"):
        p, q, r, s = rng.normal(size=4) * (1, 1, kind == "keystone", kind == "keystone")
        field = np.stack([2 * x * (p * x + q * y) + r * x + s * y, 2 * y * (p * x + q * y) + s * x - r * y], 1)
    else:
        width = rng.uniform(4, 9) if kind == "depth" else rng.uniform(8, 14)
        depth = gaussian_filter(rng.normal(size=(CELLS, CELLS)), width, mode="reflect")
        rows, columns = (np.clip(np.round((0.8 * at + 0.5) * (CELLS - 1)).astype(int), 0, CELLS - 1) for at in (y, x))
        turn = rng.uniform(0, 2 * np.pi)
        field = np.tanh(1.5 * depth / depth.std())[rows, columns][:, None] * [np.cos(turn), np.sin(turn)]
    one, none = np.ones_like(x), np.zeros_like(x)
    similarity = np.concatenate([np.stack([x, -y, one, none], 1), np.stack([y, x, none, one], 1)])
    flat = field.T.ravel()
    left = (flat - similarity @ np.linalg.lstsq(similarity, flat, rcond=None)[0]).reshape(2, -1).T
    amount = np.exp(rng.uniform(np.log(0.0006), np.log(0.002)))
    return np.asarray(left * amount / np.sqrt((left**2).sum(1).mean()))


def measured(copy: Picture, original: Picture) -> tuple[Picture, Blocks]:
    """The upright copy, and its blocks over the original."""
    proposal = matcher.Index([matcher.fingerprint(original)]).search(copy, 1)[0]
    turned = np.ascontiguousarray(upright(without_edges(copy), proposal.quarter_turns, proposal.mirrored))
    found = align(luminance(turned), luminance(original), [start_of(proposal)], alike=True)
    return turned, measure(turned, original, found.similarity)


def verdict(copy: Picture, original: Picture, blocks: Blocks) -> tuple[bool, bool]:
    """Whether the pair is still by all other tests, and whether by those of the whole copy, too."""
    evidence = weigh(copy, original, blocks, movement(blocks))
    tests = tests_of_exposure(evidence, Photometry())
    still = max(tests[name] for name in ("texture", "movement", "stretch")) <= 1
    return still, still and max(tests_of_copies(evidence, Overshoot()).values()) <= 1


def main(words: Sequence[str] | None = None) -> int:
    """Lay the fields; 1 when more than one in a hundred is hidden."""
    parser = argparse.ArgumentParser(description="Siblings' fields laid over true pairs under tilt-shift.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, default=40, help="how many (default 40)")
    parser.add_argument("--fields", type=int, default=2, help="of each kind for each copy (default 2)")
    parser.add_argument("--half", type=int, choices=(0, 1), help="this half of the photographs alone")
    parser.add_argument("--seed", type=int, default=1)
    order = parser.parse_args(words)
    bench = Bench(of_half(read_roll(order.folder), order.half), np.random.default_rng(order.seed), None)
    counts: Counter[str] = Counter()
    for _, picture in bench.photographs(order.copies):
        original = thumbnail_of(as_jpeg(picture))
        copy = make_copy(picture, tilted(bench.some_recipe(), bench.rng))[0]
        shown, blocks = measured(pixels(copy), original)
        still, settled = verdict(shown, original, blocks)
        counts.update({"true": still, "true and settled": settled})
        size = blocks.pair.size
        x, y = (line / size for line in middles(*blocks.pair.copy.shape))
        for kind in (kind for kind in KINDS * order.fields if still):
            moved = blocks.regression.moved + size * field_of(kind, x, y, bench.rng)
            shifted = settle(blocks.pair, replace(blocks.regression, moved=moved), blocks.similarity, blocks.tones)
            unseen, hidden = verdict(shown, original, shifted)
            counts.update({f"{kind}": 1, f"{kind} unseen": unseen, f"{kind} hidden": hidden})
    sys.stdout.write(
        f"seed {order.seed}; {machine()}\n\ntrue pairs still {counts['true']}, and settled "
        f"{counts['true and settled']}\n\n| field | laid | unseen | hidden |\n| --- | --- | --- | --- |\n"
    )
    for kind in KINDS:
        sys.stdout.write(f"| {kind} | {counts[kind]} | {counts[kind + ' unseen']} | {counts[kind + ' hidden']} |\n")
    laid, lost = sum(counts[kind] for kind in KINDS), sum(counts[f"{kind} hidden"] for kind in KINDS)
    return int(lost > laid / 100)


if __name__ == "__main__":
    sys.exit(main())
