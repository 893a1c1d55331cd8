"""The addresses of the pretend Flickr, and the way every request takes: noted, struck by faults, checked, answered."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode

from flask import Flask, Response, request
from flask import Request as FlaskRequest
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from i2f.sandbox.flickr import methods, static, uploads
from i2f.sandbox.flickr.answers import failure, oauth_failure, success
from i2f.sandbox.flickr.calls import Call, Flickr
from i2f.sandbox.flickr.faults import Faults
from i2f.sandbox.flickr.kinds import DROPPED
from i2f.sandbox.flickr.oauth import Keys, SignedRequest
from i2f.sandbox.flickr.refusals import OAuthRefusal, Refusal
from i2f.sandbox.flickr.tickets import Sent

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_SECRET = ("oauth_", "api_key")
_LARGEST_FORM_BYTES = 64 << 20
_SERVICE = "sandbox.routes"


@dataclass
class Request:
    """One request as it was noted; `params` holds nothing of OAuth, no key, no file."""

    name: str
    http_method: str
    host: str
    path: str
    params: dict[str, str]
    changing: bool
    user_agent: str
    signed: bool = False
    status: int | None = None
    lost: bool = False


class Service(Flickr, Protocol):
    """The service as its routes know it."""

    keys: Keys
    faults: Faults
    log: list[Request]
    crashes: list[Exception]

    def authorize(self, oauth_token: str, perms: str = "write") -> str:
        """Agree, as a person on Flickr's page would, and return the code of nine digits."""


class _Request(FlaskRequest):
    """Keeps a sent file in memory, so that one cut short leaves no open temporary file behind."""

    def _get_file_stream(self, *_: object, **__: object) -> BytesIO:
        return BytesIO()


def make_app(flickr: Service) -> WSGIApplication:
    """Make the application that answers for one sandbox."""
    routes, app = _Routes(flickr), _application()

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[_SERVICE] = routes
        return app(environ, start_response)

    return answer


@cache
def _application() -> Flask:
    """The one application of a process: Flask compiles its addresses, which takes longer than most tests of a call.

    Whose sandbox is asked stands in the request.
    """
    app = Flask("sandbox", static_folder=None)
    app.request_class = _Request
    app.config["MAX_FORM_MEMORY_SIZE"] = _LARGEST_FORM_BYTES
    both = ["GET", "POST"]
    app.add_url_rule("/services/rest/", "rest", lambda: _asked().rest(), methods=both)
    app.add_url_rule("/services/replace/", "replace", lambda: _asked().replace(), methods=["POST"])
    app.add_url_rule("/services/upload/", "upload", lambda: _asked().upload(), methods=["POST"])
    app.add_url_rule("/services/oauth/request_token", "request", lambda: _asked().request_token(), methods=both)
    app.add_url_rule("/services/oauth/authorize", "authorize", lambda: _asked().authorize(), methods=both)
    app.add_url_rule("/services/oauth/access_token", "access", lambda: _asked().access_token(), methods=both)
    app.add_url_rule(static.UNAVAILABLE_PATH, view_func=static.unavailable)
    app.add_url_rule("/<int:server>/<name>", "picture", lambda server, name: _asked().picture(server, name))
    app.register_error_handler(Exception, lambda error: _asked().crashed(error))
    return app


def _asked() -> _Routes:
    routes: _Routes = request.environ[_SERVICE]
    return routes


