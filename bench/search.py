"""What it takes to search for a copy among many originals: `python -m bench.search FOLDER [ORIGINALS...]`.

The originals are mixed from the photographs of FOLDER (bench/synthetic.py) and lie in a state folder as a run leaves
them; the copies are squares of those photographs. Prints the time of a copy in a batch, for the first look and for the
second, and the anonymous memory of the process (Linux tells it), beside the bound of each.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import matcher
from bench.memory import anonymous_bytes
from bench.synthetic import Source, keep, mixed, read_sources
from bench.tables import machine, of_bound
from i2f.ground.blas_threads import use_one_thread
from i2f.ground.processes import spawning
from i2f.memory.journal import Journal
from i2f.photos.decode import pixels
from i2f.sync.known_copies import KnownCopies

SOURCES = 120
BOUNDS_S = {10_000: 0.06, 100_000: 0.3}
"""Seconds a copy; the second look may take twice that."""
ANONYMOUS_BYTES = 2 * 2**30


def main() -> None:
    """Search among each number of originals."""
    parser = argparse.ArgumentParser(description="How long a search takes among many originals.")
    parser.add_argument("folder", type=Path, help="photographs to mix the originals from")
    parser.add_argument("originals", type=int, nargs="*", default=[10_000, 30_000, 100_000])
    parser.add_argument("--copies", type=int, default=32, help="copies in a batch")
    order = parser.parse_args()
    use_one_thread()  # as a run does; here numpy is loaded, so in a process of its own
    with ProcessPoolExecutor(1, mp_context=spawning()) as alone:
        alone.submit(measure, order).result()


def measure(order: argparse.Namespace) -> None:
    """Print what each number of originals takes."""
    sources = read_sources(order.folder, SOURCES)
    queries = [matcher.queries_of(_square(one)) for one in sources[: order.copies]]
    sys.stdout.write(machine() + "\n")
    for count in order.originals:
        with tempfile.TemporaryDirectory(prefix="bench-search-") as place:
            journal = Journal(Path(place) / "journal.sqlite3")
            gallery = keep(journal, mixed(sources, count, seed=count))
            index = KnownCopies(gallery, journal).index
            index.rank(queries[:1], matcher.AS_IT_IS)  # the file's pages are there, as after reading
            first, first_cpu = _timed(index, queries, matcher.AS_IT_IS)
            second, second_cpu = _timed(index, queries, matcher.OTHERWISE)
            journal.close()
        _say(f"{count} originals, as it is", first, first_cpu, BOUNDS_S.get(count))
        _say(f"{count} originals, all ways", first + second, first_cpu + second_cpu, 2 * BOUNDS_S.get(count, 0) or None)
        anonymous = anonymous_bytes()
        sys.stdout.write(
            f"{count} originals: {anonymous / 2**20:.0f} MiB anonymous ({of_bound(anonymous, ANONYMOUS_BYTES)})\n"
        )
        sys.stdout.flush()


def _square(source: Source) -> matcher.Picture:
    """The left square of a photograph, as a copy shows it."""
    shown = pixels(source.thumbnail)
    side = min(shown.shape[:2])
    return np.ascontiguousarray(shown[:side, :side])


def _timed(index: matcher.Index, queries: list[matcher.Queries], ways: tuple[int, ...]) -> tuple[float, float]:
    """Seconds a copy, on the wall and of processor time."""
    began, worked = time.perf_counter(), time.process_time()
    index.rank(queries, ways)
    return (time.perf_counter() - began) / len(queries), (time.process_time() - worked) / len(queries)


def _say(what: str, wall_s: float, worked_s: float, bound_s: float | None) -> None:
    bound = "" if bound_s is None else f" ({of_bound(wall_s, bound_s)})"
    sys.stdout.write(f"{what}: {1e3 * wall_s:.0f} ms a copy ({1e3 * worked_s:.0f} ms of processor time){bound}\n")


if __name__ == "__main__":
    main()
