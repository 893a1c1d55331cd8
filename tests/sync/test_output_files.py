"""Where reports and pages go: refused before anything is done, written into or through, and a late failure is told."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from i2f.ground.errors import ExitCode, FolderError
from i2f.sandbox import SandboxFlickr
from i2f.sync.output_files import NotWrittenError, check_places, write_whole
from instagram2flickr import cli
from tests.support.camera_roll import post, save_roll
from tests.support.program import Program
from tests.support.quick_program import Zygote, quick

COMMANDS = (
    ("sync", ".", "--json"),
    ("sync", ".", "--dry-run", "--preview"),
    ("why", "1", "--json"),
    ("status", "--json"),
    ("doctor", "--json"),
    ("undo", "1", "--json"),
)


def device(place: Path, minor: int) -> Path:
    """A character device of Linux's memory driver: 3 is null, 7 is full. Never the real one in /dev."""
    try:
        os.mknod(place, stat.S_IFCHR | 0o666, os.makedev(1, minor))
        place.open("wb").close()
    except (AttributeError, OSError):
        pytest.skip("no device can be made here")
    return place


def bad_places(root: Path) -> dict[str, Path]:
    (root / "folder").mkdir()
    (root / "loop").symlink_to(root / "loop")
    (root / "to-folder").symlink_to(root / "folder")
    (root / "to-nowhere").symlink_to(root / "no-such-folder/report.json")
    (root / "file").write_text("x", encoding="utf-8")
    return {
        "a folder": root / "folder",
        "a loop": root / "loop",
        "a link to a folder": root / "to-folder",
        "a link into nowhere": root / "to-nowhere",
        "no parent": root / "no-such-folder/report.json",
        "a file as parent": root / "file/report.json",
        "a long name": root / ("y" * 300),
    }


