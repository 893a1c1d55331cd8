"""What cannot be played on the loopback: names that are not known, broken TLS, and words of failures."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import urllib3
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, SSLError

from i2f.flickr.failures import Passing, Refused, from_connection, sending_from_connection, shown, stopped
from i2f.ground.errors import ReplyLostError, StoppedError

POOL: Any = urllib3.HTTPSConnectionPool("api.flickr.com")
CONNECTION: Any = urllib3.connection.HTTPSConnection("api.flickr.com")
REASON: Any = OSError("no")
NAME = MaxRetryError(POOL, "/", NameResolutionError("api.flickr.com", CONNECTION, REASON))
REFUSED = MaxRetryError(POOL, "/", NewConnectionError(CONNECTION, "refused"))
BROKEN_TLS = MaxRetryError(POOL, "/", SSLError("EOF occurred in violation of protocol"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.ConnectionError(NAME), "unknown host name"),
        (requests.ConnectionError(REFUSED), "connection refused"),
        (requests.exceptions.SSLError(BROKEN_TLS), "no secure connection"),
        (requests.exceptions.ConnectTimeout(), "connection timed out"),
        (requests.exceptions.ProxyError(), "the proxy"),
    ],
)
def test_when_nobody_answers_the_run_stops_and_a_picture_was_not_sent(error: Exception, words: str) -> None:
    trouble = from_connection(error)
    assert isinstance(trouble, Passing)
    assert not trouble.reached
    ending = stopped(trouble, "api.flickr.com")
    assert isinstance(ending, StoppedError)
    assert f"no network: api.flickr.com cannot be reached ({words}" in str(ending)
    sending = sending_from_connection(error, begun=False)
    assert isinstance(sending, Refused)
    assert not sending.final


@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectionError(NAME),
        requests.ConnectionError("reset"),
        requests.exceptions.ReadTimeout(),
        requests.exceptions.ChunkedEncodingError(),
        requests.exceptions.SSLError(BROKEN_TLS),
        urllib3.exceptions.HTTPError(),
        requests.exceptions.ProxyError(),
        OSError(5, "Input/output error"),
    ],
)
def test_once_any_of_the_picture_left_every_break_is_a_lost_reply(error: Exception) -> None:
    assert isinstance(sending_from_connection(error, begun=True), ReplyLostError)


def test_other_peoples_words_are_made_fit_for_one_line() -> None:
    assert shown("a\x1b[31m\r\nb\u202ec\x00" + "d" * 500) == "a [31m b c " + "d" * 146 + "..."
