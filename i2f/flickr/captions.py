"""A caption on its way back to Flickr: from the HTML that Flickr hands out to the text a person once typed.

Flickr escapes what was typed and makes addresses into links: `<a href="ADDRESS" rel="noreferrer nofollow">` around
the address without its scheme, cut after 57 characters (recorded answers, 2015 to 2024). Sent back as it came, such
HTML would be escaped and linked once more, so a link of Flickr's own making becomes its bare address again, while
an anchor that a person typed stays one, without the `rel` that Flickr put in. What was typed as an entity and what
Flickr escaped cannot be told apart; the latter is far more common and is what this undoes.
"""

from __future__ import annotations

import html
import re

# A tag ends at the first bracket of either kind: read once, however broken a caption of megabytes is.
_TAG = re.compile(r"<[/!?]?[a-z][^<>]*>", re.ASCII | re.IGNORECASE)
_ANCHOR = re.compile(r"<a[\s/]", re.ASCII | re.IGNORECASE)
_HREF = re.compile(r"""[\s"'/]href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.ASCII | re.IGNORECASE)
_REL = re.compile(r"""\s+rel\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)""", re.ASCII | re.IGNORECASE)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]{0,20}:(?://)?", re.ASCII | re.IGNORECASE)
# html.unescape raises on a decimal reference of more than 4300 digits; eight are more than Unicode has.
_LONG_REFERENCE = re.compile(r"&#[0-9]{8,};?")


def caption_as_typed(caption_html: str) -> str:
    """Return the text that, sent to Flickr as a caption, shows as this HTML again."""
    out: list[str] = []
    anchor: tuple[str, int] | None = None
    end = 0
    for tag in _TAG.finditer(caption_html):
        out.append(_unescape(caption_html[end : tag.start()]))
        end = tag.end()
        if _ANCHOR.match(tag.group()):
            anchor = (tag.group(), len(out))
            out.append(_typed_tag(tag.group()))
        elif tag.group().lower().startswith("</a") and anchor is not None:
            opening, at = anchor
            anchor = None
            address = _address(opening)
            if address is not None and _made_by_flickr(address, "".join(out[at + 1 :])):
                out[at:] = [address]
            else:
                out.append(tag.group())
        else:
            out.append(tag.group())
    out.append(_unescape(caption_html[end:]))
    return "".join(out)


def _unescape(text: str) -> str:
    return html.unescape(_LONG_REFERENCE.sub("", text))


def _address(opening: str) -> str | None:
    found = _HREF.search(opening)
    if found is None:
        return None
    return _unescape(next((part for part in found.groups() if part is not None), ""))


def _made_by_flickr(address: str, visible: str) -> bool:
    """Whether the visible text is the address itself as Flickr shortens it."""
    bare = _SCHEME.sub("", address)
    shown = _SCHEME.sub("", visible)
    if shown.endswith("..."):
        return len(shown) > len("...") and bare.startswith(shown.removesuffix("..."))
    return bool(shown) and shown.rstrip("/") == bare.rstrip("/")


def _typed_tag(opening: str) -> str:
    """Return a hand-written anchor without Flickr's rel; inside it only quotes and brackets stay escaped."""
    bare = _unescape(_REL.sub("", opening)[1:-1].replace("&quot;", "&amp;quot;").replace("&#039;", "&amp;#039;"))
    return "<" + bare.replace("<", "&lt;").replace(">", "&gt;") + ">"
