"""Worker processes that compare copies: a few tasks ahead, answers in order, and a crash costs one copy alone."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from i2f.ground.processes import be_quiet, spawning
from i2f.sync.comparing import Answer, Task, compare_all

LOG = logging.getLogger(__name__)
# A worker takes about as long to start as two copies take to be compared.
COPIES_PER_WORKER = 4


def processes_worth_starting(copies: int) -> int:
    """How many processes are worth starting for so many copies."""
    return max(1, min(os.cpu_count() or 1, 8, copies // COPIES_PER_WORKER))


class WorkerPool:
    """Worker processes that outlive a crash: what was under way is done again, each in a process of its own."""

    def __init__(self, workers: int) -> None:
        """No process is started before there is work."""
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> WorkerPool:
        """Itself; the processes end with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """As `shut_down`."""
        self.shut_down()

    def compare(self, tasks: Iterable[Task | Answer | None]) -> Iterator[Answer | None]:
        """Answers in order; a task that crashes its worker twice is answered None, and what is answered already comes
        as it is.
        """
        # A few tasks ahead, not all: each carries pictures, up to 12 MB of them.
        pending: deque[tuple[Task | Answer | None, Future[Answer] | None]] = deque()
        for task in tasks:
            pending.append((task, self._begin(task)))
            if len(pending) > self._workers + 2:
                yield self._finish(*pending.popleft())
        while pending:
            yield self._finish(*pending.popleft())

    def _begin(self, task: Task | Answer | None) -> Future[Answer] | None:
        """Hand a task to a worker; None where there is nothing to compare."""
        if not isinstance(task, Task):
            return None
        if self._pool is None:
            self._pool = self._start(self._workers)
        try:
            return self._pool.submit(compare_all, task)
        except BrokenProcessPool:
            self.shut_down()
            return self._begin(task)

    def _finish(self, task: Task | Answer | None, future: Future[Answer] | None) -> Answer | None:
        """The answer to a task that was begun, None where it cost a worker twice."""
        if isinstance(task, Answer):
            return task
        if task is None or future is None:
            return None
        try:
            return future.result()
        except (BrokenProcessPool, CancelledError):
            self.shut_down()
        except Exception:  # noqa: BLE001 - whatever it is, it costs this copy only
            LOG.info("A copy could not be compared:", exc_info=True)
            return None
        with self._start(1) as alone:
            try:
                return alone.submit(compare_all, task).result()
            except Exception:  # noqa: BLE001 - the same once more
                LOG.info("A copy could not be compared:", exc_info=True)
                return None

    def shut_down(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    @staticmethod
    def _start(workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, mp_context=spawning(), initializer=be_quiet)