KINDS = (
    "a folder",
    "a loop",
    "a link to a folder",
    "a link into nowhere",
    "no parent",
    "a file as parent",
    "a long name",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_place_that_cannot_be_written_is_refused_in_one_line(
    tmp_path: Path, command: tuple[str, ...], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTAGRAM2FLICKR_STATE", str(tmp_path / "state"))
    ran = CliRunner().invoke(cli, [*command, str(bad_places(tmp_path)[kind])])
    assert ran.exit_code == ExitCode.USAGE
    lines = [line for line in ran.output.splitlines() if line]
    assert len(lines) == 1, ran.output
    assert lines[0].startswith("Error: ")
    assert lines[0].endswith("nothing was done")
    assert not (tmp_path / "state").exists()
    assert (tmp_path / "loop").is_symlink()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may become somebody else")
def test_a_place_without_the_right_to_write_is_refused_and_a_writable_file_in_it_is_not(open_folder: Path) -> None:
    (open_folder / "mine.json").touch()
    (open_folder / "mine.json").chmod(0o666)
    os.seteuid(65534)
    try:
        with pytest.raises(FolderError, match=r"new\.json cannot be written \(permission denied\); nothing was done"):
            check_places(open_folder / "new.json")
        check_places(open_folder / "mine.json")
        write_whole(open_folder / "mine.json", ["{}"], 0o600)
    finally:
        os.seteuid(0)
    assert (open_folder / "mine.json").read_text(encoding="utf-8") == "{}"


def test_a_look_leaves_nothing_behind(tmp_path: Path) -> None:
    check_places(tmp_path / "report.json", tmp_path / "plan.html", "-", None)
    assert list(tmp_path.iterdir()) == []


def test_links_are_written_through_and_stay_links(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/report.json").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to("deep/report.json")
    (tmp_path / "twice").symlink_to("link")
    (tmp_path / "new").symlink_to("deep/new.json")
    for name, target in (("link", "report.json"), ("twice", "report.json"), ("new", "new.json")):
        check_places(tmp_path / name)
        write_whole(tmp_path / name, [name, "!"], 0o644)
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "deep" / target).read_text(encoding="utf-8") == f"{name}!"
    assert sorted(one.name for one in (tmp_path / "deep").iterdir()) == ["new.json", "report.json"]


def test_a_device_is_written_into_and_stays_one(tmp_path: Path) -> None:
    null = device(tmp_path / "null", 3)
    check_places(null)
    write_whole(null, ["{}"], 0o644)
    assert stat.S_ISCHR(null.stat().st_mode)
    assert [one.name for one in tmp_path.iterdir()] == ["null"]


def test_a_full_device_is_told(tmp_path: Path) -> None:
    full = device(tmp_path / "full", 7)
    check_places(full)
    with pytest.raises(NotWrittenError, match=r"full could not be written \(no space left on device\)"):
        write_whole(full, ["{}"], 0o644)


def test_a_disk_is_no_place_for_a_report(tmp_path: Path) -> None:
    try:
        os.mknod(tmp_path / "disk", stat.S_IFBLK | 0o666, os.makedev(1, 0))
    except (AttributeError, OSError):
        pytest.skip("no device can be made here")
    with pytest.raises(FolderError, match="it is a disk"):
        check_places(tmp_path / "disk")


@pytest.mark.skipif(os.name != "posix", reason="only there a file has such a mode")
def test_a_private_report_stays_private_and_a_new_one_gets_the_mode_asked_for(tmp_path: Path) -> None:
    (tmp_path / "mine.json").touch(0o600)
    for name, mode in (("mine.json", 0o600), ("new.json", 0o644)):
        write_whole(tmp_path / name, ["{}"], 0o644)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == mode


def breaks_off() -> Iterator[str]:
    yield "<html>"
    raise KeyboardInterrupt


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may become somebody else")
def test_what_cannot_be_made_to_its_end_leaves_the_old_file(open_folder: Path) -> None:
    (open_folder / "mine.html").write_text("old", encoding="utf-8")
    (open_folder / "mine.html").chmod(0o666)
    with pytest.raises(KeyboardInterrupt):
        write_whole(open_folder / "mine.html", breaks_off(), 0o600)
    os.seteuid(65534)
    try:
        with pytest.raises(KeyboardInterrupt):
            write_whole(open_folder / "mine.html", breaks_off(), 0o600)
    finally:
        os.seteuid(0)
    assert [one.read_text(encoding="utf-8") for one in open_folder.iterdir()] == ["old"]
    assert list(Path(tempfile.gettempdir()).glob(".mine.html.*")) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may become somebody else")
def test_a_file_that_cannot_be_written_over_leaves_the_whole_in_another_that_is_named(open_folder: Path) -> None:
    busy = open_folder / "report.json"
    shutil.copy("/bin/sleep", busy)
    busy.chmod(0o777)
    program = busy.read_bytes()
    with subprocess.Popen([busy, "60"]) as running:
        os.seteuid(65534)  # who may write the file, but not exchange it in its folder
        try:
            with pytest.raises(NotWrittenError, match=r"report\.json .*\(text file busy\); the whole is in ") as told:
                write_whole(busy, ["{}"], 0o644)
        finally:
            os.seteuid(0)
            running.kill()
    whole = Path(str(told.value).rpartition("the whole is in ")[2])
    assert whole.read_text(encoding="utf-8") == "{}"
    whole.unlink()
    assert busy.read_bytes() == program


@pytest.fixture
def program(flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote) -> Program:
    return quick(flickr, tmp_path / "home", zygote)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_roll(tmp_path / "iphone", [1])
    return tmp_path / "iphone"


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_run_writes_its_report_into_a_pipe_and_its_page_through_a_link(
    program: Program, flickr: SandboxFlickr, folder: Path, tmp_path: Path
) -> None:
    photo_id = post(flickr, folder / "IMG_0001.JPG")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.html").symlink_to(tmp_path / "plan.html")
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append((tmp_path / "pipe").read_text(encoding="utf-8")))
    reader.start()
    ran = program.run("sync", folder, "--json", tmp_path / "pipe", "--preview", tmp_path / "link.html")
    reader.join(60)
    assert ran.exit_code == ExitCode.DONE, ran.stderr
    (report,) = heard
    assert {one["photo_id"]: one["outcome"] for one in json.loads(report)["photos"]} == {photo_id: "replaced"}
    assert (tmp_path / "link.html").is_symlink()
    assert "<html" in (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_that_nobody_reads_is_told_and_the_whole_is_kept(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotWrittenError, match=r"pipe .*\(nobody reads from it\); the whole is in (.*)") as caught:
        write_whole(tmp_path / "pipe", ['{"version": 1}'], 0o644)
    whole = Path(str(caught.value).rsplit(" ", 1)[1])
    assert json.loads(whole.read_text(encoding="utf-8")) == {"version": 1}
    whole.unlink()


@pytest.mark.long
def test_a_late_failure_to_write_does_not_hide_that_the_work_is_done(
    program: Program, flickr: SandboxFlickr, folder: Path, tmp_path: Path
) -> None:
    photo_id = post(flickr, folder / "IMG_0001.JPG")
    (tmp_path / "usb").mkdir()
    flickr.habits.after_replace = lambda _: shutil.rmtree(tmp_path / "usb", ignore_errors=True)
    ran = program.run("sync", folder, "--json", tmp_path / "usb/report.json", "--preview", tmp_path / "usb/plan.html")
    assert ran.exit_code == ExitCode.FAILED
    assert "the run finished, but" in ran.error
    assert "could not be written (no such file or directory)" in ran.error
    assert "1 replaced" in ran.stdout
    assert flickr.photo(photo_id).data == (folder / "IMG_0001.JPG").read_bytes()
    assert "cut off" not in program.run("status").stdout
    (tmp_path / "usb").mkdir()
    undone = program.run("undo", photo_id, "--json", tmp_path / "usb/undo.json")
    assert undone.exit_code == ExitCode.FAILED
    assert "the run finished, but" in undone.error
    assert photo_id in undone.stdout
    assert flickr.photo(photo_id).data != (folder / "IMG_0001.JPG").read_bytes()
