"""One request to the pretend Flickr, as everything that answers it sees it, and what may befall it.

A handler knows of the service behind a call what `Flickr` says and no more, and of what strikes the call what `Trouble`
says; the service itself (server.py) and the kinds of trouble (faults.py, kinds.py) are above the handlers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Response

from i2f.sandbox.flickr.account import Account, Habits, Store, StoredPhoto
from i2f.sandbox.flickr.oauth import AccessToken
from i2f.sandbox.flickr.refusals import Refusal
from i2f.sandbox.flickr.tickets import Tickets

LEVELS = ("none", "read", "write", "delete")
Answer = dict[str, Any]


class Flickr(Protocol):
    """The service behind a call."""

    account: Account
    habits: Habits
    store: Store
    tickets: Tickets
    url: str

    def add_photo(self, data: bytes) -> str:
        """Put a photo into the account and return its id."""

    def delete_photo(self, photo_id: str) -> None:
        """Delete a photo."""

    def replace_by_hand(self, photo_id: str, data: bytes) -> None:
        """Exchange a picture, as its owner might."""


@dataclass
class Page:
    """One page of a listing on its way out."""

    photos: list[StoredPhoto]
    number: int
    pages: int
    per_page: int
    total: int
    everything: list[StoredPhoto]


class Trouble(Protocol):
    """What strikes a call."""

    def instead(self, call: Call) -> Response | None:
        """Return an answer without doing the work, or None to go on."""

    def after(self, call: Call, response: Response) -> Response:
        """Return what the client gets after the work was done."""

    def listing(self, call: Call, page: Page) -> None:
        """Change a page of a listing."""


@dataclass
class Call:
    """A request: its name (an API method, or replace, upload, static, request_token, authorize, access_token)."""

    flickr: Flickr
    name: str
    host: str
    pictures_base: str
    params: dict[str, str] = field(default_factory=dict)
    token: AccessToken | None = None
    troubles: list[Trouble] = field(default_factory=list)
    lagging: bool = False

    @property
    def store(self) -> Store:
        """The photos."""
        return self.flickr.store

    @property
    def habits(self) -> Habits:
        """How this Flickr behaves where the real one is unknown."""
        return self.flickr.habits

    def need(self, name: str, code: int, message: str) -> str:
        """Return a parameter that must be there, or refuse."""
        value = self.params.get(name, "")
        if not value:
            raise Refusal(code, message)
        return value

    def number(self, name: str, default: int) -> int:
        """Return a parameter as a number; nonsense counts as absent."""
        try:
            return int(self.params.get(name) or default)
        except ValueError:
            return default

    def own_photo(self, message: str = "Photo not found") -> StoredPhoto:
        """Return the photo that `photo_id` names, if the caller may see it."""
        photo_id = self.params.get("photo_id", "")
        photo = self.store.photos.get(photo_id)
        if photo is None or not (photo.is_public or self.token):
            raise Refusal(1, message.replace("%s", photo_id))
        if self.lagging and photo.before is not None:
            return photo.before
        return photo
