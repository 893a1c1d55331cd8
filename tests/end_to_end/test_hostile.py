"""Titles, captions, tags, file names and EXIF texts from anybody do no harm; secrets show nowhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from i2f.ground.errors import ExitCode
from i2f.sandbox.flickr.faults import Fault
from i2f.sandbox.flickr.kinds import DropBefore, OAuthError, Silence, Status
from tests.support.killing import Roll, Scene, scene
from tests.support.program import ROOT
from tests.support.quick_program import Zygote

pytestmark = pytest.mark.skipif(os.name != "posix", reason="fork is POSIX")

HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred",
    '=HYPERLINK("http://evil.example","x")',
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u202egpj.exe\u2066 ../../../../etc/passwd \r\nInjected: header\x9b31m",
)
# What a terminal could take for an order, and what turns the reading direction.
ORDERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def one(roll: Roll, zygote: Zygote, tmp_path: Path) -> Iterator[Scene]:
    with scene(roll, tmp_path / "home", zygote) as one:
        yield one


def shown(one: Scene) -> str:
    return "".join((one.program.home / name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))


def test_hostile_words_on_flickr_do_nothing_in_terminal_report_or_on_the_way_back(one: Scene) -> None:
    for photo_id, words in zip(one.ids, HOSTILE, strict=True):
        one.flickr.edit(photo_id, title=words, description=f"via Instagram https://ift.tt/abc {words}")
    one.flickr.habits.replace_caption = "cleared"
    one.flickr.habits.replace_title = "as sent"
    ran = one.program.sync(one.roll.folder)
    assert ran.exit_code == ExitCode.DONE
    assert not ORDERS.search(shown(one).replace("\n", ""))
    assert {photo["title"] for photo in ran.photos.values()} == set(HOSTILE)
    assert not ORDERS.search((one.program.home / "report.json").read_text(encoding="utf-8").replace("\n", ""))
    for photo_id, words in zip(one.ids, HOSTILE, strict=True):
        photo = one.flickr.photo(photo_id)
        assert photo.title == words
        assert photo.description == f"via Instagram https://ift.tt/abc {words}"
    for words_of in (("status",), ("why", one.ids[0]), ("undo", "--all")):
        assert one.program.run(*words_of).exit_code == ExitCode.DONE
        assert not ORDERS.search(shown(one).replace("\n", ""))


def test_a_megabyte_of_title_and_caption_does_no_harm(one: Scene) -> None:
    one.flickr.edit(one.ids[0], title="t" * 2**20, description="via Instagram https://ift.tt/abc " + "<b>" * 2**18)
    ran = one.program.sync(one.roll.folder)
    assert ran.exit_code == ExitCode.DONE
    assert len(shown(one)) < 20_000
    assert one.flickr.photo(one.ids[0]).title == "t" * 2**20


def test_hostile_file_names_and_exif_do_nothing(one: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "phone"
    folder.mkdir()
    names = ["\x1b[2J.JPG", "a\nb\u202e.JPG", "=1+1;|calc.JPG", "<b>&'\".JPG"]
    for name, original in zip(names, one.roll.originals, strict=True):
        exif = Image.Exif()
        exif[0x010F] = exif[0x0110] = "\x1b[31m<script>"
        with Image.open(original) as picture:
            picture.save(folder / name, quality=95, exif=exif)
    (folder / "\x1b]0;bad\x07.JPG").write_bytes(b"\xff\xd8\xff cut")
    (folder / os.fsdecode(b"\xff\xfe.JPG")).write_bytes(b"\xff\xd8\xff cut")
    ran = one.program.sync(folder)
    assert ran.exit_code == ExitCode.DONE, ran.stderr
    assert not ORDERS.search(shown(one).replace("\n", ""))
    assert ran.report is not None
    assert ran.report["counts"]["replaced"] == 4
    assert not ORDERS.search((one.program.home / "report.json").read_text(encoding="utf-8").replace("\n", ""))
    assert one.program.run("why", one.ids[0]).exit_code == ExitCode.DONE
    assert not ORDERS.search(shown(one).replace("\n", ""))


# Secrets.


def secrets_of(one: Scene) -> set[str]:
    settings = one.program.settings
    return {one.flickr.api_secret, one.flickr.api_key, settings["FLICKR_TOKEN"], settings["FLICKR_TOKEN_SECRET"]}


def test_debug_shows_everything_but_the_secrets(one: Scene) -> None:
    ran = one.program.sync(one.roll.folder, "--debug")
    assert ran.exit_code == ExitCode.DONE
    told = shown(one)
    assert "flickr.photos.getInfo" in told, "the debug log is not there at all"
    assert not {secret for secret in secrets_of(one) if secret in told}
    assert not re.search(r"oauth_(signature|nonce|token)[^a-z_*]{1,6}[A-Za-z0-9%+/]{8}", told)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (OAuthError(), ExitCode.LOGIN),
        (Status(503), ExitCode.STOPPED),
        (DropBefore(), ExitCode.STOPPED),
    ],
)
def test_a_traceback_with_debug_holds_no_secret_and_keeps_the_exit_code(
    one: Scene, kind: OAuthError | Status | DropBefore, code: ExitCode
) -> None:
    one.flickr.faults.add(Fault(where="api.flickr.com", kind=kind, times=None))
    ran = one.program.run("--debug", "sync", one.roll.folder)
    assert ran.exit_code == code
    assert "Traceback" in ran.stderr
    assert not {secret for secret in secrets_of(one) if secret in shown(one)}


def test_nothing_on_the_disk_but_the_login_holds_a_token(one: Scene) -> None:
    assert one.program.sync(one.roll.folder).exit_code == ExitCode.DONE
    for file in [*one.program.state.rglob("*"), one.program.home / "report.json"]:
        if file.is_file() and file.name != "login.json":
            data = file.read_bytes()
            assert not {secret for secret in secrets_of(one) if secret.encode() in data}, file


def test_state_backups_and_journal_are_for_their_owner_only(one: Scene) -> None:
    shutil.rmtree(one.program.state)
    with one.program.ordered(umask=0):
        assert one.program.sync(one.roll.folder).exit_code == ExitCode.DONE
    assert one.program.state.stat().st_mode & 0o777 == 0o700
    for file in one.program.state.rglob("*"):
        if file.is_file() and file.name != "lock":
            assert file.stat().st_mode & 0o077 == 0, file


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_ps_shows_no_secret(one: Scene) -> None:
    silence = Silence()
    one.flickr.faults.add(Fault(where="flickr.test.login", kind=silence))
    words = [sys.executable, str(ROOT / "instagram2flickr.py"), "sync", str(one.roll.folder)]
    with subprocess.Popen(
        words, env=one.program.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while not one.flickr.requests("flickr.test.login") and process.poll() is None:
            time.sleep(0.01)
        told = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        silence.release()
        assert process.wait(60) == ExitCode.DONE
    assert b"instagram2flickr.py" in told
    assert not {secret for secret in secrets_of(one) if secret.encode() in told}


def test_a_netrc_entry_does_not_take_the_logins_place(one: Scene) -> None:
    netrc = one.program.home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\ndefault login a password b\n", encoding="utf-8")
    netrc.chmod(0o600)
    one.finish()


def test_the_report_names_no_secret_and_is_whole_json(one: Scene) -> None:
    one.flickr.faults.add(Fault(where="replace", kind=OAuthError(), times=None))
    one.program.sync(one.roll.folder)
    text = (one.program.home / "report.json").read_text(encoding="utf-8")
    json.loads(text)
    assert not {secret for secret in secrets_of(one) if secret in text}
    shutil.rmtree(one.program.home, ignore_errors=True)
    one.program.home.mkdir()
