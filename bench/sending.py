"""Whether sending keeps the line full: `python -m bench.sending FOLDER [--photos N] [--rate BYTES_PER_S]`.

N photographs, the larger ones of FOLDER in turn, take the place of small copies on a pretend Flickr each of whose
connections carries 2 MB/s, by the same steps as in `sync`: the copies are backed up, each file is proved whole, the
copy asked for, the file sent and verified. Then the very bytes that were sent are posted once more, by as many
threads with a connection each that do nothing else. Prints the time of the one as a share of the other's, beside its
bound, and what processor time the program took: where that is near the time itself, the machine was the bound and not
the line.
"""

from __future__ import annotations

import argparse
import http.client
import io
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle, islice
from pathlib import Path

from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.photographs import pictures_in
from bench.tables import machine, met
from i2f.ground.model import InstagramCopy, InstagramMark, Mark, OutcomeKind
from i2f.ground.rate_limit import SystemClock
from i2f.ground.settings import load_settings
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.flickr.capped import cap
from i2f.sync import pipeline
from i2f.sync.copies import list_copies, save_copies
from i2f.sync.order import SyncOrder
from i2f.sync.report import Report
from i2f.sync.session import Session, open_session
from tests.support.sessions import RecordedProgress, decision

RATE = 2_000_000
BOUND = 0.9
COPY_SIDE = 612
PIECE_BYTES = 65_536


def main() -> None:
    """Send both ways and tell."""
    parser = argparse.ArgumentParser(description="Whether sending keeps the line full.")
    parser.add_argument("folder", type=Path, help="photographs, JPEG")
    parser.add_argument("--photos", type=int, default=72, help="how many are sent")
    parser.add_argument("--rate", type=int, default=RATE, help="bytes a second that a connection carries")
    order = parser.parse_args()
    originals = _largest(order.folder, order.photos)
    sys.stdout.write(machine() + "\n")
    with tempfile.TemporaryDirectory(prefix="bench-sending-") as scratch:
        place = Path(scratch)
        with SandboxFlickr(place / "flickr", bytes_per_s=order.rate) as flickr:
            token, secret = flickr.issue_token("write")
            told = {
                "SANDBOX": flickr.url,
                "FLICKR_API_KEY": flickr.api_key,
                "FLICKR_API_SECRET": flickr.api_secret,
                "FLICKR_TOKEN": token,
                "FLICKR_TOKEN_SECRET": secret,
            }
            settings = load_settings({f"INSTAGRAM2FLICKR_{name}": one for name, one in told.items()}, None, place / "s")
            ids = [_post(flickr, one) for one in originals]
            with open_session(settings, SystemClock(), RecordedProgress()) as session:
                began, worked = time.perf_counter(), sum(os.times()[:4])
                saved, failed = save_copies(session, list_copies(session))
                saving = time.perf_counter() - began
                _replace(session, place, saved, dict(zip(ids, originals, strict=True)), len(failed))
                took = time.perf_counter() - began
            worked = sum(os.times()[:4]) - worked  # the file worker counts from when it has ended
            uploads, sent = settings.flickr.uploads, [flickr.photo(one).data for one in ids]
    bare = _bare(sent, uploads, order.rate)
    total = sum(map(len, sent))
    sys.stdout.write(
        f"{len(sent)} photos, {total / 1e6:.1f} MB, {uploads} connections of {order.rate / 1e6:g} MB/s\n"
        f"bare upload: {bare:.1f} s, {total / bare / 1e6:.2f} MB/s\n"
        f"backed up, sent and verified: {took:.1f} s ({saving:.1f} s of it for the backups), "
        f"{worked:.1f} s of processor time with the pretend Flickr's\n"
        f"{bare / took:.2f} of a bare upload ({met(bare / took >= BOUND)}: {BOUND})\n"
    )


def _largest(folder: Path, count: int) -> list[Path]:
    """So many of the larger files, each as often as it takes where there are fewer."""
    files = sorted(pictures_in(folder), key=lambda one: (-one.stat().st_size, one))[:count]
    return list(islice(cycle(files), count))


def _post(flickr: SandboxFlickr, original: Path) -> str:
    """The middle square of a photograph, on the pretend Flickr as IFTTT would have left it."""
    with Image.open(original) as picture, io.BytesIO() as out:
        picture.draft("RGB", (2 * COPY_SIDE, 2 * COPY_SIDE))
        ImageOps.fit(ImageOps.exif_transpose(picture), (COPY_SIDE, COPY_SIDE)).save(out, "JPEG", quality=85)
        return flickr.add_photo(out.getvalue(), original.stem, "via Instagram https://ift.tt/a", "ifttt instagram")


def _replace(
    session: Session, folder: Path, saved: Sequence[tuple[InstagramCopy, object]], originals: dict[str, Path], bad: int
) -> None:
    report = Report(session.run, "sync", datetime.now(UTC), (folder,))
    mark = InstagramMark(Mark.VIA, None, None, timedelta(0))
    report.decisions = [decision(InstagramCopy(copy.photo, mark), originals[copy.photo.photo_id]) for copy, _ in saved]
    pipeline.carry_out(session, SyncOrder((folder,)), report, pipeline.Permission(200 << 20))
    wrong = bad + sum(one is not OutcomeKind.REPLACED for one, _ in report.outcomes.values())
    if wrong or len(report.outcomes) != len(originals):
        raise SystemExit(f"not all photos were replaced and verified: {report.outcomes}")


class _Sink(BaseHTTPRequestHandler):
    """Reads what is posted, at a connection's pace, and says so."""

    protocol_version = "HTTP/1.1"
    rate: float = RATE

    def setup(self) -> None:
        super().setup()
        cap(self, self.rate)

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, PIECE_BYTES)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def _bare(bodies: Sequence[bytes], connections: int, rate: float) -> float:
    """Seconds that it takes to post these bodies and do nothing else."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("_Handler", (_Sink,), {"rate": rate}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    local = threading.local()

    def post(body: bytes) -> None:
        if not hasattr(local, "line"):
            local.line = http.client.HTTPConnection("127.0.0.1", server.server_port)
        local.line.request("POST", "/", body)
        local.line.getresponse().read()

    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(post, bodies))
    took = time.perf_counter() - began
    server.shutdown()
    server.server_close()
    return took


if __name__ == "__main__":
    main()
