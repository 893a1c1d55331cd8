"""An original at its own pixels, a tile at a time, for a look at what a replacement would gain.

The file is decoded in a process of its own, for the sake of the review: a codec that crashes or fills memory costs a
tile, not the answers. That process keeps the last original it decoded and cuts each tile out of it. A file that is no
longer the version that was compared is refused: it may show something else than the person was asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock

from PIL import Image

from i2f.display.side_by_side import Matrix
from i2f.ground.archives import file_version
from i2f.ground.errors import PictureError
from i2f.ground.model import Original
from i2f.ground.processes import be_modest, be_quiet, spawning
from i2f.photos.color_profiles import to_srgb
from i2f.photos.decode import decode_fully, turned
from i2f.photos.open import open_picture, read_bytes

EDGE = 512


@dataclass(frozen=True, slots=True)
class Version:
    """One file as it was when it was compared."""

    path: Path
    size_bytes: int
    mtime_ns: int
    size: tuple[int, int]


class OriginalTiles:
    """Draws tiles of originals; its process is started with the first one."""

    def __init__(self, draw: Callable[[Version, Matrix, tuple[int, int]], bytes] | None = None) -> None:
        """`draw` is what the process does for each tile."""
        self._draw = draw or draw_tile
        self._guard = Lock()
        self._pool: ProcessPoolExecutor | None = None

    def tile(self, original: Original, matrix: Matrix, size: tuple[int, int]) -> bytes:
        """A JPEG of `size` pixels, each found in the upright original by `matrix`."""
        version = Version(original.path, original.size_bytes, original.mtime_ns, (original.width, original.height))
        with self._guard:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(1, mp_context=spawning(), initializer=_begin)
            pool = self._pool
            future = pool.submit(self._draw, version, matrix, size)
        try:
            return future.result()
        except BrokenProcessPool:
            with self._guard:
                if self._pool is pool:
                    self._pool = None
            raise PictureError(f"{original.name} cannot be decoded") from None

    def close(self) -> None:
        """End the process; what was asked for and not drawn yet is not drawn."""
        with self._guard:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)
                self._pool = None


def _begin() -> None:
    be_quiet()
    be_modest()


def draw_tile(version: Version, matrix: Matrix, size: tuple[int, int]) -> bytes:
    """One tile, in the process that keeps the original open."""
    picture = _decoded(version).transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=92, subsampling=0)
    return buffer.getvalue()


@lru_cache(1)
def _decoded(version: Version) -> Image.Image:
    try:
        now = file_version(version.path)
    except OSError as error:
        raise PictureError(f"{version.path.name} cannot be read") from error
    if now != (version.size_bytes, version.mtime_ns):
        raise PictureError(f"{version.path.name} was changed since it was compared")
    with open_picture(read_bytes(version.path)) as opened:
        profile, orientation = opened.image.info.get("icc_profile"), opened.orientation
        picture = turned(to_srgb(decode_fully(opened), profile), orientation)
    if picture.size != version.size:
        raise PictureError(f"{version.path.name} has another size than when it was compared")
    return picture
