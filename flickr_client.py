"""Flickr's side, and the one module that knows flickrapi.

flickrapi signs and sends, nothing more: it does not retry, has no timeout, follows what it is told and logs what
it should not (read and measured in 2.4.0, its last release). So each thread gets a flickrapi of its own on a session
of ours, answers are asked for raw and read in responses.py, and every call is one of two kinds:

- A call that reads, or that may be made twice with the same result: tried five times, signed anew each time (a
  repeated nonce is refused), with random growing waits, or as long as Flickr asks for.
- `replace` and `upload`: sent exactly once. It ends with Flickr's word that it took the picture, with `Refused`, or
  with ReplyLostError; whether to send again is decided elsewhere, after looking.

Every attempt takes from the hourly budget. `upload`, which makes a new photo, has an address only in a client made with
`may_upload`; every other one cannot make a photo, whatever is called.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import flickrapi
import requests
import urllib3
from flickrapi.auth import FlickrAccessToken

from i2f.flickr.albums import Albums
from i2f.flickr.captions import caption_as_typed
from i2f.flickr.download import Fetched, Pictures
from i2f.flickr.failures import (
    DuplicateError,
    Failure,
    Passing,
    Refused,
    from_connection,
    from_failure,
    from_status,
    lost,
    retry_after_s,
    sending_from_connection,
    sending_from_status,
    stopped,
)
from i2f.flickr.listing import EXTRAS, PER_PAGE, Expect, Keep, Listing, list_pages, nobody_asks
from i2f.flickr.oauth import PendingLogin, Token, begin
from i2f.flickr.replace_request import Replaced, RequestBody, SendingSession, read_reply
from i2f.flickr.responses import (
    Account,
    Garbled,
    OriginalSize,
    Page,
    PhotoInfo,
    UploadStatus,
    read_account,
    read_favorites,
    read_info,
    read_json,
    read_original_size,
    read_page,
    read_ticket,
    read_ticket_photo,
    read_upload_status,
)
from i2f.flickr.retry import API_POLICY, persist
from i2f.flickr.session import Access, Network
from i2f.flickr.tickets import TicketState, follow
from i2f.flickr.upload_request import Privacy, UploadForm, read_upload_reply
from i2f.ground.errors import LoginError, PictureGoneError, SyncError
from i2f.ground.log_redaction import hide, mask_libraries
from i2f.ground.model import Photo
from i2f.ground.rate_limit import CallBudget, Clock, Gate

__all__ = [
    "Access", "Account", "DuplicateError", "Fetched", "FlickrClient", "Listing", "Network", "OriginalSize",
    "PendingLogin", "PhotoInfo", "Privacy", "Refused", "Replaced", "Token", "UploadForm", "UploadStatus",
    "begin_delete_login", "begin_login", "caption_as_typed",
]  # fmt: skip

# A page of 500 photos with long captions is some megabytes.
LIMIT_BYTES = 48 << 20
# A wait longer than this is told to the person.
LONG_S = 30.0
# An upload over a wireless network may stand still for a while and go on.
LONGEST_STALL_S = 60.0
_NETWORK_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)

T = TypeVar("T")


class _Wire:
    """flickrapi and its session, for one thread."""

    def __init__(self, access: Access, network: Network, clock: Clock, *, may_upload: bool = False) -> None:
        self.session = SendingSession(network, clock, LIMIT_BYTES)
        token = FlickrAccessToken(access.token, access.token_secret, "write") if access.token else None
        self.api = flickrapi.FlickrAPI(
            access.api_key, access.api_secret, token=token, store_token=False, format="json", timeout=network.timeouts
        )
        self.api.flickr_oauth.session = self.session
        if not may_upload:
            self.api.UPLOAD_URL = ""
        if network.sandbox is not None:
            base = network.sandbox.rstrip("/")
            self.api.UPLOAD_URL = f"{base}/services/upload/" if may_upload else ""
            self.api.REST_URL = f"{base}/services/rest/"
            self.api.REPLACE_URL = f"{base}/services/replace/"
            for name in ("request_token", "authorize", "access_token"):
                setattr(self.api.flickr_oauth, f"{name.upper()}_URL", f"{base}/services/oauth/{name}")

    def ask(self, now: Callable[[], float], call: Callable[..., T], *args: Any, **params: Any) -> T:
        """Make one call that reads; raises Passing or what is final."""
        try:
            return call(*args, **params)
        except flickrapi.FlickrError:
            if self.session.last is None:
                raise Passing("no reply") from None
            raise from_status(self.session.last, now()) from None
        except _NETWORK_ERRORS as error:
            raise from_connection(error) from None
        except (KeyError, ValueError):
            raise Passing("an unreadable reply") from None

    def close(self) -> None:
        """Close the connection."""
        self.session.close()


class FlickrClient:
    """The account on Flickr; safe to use from several threads."""

    def __init__(
        self, access: Access, network: Network, budget: CallBudget, clock: Clock, *, may_upload: bool = False
    ) -> None:
        """Nothing is sent yet."""
        if not (access.token and access.token_secret):
            raise LoginError("not logged in; run `login`")
        mask_libraries()
        hide(access.api_key, access.api_secret, access.token, access.token_secret)
        self._access = access
        self._network = network
        self._budget = budget
        self._clock = clock
        self._may_upload = may_upload
        self._gate = Gate(clock)
        self._local = threading.local()
        self._wires: list[_Wire] = []
        self._pictures = Pictures(network, clock, self.get_original_size, self._tell_long_wait)

    def __enter__(self) -> Self:
        """Use the client; it is closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self.close()

    def close(self) -> None:
        """Close all connections."""
        for wire in self._wires:
            wire.close()
        self._pictures.close()

    def who_am_i(self) -> Account:
        """Whose login this is; the probe that a login works."""
        return self._call("flickr.test.login", read_account)

    def upload_status(self) -> UploadStatus:
        """Whether the account is Pro, and how large a picture may be."""
        return self._call("flickr.people.getUploadStatus", read_upload_status)

    def count_photos(self) -> int:
        """How many photos Flickr counts in the account."""
        return self._call("flickr.people.getPhotos", read_page, user_id="me", per_page=1).total

    def list_photos(self, keep: Keep, expect: Expect = nobody_asks) -> Listing:
        """Hand all photos of the account to `keep`, page by page, each once; tell `expect` how many there are."""

        def page(number: int) -> Page:
            return self._call(
                "flickr.people.getPhotos", read_page, user_id="me", per_page=PER_PAGE, page=number, extras=EXTRAS
            )

        return list_pages(page, keep, expect=expect)

    def list_changes(self, since: int, keep: Keep) -> Listing:
        """Hand the photos that changed since an earlier listing's watermark to `keep`."""

        def page(number: int) -> Page:
            return self._call(
                "flickr.photos.recentlyUpdated",
                read_page,
                min_date=max(1, since),
                per_page=PER_PAGE,
                page=number,
                extras=EXTRAS,
            )

        return list_pages(page, keep, since)

    def list_uploads(self, since: int, keep: Keep) -> Listing:
        """Hand the photos that were uploaded since a moment, in unix seconds, to `keep`."""

        def page(number: int) -> Page:
            return self._call(
                "flickr.people.getPhotos",
                read_page,
                user_id="me",
                min_upload_date=max(1, since),
                per_page=PER_PAGE,
                page=number,
                extras=EXTRAS,
            )

        return list_pages(page, keep)

    def search_machine_tag(self, machine_tag: str) -> tuple[Photo, ...]:
        """The account's photos with a machine tag, as far as Flickr's search knows them yet; at most a page."""
        return self._call(
            "flickr.photos.search",
            read_page,
            user_id="me",
            machine_tags=machine_tag,
            per_page=PER_PAGE,
            extras=EXTRAS,
        ).photos

    def get_info(self, photo_id: str) -> PhotoInfo:
        """All that Flickr holds of one photo. Raises PictureGoneError when it holds none."""
        return self._call("flickr.photos.getInfo", lambda answer: read_info(answer, photo_id), photo_id=photo_id)

    def get_original_size(self, photo_id: str) -> OriginalSize:
        """Where the original-size file is, else the largest that Flickr hands out."""
        return self._call("flickr.photos.getSizes", read_original_size, photo_id=photo_id)

    def fetch_original(self, photo: Photo, destination: Path) -> Fetched:
        """Fetch the original-size file, proved to be that photo (download.py)."""
        return self._pictures.fetch_original(photo, destination)

    def set_meta(self, photo_id: str, title: str, description_plain: str) -> None:
        """Set title and caption; the caption as plain text (caption_as_typed)."""
        self._call("flickr.photos.setMeta", _nothing, photo_id=photo_id, title=title, description=description_plain)

    def set_dates(self, photo_id: str, taken: str, granularity: int = 0) -> None:
        """Set the date taken, Flickr's local "YYYY-MM-DD HH:MM:SS"."""
        self._call(
            "flickr.photos.setDates", _nothing, photo_id=photo_id, date_taken=taken, date_taken_granularity=granularity
        )

    def set_location(self, photo_id: str, latitude: float, longitude: float, accuracy: int) -> None:
        """Set the place."""
        self._call(
            "flickr.photos.geo.setLocation",
            _nothing,
            photo_id=photo_id,
            lat=f"{latitude:.6f}",
            lon=f"{longitude:.6f}",
            accuracy=min(16, max(1, accuracy)),
        )

    def remove_location(self, photo_id: str) -> None:
        """Take the place away; none there is as good."""
        try:
            self._call("flickr.photos.geo.removeLocation", _nothing, photo_id=photo_id)
        except Refused as error:
            # Error 2, no location: so it is when the answer of an earlier try was lost.
            if error.code != 2:
                raise

    def add_tags(self, photo_id: str, tags: Sequence[str]) -> None:
        """Add tags, each without spaces; one that is there is as good."""
        self._call("flickr.photos.addTags", _nothing, photo_id=photo_id, tags=" ".join(tags))

    def count_favorites(self, photo_id: str) -> int:
        """How many people made the photo a favorite."""
        return self._call("flickr.photos.getFavorites", read_favorites, photo_id=photo_id, per_page=1)

    def put_into_album(self, title: str, photo_id: str) -> None:
        """Put a photo into the album of this title, which is made where there is none; once in it is as good.

        Not for several threads at once: each might make the album.
        """
        Albums(self._call, self._attempt, self._until_it_answers).put(title, photo_id)

    def delete_photo(self, photo_id: str) -> None:
        """Delete a photo for ever; gone already is as good. Raises NotAllowedError without that permission."""
        try:
            self._call("flickr.photos.delete", _nothing, photo_id=photo_id)
        except PictureGoneError:
            return

    def fetch_at(self, photo_id: str, size: OriginalSize, destination: Path) -> Fetched:
        """Fetch the original-size file from where get_original_size says it is now."""
        return self._pictures.fetch_at(photo_id, size, destination)

    def replace(
        self, photo_id: str, file: Path, title: str, on_ticket: Callable[[str], None] | None = None
    ) -> Replaced:
        """Send a picture in place of a photo's, once; `title` is the present one, `on_ticket` is told a ticket.

        Raises Refused (Flickr plainly did not take it), NotProError, PictureGoneError, LoginError, SettingsError, or
        ReplyLostError (it may or may not have been taken). PictureError when the file cannot be read.
        """
        with RequestBody(file) as picture:
            self._gate.pass_through()
            self._budget.take()
            reply = read_reply(self._send(picture, "replace", {"photo_id": photo_id, "title": title}), photo_id)
        if isinstance(reply, Replaced):
            return reply
        if on_ticket is not None:
            on_ticket(reply.name)
        follow(reply.name, self.ticket_state, self._clock)
        return Replaced(None, None)

    def upload(self, file: Path, form: UploadForm, on_ticket: Callable[[str], None]) -> str:
        """Send a picture as a new photo, once; its id. `on_ticket` is told a ticket before it is followed.

        Raises Refused (no photo was made), DuplicateError among them, LoginError, SettingsError, PictureError, or
        ReplyLostError (a photo may or may not have been made).
        """
        if not self._may_upload:
            raise SyncError("this command never makes a new photo")
        with RequestBody(file) as picture:
            self._gate.pass_through()
            self._budget.take()
            try:
                reply = read_upload_reply(self._send(picture, "upload", form.fields()))
            except Refused as error:
                if error.final or not picture.begun:
                    raise
                raise lost(str(error)) from None
        if isinstance(reply, str):
            return reply
        on_ticket(reply.name)
        follow(reply.name, self.ticket_state, self._clock)
        photo_id = self.ticket_photo(reply.name)
        if photo_id is None:
            raise lost("its ticket is done and names no photo")
        return photo_id

    def ticket_photo(self, ticket: str) -> str | None:
        """The photo that was made for a ticket; None while there is none."""
        return self._call(
            "flickr.photos.upload.checkTickets", lambda answer: read_ticket_photo(answer, ticket), tickets=ticket
        )

    def ticket_state(self, ticket: str) -> TicketState:
        """What became of a ticket."""
        return self._call(
            "flickr.photos.upload.checkTickets", lambda answer: read_ticket(answer, ticket), tickets=ticket
        )

    def _send(self, picture: RequestBody, method: str, fields: Mapping[str, str]) -> bytes:
        wire = self._wire()
        name = picture.name_for(fields.get("photo_id", "photo"))
        wire.session.part = (name, picture.content_type)
        # 'rest' hands over the bytes as they are; any parser of flickrapi could raise after the work was done.
        params = {"format": "rest", **fields, **({"async": "1"} if self._network.asynchronous else {})}
        # While a body is sent, urllib3 takes the connection's timeout for every write (measured, 2.8).
        connect_s, silence_s = self._network.timeouts
        timeouts = (max(connect_s, min(silence_s, LONGEST_STALL_S)), silence_s)
        try:
            body: bytes = getattr(wire.api, method)(name, fileobj=picture, timeout=timeouts, **params)
            return body
        except flickrapi.FlickrError:
            response = wire.session.last
            if response is None:
                raise lost("no reply") from None
            if response.status_code == 429:
                self._gate.shut_for(retry_after_s(response, self._clock.now()) or API_POLICY.throttled_for_s)
            raise sending_from_status(response, self._clock.now()) from None
        except _NETWORK_ERRORS as error:
            raise sending_from_connection(error, begun=picture.begun) from None

    def _call(self, method: str, read: Callable[[Mapping[str, Any]], T], **params: Any) -> T:
        """Make a call that reads, or that may be made twice, until it answers."""
        return self._until_it_answers(lambda: self._attempt(method, read, params))

    def _until_it_answers(self, attempt: Callable[[], T]) -> T:
        try:
            return persist(attempt, API_POLICY, self._clock, self._tell_long_wait)
        except Passing as error:
            raise stopped(error, "api.flickr.com") from None

    def _attempt(self, method: str, read: Callable[[Mapping[str, Any]], T], params: Mapping[str, Any]) -> T:
        self._gate.pass_through()
        self._budget.take()
        wire = self._wire()
        try:
            body: bytes = wire.ask(self._clock.now, wire.api.do_flickr_call, method, format="json", **params)
            answer = read_json(body)
            if answer["stat"] == "fail":
                raise from_failure(_failure(answer), params.get("photo_id") or params.get("primary_photo_id"))
            return read(answer)
        except Garbled as error:
            raise Passing(f"an unreadable reply: {error}") from None
        except Passing as error:
            if error.throttled:
                self._gate.shut_for(error.after_s or API_POLICY.throttled_for_s)
            raise

    def _tell_long_wait(self, until: float) -> None:
        if until - self._clock.now() >= LONG_S:
            self._budget.announce(until)

    def _wire(self) -> _Wire:
        wire: _Wire | None = getattr(self._local, "wire", None)
        if wire is None:
            wire = self._local.wire = _Wire(self._access, self._network, self._clock, may_upload=self._may_upload)
            self._wires.append(wire)
        return wire


def begin_login(
    api_key: str, api_secret: str, network: Network, budget: CallBudget, callback: str = "oob"
) -> tuple[str, PendingLogin]:
    """Begin a login: the address of Flickr's page, and what waits for the code it shows (oauth.py)."""
    mask_libraries()
    hide(api_key, api_secret)
    return begin(_Wire(Access(api_key, api_secret, "", ""), network, budget.clock), budget, API_POLICY, callback)


def begin_delete_login(api_key: str, api_secret: str, network: Network, budget: CallBudget) -> tuple[str, PendingLogin]:
    """Begin a login that may also delete, for the one command that does; Flickr's page shows a code."""
    wire = _Wire(Access(api_key, api_secret, "", ""), network, budget.clock)
    return begin(wire, budget, API_POLICY, perms="delete")


def _nothing(_: Mapping[str, Any]) -> None:
    """Read an answer that says no more than ok."""


def _failure(answer: Mapping[str, Any]) -> Failure:
    code = str(answer.get("code"))
    return Failure(
        int(code) if code.isascii() and code.isdigit() and len(code) < 6 else None, str(answer.get("message", ""))
    )
