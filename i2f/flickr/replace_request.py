"""A picture on its way to Flickr's upload host, and what the answer to a replacement says.

The file is opened anew for every sending: a second try with the same handle sends an empty picture (flickrapi 2.4.0,
measured). Whether any of it was read tells afterwards whether anything can have arrived. The answer is XML whatever
format is asked for (recorded 2013), now and then JSON with a comma too many; only an answer that plainly names
this photo, a ticket or a refusal counts, everything else is a lost reply.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from xml.etree import ElementTree

import requests
from requests_toolbelt import MultipartEncoder

from i2f.flickr.failures import Failure, lost, sending_from_failure
from i2f.flickr.session import FlickrSession
from i2f.ground.errors import PictureError, SyncError
from i2f.ground.flickr_accepts import accepted_format

LONGEST_REPLY_BYTES = 1 << 16

_SECRET = re.compile(r"[0-9A-Za-z]{1,40}", re.ASCII)
_ID = re.compile(r"[0-9]{1,20}", re.ASCII)
_TICKET = re.compile(r"[0-9A-Za-z@_-]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Replaced:
    """Flickr took the picture; its new secrets, None where the answer did not bring them."""

    secret: str | None
    original_secret: str | None


@dataclass(frozen=True, slots=True)
class Ticket:
    """Flickr has the picture and will put it in place; ask for this ticket."""

    name: str


class RequestBody:
    """The file as flickrapi's multipart form reads it, once; `len` is what is left, `begun` whether any was read."""

    def __init__(self, file: Path) -> None:
        """Open the file; raises PictureError, with nothing sent, when that cannot be."""
        try:
            self._stream = file.open("rb")
        except OSError as error:
            raise PictureError(f"{file.name} cannot be read ({error.strerror}); it was not sent") from None
        self.begun = False
        start = self._stream.read(16)
        self.len = self._stream.seek(0, 2)
        self._stream.seek(0)
        accepted = accepted_format(start)
        self._ending = accepted.ending if accepted else "bin"
        self.content_type = accepted.content_type if accepted else "application/octet-stream"

    def name_for(self, photo_id: str) -> str:
        """Return the name the file part gets: the ending of its content, nothing of the person's own."""
        return f"{photo_id}.{self._ending}"

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, never more than the file held when it was opened."""
        self.begun = True
        piece = self._stream.read(self.len if size < 0 else min(size, self.len))
        if not piece and self.len:
            raise OSError("the file became shorter while it was sent")
        self.len -= len(piece)
        return piece

    def __enter__(self) -> Self:
        """Hand out the open file."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self._stream.close()


class SendingSession(FlickrSession):
    """Corrects the form flickrapi makes for a picture: it calls the file "dummy name", without an ending or a type.

    For some formats Flickr answered error 5 to that (flickrapi PR 128, never released). The file part is outside the
    signature. Its connection is not used again, so that no picture is sent into one that Flickr has half closed.
    """

    part: tuple[str, str] = ("photo", "application/octet-stream")

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, with the file part named."""
        form = kwargs.get("data")
        if isinstance(form, MultipartEncoder):
            name, content_type = self.part
            named = MultipartEncoder({**form.fields, "photo": (name, form.fields["photo"][1], content_type)})
            headers = {**kwargs["headers"], "Content-Type": named.content_type, "Connection": "close"}
            kwargs.update(data=named, headers=headers)
        return super().request(method, url, *args, **kwargs)


def read_reply(body: bytes, photo_id: str) -> Replaced | Ticket:
    """Read the upload host's answer about this photo. Raises what sending_from_failure says, or ReplyLostError."""
    answer = read_success(body, lambda failure: sending_from_failure(failure, photo_id))
    if (ticket := ticket_in(answer)) is not None:
        return ticket
    named = answer.find("photoid")
    if named is None or (named.text or "").strip() != photo_id:
        raise lost("a reply about another photo, or none")
    return Replaced(_secret(named.get("secret")), _secret(named.get("originalsecret")))


def read_success(body: bytes, refused: Callable[[Failure], SyncError]) -> ElementTree.Element:
    """An answer of the upload host that says ok. Raises what `refused` makes of a failure, or ReplyLostError."""
    if len(body) > LONGEST_REPLY_BYTES or b"<!" in body:
        raise lost("an unreadable reply")
    try:
        answer = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):
        failure = _failure_as_json(body)
        raise (refused(failure) if failure else lost("an unreadable reply")) from None
    if answer.tag == "rsp" and answer.get("stat") == "fail":
        raise refused(_failure(answer.find("err")))
    if answer.tag != "rsp" or answer.get("stat") != "ok":
        raise lost("a reply that does not confirm success")
    return answer


def ticket_in(answer: ElementTree.Element) -> Ticket | None:
    """The ticket that an answer gives, None where it gives none."""
    ticket = (answer.findtext("ticketid") or "").strip()
    return Ticket(ticket) if _TICKET.fullmatch(ticket) else None


def _failure(error: ElementTree.Element | None) -> Failure:
    code = "" if error is None else error.get("code", "")
    message = "" if error is None else error.get("msg", "")
    same = "" if error is None else error.get("duplicate_photo_id", "")
    number = int(code) if code.isascii() and code.isdigit() and len(code) < 6 else None
    return Failure(number, message, same if _ID.fullmatch(same) else None)


def _failure_as_json(body: bytes) -> Failure | None:
    """Read a failure that came as JSON with a comma at its end, as error 201 was seen to."""
    try:
        answer = json.loads(body.decode("utf-8").strip().rstrip(","))
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or answer.get("stat") != "fail" or not isinstance(answer.get("code"), int):
        return None
    return Failure(answer["code"], str(answer.get("message", "")))


def _secret(text: str | None) -> str | None:
    return text if text is not None and _SECRET.fullmatch(text) else None
