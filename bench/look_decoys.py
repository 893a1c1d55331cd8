"""Renders that must not be: `python -m bench.look_decoys FOLDER`. Ends with 1 where one was made.

A copy with a look (bench/look_families.py) is made of one picture, and another picture is offered as its original, or
something lies over the copy:

- siblings: another exposure of the scene (i2f/sandbox/photos/siblings.py), and one that stands still in the middle and
  moved beyond it, under a tilt-shift;
- decoys (bench/decoys.py): a leaf turned, eyes closed, other hands on a clock, another print, sign or person, ripples,
  clouds, a recoloured part, a lens, a perspective, a still scene seen again from a hair's breadth beside;
- overlays: a sticker, a line of text, several of both;
- collages: the picture beside another one, or with another one set into it.

All go the way of `render` (bench/look_attempt.py), and none may come out. For each kind it is told how many the tests
of the matcher stopped and how many the proof. Light that only falls otherwise is left out ("relit", "still", "shadow"):
filters do that, and what comes out has the copy's light. `--seed` is another set; those up to 99 were looked at while
this was written.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from bench.decoys import MAKERS, make_pair, moved_beyond
from bench.look_attempt import attempt
from bench.look_families import make
from bench.photographs import open_upright, pictures_in
from i2f.ground.image import Picture, thumbnail_size
from i2f.photos.color_profiles import to_srgb
from i2f.rendering.posted import MOVED
from i2f.sandbox.photos.looks import Tilt, press
from i2f.sandbox.photos.overlays import blur_around, put_sticker, write_text
from i2f.sandbox.photos.siblings import make_sibling

SIDE = 1680
"""Photographs are brought to this long side: the proof is done at the copy's, which is smaller."""
SIBLINGS = ("parallax", "small", "leaning", "moved")
UNKNOWABLE = ("again", "shadow")
OVERLAYS = ("sticker", "text", "stickers and text")
COLLAGES = ("beside another", "another set in")
KINDS = (*SIBLINGS, "moved beyond", *(kind for kind in MAKERS if kind not in UNKNOWABLE), *OVERLAYS, *COLLAGES)
NOT_LAID, BY_MATCHER, BY_PROOF, RENDERED = "not laid over", "matcher", "proof", "rendered"
Pictures = tuple[Image.Image, Image.Image]


def laid(kind: str, pictures: Pictures, rng: np.random.Generator) -> tuple[bytes, Image.Image]:
    """A copy, and the picture that is offered as its original; `pictures` are the photograph and another one."""
    whole, other = pictures
    if kind == "moved beyond":
        tilt = Tilt("disc", (0.5, 0.5), float(rng.uniform(0.2, 0.35)), float(rng.uniform(0.005, 0.012)))
        return _tilted(whole, tilt), moved_beyond(whole, tilt, rng)
    true, offered = whole, whole
    if kind in SIBLINGS:
        offered = make_sibling(whole, rng, kind)
    elif kind in MAKERS:
        true, offered = make_pair(kind, whole, other, rng)
    data = make(true, int(rng.integers(1000, 1100))).copy
    return (_drawn_over(kind, data, other, rng) if kind in OVERLAYS + COLLAGES else data), offered


def _tilted(whole: Image.Image, tilt: Tilt) -> bytes:
    side = min(whole.size)
    left, top = (whole.width - side) // 2, (whole.height - side) // 2
    square = whole.crop((left, top, left + side, top + side)).resize((640, 640), Image.Resampling.LANCZOS)
    return press(blur_around(square, tilt.kind, tilt.center, tilt.half, tilt.radius), (85,))


def _drawn_over(kind: str, data: bytes, other: Image.Image, rng: np.random.Generator) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        shown = image.convert("RGB")
    if kind in COLLAGES:
        share = 0.5 if kind == COLLAGES[0] else float(rng.uniform(0.2, 0.4))
        size = round(shown.width * share), round(shown.height * (1 if kind == COLLAGES[0] else share))
        piece = other.resize(size, Image.Resampling.LANCZOS)
        shown.paste(piece, (shown.width - size[0], 0 if kind == COLLAGES[0] else shown.height - size[1]))
    for _ in range({"sticker": 1, "stickers and text": 2}.get(kind, 0)):
        shown = put_sticker(shown, rng)
    for _ in range({"text": 1, "stickers and text": 1}.get(kind, 0)):
        shown = write_text(shown, rng)
    return press(shown, (int(rng.integers(70, 93)),))


def ended(data: bytes, offered: Image.Image) -> str:
    """What came of it: one of NOT_LAID, BY_MATCHER, BY_PROOF, RENDERED."""
    picture: Picture = np.asarray(offered.convert("RGB"))
    small = np.asarray(offered.convert("RGB").resize(thumbnail_size(*offered.size), Image.Resampling.LANCZOS))
    tried = attempt(data, picture, small)
    if tried.posted is not None:
        return RENDERED
    if tried.copy is None:
        return BY_MATCHER if tried.refused == MOVED else NOT_LAID
    return BY_PROOF


def pairs(files: Sequence[Path], kinds: Sequence[str], count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """(kind, photograph, what came of it), `count` of each kind."""
    for place in range(count):
        for number, kind in enumerate(kinds):
            rng = np.random.default_rng((seed, place, KINDS.index(kind)))
            one, two = ((place * len(kinds) + number + step) % len(files) for step in (0, len(files) // 2))
            whole, other = _opened(files[one]), _opened(files[two])
            yield kind, files[one].name, ended(*laid(kind, (whole, other), rng))


def _opened(file: Path) -> Image.Image:
    whole = open_upright(file)
    picture = to_srgb(whole, whole.info.get("icc_profile"))
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return picture


def table_of(found: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """The table that is printed."""
    yield f"| | pairs | {NOT_LAID} | {BY_MATCHER} | {BY_PROOF} | {RENDERED} |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for kind in (*KINDS, None):
        ends = Counter(end for one, _, end in found if kind in (None, one))
        if ends:
            counts = " | ".join(str(ends[end]) for end in (NOT_LAID, BY_MATCHER, BY_PROOF, RENDERED))
            yield f"| {kind or 'all'} | {ends.total()} | {counts} |"


def main(words: Sequence[str] | None = None, say: Callable[[str], object] = sys.stdout.write) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Copies of something else, which must not be rendered.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=4, help="pairs of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=KINDS, metavar="KIND", help="these kinds alone")
    order = parser.parse_args(words)
    files = pictures_in(order.folder)
    found = []
    for one in pairs(files, order.only or KINDS, order.count, order.seed):
        found.append(one)
        say("{}, {}: {}\n".format(*one))
        sys.stdout.flush()
    for line in table_of(found):
        say(line + "\n")
    return int(any(end == RENDERED for _, _, end in found))


if __name__ == "__main__":
    sys.exit(main())
