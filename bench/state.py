"""What the state folder takes, and how long it takes to open: `python -m bench.state FOLDER [--originals N]`.

Reads some photographs of FOLDER, drawn by lot, as a run does and tells the bytes that are kept for each, in all and
part by part; then makes a journal of so many originals that say nothing but their facts, and opens it as a run does
that finds nothing new.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.tables import machine, of_bound
from i2f.memory.journal import Journal
from i2f.memory.readings import StoredPicture, StoredReading
from i2f.photos.folder import FoundFile, find_files
from i2f.sync.gallery import VERSION
from i2f.sync.known_copies import KnownCopies
from i2f.sync.originals import read_folder
from tests.support.sessions import RecordedProgress

READ = 40
KEPT_BYTES = 60_000
OPENED_S = 1.0
BATCH = 5_000


def main() -> None:
    """Print both figures."""
    parser = argparse.ArgumentParser(description="What the state folder takes, and how long it takes to open.")
    parser.add_argument("folder", type=Path, help="photographs")
    parser.add_argument("--originals", type=int, default=100_000)
    order = parser.parse_args()
    sys.stdout.write(machine() + "\n")
    with tempfile.TemporaryDirectory(prefix="bench-state-") as place:
        parts = _kept_bytes(order.folder, Path(place))
    kept = sum(parts.values())
    _tell(f"{kept / 1e3:.0f} kB kept for an original", kept, KEPT_BYTES)
    sys.stdout.write("".join(f"    {part}: {size / 1e3:.1f} kB\n" for part, size in parts.items()))
    with tempfile.TemporaryDirectory(prefix="bench-state-") as place:
        files = _fill(Path(place) / "journal.sqlite3", order.originals)
        began, worked = time.perf_counter(), time.process_time()
        journal = Journal(Path(place) / "journal.sqlite3")
        index = read_folder(files, journal, RecordedProgress())
        opened, busy = time.perf_counter() - began, time.process_time() - worked
        KnownCopies(index.gallery, journal)
        searched = time.process_time() - worked - busy
        journal.close()
    _tell(f"{order.originals} originals opened in {opened:.2f} s ({busy:.2f} s of processor time)", opened, OPENED_S)
    sys.stdout.write(f"and made ready to be searched in {searched:.2f} s of processor time more\n")


def _kept_bytes(folder: Path, state: Path) -> dict[str, float]:
    """Bytes for an original, by what they hold."""
    journal = Journal(state / "journal.sqlite3")
    found = find_files([folder]).files
    index = read_folder(random.Random(1).sample(found, min(len(found), READ)), journal, RecordedProgress())
    thumbnails = sum(map(len, journal.readings.thumbnails(index.gallery.contents).values()))
    journal.close()
    sizes = {one.name: one.stat().st_size for one in state.iterdir()}
    windows, coarse = sizes.pop("windows.bin"), sizes.pop("coarse.bin")
    parts = {
        "thumbnail": thumbnails,
        "what it is searched by": windows,
        "the same, coarsely": coarse,
        "facts, names and room in the journal": sum(sizes.values()) - thumbnails,
    }
    return {part: size / max(1, len(index.gallery.originals)) for part, size in parts.items()}


def _fill(file: Path, count: int) -> list[FoundFile]:
    """A journal of so many originals, and the files as the disk would list them."""
    journal, files = Journal(file), []
    body = {"format": "JPEG", "width": 4032, "height": 3024, "camera": "Apple iPhone 5", "taken": None, "place": None}
    nothing = StoredPicture(b"", np.zeros(128, np.int8).tobytes(), np.zeros(768, np.int8).tobytes())
    batch: list[tuple[StoredReading, StoredPicture | None]] = []
    for number in range(count):
        path = Path(f"/life/{2005 + number % 20}/IMG_{number:06d}.JPG")
        content = hashlib.sha256(b"%d" % number).digest()
        files.append(FoundFile(path, 4_000_000 + number, number))
        batch.append((StoredReading(path, 4_000_000 + number, number, body, content, content), nothing))
        if len(batch) == BATCH or number == count - 1:
            journal.readings.keep(batch, VERSION)
            batch.clear()
    journal.close()
    return files


def _tell(what: str, value: float, bound: float) -> None:
    sys.stdout.write(f"{what}: {of_bound(value, bound)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
