"""The program in a pseudo terminal of eighty columns, with somebody who types.

A QuickProgram is a fork of its zygote here as well; beside other runs of the same zygote it takes a Program.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Self

from tests.support.program import ROOT, Program
from tests.support.quick_program import QuickProgram

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\r")
PATIENCE_S = 120.0
COLUMNS = 80


class _Started:
    """A process of its own."""

    def __init__(self, program: Program, words: Sequence[str], slave: int, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "instagram2flickr.py"), *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            cwd=program.home,
            start_new_session=True,
        )
        self.pid = self._process.pid

    def wait(self) -> int:
        return self._process.wait(PATIENCE_S)

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


class _Forked:
    """A fork of the program's zygote."""

    def __init__(self, program: Program, words: Sequence[str], slave: int, environment: Mapping[str, str]) -> None:
        assert isinstance(program, QuickProgram)
        order = {"environment": dict(environment), "words": words, "folder": str(program.home), "real_time": True}
        self._zygote = program.zygote
        self.pid = self._zygote.begin({**order, "terminal": os.ttyname(slave)})
        self._has_ended = False

    def wait(self) -> int:
        self._has_ended = True
        return self._zygote.end()

    def kill(self) -> None:
        if not self._has_ended:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.wait()


class Terminal:
    """One command in a terminal; `seen` is all that was shown, without colours and cursor movements."""

    def __init__(self, program: Program, words: Sequence[object], **more: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        environment = program.environment(**more) | {"TERM": "xterm", "COLUMNS": str(COLUMNS)}
        environment.pop("NO_COLOR", None)
        told = [str(word) for word in words]
        begin = _Forked if isinstance(program, QuickProgram) else _Started
        self._run = begin(program, told, slave, environment)
        os.close(slave)
        self.raw = ""
        self._awaited = 0

    @property
    def seen(self) -> str:
        return CONTROL.sub("", self.raw)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._run.kill()
        os.close(self._master)

    def wait_for(self, words: str) -> Self:
        """Read until these words were shown, after what was waited for before."""
        deadline = time.monotonic() + PATIENCE_S
        while (place := self.seen.find(words, self._awaited)) < 0:
            assert time.monotonic() < deadline, self.seen
            assert self._read(), f"ended without {words!r}: {self.seen}"
        self._awaited = place + len(words)
        return self

    def type(self, line: str) -> Self:
        os.write(self._master, f"{line}\n".encode())
        return self

    def interrupt(self) -> Self:
        """Ctrl-C."""
        os.killpg(self._run.pid, signal.SIGINT)
        return self

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self._run.wait()

    def _read(self) -> bool:
        if not select.select([self._master], [], [], PATIENCE_S)[0]:
            return False
        try:
            piece = os.read(self._master, 65536)
        except OSError:  # how Linux says that nobody writes any more
            return False
        self.raw += piece.decode("utf-8", "replace")
        return bool(piece)
