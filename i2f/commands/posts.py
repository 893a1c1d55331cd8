"""The posts that are known, one a line: when, whether on Flickr, whether the original was found, and the caption.

Copies and export are read from the disk; Instagram's API is asked only where a token is set, and Flickr never.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from i2f.display.lines import say
from i2f.ground.plain_text import in_plain_words, printable
from i2f.ground.settings import Settings
from i2f.ground.wording import counted, day_and_time, timestamp
from i2f.instagram.export import read_export
from i2f.instagram.posts import Medium, Post
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from i2f.sync.instagram_account import with_account
from i2f.sync.known_posts import KnownPost, known_posts
from i2f.sync.output_files import check_places
from i2f.sync.report import write_report

VERSION = 1
_CAPTION_SHOWN = 60
_NO_POSTS = (
    "No posts are known yet with the state folder {}. Name your Instagram data export with --export, or run "
    "`sync FOLDER --dry-run` first."
)


def posts(settings: Settings, export: Sequence[Path], json_file: str | None) -> None:
    """List the posts known from the copies on Flickr and from the export. FolderError for an export of no use."""
    check_places(json_file)
    parts = tuple(export) or settings.instagram.exports
    exported = read_export(parts) if parts else ()
    state = StateFolder(settings.state)
    known = _known(state, with_account(settings, state, time.time(), _warn, exported))
    if json_file is not None:
        write_report(json_file, {"version": VERSION, "posts": [as_json(one) for one in known]})
        return
    for line in _in_words(known, state):
        say(line)


def _warn(line: str) -> None:
    sys.stderr.write(f"{in_plain_words(line)}\n")


def _known(state: StateFolder, exported: Sequence[Post]) -> list[KnownPost]:
    unused = state.why_unused()
    if unused is not None:
        if exported:
            _warn(f"Which posts are on Flickr is not known: {unused}")
        return [KnownPost((), one, None, False) for one in exported]
    journal = Journal(state.journal_file)
    try:
        return known_posts(journal, exported)
    finally:
        journal.close()


def _in_words(known: Sequence[KnownPost], state: StateFolder) -> Iterator[str]:
    if not known:
        yield _NO_POSTS.format(printable(state.root))
        return
    for one in known:
        when = day_and_time(one.posted_at) if one.posted_at else "time unknown"
        caption = in_plain_words(one.caption) or "(no caption)"
        caption = caption if len(caption) <= _CAPTION_SHOWN else caption[: _CAPTION_SHOWN - 3] + "..."
        yield f"{key_of(one) or '':11}  {when:>17}  {_flickr(one):13}  {_original(one):24}  {caption}"
    on_flickr = sum(1 for one in known if one.on_flickr)
    found = sum(1 for one in known if one.is_replaced or one.original or one.uploads)
    total = counted(len(known), "post")
    yield f"{total}: {on_flickr:,} on Flickr, {found:,} with their original found."


def key_of(one: KnownPost) -> str | None:
    """What `why` takes for the post; None for one known from a copy alone, whose link tells no code."""
    return next(iter(one.keys), None)


def _flickr(one: KnownPost) -> str:
    return "on Flickr" if one.on_flickr else "not on Flickr"


def _original(one: KnownPost) -> str:
    """What is known of the original; nothing is for a post without a copy, which `sync` does not look at."""
    if one.uploads:
        return "uploaded"
    if one.is_replaced:
        return "replaced"
    if one.original is not None:
        return in_plain_words(Path(one.original).name)
    return "original not found" if one.copies else ""


def as_json(one: KnownPost) -> dict[str, Any]:
    """A known post as `posts` and `why` write it."""
    post = one.post
    place = post.place if post is not None else None
    return {
        "post": key_of(one),
        "url": one.url,
        "posted_at": timestamp(one.posted_at) if one.posted_at else None,
        "kind": str(post.kind) if post is not None else None,
        "caption": one.caption,
        "place": None
        if place is None
        else {"name": place.name, "latitude": place.latitude, "longitude": place.longitude},
        "media": [_medium(each) for each in post.media] if post is not None else [],
        "known_from": [*(["copy"] if one.copies else []), *([_source(post)] if post is not None else [])],
        "on_flickr": one.on_flickr,
        "photos": [{"photo_id": each.photo_id, "page_url": each.photo.page_url} for each in one.copies],
        "original": one.original,
        "replaced": one.is_replaced,
        "uploads": list(one.uploads),
        "seen": list(one.seen),
    }


def _source(post: Post) -> str:
    """A post without any medium is known from the API alone."""
    return "export" if post.media else "api"


def _medium(medium: Medium) -> dict[str, Any]:
    exif = medium.exif
    return {
        "name": medium.uri,
        "file": printable(medium.path) if medium.path is not None else None,
        "content": str(medium.content),
        "taken": exif.taken.isoformat() if exif is not None and exif.taken is not None else None,
    }
