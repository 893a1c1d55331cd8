"""The bytes that Flickr gets, made at the moment of sending and proved before they go.

Flickr takes JPEG, PNG and GIF (still ones); these are sent as they are, byte for byte, from the original itself.
HEIC, AVIF, TIFF and WebP become JPEG (convert_to_jpeg.py), a new file that the caller deletes; so does a picture in a
zip archive, byte for byte. What is written is read back.

However it is sent, the file is first decoded to its last row. A file cut short by the cable has a good
thumbnail and a grey half, and what is replaced on Flickr cannot be fetched again. A file that changed since it
was read is not the file that was matched, and is not sent either.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

from i2f.ground.archives import file_version, split_member
from i2f.ground.errors import PictureError
from i2f.ground.flickr_accepts import MAX_PHOTO_BYTES, SENT_AS_THEY_ARE, accepted_format
from i2f.ground.model import Original
from i2f.photos.convert_to_jpeg import as_jpeg
from i2f.photos.decode import prove_whole
from i2f.photos.flaws import FlawError
from i2f.photos.formats import content_format, find_flaw
from i2f.photos.open import open_picture, unchanged_bytes
from i2f.photos.strip_location import has_place, without_place


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file ready to be sent: proved whole, its hash and size noted; width and height are those stored in it.

    `converted` says that it was encoded anew, `has_place` that it carries coordinates.
    """

    path: Path
    sha256: str
    size_bytes: int
    width: int
    height: int
    converted: bool
    has_place: bool
    is_temporary: bool


def make_outgoing_file(
    original: Original, location: str, workdir: Path, max_bytes: int = MAX_PHOTO_BYTES
) -> OutgoingFile:
    """Decode the original fully and give the file to send; PictureError in one line when it must not be sent.

    `location` is "keep" or "strip". Whatever is written is a new file in `workdir`, for the caller to delete.
    """
    name = original.name
    try:
        data = unchanged_bytes(original)
        with open_picture(data) as opened:
            converted = opened.content_format not in SENT_AS_THEY_ARE
            if converted:
                sent, size = as_jpeg(opened)
            else:
                sent, size = data, opened.image.size
                prove_whole(opened)
        sent = ready(sent, original, location, max_bytes)
    except PictureError as error:
        raise PictureError(f"{name}: {error}; it was not sent") from error
    except OSError as error:
        raise PictureError(f"{name}: {(error.strerror or str(error)).lower()}; it was not sent") from error
    as_it_is = sent is data and split_member(original.path) is None
    return outgoing(sent, size, workdir, converted=converted, lies_at=original.path if as_it_is else None)


def ready(sent: bytes, original: Original, location: str, max_bytes: int) -> bytes:
    """The bytes without a place where `location` is "strip"; PictureError where they are too many, or where the
    original changed meanwhile.
    """
    if location == "strip":
        sent = _stripped(sent)
    if len(sent) > max_bytes:
        raise PictureError(f"exceeds Flickr's {max_bytes // 2**20} MiB limit")
    if file_version(original.path) != (original.size_bytes, original.mtime_ns):
        raise PictureError("changed since it was read; run again to read it again")
    return sent


def outgoing(
    sent: bytes, size: tuple[int, int], workdir: Path, *, converted: bool, lies_at: Path | None = None
) -> OutgoingFile:
    """The file with these bytes: the one that `lies_at` a place, or a new one in `workdir`."""
    return OutgoingFile(
        path=lies_at or _write(sent, workdir),
        sha256=hashlib.sha256(sent).hexdigest(),
        size_bytes=len(sent),
        width=size[0],
        height=size[1],
        converted=converted,
        has_place=has_place(sent),
        is_temporary=lies_at is None,
    )


def still_copy(outgoing: OutgoingFile, still: Path, command: str) -> Path:
    """Copy it to `still`, where nobody else writes: what was proved is what is sent, whatever happens to the folder
    meanwhile. PictureError, naming the `command` to run again, where it changed; nothing is left behind then.
    """
    try:
        shutil.copyfile(outgoing.path, still)
        with still.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest != outgoing.sha256:
            raise PictureError(f"{outgoing.path.name} changed while it was read; run `{command}` again")
    except BaseException:
        still.unlink(missing_ok=True)
        raise
    return still


def _stripped(data: bytes) -> bytes:
    """The bytes without a place, or an error: with a place in it nothing is sent that should have none."""
    try:
        stripped = without_place(data)
        clean = not has_place(stripped) and find_flaw(stripped, content_format(stripped[:64]) or "") is None
    except (FlawError, struct.error, LookupError, ValueError) as error:
        raise PictureError("its GPS data cannot be removed") from error
    if not clean:
        raise PictureError("its GPS data cannot be removed")
    return stripped


def _write(data: bytes, workdir: Path) -> Path:
    accepted = accepted_format(data[:64])
    suffix = f".{accepted.ending}" if accepted else ".jpg"
    with tempfile.NamedTemporaryFile(dir=workdir, prefix="sending-", suffix=suffix, delete=False) as file:
        file.write(data)
    written = Path(file.name)
    if written.read_bytes() != data:
        written.unlink()
        raise OSError(errno.EIO, "what was written there reads back otherwise", str(workdir))
    return written
