"""What one sync is asked to do: the words of the command, from the command line to the last picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from i2f.instagram.posts import Post


@dataclass(frozen=True, slots=True)
class SyncOrder:
    """One order; the plan is made for `folders` and `photo_ids`, the rest says what happens to it.

    `export` are the parts of Instagram's data export, those of the settings when empty; `posts` is what they hold.
    """

    folders: tuple[Path, ...]
    export: tuple[Path, ...] = ()
    dry_run: bool = False
    limit: int | None = None
    photo_ids: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    json_file: str | None = None
    preview_file: Path | None = None
    ask: bool = False
    again_folder: bool = False
    again_run: str | None = None
    again_all: bool = False
    posts: tuple[Post, ...] = ()
    as_posted: bool = False
