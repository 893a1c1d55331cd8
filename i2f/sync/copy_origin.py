"""Whether a photo that bears a mark of Instagram can be what Instagram made, by the file that Flickr holds.

A caption is anybody's text: a photographer who links the post under a picture uploaded in full has no small copy there,
but the original itself, and Flickr has no undo. Instagram's files tell themselves apart. They never carried a camera's
EXIF, neither those it served nor those its app saved. They were 612 and then 640 pixels square until the first days of
July 2015 (640 on 28 June, 1080 on 4 July), have been up to 1440 wide since, and 1920 high at most (3:4).

A photo that cannot be Instagram's own is still compared, so that a person sees what would take its place, and is never
replaced by rule. A picture that this program put there itself is no stranger.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from i2f.ground.errors import PictureError
from i2f.ground.model import Decision, InstagramCopy, Verdict
from i2f.photos.open import open_picture, read_bytes

MAX_WIDTH, MAX_HEIGHT = 1440, 1920
MAX_SIDE_BEFORE_2015 = 640
LARGER_SINCE = datetime(2015, 7, 1, tzinfo=UTC)


def ask_about_strangers(decision: Decision, file: Path) -> Decision:
    """The decision, but for a photo that cannot be Instagram's own a question; `file` is what Flickr holds."""
    if decision.decided_by != "rule" or decision.verdict is Verdict.KEEP:
        return decision
    why = why_not_instagrams(decision.copy, file)
    if why is None:
        return decision
    besides = "" if decision.verdict is Verdict.REPLACE else f"; {decision.reason}"
    return replace(decision, verdict=Verdict.REVIEW, reason=why + besides)


def why_not_instagrams(copy: InstagramCopy, file: Path) -> str | None:
    """What speaks against this photo being Instagram's own file, in words; None for nothing."""
    width, height = copy.photo.width or 0, copy.photo.height or 0
    size = f"the photo on Flickr has {width} x {height} pixels"
    if width > MAX_WIDTH or height > MAX_HEIGHT:
        return f"{size}; Instagram's own copies have at most {MAX_WIDTH} x {MAX_HEIGHT}"
    if max(width, height) > MAX_SIDE_BEFORE_2015 and _made_before(copy, LARGER_SINCE):
        side = MAX_SIDE_BEFORE_2015
        return f"{size}; before July 2015 Instagram's own copies had at most {side} x {side}"
    camera = _camera_of(file)
    return f"the photo on Flickr names its camera ({camera}); Instagram's own copies name none" if camera else None


def _made_before(copy: InstagramCopy, moment: datetime) -> bool:
    """By the post's own time where it is known, else by its arrival on Flickr."""
    if copy.mark.posted_at is not None:
        return copy.mark.posted_at + copy.mark.posted_error < moment
    return copy.photo.uploaded_at < moment.timestamp()


def _camera_of(file: Path) -> str | None:
    with suppress(PictureError), open_picture(read_bytes(file)) as opened:
        return opened.exif.camera
    return None
