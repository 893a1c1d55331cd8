"""Short links in captions (ift.tt, bit.ly) that hide a post's address: followed once, and only to Instagram.

Such a link holds no code and may lead anywhere. So it is not followed unless somebody asked for it; then the shortener
alone is asked where it leads, and what it names is never visited: an address of a post is taken, anything else is
nothing. Every answer is kept, so that no link is asked for twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from i2f.instagram.caption_links import read_caption
from i2f.instagram.web import Web

SHORTENERS = frozenset({"ift.tt", "bit.ly"})


def short_links(caption_html: str) -> tuple[str, ...]:
    """The short links of a caption as https addresses, each once, in order."""
    found = []
    for link in read_caption(caption_html).links:
        parts = urlsplit(link if "//" in link else f"//{link}")
        path = parts.path.rstrip(".,;:!?)]\"'")
        if (parts.hostname or "") in SHORTENERS and len(path) > 1:
            found.append(f"https://{parts.hostname}{path}")
    return tuple(dict.fromkeys(found))


def leads_to(web: Web, link: str) -> str:
    """Where a short link leads, as the shortener says; "" for nowhere. StoppedError without an answer."""
    answer = web.get(link)
    return answer.location if answer.status in (301, 302, 303, 307, 308) else ""


def first_on_instagram(addresses: Sequence[str]) -> str | None:
    """The first of these that is on Instagram's own host."""
    hosts = {"instagram.com", "www.instagram.com", "m.instagram.com", "instagr.am", "www.instagr.am"}
    return next((one for one in addresses if (urlsplit(one).hostname or "") in hosts), None)
