"""The person's own photographs as the benchmark's raw material: what each is, and what is known about its likes.

A truth is needed before anything can be called wrong, and it must not come from the matcher that is being measured.
So two plain means tell the files apart. EXIF (equal camera, capture second and sub-second, or equal bytes) proves
one exposure: such files are twins, and any of them is a right answer. The correlation of the grey middle squares
at 32 x 32 proves likeness: above `NEAR` two files are siblings for this benchmark. Above `SAME` they may be one
exposure saved twice, which only a difference in capture time can refute; where it cannot, the truth about both is
unknown, so they stay in the folder but no copy is made from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from i2f.ground.errors import PictureError
from i2f.ground.model import Original
from i2f.photos.decode import read_picture
from i2f.photos.folder import find_files
from i2f.photos.formats import PICTURE_FORMATS, content_format
from i2f.photos.same_shot import same_exposure_by_exif

SIDE = 32
NEAR = 0.85
SAME = 0.995
SMALLEST = 306


@dataclass(frozen=True, slots=True)
class Photograph:
    """One file: its `twins` (right in its stead) and its `siblings` (never right), by place in the roll.

    `known` is whether the truth about it is: only such photographs are made copies of.
    """

    path: Path
    twins: frozenset[int]
    siblings: frozenset[int]
    known: bool


def read_roll(folder: Path) -> list[Photograph]:
    """Every readable photograph of the folder, in the order of their paths."""
    originals, squares, digests = [], [], []
    for file in sorted(find_files([folder]).files, key=lambda one: str(one.path)):
        try:
            data = file.path.read_bytes()
            picture = read_picture(data)
        except (OSError, PictureError):
            continue
        if picture is None:
            continue
        digests.append(hashlib.sha256(data).digest())
        squares.append(_grey_square(picture.thumbnail))
        originals.append(
            Original(
                file.path,
                file.size_bytes,
                file.mtime_ns,
                picture.content_format,
                picture.width,
                picture.height,
                picture.exif.taken,
                picture.exif.camera,
            )
        )
    return _relate(originals, digests, np.array(squares))


def pictures_in(folder: Path) -> list[Path]:
    """The folder's picture files, sorted."""
    return sorted(one.path for one in find_files([folder]).files if _is_picture(one.path))


def _is_picture(file: Path) -> bool:
    with file.open("rb") as stream:
        return content_format(stream.read(64)) in PICTURE_FORMATS


def open_upright(path: Path) -> Image.Image:
    """The whole photograph, upright, with its colour profile."""
    with Image.open(path) as picture:
        picture.load()
        return ImageOps.exif_transpose(picture)


def _grey_square(jpeg: bytes) -> NDArray[np.float32]:
    """The middle square at 32 x 32 as a unit vector."""
    with Image.open(BytesIO(jpeg)) as picture:
        small = ImageOps.fit(picture.convert("L"), (SIDE, SIDE), Image.Resampling.BOX)
    flat = np.asarray(small, np.float32).ravel()
    flat = flat - flat.mean()
    return np.asarray(flat / (np.linalg.norm(flat) + 1e-6), np.float32)


def _relate(originals: Sequence[Original], digests: Sequence[bytes], squares: NDArray[np.float32]) -> list[Photograph]:
    likeness = squares @ squares.T if len(squares) else np.zeros((0, 0))
    roll = []
    for place, one in enumerate(originals):
        close = [int(k) for k in np.flatnonzero(likeness[place] > NEAR) if k != place]
        twins = {
            k
            for k, other in enumerate(originals)
            if k != place and (digests[k] == digests[place] or same_exposure_by_exif(one, other))
        }
        siblings = frozenset(close) - twins
        doubtful = [k for k in siblings if likeness[place, k] > SAME and not _taken_apart(one, originals[k])]
        large = min(one.width, one.height) >= SMALLEST
        roll.append(Photograph(one.path, frozenset(twins), siblings, large and not doubtful))
    return roll


def _taken_apart(one: Original, other: Original) -> bool:
    """Whether EXIF says that the two were taken at different moments."""
    return one.taken is not None and other.taken is not None and one.taken.local != other.taken.local
