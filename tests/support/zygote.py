"""Runs the program many times quickly: everything is imported once, each run is a fork of that, on a clock that jumps.

A run may die at its n-th step: a fork counts what it does to the disk, the journal and the network, as Python's own
audit events and SQLite's trace tell it, and kills itself with SIGKILL when it comes to the n-th. Nothing of the
program is changed for that. Time is the system's, but a sleep takes none and moves the run's own clock instead; and
worker processes are forks as well (forked_workers.py).

Speaks JSON lines: an order in, a line out when the run has ended. Run as a program of its own, without threads, so
that forking is safe.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import resource
import signal
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.forked_workers import forked_workers, start_tracker  # noqa: E402

# What counts as a step besides the statements of the journal.
STEPS = frozenset({"os.rename", "os.mkdir", "os.remove", "socket.connect", "shutil.copyfile"})


class Steps:
    """Counts steps, and dies at one of them."""

    def __init__(self, die_at: int | None, told: Path | None) -> None:
        self.count = 0
        self._die_at = die_at
        self._told = told
        self._opening: Any = None

    def watch(self) -> None:
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "sqlite3.connect/handle":
            self._opening = args[0]  # not ready yet; it is at the next event, when the journal's mode is set
        elif self._opening is not None:
            self._opening.set_trace_callback(self._statement)
            self._opening = None
        elif event in STEPS or (event == "open" and isinstance(args[1], str) and "w" in args[1]):
            self._step(event)

    def _statement(self, sql: str) -> None:
        if not sql.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            self._step(sql[:20])

    def _step(self, what: str) -> None:
        self.count += 1
        if self.count == self._die_at:
            if self._told is not None:
                self._told.write_text(what, encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)


def jump_in_time() -> None:
    """Let sleeping take no time: the clock of this process moves on instead."""
    real, ahead = time.time, [0.0]

    def sleep(seconds: float) -> None:
        ahead[0] += max(0.0, seconds)

    time.sleep = sleep  # type: ignore[assignment]
    time.time = lambda: real() + ahead[0]


def sit_down_at(terminal: int) -> None:
    """Let this pseudo terminal be the run's own."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for number in range(3):
        os.dup2(terminal, number)
    os.close(terminal)
    # What the zygote began with were pipes and files, and its text streams have kept what such a one can do.
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, buffering=1, encoding="utf-8", closefd=False) for number, mode in enumerate("rww")
    )


def live(order: dict[str, Any], main: Any, terminal: int | None) -> None:
    """A run, in the fork."""
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    os.umask(order.get("umask", 0o022))
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(Path(order["folder"]) / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
        os.close(file)
    if terminal is not None:
        sit_down_at(terminal)
    else:
        typed = os.open(Path(order["folder"]) / order["typed"] if order.get("typed") else os.devnull, os.O_RDONLY)
        os.dup2(typed, 0)
        os.close(typed)
    if order.get("file_limit_bytes"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_limit_bytes"], resource.RLIM_INFINITY))
    if order.get("ahead_s"):
        real, ahead_s = time.time, float(order["ahead_s"])
        time.time = lambda: real() + ahead_s
    if not order.get("real_time"):
        jump_in_time()
    told = Path(order["folder"]) / "died-at"
    told.unlink(missing_ok=True)
    sys.argv = ["instagram2flickr.py", *order["words"]]
    code = 0
    with forked_workers():
        steps = Steps(order.get("die_at"), told)
        if order.get("count_steps") or order.get("die_at"):
            steps.watch()
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    if order.get("count_steps"):
        (Path(order["folder"]) / "steps").write_text(str(steps.count), encoding="utf-8")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def serve() -> None:
    """Read orders until there are none."""
    import filelock  # noqa: F401 - what the program imports late is imported early here, so that a fork waits for nothing
    from PIL import Image

    import instagram2flickr
    from i2f.commands import demo, doctor, login, new, posts, render, review, setup, status, sync, undo, why  # noqa: F401

    Image.preinit()
    start_tracker()
    gc.collect()
    gc.freeze()  # what is imported stays out of the forks' own collections, which would copy its pages
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for line in sys.stdin:
        order = json.loads(line)
        # Opened before the run is told of: whoever made the terminal closes it then, and what nobody holds is gone.
        terminal = os.open(order["terminal"], os.O_RDWR | os.O_NOCTTY) if order.get("terminal") else None
        child = os.fork()
        if child == 0:
            try:
                if terminal is None:
                    os.setpgid(0, 0)
                live(order, instagram2flickr.main, terminal)
            finally:
                os._exit(99)
        if terminal is not None:
            os.close(terminal)
        out.write(json.dumps({"pid": child}) + "\n")
        out.flush()
        _, ended = os.waitpid(child, 0)
        out.write(json.dumps({"exit_code": os.waitstatus_to_exitcode(ended)}) + "\n")
        out.flush()


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # nobody waits for an answer any more
        serve()
