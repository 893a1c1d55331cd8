"""`doctor FOLDER`: what a folder holds, from which cameras and years, and what is missing or unreadable."""

from __future__ import annotations

from pathlib import Path

import pytest

from i2f.commands.doctor_folder import Finding, look_into
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from tests.support.libraries import Asset, make_library, uuid_of
from tests.support.photographs import camera_exif, painted


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state").make()


def told(findings: list[Finding]) -> dict[str, str]:
    return {one.what: one.words for one in findings}


def test_a_folder_is_described(tmp_path: Path, state: StateFolder) -> None:
    roll = tmp_path / "roll"
    roll.mkdir()
    for name in ("IMG_0001.JPG", "IMG_E0001.JPG"):
        painted(160, 120).save(roll / name, "JPEG", exif=camera_exif())
    painted(160, 120).save(roll / "drawn.png")
    (roll / "IMG_0002.JPG").write_bytes(b"\xff\xd8\xff\xe0 cut short")
    (roll / ".IMG_0003.HEIC.icloud").write_bytes(b"placeholder")
    (roll / "IMG_0001.MOV").write_bytes(b"film")
    in_cloud = Asset(uuid_of(9), "IMG_0009.JPG", None, in_cloud=True)
    library = make_library(roll / "A.photoslibrary", [in_cloud])

    findings = list(look_into([roll], state))

    words = told(findings)
    assert words["Folder"] == f"{roll}: 3 pictures"
    assert words["Cameras"].endswith("(2); 1 without a camera name")
    assert words["Years"].endswith("(2), 1 without a date")
    assert words["Versions"] == "1 edit; 1 file besides the first of each photo, by EXIF"
    assert words["Skipped"] == "videos (1)"
    assert words["Photos library"].startswith(f"{library}: 1 photo is only in iCloud")
    assert words["Placeholders"] == "1 file is not on this disk"
    assert words["Unreadable"] == "1 file cannot be read"
    assert [one.steps for one in findings if one.what == "Unreadable"] == [(f"    {roll / 'IMG_0002.JPG'}: cut short",)]


def test_what_the_doctor_read_is_not_read_again(tmp_path: Path, state: StateFolder) -> None:
    (tmp_path / "roll").mkdir()
    painted(160, 120).save(tmp_path / "roll/a.jpg")
    list(look_into([tmp_path / "roll"], state))
    journal = Journal(state.journal_file)
    assert journal.readings.thumbnail(tmp_path / "roll/a.jpg") is not None
    journal.close()


def test_a_folder_that_is_not_there_is_the_failure_it_would_be(tmp_path: Path, state: StateFolder) -> None:
    (finding,) = look_into([tmp_path / "missing"], state)
    assert finding.error is not None
    assert finding.error.exit_code == 2
