"""What a run costs after the first: `python -m bench.again FOLDER [--originals N] [--copies M]`.

The originals are mixed from half of FOLDER's photographs (bench/synthetic.py), the copies are squares of the others, so
that nothing explains them: each is searched for and compared in both looks, the most that a copy can cost. Then
nothing changes; twenty originals are new; all of them lie in another folder under other names. Prints the processor
time of each run, workers included, as a share of the first. A folder of some of the photographs themselves is moved
besides, and must not be decoded again.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.synthetic import Source, keep, mixed, read_sources
from bench.tables import machine, met
from i2f.memory.journal import Journal
from i2f.photos.decode import pixels
from i2f.photos.folder import find_files
from i2f.sync.candidates import assess
from i2f.sync.gallery import Gallery
from i2f.sync.originals import read_folder
from tests.support.sessions import RecordedProgress

SOURCES = 160
NEW = 20
SHARE = 0.02
MOVED = 12


def main() -> None:
    """Run four times and tell what the later runs cost."""
    parser = argparse.ArgumentParser(description="What a run costs after the first.")
    parser.add_argument("folder", type=Path, help="photographs to mix the originals from and to make the copies of")
    parser.add_argument("--originals", type=int, default=10_000)
    parser.add_argument("--copies", type=int, default=2_000)
    order = parser.parse_args()
    sources = read_sources(order.folder, SOURCES)
    half = len(sources) // 2
    sys.stdout.write(f"{machine()}\n{order.originals} originals, {order.copies} copies that none explains\n")
    with tempfile.TemporaryDirectory(prefix="bench-again-") as scratch:
        place = Path(scratch)
        copies = _copies(place, sources[half:], order.copies)
        journal = Journal(place / "journal.sqlite3")
        gallery = keep(journal, mixed(sources[:half], order.originals, seed=1))
        first = _timed(lambda: assess(copies, gallery, journal, _nothing))
        sys.stdout.write(f"first run: {first:.1f} s of processor time, {1e3 * first / len(copies):.0f} ms a copy\n")
        _tell("nothing changed", _timed(lambda: assess(copies, gallery, journal, _nothing)) / first)
        fresh = keep(journal, mixed(sources[:half], NEW, seed=2))
        more = Gallery((*gallery.originals, *fresh.originals), (*gallery.contents, *fresh.contents))
        _tell(f"{NEW} new originals", _timed(lambda: assess(copies, more, journal, _nothing)) / first)
        elsewhere = [replace(one, path=Path("/moved") / f"X{one.path.name}") for one in more.originals]
        moved = Gallery(elsewhere, more.contents)
        _tell("all moved and renamed", _timed(lambda: assess(copies, moved, journal, _nothing)) / first)
        journal.close()
        _move_a_folder(place, [one.path for one in sources[:MOVED]])


def _nothing() -> None:
    pass


def _copies(place: Path, sources: Sequence[Source], count: int) -> Mapping[str, Path]:
    """So many squares of these photographs, each cut elsewhere, by their hash."""
    chance, found = np.random.default_rng(3), {}
    for number in range(count):
        shown = Image.fromarray(pixels(sources[number % len(sources)].thumbnail))
        side = int(min(shown.size) * chance.uniform(0.6, 1.0))
        left, top = (int(chance.integers(0, edge - side + 1)) for edge in shown.size)
        buffer = io.BytesIO()
        shown.crop((left, top, left + side, top + side)).resize((612, 612)).save(buffer, "JPEG", quality=85)
        file = place / f"{number}.jpg"
        file.write_bytes(buffer.getvalue())
        found[hashlib.sha256(buffer.getvalue()).hexdigest()] = file
    return found


def _timed(run: Callable[[], object]) -> float:
    """Seconds of processor time that something takes, with the processes it starts and ends."""
    before = os.times()
    run()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def _tell(what: str, share: float) -> None:
    sys.stdout.write(f"{what}: {100 * share:.2f} % of the first run ({met(share < SHARE)}: 2 %)\n")
    sys.stdout.flush()


def _move_a_folder(place: Path, files: Sequence[Path]) -> None:
    before, after = place / "before", place / "after"
    before.mkdir()
    for number, file in enumerate(files):
        shutil.copy(file, before / f"IMG_{number}{file.suffix}")
    (place / "state").mkdir()
    journal = Journal(place / "state" / "journal.sqlite3")
    reading = _timed(lambda: read_folder(find_files([before]).files, journal, RecordedProgress()))
    before.rename(after)
    stages = RecordedProgress()
    again = _timed(lambda: read_folder(find_files([after]).files, journal, stages))
    journal.close()
    decoded = "Reading your originals" in stages.lines
    share = 100 * again / reading
    sys.stdout.write(f"a folder moved: {share:.2f} % of reading it, ({met(not decoded)}: no decode)\n")


if __name__ == "__main__":
    main()
