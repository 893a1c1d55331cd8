"""True host names, proxies, certificates and ~/.netrc: how requests leave the house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flickr_client import Access, FlickrClient, Network, Refused, begin_login
from i2f.ground.errors import SettingsError, StoppedError, SyncError
from i2f.ground.rate_limit import CallBudget, ForgetfulHistory
from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.kinds import DropAfter
from tests.support.flickr_side import Side, logged_in, picture
from tests.support.hand_clock import HandClock
from tests.support.proxy import SandboxProxy

PROXY_NAMES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXY_NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def proxy(flickr: SandboxFlickr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxProxy]:
    with SandboxProxy(flickr.url, tmp_path) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def side(flickr: SandboxFlickr) -> Iterator[Side]:
    """A client that believes in the true Flickr."""
    clock, history = HandClock(), ForgetfulHistory()
    access = Access(flickr.api_key, flickr.api_secret, *flickr.issue_token())
    with FlickrClient(access, Network(2, 2, None), CallBudget(3600, history, clock), clock) as client:
        yield Side(client, clock, history)


def test_everything_goes_through_the_proxy_under_its_true_name(
    flickr: SandboxFlickr, proxy: SandboxProxy, side: Side, tmp_path: Path
) -> None:
    photo_id = flickr.add_photo(picture(640, 480), title="Harbour")
    big = tmp_path / "big.jpg"
    big.write_bytes(picture(2000, 1500))
    (photo,) = side.listed()
    side.client.fetch_original(photo, tmp_path / "copy")
    side.client.replace(photo_id, big, photo.title)
    side.client.set_meta(photo_id, "x", "y")
    address, pending = begin_login(
        flickr.api_key, flickr.api_secret, Network(2, 2, None), CallBudget(99, ForgetfulHistory(), side.clock)
    )
    assert address.startswith("https://www.flickr.com/services/oauth/authorize?oauth_token=")
    pending.finish(flickr.authorize(address.partition("oauth_token=")[2].partition("&")[0]))
    assert proxy.hosts == {"api.flickr.com", "live.staticflickr.com", "up.flickr.com", "www.flickr.com"}
    assert len(flickr.log) == len(proxy.asked)
    assert flickr.photo(photo_id).data == big.read_bytes()


def test_an_outdated_picture_host_never_leads_away_from_flickr(
    flickr: SandboxFlickr, proxy: SandboxProxy, side: Side, tmp_path: Path
) -> None:
    photo_id = flickr.add_photo(picture(640, 480))
    (photo,) = side.listed()
    flickr.delete_photo(photo_id)
    with pytest.raises(SyncError, match="no longer on Flickr"):
        side.client.fetch_original(photo, tmp_path / "copy")
    assert "s.yimg.com" not in proxy.hosts


def test_no_proxy_is_respected(
    proxy: SandboxProxy, side: Side, monkeypatch: pytest.MonkeyPatch, flickr: SandboxFlickr
) -> None:
    monkeypatch.setenv("NO_PROXY", "api.flickr.com.invalid,staticflickr.com")
    side.client.who_am_i()
    settings = side.client._wire().session.merge_environment_settings(
        "https://live.staticflickr.com/1/2_3_o.jpg", {}, True, None, None
    )
    assert "https" not in settings["proxies"]
    assert settings["verify"] == str(proxy.ca_file)
    assert proxy.hosts == {"api.flickr.com"}


def test_a_lost_reply_behind_the_proxy_is_a_lost_reply(
    flickr: SandboxFlickr, proxy: SandboxProxy, side: Side, tmp_path: Path
) -> None:
    photo_id = flickr.add_photo(picture(64, 48))
    big = tmp_path / "big.jpg"
    big.write_bytes(picture(800, 600))
    flickr.faults.add(Fault(where="replace", kind=DropAfter()))
    with pytest.raises(SyncError, match="may or may not have arrived"):
        side.client.replace(photo_id, big, "x")
    assert len(flickr.requests("replace")) == 1


def test_a_proxy_that_refuses_is_no_network_and_nothing_was_sent(
    flickr: SandboxFlickr, proxy: SandboxProxy, side: Side, tmp_path: Path
) -> None:
    proxy.refused = {"api.flickr.com", "up.flickr.com"}
    big = tmp_path / "big.jpg"
    big.write_bytes(picture(800, 600))
    with pytest.raises(StoppedError, match="no network.*proxy"):
        side.client.who_am_i()
    with pytest.raises(Refused, match="not reached.*proxy"):
        side.client.replace("1", big, "x")
    assert flickr.log == []


def test_a_certificate_nobody_knows_is_said_and_not_tried_again(
    flickr: SandboxFlickr, proxy: SandboxProxy, side: Side, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(StoppedError, match="certificate.*REQUESTS_CA_BUNDLE"):
        side.client.who_am_i()
    assert side.calls == 1
    big = tmp_path / "big.jpg"
    big.write_bytes(picture(80, 60))
    with pytest.raises(StoppedError, match="certificate"):
        side.client.replace("1", big, "x")
    assert flickr.log == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("REQUESTS_CA_BUNDLE", "/no/such/file.pem", "REQUESTS_CA_BUNDLE"),
        ("HTTPS_PROXY", "http://", "proxy"),
        ("HTTPS_PROXY", "nonsense://127.0.0.1:9", "proxy"),
        ("HTTPS_PROXY", "http://name:pass-word@[::1", "proxy"),
    ],
)
def test_an_environment_that_cannot_be_used_is_one_line_without_its_secrets(
    side: Side, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=words) as caught:
        side.client.who_am_i()
    assert "pass-word" not in str(caught.value)


def test_a_proxy_nobody_answers_at_is_no_network(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(StoppedError, match="no network"):
        side.client.who_am_i()


def test_a_netrc_entry_does_not_replace_the_login(
    flickr: SandboxFlickr, proxy: SandboxProxy, side: Side, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    hosts = ("api.flickr.com", "up.flickr.com", "live.staticflickr.com", "www.flickr.com", "127.0.0.1")
    netrc.write_text("".join(f"machine {host} login jane password pass-word\n" for host in hosts))
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    photo_id = flickr.add_photo(picture(64, 48))
    big = tmp_path / "big.jpg"
    big.write_bytes(picture(800, 600))
    (photo,) = side.listed()
    side.client.fetch_original(photo, tmp_path / "copy")
    side.client.replace(photo_id, big, "x")
    with logged_in(flickr) as direct:
        direct.client.replace(photo_id, big, "x")
    assert [one.signed for one in flickr.log if one.name != "static"] == [True, True, True]
    assert not any(one.signed for one in flickr.requests("static"))


def test_to_the_sandbox_leads_no_proxy(flickr: SandboxFlickr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    flickr.add_photo(picture(64, 48))
    with logged_in(flickr) as direct:
        (photo,) = direct.listed()
        direct.client.fetch_original(photo, tmp_path / "copy")


def test_two_clients_of_two_flickrs_do_not_mix() -> None:
    with SandboxFlickr() as one, SandboxFlickr() as other:
        other.account.username = "other"
        with logged_in(one) as first, logged_in(other) as second:
            assert (first.client.who_am_i().username, second.client.who_am_i().username) == ("sandbox", "other")
    import flickrapi

    assert flickrapi.FlickrAPI.REST_URL == "https://api.flickr.com/services/rest/"
