"""How the sandbox's own tests speak with it: small pictures, signed calls, flickrapi with the sandbox's addresses."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import flickrapi
import requests
from flickrapi.auth import FlickrAccessToken
from PIL import Image
from requests_oauthlib import OAuth1

from i2f.sandbox import SandboxFlickr


def picture(width: int = 640, height: int = 640, kind: str = "JPEG", exif: Image.Exif | None = None) -> bytes:
    return _picture(width, height, kind, b"" if exif is None else exif.tobytes())


@lru_cache(maxsize=64)
def _picture(width: int, height: int, kind: str, exif: bytes) -> bytes:
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind, **({"exif": exif} if exif else {}))
    return out.getvalue()


def signature(flickr: SandboxFlickr, token: tuple[str, str] = ("", "")) -> OAuth1:
    return OAuth1(flickr.api_key, flickr.api_secret, token[0] or None, token[1] or None)


class Caller:
    """A program with a login, calling over plain requests."""

    def __init__(self, flickr: SandboxFlickr, perms: str = "write") -> None:
        self.flickr = flickr
        self.token = flickr.issue_token(perms)

    def post(self, method: str, **params: object) -> requests.Response:
        form = {"method": method, "format": "json", "nojsoncallback": "1", **params}
        url = f"{self.flickr.url}/services/rest/"
        return requests.post(url, data=form, auth=signature(self.flickr, self.token), timeout=10)

    def call(self, method: str, **params: object) -> dict[str, Any]:
        answer: dict[str, Any] = self.post(method, **params).json()
        return answer

    def xml(self, method: str, **params: object) -> ElementTree.Element:
        return ElementTree.fromstring(self.post(method, format="rest", **params).content)

    def row(self, photo_id: str, extras: str) -> dict[str, Any]:
        page = self.call("flickr.people.getPhotos", user_id="me", extras=extras)["photos"]
        found: dict[str, Any] = next(row for row in page["photo"] if row["id"] == photo_id)
        return found

    def flickrapi(self, **options: object) -> flickrapi.FlickrAPI:
        login = FlickrAccessToken(*self.token, "write")
        api = flickrapi.FlickrAPI(self.flickr.api_key, self.flickr.api_secret, token=login, **options)
        api.REST_URL = f"{self.flickr.url}/services/rest/"
        api.REPLACE_URL = f"{self.flickr.url}/services/replace/"
        api.UPLOAD_URL = f"{self.flickr.url}/services/upload/"
        return api

    def replace(self, photo_id: str, data: bytes, **form: object) -> ElementTree.Element:
        answer: bytes = self.flickrapi(format="rest").replace("new.jpg", photo_id, io.BytesIO(data), **form)
        return ElementTree.fromstring(answer)


def error_of(answer: ElementTree.Element) -> tuple[int, str]:
    """The code and message of a failure in XML."""
    assert answer.get("stat") == "fail"
    error = answer.find("err")
    assert error is not None
    return int(error.get("code", "")), error.get("msg", "")
