"""A question to Instagram's API or to a shortener: one request, nothing followed, never more than some megabytes read.

No login of another program (~/.netrc) goes along, while proxies and certificates come from the environment as they do
for Flickr. With a sandbox every address leads there instead, with the host as the first part of the path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from i2f.ground.errors import StoppedError

_MAX_BYTES = 16 * 2**20
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What came back: the status, where it leads on to ("" for nowhere), and the body."""

    status: int
    location: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Web:
    """How the web is asked; `sandbox` is an address on the loopback that stands for all of it."""

    connect_timeout_s: float
    silence_timeout_s: float
    user_agent: str
    sandbox: str | None = None
    session: requests.Session = field(default_factory=requests.Session, compare=False)

    def get(self, address: str, parameters: Mapping[str, str] | None = None) -> WebAnswer:
        """Ask once. StoppedError, without the address, when no answer comes."""
        parts = urlsplit(address)
        if self.sandbox is not None:
            address = f"{self.sandbox}/{parts.netloc}{parts.path}"
        try:
            with self.session.get(
                address,
                params=dict(parameters or {}),
                headers={"User-Agent": self.user_agent},
                timeout=(self.connect_timeout_s, self.silence_timeout_s),
                allow_redirects=False,
                stream=True,
                auth=_NoLogin(),
            ) as response:
                body = b""
                for piece in response.iter_content(_PIECE):
                    body += piece
                    if len(body) > _MAX_BYTES:
                        raise StoppedError(f"the answer of {parts.netloc} is far too large")
                return WebAnswer(response.status_code, response.headers.get("Location", ""), body)
        except (requests.RequestException, OSError) as error:
            raise StoppedError(f"{parts.netloc} does not answer ({type(error).__name__})") from None


class _NoLogin(AuthBase):
    """An authentication that adds nothing; its presence keeps ~/.netrc out."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request
