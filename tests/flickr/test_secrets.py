"""No token, secret or code in a log, an error or a repr, at any level and whoever writes it."""

from __future__ import annotations

import io
import logging
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from flickr_client import Access, FlickrClient, Network, Token, begin_login
from i2f.ground.errors import SyncError
from i2f.ground.log_redaction import MaskSecrets, hide, masked
from i2f.ground.rate_limit import CallBudget, ForgetfulHistory
from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.faults import Kind
from i2f.sandbox.flickr.kinds import ApiError, DropBefore, Html, OAuthError, Status
from tests.support.flickr_side import logged_in, named, picture
from tests.support.hand_clock import HandClock


@pytest.fixture
def everything() -> Iterator[io.StringIO]:
    """All that any logger writes at DEBUG, through a handler that masks nothing itself."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def secrets_of(flickr: SandboxFlickr) -> set[str]:
    found = {flickr.api_secret}
    for token in flickr.keys.access_tokens.values():
        found |= {token.token, token.secret}
    for asked in flickr.keys.request_tokens.values():
        found |= {asked.token, asked.secret, asked.verifier or flickr.api_secret}
    return found


def test_the_libraries_debug_logs_hold_nothing_secret(
    flickr: SandboxFlickr, everything: io.StringIO, tmp_path: Path
) -> None:
    clock = HandClock()
    budget, network = CallBudget(3600, ForgetfulHistory(), clock), Network(5, 5, flickr.url)
    address, pending = begin_login(flickr.api_key, flickr.api_secret, network, budget)
    code = flickr.authorize(address.partition("oauth_token=")[2].partition("&")[0])
    known = secrets_of(flickr)
    token = pending.finish(code)
    known |= secrets_of(flickr)
    photo_id = flickr.add_photo(picture(64, 48), title="Harbour")
    big = tmp_path / "big.jpg"
    big.write_bytes(picture(800, 600))
    refusal = OAuthError(f"signature_invalid&debug_sbs=POST&oauth_token%3D{token.token}%26x")
    flickr.faults.add(Fault(where="flickr.photos.getInfo", kind=refusal))
    flickr.faults.add(Fault(where="flickr.photos.getSizes", kind=Status(500, body=f"oauth_token={token.token}&x=1")))
    flickr.faults.add(Fault(where="replace", kind=Status(500, body=f"oauth_token={token.token}&x=1"), skip=1))
    access = Access(flickr.api_key, flickr.api_secret, token.token, token.token_secret)
    with FlickrClient(access, network, budget, clock) as client:
        client.who_am_i()
        client.get_original_size(photo_id)
        client.replace(photo_id, big, "Harbour")
        with pytest.raises(SyncError):
            client.replace(photo_id, big, "Harbour")
        with pytest.raises(SyncError):
            client.get_info(photo_id)
    text = everything.getvalue()
    for written_by in ("flickr.test.login", "do_upload: prepared headers", "Status code 500", "base string", "Signing"):
        assert written_by in text
    assert {secret for secret in known if secret in text} == set()
    assert re.findall(r"oauth_(?:signature|nonce)=[\"']?[A-Za-z0-9]", text) == []


@pytest.mark.parametrize(
    "text",
    [
        'OAuth oauth_nonce="123456", oauth_token="SECRET", oauth_signature="SECRET%3D"',
        "oauth_token=SECRET&oauth_token_secret=SECRET&x=1",
        "POST&https%3A%2F%2Fapi&oauth_token%3DSECRET%26oauth_version%3D1.0",
        "debug_sbs=a%2526oauth_token%253DSECRET%2526b",
        "{'oauth_token': 'SECRET', 'oauth_token_secret': 'SECRET'}",
        "[('oauth_token', 'SECRET'), ('oauth_verifier', 'SECRET')]",
        "b'oauth_token=SECRET&oauth_token_secret=SECRET'",
        "<Client resource_owner_key=SECRET, resource_owner_secret=SECRET, verifier=SECRET>",
        '"api_secret": "SECRET"',
        "Signature: SECRET=",
        "http://jane:SECRET@proxy.example:3128/",
    ],
)
def test_what_looks_like_a_secret_is_masked_by_its_name(text: str) -> None:
    assert "SECRET" not in masked(text)


def test_what_is_known_to_be_secret_is_masked_wherever_it_stands() -> None:
    hide("72157-abc/def+")
    assert masked("x72157-abc/def+y 72157-abc%2Fdef%2B 72157-abc%252Fdef%252B") == "x***y *** ***"


@pytest.mark.parametrize(
    "text",
    [
        "Calling {'method': 'flickr.test.login', 'format': 'json'}",
        "GET /65535/53_abc_o.jpg HTTP/1.1 200 512",
        "",
        "photo 53000000001: Harbour & sky = 100 %",
    ],
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert masked(text) == text


def test_control_characters_do_nothing_in_a_terminal() -> None:
    assert masked("a\x1b[2Jb\rc\nd\te") == "a\\x1b[2Jb\\x0dc\nd\te"


def test_a_record_is_masked_with_its_arguments_and_its_traceback() -> None:
    hide("known-secret-1")
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(MaskSecrets())
    logger = logging.Logger("aside")
    logger.addHandler(handler)
    logger.warning("%s and %(x)s", "known-secret-1")
    logger.warning("here: %s", {"oauth_token": "abcdef"})
    try:
        raise ValueError("oauth_token=abcdef known-secret-1")
    except ValueError:
        logger.exception("failed")
    text = written.getvalue()
    assert "known-secret-1" not in text
    assert "abcdef" not in text
    assert "ValueError" in text


def test_a_login_shows_nothing_secret_in_its_repr() -> None:
    access = Access("key", "topsecret1", "topsecret2", "topsecret3")
    token = Token("topsecret1", "topsecret2", "7@N01", "jane", "Jane", "write")
    assert "topsecret" not in f"{access} {access!r} {token} {token!r}"


@pytest.mark.parametrize(
    "trouble",
    [
        OAuthError("token_rejected"),
        Status(500),
        Status(400),
        DropBefore(),
        Html(),
        ApiError(98, "Invalid auth token"),
    ],
    ids=named,
)
def test_no_traceback_holds_a_secret(flickr: SandboxFlickr, tmp_path: Path, trouble: Kind) -> None:
    flickr.faults.add(Fault(where="*", kind=trouble, times=None))
    big = tmp_path / "big.jpg"
    big.write_bytes(picture(80, 60))
    with logged_in(flickr) as side:
        for call in (side.client.who_am_i, lambda: side.client.replace("1", big, "x")):
            with pytest.raises(SyncError) as caught:
                call()
            text = "".join(traceback.format_exception(caught.value))
            assert {secret for secret in secrets_of(flickr) if secret in text} == set()


PROGRAM = """
import logging, sys
sys.path.insert(0, ".")
from flickr_client import *
from i2f.ground.rate_limit import *
level, url, key, secret, token, token_secret = sys.argv[1:]
if level == "debug":
    logging.basicConfig(level=logging.DEBUG)
clock = SystemClock()
budget = CallBudget(9, ForgetfulHistory(), clock)
with FlickrClient(Access(key, secret, token, token_secret), Network(5, 5, url), budget, clock) as client:
    try:
        client.who_am_i()
    except Exception as error:
        print(error)
"""


@pytest.mark.parametrize("level", ["quiet", "debug"])
def test_a_program_of_its_own_shows_no_secret_and_unasked_nothing(flickr: SandboxFlickr, level: str) -> None:
    flickr.faults.add(Fault(where="flickr.test.login", kind=OAuthError("token_rejected")))
    known = {flickr.api_secret, *flickr.issue_token()}
    token = next(iter(flickr.keys.access_tokens.values()))
    arguments = [level, flickr.url, flickr.api_key, flickr.api_secret, token.token, token.secret]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert "run `login` again" in done.stdout
    assert ("token_rejected" in done.stderr) is (level == "debug")
    assert {secret for secret in known if secret in done.stdout + done.stderr} == set()
    assert level == "debug" or done.stderr == ""
