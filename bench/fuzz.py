"""Ten thousand spoilt answers of Flickr's: `python -m bench.fuzz [--answers 10000] [--first-seed 1]`.

Whole runs against the sandbox, every answer in danger of being cut, changed, exchanged or invented
(tests/fuzzing.py); afterwards each photo must hold its copy or its own original, nothing that the plan did not hold
may be replaced, nothing twice, nothing recorded that is not so. An exception that is no expected failure ends the
bench with its seed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.fuzzing import run_once  # noqa: E402
from tests.support.killing import Roll  # noqa: E402
from tests.support.quick_program import Zygote  # noqa: E402


def main() -> None:
    """Run the bench and print what it did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=10_000)
    parser.add_argument("--first-seed", type=int, default=1)
    words = parser.parse_args()
    began, spoilt, seed = time.monotonic(), 0, words.first_seed
    ends: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        with Zygote() as zygote:
            roll = Roll.make(Path(place), zygote)
        while spoilt < words.answers:
            try:
                fuzzed = run_once(roll, Path(place) / f"run-{seed}", seed)
            except BaseException:
                sys.stderr.write(f"seed {seed}:\n")
                raise
            if fuzzed.wrong:
                raise SystemExit(f"seed {seed}: {'; '.join(fuzzed.wrong)}")
            spoilt += fuzzed.spoilt
            ends[fuzzed.ended_by] += 1
            seed += 1
    told = ", ".join(f"{count} by {end}" for end, count in ends.most_common())
    took_s = time.monotonic() - began
    sys.stdout.write(f"{spoilt} spoilt answers in {ends.total()} runs ({took_s:.0f} s); ended {told}; nothing wrong\n")


if __name__ == "__main__":
    main()
