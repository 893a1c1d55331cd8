"""One request to the pretend Flickr, as everything that answers it sees it; and the two ways of refusing.

Flickr says no in two languages: a `Refusal` is its own (HTTP 200, stat=fail, a code), an `OAuthRefusal` is that of
OAuth (HTTP 400 or 401, text/plain, a query string beginning oauth_problem=).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from i2f.sandbox.flickr.account import Habits, Store, StoredPhoto
    from i2f.sandbox.flickr.faults import Kind
    from i2f.sandbox.flickr.oauth import AccessToken
    from i2f.sandbox.flickr.server import SandboxFlickr

LEVELS = ("none", "read", "write", "delete")


class Refusal(Exception):
    """Flickr's own failure: stat=fail with a code and a message."""

    def __init__(self, code: int, message: str) -> None:
        """Keep the code and the words."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class OAuthRefusal(Exception):
    """OAuth's failure: an HTTP status and a query string as plain text."""

    def __init__(self, status: int, problem: str) -> None:
        """Keep the status and what comes after oauth_problem=."""
        super().__init__(problem)
        self.status = status
        self.problem = problem


@dataclass
class Call:
    """A request: its name (an API method, or replace, upload, static, request_token, authorize, access_token)."""

    flickr: SandboxFlickr
    name: str
    host: str
    pictures_base: str
    params: dict[str, str] = field(default_factory=dict)
    token: AccessToken | None = None
    troubles: list[Kind] = field(default_factory=list)
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


Answer = dict[str, Any]
