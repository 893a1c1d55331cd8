"""Broken picture files by the thousand, read and prepared for sending as `sync` would: `python -m bench.mutations`.

Each file is JPEG, HEIC, PNG, TIFF or another of the formats that are read, with bits flipped, a part cut off, blocks
swapped, a lying heading, or several of these, made from a seed so that any one can be made again (tests/mutations.py).
Every one must be read or named, and what was read must be sent or refused with a line: no crash, nothing that takes
longer than ten seconds, no process above a gibibyte. Ends with 1 if one of that does not hold. The tests do the same
with 300.
"""

from __future__ import annotations

import argparse
import resource  # Unix only, as is the measure of memory
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from i2f.ground.errors import PictureError  # noqa: E402
from i2f.ground.flickr_accepts import MAX_PHOTO_BYTES  # noqa: E402
from i2f.ground.model import Original  # noqa: E402
from i2f.photos.folder import FoundFile  # noqa: E402
from i2f.photos.outgoing_file_worker import OutgoingFileWorker  # noqa: E402
from i2f.photos.reader import Reading, read_originals  # noqa: E402
from matcher import fingerprint_of  # noqa: E402
from tests.support.mutations import make_broken_files  # noqa: E402

LONGEST_S = 10.0
MOST_MIB = 1024
# So many files lie on the disk at once.
BATCH = 1000


@dataclass
class Sums:
    """What became of the files; `bad` are the names of those that broke a rule."""

    words: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    longest_s: float = 0.0

    def read(self, files: Iterable[FoundFile], workers: int) -> list[Original]:
        """Read them; what could be read comes back."""
        originals = []
        before = time.monotonic()
        for answer in read_originals(tuple(files), fingerprint_of, workers, LONGEST_S):
            path = answer.original.path if isinstance(answer, Reading) else answer.path
            if sum(self.words.values()) % BATCH:  # the first one waits for the process to start
                self._took(before, path)
            before = time.monotonic()
            word = "read" if isinstance(answer, Reading) else answer.reason
            self.words[word] += 1
            if isinstance(answer, Reading):
                originals.append(answer.original)
            elif "decoder" in word:
                self.bad.append(f"{path.name}: {word}")
        return originals

    def pack(self, originals: Iterable[Original], file_worker: OutgoingFileWorker, workdir: Path) -> None:
        """Make what would be sent of them."""
        for number, original in enumerate(originals):
            before = time.monotonic()
            try:
                made = file_worker.make(original, "strip", workdir, MAX_PHOTO_BYTES)
            except PictureError as error:
                word = str(error).removeprefix(f"{original.path.name}: ").removesuffix("; it was not sent")
                self.sent[word] += 1
                if "decoder" in word:
                    self.bad.append(str(error))
            else:
                self.sent["ready to be sent"] += 1
                if made.is_temporary:
                    made.path.unlink()
            if number:
                self._took(before, original.path)

    def _took(self, since: float, path: Path) -> None:
        took_s = time.monotonic() - since
        self.longest_s = max(self.longest_s, took_s)
        if took_s > LONGEST_S / 4:
            sys.stderr.write(f"{path.name} was waited for {took_s:.1f} s\n")


def main() -> int:
    """Go through a great many and tell what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    sums = Sums()
    for first in range(0, options.count, BATCH):
        with tempfile.TemporaryDirectory() as name, OutgoingFileWorker(LONGEST_S) as file_worker:
            place = Path(name)
            count = min(BATCH, options.count - first)
            files = tuple(make_broken_files(place, count, options.seed, first))
            sums.pack(sums.read(files, options.workers), file_worker, place / "whole")
        sys.stderr.write(f"{first + count} of {options.count}\n")
    return tell(sums, options.count)


def tell(sums: Sums, count: int) -> int:
    """The figures; 1 when a rule was broken."""
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    answered = sum(sums.words.values())
    sys.stdout.write(
        f"{answered} of {count} files read or named; longest wait {sums.longest_s:.1f} s; "
        f"largest process {peak_mib:.0f} MiB\n"
    )
    for heading, words in (("read:", sums.words), ("of those read, before sending:", sums.sent)):
        sys.stdout.write(heading + "\n")
        sys.stdout.writelines(f"{number:7d} {word}\n" for word, number in words.most_common())
    sys.stdout.writelines(f"bad: {line}\n" for line in sums.bad)
    return int(bool(sums.bad) or answered != count or sums.longest_s > LONGEST_S or peak_mib > MOST_MIB)


if __name__ == "__main__":
    sys.exit(main())
