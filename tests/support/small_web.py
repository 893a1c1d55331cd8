"""A small web on the loopback: answers by path, and what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass
class SmallWeb:
    """Answers (status, headers, body) by path, several of one path in turn; `asked` are (path, parameters)."""

    url: str = ""
    answers: dict[str, list[tuple[int, Mapping[str, str], bytes]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def says(self, path: str, body: object = None, status: int = 200, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.setdefault(path, []).append((status, headers, data))


@contextmanager
def small_web() -> Iterator[SmallWeb]:
    """The web, as long as it is needed."""
    web = SmallWeb()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            web.asked.append((parts.path, dict(parse_qsl(parts.query))))
            waiting = web.answers.get(parts.path, [])
            status, headers, body = waiting.pop(0) if len(waiting) > 1 else (waiting or [(404, {}, b"")])[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
