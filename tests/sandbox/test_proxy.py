"""Flickr's true names through the proxy: everything a program asks goes through it, and leads to the sandbox."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests_oauthlib import OAuth1

from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.kinds import DropAfter
from tests.support.proxy import SandboxProxy
from tests.support.sandbox_client import Caller, picture


@pytest.fixture
def proxy(flickr: SandboxFlickr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxProxy]:
    with SandboxProxy(flickr.url, tmp_path) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def _call(flickr: SandboxFlickr, token: tuple[str, str], method: str, **params: str) -> requests.Response:
    auth = OAuth1(flickr.api_key, flickr.api_secret, *token)
    form = {"method": method, "format": "json", "nojsoncallback": "1", **params}
    return requests.post("https://api.flickr.com/services/rest/", data=form, auth=auth, timeout=10)


def test_calls_and_pictures_go_by_their_true_names(flickr: SandboxFlickr, proxy: SandboxProxy) -> None:
    flickr.add_photo(picture())
    token = flickr.issue_token("write")
    page = _call(flickr, token, "flickr.people.getPhotos", user_id="me", extras="url_o").json()["photos"]["photo"]
    assert page[0]["url_o"].startswith("https://live.staticflickr.com/65535/")
    assert requests.get(page[0]["url_o"], timeout=10).content == picture()
    assert proxy.asked == ["api.flickr.com", "live.staticflickr.com"]
    assert [request.host for request in flickr.log] == proxy.asked


def test_a_large_replacement_passes(flickr: SandboxFlickr, proxy: SandboxProxy) -> None:
    photo_id = flickr.add_photo(picture())
    api = Caller(flickr).flickrapi(format="etree")
    api.REPLACE_URL = "https://up.flickr.com/services/replace/"
    large = picture(1500, 1500, "BMP")
    new = picture(900, 900) + large
    answer = api.replace("new.jpg", photo_id, io.BytesIO(new))
    assert answer.get("stat") == "ok"
    assert flickr.photo(photo_id).data == new
    assert proxy.hosts == {"up.flickr.com"}


def test_an_outdated_address_leads_to_another_host(flickr: SandboxFlickr, proxy: SandboxProxy) -> None:
    photo_id = flickr.add_photo(picture())
    token = flickr.issue_token("write")
    page = _call(flickr, token, "flickr.people.getPhotos", user_id="me", extras="url_o").json()["photos"]["photo"]
    flickr.replace_by_hand(photo_id, picture(900, 900))
    answer = requests.get(page[0]["url_o"], timeout=10)
    assert answer.url == "https://s.yimg.com/pw/images/en-us/photo_unavailable.png"
    assert proxy.asked[-2:] == ["live.staticflickr.com", "s.yimg.com"]


def test_a_path_lives_on_its_own_host_only(flickr: SandboxFlickr, proxy: SandboxProxy) -> None:
    answer = requests.post("https://api.flickr.com/services/replace/", data={"photo_id": "1"}, timeout=10)
    assert (answer.status_code, proxy.hosts) == (404, {"api.flickr.com"})


def test_a_lost_reply_is_lost_behind_the_proxy_too(flickr: SandboxFlickr, proxy: SandboxProxy) -> None:
    flickr.faults.add(Fault("flickr.test.login", DropAfter()))
    token = flickr.issue_token()
    with pytest.raises(requests.exceptions.ConnectionError):
        _call(flickr, token, "flickr.test.login")
    assert _call(flickr, token, "flickr.test.login").json()["stat"] == "ok"
    assert proxy.hosts == {"api.flickr.com"}


def test_names_that_are_not_flickrs_are_refused_and_noted(proxy: SandboxProxy) -> None:
    proxy.refused.add("api.flickr.com")
    for host in ("example.com", "api.flickr.com"):
        with pytest.raises(requests.exceptions.ProxyError):
            requests.get(f"https://{host}/", timeout=10)
    assert proxy.asked == ["example.com", "api.flickr.com"]
