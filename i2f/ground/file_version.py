"""What tells one version of a file from the next: its size and its time of change, as numbers that fit anywhere.

A disk may say that a file was changed in the year 2300 or 1850: a wrong clock, a broken archive, a restored backup.
In nanoseconds that is more than the 64 bits of SQLite's integers hold. The time is only ever compared with itself, so
it is folded into those bits; two times that fold into one lie 584 years apart.
"""

from __future__ import annotations

import os

_HALF = 1 << 63


def version_of(status: os.stat_result) -> tuple[int, int]:
    """Size in bytes and time of change in nanoseconds, folded into 64 bits with a sign."""
    return status.st_size, fold(status.st_mtime_ns)


def fold(number: int) -> int:
    """A whole number of any size in 64 bits with a sign."""
    return (number + _HALF) % (2 * _HALF) - _HALF
