"""What a failure of Flickr's means: whether it may pass, whether it is final, and what the person should do.

Flickr fails in four ways: by an HTTP status (OAuth refusals are 400 or 401 with `oauth_problem=` as text; overload
is 429; the rest are proxies in front of it), by `stat=fail` and a code with HTTP 200, by an answer that is none
(a "502 Bad Gateway" page with HTTP 200 was seen), and by silence. While reading, whatever may pass is `Passing` and
tried again. After a picture was sent only a plain refusal is `Refused`; everything else is a lost reply, since
Flickr has taken pictures whose sending ended in an error (reports of several uploaders, 2016 to 2019).

Nothing here quotes a request, an OAuth base string or the text of a network exception: those can hold tokens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
import urllib3

from i2f.ground.errors import (
    LoginError,
    NotAllowedError,
    NotProError,
    PictureError,
    PictureGoneError,
    ReplyLostError,
    SettingsError,
    StoppedError,
    SyncError,
)

UNTOUCHED = "no photo was being changed"
LOGIN_AGAIN = "run `login` again"
# Codes that pass (105 and 201 "currently unavailable", 106 write failed; 0 with 201's text): recorded or documented.
PASSING_CODES = frozenset({0, 105, 106, 201})
# A longer wait asked for by Flickr ends the run instead, with the time in the message.
LONGEST_WAIT_S = 900.0

_OAUTH_PROBLEM = re.compile(rb"oauth_problem=([a-z_]{1,40})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_WRONG_KEY = frozenset({"consumer_key_unknown", "consumer_key_rejected", "consumer_key_refused"})


class Passing(Exception):
    """Something that may be over in a moment; `reached` False means that nobody answered at all."""

    def __init__(
        self, words: str, *, reached: bool = True, throttled: bool = False, after_s: float | None = None
    ) -> None:
        """`after_s` is how long Flickr asked to wait."""
        super().__init__(words)
        self.reached = reached
        self.throttled = throttled
        self.after_s = after_s


class Refused(PictureError):
    """Flickr plainly did not do it. `final`: it would refuse the same again."""

    def __init__(self, message: str, code: int | None = None, *, final: bool) -> None:
        """`code` is Flickr's, None where an HTTP status or a missing connection said it."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.final = final


class DuplicateError(Refused):
    """Flickr made no new photo, since it holds this very file already; `photo_id` is where, None where not said."""

    def __init__(self, message: str, code: int | None, photo_id: str | None) -> None:
        """Keep which photo it is."""
        super().__init__(message, code, final=True)
        self.photo_id = photo_id


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as Flickr words it: `stat=fail` with its code; `duplicate_of` is the photo it names as the same."""

    code: int | None
    message: str
    duplicate_of: str | None = None

    @property
    def words(self) -> str:
        """For the person, with Flickr's own text."""
        return f"Flickr says {shown(self.message) or 'no'!r} (error {self.code})"


def shown(text: str, longest: int = 160) -> str:
    """Return somebody else's text made fit for one line."""
    plain = _CONTROL.sub(" ", text).strip()
    return plain if len(plain) <= longest else plain[: longest - 3] + "..."


def stopped(passing: Passing, host: str) -> SyncError:
    """Return how a run ends when what should pass does not."""
    if not passing.reached:
        return StoppedError(f"no network: {host} cannot be reached ({passing}); {UNTOUCHED}, run again")
    return StoppedError(f"{host} keeps failing ({passing}); {UNTOUCHED}, run again later")


def from_status(response: requests.Response, now: float) -> Passing | SyncError:
    """Return what an HTTP status other than 200 means for a call that only reads, or may be made twice."""
    status = response.status_code
    if status in {400, 401}:
        return _from_oauth(_OAUTH_PROBLEM.search(_body(response)), response, now)
    if status == 429 or status >= 500 or status == 408:
        after_s = retry_after_s(response, now)
        if after_s is not None and after_s > LONGEST_WAIT_S:
            until = datetime.fromtimestamp(now + after_s, UTC).astimezone().strftime("%H:%M")
            return StoppedError(f"Flickr asks to wait until {until}; {UNTOUCHED}, run again after that")
        return Passing(f"HTTP {status}", throttled=status == 429, after_s=after_s)
    if status < 400:
        return Passing(f"HTTP {status}, perhaps from a network with a login page of its own")
    return StoppedError(f"Flickr or a proxy refuses the request (HTTP {status}); {UNTOUCHED}")


