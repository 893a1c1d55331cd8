"""The phone's folder as a list of files: what may be a picture, what is passed over, what must be named.

A folder copied off phones over ten years holds more than pictures: edit lists, films, thumbnails of the
system, placeholders of files that still lie in iCloud. This module only asks the disk for names, sizes and
times (`stat`); it opens no file. So a second run can compare size and time with the journal and leave every
file shut. Whether the rest really are pictures is told by their content when they are read (formats.py).

One file counts once, however often it can be reached: by overlapping folders, by a hard link, by a symbolic
link, by two spellings on a disk that does not tell them apart. Device and inode tell; a path below a real
folder is preferred to one through a link. The order is that of the paths' bytes, never the directory's.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from i2f.ground.errors import FolderError

VIDEO_ENDINGS = frozenset({".mov", ".mp4", ".m4v", ".avi", ".3gp", ".3g2", ".mkv", ".mpg", ".mpeg", ".mts", ".webm"})
SIDECAR_ENDINGS = frozenset({".aae", ".xmp", ".thm", ".lrv", ".pp3", ".dop"})
SYSTEM_NAMES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})
PICTURE_ENDINGS = frozenset(
    {
        ".bmp",
        ".jxl",
        ".jp2",
        ".psd",
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".mpo",
        ".heic",
        ".heif",
        ".hif",
        ".avif",
        ".png",
        ".apng",
        ".gif",
    }
    | {".tif", ".tiff", ".webp", ".dng", ".raw", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2"},
)
LIBRARY_ENDINGS = frozenset({".photoslibrary", ".migratedphotolibrary", ".photolibrary", ".aplibrary"})
LIBRARY_ADVICE = "a Photos library; in Photos export the unmodified originals and name that folder instead"
ICLOUD_ADVICE = "still in iCloud; download it there first"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may be a picture, as the disk describes it."""

    path: Path
    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or folder that could not be used, and why in a few words.

    `named` is False for a file that is no picture and whose name does not claim to be one: it counts among the
    passed over and is not shown. `lasting` is False where the trouble may be gone tomorrow though the file stays the
    same (rights, a disk, a decoder that crashed or took too long): such a file must be tried again at the next run.
    Size and time are zero where only the name is known.
    """

    path: Path
    reason: str
    size_bytes: int = 0
    mtime_ns: int = 0
    named: bool = True
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """All that lies in the folders: files to read, counts of what was passed over, and what must be named."""

    files: tuple[FoundFile, ...]
    passed_over: Mapping[str, int]
    named: tuple[Unreadable, ...]

    @property
    def total(self) -> int:
        """Everything that was come across, each thing once: to be read, passed over, or named."""
        return len(self.files) + sum(self.passed_over.values()) + len(self.named)


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A file and what makes it that file; `by_link` when a symbolic link led to it."""

    file: FoundFile
    identity: tuple[int, int] | str
    by_link: bool


@dataclass(slots=True)
class _Harvest:
    """What one folder yields while it is walked."""

    files: list[_Sighting] = field(default_factory=list)
    passed_over: dict[Path, str] = field(default_factory=dict)
    named: list[Unreadable] = field(default_factory=list)


def find_files(folders: Sequence[Path]) -> Found:
    """List every file in the folders that may be a picture; FolderError names a folder that is of no use."""
    files: dict[tuple[int, int] | str, FoundFile] = {}
    paths: set[Path] = set()
    passed_over: dict[Path, str] = {}
    named: dict[Path, Unreadable] = {}
    for folder in folders:
        harvest = _walk(absolute(folder))
        if not harvest.files:
            raise FolderError(_nothing_in(folder, harvest))
        for sighting in sorted(harvest.files, key=_preference):
            found = sighting.file
            if sighting.identity in files and found.path not in paths:
                passed_over[found.path] = "the same file again"
            files.setdefault(sighting.identity, found)
            paths.add(found.path)
        passed_over |= harvest.passed_over
        named |= {unreadable.path: unreadable for unreadable in harvest.named}
    return Found(
        files=tuple(sorted(files.values(), key=lambda found: os.fsencode(found.path))),
        passed_over=dict(sorted(Counter(passed_over.values()).items())),
        named=tuple(sorted(named.values(), key=lambda unreadable: os.fsencode(unreadable.path))),
    )


def claims_to_be_a_picture(path: Path) -> bool:
    """Whether the file's name ends as pictures do; only then is a file without a picture in it named."""
    return path.suffix.lower() in PICTURE_ENDINGS


