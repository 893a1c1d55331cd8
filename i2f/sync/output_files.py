"""Where a report or a page goes: looked at before anything is done, and written so that no reader meets half of it.

A place that cannot be written must be told before the first picture is replaced, not after the last. A file is written
under a temporary name and then renamed, behind the links that lead to it, so that a link stays a link. What is no
regular file (a pipe, a terminal, /dev/null) is written into, never renamed over: as root that would put a file in the
device's place. So is a file that may be written where its folder may not; should that fail half-way, the whole stays
under its temporary name, which is told. A disk is no place for a report. A named pipe needs somebody who reads it: the
system would let a writer wait for one without end and without a word.

What fails in the end all the same is a NotWrittenError; what the command did before is done, and is told first.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from i2f.ground.errors import ExitCode, FolderError, SyncError

# What exchanging a file may end with where the file itself may still be written: its folder or a mount forbids it.
_EXCHANGE_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV})

# The reader of a pipe may be started in the same breath as the program, and a little later.
READER_S = 2.0


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
    """Write a file whole where it is one, else into what is there; NotWrittenError when that fails.

    `mode` is for a new file; one that is exchanged keeps its own. The pieces may be made as they are asked for: nothing
    is touched before the last one is there.
    """
    try:
        target, is_regular = _target(file)
        if is_regular:
            _exchange(target, pieces, mode)
        else:
            _hand_over(pieces, target)
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
    temporary = _temporary_file(target)
    try:
        _fill(temporary, pieces)
        temporary.chmod(stat.S_IMODE(target.stat().st_mode) if target.exists() else mode)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    try:
        temporary.replace(target)
    except OSError as error:
        if error.errno not in _EXCHANGE_FORBIDDEN or not os.access(target, os.W_OK):
            temporary.unlink(missing_ok=True)
            raise
        _write_over(target, temporary)


def _temporary_file(target: Path) -> Path:
    """An empty file for its owner only, beside the target; elsewhere where its folder takes no new file."""
    prefix = f".{target.name[:64]}."
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=prefix)
    except OSError as error:
        if error.errno not in _EXCHANGE_FORBIDDEN or not target.exists():
            raise
        handle, name = tempfile.mkstemp(prefix=prefix)
    os.close(handle)
    return Path(name)


def _write_over(target: Path, temporary: Path) -> None:
    """Write into a file that cannot be exchanged. What was in it is gone at once, so a failure keeps the new whole."""
    try:
        _pour(temporary, target)
    except OSError as error:
        raise NotWrittenError(
            f"{target} could not be written to its end ({_why(error)}); the whole is in {temporary}"
        ) from error
    temporary.unlink()


def _hand_over(pieces: Iterable[str], target: Path) -> None:
    """Write into a pipe or a device, once everything is made; what a pipe does not take is kept."""
    handle, name = tempfile.mkstemp()
    os.close(handle)
    temporary = Path(name)
    try:
        _fill(temporary, pieces)
        if _is_pipe(target):
            _write_over(target, temporary)
            return
        _pour(temporary, target)
    except NotWrittenError:
        raise  # the whole stays
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    temporary.unlink()


def _is_pipe(target: Path) -> bool:
    return hasattr(os, "O_NONBLOCK") and stat.S_ISFIFO(target.stat().st_mode)


def _open_pipe(pipe: Path) -> BinaryIO:
    """Open a pipe that somebody reads, or will in a moment; OSError where nobody does."""
    deadline = time.monotonic() + READER_S
    while True:
        try:
            handle = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() >= deadline:
                raise OSError(errno.ENXIO, "nobody reads from it") from None
            time.sleep(0.05)
            continue
        os.set_blocking(handle, True)
        return os.fdopen(handle, "wb")


def _fill(temporary: Path, pieces: Iterable[str]) -> None:
    with temporary.open("w", encoding="utf-8") as stream:
        stream.writelines(pieces)


def _pour(temporary: Path, target: Path) -> None:
    with temporary.open("rb") as source, _open_pipe(target) if _is_pipe(target) else target.open("wb") as stream:
        shutil.copyfileobj(source, stream)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
