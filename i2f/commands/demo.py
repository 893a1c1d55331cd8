"""The whole story in under a minute, on a pretend Flickr: no account, no network, nothing outside one folder.

Two dozen photographs are painted (or the person's own are taken), small Instagram copies of most of them are put
on a Flickr that lives on the loopback, some of whose originals are then left out of the folder. After that the
demo only types the commands a person would type, in processes of their own, and shows what they print. One copy with
a filter is sent as posted, the others as their originals. In the end it looks at the pretend Flickr itself: every
replaced picture must be the very original, the one as posted its copy at a larger size, every other untouched.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from i2f.display.lines import say
from i2f.ground.errors import ExitCode, FolderError
from i2f.ground.wording import counted
from i2f.instagram.shortcodes import EPOCH_MS, TIME_SHIFT, code_of
from i2f.photos.folder import find_files
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.photos.looks import make_copy, random_recipe
from i2f.sandbox.photos.paint import PaintedShot, paint_roll

COPIES = 14
LEFT_OUT = 3
SEED = 2011
_CURSOR = re.compile(r"\x1b\[\?25[hl]")
LEVELS_APART = 6.0
"""By so much a picture sent as posted may differ from its copy, when it is reduced to the copy's size: JPEG's noise."""
PROGRAM = Path(__file__).resolve().parents[2] / "instagram2flickr.py"
TITLES = (
    "Sunday",
    "golden hour",
    "on the way home",
    "no filter #nofilter",
    "still here",
    "#latergram",
    "breakfast",
    "from the ferry",
    "quiet",
    "look up",
    "the old harbour",
    "market day",
    "first light",
    "rain again",
)


@dataclass(frozen=True, slots=True)
class Posted:
    """A copy on the pretend Flickr and the original it was made from; `left_out` when that is not in the folder, and
    `filter` names what was done to it, empty where a frame or a blur hides a part.
    """

    photo_id: str
    original: Path
    left_out: bool
    data: bytes
    filter: str


def tell(photos: Path | None) -> ExitCode:
    """Play the whole story; FAILED when anything on the pretend Flickr is not as it must be."""
    register_heif_opener()
    root = Path(tempfile.mkdtemp(prefix="instagram2flickr-demo-"))
    _say(f"Everything below happens in {root}, on this machine only.\n")
    folder = photos.absolute() if photos is not None else root / "iphone"
    drawer = root / "not-on-the-phone"
    if photos is None:
        _say("Generating two dozen photos ...")
        chosen, gone = _choose(paint_roll(folder, seed=SEED))
    else:
        chosen, gone = _choose_own(folder)
    with SandboxFlickr() as flickr:
        posted = _post(flickr, chosen, gone)
        if not posted:
            raise FolderError(f"there are no pictures in {folder} that could be shown")
        for path in gone:
            drawer.mkdir(exist_ok=True)
            path.rename(drawer / path.name)
        _say(f"Posted {len(posted)} small copies of them on a simulated Flickr at {flickr.url}.\n")
        run = _typist(flickr, root)
        _log_in(flickr, run)
        named = str(folder) if photos is not None else folder.name
        run(["sync", named, "--dry-run", "--json", "preview.json", "--preview", "plan.html"], None)
        as_posted = _send_as_posted(run, named, root, posted)
        replaced = _send(run, [named], root / "report.json")
        wrong = [*_check(flickr, posted, replaced | as_posted, set(as_posted))]
        if replaced:
            first = next(iter(replaced))
            run(["undo", first], None)
            if flickr.photo(first).data != next(one.data for one in posted if one.photo_id == first):
                wrong.append(f"{first} did not come back byte for byte")
        run(["status"], None)
    return _end(root, folder, posted, (replaced, as_posted), wrong)


def _send(run: Typist, words: Sequence[str], report: Path) -> dict[str, Path]:
    """A sync, and what it replaced with what, by photo id."""
    run(["sync", *words, "--yes", "--json", report.name], None)
    told = json.loads(report.read_text(encoding="utf-8"))
    return {one["photo_id"]: Path(one["original"]) for one in told["photos"] if one["outcome"] == "replaced"}


def _send_as_posted(run: Typist, folder: str, root: Path, posted: Sequence[Posted]) -> dict[str, Path]:
    """The first copy with a filter, sent as posted; nothing where there is none or it cannot be rendered."""
    for one in posted:
        if one.filter and not one.left_out:
            _say(f"\n{one.photo_id} was posted with the filter {one.filter}: it is to keep it, at full size.")
            return _send(run, [folder, "--photo", one.photo_id, "--as-posted"], root / "as-posted.json")
    return {}


def _say(text: str) -> None:
    say(_CURSOR.sub("", text))


def _as_in_a_terminal() -> dict[str, str]:
    """What makes a command that writes into a pipe show its tables, where the demo itself is in a terminal."""
    # Before 14, rich cannot be told to draw no live line, of which a pipe would get every state.
    if not sys.stdout.isatty() or int(version("rich").split(".")[0]) < 14:
        return {}
    return {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "0", "COLUMNS": str(shutil.get_terminal_size().columns - 2)}


def _choose(shots: Sequence[PaintedShot]) -> tuple[list[Path], set[Path]]:
    """Which painted shots were posted, and which of those are no longer on the phone, though a sibling of each is."""
    rng = np.random.default_rng(SEED)
    camera = [one for one in shots if one.kind in {"photo", "sibling"}]
    families = Counter((one.scene, one.seed) for one in camera)
    edited = {(one.scene, one.seed) for one in shots if one.kind == "edit"}
    with_sibling = [one for one in camera if families[one.scene, one.seed] > 1 and (one.scene, one.seed) not in edited]
    gone = {with_sibling[place].path for place in rng.permutation(len(with_sibling))[:LEFT_OUT]}
    others = [one.path for one in camera if one.path not in gone]
    newest = {path for path in others if path.suffix.upper() == ".HEIC"}
    posted = [others[place] for place in rng.permutation(len(others))[: COPIES - LEFT_OUT - len(newest)]]
    return sorted({*posted, *newest, *gone}), gone


def _choose_own(folder: Path) -> tuple[list[Path], set[Path]]:
    """The same from the person's own folder, where nothing is moved away."""
    files = [one.path for one in find_files([folder]).files]
    rng = np.random.default_rng(SEED)
    return [files[place] for place in sorted(rng.permutation(len(files))[:COPIES])], set()


