"""The phone's folder as a list of files: what may be a picture, what is passed over, what must be named.

A folder copied off phones over ten years holds more than pictures: edit lists, films, thumbnails of the
system, placeholders of files that still lie in iCloud. This module only asks the disk for names, sizes and
times (`stat`); it opens no file. So a second run can compare size and time with the journal and leave every
file shut. Whether the rest really are pictures is told by their content when they are read (formats.py).

Two kinds of folder are passed over for their names alone: what a person threw away (a Synology, a QNAP, Windows and
the desktops each have a name for it), and the thumbnails that other programs make. A picture in them would be found
as an original and sent. Their files are counted, so that nobody wonders. No other folder is left out for its name but
hidden ones (folder_names.py).

A Photos library is entered where its originals and edits lie, and a zip archive is gone through like a folder; of both
only the list is read here (photos_library.py, archives.py).

Nothing that goes wrong here with one entry ends the walk: a link that cannot be followed (no right, a name too long, a
loop, a share that is gone), a file that vanishes meanwhile, a disk that fails are named with the reason.

One file counts once, however often it can be reached: by overlapping folders, by a hard link, by a symbolic
link, by two spellings on a disk that does not tell them apart. Device and inode tell; a path below a real
folder is preferred to one through a link. The order is that of the paths' bytes, never the directory's.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from i2f.ground.archives import ARCHIVE_ENDINGS, list_members
from i2f.ground.errors import FolderError
from i2f.ground.file_version import version_of
from i2f.ground.model import Told
from i2f.photos.folder_names import (
    IN_TRASH,
    INNER_ARCHIVE,
    LIBRARY_ADVICE,
    LIBRARY_ENDINGS,
    ONLINE_ONLY,
    PLACEHOLDER_ENDINGS,
    THUMBNAILS,
    UNREAD_ARCHIVE,
    claims_to_be_a_picture,
    in_skipped_folders,
    is_unread_archive,
    kind_passed_over,
    skipped_folder,
    still_in,
)
from i2f.photos.photos_library import picture_folders

# OneDrive, Dropbox and iCloud mark what lies in the cloud only in the file's attributes, by the interfaces that Windows
# (FILE_ATTRIBUTE_OFFLINE, RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS) and macOS (SF_DATALESS) have for that.
_WINDOWS_ONLINE_ONLY = 0x1000 | 0x40000 | 0x400000
_MACOS_ONLINE_ONLY = 0x40000000


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may be a picture, as the disk or an archive describes it; `told` is what else is said of it."""

    path: Path
    size_bytes: int
    mtime_ns: int
    told: Told | None = None


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: os.fsencode(entry.name))


@dataclass(frozen=True, slots=True)
class Disk:
    """The two questions the disk is asked: what a path leads to, and what a folder holds, in the order of bytes."""

    stat: Callable[[Path], os.stat_result] = Path.stat
    scan: Callable[[Path], list[os.DirEntry[str]]] = _scan


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
    """All that lies in the folders: files to read, counts of what was passed over, and what must be named.

    `libraries` are the Photos libraries that were entered, `notes` the JSON files, which a Takeout has beside pictures.
    """

    files: tuple[FoundFile, ...]
    passed_over: Mapping[str, int]
    named: tuple[Unreadable, ...]
    libraries: tuple[Path, ...] = ()
    notes: tuple[Path, ...] = ()

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

    disk: Disk
    files: list[_Sighting] = field(default_factory=list)
    passed_over: dict[Path, str] = field(default_factory=dict)
    named: list[Unreadable] = field(default_factory=list)
    libraries: list[Path] = field(default_factory=list)


def find_files(folders: Sequence[Path], disk: Disk | None = None) -> Found:
    """List every file in the folders that may be a picture; FolderError names a folder that is of no use.

    A folder may be a Photos library or a zip archive, and hold such. An archive beside others may hold no pictures:
    the parts of a Takeout are cut by size, and one may have only JSON or films.
    """
    files: dict[tuple[int, int] | str, FoundFile] = {}
    paths: set[Path] = set()
    passed_over: dict[Path, str] = {}
    named: dict[Path, Unreadable] = {}
    libraries: list[Path] = []
    for folder in folders:
        harvest = _walk(absolute(folder), disk or Disk())
        if not harvest.files and not (len(folders) > 1 and _is_whole_archive(absolute(folder), harvest)):
            raise FolderError(_nothing_in(absolute(folder), harvest))
        for sighting in sorted(harvest.files, key=_preference):
            found = sighting.file
            if sighting.identity in files and found.path not in paths:
                passed_over[found.path] = "the same file again"
            files.setdefault(sighting.identity, found)
            paths.add(found.path)
        passed_over |= harvest.passed_over
        named |= {unreadable.path: unreadable for unreadable in harvest.named}
        libraries += harvest.libraries
    if folders and not files:
        raise FolderError(f"there are no pictures in {', '.join(map(str, folders))}; nothing was done")
    taken = {found.path for found in files.values()}  # a trash folder that was named itself is read
    return Found(
        files=tuple(sorted(files.values(), key=lambda found: os.fsencode(found.path))),
        passed_over=dict(sorted(Counter(kind for path, kind in passed_over.items() if path not in taken).items())),
        named=tuple(sorted(named.values(), key=lambda unreadable: os.fsencode(unreadable.path))),
        libraries=tuple(dict.fromkeys(libraries)),
        notes=tuple(sorted((path for path in passed_over if path.suffix.lower() == ".json"), key=os.fsencode)),
    )


