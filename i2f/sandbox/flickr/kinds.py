"""The kinds of bad weather: gateways, lost replies, silence, listings that lie, people who act meanwhile.

`Fault(where="replace", kind=DropAfter())` loses the reply of the next replacement. Nothing here sleeps: silence and
trickling wait on an event that ends with `release()`, with `flickr.faults.clear()` or with the sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event

from flask import Response

from i2f.sandbox.flickr.answers import failure
from i2f.sandbox.flickr.calls import Call, Page
from i2f.sandbox.flickr.faults import Kind
from i2f.sandbox.flickr.refusals import Refusal

_BAD_GATEWAY = '<html>\n<head><title>502 Bad Gateway</title></head>\n<body bgcolor="white">\n'
_BAD_GATEWAY += "<center><h1>502 Bad Gateway</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n"
DROPPED = "X-Sandbox-Drop"


@dataclass
class Status(Kind):
    """An HTTP status with a page of HTML. With `after_work` the work was done all the same."""

    status: int = 500
    body: str = _BAD_GATEWAY
    retry_after: str | None = None
    after_work: bool = False

    def instead(self, call: Call) -> Response | None:
        """Answer in place of Flickr."""
        return None if self.after_work else self._answer()

    def after(self, call: Call, response: Response) -> Response:
        """Answer over Flickr's answer."""
        return self._answer() if self.after_work else response

    def _answer(self) -> Response:
        answer = Response(self.body, self.status, mimetype="text/html")
        if self.retry_after is not None:
            answer.headers["Retry-After"] = self.retry_after
        return answer


@dataclass
class Html(Status):
    """A page of HTML with status 200 where JSON or XML was asked for."""

    status: int = 200


@dataclass
class ApiError(Kind):
    """One of Flickr's own failures; `json_in_xml` sends it as JSON with a comma at its end, as it was seen."""

    code: int = 105
    message: str = "Service currently unavailable"
    json_in_xml: bool = False

    def instead(self, call: Call) -> Response:
        """Answer with the failure."""
        if self.json_in_xml:
            text = json.dumps({"stat": "fail", "message": self.message, "code": self.code})
            return Response(f"{text},", mimetype="text/xml")
        return failure(Refusal(self.code, self.message), call.params)


@dataclass
class OAuthError(Kind):
    """One of OAuth's failures."""

    problem: str = "token_rejected"
    status: int = 401

    def instead(self, call: Call) -> Response:
        """Answer with the failure."""
        return Response(f"oauth_problem={self.problem}", self.status, mimetype="text/plain")


@dataclass
class DropBefore(Kind):
    """The connection ends and nothing was done."""

    def instead(self, call: Call) -> Response:
        """Hang up."""
        return Response(headers={DROPPED: "1"})


@dataclass
class DropAfter(Kind):
    """The work is done and the connection ends without an answer: a lost reply."""

    def after(self, call: Call, response: Response) -> Response:
        """Hang up."""
        return Response(headers={DROPPED: "1"})


@dataclass
class Rewritten(Kind):
    """The body is changed on its way, whole as far as HTTP can tell."""

    change: Callable[[bytes], bytes]

    def after(self, call: Call, response: Response) -> Response:
        """Change the body."""
        response.direct_passthrough = False
        response.set_data(self.change(response.get_data()))
        return response


def truncated(part: float = 0.5) -> Rewritten:
    """Return the kind that leaves only the first part of a body, with a matching Content-Length."""
    return Rewritten(lambda body: body[: int(len(body) * part)])


@dataclass
class CutOff(Kind):
    """The connection ends in the middle of the body; Content-Length told of more."""

    part: float = 0.5

    def after(self, call: Call, response: Response) -> Response:
        """Promise all, send a part."""
        response.direct_passthrough = False
        body = response.get_data()
        response.set_data(body[: int(len(body) * self.part)])
        response.headers["Content-Length"] = str(len(body))
        return response


@dataclass
class Silence(Kind):
    """No byte comes back until `release()`; then the connection ends. With `after_work` the work was done."""

    after_work: bool = False
    released: Event = field(default_factory=Event)

    def instead(self, call: Call) -> Response | None:
        """Wait without having done the work."""
        return None if self.after_work else self._wait()

    def after(self, call: Call, response: Response) -> Response:
        """Wait with the work done."""
        return self._wait() if self.after_work else response

    def _wait(self) -> Response:
        self.released.wait()
        return Response(headers={DROPPED: "1"})

    def release(self) -> None:
        """End the silence."""
        self.released.set()


@dataclass
class Trickle(Kind):
    """The body comes a few bytes at a time, never silent for long, until `release()`, then the rest at once."""

    chunk_bytes: int = 1
    interval_s: float = 0.02
    released: Event = field(default_factory=Event)

    def after(self, call: Call, response: Response) -> Response:
        """Send slowly."""
        response.direct_passthrough = False
        body = response.get_data()
        slow = Response(self._drip(body), response.status_code, mimetype=response.mimetype)
        slow.headers["Content-Length"] = str(len(body))
        return slow

    def _drip(self, body: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(body) and not self.released.is_set():
            yield body[at : at + self.chunk_bytes]
            at += self.chunk_bytes
            self.released.wait(self.interval_s)
        yield body[at:]

    def release(self) -> None:
        """Send the rest at once."""
        self.released.set()


@dataclass
class RepeatedPage(Kind):
    """The page before comes once more under this page's number."""

    def listing(self, call: Call, page: Page) -> None:
        """Put the photos of the page before in place."""
        start = max(0, page.number - 2) * page.per_page
        page.photos = page.everything[start : start + page.per_page]


@dataclass
class ShortPage(Kind):
    """A page holds fewer photos than it should though more follow; `missing=0` stands for all: an empty page."""

    missing: int = 0

    def listing(self, call: Call, page: Page) -> None:
        """Leave photos out at the end of the page."""
        page.photos = page.photos[: -self.missing] if self.missing else []


def empty_page() -> ShortPage:
    """Return the kind that makes a page empty, in the middle or at the end."""
    return ShortPage()


@dataclass
class TotalOff(Kind):
    """The total claims more photos (or fewer) than there are."""

    by: int = 1

    def listing(self, call: Call, page: Page) -> None:
        """Change the total."""
        page.total += self.by


@dataclass
class Unlisted(Kind):
    """The photos uploaded last are not in a listing yet, nor counted."""

    newest: int = 1

    def listing(self, call: Call, page: Page) -> None:
        """Leave them out."""
        late = {photo.photo_id for photo in page.everything[: self.newest]}
        page.photos = [photo for photo in page.photos if photo.photo_id not in late]
        page.total -= len(late)


@dataclass
class Meanwhile(Kind):
    """Something happens on Flickr before the request is answered: `lambda call: call.flickr.delete_photo(id)`."""

    deed: Callable[[Call], object]

    def instead(self, call: Call) -> None:
        """Do it, and let the request go on."""
        self.deed(call)


@dataclass
class Afterwards(Kind):
    """Something happens on Flickr after the request was handled and before its answer arrives."""

    deed: Callable[[Call], object]

    def after(self, call: Call, response: Response) -> Response:
        """Do it, and let the answer go on."""
        self.deed(call)
        return response


@dataclass
class Lagging(Kind):
    """getInfo, getSizes or a listing shows a photo as it was before its last replacement."""

    def instead(self, call: Call) -> None:
        """Let the answer come from the past."""
        call.lagging = True


@dataclass
class TicketFails(Kind):
    """An asynchronous replacement is accepted and then fails in conversion (complete=2)."""
