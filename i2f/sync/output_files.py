"""Where a report or a page goes: looked at before anything is done, and written so that no reader meets half of it.

A place that cannot be written must be told before the first picture is replaced, not after the last. A file is written
under a temporary name and then renamed, behind the links that lead to it, so that a link stays a link. What is no
regular file (a pipe, a terminal, /dev/null) is written into, never renamed over: as root that would put a file in the
device's place. So is a file that may be written where its folder may not. A disk is no place for a report.

What fails in the end all the same is a NotWrittenError; what the command did before is done, and is told first.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from i2f.ground.errors import ExitCode, FolderError, SyncError

# What exchanging a file may end with where the file itself may still be written: its folder or a mount forbids it.
_EXCHANGE_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV})


class NotWrittenError(SyncError):
    """A report or a page could not be written."""

    def although_done(self, exit_code: ExitCode | None) -> NotWrittenError:
        """The same, for a command that did its work; it ends with the work's own exit code where that is no success."""
        told = NotWrittenError(f"the run finished, but {self}")
        told.exit_code = exit_code or self.exit_code
        return told


def check_places(*files: str | Path | None) -> None:
    """Raise FolderError for a place that cannot be written; None and "-" (standard output) are no places."""
    for file in (Path(one) for one in files if one is not None and str(one) != "-"):
        try:
            _check(file)
        except OSError as error:
            raise FolderError(f"{file} cannot be written ({_why(error)}); nothing was done") from None


def write_whole(file: Path, pieces: Iterable[str], mode: int) -> None:
    """Write a file whole where it is one, else into what is there; NotWrittenError when that fails."""
    try:
        target, is_regular = _target(file)
        if is_regular:
            _exchange(target, pieces, mode)
        else:
            _write_into(target, pieces)
    except OSError as error:
        raise NotWrittenError(f"{file} could not be written ({_why(error)})") from error


def _target(file: Path) -> tuple[Path, bool]:
    """What is behind any links, and whether it is, or will be, a regular file."""
    try:
        kind = file.stat().st_mode
    except FileNotFoundError:
        return file.resolve(), True
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if stat.S_ISBLK(kind) or stat.S_ISSOCK(kind):
        raise OSError(errno.EINVAL, "it is a disk" if stat.S_ISBLK(kind) else "it is a socket")
    return (file.resolve(), True) if stat.S_ISREG(kind) else (file, False)


def _check(file: Path) -> None:
    target, is_regular = _target(file)
    if is_regular and not target.parent.is_dir():
        raise FolderError(f"there is no folder {target.parent} to write {file.name} into; nothing was done")
    if target.exists() and os.access(target, os.W_OK):
        return
    if not is_regular:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    handle, name = tempfile.mkstemp(dir=target.parent)
    os.close(handle)
    Path(name).unlink()


def _exchange(target: Path, pieces: Iterable[str], mode: int) -> None:
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:64]}.")
    except OSError as error:
        if error.errno not in _EXCHANGE_FORBIDDEN or not target.exists():
            raise
        _write_into(target, pieces)
        return
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.writelines(pieces)
        temporary.chmod(mode)
        try:
            temporary.replace(target)
        except OSError as error:
            if error.errno not in _EXCHANGE_FORBIDDEN:
                raise
            shutil.copyfile(temporary, target)
            temporary.unlink()
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _write_into(target: Path, pieces: Iterable[str]) -> None:
    with target.open("w", encoding="utf-8") as stream:
        stream.writelines(pieces)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
