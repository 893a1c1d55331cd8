"""What tells one file's content from another's, so that a file is known wherever it lies and whatever it is called.

The hash of the whole file is its name; making it means reading it to its end. Its first and last bytes are read in no
time: a photograph's hold the camera's notes and the end of its coded data, so that files of one size which differ in
them are told apart at once. Those that share them may still differ in between, as a damaged copy does from a sound one:
that they are equal only the whole tells.

A path may lead through an archive (archives.py). What is packed there has to be unpacked for its last bytes, too.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from i2f.ground.archives import read_member, sha256_of

END_BYTES = 16_384


def content_of(data: bytes) -> bytes:
    """The name of a file's content: the sha256 of all its bytes."""
    return hashlib.sha256(data).digest()


def ends_of(data: bytes) -> bytes:
    """The sha256 of a file's first and last END_BYTES."""
    return hashlib.sha256(data[:END_BYTES] + data[-END_BYTES:]).digest()


def content_of_file(path: Path) -> bytes | None:
    """The same of a file on disk or in an archive, read to its end; None where that fails."""
    try:
        return bytes.fromhex(sha256_of(path))
    except OSError:
        return None


def ends_of_file(path: Path, size_bytes: int) -> bytes | None:
    """The same of a file on disk, without reading the rest, or in an archive; None where it is not of this size, or
    cannot be read.
    """
    try:
        packed = read_member(path, size_bytes + 1)
        if packed is not None:
            return ends_of(packed) if len(packed) == size_bytes else None
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size != size_bytes:
                return None
            first = stream.read(END_BYTES)
            stream.seek(max(0, size_bytes - END_BYTES))
            return hashlib.sha256(first + stream.read(END_BYTES)).digest()
    except OSError:
        return None
