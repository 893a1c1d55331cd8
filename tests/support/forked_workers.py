"""Worker processes that are forks of what is imported already, instead of interpreters of their own.

Most of a small run would go into its workers importing numpy and the matcher anew. So each run of the zygote begins by
forking a process that does nothing but fork: it has no threads, no open database and no connection, as a spawned worker
has none. A test process has threads, and starts such a process as a program of its own (this file). What is handed to a
worker is pickled and passed as `spawn` does, and a worker lives and dies as a spawned one does: its parent's end, its
own, and its exit code are told by the same pipes.
"""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import popen_fork, popen_spawn_posix, reduction, resource_tracker, spawn, util
from multiprocessing.connection import wait
from multiprocessing.context import set_spawning_popen
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

CODE_BYTES = 4
MOST_FDS = 64
UNKNOWN = 255


def start_tracker() -> None:
    """Start Python's own tracker of shared memory, once for all runs that are forked afterwards."""
    resource_tracker.ensure_running()


@contextmanager
def forked_workers() -> Iterator[None]:
    """Until the end of this block this process's workers are forks of what it is now."""
    ours, theirs = socket.socketpair()
    forker = os.fork()
    if forker == 0:
        ours.close()
        _Forker(theirs).serve()
    theirs.close()
    with _forking_by(ours):
        yield
    os.waitpid(forker, 0)


@contextmanager
def workers_of_a_forker() -> Iterator[None]:
    """Until the end of this block this process's workers are forks of a program that has imported what they need."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, __file__, str(theirs.fileno())]
    with subprocess.Popen(command, pass_fds=[theirs.fileno()]):
        theirs.close()
        with _forking_by(ours):
            yield


@contextmanager
def _forking_by(line: socket.socket) -> Iterator[None]:
    spawned, ForkedWorker.line = popen_spawn_posix.Popen, line
    popen_spawn_posix.Popen = ForkedWorker  # type: ignore[misc, assignment]
    try:
        yield
    finally:
        popen_spawn_posix.Popen = spawned  # type: ignore[misc]
        line.close()


class ForkedWorker(popen_fork.Popen):
    """A worker as the program knows it, in place of multiprocessing's own class."""

    method = "spawn"
    DupFd = popen_spawn_posix._DupFd
    line: socket.socket
    _one_at_a_time = threading.Lock()

    def __init__(self, process: BaseProcess) -> None:
        self._fds: list[int] = []
        super().__init__(process)

    def duplicate_for_child(self, fd: int) -> int:
        self._fds.append(fd)
        return fd

    def _launch(self, process: BaseProcess) -> None:
        told = io.BytesIO()
        set_spawning_popen(self)  # type: ignore[arg-type]
        try:
            reduction.dump(spawn.get_preparation_data(process.name), told)
            reduction.dump(process, told)
        finally:
            set_spawning_popen(None)
        self.sentinel, ended = os.pipe()
        orders, self._orders = os.pipe()
        tracker = resource_tracker.getfd()
        assert tracker is not None
        fds = [tracker, orders, *self._fds]
        with self._one_at_a_time:
            socket.send_fds(self.line, [json.dumps(fds).encode() + b"\n"], [ended, *fds])
            os.close(ended)
            os.close(orders)
            self.pid = int.from_bytes(_exactly(self.sentinel), "big", signed=True)
        self.finalizer = util.Finalize(self, _close, (self._orders, self.sentinel))
        with open(self._orders, "wb", closefd=False) as file:  # noqa: PTH123 - a pipe, kept open: its end is the parent's
            file.write(told.getbuffer())

    def poll(self, flag: int = os.WNOHANG) -> int | None:
        if self.returncode is None:
            if not wait([self.sentinel], 0 if flag == os.WNOHANG else None):
                return None
            try:
                self.returncode = int.from_bytes(_exactly(self.sentinel), "big", signed=True)
            except EOFError:  # whoever could have told has ended before
                self.returncode = UNKNOWN
        return self.returncode


class _Forker:
    """The process that forks; it ends when the run does."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._ended: dict[int, int] = {}

    def serve(self) -> None:
        """Fork a worker for each order."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, self._tell)
        try:
            while True:
                words, fds, _, _ = socket.recv_fds(self._line, 1024, MOST_FDS)
                if not words:
                    break
                self._fork(json.loads(words), fds)
        finally:
            os._exit(0)

    def _fork(self, numbers: list[int], fds: list[int]) -> None:
        ended, *passed = fds
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            self._become_a_worker(numbers, passed)
        for fd in passed:
            os.close(fd)
        self._ended[pid] = ended
        os.write(ended, pid.to_bytes(CODE_BYTES, "big", signed=True))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})

    def _become_a_worker(self, numbers: list[int], passed: list[int]) -> None:
        """Do what the run tells, with what it passed under its own numbers and nothing else."""
        code = 1
        try:
            _renumber(passed, numbers)
            tracker, orders = numbers[:2]
            resource_tracker._resource_tracker._fd = tracker  # type: ignore[attr-defined]
            code = spawn._main(orders, os.dup(orders))
        finally:
            os._exit(code)

    def _tell(self, *_: Any) -> None:
        """Tell each run's worker's end to the run."""
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                ended = self._ended.pop(pid)
                code = os.waitstatus_to_exitcode(status)
                with suppress(BrokenPipeError):
                    os.write(ended, code.to_bytes(CODE_BYTES, "big", signed=True))
                os.close(ended)


def _renumber(fds: list[int], numbers: list[int]) -> None:
    """Let these open files be known by these numbers, and close all others but those of the terminal."""
    above = max(*numbers, *fds) + 1
    moved = [os.dup2(fd, above + place) for place, fd in enumerate(fds)]
    os.closerange(3, above)
    for fd, number in zip(moved, numbers, strict=True):
        os.dup2(fd, number)
    os.closerange(above, above + len(moved))


def _close(*fds: int) -> None:
    for fd in fds:
        os.close(fd)


def _exactly(fd: int) -> bytes:
    """One number from a pipe."""
    found = os.read(fd, CODE_BYTES)
    if len(found) < CODE_BYTES:
        raise EOFError("the process that forks the workers has ended")
    return found


def main() -> None:
    """Import what workers need, and fork them for whoever holds the other end of the line."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from i2f.photos import reader  # noqa: F401
    from i2f.sync import comparing  # noqa: F401

    _Forker(socket.socket(fileno=int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