def _is_whole_archive(root: Path, harvest: _Harvest) -> bool:
    """Whether an archive that was named holds something, if no pictures; an empty folder may be a disk that is away."""
    return _is_archive(root) and root.is_file() and bool(harvest.passed_over)


def absolute(folder: Path) -> Path:
    """The folder with links as given; `..` is folded only where that leads to the same place."""
    path = folder.expanduser().absolute()
    folded = Path(os.path.normpath(path))
    try:
        return folded if folded.samefile(path) else path
    except OSError:
        return path


def _nothing_in(folder: Path, harvest: _Harvest) -> str:
    for reason in (*map(still_in, PLACEHOLDER_ENDINGS.values()), ONLINE_ONLY):
        if any(unreadable.reason == reason for unreadable in harvest.named):
            return f"the folder {folder} holds only pictures that are {reason}"
    if any(unreadable.reason == LIBRARY_ADVICE for unreadable in harvest.named):
        return f"the folder {folder} holds only {LIBRARY_ADVICE}"
    skipped = Counter(kind for kind in harvest.passed_over.values() if kind in (IN_TRASH, THUMBNAILS))
    besides = f", and {in_skipped_folders(skipped)} were skipped" if skipped else ""
    return f"the folder {folder} holds no pictures{besides}; nothing was done"


def is_in_a_cloud(unreadable: Unreadable) -> bool:
    """Whether a file is named because its contents are in a cloud and not on this disk."""
    return unreadable.reason == ONLINE_ONLY or unreadable.reason in map(still_in, PLACEHOLDER_ENDINGS.values())


def _preference(sighting: _Sighting) -> tuple[bool, bytes]:
    """Of several ways to one file: the one without a link, then the first by its bytes."""
    return sighting.by_link, os.fsencode(sighting.file.path)


def _walk(root: Path, disk: Disk) -> _Harvest:
    """Go through one folder and all below it; folders behind links come last, each folder once."""
    harvest = _Harvest(disk)
    waiting: list[tuple[Path, bool]] = [(root, False)]
    if _is_library(root) and root.is_dir():
        waiting = [(folder, False) for folder in _library_folders(root, harvest)]
        if not waiting:
            raise FolderError(f"{root} is {LIBRARY_ADVICE}")
    elif _is_archive(root) and root.is_file():
        waiting = []
        _look_into_archive(root, False, harvest)
        if harvest.named and harvest.named[0].path == root:
            raise FolderError(f"the archive {root} cannot be read: {harvest.named[0].reason}; nothing was done")
    seen: set[tuple[int, int] | str] = set()
    while waiting:
        folder, by_link = waiting.pop()
        try:
            identity = _identity(folder, disk.stat(folder))
            entries = [] if identity in seen else disk.scan(folder)
        except OSError as error:
            if folder == root:
                raise FolderError(f"the folder {root} cannot be read: {_why(error)}; nothing was done") from error
            harvest.named.append(Unreadable(folder, f"folder cannot be read: {_why(error)}"))
            continue
        seen.add(identity)
        for entry in reversed(entries):
            path = Path(entry.path)
            is_link, is_folder = _link_and_folder(entry, disk)
            behind = by_link or is_link
            if not is_folder:
                _sort_in(path, behind, harvest, is_link=is_link)
                continue
            for one in _folders_to_walk(path, harvest):
                waiting.insert(0 if behind else len(waiting), (one, behind))
    return harvest


def _is_library(path: Path) -> bool:
    return path.suffix.lower() in LIBRARY_ENDINGS


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() in ARCHIVE_ENDINGS


def _library_folders(library: Path, harvest: _Harvest) -> list[Path]:
    """The folders of a Photos library that hold originals and edits; the library is noted if there are any."""
    folders = picture_folders(library)
    if folders:
        harvest.libraries.append(library)
    return folders


def _link_and_folder(entry: os.DirEntry[str], disk: Disk) -> tuple[bool, bool]:
    """Whether an entry is a link and whether it leads to a folder; one that cannot be asked is looked at as a file."""
    is_link = False
    try:
        is_link = entry.is_symlink()
        return is_link, stat.S_ISDIR(disk.stat(Path(entry.path)).st_mode) if is_link else entry.is_dir()
    except OSError:
        return is_link, False


