"""How soon the program answers, in times of what loading click alone takes: `python bench/start.py [ROUNDS]`.

In each round every command is started once, and `python -c "import click"` before and after it; the ratio is taken
within the round, so that a busy machine slows both, and its median is printed. `--help` and `--version` should stay
within 4 times, `status` (on a new state folder) within 9.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMITS = {"--version": 4.0, "--help": 4.0, "status": 9.0}


def seconds(*words: str) -> float:
    """How long one start takes."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - began


def main() -> None:
    """Measure, print, and end with 1 where a limit is exceeded."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    ratios: dict[str, list[float]] = {word: [] for word in LIMITS}
    clicks: list[float] = []
    with tempfile.TemporaryDirectory() as state:
        os.environ["INSTAGRAM2FLICKR_STATE"] = str(Path(state) / "state")
        seconds("instagram2flickr.py", "status")  # the byte code is written once
        for _ in range(rounds):
            for word in LIMITS:
                before = seconds("-c", "import click")
                took = seconds("instagram2flickr.py", word)
                click = (before + seconds("-c", "import click")) / 2
                clicks.append(click)
                ratios[word].append(took / click)
    out = sys.stdout.write
    out(f"python -c 'import click': {1000 * statistics.median(clicks):.0f} ms (median of {len(clicks)})\n")
    for word, found in ratios.items():
        out(f"{word}: {statistics.median(found):.1f} times that (limit {LIMITS[word]:g})\n")
    sys.exit(any(statistics.median(found) > LIMITS[word] for word, found in ratios.items()))


if __name__ == "__main__":
    main()
