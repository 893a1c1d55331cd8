"""A caption as Flickr sends it, taken apart into its words and its links.

Flickr hands captions out as HTML: addresses become anchors whose visible text is cut after 57 characters, so
the `href` is the address and the text inside an anchor is not. Older captions and those typed by other programs
carry bare addresses, with a scheme or without ("ift.tt/1fCJLVn", 2015). A caption is anybody's text and may
be megabytes of broken markup: every pattern here looks at a character a bounded number of times, nothing
recurses, and nothing raises. What the links mean is for others to say.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

# A tag ends at the first bracket of either kind, so that a run of "<a<a<a" is read once (the standard library's
# parser reads it once for every "<").
_TAG = re.compile(r"<[/!?]?[a-z][^<>]*>|<!--[^<>]*>", re.ASCII | re.IGNORECASE)
_TAG_NAME = re.compile(r"<[/!?]?([a-z0-9]+)", re.ASCII | re.IGNORECASE)
_HREF = re.compile(r"""[\s"'/]href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""", re.ASCII | re.IGNORECASE)
# Tags that may stand inside a word; all others part words.
_INSIDE_WORDS = frozenset({"b", "i", "em", "strong", "s", "strike", "u", "ins", "del", "span", "font", "wbr"})
# html.unescape raises on a decimal reference of more than 4300 digits; eight are more than Unicode has.
_LONG_REFERENCE = re.compile(r"&#[0-9]{8,};?")
# With a scheme; or a host name and a path, as in "via Instagram ift.tt/1fCJLVn".
_BARE_LINK = re.compile(
    r"(?<![a-z0-9+-])(?:https?|instagram)://[^\s<>\"]+"
    r"|(?<![a-z0-9.@_/:-])(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}/[^\s<>\"]*",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Caption:
    """What a caption says: `words` as one reads them, `links` as their addresses stand there, in order."""

    words: str
    links: tuple[str, ...]


def read_caption(caption_html: str) -> Caption:
    """Take a caption apart; an anchor's `href` counts as its link, its visible text only as words."""
    words: list[str] = []
    links: list[str] = []
    free: list[str] = []
    in_anchor = False
    end = 0
    for tag in _TAG.finditer(caption_html):
        text = caption_html[end : tag.start()]
        end = tag.end()
        words.append(text)
        free.append("" if in_anchor else text)
        name = _name_of(tag.group())
        if name not in _INSIDE_WORDS:
            words.append("" if name == "a" else " ")
            free.append(" ")
        if name == "a":
            links += _bare_links("".join(free))
            free.clear()
            href = _href_of(tag.group())
            in_anchor = href is not None
            links += [] if href is None else [href]
    tail = caption_html[end:]
    words.append(tail)
    free.append("" if in_anchor else tail)
    links += _bare_links("".join(free))
    return Caption(unescape("".join(words)), tuple(links))


def links_in_text(text: str) -> tuple[str, ...]:
    """The addresses that stand in plain text, in order."""
    return tuple(found.group() for found in _BARE_LINK.finditer(text))


def unescape(text: str) -> str:
    """Turn HTML's character references into the characters, whatever stands there."""
    return html.unescape(_LONG_REFERENCE.sub("\N{REPLACEMENT CHARACTER}", text))


def _bare_links(raw: str) -> tuple[str, ...]:
    return links_in_text(unescape(raw))


def _name_of(tag: str) -> str:
    found = _TAG_NAME.match(tag)
    return found.group(1).lower() if found else ""


def _href_of(tag: str) -> str | None:
    found = None if tag.startswith("</") else _HREF.search(tag)
    if found is None:
        return None
    return unescape(next(value for value in found.groups() if value is not None)).strip()
