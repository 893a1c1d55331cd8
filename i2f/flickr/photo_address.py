"""The number of a photo, out of whatever a person copied: the number, its page's address, a short link, a picture's.

A page's address holds the number after the owner's name, and may go on (`/in/album-...`, `/sizes/o/`, `?...`). A short
link (flic.kr/p/...) holds it to the base 58, in digits, small and large letters without 0, I, O and l (Flickr's
"flic.kr shortened URLs", as every client since 2009 has it). The address of a picture begins its last part with it.
"""

from __future__ import annotations

import re

_BASE58 = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_SCHEME = r"(?:https?:)?(?://)?"
_PAGE = re.compile(_SCHEME + r"(?:[a-z]+\.)?flickr\.com/(?:#/)?photos/[^/?#]+/([0-9]{1,20})(?:[/?#].*)?", re.IGNORECASE)
_SHORT = re.compile(_SCHEME + r"(?:www\.)?flic\.kr/p/([1-9a-zA-Z]{1,12})/?(?:[?#].*)?", re.IGNORECASE)
_PICTURE = re.compile(
    _SCHEME + r"(?:live|c[0-9]+|farm[0-9]+)\.static\.?flickr\.com/(?:[0-9]+/)+([0-9]{1,20})_.*", re.IGNORECASE
)


def photo_id_of(text: str) -> str:
    """The photo's number, where the text holds one; else the text as it is."""
    told = text.strip().strip("<>")
    for form in (_PAGE, _PICTURE):
        found = form.fullmatch(told)
        if found is not None:
            return found.group(1)
    short = _SHORT.fullmatch(told)
    return _from_base58(short.group(1)) or text if short else told


def _from_base58(digits: str) -> str | None:
    number = 0
    for digit in digits:
        value = _BASE58.find(digit)
        if value < 0:
            return None
        number = number * len(_BASE58) + value
    return str(number)
