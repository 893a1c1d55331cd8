"""Albums: a photo is put into the one of a title, which is made where there is none.

Flickr allows any number of albums with one title and makes another whenever it is asked, so making one is the only step
that must not simply be repeated: after a lost answer the albums are listed again before it is asked for once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from i2f.flickr.failures import Refused
from i2f.flickr.responses import read_albums, read_new_album

PER_PAGE = 500
ALREADY_IN_SET = 3

T = TypeVar("T")
Read = Callable[[Mapping[str, Any]], T]


class Call(Protocol):
    """A call that reads or may be made twice, made until it answers."""

    def __call__(self, method: str, read: Read[T], **params: Any) -> T:
        """Make it."""


class Attempt(Protocol):
    """The same, made once."""

    def __call__(self, method: str, read: Read[T], params: Mapping[str, Any]) -> T:
        """Make it."""


class Persist(Protocol):
    """Attempts something until it answers."""

    def __call__(self, attempt: Callable[[], T]) -> T:
        """Attempt it."""


class Albums:
    """The account's albums, asked for through the client's own ways of calling."""

    def __init__(self, call: Call, attempt: Attempt, persist: Persist) -> None:
        """Nothing is asked yet."""
        self._call = call
        self._attempt = attempt
        self._persist = persist

    def put(self, title: str, photo_id: str) -> None:
        """Put a photo into the album of a title; once it is in, it is as good."""
        album = self._find(title) or self._make(title, photo_id)
        try:
            self._call("flickr.photosets.addPhoto", _nothing, photoset_id=album, photo_id=photo_id)
        except Refused as error:
            # It made the album, or the answer of an earlier try was lost.
            if error.code != ALREADY_IN_SET:
                raise

    def _find(self, title: str) -> str | None:
        number, pages = 1, 1
        while number <= pages:
            albums, pages = self._call("flickr.photosets.getList", read_albums, per_page=PER_PAGE, page=number)
            found = next((one for one in albums if one.title == title), None)
            if found is not None:
                return found.album_id
            number += 1
        return None

    def _make(self, title: str, photo_id: str) -> str:
        attempts = 0

        def attempt() -> str:
            nonlocal attempts
            attempts += 1
            known = self._find(title) if attempts > 1 else None
            form = {"title": title, "primary_photo_id": photo_id}
            return known or self._attempt("flickr.photosets.create", read_new_album, form)

        return self._persist(attempt)


def _nothing(_: Mapping[str, Any]) -> None:
    """Read an answer that says no more than ok."""
