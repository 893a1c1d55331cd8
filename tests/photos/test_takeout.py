"""A Google Takeout: the JSON beside a picture is found again, whatever its name became, and never another's."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from i2f.photos.sources import find_originals
from tests.support.libraries import takeout_json

LONG = "a photograph with a very long name that goes on and on and on.jpg"
TAKEN = datetime(2012, 9, 18, 20, 26, 40)  # noqa: DTZ001


def put(folder: Path, names: dict[str, str]) -> None:
    for name, content in names.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def places(folder: Path) -> dict[str, float | None]:
    """By the picture's name on the disk the latitude that its JSON tells; None for none."""
    found = find_originals([folder]).files
    return {one.path.name: one.told.place[0] if one.told and one.told.place else None for one in found}


@pytest.mark.parametrize(
    ("picture", "note", "title"),
    [
        ("IMG.jpg", "IMG.jpg.json", "IMG.jpg"),
        ("IMG.jpg", "IMG.jpg.supplemental-metadata.json", "IMG.jpg"),
        ("IMG_20200920_131207.jpg", "IMG_20200920_131207.jpg.supplemental-metadat.json", "IMG_20200920_131207.jpg"),
        ("IMG_20200920_131207.jpg", "IMG_20200920_131207.jpg.s.json", "IMG_20200920_131207.jpg"),
        ("IMG(1).jpg", "IMG.jpg(1).json", "IMG.jpg"),
        ("IMG(12).jpg", "IMG.jpg.supplemental-metadata(12).json", "IMG.jpg"),
        ("IMG-edited.jpg", "IMG.jpg.json", "IMG.jpg"),
        ("IMG-\u7de8\u96c6\u6e08\u307f.jpg", "IMG.jpg.json", "IMG.jpg"),
        ("IMG-modifie\u0301.jpg", "IMG.jpg.json", "IMG.jpg"),
        ("IMG-bearbeitet(1).jpg", "IMG.jpg.supplemental-metadata(1).json", "IMG.jpg"),
        ("IMG(3).jpg", "IMG(3).jpg.json", "IMG(3).jpg"),
        (LONG[:47] + ".jpg", LONG[:46] + ".json", LONG),
        (LONG[:47] + "(1).jpg", LONG[:46] + "(1).json", LONG),
        ("20030616.jpg", "20030616.json", "20030616"),
        ("a_b_c.jpg", "a_b_c.jpg.json", "a?b&c.jpg"),
    ],
)
def test_the_json_of_a_picture_is_found_whatever_its_name_became(
    tmp_path: Path, picture: str, note: str, title: str
) -> None:
    put(tmp_path, {picture: "picture", note: takeout_json(title, place=(52.5, 13.4))})

    (file,) = find_originals([tmp_path]).files

    assert file.told is not None
    assert file.told.place == (52.5, 13.4)
    assert file.told.taken is not None
    assert file.told.taken.local == TAKEN


def test_pictures_of_one_name_have_each_their_own(tmp_path: Path) -> None:
    pictures = {"IMG.jpg": "0", "IMG(1).jpg": "1", "IMG(2).jpg": "2", "IMG-edited(1).jpg": "3"}
    notes = {
        "IMG.jpg.json": takeout_json("IMG.jpg", place=(10, 1)),
        "IMG.jpg(1).json": takeout_json("IMG.jpg", place=(11, 1)),
        "IMG.jpg.supplemental-metadata(2).json": takeout_json("IMG.jpg", place=(12, 1)),
    }
    put(tmp_path, pictures | notes)
    assert places(tmp_path) == {"IMG.jpg": 10, "IMG(1).jpg": 11, "IMG(2).jpg": 12, "IMG-edited(1).jpg": 11}


@pytest.mark.parametrize(
    "note",
    [
        takeout_json("OTHER.jpg", place=(52.5, 13.4)),
        '{"title": "IMG.jpg"}',
        "[]",
        "{",
        '{"title": "IMG.jpg", "photoTakenTime": 3}',
        '{"title": "IMG.jpg", "photoTakenTime": {"timestamp": "x"}, "geoData": {"latitude": 99.0, "longitude": 1}}',
    ],
)
def test_json_that_is_another_picture_s_or_no_takeout_s_says_nothing(tmp_path: Path, note: str) -> None:
    put(tmp_path, {"IMG.jpg": "picture", "IMG.jpg.json": note})
    (file,) = find_originals([tmp_path]).files
    assert file.told is None


def test_a_name_that_was_cut_is_given_back_whole(tmp_path: Path) -> None:
    put(tmp_path, {LONG[:47] + ".jpg": "picture", LONG[:46] + ".json": takeout_json(LONG)})
    (file,) = find_originals([tmp_path]).files
    assert file.told is not None
    assert file.told.name == LONG


def test_a_name_that_no_disk_can_hold_is_not_given_back(tmp_path: Path) -> None:
    title = json.dumps(LONG[:47] + "\ud83d.jpg")
    note = takeout_json("x").replace('"x"', title, 1)
    put(tmp_path, {LONG[:47] + ".jpg": "picture", LONG[:46] + ".json": note})
    (file,) = find_originals([tmp_path]).files
    assert file.told is not None
    assert file.told.name is None


def test_what_was_thrown_away_is_left_out_and_counted(tmp_path: Path) -> None:
    put(tmp_path, {"IMG.jpg": "1", "OLD.jpg": "2", "OLD.jpg.json": takeout_json("OLD.jpg", trashed=True)})
    found = find_originals([tmp_path])
    assert [one.path.name for one in found.files] == ["IMG.jpg"]
    assert found.passed_over == {"in trash folders": 1, "sidecars": 1}


def test_picture_and_json_may_lie_in_different_parts(tmp_path: Path) -> None:
    folder = "Takeout/Google Photos/Photos from 2012"
    with (
        zipfile.ZipFile(tmp_path / "takeout-001.zip", "w") as one,
        zipfile.ZipFile(tmp_path / "takeout-002.zip", "w") as two,
    ):
        one.writestr(f"{folder}/IMG.jpg", b"picture")
        one.writestr(f"{folder}/metadata.json", '{"title": "Photos from 2012"}')
        two.writestr(f"{folder}/IMG.jpg.supplemental-metadata.json", takeout_json("IMG.jpg", place=(52.5, 13.4)))
        two.writestr("Takeout/Google Photos/Photos from 2013/IMG.jpg", b"another")

    first, second = find_originals([tmp_path]).files

    assert first.path == tmp_path / "takeout-001.zip" / folder / "IMG.jpg"
    assert first.told is not None
    assert first.told.place == (52.5, 13.4)
    assert second.told is None
