"""The picture as posted, from the folder to Flickr and back: rendered, sent, verified, undone, replaced as original."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from i2f.ground.errors import ExitCode
from i2f.sandbox import SandboxFlickr
from tests.support.camera_roll import make_photograph
from tests.support.posted_pairs import faded_with_vignette
from tests.support.program import Program
from tests.support.quick_program import Zygote, quick


@dataclass
class Home:
    """A photograph in a folder; a copy of it with a look is on Flickr."""

    flickr: SandboxFlickr
    program: Program
    folder: Path
    plain: str


def _copy(photograph: Image.Image) -> bytes:
    square = photograph.crop((160, 0, 1120, 960))
    looked = np.clip(faded_with_vignette(np.asarray(square) / 255.0), 0, 1)
    small = Image.fromarray((looked * 255 + 0.5).astype(np.uint8)).resize((480, 480), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


@pytest.fixture
def home(flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote) -> Home:
    folder = tmp_path / "iphone"
    folder.mkdir()
    photograph = make_photograph(3, 1280, 960)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Apple", "iPhone 5"
    exif.get_ifd(0x8769)[0x9003] = "2012:06:03 12:00:00"
    photograph.save(folder / "IMG_3.JPG", quality=92, exif=exif)
    words = "via Instagram https://ift.tt/abc"
    posted = flickr.add_photo(_copy(photograph), "IMG_3", words, "ifttt instagram")
    return Home(flickr, quick(flickr, tmp_path / "home", zygote), folder, posted)


def test_a_picture_as_posted_is_sent_undone_and_replaced_by_its_original(home: Home, tmp_path: Path) -> None:
    copy = home.flickr.photo(home.plain).data
    ran = home.program.sync(home.folder, "--as-posted")
    assert ran.exit_code == ExitCode.DONE, ran.stderr
    one = ran.photos[home.plain]
    assert (one["decision"], one["outcome"], one["sent"]) == ("replace", "replaced", "as-posted"), one
    assert one["reason"].endswith("sent as posted")
    with Image.open(io.BytesIO(home.flickr.photo(home.plain).data)) as sent:
        assert sent.size == (960, 960)
        assert sent.getexif()[0x0110] == "iPhone 5"
        assert sent.getexif().get(0x0112, 1) == 1
    assert "with the picture as posted" in home.program.run("why", home.plain).stdout

    rendered = tmp_path / "looked-at.jpg"
    assert home.program.run("render", home.plain, "--to", str(rendered)).exit_code == ExitCode.DONE
    assert rendered.read_bytes() == home.flickr.photo(home.plain).data
    refused = home.program.run("render", home.plain, "--to", str(rendered))
    assert refused.exit_code == ExitCode.FAILED
    assert "already exists" in refused.error

    assert home.program.run("undo", home.plain).exit_code == ExitCode.DONE
    assert home.flickr.photo(home.plain).data == copy
    again = home.program.sync(home.folder, "--again", home.plain)
    assert again.photos[home.plain]["sent"] == "original"
    assert home.flickr.photo(home.plain).data == (home.folder / "IMG_3.JPG").read_bytes()
