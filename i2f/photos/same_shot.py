"""What counts as one shot, as far as EXIF tells: its camera, its clock and its own number.

The matcher looks at pixels; this says beforehand which files can only be, or cannot be, of one exposure.
"""

from __future__ import annotations

import re
from pathlib import Path

from i2f.ground.model import Original

QUARTER_HOUR_S = 900
# IMG_1234, its edit IMG_E1234 or as iCloud's downloaders and Google name it, and what copying adds: "IMG_1234 2".
_CAMERA_NAME = re.compile(r"IMG_E?(\d{4})(?:[-_](?:edited|adjusted))?(?: \d{1,2}| ?\(\d{1,2}\))?$", re.IGNORECASE)


def same_exposure_by_exif(a: Original, b: Original) -> bool:
    """Whether EXIF alone proves one exposure: equal camera, capture second and sub-second.

    Phones before the iPhone 6 write no sub-seconds, and a burst puts several shots into one second; there the
    second alone proves nothing and the camera's own number must agree too (a burst counts on, the copies and
    edits of one shot keep it). Clocks set to different zones are different moments. An iPhone's HDR picture and the
    normal frame beside it share the second and are two exposures, a tenth of a second apart.
    """
    if _are_hdr_pair(a, b):
        return False
    if a.taken is None or b.taken is None or a.camera is None or a.camera != b.camera:
        return False
    if None not in (a.taken.offset, b.taken.offset) and a.taken.offset != b.taken.offset:
        return False
    if a.taken.has_subsecond and b.taken.has_subsecond:
        return a.taken.local == b.taken.local
    number = _camera_number(a.called)
    same_second = a.taken.local.replace(microsecond=0) == b.taken.local.replace(microsecond=0)
    return same_second and number is not None and number == _camera_number(b.called)


def other_exposure_by_exif(a: Original, b: Original) -> bool:
    """Whether EXIF alone proves two exposures: one camera that wrote two capture times, or HDR and normal.

    Edits, conversions and copies keep the time. A difference of whole quarter hours may be another zone's.
    """
    if _are_hdr_pair(a, b):
        return True
    if a.taken is None or b.taken is None or a.camera is None or a.camera != b.camera:
        return False
    apart_s = abs((a.taken.local.replace(microsecond=0) - b.taken.local.replace(microsecond=0)).total_seconds())
    if apart_s:
        return apart_s % QUARTER_HOUR_S != 0
    return a.taken.has_subsecond and b.taken.has_subsecond and a.taken.local != b.taken.local


def _are_hdr_pair(a: Original, b: Original) -> bool:
    return None not in (a.hdr_frame, b.hdr_frame) and a.hdr_frame != b.hdr_frame


def _camera_number(path: Path) -> str | None:
    found = _CAMERA_NAME.match(path.stem)
    return found[1] if found else None
