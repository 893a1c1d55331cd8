"""A photo on Flickr, its original and a session, for the tests that replace one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from i2f.sandbox import SandboxFlickr
from tests.support.flickr_side import picture
from tests.support.replacements import CAPTION
from tests.support.sessions import Bench, open_test_session


@pytest.fixture
def photo_id(flickr: SandboxFlickr) -> str:
    return flickr.add_photo(
        picture(600, 600), "A title", CAPTION, "ifttt instagram", place=(1.5, 2.5), taken="2014-07-16 10:12:20"
    )


@pytest.fixture
def original(tmp_path: Path) -> Path:
    file = tmp_path / "IMG_1.JPG"
    file.write_bytes(_taken_by_a_camera())
    return file


@cache
def _taken_by_a_camera() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "said by the camera"
    exif.get_ifd(0x8769)[0x9003] = "2012:01:02 03:04:05"
    with Image.open(io.BytesIO(picture(1600, 1200, seed=2))) as image, io.BytesIO() as out:
        image.save(out, "JPEG", exif=exif)
        return out.getvalue()


@pytest.fixture
def bench(flickr: SandboxFlickr, tmp_path: Path) -> Iterator[Bench]:
    with open_test_session(flickr, tmp_path) as session:
        yield Bench(session, flickr)
