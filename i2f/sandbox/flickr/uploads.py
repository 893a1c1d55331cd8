"""The upload host: replace, its tickets, and the refusal to make new photos.

Replace answers XML whatever was asked for, always with HTTP 200. The picture is judged by its content: JPEG, PNG and
GIF pass. Both secrets change, title and tags stay; what else may happen to a photo is not established and a
habit each. `upload` would make a new photo, which the tool must never do: it is noted and refused.
"""

from __future__ import annotations

from flask import Response

from i2f.sandbox.flickr.account import StoredPhoto
from i2f.sandbox.flickr.answers import xml
from i2f.sandbox.flickr.calls import Answer, Call
from i2f.sandbox.flickr.kinds import TicketFails
from i2f.sandbox.flickr.pictures import Blob, kind_of
from i2f.sandbox.flickr.refusals import Refusal
from i2f.sandbox.flickr.tickets import Sent, Ticket


def look(call: Call, name: str) -> Answer:
    """Say how a ticket stands; the looks bring it forward, so that no test waits."""
    with call.store.lock:
        ticket = call.flickr.tickets.kept.get(name)
        if ticket is None:
            return {"id": name, "invalid": 1}
        ticket.looks += 1
        if ticket.looks <= call.habits.pending_polls:
            return {"id": name, "complete": 0}
        _carry_out(call, ticket)
        if ticket.fails:
            return {"id": name, "complete": 2}
        imported = str(ticket.imported) if ticket.looks % 2 else None
        return {"id": name, "complete": 1, "photoid": ticket.photo_id, "imported": imported}


def finish(call: Call) -> None:
    """Carry out every replacement that waits for its ticket."""
    for ticket in call.flickr.tickets.kept.values():
        _carry_out(call, ticket)


def _carry_out(call: Call, ticket: Ticket) -> None:
    with call.store.lock:
        photo = call.store.photos.get(ticket.photo_id)
        if photo is None:
            ticket.fails = True
        if ticket.done or ticket.fails or photo is None:
            return
        exchange(call, photo, ticket.sent, ticket.title)
        ticket.done, ticket.imported = True, int(call.store.now())


def replace(call: Call, sent: Sent | None) -> Response:
    """Replace the picture of a photo, at once or by ticket."""
    if not call.flickr.account.is_pro:
        raise Refusal(1, "Not a pro account")
    if sent is None:
        raise Refusal(2, "No photo specified")
    with call.store.lock:
        photo = call.store.photos.get(call.params.get("photo_id", ""))
        if photo is None:
            raise Refusal(*call.habits.replace_unknown_photo)
        _judge(call, photo, sent)
        title = call.params.get("title")
        if call.params.get("async") == "1":
            fails = any(isinstance(kind, TicketFails) for kind in call.troubles)
            ticket = Ticket(photo.photo_id, sent, title, fails)
            name = call.flickr.tickets.keep(ticket)
            if not call.habits.replaced_when_polled:
                _carry_out(call, ticket)
            return xml(f'<rsp stat="ok">\n<ticketid>{name}</ticketid>\n</rsp>\n')
        exchange(call, photo, sent, title)
        secrets = f'secret="{photo.secret}" originalsecret="{photo.original_secret}"'
        return xml(f'<rsp stat="ok">\n<photoid {secrets}>{photo.photo_id}</photoid>\n</rsp>\n')


def _judge(call: Call, photo: StoredPhoto, sent: Sent) -> None:
    if photo.media == "video":
        raise Refusal(8, "Videos can't be replaced")
    if not sent.data:
        raise Refusal(4, "Filesize was zero")
    if len(sent.data) > call.flickr.account.max_photo_bytes:
        raise Refusal(8, "Filesize was too large")
    if kind_of(sent.data) is None or not call.store.blob(sent.data).readable:
        raise Refusal(5, "Filetype was not recognised")


def exchange(call: Call, photo: StoredPhoto, sent: Sent, title: str | None) -> None:
    """Put the new picture in place, and let the habits do what they do."""
    habits = call.habits
    blob = call.store.blob(sent.data)
    call.store.replace(photo, blob)
    if habits.replace_title == "as sent" and title is not None:
        photo.title = title
    elif habits.replace_title == "file name":
        photo.title = sent.file_name.rsplit(".", 1)[0]
    if habits.replace_caption == "cleared":
        photo.description = ""
    elif habits.replace_caption == "from exif" and blob.exif_description:
        photo.description = blob.exif_description
    _take_from_exif(call, photo, blob)
    if habits.after_replace is not None:
        habits.after_replace(photo)


def _take_from_exif(call: Call, photo: StoredPhoto, blob: Blob) -> None:
    if call.habits.replace_takes_date_from_exif and blob.taken:
        photo.taken, photo.taken_unknown = blob.taken, False
    if call.habits.replace_takes_place_from_exif and blob.place:
        photo.place = blob.place


def upload(call: Call, sent: Sent | None) -> Response:
    """Refuse: a new photo beside the old one is what must never happen."""
    raise Refusal(3, "The sandbox makes no new photos: flickr.photos.upload was called")
