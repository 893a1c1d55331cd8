"""The index of originals: what was read stays known, whatever the disk says of its time, and clouds are no disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from i2f.ground.errors import StoppedError
from i2f.memory.journal import Journal
from i2f.photos.folder import find_files
from i2f.sync.folder_guard import compare_with_last_time
from i2f.sync.originals import read_folder
from tests.support.photographs import camera_exif, painted
from tests.support.sessions import RecordedProgress


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    (tmp_path / "phone").mkdir()
    return tmp_path / "phone"


def test_a_file_of_the_year_2300_or_1900_is_read_once_and_kept(journal: Journal, phone: Path) -> None:
    for number, moment_s in enumerate((10_413_792_000, -2_208_988_800, 1_400_000_000)):
        path = phone / f"IMG_{number}.JPG"
        painted(320, 240, seed=number).save(path, exif=camera_exif())
        os.utime(path, (moment_s, moment_s))
    said = []
    for _ in range(2):
        progress = RecordedProgress()
        index = read_folder(find_files([phone]).files, journal, progress)
        assert [one.path.name for one in index.gallery.originals] == ["IMG_0.JPG", "IMG_1.JPG", "IMG_2.JPG"]
        said.append(progress.lines)
    assert said == [["Reading your originals"], []]


def test_an_original_knows_the_hash_of_its_bytes_also_when_it_is_not_read_again(journal: Journal, phone: Path) -> None:
    painted(320, 240).save(phone / "IMG_0.JPG")
    content = hashlib.sha256((phone / "IMG_0.JPG").read_bytes()).digest()
    for _ in range(2):
        (original,) = read_folder(find_files([phone]).files, journal, RecordedProgress()).gallery.originals
        assert original.content == content


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ((), "Is a disk missing?"),
        (("IMG_2.JPG.nextcloud", "IMG_3.JPG.owncloud", ".IMG_4.JPG.icloud"), "3 are only in a cloud now."),
    ],
)
def test_a_folder_that_lost_more_than_half_stops_the_run_also_when_a_cloud_has_it(
    journal: Journal, phone: Path, names: tuple[str, ...], why: str
) -> None:
    for number in range(1, 5):
        (phone / f"IMG_{number}.JPG").write_bytes(b"%d" % number)
    compare_with_last_time(find_files([phone]), [phone], journal, accept=False)
    for number in range(2, 5):
        (phone / f"IMG_{number}.JPG").unlink()
    for name in names:
        (phone / name).touch()
    found = find_files([phone])
    with pytest.raises(StoppedError) as stopped:
        compare_with_last_time(found, [phone], journal, accept=False)
    assert f"holds 1 photo; at the last run it held 4. {why} Nothing was done" in str(stopped.value)
    compare_with_last_time(found, [phone], journal, accept=True)
