"""The real thing on a benchmark's folder: `sync --dry-run --json` in a process of its own, against a pretend Flickr.

Nothing of the matcher is called from here. The copies lie on a Flickr on the loopback with links that say nothing of
the time, `min_gain` is 0, and the state folder is new. Three runs tell the times apart: one on an account
with a single copy (reading the folder), one on all copies (comparing), one more (what is left when all is known).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from i2f.memory.journal import Journal
from i2f.sandbox import SandboxFlickr

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Answers:
    """What was decided, by the copy's name, each with its evidence as `why` shows it; and the times."""

    photos: dict[str, dict[str, Any]]
    originals: int
    reading_s: float
    comparing_s: float


def run_sync(home: Path, names: Sequence[str]) -> Answers:
    """Put `home`/copies on a pretend Flickr and plan them against `home`/originals."""
    with SandboxFlickr() as flickr:
        ids = {_post(flickr, home, names[0]): names[0]}
        first_s, _ = _sync(flickr, home)
        ids |= {_post(flickr, home, name): name for name in names[1:]}
        all_s, report = _sync(flickr, home)
        again_s, _ = _sync(flickr, home)
        if flickr.changing_requests:
            raise RuntimeError("a dry run changed something")
    journal = Journal(home / "state" / "journal.sqlite3")
    photos = {}
    try:
        for one in report["photos"]:
            decided = journal.assessments.decision(one["photo_id"])
            evidence = decided[1].get("evidence", []) if decided else []
            photos[ids[one["photo_id"]]] = one | {"evidence": evidence}
    finally:
        journal.close()
    return Answers(photos, report["counts"]["originals"], max(0.0, first_s - again_s), max(0.0, all_s - again_s))


def _post(flickr: SandboxFlickr, home: Path, name: str) -> str:
    data = (home / "copies" / f"{name}.jpg").read_bytes()
    return flickr.add_photo(data, title=name, description="via Instagram https://ift.tt/abc", tags="ifttt instagram")


def _sync(flickr: SandboxFlickr, home: Path) -> tuple[float, dict[str, Any]]:
    file = home / "report.json"
    file.unlink(missing_ok=True)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("INSTAGRAM2FLICKR_")}
    token, secret = flickr.issue_token("read")
    own = {
        "SANDBOX": flickr.url,
        "STATE": str(home / "state"),
        "FLICKR_API_KEY": flickr.api_key,
        "FLICKR_API_SECRET": flickr.api_secret,
        "FLICKR_TOKEN": token,
        "FLICKR_TOKEN_SECRET": secret,
        "SYNC_MIN_GAIN": "0",
    }
    started = time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "instagram2flickr.py"),
            "sync",
            str(home / "originals"),
            "--dry-run",
            "--json",
            str(file),
        ],
        env=plain | {f"INSTAGRAM2FLICKR_{name}": value for name, value in own.items()},
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=home,
        check=False,
    )
    took_s = time.monotonic() - started
    if not file.exists():
        raise RuntimeError(f"sync ended with {done.returncode}: {done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return took_s, report
