"""A folder as phones leave it, through the whole program: everything is read, named or passed over, and counted."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from i2f.ground.errors import ExitCode
from i2f.memory.journal import Journal
from i2f.photos.folder import find_files
from i2f.sandbox import SandboxFlickr
from i2f.sync.originals import read_folder
from tests.support.camera_roll import make_photograph, post
from tests.support.format_table import make_one_of_each
from tests.support.mutations import mutated
from tests.support.photographs import camera_exif, dng, save_heic
from tests.support.quick_program import Zygote, quick
from tests.support.sessions import RecordedProgress

BERNE = (46.948, 7.4474)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "iphone"
    place.mkdir()
    return place


def clutter(folder: Path) -> None:
    """What lies between the pictures."""
    whole = (folder / "a.heic").read_bytes()
    (folder / "IMG_0900.HEIC").write_bytes(whole[: len(whole) * 2 // 3])
    (folder / "IMG_0901.JPG").write_bytes((folder / "a.jpg").read_bytes()[:-900])
    (folder / "IMG_0902.JPG").write_bytes(b"not a picture at all")
    (folder / ".IMG_0903.HEIC.icloud").write_bytes(b"bplist00")
    (folder / "IMG_0904.JPG").symlink_to(folder / "nowhere.JPG")
    for name in ("IMG_0905.MOV", "IMG_0906.AAE", "IMG_0907.xmp", ".DS_Store", "Thumbs.db", "notes.txt", "empty"):
        (folder / name).write_bytes(b"" if name == "empty" else b"something else")
    (folder / "clip").write_bytes(b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  " + bytes(50))
    (folder / "Old.photoslibrary").mkdir()
    (folder / "deeper").mkdir()
    (folder / "deeper" / "loop").symlink_to(folder)
    (folder / "deeper" / "itself").symlink_to(folder / "deeper" / "itself")
    (folder / "deeper" / "link.jpg").symlink_to(folder / "c.jpg")
    (folder / "deeper" / os.fsdecode(b"emp\xffty\n.jpg")).write_bytes(b"")
    os.link(folder / "a.jpg", folder / "deeper" / "again.jpg")
    for name in ("sun \N{SUN WITH FACE}.jpg", "two\nlines.jpg", os.fsdecode(b"l\xe4ndlich.jpg")):
        shutil.copy(folder / "b.jpg", folder / "deeper" / name)


def test_files_read_named_and_passed_over_are_all_files_found_and_a_second_run_counts_the_same(
    flickr: SandboxFlickr, folder: Path, tmp_path: Path, zygote: Zygote
) -> None:
    kinds = make_one_of_each(folder)
    clutter(folder)
    original = folder / "IMG_0001.JPG"
    make_photograph(1).save(original, quality=90, exif=camera_exif())
    photo_id = post(flickr, original)
    program = quick(flickr, tmp_path / "home", zygote)
    ran = program.sync(folder)
    assert ran.exit_code == ExitCode.DONE, ran.stderr
    assert flickr.photo(photo_id).data == original.read_bytes()
    assert ran.report is not None
    counts = ran.report["counts"]
    assert counts["originals"] + counts["unreadable"] + counts["passed_over"] == counts["found"]
    everything = [name for _, _, names in os.walk(folder) for name in names]
    assert counts["found"] == len(everything) + len(["Old.photoslibrary"])
    not_read = [
        kind
        for kind in kinds
        if kind in {"DNG with a small preview", "other raw files", "JPEG XL", "BMP", "any of these cut short"}
    ]
    assert counts["originals"] == len(kinds) - len(not_read) + 3 + 1
    assert counts["unreadable"] == len(ran.report["unreadable"]) == len(not_read) + 8
    assert ran.report["passed_over"] == {
        "hidden": 2,
        "sidecars": 2,
        "the same file again": 2,
        "videos": 1,
        "no pictures": 3,
    }
    named = {Path(one["path"]).name: one["reason"] for one in ran.report["unreadable"]}
    assert named["IMG_0900.HEIC"] == named["IMG_0901.JPG"] == "cut short"
    assert [reason for name, reason in named.items() if r"emp\xffty" in name] == ["empty"]
    assert "Traceback" not in ran.stderr + ran.stdout
    again = program.sync(folder, "--dry-run").report
    assert again is not None
    assert again["unreadable"] == ran.report["unreadable"]
    for name in ("originals", "unreadable", "found", "passed_over"):
        assert again["counts"][name] == counts[name]


def test_a_file_that_could_not_be_read_today_is_read_when_it_can_be(folder: Path, tmp_path: Path) -> None:
    file = folder / "IMG_0001.JPG"
    make_photograph(1).save(file)
    (folder / "IMG_0002.JPG").write_bytes(b"no picture")
    files = find_files([folder]).files
    status = file.stat()
    file.rename(tmp_path / "elsewhere")
    journal = Journal(tmp_path / "journal.sqlite3")
    try:
        before = read_folder(files, journal, RecordedProgress())
        (tmp_path / "elsewhere").rename(file)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        after = read_folder(files, journal, RecordedProgress())
    finally:
        journal.close()
    assert [path.name for path, _ in before.unreadable] == ["IMG_0001.JPG", "IMG_0002.JPG"]
    assert [one.path for one in after.gallery.originals] == [file]
    assert [path.name for path, _ in after.unreadable] == ["IMG_0002.JPG"]


def test_the_place_of_an_original_is_kept_between_runs(folder: Path, tmp_path: Path) -> None:
    make_photograph(1).save(folder / "a.jpg", exif=camera_exif(place=BERNE))
    make_photograph(2).save(folder / "b.jpg", exif=camera_exif())
    journal = Journal(tmp_path / "journal.sqlite3")
    try:
        for _ in range(2):
            index = read_folder(find_files([folder]).files, journal, RecordedProgress())
            places = [one.place for one in index.gallery.originals]
            assert places == [pytest.approx(BERNE, abs=1e-5), None]
    finally:
        journal.close()


def test_a_file_that_is_too_large_for_flickr_is_kept_with_that_reason(
    flickr: SandboxFlickr, folder: Path, tmp_path: Path, zygote: Zygote
) -> None:
    make_photograph(1).save(folder / "IMG_0001.JPG", quality=90, exif=camera_exif())
    photo_id = post(flickr, folder / "IMG_0001.JPG")
    os.truncate(folder / "IMG_0001.JPG", 201 * 2**20)
    ran = quick(flickr, tmp_path / "home", zygote).sync(folder)
    told = ran.photos[photo_id]
    assert (ran.exit_code, told["decision"], told["outcome"]) == (ExitCode.DONE, "keep", "skipped")
    assert told["reason"] == "IMG_0001.JPG exceeds Flickr's 200 MiB limit"


# Places


@pytest.fixture
def places(flickr: SandboxFlickr, folder: Path) -> list[str]:
    """Two pictures with a place, one of whose photos shows one already, and one without."""
    for number, place in ((1, BERNE), (2, BERNE), (3, None)):
        make_photograph(number).save(folder / f"IMG_000{number}.JPG", quality=90, exif=camera_exif(place=place))
    save_heic(make_photograph(4), folder / "IMG_0004.HEIC", exif=camera_exif(place=BERNE))
    ids = [post(flickr, folder / f"IMG_000{number}.JPG") for number in (1, 2, 3)]
    ids.append(post(flickr, folder / "IMG_0004.HEIC"))
    flickr.photo(ids[1]).place = (1.0, 2.0)
    return ids


def test_a_sync_says_how_many_places_it_is_about_to_publish_and_how_to_strip_them_and_nothing_of_those_it_strips(
    flickr: SandboxFlickr, folder: Path, places: list[str], tmp_path: Path, zygote: Zygote
) -> None:
    program = quick(flickr, tmp_path / "home", zygote, PRIVACY_LOCATION="strip")
    ran = program.sync(folder, "--dry-run")
    assert len(ran.photos) == len(places) == 4
    assert "[privacy]" not in ran.stderr + ran.stdout
    del program.settings["PRIVACY_LOCATION"]
    for words, number in (
        (("--dry-run",), "2 photos contain"),
        (("--limit", "1"), "1 photo contains"),
        (("--limit", "1"), None),
        ((), "1 photo contains"),
    ):
        ran = program.sync(folder, *words)
        assert ran.exit_code == ExitCode.DONE, ran.stderr
        said = [line for line in ran.stderr.splitlines() if "[privacy] location = strip" in line]
        assert [line.split(" GPS data")[0] for line in said] == ([number] if number else [])
    assert all(flickr.photo(photo_id).version == 1 for photo_id in places)


# Several files of one shot


def test_twins_are_named_with_the_reason_for_the_one_that_is_sent(
    flickr: SandboxFlickr, folder: Path, tmp_path: Path, zygote: Zygote
) -> None:
    shot, exif = make_photograph(1), camera_exif(subsec="330")
    make_photograph(2).save(folder / "IMG_1233.JPG", exif=camera_exif("2012:09:29 16:11:20", subsec="100"))
    shot.save(folder / "IMG_1234.JPG", quality=92, exif=exif)
    shot.point([min(255, round(level**1.1 * 0.8)) for level in range(256)] * 3).save(
        folder / "IMG_E1234.JPG", quality=90, exif=exif
    )
    (folder / "Old phone").mkdir()
    shutil.copy(folder / "IMG_1234.JPG", folder / "Old phone" / "IMG_1234(1).JPG")
    shutil.copy(folder / "IMG_1234.JPG", folder / "IMG_1234 2.JPG")
    save_heic(shot, folder / "IMG_1234.HEIC", exif=exif)
    (folder / "IMG_1234.DNG").write_bytes(dng(shot, shot.size))
    shot.crop((100, 0, 850, 750)).save(folder / "7E1B.JPG", quality=85)
    photo_id = post(flickr, folder / "IMG_1234.JPG")
    told = quick(flickr, tmp_path / "home", zygote).sync(folder, "--dry-run").photos[photo_id]
    assert (told["decision"], told["original"]) == ("replace", str(folder / "IMG_1234.JPG")), told
    assert sorted(Path(twin).name for twin in told["twins"]) == [
        "IMG_1234 2.JPG",
        "IMG_1234(1).JPG",
        "IMG_1234.DNG",
        "IMG_1234.HEIC",
        "IMG_E1234.JPG",
    ]
    assert told["reason"] == (
        "Matches IMG_1234.JPG (only match; 6 versions found, using the one with the shortest name)"
    )
    # The square that Instagram saved holds the same picture and is no original: it stands by itself, and never first.
    assert [Path(one["path"]).name for one in told["candidates"]][:2] == ["IMG_1234.JPG", "7E1B.JPG"]


def test_a_twin_that_proves_damaged_is_named_and_the_whole_one_is_sent_once_it_is_gone(
    flickr: SandboxFlickr, folder: Path, tmp_path: Path, zygote: Zygote
) -> None:
    """Its thumbnail is good, and it lost some bytes at the end; another file is never sent in its place unasked."""
    shot, exif = make_photograph(1), camera_exif(subsec="330")
    shot.save(folder / "IMG_1234.JPG", quality=92, exif=exif)
    data = (folder / "IMG_1234.JPG").read_bytes()
    (folder / "IMG_1234.JPG").write_bytes(data[:-1200] + data[-600:])
    save_heic(shot, folder / "IMG_1234.HEIC", exif=exif)
    save_heic(shot, tmp_path / "whole.heic", exif=exif)
    photo_id = post(flickr, tmp_path / "whole.heic")
    program = quick(flickr, tmp_path / "home", zygote)
    ran = program.sync(folder)
    told = ran.photos[photo_id]
    assert (ran.exit_code, told["outcome"]) == (ExitCode.INCOMPLETE, "failed"), told
    assert told["error"] == "IMG_1234.JPG: damaged; it was not sent"
    assert flickr.photo(photo_id).version == 0
    (folder / "IMG_1234.JPG").unlink()
    told = program.sync(folder).photos[photo_id]
    assert (told["outcome"], Path(told["original"]).name) == ("replaced", "IMG_1234.HEIC")


def test_many_copies_of_one_file_do_not_crowd_out_the_next_shot(
    flickr: SandboxFlickr, folder: Path, tmp_path: Path, zygote: Zygote
) -> None:
    shot = make_photograph(1)
    shot.save(folder / "IMG_1234.JPG", quality=90, exif=camera_exif(subsec="330"))
    for number in range(1, 12):
        shutil.copy(folder / "IMG_1234.JPG", folder / f"IMG_1234({number}).JPG")
    moved = shot.copy()
    moved.paste(shot.crop((300, 200, 700, 600)), (320, 215))
    moved.save(folder / "IMG_1235.JPG", quality=90, exif=camera_exif(subsec="430"))
    photo_id = post(flickr, folder / "IMG_1234.JPG")
    told = quick(flickr, tmp_path / "home", zygote).sync(folder, "--dry-run").photos[photo_id]
    assert [Path(one["path"]).name for one in told["candidates"]] == ["IMG_1234.JPG", "IMG_1235.JPG"]
    assert len(told["twins"]) == 11


# Real files


def test_real_phone_files_whole_and_broken_go_through_a_whole_run(
    flickr: SandboxFlickr, corpus: Path, folder: Path, tmp_path: Path, zygote: Zygote
) -> None:
    """Broken versions of a file lie beside it, or alone; what is sent shows what the whole file shows."""
    names = ("apartmani-IMG_0059*", "apartmani-IMG_0075*", "colorbal-IMG_0003*", "heic-vmt-IMG_1253*")
    files = [next((corpus / "originals").glob(name)) for name in names]
    whole = [shutil.copy(file, folder) for file in (files[0], files[3])]
    random = np.random.default_rng(20)
    for file in files:
        for number in range(4):
            (folder / f"broken {number} {file.name}").write_bytes(mutated(file.read_bytes(), random))
    ids = {post(flickr, file): file for file in files}
    ran = quick(flickr, tmp_path / "home", zygote).sync(folder)
    assert ran.exit_code in {ExitCode.DONE, ExitCode.INCOMPLETE}, ran.stderr
    assert ran.report is not None
    counts = ran.report["counts"]
    assert counts["originals"] + counts["unreadable"] + counts["passed_over"] == counts["found"] == 18
    replaced = {photo_id for photo_id, one in ran.photos.items() if one["outcome"] == "replaced"}
    assert {Path(file).name for file in whole} <= {ids[photo_id].name for photo_id in replaced}
    for photo_id in replaced:
        with Image.open(io.BytesIO(flickr.photo(photo_id).data)) as sent, Image.open(ids[photo_id]) as true:
            shown, expected = (np.asarray(one.convert("L").reduce(8), dtype=np.int16) for one in (sent, true))
        assert (np.abs(shown - expected) > 12).mean() < 0.005, ids[photo_id]
    assert "Traceback" not in ran.stderr + ran.stdout
