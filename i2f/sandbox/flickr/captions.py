"""Captions and tags between what a person types and what Flickr's API gives back.

A caption is kept as typed. The API shows it as HTML: characters escaped, the few tags Flickr allows left standing,
addresses made into links whose visible text has no scheme and ends after 57 characters with three dots (seen in
recorded answers 2015-2024). Tags are squeezed to their letters and digits; `namespace:predicate=value` is a
machine tag unless it was sent in quotes (photos.addTags, sample of 2014).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_VISIBLE = 57
_ALLOWED = re.compile(r"</?(?:b|i|em|strong|u|s|del|ins|blockquote|a)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ANCHOR = re.compile(r"<a\s[^<>]*?href=(?:\"([^\"<>]*)\"|'([^'<>]*)')[^<>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_MACHINE = re.compile(r"([a-z][a-z0-9_]*):([a-z][a-z0-9_]*)=(.+)", re.IGNORECASE | re.DOTALL)
_TAG_WORDS = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as typed, as squeezed, and whether it is a machine tag."""

    raw: str
    clean: str
    machine: bool


def as_html(typed: str, rel: str = "noreferrer nofollow") -> str:
    """Return the caption as the API shows it."""
    out: list[str] = []
    at = 0
    inside_anchor = False
    for tag in _ALLOWED.finditer(typed):
        out.append(_escape(typed[at : tag.start()], rel, links=not inside_anchor))
        out.append(_tag(tag.group(), rel))
        if re.match(r"</?a\b", tag.group(), re.IGNORECASE):
            inside_anchor = not tag.group().startswith("</")
        at = tag.end()
    out.append(_escape(typed[at:], rel, links=not inside_anchor))
    return "".join(out)


def _tag(tag: str, rel: str) -> str:
    anchor = _ANCHOR.fullmatch(tag)
    if anchor is None:
        return tag
    return f'<a href="{anchor.group(1) or anchor.group(2)}" rel="{rel}">'


def _escape(text: str, rel: str, *, links: bool) -> str:
    out: list[str] = []
    at = 0
    for match in _ADDRESS.finditer(text) if links else ():
        address = match.group().rstrip(".,;:!?)]'")
        out.append(_plain(text[at : match.start()]))
        visible = address.split("://", 1)[1]
        if len(visible) > _VISIBLE:
            visible = visible[:_VISIBLE] + "..."
        out.append(f'<a href="{_plain(address)}" rel="{rel}">{_plain(visible)}</a>')
        at = match.start() + len(address)
    out.append(_plain(text[at:]))
    return "".join(out)


def _plain(text: str) -> str:
    return html.escape(text, quote=False).replace('"', "&quot;")


def parse_tags(text: str) -> tuple[Tag, ...]:
    """Read a list of tags as typed: separated by spaces, quotes around those that hold spaces."""
    tags: dict[str, Tag] = {}
    for match in _TAG_WORDS.finditer(text):
        quoted = match.group(1) is not None
        raw = (match.group(1) if quoted else match.group(2)).strip()
        tag = _make_tag(raw, quoted=quoted)
        if tag.clean:
            tags.setdefault(tag.clean, tag)
    return tuple(tags.values())


def _make_tag(raw: str, *, quoted: bool) -> Tag:
    machine = None if quoted else _MACHINE.fullmatch(raw)
    if machine is None:
        return Tag(raw, _squeeze(raw), machine=False)
    space, predicate, value = machine.groups()
    return Tag(raw, f"{space.lower()}:{predicate.lower()}={_squeeze(value)}", machine=True)


def _squeeze(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
