"""Bad weather in the sandbox: each kind of fault is what it says, and strikes whom it should."""

from __future__ import annotations

import json
import threading

import pytest
import requests
from requests.exceptions import ChunkedEncodingError
from requests.exceptions import ConnectionError as Disconnected

from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.faults import Kind
from i2f.sandbox.flickr.kinds import (
    Afterwards,
    ApiError,
    CutOff,
    DropAfter,
    DropBefore,
    Html,
    OAuthError,
    Silence,
    Status,
    Trickle,
    truncated,
)
from tests.support.sandbox_client import Caller, picture, signature


def _statuses(caller: Caller, count: int, method: str = "flickr.test.login") -> list[int]:
    return [caller.post(method).status_code for _ in range(count)]


def test_a_fault_strikes_as_often_as_told(flickr: SandboxFlickr) -> None:
    flickr.faults.add(Fault("flickr.test.login", Status(502), times=2, skip=1))
    assert _statuses(Caller(flickr), 5) == [200, 502, 502, 200, 200]


def test_a_fault_can_strike_every_third_for_ever(flickr: SandboxFlickr) -> None:
    flickr.faults.add(Fault("flickr.*", Status(500), times=None, every=3))
    assert _statuses(Caller(flickr), 7) == [200, 200, 500, 200, 200, 500, 200]


def test_a_fault_can_be_for_a_host_or_one_photo(flickr: SandboxFlickr) -> None:
    photo_ids = [flickr.add_photo(picture()), flickr.add_photo(picture())]
    caller = Caller(flickr)
    rows = [caller.row(photo_id, "url_o")["url_o"] for photo_id in photo_ids]
    flickr.faults.add(Fault("live.staticflickr.com", Status(429, retry_after="7"), photo_id=photo_ids[1]))
    answers = [requests.get(row, timeout=10) for row in rows]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["Retry-After"] == "7"
    assert _statuses(caller, 1) == [200]


def test_a_429_may_come_without_retry_after(flickr: SandboxFlickr) -> None:
    flickr.faults.add(Fault("*", Status(429)))
    assert "Retry-After" not in Caller(flickr).post("flickr.test.login").headers


def test_html_comes_with_success(flickr: SandboxFlickr) -> None:
    flickr.faults.add(Fault("flickr.test.login", Html()))
    answer = Caller(flickr).post("flickr.test.login")
    assert (answer.status_code, answer.text[:6]) == (200, "<html>")


def test_errors_come_in_the_format_asked_for_or_not(flickr: SandboxFlickr) -> None:
    caller = Caller(flickr)
    flickr.faults.add(Fault("*", ApiError(105, "Service currently unavailable")))
    assert caller.call("flickr.test.login")["code"] == 105
    flickr.faults.add(Fault("*", ApiError(201, "Sorry", json_in_xml=True)))
    assert caller.post("flickr.test.login", format="rest").text.endswith('"code": 201},')
    flickr.faults.add(Fault("*", OAuthError("token_rejected")))
    assert caller.post("flickr.test.login").status_code == 401


def test_a_truncated_body_is_whole_for_http(flickr: SandboxFlickr) -> None:
    flickr.faults.add(Fault("flickr.test.login", truncated()))
    with pytest.raises(json.JSONDecodeError):
        Caller(flickr).call("flickr.test.login")


def test_a_body_cut_off_is_not(flickr: SandboxFlickr) -> None:
    url = Caller(flickr).row(flickr.add_photo(picture()), "url_o")["url_o"]
    flickr.faults.add(Fault("static", CutOff()))
    with pytest.raises(ChunkedEncodingError):
        requests.get(url, timeout=10)
    assert requests.get(url, timeout=10).content == picture()


def test_a_connection_dropped_before_did_nothing(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    flickr.faults.add(Fault("replace", DropBefore()))
    with pytest.raises(Disconnected):
        Caller(flickr).replace(photo_id, picture(900, 900))
    assert flickr.photo(photo_id).history == []
    assert flickr.requests("replace")[0].lost


@pytest.mark.parametrize("kind", [DropAfter(), Status(500, after_work=True), Html(after_work=True)])
def test_a_lost_reply_did_its_work(flickr: SandboxFlickr, kind: Kind) -> None:
    photo_id = flickr.add_photo(picture())
    flickr.faults.add(Fault("replace", kind))
    with pytest.raises(Exception, match="aborted|500|syntax|mismatched"):
        Caller(flickr).replace(photo_id, picture(900, 900))
    assert flickr.photo(photo_id).data == picture(900, 900)


@pytest.mark.parametrize("after_work", [False, True])
def test_silence_lasts_until_it_is_released(flickr: SandboxFlickr, after_work: bool) -> None:
    photo_id = flickr.add_photo(picture(), title="old")
    silence = Silence(after_work)
    flickr.faults.add(Fault("flickr.photos.setMeta", silence))
    threading.Timer(0.05, silence.release).start()
    with pytest.raises(Disconnected):
        Caller(flickr).call("flickr.photos.setMeta", photo_id=photo_id, title="new", description="")
    assert flickr.photo(photo_id).title == ("new" if after_work else "old")


def test_a_silent_server_still_stops(flickr: SandboxFlickr) -> None:
    flickr.faults.add(Fault("flickr.test.login", Silence()))
    form = {"method": "flickr.test.login"}
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(f"{flickr.url}/services/rest/", data=form, auth=signature(flickr), timeout=0.05)


def test_a_trickle_brings_everything_in_the_end(flickr: SandboxFlickr) -> None:
    url = Caller(flickr).row(flickr.add_photo(picture()), "url_o")["url_o"]
    trickle = Trickle(chunk_bytes=1, interval_s=0.001)
    flickr.faults.add(Fault("static", trickle))
    with requests.get(url, stream=True, timeout=10) as answer:
        first = answer.raw.read(1)
        trickle.release()
        assert first + answer.raw.read() == picture()


def test_something_may_happen_between_the_work_and_the_answer(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    flickr.faults.add(Fault("replace", Afterwards(lambda call: call.flickr.delete_photo(photo_id))))
    caller = Caller(flickr)
    assert caller.replace(photo_id, picture(900, 900)).get("stat") == "ok"
    assert caller.call("flickr.photos.getInfo", photo_id=photo_id)["code"] == 1


def test_an_error_of_the_sandbox_itself_is_not_passed_over() -> None:
    def broken(call: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), SandboxFlickr() as flickr:
        flickr.faults.add(Fault("flickr.test.login", Afterwards(broken)))
        assert Caller(flickr).post("flickr.test.login").status_code == 500


def test_the_log_tells_what_would_change_something(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    caller = Caller(flickr, "read")
    caller.call("flickr.photos.getInfo", photo_id=photo_id)
    caller.call("flickr.photos.setMeta", photo_id=photo_id, title="x", description="y")
    names = [(request.name, request.changing, request.status) for request in flickr.log]
    assert names == [("flickr.photos.getInfo", False, 200), ("flickr.photos.setMeta", True, 200)]
    assert flickr.log[1].params["title"] == "x"
    assert flickr.log[0].user_agent.startswith("python-requests/")