def _post(flickr: SandboxFlickr, chosen: Sequence[Path], gone: set[Path]) -> list[Posted]:
    """Make copies as IFTTT left them."""
    rng = np.random.default_rng(SEED)
    posted = []
    for number, path in enumerate(chosen):
        try:
            with Image.open(path) as picture:
                upright = ImageOps.exif_transpose(picture).convert("RGB")
        except (OSError, Image.DecompressionBombError):
            continue  # the person's own folder may hold anything
        recipe = random_recipe(rng, ("EASY", "TYPICAL", "TYPICAL")[number % 3])
        data, _ = make_copy(upright, recipe)
        when = datetime(2026, 6, 1, 12, number, tzinfo=UTC)
        photo_id = flickr.add_photo(
            data,
            title=TITLES[number % len(TITLES)],
            tags="ifttt instagram",
            uploaded=int(when.timestamp()),
            description=f"via Instagram https://www.instagram.com/p/{_code(when, number)}/",
        )
        shown = "" if recipe.filter == "normal" or recipe.frame or recipe.tilt else recipe.filter
        posted.append(Posted(photo_id, path, path in gone, data, shown))
    return posted


def _code(when: datetime, number: int) -> str:
    """The code Instagram would have given a post of this moment."""
    return code_of(((int(when.timestamp() * 1000) - EPOCH_MS) << TIME_SHIFT) | number) or ""


Typist = Callable[[Sequence[str], str | None], None]


