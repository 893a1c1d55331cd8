"""The files of an export: a folder, or zip archives in parts, or both, found by their names anywhere in them.

Layouts differ by year, region and month, and the captions may lie in another part than the pictures, so nothing depends
on where a file stands. The list of posts is known by its own name (posts_1.json, media.json, reels.html); a picture is
the file whose path ends in what the list calls it, else the only file of that name. What a file is, is told by its
first bytes: names ending in .webp were seen to hold JPEG, and videos of 2018 have no ending.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from i2f.ground.archives import file_version, is_archive, list_members, open_file
from i2f.ground.errors import FolderError
from i2f.instagram.posts import Content, PostKind, medium_id_in

_LISTS = re.compile(
    r"(?:(?P<posts>posts)(?:_\d+)?|(?P<media>media)(?:_\d+)?|(?P<archived>archived_posts)(?:_\d+)?"
    r"|(?P<igtv>igtv_videos|igtv)(?:_\d+)?|(?P<reel>reels)(?:_\d+)?|(?P<story>stories)(?:_\d+)?"
    r"|(?P<profile>profile_photos)(?:_\d+)?|(?P<other>other_content)(?:_\d+)?)\.(?:json|html)",
    re.IGNORECASE,
)
_HEAD = 16
_VIDEO_BRANDS = (
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"qt  ",
    b"M4V ",
    b"3gp",
    b"dash",
)
_PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif")


@dataclass(frozen=True, slots=True)
class ExportFiles:
    """Every file of the parts of one export, and how a name in a list leads to one; `refused` are lists in archives
    that cannot be read, with the reason.
    """

    lists: tuple[tuple[Path, PostKind], ...]
    by_name: dict[str, tuple[Path, ...]]
    refused: tuple[tuple[Path, str], ...] = ()

    def find(self, uri: str) -> Path | None:
        """The file a list means by a relative path, the largest of several; None when no part holds it.

        The folder of a picture did not last from export to export (posts/202001/ became other/), its name did.
        """
        parts = tuple(part for part in PurePosixPath(uri.replace("\\", "/")).parts if part not in ("/", ".", ".."))
        named = self.by_name.get(parts[-1].lower(), ()) if parts else ()
        whole = [one for one in named if one.parts[-len(parts) :] == parts]
        if not whole and (len(named) == 1 or (named and medium_id_in(parts[-1]))):
            whole = list(named)
        return max(whole, key=_size) if whole else None


def find_export_files(paths: Sequence[Path]) -> ExportFiles:
    """List the export's parts; FolderError names a path that is neither folder nor zip archive, or cannot be read."""
    by_name: dict[str, list[Path]] = defaultdict(list)
    lists: list[tuple[Path, PostKind]] = []
    refused: list[tuple[Path, str]] = []
    for path in dict.fromkeys(one.expanduser().absolute() for one in paths):
        for file in _files_of(path, refused):
            by_name[file.name.lower()].append(file)
            kind = _kind_of(file.name)
            if kind is not None:
                lists.append((file, kind))
    named = {name: tuple(found) for name, found in by_name.items()}
    return ExportFiles(tuple(lists), named, tuple(one for one in refused if _kind_of(one[0].name) is not None))


def _size(path: Path) -> int:
    try:
        return file_version(path)[0]
    except OSError:
        return -1


def content_of(path: Path) -> Content:
    """What a file is by its first bytes; a file that cannot be read counts as missing."""
    try:
        with open_file(path) as file:
            head = file.read(_HEAD)
    except OSError:
        return Content.MISSING
    except Exception:  # noqa: BLE001  (a damaged member may fail in any of zipfile's and zlib's ways)
        return Content.UNKNOWN
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return Content.PICTURE
    if head[4:8] == b"ftyp":
        return Content.PICTURE if head[8:12].startswith(_PICTURE_BRANDS) else Content.VIDEO
    is_video = head.startswith(b"\x1a\x45\xdf\xa3") or head[4:8] in (b"moov", b"mdat", b"wide", b"free")
    return Content.VIDEO if is_video else Content.UNKNOWN


def _kind_of(name: str) -> PostKind | None:
    found = _LISTS.fullmatch(name)
    if found is None:
        return None
    kind = str(found.lastgroup)
    return {"posts": PostKind.POST, "media": PostKind.POST}.get(kind) or PostKind(kind)


def _files_of(path: Path, refused: list[tuple[Path, str]]) -> Iterator[Path]:
    if is_archive(path):
        try:
            yield from _members_of(path, refused)
        except OSError as error:
            raise FolderError(f"the export {path} cannot be read: {error.strerror or error}") from error
    elif path.is_dir():
        yield from _below(path, refused)
    else:
        what = "is neither a folder nor a zip archive" if path.exists() else "does not exist"
        raise FolderError(f"the export {path} {what}; name the folder or the zip files that Instagram handed out")


def _members_of(archive: Path, refused: list[tuple[Path, str]]) -> Iterator[Path]:
    listing = list_members(archive)
    refused += listing.refused
    return (one.path for one in listing.members)


def _below(folder: Path, refused: list[tuple[Path, str]]) -> Iterator[Path]:
    """Every file of a folder and of the archives in it, in the order of bytes; links to folders are not followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda one: os.fsencode(one.name))
    except OSError as error:
        raise FolderError(f"the export's folder {folder} cannot be read: {error.strerror or error}") from error
    for entry in entries:
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _below(path, refused)
        elif is_archive(path):
            with suppress(OSError):  # a folder may hold any archive, also one that has nothing to do with this
                yield from _members_of(path, refused)
        elif entry.is_file():
            yield path
