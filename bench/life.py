"""A run over a life's photographs: `python -m bench.life FOLDER [--originals N] [--copies M]`.

Makes N small photographs of FOLDER's (640 pixels, each cut a little differently, so that none is another's content) and
puts M copies of some of them on a pretend Flickr. Then `sync --dry-run` runs as a person starts it, is interrupted when
a third has been read, and runs again to its end. Prints the most anonymous memory that all processes held together
(RssAnon, Linux) beside its bound, how many files the second run had to read, and what was decided.
"""

from __future__ import annotations

import argparse
import io
import json
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.memory import anonymous_bytes_of_all
from bench.tables import machine, of_bound
from i2f.photos.folder import find_files
from i2f.sandbox import SandboxFlickr
from tests.support.program import ROOT, Program

SOURCES = 60
EDGE, QUALITY = 640, 60
COPY_SIDE = 480
IN_A_FOLDER = 500
ANONYMOUS_BYTES = 2 * 2**30
LOOK_EVERY_S = 0.25


@dataclass
class Run:
    """How one run ended: its exit code, the most memory its processes held, its seconds, and its report."""

    code: int
    anonymous: int
    seconds: float
    report: Path


def main() -> None:
    """Make the photographs, run, interrupt, run on."""
    parser = argparse.ArgumentParser(description="A run over a life's photographs, interrupted once.")
    parser.add_argument("folder", type=Path, help="photographs to make the others from")
    parser.add_argument("--originals", type=int, default=100_000)
    parser.add_argument("--copies", type=int, default=20)
    order = parser.parse_args()
    sys.stdout.write(machine() + "\n")
    with tempfile.TemporaryDirectory(prefix="bench-life-") as scratch, SandboxFlickr() as flickr:
        place = Path(scratch)
        copied = _make(order.folder, place / "life", order.originals, order.copies, flickr)
        program = Program(flickr, place / "home", perms="read")
        cut = _run(program, place / "life", order.originals // 3)
        read = _read(program)
        _tell(f"interrupted (exit code {cut.code}) after {cut.seconds:.0f} s with {read} read", cut.anonymous)
        whole = _run(program, place / "life", None)
        again = _read(program) - read
        _tell(f"run again (exit code {whole.code}): {whole.seconds:.0f} s, {again} read", whole.anonymous)
        photos = json.loads(whole.report.read_text(encoding="utf-8"))["photos"]
        found = sum(
            any(Path(one["path"]).stem == copied[photo["photo_id"]] for one in photo["candidates"]) for photo in photos
        )
        sys.stdout.write(f"{found} of {len(photos)} copies have their original among the candidates\n")


def _make(folder: Path, life: Path, count: int, copies: int, flickr: SandboxFlickr) -> dict[str, str]:
    """The photographs on the disk and some of them on Flickr: which is whose, by id."""
    sources = []
    for file in find_files([folder]).files:
        with suppress(OSError), Image.open(file.path) as picture:
            picture.draft("RGB", (2 * EDGE, 2 * EDGE))
            shown = ImageOps.exif_transpose(picture).convert("RGB")
            shown.thumbnail((EDGE * 5 // 4, EDGE * 5 // 4))
            sources.append(shown)
        if len(sources) == SOURCES:
            break
    chance, copied = np.random.default_rng(1), dict[str, str]()
    for number in range(count):
        shown = sources[number % len(sources)]
        left, top, right, bottom = (float(one) for one in chance.uniform(0, 0.15, 4))
        box = (left * shown.width, top * shown.height, (1 - right) * shown.width, (1 - bottom) * shown.height)
        made = shown.crop(box)
        into = life / f"{2005 + number // IN_A_FOLDER:04d}"
        into.mkdir(parents=True, exist_ok=True)
        made.save(into / f"IMG_{number:06d}.JPG", quality=QUALITY, comment=b"%d" % number)
        if number % max(1, count // copies) == 0 and len(copied) < copies:
            with io.BytesIO() as out:
                ImageOps.fit(made, (COPY_SIDE, COPY_SIDE)).save(out, "JPEG", quality=85)
                name = f"IMG_{number:06d}"
                words = "via Instagram https://ift.tt/a"
                copied[flickr.add_photo(out.getvalue(), name, words, "ifttt instagram")] = name
    return copied


def _run(program: Program, life: Path, interrupted_at: int | None) -> Run:
    """`sync --dry-run`, interrupted as by Ctrl-C when so many files have been read."""
    report = program.home / "report.json"
    command = [sys.executable, str(ROOT / "instagram2flickr.py"), "sync", str(life), "--dry-run", "--json", str(report)]
    began, anonymous = time.monotonic(), 0
    with subprocess.Popen(
        command, env=program.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=program.home
    ) as process:
        while process.poll() is None:
            anonymous = max(anonymous, anonymous_bytes_of_all(process.pid))
            if interrupted_at is not None and _read(program) >= interrupted_at:
                process.send_signal(signal.SIGINT)
                interrupted_at = None
            time.sleep(LOOK_EVERY_S)
    return Run(process.returncode, anonymous, time.monotonic() - began, report)


def _read(program: Program) -> int:
    """How many files the journal knows."""
    journal = program.state / "journal.sqlite3"
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM readings").fetchone()[0])
    return 0


def _tell(what: str, anonymous: int) -> None:
    sys.stdout.write(f"{what}; {anonymous / 2**20:.0f} MiB anonymous at most: {of_bound(anonymous, ANONYMOUS_BYTES)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
