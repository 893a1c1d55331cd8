"""Reading a folder in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import matcher
from i2f.ground.errors import PictureError
from i2f.ground.flickr_accepts import MAX_PHOTO_BYTES
from i2f.ground.model import CaptureTime, Original
from i2f.photos.decode import pixels
from i2f.photos.folder import Unreadable, find_files
from i2f.photos.outgoing_file_worker import OutgoingFileWorker
from i2f.photos.reader import Reading, read_originals
from tests.support.children import count_from_here, started
from tests.support.hand_waiter import HandWaiter, OpenPipe, is_a_child
from tests.support.mutations import make_broken_files
from tests.support.photographs import camera_exif, found, painted, read, refused, untouched_bytes


@pytest.fixture(autouse=True)
def _earlier_processes_do_not_count() -> None:
    count_from_here()


def photo(path: Path, *, seed: int = 1, exif: bytes | None = None) -> None:
    painted(400, 330, seed).save(path, exif=exif or camera_exif(), quality=85)


def assert_is_of(thumbnail: bytes, searched_by: NDArray[np.generic]) -> None:
    """This is what the thumbnail is searched by: the same windows, alike to a tenth of a per cent."""
    whole = matcher.fingerprint(pixels(thumbnail)).astype(float)
    vectors = searched_by.astype(float)
    assert np.array_equal(vectors[0], whole[0])
    alike = (vectors[1:] * whole[1:]).sum(1) / np.linalg.norm(vectors[1:], axis=1) / np.linalg.norm(whole[1:], axis=1)
    assert alike.min() > 0.999


@pytest.mark.long
def test_every_file_comes_back_once_read_or_named(tmp_path: Path) -> None:
    for number, name in enumerate(("IMG_1.JPG", "IMG_2.HEIC", "IMG_3.PNG", "IMG_4.JPG")):
        photo(tmp_path / name, seed=number)
    (tmp_path / "IMG_4.JPG").write_bytes((tmp_path / "IMG_4.JPG").read_bytes()[:5000])
    (tmp_path / "IMG_5.JPG").write_bytes(b"nothing like a picture")
    (tmp_path / "letter.txt").write_bytes(b"Dear diary")
    before = {path: untouched_bytes(path) for path in tmp_path.iterdir()}
    answers = list(read_originals(find_files([tmp_path]).files, matcher.fingerprint_of, workers=2))
    readings = {answer.original.path.name: answer for answer in answers if isinstance(answer, Reading)}
    named = {answer.path.name: (answer.reason, answer.named) for answer in answers if isinstance(answer, Unreadable)}
    assert sorted(readings) == ["IMG_1.JPG", "IMG_2.HEIC", "IMG_3.PNG"]
    assert named == {
        "IMG_4.JPG": ("cut short", True),
        "IMG_5.JPG": ("not a picture", True),
        "letter.txt": ("not a picture", False),
    }
    assert {path: untouched_bytes(path) for path in tmp_path.iterdir()} == before


def test_a_reading_holds_the_facts_the_fingerprint_and_the_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "IMG_0001.JPG"
    photo(path, exif=camera_exif(orientation=6, subsec="330", place=(46.948, 7.4474)))
    (reading,) = read_originals([found(path)], matcher.fingerprint_of)
    assert isinstance(reading, Reading)
    status = path.stat()
    assert reading.original == Original(
        path=path,
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        content_format="JPEG",
        width=330,
        height=400,
        taken=CaptureTime(datetime(2012, 9, 29, 16, 11, 25, 330_000), True, None),  # noqa: DTZ001
        camera="Apple iPhone 5",
        place=reading.original.place,
    )
    assert reading.original.place == pytest.approx((46.948, 7.4474), abs=1e-5)
    with Image.open(path.parent / "IMG_0001.JPG") as image:
        assert image.size == (400, 330)
    assert_is_of(reading.thumbnail, reading.fingerprint)


def test_no_files_need_no_process() -> None:
    assert list(read_originals([], matcher.fingerprint_of)) == []
    assert started() == []


def test_the_fingerprint_is_the_matcher_s_of_the_thumbnail(tmp_path: Path) -> None:
    painted(1301, 983).save(tmp_path / "IMG_0001.JPG", quality=85)
    reading = read(tmp_path / "IMG_0001.JPG")
    assert_is_of(reading.thumbnail, reading.fingerprint)


@pytest.mark.long
def test_a_hang_costs_that_file_only(tmp_path: Path) -> None:
    """A worker that is stopped never answers, as a decoder in a loop would not."""
    for number in range(3):
        photo(tmp_path / f"IMG_{number}.JPG", seed=number)
    waiter = HandWaiter()
    reading = read_originals(find_files([tmp_path]).files, matcher.fingerprint_of, 1, 60, waiter)
    first = next(reading)
    (worker,) = started()
    pid = worker.pid
    assert pid is not None
    waiter.hangs = lambda: is_a_child(pid)
    os.kill(pid, signal.SIGSTOP)
    rest = list(reading)
    assert isinstance(first, Reading)
    assert sorted(answer.original.path.name for answer in rest if isinstance(answer, Reading)) == [
        "IMG_1.JPG",
        "IMG_2.JPG",
    ]


@pytest.mark.long
def test_a_crash_is_tried_once_more_alone(tmp_path: Path) -> None:
    for number in range(3):
        photo(tmp_path / f"IMG_{number}.JPG", seed=number)
    reading = read_originals(find_files([tmp_path]).files, matcher.fingerprint_of, workers=1)
    next(reading)
    (worker,) = started()
    worker.kill()
    assert all(isinstance(answer, Reading) for answer in reading)
    assert started() == []


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_file_that_always_hangs_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to hangs for good; it stands for any decoder that does."""
    photo(tmp_path / "IMG_0.JPG")
    os.mkfifo(tmp_path / "IMG_1.JPG")
    photo(tmp_path / "IMG_2.JPG", seed=2)
    files = [found(tmp_path / f"IMG_{number}.JPG") for number in range(3)]
    pipe = OpenPipe(tmp_path / "IMG_1.JPG")
    answers = list(read_originals(files, matcher.fingerprint_of, 1, 2, HandWaiter(pipe.is_read)))
    pipe.close()
    assert sum(isinstance(answer, Reading) for answer in answers) == 2
    assert [(answer.path.name, answer.reason) for answer in answers if isinstance(answer, Unreadable)] == [
        ("IMG_1.JPG", "its decoder did not finish in 2 s"),
    ]
    assert not any(answer.lasting for answer in answers if isinstance(answer, Unreadable))


