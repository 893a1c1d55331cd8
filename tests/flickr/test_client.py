"""Calls that read, or may be made twice: what is borne, what ends a run, and with which words."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.utils import formatdate
from pathlib import Path

import pytest

from flickr_client import Access, FlickrClient, Network, Refused, caption_as_typed
from i2f.ground.errors import (
    LoginError,
    PictureGoneError,
    SettingsError,
    StoppedError,
    SyncError,
)
from i2f.ground.rate_limit import CallBudget, ForgetfulHistory
from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.faults import Kind
from i2f.sandbox.flickr.kinds import (
    ApiError,
    CutOff,
    DropBefore,
    Html,
    OAuthError,
    Rewritten,
    Silence,
    Status,
    Trickle,
    truncated,
)
from tests.support.flickr_side import logged_in, named, picture
from tests.support.hand_clock import HandClock

INFO = "flickr.photos.getInfo"


@pytest.fixture
def photo_id(flickr: SandboxFlickr) -> str:
    return flickr.add_photo(picture(64, 48), title="Harbour", description="via Instagram http://ift.tt/1fCJLVn")


def budget(clock: HandClock) -> CallBudget:
    return CallBudget(3600, ForgetfulHistory(), clock)


def test_the_account_and_what_it_may_do_are_told(flickr: SandboxFlickr) -> None:
    flickr.account.is_pro = False
    with logged_in(flickr) as side:
        assert side.client.who_am_i().nsid == flickr.account.nsid
        status = side.client.upload_status()
        assert (status.is_pro, status.max_photo_bytes) == (False, 209_715_200)


def test_photos_are_counted_with_one_call(flickr: SandboxFlickr, photo_id: str) -> None:
    with logged_in(flickr) as side:
        assert (side.client.count_photos(), side.calls) == (1, 1)


def test_every_request_is_signed_posted_and_names_its_sender(flickr: SandboxFlickr, photo_id: str) -> None:
    with logged_in(flickr) as side:
        side.client.get_info(photo_id)
        side.listed()
    assert {(one.http_method, one.signed, one.user_agent) for one in flickr.log} == {
        ("POST", True, "instagram2flickr/0.1"),
    }


@pytest.mark.parametrize(
    "trouble",
    [
        Status(500),
        Status(502),
        Status(503),
        Status(504),
        Status(429),
        Html(),
        ApiError(105),
        ApiError(106),
        ApiError(201),
        ApiError(0, "Sorry, the Flickr API service is not currently available."),
        ApiError(201, json_in_xml=True),
        DropBefore(),
        CutOff(),
        truncated(),
        OAuthError("nonce_used"),
        Status(302),
    ],
    ids=named,
)
def test_what_passes_is_tried_again(flickr: SandboxFlickr, photo_id: str, trouble: Kind) -> None:
    flickr.faults.add(Fault(where=INFO, kind=trouble, times=4))
    with logged_in(flickr) as side:
        assert side.client.get_info(photo_id).title == "Harbour"
        assert side.calls == len(flickr.requests(INFO)) == 5
        assert side.clock.waited_s > 0


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Status(502), "HTTP 502"),
        (Html(), "no JSON"),
        (ApiError(105), "error 105"),
        (DropBefore(), "was lost|cut short"),
    ],
    ids=named,
)
def test_what_does_not_pass_stops_the_run_after_five_tries(
    flickr: SandboxFlickr, photo_id: str, trouble: Kind, words: str
) -> None:
    flickr.faults.add(Fault(where=INFO, kind=trouble, times=None))
    with logged_in(flickr) as side:
        with pytest.raises(StoppedError, match=f"{words}.*no photo was being changed"):
            side.client.get_info(photo_id)
        assert side.calls == 5


def test_the_waits_grow_and_are_random(flickr: SandboxFlickr, photo_id: str) -> None:
    waits = set()
    for _ in range(4):
        flickr.faults.add(Fault(where=INFO, kind=Status(500), times=4))
        with logged_in(flickr) as side:
            side.client.get_info(photo_id)
            waits.add(side.clock.waited_s)
            assert side.clock.waited_s < 60
    assert len(waits) == 4


@pytest.mark.parametrize("status", [429, 503])
def test_flickr_is_left_alone_as_long_as_it_asks(flickr: SandboxFlickr, photo_id: str, status: int) -> None:
    flickr.faults.add(Fault(where=INFO, kind=Status(status, retry_after="120")))
    with logged_in(flickr) as side:
        side.client.get_info(photo_id)
        assert 120 <= side.clock.waited_s < 200


def test_a_long_wait_is_told_and_a_short_one_is_not(flickr: SandboxFlickr, photo_id: str) -> None:
    flickr.faults.add(Fault(where=INFO, kind=Status(500)))
    flickr.faults.add(Fault(where=INFO, kind=Status(503, retry_after="120"), skip=1))
    clock, told = HandClock(), list[datetime]()
    access = Access(flickr.api_key, flickr.api_secret, *flickr.issue_token())
    telling = CallBudget(3600, ForgetfulHistory(), clock, told.append)
    with FlickrClient(access, Network(5, 5, flickr.url), telling, clock) as client:
        client.get_info(photo_id)
    assert len(told) == 1
    assert told[0].timestamp() == pytest.approx(clock.now(), abs=1)


def test_a_date_to_come_back_at_is_understood(flickr: SandboxFlickr, photo_id: str) -> None:
    clock = HandClock()
    flickr.faults.add(Fault(where=INFO, kind=Status(503, retry_after=formatdate(clock.now() + 90, usegmt=True))))
    with logged_in(flickr, clock=clock) as side:
        side.client.get_info(photo_id)
        assert 89 <= clock.waited_s < 150


def test_an_hour_to_wait_ends_the_run_with_the_time(flickr: SandboxFlickr, photo_id: str) -> None:
    flickr.faults.add(Fault(where=INFO, kind=Status(429, retry_after="3600")))
    with logged_in(flickr) as side:
        with pytest.raises(StoppedError, match=r"asks to wait until \d\d:\d\d"):
            side.client.get_info(photo_id)
        assert side.clock.naps == []


@pytest.mark.parametrize("asked", ["soon", "-5", "1e9", "", "٣"])
def test_nonsense_instead_of_a_time_to_wait_is_no_matter(flickr: SandboxFlickr, photo_id: str, asked: str) -> None:
    flickr.faults.add(Fault(where=INFO, kind=Status(503, retry_after=asked.encode().decode("latin-1"))))
    with logged_in(flickr) as side:
        side.client.get_info(photo_id)
        assert side.clock.waited_s < 60


def test_silence_is_given_up_and_tried_again(flickr: SandboxFlickr, photo_id: str) -> None:
    flickr.faults.add(Fault(where=INFO, kind=Silence()))
    with logged_in(flickr, silence_s=0.2) as side:
        assert side.client.get_info(photo_id).title == "Harbour"
        assert side.calls == 2


def test_a_trickle_is_given_up_though_it_is_never_silent(flickr: SandboxFlickr, photo_id: str) -> None:
    flickr.faults.add(Fault(where=INFO, kind=Trickle()))
    with logged_in(flickr, clock=HandClock(step_s=1.0)) as side:
        assert side.client.get_info(photo_id).title == "Harbour"
        assert side.calls == 2


@pytest.mark.parametrize(
    ("trouble", "error", "words"),
    [
        (ApiError(98, "Invalid auth token"), LoginError, "no longer accepts this login.*login"),
        (ApiError(99, "Insufficient permissions"), LoginError, "login is read-only.*login"),
        (ApiError(100, "Invalid API Key (Key has expired)"), SettingsError, r"\[flickr\] api_key.*Key has expired"),
        (ApiError(96, "Invalid signature"), LoginError, "api_secret"),
        (ApiError(112, "Method not found"), StoppedError, "error 112"),
        (ApiError(1, "Photo not found"), PictureGoneError, "no longer on Flickr"),
        (ApiError(2, "Something else"), Refused, "Something else"),
        (OAuthError("token_rejected"), LoginError, "no longer accepts this login.*login"),
        (OAuthError("permission_denied"), LoginError, "login"),
        (OAuthError("signature_invalid&debug_sbs=POST"), LoginError, "api_secret"),
        (OAuthError("consumer_key_unknown"), SettingsError, r"\[flickr\] api_key"),
        (OAuthError("timestamp_refused"), StoppedError, "clock"),
        (OAuthError("parameter_absent&oauth_parameters_absent=oauth_token", 400), LoginError, "parameter_absent"),
        (Status(400), StoppedError, "HTTP 400"),
        (Status(403), StoppedError, "HTTP 403"),
        (Status(407), StoppedError, "HTTP 407"),
    ],
    ids=named,
)
def test_what_is_final_is_said_at_once(
    flickr: SandboxFlickr, photo_id: str, trouble: Kind, error: type[SyncError], words: str
) -> None:
    flickr.faults.add(Fault(where=INFO, kind=trouble, times=None))
    with logged_in(flickr) as side:
        with pytest.raises(error, match=words):
            side.client.get_info(photo_id)
        assert (side.calls, side.clock.naps) == (1, [])


def test_an_answer_without_a_stat_is_no_success(flickr: SandboxFlickr, photo_id: str) -> None:
    flickr.faults.add(
        Fault(
            where="flickr.photos.setMeta", times=None, kind=Rewritten(lambda body: body.replace(b'"stat"', b'"state"'))
        )
    )
    with logged_in(flickr) as side, pytest.raises(StoppedError, match="without a stat"):
        side.client.set_meta(photo_id, "a", "b")


def test_a_clock_that_is_wrong_is_named_with_its_error(flickr: SandboxFlickr, photo_id: str) -> None:
    real = HandClock()
    flickr.now = lambda: real.now() + 7200
    slow = HandClock(real.now() - 7200)
    with logged_in(flickr, clock=slow) as side, pytest.raises(StoppedError, match="12[01] minutes behind; set the cl"):
        side.client.get_info(photo_id)


@pytest.mark.parametrize("answer", ["98", "401"])
def test_a_revoked_login_says_to_log_in(flickr: SandboxFlickr, photo_id: str, answer: str) -> None:
    flickr.habits.bad_token_answer = answer  # type: ignore[assignment]
    with logged_in(flickr) as side:
        flickr.keys.access_tokens.clear()
        with pytest.raises(LoginError, match="login"):
            side.client.who_am_i()


def test_a_login_that_only_reads_may_not_change(flickr: SandboxFlickr, photo_id: str) -> None:
    with logged_in(flickr, perms="read") as side, pytest.raises(LoginError, match="login is read-only"):
        side.client.set_meta(photo_id, "a", "b")
    assert flickr.photo(photo_id).title == "Harbour"


def test_a_key_that_flickr_switched_off_is_a_matter_of_settings(flickr: SandboxFlickr) -> None:
    flickr.keys.key_expired = True
    with logged_in(flickr) as side, pytest.raises(SettingsError, match="expired"):
        side.client.who_am_i()


def test_no_network_says_so(flickr: SandboxFlickr) -> None:
    clock = HandClock()
    access = Access("abc", "def", "tok-en", "secret")
    client = FlickrClient(access, Network(0.5, 0.5, "http://127.0.0.1:9"), budget(clock), clock)
    with client, pytest.raises(StoppedError, match="no network: api.flickr.com cannot be reached.*run again"):
        client.who_am_i()


@pytest.mark.parametrize("access", [("", "def"), ("abc", ""), ("a bc", "def"), ("abc", "d\u00e9f"), ("abc\n", "def")])
def test_what_cannot_be_a_key_is_refused_before_the_network_is_touched(access: tuple[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"\[flickr\] api_"):
        Access(*access, "token", "secret")


def test_without_a_login_nothing_is_asked() -> None:
    clock = HandClock()
    with pytest.raises(LoginError, match="login"):
        FlickrClient(Access("abc", "def", "", ""), Network(1, 1, "http://127.0.0.1:9"), budget(clock), clock)


@pytest.mark.parametrize(
    "address",
    [
        "http://192.168.1.5:80",
        "https://api.flickr.com",
        "http://127.0.0.1.example.org",
        "ftp",
        "http://[::1",
    ],
)
def test_a_sandbox_elsewhere_than_on_the_loopback_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="loopback"):
        Network(1, 1, address)


# Calls that change something, and may be made twice.


def test_title_caption_date_and_place_are_set(flickr: SandboxFlickr, photo_id: str) -> None:
    with logged_in(flickr) as side:
        side.client.set_meta(photo_id, 'Häfen & "so"', "a < b & http://x.example/?a=1&b=2\nç")
        side.client.set_dates(photo_id, "2014-07-16 10:12:20", 4)
        side.client.set_location(photo_id, -37.8991661, 145.090277, 0)
        info = side.client.get_info(photo_id)
    assert (info.title, caption_as_typed(info.caption)) == ('Häfen & "so"', "a < b & http://x.example/?a=1&b=2\nç")
    assert (info.taken, info.taken_granularity) == ("2014-07-16 10:12:20", 4)
    assert info.place == (-37.899166, 145.090277, 1)


def test_a_change_whose_answer_is_lost_is_made_once_more(flickr: SandboxFlickr, photo_id: str) -> None:
    flickr.faults.add(Fault(where="flickr.photos.*", kind=Status(502, after_work=True), times=2))
    with logged_in(flickr) as side:
        side.client.set_meta(photo_id, "new", "")
    assert flickr.photo(photo_id).title == "new"


def test_taking_a_place_away_twice_is_no_error(flickr: SandboxFlickr, photo_id: str) -> None:
    with logged_in(flickr) as side:
        side.client.set_location(photo_id, 1.0, 2.0, 16)
        flickr.faults.add(Fault(where="flickr.photos.geo.removeLocation", kind=Status(500, after_work=True)))
        side.client.remove_location(photo_id)
        assert side.client.get_info(photo_id).place is None


def test_a_place_that_the_account_forbids_is_refused_with_flickrs_words(flickr: SandboxFlickr, photo_id: str) -> None:
    flickr.account.geo_privacy_chosen = False
    with logged_in(flickr) as side, pytest.raises(Refused) as caught:
        side.client.set_location(photo_id, 1.0, 2.0, 16)
    assert (caught.value.code, caught.value.final) == (7, True)


def test_hostile_words_of_a_refusal_stay_on_one_harmless_line(flickr: SandboxFlickr, photo_id: str) -> None:
    flickr.faults.add(Fault(where=INFO, kind=ApiError(9, "\x1b[2J\r\nboo\u202e" + "x" * 5000)))
    with logged_in(flickr) as side, pytest.raises(Refused) as caught:
        side.client.get_info(photo_id)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


# Threads and limits.


def test_the_hourly_limit_is_kept_over_retries(flickr: SandboxFlickr, photo_id: str) -> None:
    clock, history = HandClock(), ForgetfulHistory()
    flickr.faults.add(Fault(where=INFO, kind=Status(500), every=2, times=None))
    access = Access(flickr.api_key, flickr.api_secret, *flickr.issue_token())
    network = Network(5, 5, flickr.url)
    begun = clock.now()
    with FlickrClient(access, network, CallBudget(4, history, clock), clock) as client:
        for _ in range(3):
            client.get_info(photo_id)
    assert len(history.calls_since(0)) == len(flickr.requests(INFO)) == 5
    assert clock.now() - begun > 3600


def test_many_threads_share_one_client(flickr: SandboxFlickr) -> None:
    ids = [flickr.add_photo(picture(32, 32, seed=seed), title=f"photo {seed}") for seed in range(40)]
    flickr.faults.add(Fault(where=INFO, kind=Status(500), every=5, times=4))
    with logged_in(flickr) as side, ThreadPoolExecutor(8) as pool:
        titles = list(pool.map(lambda photo_id: side.client.get_info(photo_id).title, ids))
        assert side.calls == len(flickr.requests(INFO))
    assert titles == [f"photo {seed}" for seed in range(40)]


def test_one_thread_told_to_slow_down_slows_the_others(flickr: SandboxFlickr, photo_id: str) -> None:
    flickr.faults.add(Fault(where="flickr.test.login", kind=Status(429, retry_after="300"), times=None))
    with logged_in(flickr) as side:
        with pytest.raises(StoppedError):
            side.client.who_am_i()
        before = side.clock.now()
        side.client.get_info(photo_id)
        assert side.clock.now() - before > 200


def test_no_file_is_left_in_the_home_folder(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with logged_in(flickr) as side:
        side.client.get_info(photo_id)
    assert list(tmp_path.iterdir()) == []


CALLS: list[Callable[[FlickrClient], object]] = [
    lambda client: client.who_am_i(),
    lambda client: client.upload_status(),
    lambda client: client.list_photos(lambda photos: None),
    lambda client: client.list_changes(1, lambda photos: None),
    lambda client: client.get_info("53000000001"),
    lambda client: client.get_original_size("53000000001"),
    lambda client: client.set_meta("53000000001", "a", "b"),
]


@pytest.mark.parametrize("garbage", [b"", b"null", b"[]", b"<rsp/>", b'{"stat":"ok"}', b"\xff" * 99, b"[" * 99_999])
def test_garbage_from_any_method_is_one_line(flickr: SandboxFlickr, photo_id: str, garbage: bytes) -> None:
    flickr.faults.add(Fault(where="flickr.*", kind=Rewritten(lambda body: garbage), times=None))
    with logged_in(flickr) as side:
        for call in CALLS if garbage != b'{"stat":"ok"}' else CALLS[:-1]:
            with pytest.raises(StoppedError, match="keeps failing"):
                call(side.client)
