"""Fetching the original-size file of a photo from Flickr's picture hosts, and proving that it is that photo.

The file fetched here is the only copy of a picture that is about to be replaced, so it counts as fetched only when
every byte is on the disk, it decodes to its last row, and its dimensions are those Flickr lists. A success by status
proves nothing: an outdated address leads to a "no longer available" picture with HTTP 200 (noembed 105). So where
an address leads is looked at hop by hop (picture_hosts.py).

The picture hosts have no login (the secret in the address is the key) and do not count as API calls, but answer 429
after some dozens of originals (gallery-dl 8297, 2025): one thread told to slow down slows all of them.
"""

from __future__ import annotations

import hashlib
import os
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
import urllib3
from PIL import Image

from i2f.flickr.failures import UNTOUCHED, Passing, from_connection, from_status, stopped
from i2f.flickr.picture_hosts import ForeignAddressError, picture_address
from i2f.flickr.responses import OriginalSize
from i2f.flickr.retry import PICTURE_POLICY, persist
from i2f.flickr.session import PIECE_BYTES, FlickrSession, Network
from i2f.ground.durable import flush_folder
from i2f.ground.errors import PictureError, PictureGoneError, StoppedError
from i2f.ground.flickr_accepts import MAX_PHOTO_BYTES
from i2f.ground.model import Photo
from i2f.ground.rate_limit import Clock, Gate

HOPS = 5
# Everything Pillow was seen to raise on broken files.
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, ZeroDivisionError,
    MemoryError, struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "gif": "GIF"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched file as it now lies on the disk; `original_secret` is that of the address it came from."""

    sha256: str
    size_bytes: int
    width: int
    height: int
    content_format: str
    original_secret: str | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is fetched; dimensions and format None where Flickr did not say."""

    photo_id: str
    address: str
    size: tuple[int, int] | None
    content_format: str | None


class _Outdated(Exception):
    """The address no longer leads to the photo."""


class Pictures:
    """Fetches originals; safe to use from several threads, each with a session of its own."""

    def __init__(
        self,
        network: Network,
        clock: Clock,
        find_again: Callable[[str], OriginalSize],
        on_wait: Callable[[float], None] | None = None,
    ) -> None:
        """`find_again` asks Flickr where a photo's original is now; `on_wait` is told until when a wait lasts."""
        self._network = network
        self._clock = clock
        self._find_again = find_again
        self._on_wait = on_wait
        self._gate = Gate(clock)
        self._local = threading.local()
        self._sessions: list[FlickrSession] = []

    def close(self) -> None:
        """Close all connections."""
        for session in self._sessions:
            session.close()

    def fetch_original(self, photo: Photo, destination: Path) -> Fetched:
        """Fetch the original-size file; it appears at `destination` whole and proved, or not at all.

        Raises PictureGoneError when the photo is gone or was changed since it was listed, PictureError when this one
        cannot be fetched, StoppedError when none can.
        """
        size = (photo.width, photo.height) if photo.width and photo.height else None
        kind = FORMATS.get((photo.original_format or "").lower())
        if photo.original_url is not None:
            try:
                return self._fetch(_Wanted(photo.photo_id, photo.original_url, size, kind), destination)
            except _Outdated:
                pass
        now = self._find_again(photo.photo_id)
        if now.is_original and size is not None and sorted(size) != sorted((now.width, now.height)):
            raise PictureGoneError(f"photo {photo.photo_id} was changed on Flickr since it was listed; run again")
        return self.fetch_at(photo.photo_id, now, destination)

    def fetch_at(self, photo_id: str, now: OriginalSize, destination: Path) -> Fetched:
        """Fetch the original-size file from where Flickr says it is now; as fetch_original."""
        if not now.is_original:
            raise PictureError(f"Flickr does not provide the original of photo {photo_id}")
        try:
            return self._fetch(_Wanted(photo_id, now.url, (now.width, now.height), None), destination)
        except _Outdated as error:
            raise PictureError(f"photo {photo_id} could not be downloaded: {error}") from None

    def _fetch(self, wanted: _Wanted, destination: Path) -> Fetched:
        part = destination.with_name(destination.name + ".part")
        try:
            fetched = persist(lambda: self._fetch_once(wanted, part), PICTURE_POLICY, self._clock, self._on_wait)
            _settle(part, destination)
            return fetched
        except Passing as error:
            if error.throttled or not error.reached:
                raise stopped(error, "Flickr's picture host") from None
            raise PictureError(f"photo {wanted.photo_id} could not be downloaded ({error})") from None
        finally:
            part.unlink(missing_ok=True)

    def _fetch_once(self, wanted: _Wanted, part: Path) -> Fetched:
        self._gate.pass_through()
        try:
            with self._open(wanted) as response:
                digest, size_bytes = self._save(response, part)
                final_url = str(response.url)
        except Passing as error:
            if error.throttled:
                self._gate.shut_for(error.after_s or PICTURE_POLICY.throttled_for_s)
            raise
        width, height, content_format = _prove(part, wanted)
        return Fetched(digest, size_bytes, width, height, content_format, _secret_in(final_url, wanted.photo_id))

    def _open(self, wanted: _Wanted) -> requests.Response:
        """Ask for the picture, looking at each address on the way before it is asked."""
        address, leads_to = "", wanted.address
        for _ in range(HOPS):
            address = self._checked(address, leads_to, wanted.photo_id)
            try:
                response = self._session().get(
                    address, timeout=self._network.timeouts, headers={"Accept-Encoding": "identity"}
                )
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                raise from_connection(error) from None
            if response.status_code == 200:
                return response
            with response:
                if response.status_code in {301, 302, 303, 307, 308} and "Location" in response.headers:
                    leads_to = response.headers["Location"]
                    continue
                if 400 <= response.status_code < 500 and response.status_code not in {407, 408, 429}:
                    raise _Outdated(f"its URL is no longer valid (HTTP {response.status_code})")
                raise from_status(response, self._clock.now())
        raise _Outdated("its URL redirects in circles")

    def _checked(self, base: str, leads_to: str, photo_id: str) -> str:
        try:
            return picture_address(base, leads_to, photo_id, self._network.sandbox)
        except ForeignAddressError as error:
            raise _Outdated(str(error)) from None

    def _save(self, response: requests.Response, part: Path) -> tuple[str, int]:
        """Write the body to the disk, to the last byte; return its SHA-256 and size."""
        announced = response.headers.get("Content-Length", "")
        if announced.isdigit() and int(announced) > MAX_PHOTO_BYTES:
            raise PictureError("the download exceeds Flickr's 200 MiB limit")
        digest, size_bytes = hashlib.sha256(), 0
        with _disk(part), open(part, "wb", opener=_for_owner_only) as file:  # noqa: PTH123 - Path.open has no opener
            for piece in _pieces(response):
                size_bytes += len(piece)
                if size_bytes > MAX_PHOTO_BYTES:
                    raise PictureError("the download exceeds Flickr's 200 MiB limit")
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        return digest.hexdigest(), size_bytes

    def _session(self) -> FlickrSession:
        session: FlickrSession | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = FlickrSession(self._network, self._clock, 2 * MAX_PHOTO_BYTES)
            self._sessions.append(session)
        return session