def test_trouble_around_a_file_does_not_last_and_trouble_in_it_does(tmp_path: Path) -> None:
    photo(tmp_path / "gone.jpg")
    gone = found(tmp_path / "gone.jpg")
    (tmp_path / "gone.jpg").unlink()
    (tmp_path / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    answers = list(read_originals([gone, found(tmp_path / "cut.jpg")], matcher.fingerprint_of, workers=1))
    assert [(answer.reason, answer.lasting) for answer in answers if isinstance(answer, Unreadable)] == [
        ("no such file or directory", False),
        ("cut short", True),
    ]


@pytest.mark.long
def test_closing_the_reading_leaves_no_process_behind(tmp_path: Path) -> None:
    for number in range(20):
        photo(tmp_path / f"IMG_{number}.JPG", seed=number % 3)
    reading = read_originals(find_files([tmp_path]).files, matcher.fingerprint_of, workers=2)
    next(reading)
    assert len(started()) == 2
    reading.close()  # type: ignore[attr-defined]  # it is a generator
    assert started() == []


ABANDONED = """
import sys
from pathlib import Path
from i2f.photos.folder import FoundFile
from i2f.photos.outgoing_file_worker import OutgoingFileWorker
from i2f.ground.flickr_accepts import MAX_PHOTO_BYTES
from i2f.photos.reader import read_originals
from matcher import fingerprint_of

if __name__ == "__main__":
    path = Path(sys.argv[1])
    status = path.stat()
    reading = read_originals([FoundFile(path, status.st_size, status.st_mtime_ns)] * 3, fingerprint_of, workers=1)
    next(reading)
    print("reading", flush=True)
    sys.stdin.read()
"""


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_workers_end_when_their_parent_is_killed(tmp_path: Path, end: signal.Signals) -> None:
    """The worker holds the same standard output; it is closed only when both are gone."""
    photo(tmp_path / "IMG_0.JPG")
    (tmp_path / "script.py").write_text(ABANDONED)
    home = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "IMG_0.JPG")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(home)},
        text=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "reading\n"
        parent.send_signal(end)
        rest, _ = parent.communicate(timeout=30)
    assert rest == ""


@pytest.mark.long
def test_read_named_and_passed_over_are_all_that_was_found(tmp_path: Path) -> None:
    photo(tmp_path / "IMG_1.JPG")
    photo(tmp_path / "IMG_2.HEIC")
    photo(tmp_path / "IMG_3.WEBP")
    (tmp_path / "IMG_4.JPG").write_bytes((tmp_path / "IMG_1.JPG").read_bytes()[:3000])
    (tmp_path / "IMG_5.JPG").hardlink_to(tmp_path / "IMG_1.JPG")
    for name in ("IMG_1.AAE", "IMG_2.MOV", ".DS_Store", "Thumbs.db", ".IMG_6.HEIC.icloud", "letter.txt", "scan.bmp"):
        (tmp_path / name).write_bytes(b"BM\x00\x10\x00\x00\x00\x00\x00\x00")
    (tmp_path / "letter.txt").write_bytes(b"Dear diary")
    (tmp_path / "Mine.photoslibrary").mkdir()
    found_here = find_files([tmp_path])
    answers = list(read_originals(found_here.files, matcher.fingerprint_of, workers=2))
    readings = [answer for answer in answers if isinstance(answer, Reading)]
    named = [answer for answer in answers if isinstance(answer, Unreadable) and answer.named]
    silent = [answer for answer in answers if isinstance(answer, Unreadable) and not answer.named]
    assert found_here.total == len(list(tmp_path.iterdir())) == 13
    assert (len(readings), len(named) + len(found_here.named), len(silent) + sum(found_here.passed_over.values())) == (
        3,
        4,
        6,
    )


def test_a_lonely_heading_is_named(tmp_path: Path) -> None:
    (tmp_path / "IMG_0001.HEIC").write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
    assert refused(tmp_path / "IMG_0001.HEIC").reason == "damaged"


@pytest.mark.long
def test_three_hundred_broken_files_cost_only_themselves(tmp_path: Path) -> None:
    """python -m bench.mutations goes through 20,000 of them."""
    files = list(make_broken_files(tmp_path, 300, seed=2))
    answers = list(read_originals(files, matcher.fingerprint_of, workers=2))
    paths = sorted(answer.original.path if isinstance(answer, Reading) else answer.path for answer in answers)
    assert paths == [file.path for file in files]
    assert not [answer for answer in answers if isinstance(answer, Unreadable) and "decoder" in answer.reason]
    with OutgoingFileWorker() as file_worker:
        for answer in answers:
            if isinstance(answer, Reading):
                try:
                    file_worker.make(answer.original, "strip", tmp_path / "whole", MAX_PHOTO_BYTES)
                except PictureError as error:
                    assert "decoder" not in str(error)
