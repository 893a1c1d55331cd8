"""The page where a person reviews uncertain matches: a small server on this machine, for one browser, for one while.

It listens on 127.0.0.1 at a free port, and every address holds a secret that only the opened page knows. Whatever
comes with another Host (a name rebound to this machine), with another page's Origin, or without the secret is turned
away. It serves the page, its questions, and pictures by their number in the plan; no path of a file is
ever taken from a request. It writes nothing but answers, each on the disk before the browser hears of it; which
answers are taken, review_session.py says.

While one question is looked at, the browser asks for the pictures of the next five, and the files they belong to are
hashed for the answer to come.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from werkzeug.serving import make_server

from i2f.display import pages
from i2f.display.original_tiles import EDGE as TILE_EDGE
from i2f.display.review_facts import tell_progress, tell_question
from i2f.display.review_pictures import ReviewPictures
from i2f.display.review_session import UNDO, Answered, ReviewSession, key_of
from i2f.ground.errors import PictureError
from i2f.memory.review_answers import CHOICES, NEVER, NONE, POSTED

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SCRIPTS = ("review.js", "review_queue.js", "review_zoom.js", "review_grid.js")
# So many are answered as one at most; the page lists fewer at a time.
MOST_AT_ONCE = 100
# After the last answer the page may still take it back; then the server ends by itself.
GRACE_S = 20.0
# So often the server looks whether it is to end; the program waits for that.
POLL_S = 0.05


def make_app(
    session: ReviewSession, pictures: ReviewPictures, secret: str, origin: str, on_answer: Callable[[str], None]
) -> Flask:
    """The server's rules; `on_answer` hears of every answer, and "goodbye" when the page is left for good."""
    app = Flask("review", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.logger.disabled = True  # its lines hold the secret

    @app.before_request
    def guard() -> None:
        host, came_from = request.headers.get("Host", ""), request.headers.get("Origin")
        if f"http://{host}" != origin or came_from not in ({None, origin} if request.method == "GET" else {origin}):
            abort(403)
        if not hmac.compare_digest(request.path.split("/")[1].encode(), secret.encode()):
            abort(404)

    @app.after_request
    def seal(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    _add_page(app, session, secret)
    _add_measures(app, session, secret, pictures)
    _add_pictures(app, session, secret, pictures)
    _add_answers(app, session, secret, on_answer)
    return app


def _in(things: Any, place: object) -> bool:
    return isinstance(place, int) and not isinstance(place, bool) and 0 <= place < len(things)


def _add_page(app: Flask, session: ReviewSession, secret: str) -> None:
    @app.get(f"/{secret}/")
    def page() -> str:
        return pages.read_page("review.html")

    @app.get(f"/{secret}/review.css")
    def style() -> Response:
        return Response(pages.read_page("look.css") + pages.read_page("review.css"), content_type="text/css")

    @app.get(f"/{secret}/<name>.js")
    def script(name: str) -> Response:
        if f"{name}.js" not in SCRIPTS:
            abort(404)
        return Response(pages.read_page(f"{name}.js"), content_type="text/javascript")

    @app.get(f"/{secret}/questions")
    def questions() -> Response:
        return jsonify(
            questions=[tell_question(session, number) for number in range(len(session.questions))],
            history=[list(numbers) for numbers in session.history],
        )


def _add_measures(app: Flask, session: ReviewSession, secret: str, pictures: ReviewPictures) -> None:
    @app.get(f"/{secret}/windows/<int:number>")
    def windows(number: int) -> Response:
        if not _in(session.questions, number):
            abort(404)
        try:
            return jsonify([pictures.window(number, place) for place in range(len(session.questions[number].choices))])
        except (OSError, PictureError):
            abort(404)

    def told(tell: Callable[[], dict[str, object]], number: int, choice: int) -> Response:
        if not _in(session.questions, number) or not _in(session.questions[number].choices, choice):
            abort(404)
        try:
            return jsonify(tell())
        except (OSError, PictureError):
            abort(404)

    @app.get(f"/{secret}/full/<int:number>/<int:choice>")
    def full(number: int, choice: int) -> Response:
        def tell() -> dict[str, object]:
            width, height = pictures.full_size(number, choice)
            return {"width": width, "height": height, "tile": TILE_EDGE}

        return told(tell, number, choice)

    @app.get(f"/{secret}/posted/<int:number>/<int:choice>")
    def posted(number: int, choice: int) -> Response:
        return told(lambda: {"refused": pictures.posted(number, choice).refused}, number, choice)


def _add_pictures(app: Flask, session: ReviewSession, secret: str, pictures: ReviewPictures) -> None:
    def send(make: Callable[..., bytes], number: int, choice: int | None = None, *more: int) -> Response:
        if not _in(session.questions, number) or (
            choice is not None and not _in(session.questions[number].choices, choice)
        ):
            abort(404)
        try:
            data = make(number) if choice is None else make(number, choice, *more)
        except (OSError, PictureError):
            abort(404)
        return Response(data, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"})

    @app.get(f"/{secret}/copy/<int:number>")
    def copy(number: int) -> Response:
        return send(pictures.copy, number)

    @app.get(f"/{secret}/grid-copy/<int:number>")
    def grid_copy(number: int) -> Response:
        return send(pictures.grid_copy, number)

    @app.get(f"/{secret}/cut/<int:number>/<int:choice>")
    def cut_out(number: int, choice: int) -> Response:
        return _noted(send(pictures.cut, number, choice), number, choice)

    @app.get(f"/{secret}/grid-cut/<int:number>/<int:choice>")
    def grid_cut(number: int, choice: int) -> Response:
        return _noted(send(pictures.grid_cut, number, choice), number, choice)

    @app.get(f"/{secret}/grid-whole/<int:number>/<int:choice>")
    def grid_whole(number: int, choice: int) -> Response:
        return _noted(send(pictures.whole, number, choice), number, choice)

    @app.get(f"/{secret}/whole/<int:number>/<int:choice>")
    def whole(number: int, choice: int) -> Response:
        return send(pictures.whole, number, choice)

    @app.get(f"/{secret}/large/<int:number>/<int:choice>")
    def large(number: int, choice: int) -> Response:
        return send(pictures.large_whole, number, choice)

    @app.get(f"/{secret}/posted-picture/<int:number>/<int:choice>")
    def posted_picture(number: int, choice: int) -> Response:
        return send(pictures.posted_picture, number, choice)

    @app.get(f"/{secret}/tile/<int:number>/<int:choice>/<int:column>/<int:row>")
    def tile(number: int, choice: int, column: int, row: int) -> Response:
        return send(pictures.tile, number, choice, column, row)

    def _noted(sent: Response, number: int, choice: int) -> Response:
        if sent.status_code == 200:
            session.shown.add((number, choice))
        with suppress(RuntimeError):  # the review is ending, and nobody will answer any more
            session.identify(number, choice)
        return sent


def _add_answers(app: Flask, session: ReviewSession, secret: str, on_answer: Callable[[str], None]) -> None:
    @app.post(f"/{secret}/answer")
    def answer() -> tuple[Response, int]:
        kind, answers = _understood(session, request.get_json())
        refused = session.answer(kind, answers)
        on_answer(kind)
        numbers = [session.number_of(one.photo_id) for one in answers]
        told = {
            session.questions[number].photo_id: tell_progress(session, number)
            for number in numbers
            if number is not None
        }
        names = [session.questions[number].photo_id for number in refused]
        return jsonify(progress=told, refused=names), 409 if refused else 200

    @app.post(f"/{secret}/rest")
    def rest() -> Response:
        told = request.get_json()
        if not isinstance(told, list):
            abort(400)
        for kind, answers in [_understood(session, one) for one in told]:
            session.answer(kind, answers)  # one that is refused leaves its question open
            on_answer(kind)
        return Response(status=204)

    @app.post(f"/{secret}/goodbye")
    def goodbye() -> Response:
        on_answer("goodbye")
        return Response(status=204)


def _understood(session: ReviewSession, told: object) -> tuple[str, list[Answered]]:
    """The answers of a request; whatever makes no sense ends it."""
    if not isinstance(told, dict) or told.get("kind") not in {*CHOICES, NEVER, NONE, UNDO}:
        abort(400)
    items = told.get("answers")
    if not isinstance(items, list) or not 0 < len(items) <= MOST_AT_ONCE:
        abort(400)
    answers = [_understood_one(session, told["kind"], one) for one in items]
    if len({one.photo_id for one in answers}) < len(answers) or (told["kind"] in {NEVER, POSTED} and len(answers) > 1):
        abort(400)
    return str(told["kind"]), answers


def _understood_one(session: ReviewSession, kind: str, told: object) -> Answered:
    if not isinstance(told, Mapping):
        abort(400)
    photo_id, stamp, candidate, revision = (told.get(name) for name in ("photo_id", "stamp", "candidate", "revision"))
    number = session.number_of(photo_id) if isinstance(photo_id, str) else None
    if number is None or not isinstance(stamp, str) or not isinstance(revision, int) or isinstance(revision, bool):
        abort(400)
    if kind == POSTED and session.questions[number].post is not None:
        abort(400)  # a post is uploaded as its original
    keys = [key_of(one) for one in session.questions[number].choices]
    if (candidate not in keys) if kind in {*CHOICES, NEVER} else candidate is not None:
        abort(400)
    return Answered(str(photo_id), stamp, candidate, revision)


class _Watch:
    """Ends the server when everything was answered and nobody took anything back."""

    def __init__(self, session: ReviewSession, end: Callable[[], None], grace_s: float) -> None:
        self._session = session
        self._end = end
        self._grace_s = grace_s
        self._timer: threading.Timer | None = None

    def hear(self, kind: str) -> None:
        """An answer was written, or the page was left."""
        if self._timer is not None:
            self._timer.cancel()
        if not self._session.waiting:
            # The reply must still get out, so even a goodbye is not the very end.
            self._timer = threading.Timer(0.2 if kind == "goodbye" else self._grace_s, self._end)
            self._timer.daemon = True
            self._timer.start()


@contextmanager
def serve(session: ReviewSession, grace_s: float = GRACE_S) -> Iterator[tuple[str, threading.Thread]]:
    """Serve until the thread ends by itself, or the context is left; yields the page's address and the thread."""
    logging.getLogger("werkzeug").disabled = True  # its lines hold the secret
    secret = secrets.token_urlsafe(24)
    ending = threading.Event()
    watch = _Watch(session, ending.set, grace_s)
    app = Flask("waiting")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    origin = f"http://127.0.0.1:{server.server_port}"
    pictures = ReviewPictures(session)
    server.app = make_app(session, pictures, secret, origin, watch.hear)
    serving = threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True)
    waiting = threading.Thread(target=ending.wait, daemon=True)
    serving.start()
    waiting.start()
    try:
        yield f"{origin}/{secret}/", waiting
    finally:
        ending.set()
        server.shutdown()
        serving.join()
        server.server_close()
        pictures.close()
        session.hashing.shutdown()
