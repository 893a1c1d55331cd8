"""How much of a bare decode's throughput reading a folder has: `python -m bench.reading FOLDER [--files N]`.

N files of FOLDER, the largest JPEG and then the HEIC, each as often as it takes, are read as a run reads them: in
worker processes, hashed, made thumbnails and fingerprints of, and written to a journal. Then as many processes open the
same files with Pillow and decode them, JPEG at the scale that a thumbnail needs, and do nothing else. Prints the
throughput of the one as a share of the other's (both from the first file that is done, since starting processes is no
reading), and the same of processor time in one process, which other work on the machine touches less. The bound is met
where both reach it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path

import pillow_heif
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import matcher
from bench.tables import machine, met
from i2f.ground.blas_threads import use_one_thread
from i2f.ground.image import thumbnail_size
from i2f.ground.processes import spawning
from i2f.memory.journal import Journal
from i2f.photos.folder import FoundFile, find_files
from i2f.photos.reader import read_file, worker_count
from i2f.sync.originals import read_folder
from tests.support.sessions import RecordedProgress

BOUNDS = {"JPEG": 0.85, "HEIC": 0.9}
ENDINGS = {"JPEG": {".jpg", ".jpeg"}, "HEIC": {".heic", ".heif"}}
MOST = 8
"""Different files; each is read as often as it takes."""


@dataclass
class TimedProgress(RecordedProgress):
    """Remembers when each file was done."""

    done: list[float] = field(default_factory=list)

    def step(self, steps: int = 1) -> None:
        """One more."""
        self.done.append(time.perf_counter())


def main() -> None:
    """Measure JPEG and HEIC."""
    parser = argparse.ArgumentParser(description="Reading a folder against a bare decode.")
    parser.add_argument("folder", type=Path, help="photographs")
    parser.add_argument("--files", type=int, default=64, help="files to read of each format")
    order = parser.parse_args()
    use_one_thread()  # in the processes that this one starts
    sys.stdout.write(machine() + "\n")
    found = sorted(find_files([order.folder]).files, key=lambda one: (-one.size_bytes, one.path))
    for kind, bound in BOUNDS.items():
        files = [one.path for one in found if one.path.suffix.lower() in ENDINGS[kind]][:MOST]
        if files:
            _measure(kind, bound, files, order.files)
        else:
            sys.stdout.write(f"{kind}: there are no such files\n")


def _measure(kind: str, bound: float, files: Sequence[Path], count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-reading-") as scratch:
        place = Path(scratch)
        copies = list(_copies(files, place, count))
        workers = worker_count(len(copies))
        bare = _per_second(_decoded(copies, workers))
        read = _per_second(_read(copies, place))
        with ProcessPoolExecutor(1, mp_context=spawning()) as pool:
            alone = pool.submit(_alone, find_files([place / "photos"]).files[: len(files)]).result()
    throughput = read / bare
    is_met = min(throughput, alone) >= bound
    sys.stdout.write(
        f"{kind}: {read:.1f} files a second read, {bare:.1f} decoded, {workers} processes: {throughput:.2f}; "
        f"in processor time {alone:.2f} ({met(is_met)}: {bound})\n"
    )
    sys.stdout.flush()


def _copies(files: Sequence[Path], place: Path, count: int) -> Iterator[Path]:
    (place / "photos").mkdir()
    for number in range(count):
        file = files[number % len(files)]
        yield Path(shutil.copy(file, place / "photos" / f"IMG_{number:04d}{file.suffix}"))


def _per_second(done: Sequence[float]) -> float:
    return (len(done) - 1) / (done[-1] - done[0])


def _decoded(files: Sequence[Path], workers: int) -> list[float]:
    """When each file was decoded, and nothing else done."""
    with ProcessPoolExecutor(workers, mp_context=spawning()) as pool:
        list(pool.map(decode, [files[0]] * workers))
        return [time.perf_counter() for _ in pool.map(decode, files)]


def decode(file: Path) -> None:
    """Open a picture and have its pixels, a JPEG's at the scale that a thumbnail needs."""
    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    with Image.open(BytesIO(file.read_bytes())) as image:
        image.draft(None, thumbnail_size(*image.size))
        image.load()


def _read(files: Sequence[Path], place: Path) -> list[float]:
    """When each file was read as a run does it, the journal written."""
    progress = TimedProgress()
    journal = Journal(place / "journal.sqlite3")
    index = read_folder(find_files([place / "photos"]).files, journal, progress)
    journal.close()
    if len(index.gallery.originals) != len(files):
        raise SystemExit("not all files can be read")
    return progress.done


def _alone(files: Sequence[FoundFile]) -> float:
    """Processor time of decoding as a share of that of reading, file by file in turns."""
    decoding = reading = 0.0
    for file in files:
        decoding += _worked(partial(decode, file.path))
        reading += _worked(partial(read_file, file, matcher.fingerprint_of))
    return decoding / reading


def _worked(work: Callable[[], object]) -> float:
    """Seconds of processor time, the better of two."""
    return min(_once(work), _once(work))


def _once(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
