"""What happens to a picture that crashes or stops the codecs just before it is sent: only that picture fails."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from i2f.ground.errors import PictureError
from i2f.ground.flickr_accepts import MAX_PHOTO_BYTES
from i2f.photos.outgoing_file_worker import OutgoingFileWorker
from i2f.sandbox import SandboxFlickr
from tests.support.children import count_from_here, started
from tests.support.hand_waiter import HandWaiter
from tests.support.photographs import camera_exif, original_at, painted, save_heic
from tests.support.sessions import open_test_session


@pytest.fixture(autouse=True)
def _earlier_processes_do_not_count() -> None:
    count_from_here()


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def photo(tmp_path: Path, name: str, seed: int = 1) -> Path:
    path = tmp_path / name
    if path.suffix == ".HEIC":
        save_heic(painted(400, 330, seed), path, exif=camera_exif())
    else:
        painted(400, 330, seed).save(path, exif=camera_exif())
    return path


def process() -> multiprocessing.process.BaseProcess:
    (only,) = started()
    return only


def test_pictures_are_made_in_one_process_after_another_picture(tmp_path: Path, workdir: Path) -> None:
    files = [photo(tmp_path, f"IMG_{number}.{ending}", number) for number, ending in enumerate(("JPG", "HEIC", "PNG"))]
    with OutgoingFileWorker() as file_worker, ThreadPoolExecutor(3) as pool:

        def pack(path: Path) -> str:
            return file_worker.make(original_at(path), "keep", workdir, MAX_PHOTO_BYTES).path.suffix

        assert list(pool.map(pack, files)) == [".JPG", ".jpg", ".PNG"]
        assert process().is_alive()
    assert started() == []


@pytest.mark.long
def test_a_crash_costs_that_picture_only(tmp_path: Path, workdir: Path) -> None:
    good = original_at(photo(tmp_path, "IMG_1.JPG"))
    with OutgoingFileWorker() as file_worker:
        file_worker.make(good, "keep", workdir, MAX_PHOTO_BYTES)
        process().kill()
        with pytest.raises(PictureError, match=r"^IMG_1\.JPG: its decoder crashed; it was not sent$"):
            file_worker.make(good, "keep", workdir, MAX_PHOTO_BYTES)
        assert file_worker.make(good, "keep", workdir, MAX_PHOTO_BYTES).path == good.path


def test_a_hang_costs_that_picture_only(tmp_path: Path, workdir: Path) -> None:
    good = original_at(photo(tmp_path, "IMG_1.JPG"))
    waiter = HandWaiter()
    with OutgoingFileWorker(3, waiter) as file_worker:
        file_worker.make(good, "keep", workdir, MAX_PHOTO_BYTES)
        pid = process().pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        waiter.hangs = lambda: True
        with pytest.raises(PictureError, match=r"^IMG_1\.JPG: its decoder did not finish in 3 s; it was not sent$"):
            file_worker.make(good, "keep", workdir, MAX_PHOTO_BYTES)
    assert started() == []


def test_what_is_said_of_a_bad_file_comes_through(tmp_path: Path, workdir: Path) -> None:
    path = photo(tmp_path, "IMG_1.HEIC")
    original = original_at(path)
    status = path.stat()
    path.write_bytes(path.read_bytes()[:-300] + bytes(300))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with OutgoingFileWorker() as file_worker:
        with pytest.raises(PictureError, match=r"^IMG_1\.HEIC: cut short; it was not sent$"):
            file_worker.make(original, "keep", workdir, MAX_PHOTO_BYTES)
        with pytest.raises(OSError, match="No such file"):
            file_worker.make(original_at(photo(tmp_path, "IMG_2.HEIC")), "keep", tmp_path / "nowhere", MAX_PHOTO_BYTES)


def test_who_waits_when_the_run_ends_is_told_at_once(tmp_path: Path, workdir: Path) -> None:
    good = original_at(photo(tmp_path, "IMG_1.JPG"))
    said: list[str] = []

    def pack() -> None:
        try:
            file_worker.make(good, "keep", workdir, MAX_PHOTO_BYTES)
        except PictureError as error:
            said.append(str(error))

    with OutgoingFileWorker() as file_worker:
        file_worker.make(good, "keep", workdir, MAX_PHOTO_BYTES)
        pid = process().pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        waiting = threading.Thread(target=pack)
        waiting.start()
    waiting.join(10)
    pack()
    assert "IMG_1.JPG: the run ended before it was sent" in said[-1]
    assert len(said) == 2
    assert started() == []


def test_a_desk_that_sent_nothing_started_no_process(flickr: SandboxFlickr, tmp_path: Path) -> None:
    with open_test_session(flickr, tmp_path):
        assert started() == []
