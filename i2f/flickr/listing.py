"""All photos of an account, page by page, from a service whose pages are no snapshot.

A page may hold fewer photos than asked for though more follow, may repeat another, may be empty in the middle; photos
move from page to page when something is uploaded or deleted meanwhile (reports in flickrmirrorer 21, mmfeat 9,
flickcurl 38). So a listing goes by the ids it has seen and by the `total` Flickr claims, never by how full a page
is; one that came short, or during which the total shrank (then a photo may have slipped between two pages), is
gone through once more. Pages are handed on as they come, so that an account of 100,000 takes little memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from i2f.flickr.responses import Page
from i2f.ground.model import Photo

PER_PAGE = 500
# What Flickr is to tell of each photo besides its id.
EXTRAS = (
    "description,date_upload,date_taken,original_format,last_update,geo,tags,machine_tags,o_dims,media,path_alias,url_o"
)
# So many pages in a row without one new photo: Flickr only repeats itself, whatever total it claims.
BARREN_PAGES = 25
# Asked for once more next time, since Flickr's own machines may lag behind each other.
OVERLAP_S = 60

Keep = Callable[[Sequence[Photo]], None]
Expect = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Listing:
    """How a listing went. `watermark` is Flickr's time from which the next one need only ask for changes; 0 unknown."""

    total: int
    distinct: int
    complete: bool
    watermark: int


class _Sweep:
    """One way through all pages."""

    def __init__(self, ask: Callable[[int], Page], keep: Keep, expect: Expect, known: set[int]) -> None:
        self.total = 0
        self.shrank = False
        self.seen: set[int] = set()
        self.newest = 0
        self._ask = ask
        self._keep = keep
        self._expect = expect
        self._known = known

    def go(self, enough: Callable[[], bool]) -> None:
        number, last, barren = 1, 1, 0
        while number <= last and barren < BARREN_PAGES:
            page = self._ask(number)
            self.shrank = self.shrank or page.total < self.total
            self.total = page.total
            self._expect(page.total)
            last = max(last, page.pages, -(-page.total // PER_PAGE))
            if number == 1:
                self.newest = max((photo.updated_at for photo in page.photos), default=0)
            barren = 0 if self._take(page.photos) else barren + 1
            if enough():
                return
            number += 1

    @property
    def whole(self) -> bool:
        """Whether this way alone saw everything."""
        return not self.shrank and len(self.seen) >= self.total

    def _take(self, photos: Sequence[Photo]) -> bool:
        """Hand on the photos nobody has seen yet; say whether this way met any for the first time."""
        fresh = []
        before = len(self.seen)
        for photo in photos:
            number = int(photo.photo_id)
            self.seen.add(number)
            if number not in self._known:
                self._known.add(number)
                fresh.append(photo)
        if fresh:
            self._keep(fresh)
        return len(self.seen) > before


def nobody_asks(total: int) -> None:
    """Let Flickr's claim go by."""


def list_pages(ask: Callable[[int], Page], keep: Keep, since: int = 0, expect: Expect = nobody_asks) -> Listing:
    """Go through all pages, once more if that was not whole; every photo is handed to `keep` once.

    `expect` is told with every page how many photos there are, as Flickr claims.
    """
    known: set[int] = set()
    first = _Sweep(ask, keep, expect, known)
    first.go(enough=lambda: False)
    total, complete = first.total, first.whole
    if not complete:
        again = _Sweep(ask, keep, expect, known)
        # Short without a loss: as soon as the gap is filled there is nothing more to ask.
        again.go(enough=lambda: not (first.shrank or again.shrank) and len(known) >= again.total)
        total = again.total
        complete = again.whole or (not (first.shrank or again.shrank) and len(known) >= total)
    # The first page's newest change cannot be later than the beginning of this listing, and is Flickr's own time.
    watermark = max(since, first.newest - OVERLAP_S) if first.newest else since
    return Listing(total, len(known), complete, watermark)
