"""The phone's folder: find, open upright, read EXIF, tell twins, make the bytes that are sent.

This is the door; the rooms behind it each hold one idea. folder.py walks and opens nothing. formats.py says what
bytes are and whether they are whole, with isobmff.py for HEIC and dng.py for raw files; exif.py reads time, camera
and place; open.py reads a heading, decode.py makes pixels, color_profiles.py makes them sRGB; reader.py does
all that in processes of their own. outgoing_file.py makes the bytes that Flickr gets, strip_location.py takes a place
out of them. Nothing here ever opens an original for writing.
"""

from __future__ import annotations

import re
from pathlib import Path

from i2f.ground.model import Original
from i2f.photos.folder import Found, FoundFile, Unreadable, find_files
from i2f.photos.outgoing_file import OutgoingFile, make_outgoing_file
from i2f.photos.reader import Reading, read_originals

__all__ = [
    "Found",
    "FoundFile",
    "Reading",
    "OutgoingFile",
    "Unreadable",
    "make_outgoing_file",
    "find_files",
    "other_exposure_by_exif",
    "read_originals",
    "same_exposure_by_exif",
]

QUARTER_HOUR_S = 900
# IMG_1234, its edit IMG_E1234, and the names that copying gives: "IMG_1234 2", "IMG_1234(1)".
_CAMERA_NAME = re.compile(r"IMG_E?(\d{4})(?: \d{1,2}| ?\(\d{1,2}\))?$", re.IGNORECASE)


def same_exposure_by_exif(a: Original, b: Original) -> bool:
    """Whether EXIF alone proves one exposure: equal camera, capture second and sub-second.

    Phones before the iPhone 6 write no sub-seconds, and a burst puts several shots into one second; there the
    second alone proves nothing and the camera's own number must agree too (a burst counts on, the copies and
    edits of one shot keep it). Clocks set to different zones are different moments.
    """
    if a.taken is None or b.taken is None or a.camera is None or a.camera != b.camera:
        return False
    if None not in (a.taken.offset, b.taken.offset) and a.taken.offset != b.taken.offset:
        return False
    if a.taken.has_subsecond and b.taken.has_subsecond:
        return a.taken.local == b.taken.local
    number = _camera_number(a.path)
    same_second = a.taken.local.replace(microsecond=0) == b.taken.local.replace(microsecond=0)
    return same_second and number is not None and number == _camera_number(b.path)


def other_exposure_by_exif(a: Original, b: Original) -> bool:
    """Whether EXIF alone proves two exposures: one camera that wrote two capture times.

    Edits, conversions and copies keep the time. A difference of whole quarter hours may be another zone's.
    """
    if a.taken is None or b.taken is None or a.camera is None or a.camera != b.camera:
        return False
    apart_s = abs((a.taken.local.replace(microsecond=0) - b.taken.local.replace(microsecond=0)).total_seconds())
    if apart_s:
        return apart_s % QUARTER_HOUR_S != 0
    return a.taken.has_subsecond and b.taken.has_subsecond and a.taken.local != b.taken.local


def _camera_number(path: Path) -> str | None:
    found = _CAMERA_NAME.match(path.stem)
    return found[1] if found else None