def from_failure(failure: Failure, photo_id: str | None) -> Passing | SyncError:
    """Return what `stat=fail` means for a call that only reads, or may be made twice."""
    if failure.code in PASSING_CODES:
        return Passing(f"error {failure.code}")
    account = _about_account(failure)
    if account is not None:
        return account
    if photo_id is None:
        return StoppedError(f"{failure.words}; {UNTOUCHED}")
    if failure.code == 1:
        return PictureGoneError(f"photo {photo_id} is no longer on Flickr")
    return Refused(failure.words, failure.code, final=True)


def from_connection(error: Exception) -> Passing | SyncError:
    """Return what a failure of the network means for a call that only reads, or may be made twice."""
    reason = _reason(error)
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return StoppedError(f"the certificate shown for Flickr is not trusted (see REQUESTS_CA_BUNDLE); {UNTOUCHED}")
    if isinstance(error, _WRONG_ENVIRONMENT):
        return SettingsError(f"a proxy variable in the environment is not usable ({type(error).__name__})")
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        return SettingsError("the file that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names cannot be used")
    if isinstance(reason, urllib3.exceptions.NameResolutionError):
        return Passing("unknown host name", reached=False)
    if isinstance(error, requests.exceptions.ProxyError):
        return Passing("the proxy refuses it", reached=False)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Passing("connection timed out", reached=False)
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return Passing("connection refused", reached=False)
    if isinstance(error, requests.exceptions.SSLError):
        return Passing("no secure connection possible", reached=False)
    if isinstance(error, requests.exceptions.Timeout):
        return Passing("silence")
    return Passing("the connection was lost")


def sending_from_status(response: requests.Response, now: float) -> SyncError:
    """Return what an HTTP status other than 200 means after a picture was sent."""
    status = response.status_code
    problem = _OAUTH_PROBLEM.search(_body(response)) if status in {400, 401} else None
    # The same nonce twice: somebody on the way sent our request again, and the first may have got through.
    if problem is not None and problem.group(1) != b"nonce_used":
        failure = _from_oauth(problem, response, now)
        return failure if isinstance(failure, SyncError) else Refused(str(failure), final=False)
    if status in {403, 404, 405, 411, 413, 414, 415}:
        return Refused(f"Flickr or a proxy refused the picture (HTTP {status})", final=True)
    if status == 429:
        return Refused("rate limit reached (HTTP 429)", final=False)
    return lost(f"HTTP {status}")


def sending_from_failure(failure: Failure, photo_id: str) -> SyncError:
    """Return what `stat=fail` means after a picture was sent: it was not taken."""
    account = _about_account(failure)
    if account is not None:
        return account
    if failure.code is None:
        return lost("a refusal without a code")
    if failure.code in {1, 2} and "not found" in failure.message.lower():
        return PictureGoneError(f"photo {photo_id} is no longer on Flickr")
    if failure.code == 1:
        return NotProError(
            "this Flickr account is not Pro, and only Pro accounts can replace photos; none was replaced"
        )
    # 2 no photo and 4 zero bytes tell of a sending that went wrong on the way, 3 is the general failure.
    return Refused(failure.words, failure.code, final=failure.code not in PASSING_CODES | {2, 3, 4})


def uploading_from_failure(failure: Failure) -> SyncError:
    """Return what `stat=fail` means after a new photo was sent.

    Only what could never become a photo counts as refused. With every other code photos were seen to have been made all
    the same, and sending again doubled them (oPromessa's uploader, issue 56, 2018): those are lost replies.
    """
    account = _about_account(failure)
    if account is not None:
        return account
    if failure.code == 9:
        return DuplicateError(failure.words, 9, failure.duplicate_of)
    if failure.code in {2, 4}:
        return Refused(failure.words, failure.code, final=False)
    if failure.code in {5, 6, 8}:
        return Refused(failure.words, failure.code, final=True)
    return lost(failure.words)