class _Routes:
    """The views; each makes a Call and lets `_answer` take it along."""

    def __init__(self, flickr: Service) -> None:
        self._flickr = flickr

    def rest(self) -> Response:
        params = _params()
        call = self._call(params.get("method", ""), "api.flickr.com", params)
        return self._answer(call, self._rest)

    def _rest(self, call: Call) -> Response:
        signed = _is_signed(call)
        if signed:
            self._login(call)
        else:
            self._flickr.keys.check_key(call.params.get("api_key", ""))
        return success(methods.answer(call, signed=signed, by_post=request.method == "POST"), call.params)

    def replace(self) -> Response:
        return self._receive("replace", uploads.replace)

    def upload(self) -> Response:
        return self._receive("upload", uploads.upload)

    def _receive(self, name: str, work: Callable[[Call, Sent | None], Response]) -> Response:
        file = request.files.get("photo")
        sent = None if file is None else Sent(file.read(), file.filename or "")
        call = self._call(name, "up.flickr.com", {**_params(), "format": "rest"})

        def checked(call: Call) -> Response:
            if not _is_signed(call):
                self._flickr.keys.check_key(call.params.get("api_key", ""))
            else:
                self._login(call)
            methods.check_level(call, "write", signed=_is_signed(call))
            return work(call, sent)

        return self._answer(call, checked)

    def request_token(self) -> Response:
        return self._answer(self._call("request_token", "www.flickr.com", _params()), self._request_token)

    def _request_token(self, call: Call) -> Response:
        oauth = self._verify_step()
        if "oauth_callback" not in oauth:
            raise OAuthRefusal(400, "parameter_absent&oauth_parameters_absent=oauth_callback")
        made = self._flickr.keys.new_request_token(oauth["oauth_callback"])
        answer = {"oauth_callback_confirmed": "true", "oauth_token": made.token, "oauth_token_secret": made.secret}
        return Response(urlencode(answer), mimetype="text/plain")

    def access_token(self) -> Response:
        return self._answer(self._call("access_token", "www.flickr.com", _params()), self._access_token)

    def _access_token(self, call: Call) -> Response:
        oauth = self._verify_step(with_request_token=True)
        if "oauth_verifier" not in oauth:
            raise OAuthRefusal(400, "parameter_absent&oauth_parameters_absent=oauth_verifier")
        login = self._flickr.keys.exchange(oauth["oauth_token"], oauth["oauth_verifier"])
        account = self._flickr.account
        answer = {"fullname": account.fullname, "oauth_token": login.token, "oauth_token_secret": login.secret}
        answer.update(user_nsid=account.nsid, username=account.username)
        return Response(urlencode(answer), mimetype="text/plain")

    def authorize(self) -> Response:
        return self._answer(self._call("authorize", "www.flickr.com", _params()), self._authorize)

    def _authorize(self, call: Call) -> Response:
        token, perms = request.values.get("oauth_token", ""), request.values.get("perms", "read")
        if token not in self._flickr.keys.request_tokens:
            return Response("<p>Flickr does not recognise this request. Start again.</p>", 400)
        if request.method == "POST":
            code, callback = self._flickr.authorize(token, perms), self._flickr.keys.request_tokens[token].callback
            if callback != "oob":
                answer = urlencode({"oauth_token": token, "oauth_verifier": code})
                return Response(status=302, headers={"Location": f"{callback}?{answer}"})
            return Response(f"<h1>{code}</h1><p>Type this code into the program.</p>")
        hidden = f'<input type="hidden" name="oauth_token" value="{escape(token)}">'
        hidden += f'<input type="hidden" name="perms" value="{escape(perms)}">'
        words = f"<p>A program asks to {escape(perms)} your photos in this pretend Flickr.</p>"
        return Response(f'{words}<form method="post">{hidden}<button>OK, I\'ll authorize it</button></form>')

    def picture(self, server: int, name: str) -> Response:
        params = {"photo_id": static.photo_id_of(name)}
        call = self._call("static", "live.staticflickr.com", params)
        return self._answer(call, lambda call: static.picture(call, name))

    def crashed(self, error: Exception) -> Response:
        """Keep an error of the sandbox itself for the test to see; a request cut short is none."""
        if isinstance(error, HTTPException):
            return Response(error.name, error.code)
        self._flickr.crashes.append(error)
        return Response("the sandbox itself failed", 500)

    def _call(self, name: str, host: str, params: dict[str, str]) -> Call:
        base = f"http://{request.host}" if _is_local() else "https://live.staticflickr.com"
        return Call(self._flickr, name, host, base, params)

    def _answer(self, call: Call, work: Callable[[Call], Response]) -> Response:
        noted = _noted(call)
        self._flickr.log.append(noted)
        if not _is_here(call):
            noted.status = 404
            return Response(b"", 404)
        call.troubles = self._flickr.faults.strike(call)
        response = next((made for made in (kind.instead(call) for kind in call.troubles) if made is not None), None)
        if response is None:
            response = _try(call, work)
            for kind in call.troubles:
                response = kind.after(call, response)
        noted.status = response.status_code
        if DROPPED in response.headers:
            noted.lost = True
            _hang_up()
        return response

    def _login(self, call: Call) -> None:
        oauth = self._flickr.keys.verify(_signed_request())
        call.token = self._flickr.keys.access_tokens.get(oauth.get("oauth_token", ""))

    def _verify_step(self, *, with_request_token: bool = False) -> dict[str, str]:
        try:
            return self._flickr.keys.verify(_signed_request(), with_request_token=with_request_token)
        except Refusal as refusal:
            raise OAuthRefusal(401, "consumer_key_unknown") from refusal


def _noted(call: Call) -> Request:
    return Request(
        call.name,
        request.method,
        request.host,
        request.path,
        _visible(call.params),
        methods.changes(call.name),
        request.headers.get("User-Agent", ""),
        _is_signed(call),
    )


def _try(call: Call, work: Callable[[Call], Response]) -> Response:
    try:
        return work(call)
    except Refusal as refusal:
        return failure(refusal, call.params)
    except OAuthRefusal as refusal:
        return oauth_failure(refusal)


def _is_local() -> bool:
    return request.host.rsplit(":", 1)[0] in _LOOPBACK


def _is_here(call: Call) -> bool:
    """Say whether the path exists on the host it was asked of (replace left api.flickr.com in 2019)."""
    name = request.host.rsplit(":", 1)[0]
    return _is_local() or name == call.host or (call.name == "static" and name.endswith(".staticflickr.com"))


def _params() -> dict[str, str]:
    if request.mimetype == "application/x-www-form-urlencoded":
        request.get_data(cache=True)
    return {**request.args.to_dict(), **request.form.to_dict()}


def _is_signed(call: Call) -> bool:
    return request.headers.get("Authorization", "").startswith("OAuth ") or "oauth_signature" in call.params


def _signed_request() -> SignedRequest:
    """Return what the signature covers: the form, but never the file."""
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    url = f"{'http' if _is_local() else 'https'}://{request.host}{request.path}{query}"
    body = urlencode(list(request.form.items(multi=True)))
    headers = {name: value for name, value in request.headers.items() if name == "Authorization"}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return SignedRequest(request.method, url, body, headers)


def _visible(params: dict[str, str]) -> dict[str, str]:
    """Return the parameters that may be noted."""
    return {name: value for name, value in params.items() if not name.startswith(_SECRET)}


def _hang_up() -> None:
    """End the connection without a byte."""
    connection = request.environ["werkzeug.socket"]
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
