"""Logging in to the sandbox, and what its keys, tokens, nonces and permissions refuse."""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qs, urlencode

import flickrapi
import pytest
import requests
from flickrapi.exceptions import FlickrError
from requests_oauthlib import OAuth1, OAuth1Session
from requests_oauthlib.oauth1_session import TokenRequestDenied

from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.kinds import Status
from tests.support.sandbox_client import Caller, picture, signature


def _steps(flickr: SandboxFlickr) -> str:
    return f"{flickr.url}/services/oauth"


def _begin(flickr: SandboxFlickr) -> tuple[OAuth1Session, str]:
    session = OAuth1Session(flickr.api_key, flickr.api_secret, callback_uri="oob")
    token = session.fetch_request_token(f"{_steps(flickr)}/request_token")
    assert token["oauth_callback_confirmed"] == "true"
    return session, token["oauth_token"]


def test_three_steps_lead_to_a_login(flickr: SandboxFlickr) -> None:
    session, request_token = _begin(flickr)
    code = flickr.authorize(request_token, "write")
    login = session.fetch_access_token(f"{_steps(flickr)}/access_token", code)
    assert re.fullmatch(r"\d{3}-\d{3}-\d{3}", code)
    assert login["user_nsid"] == flickr.account.nsid
    assert login["fullname"] == flickr.account.fullname
    assert flickr.keys.access_tokens[login["oauth_token"]].perms == "write"


def test_the_page_shows_the_code_when_its_button_is_pressed(flickr: SandboxFlickr) -> None:
    _, request_token = _begin(flickr)
    asked = {"oauth_token": request_token, "perms": "write"}
    page = requests.get(f"{_steps(flickr)}/authorize?{urlencode(asked)}", timeout=10)
    agreed = requests.post(f"{_steps(flickr)}/authorize", data=asked, timeout=10)
    assert "<button>" in page.text
    assert str(flickr.keys.request_tokens[request_token].verifier) in agreed.text


def test_flickrapi_logs_in_with_its_callback_in_the_body(flickr: SandboxFlickr) -> None:
    api = flickrapi.FlickrAPI(flickr.api_key, flickr.api_secret, store_token=False)
    oauth = api.flickr_oauth
    oauth.REQUEST_TOKEN_URL = f"{_steps(flickr)}/request_token"
    oauth.ACCESS_TOKEN_URL = f"{_steps(flickr)}/access_token"
    api.get_request_token(oauth_callback="oob")
    address = api.auth_url(perms="write")
    api.get_access_token(flickr.authorize(parse_qs(address.split("?")[1])["oauth_token"][0]))
    api.REST_URL = f"{flickr.url}/services/rest/"
    assert api.test.login(format="parsed-json")["user"]["id"] == flickr.account.nsid


def test_a_wrong_code_is_refused(flickr: SandboxFlickr) -> None:
    session, request_token = _begin(flickr)
    flickr.authorize(request_token)
    with pytest.raises(TokenRequestDenied) as refused:
        session.fetch_access_token(f"{_steps(flickr)}/access_token", "000-000-000")
    assert (refused.value.status_code, refused.value.response.text) == (401, "oauth_problem=verifier_invalid")


def test_a_code_serves_once(flickr: SandboxFlickr) -> None:
    session, request_token = _begin(flickr)
    code = flickr.authorize(request_token)
    pending = flickr.keys.request_tokens[request_token]
    session.fetch_access_token(f"{_steps(flickr)}/access_token", code)
    again = OAuth1(flickr.api_key, flickr.api_secret, request_token, pending.secret, verifier=code)
    answer = requests.post(f"{_steps(flickr)}/access_token", auth=again, timeout=10)
    assert (answer.status_code, answer.text) == (401, "oauth_problem=token_rejected")


def test_an_unknown_key_cannot_begin(flickr: SandboxFlickr) -> None:
    session = OAuth1Session("0" * 32, "secret", callback_uri="oob")
    with pytest.raises(TokenRequestDenied) as refused:
        session.fetch_request_token(f"{_steps(flickr)}/request_token")
    assert refused.value.response.text == "oauth_problem=consumer_key_unknown"


def test_a_step_without_its_callback_says_what_is_absent(flickr: SandboxFlickr) -> None:
    answer = requests.post(f"{_steps(flickr)}/request_token", auth=signature(flickr), timeout=10)
    assert answer.status_code == 400
    assert answer.text == "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_callback"


def test_a_wrong_signature_is_answered_with_the_base_string(flickr: SandboxFlickr) -> None:
    token, _ = flickr.issue_token()
    wrong = OAuth1(flickr.api_key, flickr.api_secret, token, "not the secret")
    form = {"method": "flickr.test.login"}
    answer = requests.post(f"{flickr.url}/services/rest/", data=form, auth=wrong, timeout=10)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text.startswith("oauth_problem=signature_invalid&debug_sbs=POST&http%3A%2F%2F127.0.0.1%3A")


def test_the_form_is_covered_by_the_signature(flickr: SandboxFlickr) -> None:
    caller = Caller(flickr)
    form = {"method": "flickr.test.login"}
    request = requests.Request("POST", f"{flickr.url}/services/rest/", data=form, auth=signature(flickr, caller.token))
    prepared = request.prepare()
    prepared.body = "method=flickr.test.null"
    prepared.headers["Content-Length"] = str(len(prepared.body))
    with requests.Session() as session:
        assert session.send(prepared, timeout=10).status_code == 401


def test_a_nonce_is_refused_the_second_time(flickr: SandboxFlickr) -> None:
    caller = Caller(flickr)
    form = {"method": "flickr.test.login", "format": "json", "nojsoncallback": "1"}
    request = requests.Request("POST", f"{flickr.url}/services/rest/", data=form, auth=signature(flickr, caller.token))
    prepared = request.prepare()
    with requests.Session() as session:
        first, second = session.send(prepared, timeout=10), session.send(prepared, timeout=10)
    assert first.json()["stat"] == "ok"
    assert (second.status_code, second.text) == (401, "oauth_problem=nonce_used")


