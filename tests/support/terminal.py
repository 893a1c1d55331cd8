"""The program in a pseudo terminal of eighty columns, with somebody who types."""

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
from collections.abc import Sequence
from typing import Self

from tests.support.program import ROOT, Program

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\r")
PATIENCE_S = 120.0
COLUMNS = 80


class Terminal:
    """One command in a terminal; `seen` is all that was shown, without colours and cursor movements."""

    def __init__(self, program: Program, words: Sequence[object], **more: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        environment = program.environment(**more) | {"TERM": "xterm", "COLUMNS": str(COLUMNS)}
        environment.pop("NO_COLOR", None)
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "instagram2flickr.py"), *map(str, words)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            cwd=program.home,
            start_new_session=True,
        )
        os.close(slave)
        self.raw = ""
        self._awaited = 0

    @property
    def seen(self) -> str:
        return CONTROL.sub("", self.raw)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
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
        os.killpg(self._process.pid, signal.SIGINT)
        return self

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self._process.wait(PATIENCE_S)

    def _read(self) -> bool:
        if not select.select([self._master], [], [], PATIENCE_S)[0]:
            return False
        try:
            piece = os.read(self._master, 65536)
        except OSError:  # how Linux says that nobody writes any more
            return False
        self.raw += piece.decode("utf-8", "replace")
        return bool(piece)