def _folders_to_walk(path: Path, harvest: _Harvest) -> list[Path]:
    """The folder itself, a library's folders, or none; what is passed over with it is counted."""
    kind = skipped_folder(path.name)
    if kind is not None:
        harvest.passed_over |= dict.fromkeys(_files_below(path, harvest.disk), kind)
        return []
    if path.name.startswith("."):
        harvest.passed_over[path] = "hidden"
        return []
    if not _is_library(path):
        return [path]
    folders = _library_folders(path, harvest)
    if not folders:
        harvest.named.append(Unreadable(path, LIBRARY_ADVICE))
    return folders


def _files_below(folder: Path, disk: Disk) -> Iterator[Path]:
    """Every file below a folder by its name alone; no link is followed, what cannot be read counts as one."""
    waiting = [folder]
    while waiting:
        try:
            entries = disk.scan(waiting[-1])
        except OSError:
            yield waiting.pop()
            continue
        waiting.pop()
        for entry in entries:
            is_link, is_folder = _link_and_folder(entry, disk)
            if is_folder and not is_link:
                waiting.append(Path(entry.path))
            else:
                yield Path(entry.path)


def _sort_in(path: Path, by_link: bool, harvest: _Harvest, *, is_link: bool) -> None:
    """Decide by name and stat what one entry is."""
    cloud = PLACEHOLDER_ENDINGS.get(path.suffix.lower())
    stands_for = path.with_suffix("").name if cloud else path.name
    if cloud == PLACEHOLDER_ENDINGS[".icloud"]:
        stands_for = stands_for.removeprefix(".")
    silent = kind_passed_over(stands_for or path.name)
    if silent is not None:
        harvest.passed_over[path] = silent
    elif cloud and (claims_to_be_a_picture(Path(stands_for)) or path.suffix.lower() == ".icloud"):
        harvest.named.append(Unreadable(path, still_in(cloud)))
    elif is_unread_archive(path.name):
        harvest.named.append(Unreadable(path, UNREAD_ARCHIVE))
    elif not _is_library(path):
        _look_at(path, by_link, harvest, is_link=is_link)


def _look_at(path: Path, by_link: bool, harvest: _Harvest, *, is_link: bool) -> None:
    try:
        status = harvest.disk.stat(path)
    except OSError as error:
        leads_nowhere = is_link and error.errno in (errno.ENOENT, errno.ENOTDIR)
        if leads_nowhere and not claims_to_be_a_picture(path):
            harvest.passed_over[path] = "broken links"
        else:
            reason = (
                "a broken link"
                if leads_nowhere
                else f"link cannot be followed: {_why(error)}"
                if is_link
                else _why(error)
            )
            harvest.named.append(Unreadable(path, reason))
        return
    if not stat.S_ISREG(status.st_mode):
        harvest.passed_over[path] = "neither file nor folder"
    elif not _is_online_only(status) and _is_archive(path):
        _look_into_archive(path, by_link, harvest)
    elif not _is_online_only(status):
        found = FoundFile(path, *version_of(status))
        harvest.files.append(_Sighting(found, _identity(path, status), by_link))
    elif claims_to_be_a_picture(path) or _is_archive(path):
        harvest.named.append(Unreadable(path, ONLINE_ONLY))
    else:
        harvest.passed_over[path] = "files in a cloud"


def _look_into_archive(archive: Path, by_link: bool, harvest: _Harvest) -> None:
    """Sort in the members of a zip archive by their names, as if they lay in a folder."""
    try:
        listing = list_members(archive)
        identity = _identity(archive, archive.stat())
    except OSError as error:
        harvest.named.append(Unreadable(archive, _why(error)))
        return
    for path, reason in listing.refused:
        if claims_to_be_a_picture(path):
            harvest.named.append(Unreadable(path, reason))
    for member in listing.members:
        folders = member.path.relative_to(archive).parts[:-1]
        kind = next((kind for one in folders if (kind := skipped_folder(one))), None)
        if kind is None and any(one.startswith(".") or one == "__MACOSX" for one in folders):
            kind = "hidden"
        kind = kind or kind_passed_over(member.path.name)
        if kind is None and _is_archive(member.path):
            harvest.named.append(Unreadable(member.path, INNER_ARCHIVE))
        elif kind is None and member.path.suffix and not claims_to_be_a_picture(member.path):
            harvest.passed_over[member.path] = "other files in archives"
        elif kind is not None:
            harvest.passed_over[member.path] = kind
        else:
            file = FoundFile(member.path, member.size_bytes, member.mtime_ns)
            harvest.files.append(_Sighting(file, f"{identity}/{member.path.relative_to(archive)}", by_link))


def _is_online_only(status: os.stat_result) -> bool:
    attributes, flags = getattr(status, "st_file_attributes", 0), getattr(status, "st_flags", 0)
    return bool(attributes & _WINDOWS_ONLINE_ONLY or flags & _MACOS_ONLINE_ONLY)


def _identity(path: Path, status: os.stat_result) -> tuple[int, int] | str:
    """What makes a file the same file; some network disks give no inode, there the path must do."""
    return (status.st_dev, status.st_ino) if status.st_ino else str(path)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
