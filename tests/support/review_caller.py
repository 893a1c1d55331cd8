"""Who speaks to the review's server as its page does, or as somebody else would."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Caller:
    """Speaks to the server with any headers it likes."""

    address: str

    def ask(
        self, path: str, method: str = "GET", body: Any = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=20)
        try:
            told = {"Host": parts.netloc, "Content-Type": "application/json"} | {
                name.replace("_", "-"): value for name, value in headers.items()
            }
            connection.request(method, path, None if body is None else json.dumps(body), told)
            reply = connection.getresponse()
            return reply.status, reply.read(), dict(reply.headers)
        finally:
            connection.close()

    @property
    def origin(self) -> str:
        return self.address.rsplit("/", 2)[0]

    @property
    def root(self) -> str:
        return urlsplit(self.address).path
