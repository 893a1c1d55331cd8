"""A connection of the pretend Flickr that carries so many bytes a second and no more, as a line at home does.

Bytes beyond the pace wait: those that come in are read late, so that the sender's system stops taking more once the
buffers between are full (they are kept small), and those that go out are written late.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from socketserver import StreamRequestHandler
from typing import Any

PIECE_BYTES = 16_384
BUFFER_BYTES = 65_536


class Pace:
    """When the next bytes may pass; what was not used while nothing came is not saved up."""

    def __init__(self, bytes_per_s: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """Nothing has passed yet."""
        self._bytes_per_s = bytes_per_s
        self._sleep = sleep
        self._free_at = 0.0

    def passed(self, count: int) -> None:
        """Return when so many bytes, which came just now, have had their time."""
        now = time.monotonic()
        self._free_at = max(self._free_at, now) + count / self._bytes_per_s
        self._sleep(self._free_at - now)


class _Read(io.RawIOBase):
    def __init__(self, raw: io.BufferedIOBase, pace: Pace) -> None:
        self._raw, self._pace = raw, pace

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._raw.read1(min(len(buffer), PIECE_BYTES))
        self._pace.passed(len(piece))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Written(io.BufferedIOBase):
    def __init__(self, raw: io.BufferedIOBase, pace: Pace) -> None:
        self._raw, self._pace = raw, pace

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        view = memoryview(data)
        for at in range(0, len(view), PIECE_BYTES):
            piece = view[at : at + PIECE_BYTES]
            self._raw.write(piece)
            self._pace.passed(len(piece))
        return len(view)

    def flush(self) -> None:
        if not self._raw.closed:
            self._raw.flush()


def cap(handler: StreamRequestHandler, bytes_per_s: float) -> None:
    """Let this handler's connection carry no more, each way."""
    for side in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        handler.connection.setsockopt(socket.SOL_SOCKET, side, BUFFER_BYTES)
    handler.rfile = io.BufferedReader(_Read(handler.rfile, Pace(bytes_per_s)))
    handler.wfile = _Written(handler.wfile, Pace(bytes_per_s))
