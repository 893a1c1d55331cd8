"""The phone's folder: find, open upright, read EXIF, tell twins, make the bytes that are sent.

This is the door; the rooms behind it each hold one idea. folder.py walks and opens nothing. formats.py says what
bytes are and whether they are whole, with boxes.py for HEIC and dng.py for raw files; exif.py reads time, camera
and place; opening.py reads a heading, decoding.py makes pixels, colours.py makes them sRGB; reading.py does all
that in processes of their own. sending.py makes the bytes that Flickr gets, privacy.py takes a place out of them.
 Nothing here ever opens an original for writing.
"""

from __future__ import annotations

from i2f.photos.capture_times import other_exposure_by_exif, same_exposure_by_exif
from i2f.photos.folder import Found, FoundFile, Unreadable, find_files
from i2f.photos.reader import Reading, fingerprint_of, read_originals
from i2f.photos.upload_file import ToSend, bytes_to_send

__all__ = [
    "Found",
    "FoundFile",
    "Reading",
    "ToSend",
    "Unreadable",
    "bytes_to_send",
    "find_files",
    "fingerprint_of",
    "other_exposure_by_exif",
    "read_originals",
    "same_exposure_by_exif",
]
