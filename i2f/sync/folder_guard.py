"""A folder that lost half of its pictures stops the run: a disk that is not mounted, a library half synced.

What is missing could be the true original of a copy, and a sibling of it would stand alone and look sure. So the
number of pictures is compared with the last run's, and the number that can be read with the number that is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from i2f.ground.errors import StoppedError
from i2f.ground.plain_text import printable
from i2f.ground.wording import counted
from i2f.memory.journal import Journal
from i2f.photos.folder import Found, absolute, is_in_a_cloud
from i2f.sync.originals import OriginalsIndex


def compare_with_last_time(found: Found, folders: Sequence[Path], journal: Journal, *, accept: bool) -> None:
    """Stop where a folder holds less than half of what it held at the last run. Raises StoppedError."""
    for folder in dict.fromkeys(map(absolute, folders)):
        held = sum(1 for one in found.files if one.path.is_relative_to(folder))
        name = f"folder {printable(folder)}"
        before = int(journal.fact(name) or 0)
        if 2 * held < before and not accept:
            clouded = sum(1 for one in found.named if is_in_a_cloud(one) and one.path.is_relative_to(folder))
            why = f"{clouded} are only in a cloud now." if clouded else "Is a disk missing?"
            photos = counted(held, "photo")
            raise StoppedError(
                f"{printable(folder)} holds {photos}; at the last run it held {before:,}. {why} "
                "Nothing was done; --again-folder accepts the folder as it is now"
            )
        if held != before:
            journal.remember(name, str(held))


def check_readable(index: OriginalsIndex, folders: Sequence[Path], *, accept: bool) -> None:
    """Stop where a disk or a cloud's folder shows the names and hands out less than half."""
    for folder in dict.fromkeys(map(absolute, folders)):
        failing = sum(1 for one in index.unavailable if one.is_relative_to(folder))
        readable = sum(1 for one in index.gallery.originals if one.path.is_relative_to(folder))
        if failing > readable and not accept:
            raise StoppedError(
                f"{failing} of the {failing + readable} pictures in {printable(folder)} cannot be read now "
                f"({_most_common_reason(index, folder)}). Nothing was replaced; make them readable and run again, or "
                "--again-folder goes on with the others"
            )


def _most_common_reason(index: OriginalsIndex, folder: Path) -> str:
    failing = {one for one in index.unavailable if one.is_relative_to(folder)}
    return Counter(reason for path, reason in index.unreadable if path in failing).most_common(1)[0][0]
