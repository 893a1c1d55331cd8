"""The page where a person answers the doubtful ones: a small server on this machine, for one browser, for one while.

It listens on 127.0.0.1 at a free port, and every address holds a secret that only the opened page knows. Whatever
comes with another Host (a name rebound to this machine), with another page's Origin, or without the secret is turned
away. It serves the page, its questions, and pictures by their number in the plan; no path of a file is
ever taken from a request. It writes nothing but answers, each on the disk before the browser hears of it.

Pictures come from the saved copies and the kept thumbnails and stay in memory; while one question is looked at, the
browser asks for those of the next five, and the files they belong to are hashed for the answer to come.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template_string, request
from PIL import Image
from werkzeug.serving import make_server

from i2f.display import pages
from i2f.display.side_by_side import cut, find_corners, find_place, open_thumbnail, points, shrunk, thumbnail_size
from i2f.ground.errors import PictureError
from i2f.memory.journal import Journal
from i2f.memory.review_answers import NEVER, NONE, THIS, Identity, Seen, Step, keep_step, take_back_step
from i2f.sync.candidates import copy_pixels
from i2f.sync.plan import gain_of
from i2f.sync.questions import Progress, Question, read_progress
from i2f.sync.report import in_plain_words, printable

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
EDGE = 1280
STRIP_EDGE = 360
KEPT_PICTURES = 200
# After the last answer the page may still take it back; then the server ends by itself.
GRACE_S = 20.0
# An answer waits so long for the files it names to be read; their thumbnails are known at once.
PATIENCE_S = 0.06


@dataclass(slots=True)
class Table:
    """What lies before the person: the questions, the journal and the pictures."""

    questions: list[Question]
    journal: Journal
    backups: Path
    hashing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    identities: dict[tuple[int, int], Future[Identity]] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Look once which questions are open; later only those that are answered change."""
        self.waiting.update(number for number in range(len(self.questions)) if not self.progress(number).done)

    def progress(self, number: int) -> Progress:
        """How far one question is answered."""
        return read_progress(self.journal, self.questions[number])

    def identify(self, number: int, choice: int) -> Future[Identity]:
        """What an original is, worked out beside what the person looks at."""
        key = (number, choice)
        if key not in self.identities:
            seen = Seen(self.questions[number].choices[choice].original, self.journal)
            self.identities[key] = self.hashing.submit(seen.identity)
        return self.identities[key]

    def _identities(self, number: int, places: Iterable[int]) -> tuple[Identity, ...]:
        """What was looked at; a file on a slow disk is known by its thumbnail, nobody waits for it to be read."""
        deadline, found = time.monotonic() + PATIENCE_S, []
        for place in places:
            try:
                found.append(self.identify(number, place).result(max(0.0, deadline - time.monotonic())))
            except TimeoutError:
                seen = Seen(self.questions[number].choices[place].original, self.journal)
                found.append(seen.identity(with_file=False))
        return tuple(found)

    def answer(self, number: int, kind: str, choice: int | None) -> None:
        """Write one answer down, or take the last one back."""
        question = self.questions[number]
        if kind == "undo":
            take_back_step(self.journal, question.photo_id, question.copy_sha256)
        else:
            places = range(len(question.choices)) if kind == NONE or choice is None else [choice]
            step = Step(kind, self._identities(number, places))
            keep_step(self.journal, question.photo_id, question.copy_sha256, step)
        if self.progress(number).done:
            self.waiting.discard(number)
        else:
            self.waiting.add(number)


def as_told(table: Table, number: int) -> dict[str, Any]:
    """A question as the page needs it; every word of somebody else is plain text."""
    question = table.questions[number]
    return {
        "photo_id": question.photo_id, "title": in_plain_words(question.title), "page_url": question.page_url,
        "reason": in_plain_words(question.reason), "posted": (question.posted_at or "")[:10],
        "size": list(question.copy_size), "choices": [_choice_as_told(table, number, place)
                                                      for place in range(len(question.choices))],
        **progress_as_told(table, number),
    }


