"""The upload host: replace, upload, and the tickets of both.

Both answer XML whatever was asked for, always with HTTP 200. The picture is judged by its content: JPEG, PNG and
GIF pass. When a picture is replaced both secrets change, title and tags stay; what else may happen to a photo is not
established and a habit each. Uploading makes a new photo (new_photos.py), for accounts that are not Pro, too.
"""

from __future__ import annotations

from flask import Response

from i2f.sandbox.flickr.account import StoredPhoto
from i2f.sandbox.flickr.answers import xml
from i2f.sandbox.flickr.calls import Answer, Call
from i2f.sandbox.flickr.kinds import TicketFails
from i2f.sandbox.flickr.new_photos import check_limits, make_photo
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
    """Carry out everything that waits for its ticket."""
    for ticket in call.flickr.tickets.kept.values():
        _carry_out(call, ticket)


def _carry_out(call: Call, ticket: Ticket) -> None:
    with call.store.lock:
        if ticket.done or ticket.fails:
            return
        if ticket.form is not None:
            ticket.photo_id = make_photo(call, ticket.sent, ticket.form).photo_id
        else:
            photo = call.store.photos.get(ticket.photo_id)
            if photo is None:
                ticket.fails = True
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
        if photo.media == "video":
            raise Refusal(8, "Videos can't be replaced")
        _judge(call, sent)
        title = call.params.get("title")
        if call.params.get("async") == "1":
            return _by_ticket(call, Ticket(photo.photo_id, sent, title, _fails(call)))
        exchange(call, photo, sent, title)
        secrets = f'secret="{photo.secret}" originalsecret="{photo.original_secret}"'
        return xml(f'<rsp stat="ok">\n<photoid {secrets}>{photo.photo_id}</photoid>\n</rsp>\n')


def upload(call: Call, sent: Sent | None) -> Response:
    """Make a new photo, at once or by ticket."""
    if sent is None:
        raise Refusal(2, "No photo specified")
    with call.store.lock:
        _judge(call, sent)
        check_limits(call, sent)
        if call.params.get("async") == "1":
            return _by_ticket(call, Ticket("", sent, None, _fails(call), dict(call.params)))
        photo = make_photo(call, sent, call.params)
        return xml(f'<rsp stat="ok">\n<photoid>{photo.photo_id}</photoid>\n</rsp>\n')


def _by_ticket(call: Call, ticket: Ticket) -> Response:
    name = call.flickr.tickets.keep(ticket)
    if not call.habits.replaced_when_polled:
        _carry_out(call, ticket)
    return xml(f'<rsp stat="ok">\n<ticketid>{name}</ticketid>\n</rsp>\n')


def _fails(call: Call) -> bool:
    return any(isinstance(kind, TicketFails) for kind in call.troubles)


def _judge(call: Call, sent: Sent) -> None:
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
