"""Logging in: three steps, a code of nine digits, and what is said when one goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from flickr_client import Network, PendingLogin, begin_login
from i2f.ground.errors import LoginError, SettingsError, StoppedError, SyncError
from i2f.ground.log_redaction import masked
from i2f.ground.rate_limit import CallBudget, ForgetfulHistory
from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.faults import Kind
from i2f.sandbox.flickr.kinds import DropAfter, DropBefore, Html, OAuthError, Rewritten, Status
from tests.support.flickr_side import named
from tests.support.hand_clock import HandClock


def begun(flickr: SandboxFlickr, key: str = "", secret: str = "") -> tuple[str, PendingLogin]:
    budget = CallBudget(100, ForgetfulHistory(), HandClock())
    return begin_login(key or flickr.api_key, secret or flickr.api_secret, Network(5, 5, flickr.url), budget)


def agreed(flickr: SandboxFlickr, address: str) -> str:
    """The code Flickr shows to a person who agrees."""
    return flickr.authorize(address.partition("oauth_token=")[2].partition("&")[0])


@pytest.mark.parametrize("form", ["{}-{}-{}", "{}{}{}", " {} {} {} \n", "{}\u2013{}\u2013{}"])
def test_the_code_is_taken_with_dashes_or_without(flickr: SandboxFlickr, form: str) -> None:
    address, pending = begun(flickr)
    assert address.endswith("&perms=write")
    token = pending.finish(form.format(*agreed(flickr, address).split("-")))
    assert flickr.keys.access_tokens[token.token].secret == token.token_secret
    assert (token.nsid, token.username, token.fullname, token.perms) == (
        flickr.account.nsid,
        flickr.account.username,
        flickr.account.fullname,
        "write",
    )


@pytest.mark.parametrize("code", ["", "123", "12-345-678", "1234567890", "abc-def-ghi", "\u0661" * 9])
def test_a_code_that_cannot_be_one_is_not_sent(flickr: SandboxFlickr, code: str) -> None:
    _, pending = begun(flickr)
    with pytest.raises(LoginError, match="nine digits.*login"):
        pending.finish(code)
    assert not flickr.requests("access_token")


def test_a_wrong_code_says_to_begin_anew(flickr: SandboxFlickr) -> None:
    address, pending = begun(flickr)
    right = agreed(flickr, address)
    wrong = right.translate(str.maketrans("0123456789", "1234567890"))
    with pytest.raises(LoginError, match="does not accept that code.*login"):
        pending.finish(wrong)


@pytest.mark.parametrize(("key", "secret"), [("0" * 32, ""), ("wrong", ""), ("", "0" * 16)])
def test_a_wrong_key_or_secret_is_a_matter_of_settings(flickr: SandboxFlickr, key: str, secret: str) -> None:
    with pytest.raises(SettingsError, match=r"\[flickr\] api_key"):
        begun(flickr, key, secret)


@pytest.mark.parametrize("trouble", [Status(500), Status(429), DropBefore(), DropAfter(), Html()], ids=named)
def test_the_first_step_is_tried_again(flickr: SandboxFlickr, trouble: Kind) -> None:
    flickr.faults.add(Fault(where="request_token", kind=trouble, times=3))
    address, pending = begun(flickr)
    assert pending.finish(agreed(flickr, address)).token


@pytest.mark.parametrize(
    "trouble",
    [
        DropAfter(),
        Status(502, after_work=True),
        Html(after_work=True),
        Rewritten(lambda body: b"fullname=x"),
        Rewritten(lambda body: b"\xff\xfe"),
    ],
    ids=named,
)
def test_a_lost_answer_to_the_code_says_to_begin_anew_and_asks_once(flickr: SandboxFlickr, trouble: Kind) -> None:
    flickr.faults.add(Fault(where="access_token", kind=trouble))
    address, pending = begun(flickr)
    with pytest.raises(LoginError, match="lost.*login"):
        pending.finish(agreed(flickr, address))
    assert len(flickr.requests("access_token")) == 1


@pytest.mark.parametrize(
    ("where", "trouble", "error", "words"),
    [
        ("request_token", OAuthError("timestamp_refused"), StoppedError, "clock"),
        ("request_token", Status(503), StoppedError, "www.flickr.com keeps failing"),
        ("access_token", OAuthError("token_rejected"), LoginError, "login"),
        ("access_token", OAuthError("verifier_invalid"), LoginError, "code"),
        ("access_token", OAuthError("permission_denied"), LoginError, "login"),
    ],
    ids=named,
)
def test_each_refusal_is_one_line_that_says_what_to_do(
    flickr: SandboxFlickr, where: str, trouble: Kind, error: type[SyncError], words: str
) -> None:
    flickr.faults.add(Fault(where=where, kind=trouble, times=None))
    with pytest.raises(error, match=words):  # noqa: PT012 - either step may raise
        address, pending = begun(flickr)
        pending.finish(agreed(flickr, address))


def test_a_fresh_login_is_masked_from_the_start(flickr: SandboxFlickr) -> None:
    address, pending = begun(flickr)
    code = agreed(flickr, address)
    token = pending.finish(code)
    assert masked(f"{token.token} {token.token_secret} {code} {flickr.api_secret}") == "*** *** *** ***"


def test_nothing_is_written_to_the_home_folder(
    flickr: SandboxFlickr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    address, pending = begun(flickr)
    pending.finish(agreed(flickr, address))
    assert list(tmp_path.iterdir()) == []
