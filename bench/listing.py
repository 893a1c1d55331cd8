"""How many calls and how much memory it takes to list a large account: `python bench/listing.py [PHOTOS]`.

A pretend Flickr with so many photos, every tenth of them an Instagram copy, runs in this process; the listing runs in
one of its own, whose peak memory the operating system tells. POSIX only, since that is where it tells.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from i2f.sandbox import SandboxFlickr  # noqa: E402 - the program's own folder comes first

LISTER = """
import os, resource, sys
from i2f.sync.session import open_session
from i2f.ground.rate_limit import SystemClock
from i2f.display.progress import TerminalProgress
from i2f.ground.settings import load_settings
from i2f.sync.pipeline import list_copies
with TerminalProgress() as progress, open_session(load_settings(os.environ), SystemClock(), progress) as session:
    copies = list_copies(session)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sys.stdout.write(f"{len(copies)} {peak // (2**20 if sys.platform == 'darwin' else 2**10)}")
"""


def main() -> None:
    """List a large account twice and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=int, nargs="?", default=100_000)
    parser.add_argument("--every", type=int, default=10, help="every so many-th photo is a copy")
    options = parser.parse_args()
    picture = io.BytesIO()
    Image.new("RGB", (612, 612), "teal").save(picture, "JPEG")
    with SandboxFlickr() as flickr, tempfile.TemporaryDirectory() as state:
        for number in range(options.photos):
            tags = "ifttt instagram" if number % options.every == 0 else "holiday"
            flickr.add_photo(
                picture.getvalue(),
                title=f"Picture {number}",
                tags=tags,
                uploaded=1_400_000_000 + number,
                description="A caption of ordinary length, as people write them, with a word or two more.",
            )
        token, secret = flickr.issue_token("read")
        environment = {**os.environ, "PYTHONPATH": str(ROOT)} | {
            f"INSTAGRAM2FLICKR_{name}": value
            for name, value in {
                "SANDBOX": flickr.url,
                "STATE": state,
                "FLICKR_API_KEY": flickr.api_key,
                "FLICKR_TOKEN": token,
                "FLICKR_API_SECRET": flickr.api_secret,
                "FLICKR_TOKEN_SECRET": secret,
            }.items()
        }
        for what in ("first listing", "second listing"):
            calls, begun = len(flickr.log), time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", LISTER], env=environment, capture_output=True, text=True, check=True
            )
            copies, peak = done.stdout.split()
            sys.stdout.write(
                f"{what}: {options.photos} photos, {copies} copies, {len(flickr.log) - calls} calls, "
                f"{time.perf_counter() - begun:.1f} s, peak {peak} MiB\n"
            )
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    sys.stdout.write(f"user time of both: {children:.1f} s\n")


if __name__ == "__main__":
    main()
