"""A photo with a mark of Instagram that Instagram cannot have made is a question, with the reason."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from i2f.ground.errors import ExitCode
from i2f.ground.model import Decision, InstagramCopy, InstagramMark, Mark, Verdict, bare_photo
from i2f.sandbox import SandboxFlickr
from i2f.sync.copy_origin import ask_about_strangers, why_not_instagrams
from tests.support.camera_roll import make_photograph, post
from tests.support.photographs import camera_exif, painted
from tests.support.quick_program import Zygote, quick

JUNE_2015, AUGUST_2015 = datetime(2015, 6, 28, tzinfo=UTC), datetime(2015, 8, 1, tzinfo=UTC)


def copy_of(width: int, height: int, uploaded: datetime, posted: datetime | None = None) -> InstagramCopy:
    photo = bare_photo("1", "", (width, height), uploaded_at=int(uploaded.timestamp()), taken_unknown=False)
    return InstagramCopy(photo, InstagramMark(Mark.LINK, None, posted, timedelta(0)))


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    painted(612, 612).save(tmp_path / "copy.jpg")
    return tmp_path / "copy.jpg"


@pytest.mark.parametrize(
    ("size", "uploaded", "posted"),
    [
        ((612, 612), JUNE_2015, None),
        ((640, 640), JUNE_2015, JUNE_2015),
        ((1080, 1350), AUGUST_2015, AUGUST_2015),
        ((1440, 1920), AUGUST_2015, None),
        ((1080, 1080), JUNE_2015, AUGUST_2015),
        ((320, 320), JUNE_2015, None),
    ],
)
def test_what_instagram_can_have_made_is_no_stranger(
    plain: Path, size: tuple[int, int], uploaded: datetime, posted: datetime | None
) -> None:
    assert why_not_instagrams(copy_of(*size, uploaded, posted), plain) is None


@pytest.mark.parametrize(
    ("size", "uploaded", "posted", "words"),
    [
        ((2048, 2048), AUGUST_2015, None, "2048 x 2048 pixels; Instagram's own copies have at most 1440 x 1920"),
        ((1441, 1000), AUGUST_2015, None, "1441 x 1000 pixels"),
        ((1080, 1921), AUGUST_2015, None, "1080 x 1921 pixels"),
        ((641, 641), JUNE_2015, None, "before July 2015 Instagram's own copies had at most 640 x 640"),
        ((480, 800), JUNE_2015, None, "before July 2015"),
        ((1080, 1080), AUGUST_2015, JUNE_2015, "before July 2015"),
    ],
)
def test_sizes_that_instagram_did_not_make_then_are_told(
    plain: Path, size: tuple[int, int], uploaded: datetime, posted: datetime | None, words: str
) -> None:
    assert words in (why_not_instagrams(copy_of(*size, uploaded, posted), plain) or "")


@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_a_camera_in_the_file_is_told(tmp_path: Path, ending: str) -> None:
    painted(612, 612).save(tmp_path / f"copy.{ending}", exif=camera_exif())
    assert why_not_instagrams(copy_of(612, 612, JUNE_2015), tmp_path / f"copy.{ending}") == (
        "the photo on Flickr names its camera (Apple iPhone 5); Instagram's own copies name none"
    )


@pytest.mark.parametrize(
    ("verdict", "by", "expected"),
    [
        (Verdict.REPLACE, "rule", Verdict.REVIEW),
        (Verdict.REVIEW, "rule", Verdict.REVIEW),
        (Verdict.KEEP, "rule", Verdict.KEEP),
        (Verdict.REPLACE, "person", Verdict.REPLACE),
    ],
)
def test_only_the_rule_asks_and_a_person_decides(plain: Path, verdict: Verdict, by: str, expected: Verdict) -> None:
    decision = Decision(copy_of(2048, 2048, AUGUST_2015), verdict, "because", by, ())
    asked = ask_about_strangers(decision, plain)
    assert asked.verdict is expected
    assert asked.reason.endswith("because") is (verdict is not Verdict.REPLACE or by == "person")


@pytest.mark.long
def test_a_photographers_own_upload_with_a_link_is_asked_about_and_shown(
    flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote
) -> None:
    folder = tmp_path / "iphone"
    folder.mkdir()
    make_photograph(1, 2400, 1800).save(folder / "IMG_1.JPG", quality=90, exif=camera_exif())
    with Image.open(folder / "IMG_1.JPG") as picture:
        buffer = io.BytesIO()
        picture.resize((1200, 900)).save(buffer, "JPEG", quality=92, exif=camera_exif(model="iPhone 6"))
    own = flickr.add_photo(buffer.getvalue(), "mine", "also on http://instagr.am/p/n8cU307guK/", uploaded=1_500_000_000)
    copy = post(flickr, folder / "IMG_1.JPG")
    ran = quick(flickr, tmp_path / "home", zygote).sync(folder)
    assert ran.exit_code == ExitCode.DONE, ran.stderr
    assert (ran.photos[own]["decision"], ran.photos[own]["outcome"]) == ("review", "skipped")
    assert "1200 x 900" in ran.photos[own]["reason"]
    assert [Path(one["path"]).name for one in ran.photos[own]["candidates"]] == ["IMG_1.JPG"]
    assert flickr.photo(own).data == buffer.getvalue()
    assert ran.photos[copy]["outcome"] == "replaced", json.dumps(ran.photos[copy], indent=1)