def sending_from_connection(error: Exception, *, begun: bool) -> SyncError:
    """Return what a failure of the network means; `begun` says whether any of the picture had been sent."""
    failure = from_connection(error)
    if begun:
        return lost(str(failure) if isinstance(failure, Passing) else "the connection failed")
    return failure if isinstance(failure, SyncError) else Refused(f"Flickr was not reached: {failure}", final=False)


def lost(words: str) -> ReplyLostError:
    """Return the error for a picture that Flickr may or may not have taken."""
    return ReplyLostError(
        f"the picture was sent, but Flickr's reply was lost ({words}); it may or may not have arrived"
    )


def retry_after_s(response: requests.Response, now: float) -> float | None:
    """Return how long Flickr asks to wait, by seconds or by date."""
    asked = response.headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        return float(asked)
    date = _date(asked)
    return None if date is None else max(0.0, date - now)


# requests and urllib3 each have their own words for a proxy address that is none.
_WRONG_ENVIRONMENT = (
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    urllib3.exceptions.ProxySchemeUnknown,
    urllib3.exceptions.LocationValueError,
)


def _about_account(failure: Failure) -> SyncError | None:
    """Return the failure that has nothing to do with one photo: login, key, method."""
    code = failure.code
    if code == 99:
        if "requires delete" in failure.message:
            return NotAllowedError("this login does not allow deleting")
        return NotAllowedError(f"this login is read-only; {LOGIN_AGAIN} to grant write access")
    if code == 98:
        return LoginError(f"Flickr no longer accepts this login; {LOGIN_AGAIN}")
    if code == 100:
        return SettingsError(f"Flickr rejects the key, see [flickr] api_key: {failure.words}")
    if code in {96, 97}:
        return LoginError(f"Flickr refuses the signature; check [flickr] api_secret, then {LOGIN_AGAIN}")
    if code in {95, 111, 112, 114, 115, 116}:
        return StoppedError(f"{failure.words}; {UNTOUCHED}")
    return None


def _from_oauth(problem: re.Match[bytes] | None, response: requests.Response, now: float) -> Passing | SyncError:
    word = problem.group(1).decode() if problem else ""
    if word == "nonce_used":
        return Passing("the request arrived twice")
    if word == "timestamp_refused":
        return StoppedError(f"Flickr rejects this computer's clock{_skew(response, now)}; set the clock and run again")
    if word in _WRONG_KEY:
        return SettingsError(f"Flickr does not know the key, see [flickr] api_key ({word})")
    if word == "signature_invalid":
        return LoginError(f"Flickr refuses the signature; check [flickr] api_secret, then {LOGIN_AGAIN}")
    if word == "verifier_invalid":
        return LoginError(f"Flickr does not accept that code; {LOGIN_AGAIN} and type the new one")
    if not word:
        return StoppedError(f"Flickr or a proxy refuses the request (HTTP {response.status_code}); {UNTOUCHED}")
    return LoginError(f"Flickr no longer accepts this login ({word}); {LOGIN_AGAIN}")


def _skew(response: requests.Response, now: float) -> str:
    date = _date(response.headers.get("Date", ""))
    if date is None or abs(now - date) < 60:
        return ""
    return f", which is {round(abs(now - date) / 60)} minutes {'ahead' if now > date else 'behind'}"


def _date(text: str) -> float | None:
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _body(response: requests.Response) -> bytes:
    """Return the body, or what there is of it when it breaks off."""
    try:
        return response.content
    except (requests.RequestException, RuntimeError):
        return b""


def _reason(error: Exception) -> object:
    """Return what urllib3 gave as the reason, below requests' own wrapping."""
    inner = error.args[0] if error.args else None
    return inner.reason if isinstance(inner, urllib3.exceptions.MaxRetryError) else inner
