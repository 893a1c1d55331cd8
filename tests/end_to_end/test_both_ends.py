"""An account whose originals lie in a Photos library and a Takeout's archive, with Instagram's export at hand."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from i2f.ground.errors import ExitCode
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.photos.looks import Crop, Recipe, make_copy
from tests.support.camera_roll import post, save_roll
from tests.support.libraries import Asset, make_library, takeout_json, uuid_of
from tests.support.quick_program import Zygote, quick

CAPTION = "The harbour on a windy morning"


def state_of(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.long
def test_every_copy_is_replaced_that_any_of_them_can_settle(
    flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote
) -> None:
    roll = save_roll(tmp_path / "roll", (1, 2, 3))
    data = [file.read_bytes() for file in roll]
    places = tmp_path / "places"
    library = make_library(places / "A.photoslibrary", [Asset(uuid_of(1), "IMG_0001.JPG", data[0])])
    with zipfile.ZipFile(places / "takeout-001.zip", "w", zipfile.ZIP_DEFLATED) as one:
        one.writestr("Takeout/Google Photos/2012/IMG_0002.JPG", data[1])
        one.writestr("Takeout/Google Photos/2012/IMG_0003.JPG", data[2])
        one.writestr("Takeout/Google Photos/2012/IMG_0002.JPG.json", takeout_json("IMG_0002.JPG"))
    before = state_of(places)
    copies = [post(flickr, file) for file in roll[:2]]
    with Image.open(roll[2]) as picture:
        posted, _ = make_copy(picture.convert("RGB"), Recipe(width=612, crop=Crop(pan=(0.4, 0.5))))
    small = io.BytesIO()
    Image.open(io.BytesIO(posted)).convert("RGB").resize((90, 90)).save(small, "JPEG", quality=60)
    tiny = flickr.add_photo(small.getvalue(), title=CAPTION, description="via Instagram https://ift.tt/abc")
    medium = {"uri": "media/posts/201206/1.jpg", "creation_timestamp": 1_339_000_000, "title": CAPTION}
    with zipfile.ZipFile(tmp_path / "instagram-me.zip", "w") as export:
        export.writestr("content/posts_1.json", json.dumps([{"media": [medium]}]))
        export.writestr("media/posts/201206/1.jpg", posted)

    ran = quick(flickr, tmp_path / "home", zygote).sync(places, "--export", tmp_path / "instagram-me.zip")

    assert ran.exit_code == ExitCode.DONE, ran.stderr
    assert {photo_id: flickr.photo(photo_id).data for photo_id in (*copies, tiny)} == dict(
        zip((*copies, tiny), data, strict=True)
    )
    assert [ran.photos[one]["evidence"] for one in (*copies, tiny)] == [
        ["picture"],
        ["picture"],
        ["picture", "export-picture"],
    ]
    assert ran.photos[copies[0]]["reason"] == "Matches IMG_0001.JPG (only match)"
    assert ran.photos[copies[0]]["original"] == str(library / "originals/0" / f"{uuid_of(1)}.jpeg")
    assert ran.photos[tiny]["original"].endswith("takeout-001.zip/Takeout/Google Photos/2012/IMG_0003.JPG")
    assert state_of(places) == before
    assert list((tmp_path / "home/state/outgoing").iterdir()) == []
