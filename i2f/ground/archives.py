"""A zip archive read as the folder it is: its members have paths, and their bytes come without unpacking to the disk.

A member is addressed by a path that goes on inside the archive: `takeout-001.zip/Google Photos/2012/IMG_1.jpg`. So it
fits wherever a file's path does: the journal's keys, the report, the line to a worker process, a review's answer. Which
part of a path is an archive is told by the disk: a regular file whose name ends in .zip has something below it.

What an archive says of itself is not believed. Names that would lead elsewhere as a path ("/x", "../x", "C:/x") or that
two members share cannot be addressed and are left to the caller to name; a member is read to the size it declares and
no further, and its check sum must agree; encrypted members and methods of packing that Python lacks are one clear line.

An archive's list of members is read once for each process and version of the file, since it may be long; the few
archives used last stay open. A version of a member is its size, and the archive's time of change mixed with the
member's own check sum: whatever is written anew in the archive is another version.
"""

from __future__ import annotations

import errno
import hashlib
import lzma
import os
import stat
import struct
import threading
import zipfile
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from i2f.ground.file_version import fold, version_of

ARCHIVE_ENDINGS = frozenset({".zip"})
_KEPT_OPEN = 4
_PACKED_SO = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})
_ENCRYPTED = 0x1
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error, ValueError)


class ArchiveError(OSError):
    """An archive or one of its members cannot be read; `strerror` says why in a few words, as with other files."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its path through the archive, its size unpacked, and what tells its versions apart."""

    path: Path
    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What an archive holds: members that can be read, and paths that cannot, each with the reason."""

    members: tuple[Member, ...]
    refused: tuple[tuple[Path, str], ...]


@dataclass(frozen=True, slots=True)
class _Archive:
    file: zipfile.ZipFile
    by_name: dict[str, zipfile.ZipInfo]
    mtime_ns: int


_open: OrderedDict[tuple[Path, int, int], _Archive] = OrderedDict()
_lock = threading.Lock()


def is_archive(path: Path) -> bool:
    """Whether a file is called an archive; what it holds may still be none."""
    return path.suffix.lower() in ARCHIVE_ENDINGS and path.is_file()


def split_member(path: Path) -> tuple[Path, str] | None:
    """The archive and the member's name in it; None for a path of the disk."""
    if not any(part.lower().endswith(tuple(ARCHIVE_ENDINGS)) for part in path.parts[:-1]):
        return None
    for parent in reversed(path.parents):
        if is_archive(parent):
            return parent, path.relative_to(parent).as_posix()
    return None


def list_members(archive: Path) -> Listing:
    """Every file of an archive, in the order of its name's bytes; ArchiveError when it cannot be read as one."""
    opened = _opened(archive)
    members, refused = [], []
    for info in opened.file.infolist():
        if info.is_dir():
            continue
        path = archive / PurePosixPath(info.filename.lstrip("/"))
        why = _unaddressable(info, opened) or _unreadable(info)
        if why is None:
            members.append(Member(path, *_version(info, opened)))
        else:
            refused.append((path, why))
    return Listing(
        tuple(sorted(members, key=lambda one: os.fsencode(one.path))),
        tuple(sorted(set(refused), key=lambda one: os.fsencode(one[0]))),
    )


def file_version(path: Path) -> tuple[int, int]:
    """What tells this version of a file, or of an archive's member, from the next. OSError when it is not there."""
    inside = split_member(path)
    if inside is None:
        return version_of(path.stat())
    opened = _opened(inside[0])
    return _version(_info(opened, inside[1]), opened)


def file_exists(path: Path) -> bool:
    """Whether there is such a file, on the disk or in an archive."""
    try:
        file_version(path)
    except OSError:
        return False
    return True


def open_file(path: Path) -> BinaryIO:
    """A file or an archive's member opened for reading; OSError when that is not possible."""
    inside = split_member(path)
    return path.open("rb") if inside is None else _member_file(*inside)


def read_member(path: Path, at_most: int) -> bytes | None:
    """The bytes of an archive's member up to so many, its check sum tested; None for a path of the disk.

    ArchiveError for what is damaged.
    """
    inside = split_member(path)
    if inside is None:
        return None
    try:
        with _member_file(*inside) as file:
            return file.read(at_most)
    except _DAMAGED as error:
        raise ArchiveError(errno.EIO, "damaged in its archive") from error


def read_whole(path: Path, at_most: int) -> bytes:
    """The bytes of a file or an archive's member, up to so many; OSError, also for a damaged member."""
    inside = read_member(path, at_most)
    if inside is not None:
        return inside
    with path.open("rb") as file:
        return file.read(at_most)


def sha256_of(path: Path) -> str:
    """The hash of a file or an archive's member, read to its end; OSError when it cannot be read whole."""
    try:
        with open_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # both kinds have readinto
    except _DAMAGED as error:
        raise ArchiveError(errno.EIO, "damaged in its archive") from error


def close_archives() -> None:
    """Close what is kept open, so that the files can be moved or deleted on systems that forbid it until then."""
    with _lock:
        for one in _open.values():
            one.file.close()
        _open.clear()


def _member_file(archive: Path, name: str) -> BinaryIO:
    opened = _opened(archive)
    info = _info(opened, name)
    why = _unreadable(info)
    if why is not None:
        raise ArchiveError(errno.EIO, why)
    try:
        return opened.file.open(info)  # type: ignore[return-value]  # a ZipExtFile reads like any other
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError) as error:
        raise ArchiveError(errno.EIO, "damaged in its archive") from error


def _info(opened: _Archive, name: str) -> zipfile.ZipInfo:
    info = opened.by_name.get(name)
    if info is None:
        raise FileNotFoundError(f"no longer in its archive: {name}")
    return info


def _opened(archive: Path) -> _Archive:
    """The archive, opened once for each version of its file."""
    status = archive.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ArchiveError(errno.EIO, "not an archive")
    key = (archive, *version_of(status))
    with _lock:
        if key in _open:
            _open.move_to_end(key)
            return _open[key]
        try:
            file = zipfile.ZipFile(archive)
        except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, NotImplementedError) as error:
            raise ArchiveError(errno.EIO, "not a zip archive, or damaged or incomplete") from error
        by_name = {one.filename: one for one in file.infolist() if not one.is_dir()}
        _open[key] = opened = _Archive(file, by_name, key[2])
        while len(_open) > _KEPT_OPEN:
            # A reader elsewhere may still hold a member: zipfile closes the file when the last of them is closed.
            _open.popitem(last=False)[1].file.close()
        return opened


def _version(info: zipfile.ZipInfo, opened: _Archive) -> tuple[int, int]:
    return info.file_size, fold(opened.mtime_ns ^ (info.CRC << 20))


def _unaddressable(info: zipfile.ZipInfo, opened: _Archive) -> str | None:
    name = info.filename
    parts = PurePosixPath(name).parts
    whole = PurePosixPath(name).as_posix() == name and not name.startswith("/") and ".." not in parts
    if not whole or "\\" in name or (os.name == "nt" and any(one in name for one in ':*?"<>|')):
        return "its name in the archive is no usable path"
    return None if opened.by_name[name] is info else "the archive holds another file of this name"


def _unreadable(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & _ENCRYPTED:
        return "encrypted in its archive"
    return None if info.compress_type in _PACKED_SO else "packed in a way that is not supported; unpack the archive"
