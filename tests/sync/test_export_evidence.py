"""What Instagram's export settles, and what it may never settle."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from i2f.ground.model import Candidate, CaptureTime, Decision, Original
from i2f.instagram.posts import CapturedExif
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.photos.looks import Crop, Recipe, make_copy
from i2f.sync import pipeline
from i2f.sync.export_evidence import _another_shot
from i2f.sync.order import SyncOrder
from tests.support.camera_roll import make_photograph, save_roll
from tests.support.reports import make_candidate
from tests.support.sessions import open_test_session

CAPTION = "The harbour on a windy morning"
TAKEN = datetime(2019, 6, 27, 14, 55, 13)  # noqa: DTZ001
EXIF = CapturedExif(TAKEN, "iPhone 8 back camera 3.99mm f/1.8")


@dataclass
class Account:
    """A tiny copy on Flickr of a picture on the roll, too small to be certain of."""

    flickr: SandboxFlickr
    root: Path
    posted: Image.Image

    def export(self, picture: Image.Image, caption: str = CAPTION) -> Path:
        folder = self.root / "export"
        folder.mkdir()
        picture.save(folder / "1_2_3_n_17842264444062000.jpg", quality=90)
        medium = {"uri": "1_2_3_n_17842264444062000.jpg", "creation_timestamp": 1_339_000_000, "title": caption}
        (folder / "posts_1.json").write_text(json.dumps([{"media": [medium]}]), encoding="utf-8")
        return folder

    def decided(self, *export: Path) -> Decision:
        order = SyncOrder((self.root / "roll",), export, dry_run=True)
        with open_test_session(self.flickr, self.root / "home", SYNC_MIN_GAIN="0") as session:
            report, found = pipeline.begin_report(session, order, "dry-run")
            pipeline.make_plan(session, pipeline.read_posts(session, order), found, report)
            assert [one["evidence"] for one in report.as_json()["photos"]] == [
                [str(one) for one in report.decisions[0].evidence] or ["picture"]
            ]
        return report.decisions[0]


@pytest.fixture
def account(flickr: SandboxFlickr, tmp_path: Path) -> Iterator[Account]:
    first, _ = save_roll(tmp_path / "roll", (1, 2))
    with Image.open(first) as picture:
        data, _ = make_copy(picture.convert("RGB"), Recipe(width=612, crop=Crop(pan=(0.4, 0.5))))
    posted = Image.open(io.BytesIO(data)).convert("RGB")
    buffer = io.BytesIO()
    posted.resize((90, 90)).save(buffer, "JPEG", quality=60)
    flickr.add_photo(buffer.getvalue(), title=CAPTION, description="via Instagram https://ift.tt/abc")
    yield Account(flickr, tmp_path, posted)


@pytest.mark.long
def test_the_exported_picture_settles_what_a_small_copy_leaves_open(account: Account) -> None:
    alone = account.decided()
    assert (alone.verdict, alone.evidence) == ("review", ())
    settled = account.decided(account.export(account.posted))
    assert (settled.verdict, settled.evidence) == ("replace", ("picture", "export-picture"))
    assert settled.match is not None
    assert settled.match.original.name == "IMG_0001.JPG"
    assert settled.reason.endswith("by the picture in Instagram's export")


@pytest.mark.long
def test_another_picture_under_the_same_caption_settles_nothing(account: Account) -> None:
    other, _ = make_copy(make_photograph(2), Recipe(width=612, crop=Crop(pan=(0.4, 0.5))))
    decision = account.decided(account.export(Image.open(io.BytesIO(other)).convert("RGB")))
    assert (decision.verdict, decision.evidence) == ("review", ())


def shot(seconds: float, camera: str | None = "Apple iPhone 8") -> Candidate:
    one = make_candidate()
    taken = CaptureTime(TAKEN + timedelta(seconds=seconds), False, None)
    original: Original = replace(one.original, taken=taken, camera=camera)
    return replace(one, original=original, twins=())


@pytest.mark.parametrize(
    ("one", "is_another"),
    [
        (shot(0), False),
        (shot(1), True),
        (shot(-3 * 3600), False),  # the same clock in another zone
        (shot(-3 * 3600 + 2), True),
        (shot(1, "Apple iPhone 8 Plus"), False),  # another camera's clock says nothing
        (shot(1, "Canon EOS 5D"), False),
        (shot(1, None), False),
    ],
)
def test_exif_of_the_export_takes_away_shots_of_that_camera_and_another_second(
    one: Candidate, is_another: bool
) -> None:
    assert _another_shot(one, EXIF) is is_another
    assert not _another_shot(one, None)
    assert not _another_shot(one, CapturedExif(TAKEN, None))
