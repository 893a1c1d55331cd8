"""The pretend Flickr as a server: a Flask application on a free port of 127.0.0.1, in a thread of the caller.

One port stands for www, api, up and live.staticflickr.com; the path tells them apart. Reached under its true names
(through a proxy), it speaks of pictures under live.staticflickr.com; reached on the loopback, under itself. Every
request is noted, with what it would have changed and without anything secret. `bytes_per_s` is the most that a
connection carries in either direction, for whoever measures how well the line is used.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import WSGIRequestHandler, make_server

from i2f.sandbox.flickr.account import Account, Habits, Store, StoredPhoto
from i2f.sandbox.flickr.calls import Call
from i2f.sandbox.flickr.capped import cap
from i2f.sandbox.flickr.faults import Faults
from i2f.sandbox.flickr.oauth import Keys
from i2f.sandbox.flickr.routes import Request, make_app
from i2f.sandbox.flickr.tickets import Sent, Tickets
from i2f.sandbox.flickr.uploads import exchange, finish

_POLL_S = 0.01


class _Quiet(WSGIRequestHandler):
    """Keeps the server's chatter out of the caller's terminal."""

    bytes_per_s: float | None = None

    def setup(self) -> None:
        """Take the connection up, at its pace."""
        super().setup()
        if self.bytes_per_s is not None:
            cap(self, self.bytes_per_s)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing; `SandboxFlickr.log` knows every request."""


class SandboxFlickr:
    """A Flickr with one account: `with SandboxFlickr() as flickr: flickr.url`."""

    def __init__(
        self, folder: Path | None = None, now: Callable[[], float] = time.time, bytes_per_s: float | None = None
    ) -> None:
        """Keep pictures in memory, or in a folder; `now` is Flickr's clock, `bytes_per_s` the cap of a connection."""
        self.now = now
        self.account: Account = Account()
        self.habits: Habits = Habits()
        self.faults = Faults()
        self.log: list[Request] = []
        self.crashes: list[Exception] = []
        self.tickets = Tickets()
        self.keys = Keys(now=lambda: self.now(), bad_token_answer=lambda: self.habits.bad_token_answer)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.store = Store(self.account, folder, lambda: self.now())
        handler = type("_Handler", (_Quiet,), {"bytes_per_s": bytes_per_s})
        self._server = make_server("127.0.0.1", 0, make_app(self), threaded=True, request_handler=handler)
        self._thread = Thread(target=self._server.serve_forever, args=(_POLL_S,), name="sandbox", daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop; an error of the sandbox itself is not passed over."""
        self.faults.clear()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if self.crashes and error is None:
            raise self.crashes[0]

    @property
    def api_key(self) -> str:
        """The API key this Flickr knows."""
        return self.keys.api_key

    @property
    def api_secret(self) -> str:
        """The secret that goes with the key."""
        return self.keys.api_secret

    def issue_token(self, perms: str = "write") -> tuple[str, str]:
        """Log in without the three steps: token and token secret."""
        made = self.keys.issue(perms)
        return made.token, made.secret

    def authorize(self, oauth_token: str, perms: str = "write") -> str:
        """Agree, as a person on Flickr's page would, and return the code of nine digits."""
        return self.keys.authorize(oauth_token, perms)

    def revoke(self, token: str) -> None:
        """Take a login back."""
        del self.keys.access_tokens[token]

    def add_photo(
        self,
        data: bytes,
        title: str = "",
        description: str = "",
        tags: str = "",
        uploaded: int | None = None,
        **more: Any,
    ) -> str:
        """Put a photo into the account and return its id.

        `description` is plain text as typed, `tags` separated by spaces (quotes around those with spaces),
        `uploaded` unix time; `more` sets any further field of StoredPhoto (is_public, place, taken, media ...).
        """
        photo = self.store.add(data, title, description, tags, uploaded)
        for name, value in more.items():
            setattr(photo, name, value)
        return photo.photo_id

    def photo(self, photo_id: str) -> StoredPhoto:
        """Return a photo as Flickr holds it."""
        return self.store.photos[photo_id]

    def delete_photo(self, photo_id: str) -> None:
        """Delete a photo, as its owner might at any time."""
        self.store.remove(photo_id)

    def edit(self, photo_id: str, **changes: Any) -> None:
        """Change fields of a photo, as its owner might at any time."""
        photo = self.photo(photo_id)
        for name, value in changes.items():
            setattr(photo, name, value)
        self.store.touch(photo)

    def replace_by_hand(self, photo_id: str, data: bytes) -> None:
        """Exchange a picture, as its owner might on the website."""
        exchange(self._by_hand(), self.photo(photo_id), Sent(data, "by hand"), None)

    def finish_tickets(self) -> None:
        """Carry out every replacement that waits for its ticket."""
        finish(self._by_hand())

    def _by_hand(self) -> Call:
        return Call(self, "by hand", "www.flickr.com", self.url)

    def requests(self, name: str) -> list[Request]:
        """Return the noted requests of one name."""
        return [request for request in self.log if request.name == name]

    @property
    def changing_requests(self) -> list[Request]:
        """The noted requests that change something, or would have."""
        return [request for request in self.log if request.changing]
