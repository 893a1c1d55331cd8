"""The whole story in under a minute, on a pretend Flickr: no account, no network, nothing outside one folder.

Two dozen photographs are painted (or the person's own are taken), small Instagram copies of most of them are put
on a Flickr that lives on the loopback, some of whose originals are then left out of the folder. After that the
demo only types the commands a person would type, in processes of their own, and shows what they print. In the end
it looks at the pretend Flickr itself: every replaced picture must be the very original, every other untouched.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from errors import ExitCode, FolderError
from folder import find_files
from sandbox import SandboxFlickr
from sandbox.looks import make_copy, random_recipe
from sandbox.paint import paint_roll

COPIES = 14
LEFT_OUT = 3
SEED = 2011
PROGRAM = Path(__file__).absolute().with_name("instagram2flickr.py")
# Instagram's epoch and the place of the time in an id (Instagram Engineering, "Sharding & IDs at Instagram").
EPOCH_MS, TIME_SHIFT = 1_314_220_021_721, 23
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
TITLES = ("Sunday", "golden hour", "on the way home", "no filter #nofilter", "still here", "#latergram", "breakfast",
          "from the ferry", "quiet", "look up", "the old harbour", "market day", "first light", "rain again")


@dataclass(frozen=True, slots=True)
class Posted:
    """A copy on the pretend Flickr and the original it was made from; `left_out` when that is not in the folder."""

    photo_id: str
    original: Path
    left_out: bool
    data: bytes


def tell(photos: Path | None) -> ExitCode:
    """Play the whole story; FAILED when anything on the pretend Flickr is not as it must be."""
    root = Path(tempfile.mkdtemp(prefix="instagram2flickr-demo-"))
    _say(f"Everything below happens in {root} and on this machine only.\n")
    folder = photos if photos is not None else root / "iphone"
    drawer = root / "not-on-the-phone"
    if photos is None:
        _say("Painting two dozen photographs ...")
        folder.mkdir()
        paint_roll(folder, seed=SEED)
    with SandboxFlickr() as flickr:
        posted = _post(flickr, folder, None if photos is not None else drawer)
        _say(f"Posted {len(posted)} small copies of them on a pretend Flickr at {flickr.url}.\n")
        run = _typist(flickr, root)
        _log_in(flickr, run)
        run(["sync", str(folder), "--dry-run", "--json", str(root / "preview.json")], None)
        run(["sync", str(folder), "--yes", "--json", str(root / "report.json")], None)
        report = json.loads((root / "report.json").read_text(encoding="utf-8"))
        replaced = {one["photo_id"]: Path(one["original"]) for one in report["photos"] if one["outcome"] == "replaced"}
        wrong = _check(flickr, posted, replaced)
        if replaced:
            first = next(iter(replaced))
            run(["undo", first], None)
            if flickr.photo(first).data != next(one.data for one in posted if one.photo_id == first):
                wrong.append(f"{first} did not come back byte for byte")
        run(["status"], None)
    return _end(root, folder, posted, replaced, wrong)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _post(flickr: SandboxFlickr, folder: Path, drawer: Path | None) -> list[Posted]:
    """Make copies of some photographs as IFTTT left them; move a few originals away into `drawer`."""
    files = [one.path for one in find_files([folder]).files]
    rng = np.random.default_rng(SEED)
    chosen = [files[place] for place in sorted(rng.permutation(len(files))[:COPIES])]
    left_out = {chosen[place] for place in rng.permutation(len(chosen))[:LEFT_OUT]} if drawer else set()
    posted = []
    for number, path in enumerate(chosen):
        try:
            with Image.open(path) as picture:
                upright = ImageOps.exif_transpose(picture).convert("RGB")
        except (OSError, Image.DecompressionBombError):
            continue  # the person's own folder may hold anything
        data, _ = make_copy(upright, random_recipe(rng, ("EASY", "TYPICAL", "TYPICAL")[number % 3]))
        when = datetime(2026, 6, 1, 12, number, tzinfo=UTC)
        photo_id = flickr.add_photo(
            data, title=TITLES[number % len(TITLES)], tags="ifttt instagram", uploaded=int(when.timestamp()),
            description=f"via Instagram https://www.instagram.com/p/{_code(when, number)}/",
        )
        posted.append(Posted(photo_id, path, path in left_out, data))
    if not posted:
        raise FolderError(f"there are no pictures in {folder} that could be shown")
    if drawer is not None:
        drawer.mkdir()
        for path in left_out:
            path.rename(drawer / path.name)
    return posted


def _code(when: datetime, number: int) -> str:
    """The code Instagram would have given a post of this moment."""
    media_id = ((int(when.timestamp() * 1000) - EPOCH_MS) << TIME_SHIFT) | number
    letters = ""
    while media_id:
        media_id, digit = divmod(media_id, 64)
        letters = ALPHABET[digit] + letters
    return letters


Typist = Callable[[Sequence[str], str | None], None]


def _typist(flickr: SandboxFlickr, root: Path) -> Typist:
    """Types commands as a person would, with everything led to the pretend Flickr and into one folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INSTAGRAM2FLICKR_")}
    config = root / "config.ini"
    config.write_text(f"[flickr]\napi_key = {flickr.api_key}\napi_secret = {flickr.api_secret}\n", encoding="utf-8")
    environment |= {"INSTAGRAM2FLICKR_SANDBOX": flickr.url, "INSTAGRAM2FLICKR_STATE": str(root / "state"),
                    "INSTAGRAM2FLICKR_CONFIG": str(config), "PYTHONUTF8": "1"}

    def run(words: Sequence[str], typed: str | None) -> None:
        _say(f"\n$ instagram2flickr.py {' '.join(words)}")
        with subprocess.Popen([sys.executable, str(PROGRAM), *words], env=environment, text=True, encoding="utf-8",
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            if process.stdout is None or process.stdin is None:
                raise RuntimeError("the program has no standard output")
            for line in process.stdout:
                _say("  " + line.rstrip())
                page = re.search(r"https?://\S+oauth_token=([\w-]+)", line)
                if page and typed == "code":
                    process.stdin.write(flickr.authorize(page[1]) + "\n")
                    process.stdin.flush()
        if process.returncode:
            _say(f"  (exit code {process.returncode})")

    return run


def _log_in(flickr: SandboxFlickr, run: Typist) -> None:
    """Log in: the demo agrees on the pretend Flickr's page and types the code."""
    run(["login", "--no-browser"], "code")


def _check(flickr: SandboxFlickr, posted: Sequence[Posted], replaced: dict[str, Path]) -> list[str]:
    """What on the pretend Flickr is not as it must be."""
    wrong = []
    for one in posted:
        now = flickr.photo(one.photo_id).data
        if one.photo_id not in replaced:
            if now != one.data:
                wrong.append(f"{one.photo_id} was touched")
        elif one.left_out:
            wrong.append(f"{one.photo_id} was replaced though its original is not in the folder")
        elif replaced[one.photo_id].suffix.lower() in {".jpg", ".jpeg", ".png"} and (
            now != replaced[one.photo_id].read_bytes()
        ):
            wrong.append(f"{one.photo_id} is not the original byte for byte")
    return wrong


def _end(
    root: Path, folder: Path, posted: Sequence[Posted], replaced: dict[str, Path], wrong: Sequence[str]
) -> ExitCode:
    there = sum(1 for one in posted if not one.left_out)
    exact = sum(1 for one in posted if replaced.get(one.photo_id) == one.original)
    _say(f"\n{len(posted)} copies, {there} of whose originals were in the folder: {len(replaced)} were replaced, "
         f"{exact} by the very file they were made from and {len(replaced) - exact} by another file of the same shot; "
         "one was then taken back.")
    for line in wrong:
        _say(f"WRONG: {line}")
    _say(f"\nLook at\n  {folder}   the originals\n  {root / 'preview.json'}   the dry run's plan\n"
         f"  {root / 'report.json'}   what was done\n  {root / 'state' / 'backups'}   the copies as they were\n"
         f"Delete {root} when you have seen enough.")
    if wrong or not replaced:
        _say("The demo FAILED.")
        return ExitCode.FAILED
    _say("The demo succeeded.")
    return ExitCode.DONE
