"""Anonymous memory, as Linux tells it: what a process holds besides files that are mapped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def anonymous_bytes(process: int | str = "self") -> int:
    """RssAnon of a process, by its number; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(one.split()[1]) * 1024 for one in lines if one.startswith("RssAnon:")), 0)


def anonymous_bytes_of_all(process: int) -> int:
    """The same of a process and all below it."""
    return anonymous_bytes(process) + sum(anonymous_bytes_of_all(child) for child in _children(process))


def _children(process: int) -> Iterator[int]:
    """The processes that any thread of this one started."""
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            yield from map(int, (thread / "children").read_text(encoding="ascii").split())
