"""Whether a Photos library and a Takeout are read at the speed of a plain folder: `python -m bench.libraries`.

The same small photographs, 2,000 unless told otherwise, lie in a plain folder, a Photos library with its database, an
unpacked Takeout with its JSON, and a Takeout in two zip files. Each is read as a first run reads it, and looked at once
more as a run that finds nothing new; a few are read before, so that no place pays for what is loaded once. Told is the
processor time of this process and its workers as a ratio to that of the plain folder, which a busy machine moves less
than the clock, against a bound set beforehand; and whether every file and folder has the content and the time of change
it had before.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.tables import machine, met
from i2f.memory.journal import Journal
from i2f.photos.sources import find_originals
from i2f.sync.originals import read_folder
from tests.support.camera_roll import make_photograph
from tests.support.libraries import Asset, make_library, takeout_json, uuid_of
from tests.support.sessions import RecordedProgress

BOUND = 1.10
"""Times the plain folder's processor time that count as its speed."""
WIDTH, HEIGHT = 640, 480
WARM_UP = 20
# So many scenes are painted; every photograph is another part of one.
SCENES = 8
ALBUM = "Takeout/Google Photos/Photos from 2012"


def photographs(count: int) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of photographs with camera and time, no two alike."""
    scenes = [make_photograph(seed, WIDTH + 400, HEIGHT + 300) for seed in range(SCENES)]
    corners = np.random.default_rng(7).integers(0, (400, 300), (count, 2))
    for number, (left, top) in enumerate(corners):
        exif = Image.Exif()
        exif[0x010F], exif[0x0110] = "Apple", "iPhone 5"
        day, second = divmod(number, 1000)
        exif.get_ifd(0x8769)[0x9003] = f"2012:06:{1 + day % 28:02d} 12:{second // 60:02d}:{second % 60:02d}"
        part = scenes[number % SCENES].crop((left, top, left + WIDTH, top + HEIGHT))
        buffer = io.BytesIO()
        part.save(buffer, "JPEG", quality=88, exif=exif)
        yield f"IMG_{number:04d}.JPG", buffer.getvalue()


def make_plain(place: Path, pictures: dict[str, bytes]) -> None:
    """A folder of files."""
    place.mkdir()
    for name, data in pictures.items():
        (place / name).write_bytes(data)


def make_photos_library(place: Path, pictures: dict[str, bytes]) -> None:
    """A library of Photos 5 or later."""
    place.mkdir()
    assets = [Asset(uuid_of(number), name, data) for number, (name, data) in enumerate(pictures.items())]
    make_library(place / "Photos Library.photoslibrary", assets)


def make_takeout(place: Path, pictures: dict[str, bytes]) -> None:
    """A Takeout, unpacked."""
    album = place / ALBUM
    album.mkdir(parents=True)
    for name, data in pictures.items():
        (album / name).write_bytes(data)
        (album / f"{name}.supplemental-metadata.json").write_text(takeout_json(name), encoding="utf-8")


def make_zipped_takeout(place: Path, pictures: dict[str, bytes]) -> None:
    """A Takeout as it is downloaded, in two parts."""
    place.mkdir()
    for part in (0, 1):
        with zipfile.ZipFile(place / f"takeout-00{part + 1}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in list(pictures.items())[part::2]:
                archive.writestr(f"{ALBUM}/{name}", data)
                archive.writestr(f"{ALBUM}/{name}.supplemental-metadata.json", takeout_json(name))


PLACES: dict[str, Callable[[Path, dict[str, bytes]], None]] = {
    "plain folder": make_plain,
    "Photos library": make_photos_library,
    "Takeout": make_takeout,
    "Takeout in two zip files": make_zipped_takeout,
}


def state_of(place: Path) -> dict[str, tuple[str, int]]:
    """The content and the time of change of everything below a folder."""
    return {
        str(path): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.stat().st_mtime_ns,
        )
        for path in [place, *place.rglob("*")]
    }


def read(place: Path, journal: Journal, expected: int) -> tuple[float, float]:
    """Read a place as a run does; the seconds of processor time and of the clock."""
    began, worked = time.perf_counter(), _processor_s()
    index = read_folder(find_originals([place]).files, journal, RecordedProgress())
    if len(index.gallery.originals) != expected:
        raise SystemExit(f"{place.name}: {len(index.gallery.originals)} of {expected} photographs were read")
    return _processor_s() - worked, time.perf_counter() - began


def _processor_s() -> float:
    """Of this process and of the workers that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main() -> int:
    """Make the places, read them, and print each beside the plain folder; 1 where a bound is not met."""
    parser = argparse.ArgumentParser(description="Reading a Photos library and a Takeout, beside a plain folder.")
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--json", action="store_true", help="also print the seconds as JSON")
    order = parser.parse_args()
    sys.stdout.write(machine() + "\n")
    found: dict[str, list[tuple[float, float]]] = {}
    failures = 0
    with tempfile.TemporaryDirectory(prefix="bench-libraries-") as folder:
        pictures = dict(photographs(order.photos))
        _warm_up(Path(folder), dict(list(pictures.items())[:WARM_UP]))
        for number, (name, make) in enumerate(PLACES.items()):
            place = Path(folder) / str(number)
            make(place, pictures)
            before = state_of(place)
            journal = Journal(Path(folder) / f"journal-{number}.sqlite3")
            found[name] = [read(place, journal, order.photos) for _ in range(2)]
            journal.close()
            failures += _tell(name, found[name], found["plain folder"])
            written = state_of(place) != before
            failures += written
            sys.stdout.write(f"  {'SOMETHING WAS WRITTEN' if written else 'nothing written'}\n")
            sys.stdout.flush()
    if order.json:
        sys.stdout.write(json.dumps(found) + "\n")
    return 1 if failures else 0


def _warm_up(folder: Path, pictures: dict[str, bytes]) -> None:
    make_plain(folder / "warm", pictures)
    journal = Journal(folder / "warm.sqlite3")
    read(folder / "warm", journal, len(pictures))
    journal.close()


def _tell(name: str, took: list[tuple[float, float]], plain: list[tuple[float, float]]) -> int:
    """One place in a line; whether its bound is not met."""
    ratio = took[0][0] / plain[0][0]
    sys.stdout.write(
        f"{name}: {ratio:.2f} times the plain folder ({met(ratio <= BOUND)}, bound {BOUND:.2f}); "
        f"{took[0][0]:.1f} s of processor time, {took[0][1]:.1f} s by the clock; once more {took[1][0]:.2f} s\n"
    )
    return int(ratio > BOUND)


if __name__ == "__main__":
    sys.exit(main())
