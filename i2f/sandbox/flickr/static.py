"""Flickr's picture hosts: /{server}/{id}_{secret}[_{suffix}].{ending}, no login, the secret is the key.

An address of a photo that has been replaced or deleted does not fail: it leads on to a "no longer available" picture,
with a success by its status (leedo/noembed issue 105). Only an address that never was gets a 404, without a body
(recorded 2024). What old secrets do in detail is a habit.
"""

from __future__ import annotations

import re

from flask import Response

from i2f.sandbox.flickr.account import StoredPhoto
from i2f.sandbox.flickr.calls import Call
from i2f.sandbox.flickr.pictures import SIZE_OF_SUFFIX, Blob, rendition, unavailable_picture

UNAVAILABLE_PATH = "/pw/images/en-us/photo_unavailable.png"
_NAME = re.compile(r"(\d+)_([0-9a-f]{10})(?:_([a-z0-9]{1,2}))??(_d)?\.(jpg|png|gif|mp4)")
_FREE_EDGE = 1024
_TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "mp4": "video/mp4"}


def photo_id_of(name: str) -> str:
    """Return the photo's id in the name of a picture, empty if there is none."""
    match = _NAME.fullmatch(name)
    return match.group(1) if match else ""


def picture(call: Call, name: str) -> Response:
    """Answer the address of a picture."""
    match = _NAME.fullmatch(name)
    if match is None:
        return _nothing()
    photo_id, secret, suffix, _, ending = match.groups(default="")
    photo = call.store.photos.get(photo_id)
    if photo is None:
        return _unavailable(call) if photo_id in call.store.gone else _nothing()
    if suffix == "o" and ending != photo.original_format:
        return _nothing()
    version = _version(photo, secret, suffix)
    if version is None:
        return _nothing()
    if version == photo.version:
        return _current(call, photo.blob, suffix)
    if call.habits.outdated_address == "old bytes":
        return _current(call, photo.past[version], suffix)
    return _unavailable(call)


def _version(photo: StoredPhoto, secret: str, suffix: str) -> int | None:
    size = SIZE_OF_SUFFIX.get(suffix)
    which = suffix if suffix == "o" or (size is not None and size.own_secret) else ""
    for version in range(photo.version, -1, -1):
        if secret == photo.secret_of(which, version):
            return version
    return None


def _current(call: Call, blob: Blob, suffix: str) -> Response:
    if suffix == "o":
        if not call.flickr.account.is_pro and max(blob.upright) > _FREE_EDGE:
            return _unavailable(call)
        return Response(blob.read(), mimetype=_TYPES[blob.format])
    size = SIZE_OF_SUFFIX.get(suffix)
    if size is None or not blob.has(size):
        return _nothing()
    return Response(rendition(blob, size), mimetype="image/jpeg")


def _unavailable(call: Call) -> Response:
    if call.habits.outdated_address == "not found":
        return _nothing()
    if call.habits.outdated_address == "in place":
        return unavailable()
    base = call.flickr.url if call.pictures_base.startswith("http://") else "https://s.yimg.com"
    return Response(b"", 302, headers={"Location": base + UNAVAILABLE_PATH})


def unavailable() -> Response:
    """Answer with the picture that says there is none."""
    return Response(unavailable_picture(), mimetype="image/png")


def _nothing() -> Response:
    return Response(b"", 404)