def absolute(folder: Path) -> Path:
    """The folder with links as given; `..` is folded only where that leads to the same place."""
    path = folder.expanduser().absolute()
    folded = Path(os.path.normpath(path))
    try:
        return folded if folded.samefile(path) else path
    except OSError:
        return path


def _nothing_in(folder: Path, harvest: _Harvest) -> str:
    advice = {unreadable.reason for unreadable in harvest.named}
    if ICLOUD_ADVICE in advice:
        return f"the folder {folder} holds only pictures that are {ICLOUD_ADVICE}"
    if LIBRARY_ADVICE in advice:
        return f"the folder {folder} holds only {LIBRARY_ADVICE}"
    return f"the folder {folder} holds no pictures; nothing was done"


def _preference(sighting: _Sighting) -> tuple[bool, bytes]:
    """Of several ways to one file: the one without a link, then the first by its bytes."""
    return sighting.by_link, os.fsencode(sighting.file.path)


def _walk(root: Path) -> _Harvest:
    """Go through one folder and all below it; folders behind links come last, each folder once."""
    if root.suffix.lower() in LIBRARY_ENDINGS and root.is_dir():
        raise FolderError(f"{root} is {LIBRARY_ADVICE}")
    harvest = _Harvest()
    waiting: list[tuple[Path, bool]] = [(root, False)]
    seen: set[tuple[int, int] | str] = set()
    while waiting:
        folder, by_link = waiting.pop()
        try:
            identity = _identity(folder, folder.stat())
            entries = [] if identity in seen else _entries(folder)
        except OSError as error:
            if folder == root:
                raise FolderError(f"the folder {root} cannot be read: {_why(error)}; nothing was done") from error
            harvest.named.append(Unreadable(folder, f"folder cannot be read: {_why(error)}"))
            continue
        seen.add(identity)
        for entry in reversed(entries):
            path, behind = Path(entry.path), by_link or entry.is_symlink()
            is_folder = path.is_dir() if entry.is_symlink() else entry.is_dir()
            if is_folder and _is_to_be_walked(path, harvest):
                waiting.insert(0 if behind else len(waiting), (path, behind))
            else:
                _sort_in(path, behind, harvest)
    return harvest


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: os.fsencode(entry.name))


def _is_to_be_walked(path: Path, harvest: _Harvest) -> bool:
    if path.name.startswith("."):
        return False
    if path.suffix.lower() not in LIBRARY_ENDINGS:
        return True
    harvest.named.append(Unreadable(path, LIBRARY_ADVICE))
    return False


def _sort_in(path: Path, by_link: bool, harvest: _Harvest) -> None:
    """Decide by name and stat what one entry is."""
    placeholder_for = path.name.removeprefix(".")[: -len(".icloud")] if path.name.lower().endswith(".icloud") else None
    silent = _kind_passed_over(placeholder_for or path.name)
    if silent is not None:
        harvest.passed_over[path] = silent
    elif placeholder_for:
        harvest.named.append(Unreadable(path, ICLOUD_ADVICE))
    elif path.suffix.lower() not in LIBRARY_ENDINGS:
        _look_at(path, by_link, harvest)


def _look_at(path: Path, by_link: bool, harvest: _Harvest) -> None:
    try:
        status = path.stat()
    except OSError as error:
        if claims_to_be_a_picture(path):
            reason = "a link that leads nowhere" if path.is_symlink() else _why(error)
            harvest.named.append(Unreadable(path, reason))
        else:
            harvest.passed_over[path] = "links that lead nowhere"
        return
    if stat.S_ISREG(status.st_mode):
        found = FoundFile(path, status.st_size, status.st_mtime_ns)
        harvest.files.append(_Sighting(found, _identity(path, status), by_link))
    else:
        harvest.passed_over[path] = "neither file nor folder"


def _kind_passed_over(name: str) -> str | None:
    """The kind of a file that is passed over by its name alone; None for any other."""
    lower = name.lower()
    ending = Path(lower).suffix
    if lower.startswith(".") or lower in SYSTEM_NAMES:
        return "hidden"
    if ending in SIDECAR_ENDINGS:
        return "sidecars"
    return "videos" if ending in VIDEO_ENDINGS else None


def _identity(path: Path, status: os.stat_result) -> tuple[int, int] | str:
    """What makes a file the same file; some network disks give no inode, there the path must do."""
    return (status.st_dev, status.st_ino) if status.st_ino else str(path)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
