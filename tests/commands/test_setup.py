"""setup: key and secret are checked with Flickr at once, kept for their owner only, and lead on to the login."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from i2f.commands.setup import write_key
from i2f.ground.errors import ExitCode
from i2f.ground.settings import load_settings
from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.kinds import OAuthError
from tests.support.program import Program
from tests.support.quick_program import QuickProgram, Zygote
from tests.support.terminal import Terminal

APPROVE = """
import re, sys, urllib.request
url = sys.argv[1]
urllib.request.urlopen(url, data=url.partition("?")[2].encode()).read()
"""
NO_KEY = {"INSTAGRAM2FLICKR_FLICKR_API_KEY": "", "INSTAGRAM2FLICKR_FLICKR_API_SECRET": ""}


@pytest.fixture
def program(flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote) -> QuickProgram:
    return QuickProgram(flickr, tmp_path / "home", perms=None, zygote=zygote)


def browser(folder: Path) -> dict[str, str]:
    """A browser that approves at once, and follows where Flickr leads."""
    script = folder / "approve.py"
    script.write_text(APPROVE, encoding="utf-8")
    return {"BROWSER": f"{sys.executable} {script} %s", "DISPLAY": ":0"}


@pytest.mark.long
def test_keys_are_checked_saved_for_the_owner_and_used_by_the_next_command(
    program: QuickProgram, tmp_path: Path
) -> None:
    wrong = program.run("setup", typed=f"{'0' * 32}\n{'0' * 16}\n", **NO_KEY)
    assert wrong.exit_code == ExitCode.USAGE
    assert "[flickr] api_key" in wrong.error
    config = tmp_path / "settings" / "config.ini"
    ran = program.run(
        "setup", "--config", config, **NO_KEY, typed=f' "{program.flickr.api_key}" \n{program.flickr.api_secret}\n\n'
    )
    assert f"Flickr accepts the key. Saved in {config}" in ran.stdout
    assert ran.exit_code == ExitCode.LOGIN  # no code was typed
    assert config.stat().st_mode & 0o077 == 0
    assert program.flickr.api_secret not in ran.stdout + ran.stderr
    assert "[ok] API key: set" in program.run("doctor", "--config", config, **NO_KEY).stdout


@pytest.mark.long
def test_without_a_name_the_file_is_where_clone_and_installed_command_find_it(program: QuickProgram) -> None:
    ran = program.run("setup", typed=f"{program.flickr.api_key}\n{program.flickr.api_secret}\n\n", **NO_KEY)
    assert "Saved in " in ran.stdout
    assert "[ok] API key: set" in program.run("doctor", **NO_KEY).stdout


def test_a_key_that_was_not_copied_whole_is_not_sent(flickr: SandboxFlickr, tmp_path: Path) -> None:
    program = Program(flickr, tmp_path / "home", perms=None)
    ran = program.run("setup", typed="abc\ndef\n", **NO_KEY)
    assert ran.exit_code == ExitCode.USAGE
    assert "32 characters" in ran.error
    assert list(flickr.log) == []


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="a pseudo terminal is needed")
def test_in_a_terminal_with_a_browser_flickr_leads_back_by_itself(program: QuickProgram, tmp_path: Path) -> None:
    with Terminal(program, ["setup"], **NO_KEY, **browser(tmp_path)) as terminal:
        terminal.wait_for("API key: ").type("nonsense")
        terminal.wait_for("Secret: ").type("nonsense")
        terminal.wait_for("Not accepted")
        terminal.wait_for("API key: ").type(program.flickr.api_key)
        terminal.wait_for("Secret: ").type(program.flickr.api_secret)
        assert terminal.end() == ExitCode.DONE, terminal.seen
    assert f"Logged in as {program.flickr.account.username}" in terminal.seen
    assert program.flickr.api_secret not in terminal.seen
    assert "[ok] Write access: granted" in program.run("doctor").stdout


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="a pseudo terminal is needed")
def test_where_flickr_refuses_the_callback_the_nine_digits_follow(program: QuickProgram, tmp_path: Path) -> None:
    program.flickr.faults.add(Fault(where="request_token", kind=OAuthError("parameter_rejected", 400)))
    with Terminal(program, ["login"], **browser(tmp_path)) as terminal:
        terminal.wait_for("paste the 9-digit code here:").wait_for("Code: ")
        token = terminal.seen.partition("oauth_token=")[2].partition("&")[0]
        terminal.type(program.flickr.authorize(token))
        assert terminal.end() == ExitCode.DONE, terminal.seen
    assert "Logged in as " in terminal.seen


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="a pseudo terminal is needed")
def test_a_slip_in_the_nine_digits_is_asked_again(program: QuickProgram) -> None:
    with Terminal(program, ["login", "--no-browser"]) as terminal:
        terminal.wait_for("Code: ").type("1234").wait_for("The code has nine digits").wait_for("Code: ")
        token = terminal.seen.partition("oauth_token=")[2].partition("&")[0]
        terminal.type(program.flickr.authorize(token))
        assert terminal.end() == ExitCode.DONE, terminal.seen


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="a pseudo terminal is needed")
def test_enter_asks_for_the_nine_digits_instead(program: QuickProgram) -> None:
    with Terminal(program, ["login"], BROWSER="true %s", DISPLAY=":0") as terminal:
        terminal.wait_for("Press Enter to type a 9-digit code").type("")
        terminal.wait_for("Code: ")
        token = terminal.seen.rpartition("oauth_token=")[2].partition("&")[0]
        terminal.type(program.flickr.authorize(token))
        assert terminal.end() == ExitCode.DONE, terminal.seen


@pytest.mark.parametrize(
    "before",
    [
        "",
        "[sync]\nmin_gain = 2\n",
        "[flickr]\n# mine\napi_key = old\nuploads = 2\n[sync]\nmin_gain = 2\n",
        "[flickr]",
        "[sync]\nbrake = 3\n\n[flickr]\napi_secret=x\napi_key: y",
    ],
)
def test_everything_else_in_a_settings_file_stays(tmp_path: Path, before: str) -> None:
    file = tmp_path / "config.ini"
    file.write_text(before, encoding="utf-8")
    was = load_settings({}, file)
    write_key(file, "k" * 32, "s" * 16)
    now = load_settings({}, file)
    assert (now.flickr.api_key, now.flickr.api_secret) == ("k" * 32, "s" * 16)
    assert (now.flickr.uploads, now.sync) == (was.flickr.uploads, was.sync)
    assert ("# mine" in file.read_text(encoding="utf-8")) == ("# mine" in before)
