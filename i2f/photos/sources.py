"""The places photographs really lie in, told apart: plain folders, zip archives, Photos libraries, Google Takeouts.

folder.py finds the files wherever they are. What a library's database or a Takeout's JSON says of them is attached
here: the names they had, when and where they were taken, which are edits; what is in their trash is left out, and how
many photos of a library are only in iCloud is named once for each library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from i2f.ground.model import Told
from i2f.photos.folder import Disk, Found, FoundFile, Unreadable, find_files
from i2f.photos.folder_names import IN_TRASH, UNREAD_DATABASE, only_in_icloud
from i2f.photos.photos_library import is_edit_in_library, read_library, uuid_in
from i2f.photos.takeout import read_takeout


def find_originals(folders: Sequence[Path], disk: Disk | None = None) -> Found:
    """Every file that may be an original, with what is said of it; FolderError names a folder that is of no use."""
    found = find_files(folders, disk)
    for library in found.libraries:
        found = _described_by_library(found, library)
    return _described_by_takeout(found) if found.notes else found


def _described_by_library(found: Found, library: Path) -> Found:
    inside = [one for one in found.files if one.path.is_relative_to(library)]
    facts = read_library(library, [one.path for one in inside])
    described: dict[Path, FoundFile] = {}
    trashed: set[Path] = set()
    for one in inside:
        uuid = uuid_in(one.path.name)
        if uuid in facts.trashed:
            trashed.add(one.path)
            continue
        told = facts.told.get(uuid or "", Told())
        if is_edit_in_library(one.path, library):
            told = replace(told, name=_edit_name(told.name, one.path), edited=True)
        described[one.path] = replace(one, told=None if told == Told() else told)
    words = only_in_icloud(facts.only_in_cloud) if facts.only_in_cloud else UNREAD_DATABASE if facts.unread else None
    named = (*found.named, *([Unreadable(library, words)] if words else []))
    return _without(replace(found, named=tuple(sorted(named, key=lambda one: one.path))), described, trashed)


def _edit_name(name: str | None, file: Path) -> str | None:
    """An edit goes by its original's name with a mark; its ending is its own, which an edit of a HEIC is not."""
    return f"{Path(name).stem}_edited{file.suffix}" if name else None


def _described_by_takeout(found: Found) -> Found:
    notes = read_takeout([one.path for one in found.files if one.told is None], found.notes)
    described = {
        one.path: replace(one, told=notes[one.path].told)
        for one in found.files
        if one.path in notes and notes[one.path].told != Told()
    }
    return _without(found, described, {path for path, note in notes.items() if note.is_trashed})


def _without(found: Found, described: dict[Path, FoundFile], trashed: set[Path]) -> Found:
    """The same files, described where something is known, those in a trash counted and left out."""
    files = tuple(described.get(one.path, one) for one in found.files if one.path not in trashed)
    passed_over = Counter(found.passed_over)
    if trashed:
        passed_over[IN_TRASH] += len(trashed)
    return replace(found, files=files, passed_over=dict(sorted(passed_over.items())))
