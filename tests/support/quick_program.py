"""The program as a person runs it, but fast, and mortal: forks of one process, see zygote.py."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from i2f.ground.blas_threads import ONE_THREAD
from i2f.sandbox import SandboxFlickr
from tests.support.program import Program, Ran

ZYGOTE = Path(__file__).with_name("zygote.py")
KILLED = -9


class Zygote:
    """The process that is forked; one serves a whole module of tests."""

    def __init__(self) -> None:
        environment = {**os.environ, **ONE_THREAD}
        self._process = subprocess.Popen(
            [sys.executable, str(ZYGOTE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        self.pid = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def begin(self, order: dict[str, Any]) -> int:
        """Start a run; its process id. A run that a failed test left behind is ended first."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.end()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        self.pid = int(self._answer()["pid"])
        return self.pid

    def end(self) -> int:
        """Wait for the run to end; its exit code, -9 when it was killed."""
        code = int(self._answer()["exit_code"])
        self.pid = 0
        return code

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@dataclass
class QuickProgram(Program):
    """Program, run as forks of a zygote."""

    zygote: Zygote = field(kw_only=True)
    orders: dict[str, Any] = field(default_factory=dict)

    def run(self, *words: object, typed: str = "", **more: str) -> Ran:
        (self.home / "typed").write_text(typed, encoding="utf-8")
        with self.ordered(typed="typed"):
            self.begin(*words, **more)
            return self.end()

    def begin(self, *words: object, **more: str) -> int:
        """Start a run without waiting for it."""
        order = {
            "environment": self.environment(**more),
            "words": [str(word) for word in words],
            "folder": str(self.home),
            **self.orders,
        }
        return self.zygote.begin(order)

    def end(self) -> Ran:
        """Wait for it."""
        code = self.zygote.end()
        files = [self.home / name for name in ("stdout", "stderr")]
        # A run that was killed at once has not even begun them.
        out, err = (file.read_text(encoding="utf-8") if file.exists() else "" for file in files)
        return Ran(code, out, err, None)

    @contextmanager
    def ordered(self, **orders: Any) -> Iterator[Self]:
        """Further orders for the zygote, for a while."""
        before, self.orders = self.orders, {**self.orders, **orders}
        try:
            yield self
        finally:
            self.orders = before


def quick(flickr: SandboxFlickr, home: Path, zygote: Zygote, **settings: str) -> QuickProgram:
    """A person's program with a state folder of its own."""
    return QuickProgram(flickr, home, settings=settings, zygote=zygote)
