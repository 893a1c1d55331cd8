"""A CONNECT proxy on the loopback that leads Flickr's true host names to a sandbox, under a throwaway authority.

    with SandboxProxy(flickr.url, tmp_path) as proxy:
        environment = proxy.environment        # HTTPS_PROXY and REQUESTS_CA_BUNDLE: all that a program needs
        ...
        assert proxy.hosts == {"api.flickr.com"}

It ends TLS and passes bytes on with the Host header as it came, one request a connection (the sandbox hangs up after
each). Every name asked for is noted; names that are not Flickr's are refused.
"""

from __future__ import annotations

import re
import socket
import ssl
from contextlib import closing, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import trustme

FLICKR_HOSTS = ("www.flickr.com", "api.flickr.com", "up.flickr.com", "live.staticflickr.com", "s.yimg.com")
_CHUNK_BYTES = 1 << 16
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class SandboxProxy(ThreadingTCPServer):
    """The proxy; `asked` holds host names in the order of asking, `refused` names answered with a 502."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, target: str, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        address = urlsplit(target)
        assert address.hostname is not None
        assert address.port is not None
        self.target = (address.hostname, address.port)
        self.asked: list[str] = []
        self.refused: set[str] = set()
        authority = trustme.CA()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*FLICKR_HOSTS).configure_cert(self.context)
        self.ca_file = folder / "throwaway-authority.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = Thread(target=self.serve_forever, args=(0.01,), name="proxy", daemon=True)

    @property
    def hosts(self) -> set[str]:
        return set(self.asked)

    @property
    def environment(self) -> dict[str, str]:
        return {"HTTPS_PROXY": self.url, "REQUESTS_CA_BUNDLE": str(self.ca_file)}

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that breaks is weather, and the client's to cope with."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Tunnel(BaseRequestHandler):
    server: SandboxProxy

    def handle(self) -> None:
        head = _read_head(self.request)
        verb, _, rest = head.partition(b" ")
        host = rest.split(b":", 1)[0].decode("ascii", "replace")
        self.server.asked.append(host)
        if verb != b"CONNECT" or host not in FLICKR_HOSTS or host in self.server.refused:
            self.request.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with closing(self.server.context.wrap_socket(self.request, server_side=True)) as client:
            self._carry(client)

    def _carry(self, client: ssl.SSLSocket) -> None:
        with socket.create_connection(self.server.target) as upstream:
            with suppress(OSError):
                if not _pass_request_on(client, upstream):
                    return
            while chunk := upstream.recv(_CHUNK_BYTES):
                client.sendall(chunk)
            with suppress(OSError):
                client.unwrap()


def _pass_request_on(client: ssl.SSLSocket, upstream: socket.socket) -> bool:
    """Send one request on as it arrives; False when the client left in the middle."""
    received = _read_head(client)
    head, _, _ = received.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    left = len(head) + 4 + (int(length.group(1)) if length else 0) - len(received)
    upstream.sendall(received)
    while left > 0:
        chunk = client.recv(_CHUNK_BYTES)
        if not chunk:
            return False
        upstream.sendall(chunk)
        left -= len(chunk)
    return bool(received)


def _read_head(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(_CHUNK_BYTES)
        if not chunk:
            break
        received += chunk
    return received
