"""How a request is sent: one kind of session for Flickr's API and for its pictures.

requests has habits that do harm here. It follows redirects, so a picture could be sent twice or fetched from
anywhere: nothing is followed. It puts a ~/.netrc entry in place of the OAuth header where no `auth` is given, as
flickrapi gives none when it replaces: a session-wide `auth` that does nothing prevents that, while proxies and CA
bundle still come from the environment. It knows a timeout for silence but none for a trickle, and no limit to a
body: both are watched here. Connections are never shared between threads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import requests
import urllib3
from requests.auth import AuthBase

from i2f.ground.errors import SettingsError
from i2f.ground.rate_limit import Clock
from i2f.ground.settings import is_loopback

PIECE_BYTES = 65_536
# A body must come at this pace on average, after a start of some silences; slower is no answer.
SLOWEST_BYTES_PER_S = 1024
SILENCES = 4


@dataclass(frozen=True, slots=True)
class Network:
    """The manners of calling; `sandbox` is a pretend Flickr's address on the loopback, None for the true one."""

    connect_timeout_s: float
    silence_timeout_s: float
    sandbox: str | None
    asynchronous: bool = False
    user_agent: str = "instagram2flickr/0.1"

    def __post_init__(self) -> None:
        """Refuse a sandbox that is not on this machine."""
        if self.sandbox is not None and not is_loopback(self.sandbox):
            raise SettingsError("INSTAGRAM2FLICKR_SANDBOX must be an address on the loopback, as http://127.0.0.1:PORT")

    @property
    def timeouts(self) -> tuple[float, float]:
        """The two timeouts as requests takes them."""
        return self.connect_timeout_s, self.silence_timeout_s


@dataclass(frozen=True, slots=True)
class Access:
    """The key and a login; what is secret never shows in a repr."""

    api_key: str
    api_secret: str = field(repr=False)
    token: str = field(repr=False)
    token_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be a key, before the network is touched."""
        for name in ("api_key", "api_secret"):
            value: str = getattr(self, name)
            if not value or not value.isascii() or not value.isprintable() or " " in value:
                raise SettingsError(f"[flickr] {name} is missing or malformed; run `setup`")


class KeepHeaders(AuthBase):
    """An authentication that adds nothing; its presence keeps ~/.netrc out."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class FlickrSession(requests.Session):
    """A session of one thread; `last` is the response that came last, also when it was an error."""

    def __init__(self, network: Network, clock: Clock, limit_bytes: int) -> None:
        """Bodies longer than `limit_bytes` are cut off with an error."""
        super().__init__()
        self.auth = KeepHeaders()
        self.headers["User-Agent"] = network.user_agent
        self.last: requests.Response | None = None
        self._network = network
        self._clock = clock
        self._limit_bytes = limit_bytes

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send once; the body is read by whoever wants it, watched."""
        self.last = None
        kwargs["stream"] = True
        response = super().send(request, **kwargs)
        response.raw = _WatchedBody(response.raw, self._network.silence_timeout_s, self._clock, self._limit_bytes)
        self.last = response
        return response

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Follow nothing; who may be redirected looks at each address first."""
        return None

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Take proxies and CA bundle from the environment; to the sandbox leads no proxy."""
        settings = super().merge_environment_settings(url, proxies, stream, verify, cert)
        if self._network.sandbox is not None:
            settings["proxies"] = {}
        return settings


class _WatchedBody:
    """A response's body that may be neither endless nor endlessly slow."""

    def __init__(self, raw: Any, silence_s: float, clock: Clock, limit_bytes: int) -> None:
        self._raw = raw
        self._clock = clock
        self._limit_bytes = limit_bytes
        self._deadline = clock.now() + SILENCES * silence_s
        self._read_bytes = 0

    def read(self, _size: int = PIECE_BYTES) -> bytes:
        """Return what is there, at least a byte; nothing at the end."""
        try:
            piece: bytes = self._raw.read1(PIECE_BYTES, decode_content=True)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            self.close()
            why = f"the reply was cut short ({type(error).__name__})"
            raise requests.exceptions.ChunkedEncodingError(why) from None
        self._read_bytes += len(piece)
        if self._read_bytes > self._limit_bytes:
            self.close()
            raise requests.exceptions.ContentDecodingError("the reply is too long")
        if piece and self._clock.now() > self._deadline + self._read_bytes / SLOWEST_BYTES_PER_S:
            self.close()
            raise requests.exceptions.ReadTimeout("the reply came too slowly")
        return piece

    def close(self) -> None:
        """Close the connection; what is unread is lost."""
        self._raw.close()

    def release_conn(self) -> None:
        """Give the connection back."""
        self._raw.release_conn()
