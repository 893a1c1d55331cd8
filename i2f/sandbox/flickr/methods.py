"""Which API methods there are, what each needs, and the way of a REST call through key, login and permission."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from i2f.sandbox.flickr import changing, listings, new_photos, reading
from i2f.sandbox.flickr.calls import LEVELS, Answer, Call
from i2f.sandbox.flickr.refusals import OAuthRefusal, Refusal


@dataclass(frozen=True)
class Method:
    """What answers a call, and the least permission it takes."""

    answer: Callable[[Call], Answer]
    level: str = "none"

    @property
    def changes(self) -> bool:
        """Whether a call changes anything on Flickr."""
        return self.level in {"write", "delete"}


METHODS = {
    "flickr.test.echo": Method(reading.echo),
    "flickr.test.null": Method(reading.null, "read"),
    "flickr.test.login": Method(reading.login, "read"),
    "flickr.auth.oauth.checkToken": Method(reading.check_token, "read"),
    "flickr.people.getInfo": Method(reading.person),
    "flickr.people.getPhotos": Method(listings.get_photos),
    "flickr.people.getUploadStatus": Method(reading.upload_status, "read"),
    "flickr.photos.recentlyUpdated": Method(listings.recently_updated, "read"),
    "flickr.photos.search": Method(listings.search),
    "flickr.photos.getInfo": Method(reading.photo_info),
    "flickr.photos.getSizes": Method(reading.photo_sizes),
    "flickr.photos.getFavorites": Method(reading.favorites),
    "flickr.photos.geo.getLocation": Method(reading.location),
    "flickr.photos.upload.checkTickets": Method(reading.check_tickets),
    "flickr.photos.setMeta": Method(changing.set_meta, "write"),
    "flickr.photos.setDates": Method(changing.set_dates, "write"),
    "flickr.photos.addTags": Method(changing.add_tags, "write"),
    "flickr.photos.setTags": Method(changing.set_tags, "write"),
    "flickr.photos.delete": Method(changing.delete, "delete"),
    "flickr.photos.geo.setLocation": Method(changing.set_location, "write"),
    "flickr.photos.geo.removeLocation": Method(changing.remove_location, "write"),
    "flickr.photosets.getList": Method(new_photos.list_albums, "read"),
    "flickr.photosets.create": Method(new_photos.create_album, "write"),
    "flickr.photosets.addPhoto": Method(new_photos.add_to_album, "write"),
}


def changes(name: str) -> bool:
    """Say whether a call of this name changes anything, replace and upload included."""
    return name in ("replace", "upload") or (name in METHODS and METHODS[name].changes)


def answer(call: Call, *, signed: bool, by_post: bool) -> Answer:
    """Answer a REST call whose key and signature were checked."""
    method = METHODS.get(call.name)
    if method is None:
        raise Refusal(112, f'Method "{call.name}" not found')
    check_level(call, method.level, signed=signed)
    if method.changes and not by_post:
        raise Refusal(0, "This method requires an HTTP POST request.")  # Flickr's own code and words are not known
    with call.store.lock:
        return method.answer(call)


def check_level(call: Call, needed: str, *, signed: bool) -> None:
    """Refuse a call that its login does not allow."""
    granted = call.token.perms if call.token else "none"
    if LEVELS.index(granted) >= LEVELS.index(needed):
        return
    if call.token is None and signed:
        raise OAuthRefusal(400, "parameter_absent&oauth_parameters_absent=oauth_token")
    words = f"Insufficient permissions. Method requires {needed} privileges; {granted} granted."
    raise Refusal(99, words)