def progress_as_told(table: Table, number: int) -> dict[str, Any]:
    """How far the question is answered."""
    progress = table.progress(number)
    return {"done": progress.done, "chosen": progress.chosen, "refused": sorted(progress.refused),
            "chosen_name": in_plain_words(progress.chosen_name) if progress.chosen_name else None}


def _choice_as_told(table: Table, number: int, place: int) -> dict[str, Any]:
    question = table.questions[number]
    choice = question.choices[place]
    one = choice.original
    return {
        "name": in_plain_words(one.path.name), "path": in_plain_words(printable(one.path)),
        "size": [one.width, one.height], "megabytes": round(one.size_bytes / 1e6, 1),
        "taken": f"{one.taken.local:%Y-%m-%d}" if one.taken else "", "camera": in_plain_words(one.camera or ""),
        "score": round(choice.fit.score, 2), "words": in_plain_words(choice.fit.words),
        "gain": round(gain_of(question.copy_size, one, choice.fit), 1),
        "twins": [in_plain_words(twin) for twin in choice.twins],
    }


class Pictures:
    """The pictures of the plan, by number; made once, kept for a while."""

    def __init__(self, table: Table) -> None:
        """Nothing is read yet."""
        self._table = table
        self.small = lru_cache(32)(self._small)
        self.thumbnail = lru_cache(32)(self._thumbnail)
        self.copy = lru_cache(KEPT_PICTURES)(self._copy)
        self.cut = lru_cache(KEPT_PICTURES)(self._cut)
        self.whole = lru_cache(KEPT_PICTURES)(self._whole)

    def _small(self, number: int) -> Image.Image:
        question = self._table.questions[number]
        data = (self._table.backups / question.copy_file).read_bytes()
        if hashlib.sha256(data).hexdigest() != question.copy_sha256:
            # An answer is about the copy that was saved; what a spoilt file shows may be another picture.
            raise PictureError("the saved copy is not what was saved")
        return Image.fromarray(copy_pixels(data))

    def _jpeg(self, number: int, choice: int) -> bytes:
        path = self._table.questions[number].choices[choice].original.path
        jpeg = self._table.journal.readings.thumbnail(path)
        if jpeg is None:
            raise PictureError("there is no thumbnail of this original any more")
        return jpeg

    def _thumbnail(self, number: int, choice: int) -> Image.Image:
        return open_thumbnail(self._jpeg(number, choice))

    def _copy(self, number: int) -> bytes:
        return _as_jpeg(shrunk(self.small(number), EDGE))

    def _cut(self, number: int, choice: int) -> bytes:
        small, thumbnail = self.small(number), self.thumbnail(number, choice)
        place = find_place(self._table.questions[number].choices[choice].fit, small.size, thumbnail.size)
        return _as_jpeg(cut(thumbnail, place, small.size, min(EDGE, max(small.size))))

    def _whole(self, number: int, choice: int) -> bytes:
        return _as_jpeg(shrunk(open_thumbnail(self._jpeg(number, choice), STRIP_EDGE), STRIP_EDGE))

    def window(self, number: int, choice: int) -> str:
        """The found window as a polygon in a square of a thousand."""
        small, size = self.small(number).size, thumbnail_size(self._jpeg(number, choice))
        place = find_place(self._table.questions[number].choices[choice].fit, small, size)
        return points(find_corners(place, small, size), 1000, 1000)


