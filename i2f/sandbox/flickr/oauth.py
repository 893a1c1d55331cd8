"""OAuth 1.0a as Flickr asks for it: keys, tokens, nonces, and signatures verified by oauthlib.

Three steps under /services/oauth/, HMAC-SHA1 only, and an out-of-band code of nine digits (123-456-789). The words of
the refusals are those recorded from Flickr (2013, 2023); which one a revoked token gets is not established and
therefore a habit. The server's clock is given, so that a test can set it wrong.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import quote

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint
from oauthlib.oauth1.rfc5849 import errors, signature, utils

from i2f.sandbox.flickr.refusals import OAuthRefusal, Refusal

_CLOCK_TOLERANCE_S = 600
_FORM = "application/x-www-form-urlencoded"
_REQUIRED = (
    "oauth_consumer_key",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
    "oauth_timestamp",
)


@dataclass
class RequestToken:
    """The token of the first step; `verifier` is there once the person has agreed."""

    token: str
    secret: str
    callback: str
    verifier: str | None = None
    perms: str = "read"


@dataclass(frozen=True)
class AccessToken:
    """A login: the token, its secret, and what it may do."""

    token: str
    secret: str
    perms: str


@dataclass(frozen=True)
class SignedRequest:
    """What of an HTTP request its signature covers; `body` is the form, url-encoded, without any file."""

    method: str
    url: str
    body: str
    headers: Mapping[str, str]


class _Validator(RequestValidator):  # type: ignore[misc]
    """Hands oauthlib the secrets that it needs for checking a signature."""

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self._keys = keys

    def get_client_secret(self, client_key: str, request: object) -> str:
        return self._keys.api_secret

    def get_request_token_secret(self, client_key: str, token: str, request: object) -> str:
        return self._keys.request_tokens[token].secret

    def get_access_token_secret(self, client_key: str, token: str, request: object) -> str:
        return self._keys.access_tokens[token].secret


Pairs = list[tuple[str, str]]


class _Endpoint(SignatureOnlyEndpoint):  # type: ignore[misc]
    """oauthlib's own reading and checking of a request, step by step, so that each refusal gets Flickr's words."""

    def read(self, signed: SignedRequest) -> dict[str, str]:
        self.request = self._create_request(signed.url, signed.method, signed.body, dict(signed.headers))
        return dict(self.request.oauth_params)

    def _get_signature_type_and_params(self, request: Any) -> tuple[str, Pairs, Pairs]:
        """Let oauth_callback stand in the body beside a header with the rest, as flickrapi sends it."""
        collect = signature.collect_parameters
        params: Pairs = collect(headers=request.headers, exclude_oauth_signature=False, with_realm=True)
        params += collect(body=request.body, exclude_oauth_signature=False)
        params += collect(uri_query=request.uri_query, exclude_oauth_signature=False)
        return "", params, utils.filter_oauth_params(params)

    def signature_is_right(self, *, of_request_token: bool) -> bool:
        return bool(self._check_signature(self.request, is_token_request=of_request_token))

    def base_string(self) -> str:
        params = signature.normalize_parameters([pair for pair in self.request.params if pair[0] != "oauth_signature"])
        uri = signature.base_string_uri(self.request.uri)
        return str(signature.signature_base_string(self.request.http_method, uri, params))


@dataclass
class Keys:
    """The one API key of the sandbox and every token it ever gave out."""

    now: Callable[[], float]
    api_key: str = hashlib.md5(b"sandbox key", usedforsecurity=False).hexdigest()
    api_secret: str = hashlib.md5(b"sandbox secret", usedforsecurity=False).hexdigest()[:16]
    key_expired: bool = False
    bad_token_answer: Callable[[], str] = lambda: "98"
    request_tokens: dict[str, RequestToken] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)
    used_nonces: set[tuple[str, str]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _count: itertools.count[int] = field(default_factory=itertools.count)

    def check_key(self, api_key: str) -> None:
        """Refuse a key that is malformed, unknown or switched off."""
        if len(api_key) != 32 or not all(letter in "0123456789abcdef" for letter in api_key):
            raise Refusal(100, "Invalid API Key (Key has invalid format)")
        if api_key != self.api_key:
            raise Refusal(100, "Invalid API Key (Key not found)")
        if self.key_expired:
            raise Refusal(100, "Invalid API Key (Key has expired)")

    def verify(self, signed: SignedRequest, *, with_request_token: bool = False) -> dict[str, str]:
        """Check a signed request and return its oauth parameters, or refuse as Flickr does."""
        endpoint = _Endpoint(_Validator(self))
        try:
            oauth = endpoint.read(signed)
        except (errors.OAuth1Error, ValueError) as error:
            raise OAuthRefusal(400, "parameter_rejected") from error
        _check_complete(oauth)
        self._check_time(oauth)
        self.check_key(oauth["oauth_consumer_key"])
        if with_request_token and oauth.get("oauth_token", "") not in self.request_tokens:
            raise OAuthRefusal(401, "token_rejected")
        token = oauth.get("oauth_token", "")
        if not with_request_token and token and token not in self.access_tokens:
            if self.bad_token_answer() == "98":
                raise Refusal(98, "Invalid token")
            raise OAuthRefusal(401, "token_rejected")
        if not endpoint.signature_is_right(of_request_token=with_request_token):
            raise OAuthRefusal(401, f"signature_invalid&debug_sbs={endpoint.base_string()}")
        self._use_nonce((oauth["oauth_timestamp"], oauth["oauth_nonce"]))
        return oauth

    def _use_nonce(self, nonce: tuple[str, str]) -> None:
        with self._lock:
            if nonce in self.used_nonces:
                raise OAuthRefusal(401, "nonce_used")
            self.used_nonces.add(nonce)

    def _check_time(self, oauth: dict[str, str]) -> None:
        stamp = oauth["oauth_timestamp"]
        if not stamp.isdigit() or abs(self.now() - int(stamp)) > _CLOCK_TOLERANCE_S:
            raise OAuthRefusal(401, "timestamp_refused")

    def new_request_token(self, callback: str) -> RequestToken:
        """First step: a token that the person can agree to."""
        made = RequestToken(*self._fresh(), callback=callback)
        self.request_tokens[made.token] = made
        return made

    def authorize(self, token: str, perms: str) -> str:
        """Second step: the person agrees; the code of nine digits."""
        asked = self.request_tokens[token]
        asked.perms = perms
        digits = f"{int(hashlib.sha256(token.encode()).hexdigest(), 16) % 10**9:09d}"
        asked.verifier = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
        return asked.verifier

    def exchange(self, token: str, verifier: str) -> AccessToken:
        """Third step: the code becomes a login, once."""
        asked = self.request_tokens[token]
        if asked.verifier is None or verifier != asked.verifier:
            raise OAuthRefusal(401, "verifier_invalid")
        del self.request_tokens[token]
        return self.issue(asked.perms)

    def issue(self, perms: str) -> AccessToken:
        """Make a login without the three steps."""
        made = AccessToken(*self._fresh(), perms=perms)
        self.access_tokens[made.token] = made
        return made

    def _fresh(self) -> tuple[str, str]:
        digest = hashlib.sha256(f"token {next(self._count)} {id(self)}".encode()).hexdigest()
        return f"72157720{int(digest[:12], 16) % 10**9:09d}-{digest[:16]}", digest[16:32]


def _check_complete(oauth: dict[str, str]) -> None:
    absent = [name for name in _REQUIRED if not oauth.get(name)]
    if absent:
        raise OAuthRefusal(400, "parameter_absent&oauth_parameters_absent=" + quote("&".join(absent)))
    if oauth["oauth_signature_method"] != "HMAC-SHA1":
        raise OAuthRefusal(400, "signature_method_rejected")
    if oauth.get("oauth_version", "1.0") != "1.0":
        raise OAuthRefusal(400, "version_rejected&oauth_acceptable_versions=1.0-1.0")
