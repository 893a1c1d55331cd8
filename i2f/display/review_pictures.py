"""The pictures of a review, by the number of the question: made once, kept for a while.

They come from the backups and the kept thumbnails; only tiles at 100 % and renders as posted open an original, in
processes of their own. No path is ever taken from a request: a number names a question, another one of its originals.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from io import BytesIO

from PIL import Image

from i2f.display.original_tiles import EDGE as TILE_EDGE
from i2f.display.original_tiles import OriginalTiles
from i2f.display.review_session import ReviewSession
from i2f.display.side_by_side import (
    Place,
    cut,
    find_corners,
    find_place,
    frame_matrix,
    full_frame,
    open_thumbnail,
    points,
    shrunk,
    stretched,
    thumbnail_size,
)
from i2f.ground.errors import PictureError
from i2f.photos.open import read_bytes
from i2f.photos.outgoing_file_worker import OutgoingFileWorker
from i2f.sync.known_copies import copy_pixels
from i2f.sync.posted_file import Checked, check_posted, pair_of

EDGE = 1280
STRIP_EDGE = 360
GRID_EDGE = 260
KEPT_PICTURES = 200


class ReviewPictures:
    """The pictures of the questions; what cannot be drawn is a PictureError or an OSError."""

    def __init__(self, session: ReviewSession) -> None:
        """Nothing is read yet."""
        self._session = session
        self._tiles = OriginalTiles()
        self._renderer = OutgoingFileWorker()
        self.small = lru_cache(32)(self._small)
        self.thumbnail = lru_cache(32)(self._thumbnail)
        self.copy = lru_cache(KEPT_PICTURES)(self._copy)
        self.cut = lru_cache(KEPT_PICTURES)(self._cut)
        self.whole = lru_cache(KEPT_PICTURES)(self._whole)
        self.grid_copy = lru_cache(4 * KEPT_PICTURES)(self._grid_copy)
        self.grid_cut = lru_cache(4 * KEPT_PICTURES)(self._grid_cut)
        self.tile = lru_cache(KEPT_PICTURES)(self._tile)
        self.posted = lru_cache(KEPT_PICTURES)(self._posted)

    def close(self) -> None:
        """End the processes that draw tiles and render."""
        self._tiles.close()
        self._renderer.close()

    def _small(self, number: int) -> Image.Image:
        question = self._session.questions[number]
        data = read_bytes(question.picture(self._session.backups))
        if hashlib.sha256(data).hexdigest() != question.copy_sha256:
            # An answer is about the copy that was saved; what a spoilt file shows may be another picture.
            raise PictureError("the backup is not what was saved")
        return Image.fromarray(copy_pixels(data))

    def _jpeg(self, number: int, choice: int) -> bytes:
        path = self._session.questions[number].choices[choice].original.path
        jpeg = self._session.journal.readings.thumbnail(path)
        if jpeg is None:
            raise PictureError("there is no thumbnail of this original any more")
        return jpeg

    def _thumbnail(self, number: int, choice: int) -> Image.Image:
        return open_thumbnail(self._jpeg(number, choice))

    def _copy(self, number: int) -> bytes:
        return _as_jpeg(shrunk(self.small(number), EDGE))

    def _cut(self, number: int, choice: int) -> bytes:
        small, thumbnail = self.small(number), self.thumbnail(number, choice)
        return _as_jpeg(
            cut(
                thumbnail,
                self._place(number, choice, small.size, thumbnail.size),
                small.size,
                min(EDGE, max(small.size)),
            )
        )

    def _whole(self, number: int, choice: int, edge: int = STRIP_EDGE) -> bytes:
        return _as_jpeg(shrunk(open_thumbnail(self._jpeg(number, choice), edge), edge))

    def large_whole(self, number: int, choice: int) -> bytes:
        """The whole original, as large as its thumbnail is."""
        return self.whole(number, choice, EDGE)

    def _grid_copy(self, number: int) -> bytes:
        return _as_jpeg(shrunk(self.small(number), GRID_EDGE))

    def _grid_cut(self, number: int, choice: int) -> bytes:
        size = self.small(number).size
        thumbnail = open_thumbnail(self._jpeg(number, choice), 2 * GRID_EDGE)
        return _as_jpeg(cut(thumbnail, self._place_in_reduced(number, choice, size, thumbnail.size), size, GRID_EDGE))

    def _place_in_reduced(
        self, number: int, choice: int, copy_size: tuple[int, int], reduced: tuple[int, int]
    ) -> Place:
        full = thumbnail_size(self._jpeg(number, choice))
        at, factor = self._place(number, choice, copy_size, full), reduced[0] / full[0]
        return Place(at.a * factor, at.b * factor, at.cx * factor, at.cy * factor, at.quarter_turns, at.mirrored)

    def _place(self, number: int, choice: int, copy_size: tuple[int, int], thumbnail: tuple[int, int]) -> Place:
        return find_place(self._session.questions[number].choices[choice].fit, copy_size, thumbnail)

    def window(self, number: int, choice: int) -> str:
        """The found window as a polygon in a square of a thousand."""
        small, size = self.small(number).size, thumbnail_size(self._jpeg(number, choice))
        return points(find_corners(self._place(number, choice, small, size), small, size), 1000, 1000)

    def full_size(self, number: int, choice: int) -> tuple[int, int]:
        """How large the copy's frame is when it shows the original's own pixels."""
        small, size = self.small(number).size, thumbnail_size(self._jpeg(number, choice))
        original = self._session.questions[number].choices[choice].original
        return full_frame(self._place(number, choice, small, size), small, size, (original.width, original.height))

    def _tile(self, number: int, choice: int, column: int, row: int) -> bytes:
        small, size = self.small(number).size, thumbnail_size(self._jpeg(number, choice))
        original = self._session.questions[number].choices[choice].original
        frame = self.full_size(number, choice)
        left, top = column * TILE_EDGE, row * TILE_EDGE
        if left >= frame[0] or top >= frame[1]:
            raise PictureError("there is no such tile")
        matrix = stretched(
            frame_matrix(self._place(number, choice, small, size), frame),
            original.width / size[0],
            original.height / size[1],
            (left, top),
        )
        return self._tiles.tile(original, matrix, (min(TILE_EDGE, frame[0] - left), min(TILE_EDGE, frame[1] - top)))

    def _posted(self, number: int, choice: int) -> Checked:
        self.small(number)  # the backup must be what was saved
        question = self._session.questions[number]
        one = question.choices[choice]
        if question.post is not None:
            raise PictureError("a post is uploaded as its original")
        pair = pair_of(question.picture(self._session.backups), one.fit)
        return self._renderer.call(check_posted, one.original, pair, EDGE)

    def posted_picture(self, number: int, choice: int) -> bytes:
        """The render as posted, at the size of a screen."""
        found = self.posted(number, choice).preview
        if found is None:
            raise PictureError("it is not rendered as posted")
        return found


def _as_jpeg(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
