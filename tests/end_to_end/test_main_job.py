"""The main job, end to end: the program in a process of its own, a folder of pictures, a Flickr on the loopback."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest
from PIL import Image, ImageChops
from pillow_heif import register_heif_opener

from i2f.ground.errors import ExitCode
from i2f.sandbox import SandboxFlickr
from tests.support.camera_roll import make_photograph, post, save_roll
from tests.support.corpus import Truth, decided, put_on_flickr, read_truth, wrong_ones
from tests.support.program import Program
from tests.support.proxy import SandboxProxy
from tests.support.quick_program import Zygote, quick
from tests.support.report_schema import REPORT

register_heif_opener()


@dataclass
class Home:
    """A person with a roll of four pictures; copies of three of them and of a lost fifth are on Flickr."""

    flickr: SandboxFlickr
    program: Program
    folder: Path
    copies: dict[str, Path]
    lost: str

    @classmethod
    def of(cls, program: Program, folder: Path, lost: Path) -> Home:
        copies = {post(program.flickr, file): file for file in sorted(folder.iterdir())[:3]}
        return cls(program.flickr, program, folder, copies, post(program.flickr, lost))


@dataclass(frozen=True)
class Known:
    """The folder of all tests that leave it as it is, and a state in which a dry run has read and compared it."""

    folder: Path
    lost: Path
    state: Path


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory, zygote: Zygote) -> Known:
    place = tmp_path_factory.mktemp("known")
    folder = place / "iphone"
    save_roll(folder, range(1, 5))
    (lost,) = save_roll(place / "lost", [5])
    with SandboxFlickr() as flickr:
        home = Home.of(quick(flickr, place / "home", zygote), folder, lost)
        ran = home.program.sync(folder, "--dry-run")
        assert ran.exit_code == ExitCode.DONE, ran.stderr
    return Known(folder, lost, home.program.state)


@pytest.fixture
def home(flickr: SandboxFlickr, known: Known, tmp_path: Path, zygote: Zygote) -> Home:
    home = Home.of(quick(flickr, tmp_path / "home", zygote), known.folder, known.lost)
    shutil.copytree(known.state, home.program.state)
    return home


@pytest.fixture
def unread_home(flickr: SandboxFlickr, known: Known, tmp_path: Path, zygote: Zygote) -> Home:
    """A folder of its own that nobody has read yet."""
    shutil.copytree(known.folder, tmp_path / "iphone")
    return Home.of(quick(flickr, tmp_path / "home", zygote), tmp_path / "iphone", known.lost)


@pytest.fixture
def new_home(flickr: SandboxFlickr, known: Known, tmp_path: Path) -> Home:
    """The same, and the program as it is started from a shell."""
    shutil.copytree(known.folder, tmp_path / "iphone")
    return Home.of(Program(flickr, tmp_path / "home"), tmp_path / "iphone", known.lost)


def test_a_folder_in_and_full_size_pictures_on_flickr_out(new_home: Home) -> None:
    ran = new_home.program.sync(new_home.folder)
    assert ran.exit_code == ExitCode.DONE, ran.stderr
    assert {photo_id: new_home.flickr.photo(photo_id).data for photo_id in new_home.copies} == {
        photo_id: original.read_bytes() for photo_id, original in new_home.copies.items()
    }
    assert ran.photos[new_home.lost]["decision"] == "keep"
    assert len(new_home.flickr.requests("replace")) == 3
    assert "3 replaced and verified" in ran.stdout


def test_the_report_of_a_dry_run_and_of_a_real_one_have_the_agreed_shape(home: Home) -> None:
    for words, outcome in ((["--dry-run"], "planned"), ([], "replaced")):
        ran = home.program.sync(home.folder, *words)
        jsonschema.validate(ran.report, REPORT, cls=jsonschema.Draft202012Validator)
        assert ran.report is not None
        assert ran.report["mode"] == ("dry-run" if words else "sync")
        assert ran.report["counts"]["copies"] == len(ran.photos) == 4
        assert ran.report["counts"]["originals"] == 4
        for photo_id, original in home.copies.items():
            one = ran.photos[photo_id]
            assert (one["decision"], one["outcome"], one["original"]) == ("replace", outcome, str(original))
            assert one["score"] >= 0.9
            assert one["margin"] > 0.5
            assert one["window"]["center"] == pytest.approx([0.475, 0.5], abs=0.01)
            assert one["window"]["size"] == pytest.approx([0.75, 1.0], abs=0.01)


def test_a_dry_run_makes_no_request_that_changes_anything_and_tells_the_same_plan(home: Home) -> None:
    dry = home.program.sync(home.folder, "--dry-run")
    assert home.flickr.changing_requests == []
    real = home.program.sync(home.folder)
    plan = [
        {photo_id: (one["decision"], one["original"], one["score"]) for photo_id, one in ran.photos.items()}
        for ran in (dry, real)
    ]
    assert plan[0] == plan[1]


def test_a_second_sync_replaces_nothing_and_opens_no_file_in_the_folder(new_home: Home, tmp_path: Path) -> None:
    new_home.program.sync(new_home.folder)
    sent = len(new_home.flickr.changing_requests)
    opened = tmp_path / "opened"
    watcher = tmp_path / "watch" / "sitecustomize.py"
    watcher.parent.mkdir()
    watcher.write_text(
        "import os, sys\n"
        "def watch(event, args):\n"
        "    name = args[0] if event == 'open' and isinstance(args[0], (str, bytes)) else ''\n"
        f"    if {str(new_home.folder)!r} in os.fsdecode(name):\n"
        f"        os.write(os.open({str(opened)!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND), repr(args[0]).encode())\n"
        "sys.addaudithook(watch)\n",
        encoding="utf-8",
    )
    ran = new_home.program.sync(new_home.folder, PYTHONPATH=str(watcher.parent))
    assert ran.exit_code == ExitCode.DONE
    assert len(new_home.flickr.changing_requests) == sent
    assert not opened.exists()
    assert all(ran.photos[photo_id]["reason"].startswith("Already replaced on ") for photo_id in new_home.copies)
    assert {ran.photos[photo_id]["outcome"] for photo_id in new_home.copies} == {"skipped"}
    (new_home.folder / "IMG_0001.JPG").touch()
    new_home.program.sync(new_home.folder, PYTHONPATH=str(watcher.parent))
    assert opened.exists(), "the watcher must see a file that has to be read anew"


def test_undo_leaves_the_server_with_the_bytes_it_had_before(home: Home) -> None:
    before = {photo_id: home.flickr.photo(photo_id).data for photo_id in home.copies}
    home.program.sync(home.folder)
    ran = home.program.run("undo", "--all")
    assert ran.exit_code == ExitCode.DONE, ran.stderr
    assert {photo_id: home.flickr.photo(photo_id).data for photo_id in home.copies} == before
    again = home.program.run("undo", "--all")
    assert (again.exit_code, again.stdout) == (ExitCode.DONE, "Nothing to restore.\n")
    after = home.program.sync(home.folder)
    assert all(after.photos[photo_id]["reason"].startswith("Restored by undo on ") for photo_id in home.copies)
    assert home.program.sync(home.folder, "--again", next(iter(home.copies))).report["counts"]["replaced"] == 1  # type: ignore[index]


def test_undo_of_one_run_leaves_other_runs_alone(home: Home) -> None:
    first, second = list(home.copies)[:2]
    run = home.program.sync(home.folder, "--photo", first).report["run"]  # type: ignore[index]
    home.program.sync(home.folder, "--photo", second)
    assert home.program.run("undo", "--run", run).exit_code == ExitCode.DONE
    assert home.flickr.photo(second).data == home.copies[second].read_bytes()
    assert home.flickr.photo(first).data != home.copies[first].read_bytes()


def test_a_limit_leaves_the_rest_planned(home: Home) -> None:
    ran = home.program.sync(home.folder, "--limit", 1)
    assert ran.exit_code == ExitCode.DONE
    assert sorted(ran.photos[photo_id]["outcome"] for photo_id in home.copies) == ["planned", "planned", "replaced"]
    assert len(home.flickr.requests("replace")) == 1


def test_only_the_photos_asked_for_are_looked_at(home: Home) -> None:
    chosen = next(iter(home.copies))
    ran = home.program.sync(home.folder, "--photo", chosen)
    assert list(ran.photos) == [chosen]
    assert len(home.flickr.requests("replace")) == 1


def test_the_report_can_go_to_standard_output(home: Home) -> None:
    ran = home.program.run("sync", home.folder, "--dry-run", "--json", "-")
    jsonschema.validate(json.loads(ran.stdout), REPORT)


def test_why_shows_the_evidence(home: Home) -> None:
    home.program.sync(home.folder, "--dry-run")
    ran = home.program.run("why", next(iter(home.copies)))
    assert ran.exit_code == ExitCode.DONE
    assert "IMG_0001.JPG (only match" in ran.stdout
    assert "of its width and" in ran.stdout


def test_status_tells_what_was_done_and_where_the_backups_are(unread_home: Home, known: Known) -> None:
    assert "There is no state folder" in unread_home.program.run("status").stdout
    shutil.copytree(known.state, unread_home.program.state)
    unread_home.program.sync(known.folder)
    ran = unread_home.program.run("status")
    assert "Replaced: 3" in ran.stdout
    assert str(unread_home.program.state / "backups") in ran.stdout


def test_a_heic_is_sent_as_a_jpeg_that_shows_the_same_with_its_exif(
    flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote
) -> None:
    folder = tmp_path / "iphone"
    folder.mkdir()
    exif = Image.Exif()
    exif[0x0110] = "iPhone 12"
    exif.get_ifd(0x8769)[0x9003] = "2021:05:06 07:08:09"
    picture = make_photograph(9)
    picture.save(folder / "IMG_0009.HEIC", quality=90, exif=exif)
    picture.save(tmp_path / "same.jpg")
    photo_id = post(flickr, tmp_path / "same.jpg")
    ran = quick(flickr, tmp_path / "home", zygote).sync(folder)
    assert ran.photos[photo_id]["outcome"] == "replaced", ran.stderr
    (tmp_path / "held.jpg").write_bytes(flickr.photo(photo_id).data)
    with Image.open(tmp_path / "held.jpg") as held, Image.open(folder / "IMG_0009.HEIC") as original:
        assert held.format == "JPEG"
        assert held.getexif().get_ifd(0x8769)[0x9003] == "2021:05:06 07:08:09"
        difference = ImageChops.difference(held.convert("RGB"), original.convert("RGB")).convert("L")
        assert max(value for value, count in enumerate(difference.histogram()) if count > 100) < 24


# Login.


def test_login_reads_the_code_from_standard_input_and_keeps_the_token_private(
    flickr: SandboxFlickr, tmp_path: Path
) -> None:
    program = Program(flickr, tmp_path / "home", perms=None)
    ran = log_in(program)
    assert ran[0] == ExitCode.DONE, ran[1]
    login = program.state / "login.json"
    if os.name == "posix":
        assert login.stat().st_mode & 0o777 == 0o600
    assert json.loads(login.read_text(encoding="utf-8"))["nsid"] == flickr.account.nsid
    assert json.loads(login.read_text(encoding="utf-8"))["token_secret"] not in ran[1]
    assert "[ok] Login" in program.run("doctor").stdout
    assert program.run("logout").exit_code == ExitCode.DONE
    assert not login.exists()


def log_in(program: Program) -> tuple[int, str]:
    """Type the code that the pretend Flickr shows, into a pipe."""
    import re
    import subprocess

    from tests.support.program import ROOT

    with subprocess.Popen(
        [sys.executable, str(ROOT / "instagram2flickr.py"), "login", "--no-browser"],
        env=program.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        told = ""
        while "oauth_token=" not in told or not told.endswith("\n"):
            told += process.stdout.readline()
        page = re.search(r"oauth_token=([\w-]+)", told)
        assert page is not None
        code = program.flickr.authorize(page[1])
        rest, _ = process.communicate(code.replace("-", "") + "\n", timeout=60)
    return process.returncode, told + rest


def test_a_login_as_somebody_else_is_refused_and_names_state(home: Home) -> None:
    home.program.sync(home.folder, "--dry-run")
    home.flickr.account.nsid = "99999999@N00"
    ran = home.program.sync(home.folder, "--dry-run")
    assert ran.exit_code == ExitCode.LOGIN
    assert "--state" in ran.error


# What goes wrong: one clear line and the right exit code.


def test_a_wrong_key_is_one_line(home: Home) -> None:
    home.program.settings["FLICKR_API_KEY"] = "0" * 32
    ran = home.program.sync(home.folder)
    assert ran.exit_code == ExitCode.USAGE
    assert "api_key" in ran.error


def test_no_key_at_all_is_one_line_that_says_where_it_goes(home: Home) -> None:
    home.program.settings["FLICKR_API_KEY"] = ""
    ran = home.program.sync(home.folder)
    assert ran.exit_code == ExitCode.USAGE
    assert "[flickr] api_key" in ran.error


def test_an_expired_token_is_one_line(home: Home) -> None:
    home.flickr.revoke(home.program.settings["FLICKR_TOKEN"])
    ran = home.program.sync(home.folder)
    assert ran.exit_code == ExitCode.LOGIN
    assert "login" in ran.error


def test_nobody_logged_in_is_one_line(flickr: SandboxFlickr, known: Known, tmp_path: Path) -> None:
    ran = Program(flickr, tmp_path / "home", perms=None).sync(known.folder)
    assert ran.exit_code == ExitCode.LOGIN
    assert "login" in ran.error


def test_a_read_only_token_is_one_line_and_sends_nothing(home: Home) -> None:
    token, secret = home.flickr.issue_token("read")
    home.program.settings |= {"FLICKR_TOKEN": token, "FLICKR_TOKEN_SECRET": secret}
    before = {photo_id: home.flickr.photo(photo_id).data for photo_id in home.copies}
    ran = home.program.sync(home.folder)
    assert ran.exit_code == ExitCode.LOGIN
    assert "read" in ran.error
    assert {photo_id: home.flickr.photo(photo_id).data for photo_id in home.copies} == before


def test_an_account_that_is_not_pro_is_told_before_anything_is_sent(home: Home) -> None:
    home.flickr.account.is_pro = False
    ran = home.program.sync(home.folder)
    assert ran.exit_code == ExitCode.FAILED
    assert "Pro" in ran.error
    assert home.flickr.changing_requests == []
    assert home.program.sync(home.folder, "--dry-run").exit_code == ExitCode.DONE


def test_no_network_is_one_line(home: Home) -> None:
    dead = {"INSTAGRAM2FLICKR_SANDBOX": "http://127.0.0.1:9"}
    ran = home.program.sync(home.folder, **dead)
    assert ran.exit_code == ExitCode.STOPPED
    assert "run again" in ran.error


def test_an_empty_folder_is_one_line(home: Home, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = home.program.sync(tmp_path / "empty")
    assert ran.exit_code == ExitCode.USAGE
    assert str(tmp_path / "empty") in ran.error
    assert home.flickr.log == []


def test_a_missing_folder_is_one_line(home: Home, tmp_path: Path) -> None:
    ran = home.program.sync(tmp_path / "nowhere")
    assert ran.exit_code == ExitCode.USAGE
    assert str(tmp_path / "nowhere") in ran.error
    assert home.flickr.log == []


def test_an_unknown_setting_is_one_line_that_names_the_nearest(home: Home, tmp_path: Path) -> None:
    (tmp_path / "my.ini").write_text("[sync]\nmin_gian = 1\n", encoding="utf-8")
    ran = home.program.run("sync", home.folder, "--config", tmp_path / "my.ini")
    assert ran.exit_code == ExitCode.USAGE
    assert "min_gain" in ran.error


def test_an_unknown_photo_is_one_line(home: Home) -> None:
    for words in (["sync", home.folder, "--photo", "1"], ["undo", "1"], ["why", "1"]):
        ran = home.program.run(*words)
        assert ran.exit_code == ExitCode.USAGE
        assert "1" in ran.error


def test_an_unreadable_file_is_named_and_costs_itself_only(unread_home: Home) -> None:
    (unread_home.folder / "IMG_0099.JPG").write_bytes((unread_home.folder / "IMG_0004.JPG").read_bytes()[:300])
    ran = unread_home.program.sync(unread_home.folder)
    assert ran.exit_code == ExitCode.DONE
    assert ran.report is not None
    assert [Path(one["path"]).name for one in ran.report["unreadable"]] == ["IMG_0099.JPG"]
    assert ran.report["counts"]["replaced"] == 3


def test_a_disk_that_hands_out_less_than_half_of_a_folder_stops_the_run_until_that_is_accepted(
    new_home: Home, tmp_path: Path
) -> None:
    disk = tmp_path / "disk" / "sitecustomize.py"
    disk.parent.mkdir()
    disk.write_text(
        "import os, sys\n"
        "def fail(event, args):\n"
        "    name = args[0] if event == 'open' and isinstance(args[0], (str, bytes)) else ''\n"
        f"    if {str(new_home.folder)!r} in os.fsdecode(name) and not os.fsdecode(name).endswith('IMG_0001.JPG'):\n"
        "        raise OSError(5, 'Input/output error')\n"
        "sys.addaudithook(fail)\n",
        encoding="utf-8",
    )
    failing = {"PYTHONPATH": str(disk.parent)}
    ran = new_home.program.sync(new_home.folder, **failing)
    assert ran.exit_code == ExitCode.STOPPED
    assert f"3 of the 4 pictures in {new_home.folder} cannot be read now" in ran.error
    assert "--again-folder" in ran.error
    assert new_home.flickr.changing_requests == []
    assert ran.report is not None
    assert len(ran.report["unreadable"]) == 3
    ran = new_home.program.sync(new_home.folder, "--again-folder", **failing)
    assert ran.exit_code == ExitCode.DONE
    assert ran.report is not None
    assert (ran.report["counts"]["replaced"], len(ran.report["unreadable"])) == (1, 3)
    ran = new_home.program.sync(new_home.folder)
    assert ran.report is not None
    assert (ran.exit_code, ran.report["counts"]["replaced"]) == (ExitCode.DONE, 2)


# The true addresses.


def test_every_request_goes_to_flickrs_true_hosts_through_the_proxy_of_the_environment(
    unread_home: Home, tmp_path: Path
) -> None:
    with SandboxProxy(unread_home.flickr.url, tmp_path) as proxy:
        ran = unread_home.program.sync(unread_home.folder, INSTAGRAM2FLICKR_SANDBOX="", **proxy.environment)
    assert ran.exit_code == ExitCode.DONE, ran.stderr
    assert ran.report is not None
    assert ran.report["counts"]["replaced"] == 3
    assert set(proxy.hosts) == {"api.flickr.com", "up.flickr.com", "live.staticflickr.com"}
    assert {request.host for request in unread_home.flickr.log} == set(proxy.hosts)


def test_a_certificate_nobody_knows_ends_a_whole_run_with_one_line(unread_home: Home, tmp_path: Path) -> None:
    with SandboxProxy(unread_home.flickr.url, tmp_path) as proxy:
        environment = proxy.environment | {"REQUESTS_CA_BUNDLE": "", "SSL_CERT_FILE": "", "CURL_CA_BUNDLE": ""}
        ran = unread_home.program.sync(unread_home.folder, INSTAGRAM2FLICKR_SANDBOX="", **environment)
    assert ran.exit_code == ExitCode.STOPPED, ran.stderr
    assert "certificate" in ran.error
    assert unread_home.flickr.log == []


# Real photographs.


@pytest.fixture(scope="module")
def real(
    corpus: Path, zygote: Zygote, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Program, dict[str, Truth], Path]]:
    """Every eleventh copy of the corpus, and of its originals those they were made from and every fourth beside."""
    truths = read_truth(corpus)[::11]
    needed = {name for truth in truths for name in truth.right}
    folder = tmp_path_factory.mktemp("originals")
    for number, file in enumerate(sorted((corpus / "originals").iterdir())):
        if file.name in needed or number % 4 == 0:
            shutil.copy2(file, folder)
    with SandboxFlickr() as flickr:
        yield quick(flickr, tmp_path_factory.mktemp("home"), zygote), put_on_flickr(flickr, truths), folder


def test_real_photographs_are_replaced_by_their_very_originals(real: tuple[Program, dict[str, Truth], Path]) -> None:
    program, truths, folder = real
    dry = program.sync(folder, "--dry-run")
    assert program.flickr.changing_requests == []
    ran = program.sync(folder)
    assert {key: one["original"] for key, one in dry.photos.items()} == {
        key: one["original"] for key, one in ran.photos.items()
    }
    assert wrong_ones(ran.photos, truths) == []
    tiers = decided(ran.photos, truths)
    done, there = (tiers["EASY"][place] + tiers["TYPICAL"][place] for place in (0, 1))
    assert done >= 0.9 * there, tiers
    for photo_id, one in ran.photos.items():
        held = program.flickr.photo(photo_id).data
        if one["outcome"] != "replaced":
            assert held == truths[photo_id].copy.read_bytes()
        elif not one["original"].endswith(".heic"):
            assert held == Path(one["original"]).read_bytes()
    assert program.run("undo", "--all").exit_code == ExitCode.DONE
    assert all(program.flickr.photo(key).data == truth.copy.read_bytes() for key, truth in truths.items())
