"""A person's data export ("Download your information"), of any year and in any number of parts, as a list of posts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from i2f.ground.errors import FolderError
from i2f.instagram.export_files import find_export_files
from i2f.instagram.export_html import read_html
from i2f.instagram.export_json import read_json
from i2f.instagram.export_merge import merged
from i2f.instagram.posts import Post

_NO_TIME = datetime.min.replace(tzinfo=UTC)


def read_export(paths: Sequence[Path]) -> tuple[Post, ...]:
    """Every post of an export, oldest first; each path is a folder or a zip archive, all of them parts of one account.

    FolderError names a part that cannot be read, or says that none holds a list of posts.
    """
    files = find_export_files(paths)
    if not files.lists:
        if files.refused:
            path, reason = files.refused[0]
            raise FolderError(f"{path} cannot be read: {reason}")
        named = ", ".join(str(one) for one in paths)
        raise FolderError(f"{named} holds no list of posts (posts_1.json, posts_1.html or media.json)")
    posts = [
        post
        for source, kind in files.lists
        for post in (read_json if source.suffix.lower() == ".json" else read_html)(source, kind, files)
    ]
    return tuple(sorted(merged(posts), key=lambda one: (one.time or _NO_TIME, one.caption, one.media[0].uri)))