def _typist(flickr: SandboxFlickr, root: Path) -> Typist:
    """Types commands as a person would, with everything led to the pretend Flickr and into one folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INSTAGRAM2FLICKR_")}
    config = root / "config.ini"
    config.write_text(f"[flickr]\napi_key = {flickr.api_key}\napi_secret = {flickr.api_secret}\n", encoding="utf-8")
    environment |= {
        "INSTAGRAM2FLICKR_SANDBOX": flickr.url,
        "INSTAGRAM2FLICKR_STATE": str(root / "state"),
        "INSTAGRAM2FLICKR_CONFIG": str(config),
        "PYTHONUTF8": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        **_as_in_a_terminal(),
    }

    def run(words: Sequence[str], typed: str | None) -> None:
        _say(f"\n$ instagram2flickr.py {' '.join(words)}")
        with subprocess.Popen(
            [sys.executable, str(PROGRAM), *words],
            env=environment,
            cwd=root,
            text=True,
            encoding="utf-8",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            if process.stdout is None or process.stdin is None:
                raise RuntimeError("the program has no standard output")
            for line in process.stdout:
                _say("  " + line.rstrip())
                page = re.search(r"https?://\S+oauth_token=([\w-]+)", line)
                if page and typed == "code":
                    process.stdin.write(flickr.authorize(page[1]) + "\n")
                    process.stdin.flush()
                    typed = None
        if process.returncode:
            _say(f"  (exit code {process.returncode})")

    return run


def _log_in(flickr: SandboxFlickr, run: Typist) -> None:
    """Log in: the demo agrees on the pretend Flickr's page and types the code."""
    run(["login", "--no-browser"], "code")


def _check(
    flickr: SandboxFlickr, posted: Sequence[Posted], replaced: dict[str, Path], as_posted: set[str]
) -> Iterator[str]:
    """What on the pretend Flickr is not as it must be."""
    for one in posted:
        now = flickr.photo(one.photo_id).data
        if one.photo_id not in replaced:
            if now != one.data:
                yield f"{one.photo_id} was touched"
        elif one.left_out:
            yield f"{one.photo_id} was replaced though its original is not in the folder"
        elif one.photo_id in as_posted:
            if not _is_the_copy_enlarged(one.data, now):
                yield f"{one.photo_id} does not look as posted"
        elif replaced[one.photo_id].suffix.lower() in {".jpg", ".jpeg", ".png"} and (
            now != replaced[one.photo_id].read_bytes()
        ):
            yield f"{one.photo_id} is not the original byte for byte"


def _is_the_copy_enlarged(copy: bytes, now: bytes) -> bool:
    """Whether a picture shows what the copy does, with more pixels."""
    with Image.open(io.BytesIO(copy)) as small, Image.open(io.BytesIO(now)) as large:
        reduced = np.asarray(large.convert("RGB").resize(small.size, Image.Resampling.LANCZOS), np.float32)
        apart = float(np.abs(reduced - np.asarray(small.convert("RGB"), np.float32)).mean())
        return large.width > small.width and apart < LEVELS_APART


def _end(
    root: Path,
    folder: Path,
    posted: Sequence[Posted],
    sent: tuple[dict[str, Path], dict[str, Path]],
    wrong: Sequence[str],
) -> ExitCode:
    replaced, as_posted = sent
    there = sum(1 for one in posted if not one.left_out)
    exact = sum(1 for one in posted if replaced.get(one.photo_id) == one.original)
    _say(
        f"\nOf {counted(len(posted), 'copy', 'copies')}, the folder holds the originals of {there}. "
        f"{len(replaced)} were replaced, {exact} of them with exactly the file the copy was made from"
        + (f", {len(replaced) - exact} with another version of the photo" if len(replaced) > exact else "")
        + (", and one more with the picture as posted, at full size" if as_posted else "")
        + ". Then one was restored."
    )
    for line in wrong:
        _say(f"WRONG: {line}")
    _say(
        f"\nTo look at in {root}:\n"
        "  plan.html      the plan of the dry run as a page\n"
        "  preview.json   the same as JSON\n"
        "  report.json    what was done\n"
        "  state/backups  the backups\n"
        f"The originals are in {folder}. Delete {root} when you are done."
    )
    if wrong or not replaced:
        _say("The demo FAILED.")
        return ExitCode.FAILED
    _say("The demo succeeded.")
    return ExitCode.DONE
