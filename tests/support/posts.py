"""A person's originals, Instagram's data export of what was posted of them, and a program that uploads the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from i2f.sandbox import SandboxFlickr
from i2f.sandbox.photos.looks import Crop, Recipe, make_copy
from tests.support.camera_roll import save_roll
from tests.support.program import Program, Ran

# The seconds of the posts, a day apart; the first one is 9 July 2012, 12:00:01 UTC, after every shot of the roll.
FIRST, DAY = 1_341_835_201, 86_400


@dataclass(frozen=True)
class Posted:
    """Originals in a folder, and an export in which each was posted as a square of 640 pixels."""

    folder: Path
    export: Path
    originals: tuple[Path, ...]
    pictures: tuple[bytes, ...]

    @property
    def keys(self) -> list[str]:
        return [str(FIRST + DAY * number) for number in range(len(self.originals))]

    @property
    def words(self) -> list[object]:
        """What stands behind `new` on the command line."""
        return [self.folder, "--export", self.export]

    def posts(self) -> list[dict[str, Any]]:
        """The posts as write_export takes them."""
        return [
            {"caption": caption_of(original), "pictures": [data], "time": FIRST + DAY * number}
            for number, (original, data) in enumerate(zip(self.originals, self.pictures, strict=True))
        ]


def caption_of(original: Path) -> str:
    return f"{original.stem} by the sea #harbour #boats"


def square_of(original: Path, width: int = 640) -> bytes:
    """What Instagram made of a picture."""
    with Image.open(original) as picture:
        return make_copy(picture.convert("RGB"), Recipe(width=width, crop=Crop(pan=(0.4, 0.5))))[0]


def make_posts(place: Path, count: int = 3) -> Posted:
    """A roll, and its export."""
    originals = tuple(save_roll(place / "roll", range(1, count + 1)))
    posted = Posted(place / "roll", place / "export", originals, tuple(map(square_of, originals)))
    write_export(posted.export, posted.posts())
    return posted


def write_export(folder: Path, posts: Sequence[Mapping[str, Any]]) -> None:
    """An export of 2024 in JSON: each post has `caption`, `time`, `pictures` as bytes, and `exif` where it was kept."""
    media = folder / "media" / "posts" / "201207"
    media.mkdir(parents=True, exist_ok=True)
    told = []
    for number, post in enumerate(posts):
        rows = []
        for place, data in enumerate(post["pictures"]):
            name = f"{10**16 + 1000 * number + place}.jpg"
            (media / name).write_bytes(data)
            exif = [post["exif"]] if "exif" in post else []
            rows.append(
                {
                    "uri": f"media/posts/201207/{name}",
                    "creation_timestamp": post["time"],
                    "media_metadata": {"photo_metadata": {"exif_data": exif}},
                    "title": post["caption"] if len(post["pictures"]) == 1 else "",
                }
            )
        outer = {} if len(rows) == 1 else {"title": post["caption"], "creation_timestamp": post["time"]}
        told.append({"media": rows, **outer})
    lists = folder / "your_instagram_activity" / "media"
    lists.mkdir(parents=True, exist_ok=True)
    (lists / "posts_1.json").write_text(json.dumps(told), encoding="utf-8")


def run_new(program: Program, posted: Posted, *words: object) -> Ran:
    """Run `new` and read its report."""
    file = program.home / "report.json"
    file.unlink(missing_ok=True)
    ran = program.run("new", *posted.words, *words, "--json", file)
    report = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
    return Ran(ran.exit_code, ran.stdout, ran.stderr, report)


def rows_of(ran: Ran) -> list[tuple[str, str]]:
    """Decision and outcome of every picture, oldest post first."""
    assert ran.report is not None, ran.stderr
    return [(one["decision"], one["outcome"]) for one in ran.report["photos"]]


def files_on(flickr: SandboxFlickr) -> list[bytes]:
    """The files on Flickr, oldest first."""
    return [photo.data for _, photo in sorted(flickr.store.photos.items(), key=lambda one: int(one[0]))]
