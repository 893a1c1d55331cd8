"""The hosts that pictures may come from: Flickr's own, over https, and under a name that is the photo's.

An address out of a listing, and every address that one leads on to, passes here before it is asked; nothing else on
the network is ever asked for a picture. Against the sandbox its own address is one more.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

PICTURE_HOSTS = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,3}staticflickr\.com", re.ASCII)


class ForeignAddressError(Exception):
    """The address leads elsewhere; the text says where, in a few words."""


def picture_address(base: str, leads_to: str, photo_id: str, sandbox: str | None = None) -> str:
    """The address, as `base` leads to it, if it is one of this photo's on a picture host; old listings say http."""
    try:
        address = urljoin(base, leads_to)
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ForeignAddressError("its URL is malformed") from None
    if sandbox is not None and parts.netloc == urlsplit(sandbox).netloc:
        secure = address
    elif parts.scheme in {"http", "https"} and PICTURE_HOSTS.fullmatch(host) and not parts.username:
        if port not in {None, 80, 443}:
            raise ForeignAddressError("its URL is not on Flickr's picture hosts")
        secure = parts._replace(scheme="https", netloc=host).geturl()
    else:
        raise ForeignAddressError("its URL is not on Flickr's picture hosts")
    if not parts.path.rpartition("/")[2].startswith(f"{photo_id}_"):
        raise ForeignAddressError("its URL leads to another picture")
    return secure