def _as_jpeg(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def make_app(table: Table, secret: str, origin: str, on_answer: Callable[[str], None]) -> Flask:
    """The server's rules; `on_answer` hears of every answer, and "goodbye" when the page is left for good."""
    app = Flask("review", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 4096
    app.logger.disabled = True  # its lines hold the secret
    pictures = Pictures(table)

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

    _add_page(app, table, secret, pictures)
    _add_pictures(app, table, secret, pictures)

    @app.post(f"/{secret}/answer")
    def answer() -> Response:
        told = request.get_json()
        number, kind, choice = told.get("question"), told.get("kind"), told.get("choice")
        if kind not in {THIS, NEVER, NONE, "undo"} or not _in(table.questions, number):
            abort(400)
        if kind in {THIS, NEVER} and not _in(table.questions[number].choices, choice):
            abort(400)
        table.answer(number, kind, choice)
        on_answer(kind)
        return jsonify(progress_as_told(table, number))

    @app.post(f"/{secret}/goodbye")
    def goodbye() -> Response:
        on_answer("goodbye")
        return Response(status=204)

    return app


def _in(things: Any, place: object) -> bool:
    return isinstance(place, int) and not isinstance(place, bool) and 0 <= place < len(things)


def _add_page(app: Flask, table: Table, secret: str, pictures: Pictures) -> None:
    @app.get(f"/{secret}/")
    def page() -> str:
        return render_template_string(pages.read_page("review.html"))

    @app.get(f"/{secret}/review.css")
    def style() -> Response:
        return Response(pages.read_page("look.css") + pages.read_page("review.css"), content_type="text/css")

    @app.get(f"/{secret}/review.js")
    def script() -> Response:
        return Response(pages.read_page("review.js"), content_type="text/javascript")

    @app.get(f"/{secret}/questions")
    def questions() -> Response:
        return jsonify([as_told(table, number) for number in range(len(table.questions))])

    @app.get(f"/{secret}/windows/<int:number>")
    def windows(number: int) -> Response:
        if not _in(table.questions, number):
            abort(404)
        try:
            return jsonify([pictures.window(number, place) for place in range(len(table.questions[number].choices))])
        except (OSError, PictureError):
            abort(404)


def _add_pictures(app: Flask, table: Table, secret: str, pictures: Pictures) -> None:
    def send(make: Callable[..., bytes], *places: int) -> Response:
        if not _in(table.questions, places[0]) or (
            len(places) > 1 and not _in(table.questions[places[0]].choices, places[1])
        ):
            abort(404)
        try:
            data = make(*places)
        except (OSError, PictureError):
            abort(404)
        return Response(data, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"})

    @app.get(f"/{secret}/copy/<int:number>")
    def copy(number: int) -> Response:
        return send(pictures.copy, number)

    @app.get(f"/{secret}/cut/<int:number>/<int:choice>")
    def cut_out(number: int, choice: int) -> Response:
        sent = send(pictures.cut, number, choice)
        with suppress(RuntimeError):  # the review is ending, and nobody will answer any more
            table.identify(number, choice)
        return sent

    @app.get(f"/{secret}/whole/<int:number>/<int:choice>")
    def whole(number: int, choice: int) -> Response:
        return send(pictures.whole, number, choice)


class _Watch:
    """Ends the server when everything was answered and nobody took anything back."""

    def __init__(self, table: Table, end: Callable[[], None], grace_s: float) -> None:
        self._table = table
        self._end = end
        self._grace_s = grace_s
        self._timer: threading.Timer | None = None

    def hear(self, kind: str) -> None:
        """An answer was written, or the page was left."""
        if self._timer is not None:
            self._timer.cancel()
        if not self._table.waiting:
            # The reply must still get out, so even a goodbye is not the very end.
            self._timer = threading.Timer(0.2 if kind == "goodbye" else self._grace_s, self._end)
            self._timer.daemon = True
            self._timer.start()


@contextmanager
def serve(table: Table, grace_s: float = GRACE_S) -> Iterator[tuple[str, threading.Thread]]:
    """Serve until the thread ends by itself, or the context is left; yields the page's address and the thread."""
    logging.getLogger("werkzeug").disabled = True  # its lines hold the secret
    secret = secrets.token_urlsafe(24)
    ending = threading.Event()
    watch = _Watch(table, ending.set, grace_s)
    app = Flask("waiting")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    origin = f"http://127.0.0.1:{server.server_port}"
    server.app = make_app(table, secret, origin, watch.hear)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
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
        table.hashing.shutdown()
