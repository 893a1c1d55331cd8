"""Several pictures at once, begun in order, with a limit of consecutive failures.

Whatever is begun is brought to its end: when one picture's failure must stop the run, when too many fail in a row,
or when the person says stop, nothing more is begun, but the pictures under way are finished and told. Only a second
Ctrl-C leaves them where they are; what becomes of them is then asked of Flickr by the next run.

Where only a part of the work needs the network (the sending itself, between preparing a file and verifying it), that
part goes through a gate that lets in a few at a time, and there are more threads than that: while some send, others
prepare what comes next or verify what went before. What has not passed the gate yet is not begun: when the run stops
it is called off.

The threads are daemons of the program: they never keep it from ending, and what they raise goes to the caller.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from i2f.ground.errors import StoppedError

# A wait without an end cannot be interrupted everywhere.
NAP_S = 1.0

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Done(Generic[T, R]):
    """One task that is finished: its result, or what it raised."""

    task: T
    result: R | None
    error: BaseException | None


class CalledOffError(Exception):
    """The run stopped before this task passed the gate; nothing of it is begun."""


class Lines:
    """The gate before the part of a task that only `count` may be in at a time; first come, first served."""

    def __init__(self, count: int) -> None:
        """Open, and nobody in it."""
        self.count = count
        self._free = count
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()
        self._is_shut = False
        self._begun = 0
        self._task = threading.local()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Be let in, in the order of asking. Raises CalledOffError when the gate is shut before that."""
        self._enter()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _enter(self) -> None:
        me = object()
        with self._changed:
            self._waiting.append(me)
            try:
                while not self._is_shut and not (self._free and self._waiting[0] is me):
                    self._changed.wait(NAP_S)
                if self._is_shut:
                    raise CalledOffError
                self._free -= 1
                self._begun += 1
                self._task.has_begun = True
            finally:
                self._waiting.remove(me)
                self._changed.notify_all()

    def shut(self) -> None:
        """Let nobody in any more."""
        with self._changed:
            self._is_shut = True
            self._changed.notify_all()

    def end_task(self) -> None:
        """Called in a task's own thread when it is done."""
        if getattr(self._task, "has_begun", False):
            self._task.has_begun = False
            with self._changed:
                self._begun -= 1

    @property
    def begun(self) -> int:
        """How many tasks passed the gate and are not done."""
        with self._changed:
            return self._begun


class FailureLimit:
    """The limit of consecutive failures: ends a run where a setting is wrong, an account full, or Flickr ill."""

    def __init__(self, limit: int) -> None:
        """So many failures in a row are borne, less one."""
        self._limit = limit
        self._in_a_row = 0

    def note(self, failure: str | None) -> None:
        """Note how one picture went; None is well. Raises StoppedError at the limit."""
        self._in_a_row = 0 if failure is None else self._in_a_row + 1
        if self._in_a_row >= self._limit:
            raise StoppedError(
                f"stopped after {self._in_a_row} consecutive failures ([sync] brake); the last: "
                f"{failure}. Progress is saved; fix the cause and run again"
            )


class ThreadPool(Generic[T, R]):
    """Works on tasks with so many threads; results come in the order in which they are finished."""

    def __init__(
        self,
        work: Callable[[T], R],
        count: int,
        *,
        before_each: Callable[[int], bool] | None = None,
        on_stop: Callable[[int], None] | None = None,
        must_finish: bool = True,
        lines: Lines | None = None,
    ) -> None:
        """`before_each` is told how many are under way before a further one begins; False puts it off until one
        is finished. `on_stop` is told how many are waited for when the person says stop; with `must_finish` off
        nobody waits for what may as well be done anew. `lines` is the gate that the tasks pass; those that have not
        are called off when the run stops, and told nobody.
        """
        self._work = work
        self._count = count
        self._before_each = before_each or (lambda _: True)
        self._on_stop = on_stop or (lambda _: None)
        self._must_finish = must_finish
        self._lines = lines
        self._begun: queue.SimpleQueue[T | None] = queue.SimpleQueue()
        self._finished: queue.SimpleQueue[Done[T, R]] = queue.SimpleQueue()
        self._under_way = 0
        self._threads = 0

    def through(self, tasks: Iterable[T], on_done: Callable[[T, R], None]) -> None:
        """Work through the tasks; `on_done` is called here for each. Raises the first thing that was raised."""
        waiting = deque(tasks)
        failure: Exception | None = None
        try:
            for done in self._run(waiting):
                try:
                    if done.error is not None:
                        raise done.error
                    on_done(done.task, done.result)  # type: ignore[arg-type]
                except CalledOffError:
                    pass
                except Exception as error:  # noqa: BLE001 - kept and raised when the others are finished
                    self._begin_no_more(waiting)
                    failure = failure or error
                    if not self._must_finish:
                        break
        except BaseException:
            # The person says stop: no picture is left half-way that could be finished.
            self._begin_no_more(waiting)
            self._on_stop(self._lines.begun if self._lines else self._under_way)
            for done in self._run(waiting) if self._must_finish else ():
                if done.error is None:
                    on_done(done.task, done.result)  # type: ignore[arg-type]
            raise
        finally:
            for _ in range(self._threads):
                self._begun.put(None)
        if failure is not None:
            raise failure

    def _run(self, waiting: deque[T]) -> Iterator[Done[T, R]]:
        while waiting or self._under_way:
            while waiting and self._under_way < self._count and self._before_each(self._under_way):
                self._begin(waiting.popleft())
            if self._under_way:
                yield self._next()

    def _begin_no_more(self, waiting: deque[T]) -> None:
        waiting.clear()
        if self._lines:
            self._lines.shut()

    def _begin(self, task: T) -> None:
        """Give a task to a thread; each lives as long as there is work, and so keeps its connection."""
        if self._threads <= self._under_way:
            self._threads += 1
            threading.Thread(target=self._serve, daemon=True, name="picture").start()
        self._under_way += 1
        self._begun.put(task)

    def _serve(self) -> None:
        while (task := self._begun.get()) is not None:
            try:
                done = Done(task, self._work(task), None)
            except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
                done = Done(task, None, error)
            if self._lines:
                self._lines.end_task()
            self._finished.put(done)

    def _next(self) -> Done[T, R]:
        while True:
            try:
                done = self._finished.get(timeout=NAP_S)
            except queue.Empty:
                continue
            self._under_way -= 1
            return done
