"""How worker processes are started: spawned, deaf to Ctrl-C.

Spawned, never forked: a fork would copy the parent's threads and locks. Deaf to Ctrl-C, since a terminal sends it to
everybody and the parent alone decides what becomes of the run.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext

# Address space of a worker that decodes: three times what the largest picture takes.
MEMORY_BYTES = 6 * 2**30


def spawning() -> SpawnContext:
    """The context in which worker processes are made."""
    return get_context("spawn")


def be_quiet() -> None:
    """A worker's first deed; when its parent is killed it ends too, instead of waiting for work for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def be_modest() -> None:
    """Keep codecs from filling the memory, and from writing their complaints over the person's screen."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # only where there is such a thing; Windows has none

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Waiter:
    """Waits for what other processes answer, by the system's clock; a test hands over one that knows who never will."""

    def now(self) -> float:
        """Seconds, counted from anywhere."""
        return time.monotonic()

    def wait(self, lines: Sequence[Connection], timeout_s: float) -> list[Connection]:
        """The lines on which there is an answer or an end; none when the time is over."""
        ready = wait(list(lines), timeout=timeout_s)
        return [line for line in lines if line in ready]