def _prove(part: Path, wanted: _Wanted) -> tuple[int, int, str]:
    """Decode the file to its last row; return its dimensions as stored and its format."""
    try:
        with Image.open(part) as image:
            content_format = "JPEG" if image.format == "MPO" else str(image.format)
            _compare(image.size, content_format, wanted)
            image.load()
            return image.width, image.height, content_format
    except BROKEN as error:
        raise Passing(f"the download is not a complete picture ({type(error).__name__})") from None


def _compare(size: tuple[int, int], content_format: str, wanted: _Wanted) -> None:
    """Tell the photo from a picture that only stands in its place; turned by EXIF, it is still itself."""
    if wanted.size is not None and sorted(size) != sorted(wanted.size):
        listed = f"{wanted.size[0]} x {wanted.size[1]}"
        raise _Outdated(f"{size[0]} x {size[1]} pixels arrived where Flickr lists {listed}")
    if wanted.content_format is not None and content_format != wanted.content_format:
        raise _Outdated(f"a {content_format} arrived where Flickr lists a {wanted.content_format}")


def _secret_in(address: str, photo_id: str) -> str | None:
    """Return the secret out of an original's address, {id}_{secret}_o.{format}."""
    words = urlsplit(address).path.rpartition("/")[2].removeprefix(f"{photo_id}_").split("_")
    return words[0] if len(words) > 1 and words[0].isalnum() else None


def _pieces(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_content(PIECE_BYTES)
    except requests.RequestException as error:
        raise from_connection(error) from None


@contextmanager
def _disk(file: Path) -> Iterator[None]:
    """Turn a full or broken disk into one line; trouble of the network has other types by now."""
    try:
        yield
    except OSError as error:
        raise StoppedError(f"{file.parent} cannot be written ({error.strerror}); {UNTOUCHED}") from None


def _settle(part: Path, destination: Path) -> None:
    """Give the file its name, and see that the name is on the disk too."""
    with _disk(destination):
        part.replace(destination)
        flush_folder(destination.parent)


def _for_owner_only(path: str, flags: int) -> int:
    """Open as builtins.open would, but for nobody else's eyes."""
    return os.open(path, flags, 0o600)
