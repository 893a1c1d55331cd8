"""The way back from Flickr's page: an address on this machine that hears once that access was approved.

Whether Flickr redirects to 127.0.0.1 for every key is not established, so this is a first try only; the nine digits
typed by hand always remain. The address holds a random word, and an answer counts only with the request token it was
asked for, so that no other page or program on this machine can log somebody else in.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

DONE = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><title>instagram2flickr</title>'
    b"<p>Access approved. You can close this tab and go back to the terminal.</p></html>"
)


class Callback:
    """What came back: `address` is where Flickr shall lead, `verifier` the code once it is there."""

    def __init__(self, port: int) -> None:
        """Nothing came back yet."""
        self._path = f"/{secrets.token_urlsafe(16)}"
        self.address = f"http://127.0.0.1:{port}{self._path}"
        self.token = ""
        self.verifier: str | None = None
        self.heard = threading.Event()

    def hear(self, target: str) -> bool:
        """Take a request in; whether it was the one that is waited for."""
        parts = urlsplit(target)
        told = parse_qs(parts.query)
        verifier = told.get("oauth_verifier", [""])[0]
        if parts.path != self._path or told.get("oauth_token") != [self.token] or not 6 <= len(verifier) <= 128:
            return False
        self.verifier = verifier
        self.heard.set()
        return True


@contextmanager
def listen() -> Iterator[Callback]:
    """Listen on a free port of the loopback, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Hear the answer; anything else is nothing here."""
            right = callback.hear(self.path)
            self.send_response(200 if right else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(DONE if right else b"")

        def log_message(self, *_: object) -> None:
            """Log nothing; the address holds the code."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    callback = Callback(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True, name="callback")
    thread.start()
    try:
        yield callback
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