def test_a_clock_that_is_hours_off_is_refused(flickr: SandboxFlickr) -> None:
    flickr.now = lambda: time.time() + 7200
    answer = Caller(flickr).post("flickr.test.login")
    assert (answer.status_code, answer.text) == (401, "oauth_problem=timestamp_refused")


def test_a_call_that_needs_a_login_names_the_absent_token(flickr: SandboxFlickr) -> None:
    form = {"method": "flickr.test.login"}
    answer = requests.post(f"{flickr.url}/services/rest/", data=form, auth=signature(flickr), timeout=10)
    assert answer.status_code == 400
    assert answer.text == "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_token"


def test_an_unsigned_call_gets_what_strangers_get(flickr: SandboxFlickr) -> None:
    flickr.add_photo(picture(), is_public=False)
    public = flickr.add_photo(picture())
    form = {"method": "flickr.people.getPhotos", "user_id": flickr.account.nsid, "api_key": flickr.api_key}
    form.update(format="json", nojsoncallback="1", extras="original_format,url_o")
    page = requests.post(f"{flickr.url}/services/rest/", data=form, timeout=10).json()["photos"]["photo"]
    null = requests.post(f"{flickr.url}/services/rest/", data={**form, "method": "flickr.test.null"}, timeout=10).json()
    assert [row["id"] for row in page] == [public]
    assert "originalsecret" not in page[0]
    assert "url_o" not in page[0]
    assert null["code"] == 99
    assert null["message"] == "Insufficient permissions. Method requires read privileges; none granted."


def test_a_login_for_reading_cannot_write(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture(), title="kept")
    reader = Caller(flickr, "read")
    answer = reader.call("flickr.photos.setMeta", photo_id=photo_id, title="changed", description="")
    replaced = reader.replace(photo_id, picture(900, 900))
    assert answer["message"] == "Insufficient permissions. Method requires write privileges; read granted."
    assert replaced[0].get("code") == "99"
    assert flickr.photo(photo_id).title == "kept"
    assert flickr.photo(photo_id).history == []


@pytest.mark.parametrize(("answer", "status", "text"), [("98", 200, "Invalid token"), ("401", 401, "token_rejected")])
def test_a_revoked_login_is_refused(flickr: SandboxFlickr, answer: str, status: int, text: str) -> None:
    flickr.habits.bad_token_answer = "98" if answer == "98" else "401"
    caller = Caller(flickr)
    flickr.revoke(caller.token[0])
    refused = caller.post("flickr.test.login")
    assert refused.status_code == status
    assert text in refused.text


@pytest.mark.parametrize(
    ("key", "words"),
    [("short", "Key has invalid format"), ("0" * 32, "Key not found"), ("", "Key has invalid format")],
)
def test_a_wrong_key_is_error_100(flickr: SandboxFlickr, key: str, words: str) -> None:
    form = {"method": "flickr.test.echo", "api_key": key}
    answer = requests.post(f"{flickr.url}/services/rest/", data=form, timeout=10)
    assert answer.status_code == 200
    assert f'code="100" msg="Invalid API Key ({words})"' in answer.text


def test_a_key_that_was_switched_off_says_so(flickr: SandboxFlickr) -> None:
    flickr.keys.key_expired = True
    assert Caller(flickr).call("flickr.test.login")["message"] == "Invalid API Key (Key has expired)"


def test_an_unknown_method_is_error_112(flickr: SandboxFlickr) -> None:
    answer = Caller(flickr).call("flickr.fakeMethod")
    assert answer == {"stat": "fail", "code": 112, "message": 'Method "flickr.fakeMethod" not found'}


def test_check_token_fails_on_a_500_and_works_again(flickr: SandboxFlickr) -> None:
    api = Caller(flickr).flickrapi(format="parsed-json")
    flickr.faults.add(Fault("flickr.auth.oauth.checkToken", Status(500)))
    with pytest.raises(FlickrError):
        api.auth.oauth.checkToken()
    assert Caller(flickr).call("flickr.auth.oauth.checkToken")["oauth"]["perms"]["_content"] == "write"


def test_the_log_holds_nothing_secret(flickr: SandboxFlickr) -> None:
    caller = Caller(flickr)
    caller.call("flickr.test.login")
    session, request_token = _begin(flickr)
    session.fetch_access_token(f"{_steps(flickr)}/access_token", flickr.authorize(request_token))
    written = repr(flickr.log)
    secrets = [flickr.api_key, flickr.api_secret, *caller.token, request_token, *flickr.keys.access_tokens]
    assert [secret for secret in secrets if secret in written] == []


@pytest.mark.parametrize("header", ["OAuth nonsense", "OAuth ", 'OAuth oauth_nonce="1",oauth_nonce="2"'])
def test_a_header_that_makes_no_sense_is_refused(flickr: SandboxFlickr, header: str) -> None:
    form = {"method": "flickr.test.login"}
    answer = requests.post(f"{flickr.url}/services/rest/", data=form, headers={"Authorization": header}, timeout=10)
    assert (answer.status_code, answer.text[:14]) == (400, "oauth_problem=")


def test_a_signature_may_stand_in_the_query(flickr: SandboxFlickr) -> None:
    token = flickr.issue_token()
    auth = OAuth1(flickr.api_key, flickr.api_secret, *token, signature_type="query")
    answer = requests.get(f"{flickr.url}/services/rest/", {"method": "flickr.test.login"}, auth=auth, timeout=10)
    assert 'stat="ok"' in answer.text
