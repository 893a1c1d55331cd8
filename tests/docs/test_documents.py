"""The documents are true: what they say of commands, codes, settings and files is what the program does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from i2f import __main__ as installed
from i2f.ground.errors import ExitCode
from i2f.ground.settings import VERSION
from instagram2flickr import cli

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(name for name, command in cli.commands.items() if not isinstance(command, click.Group))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command_shows_two_real_invocations(command: str) -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / "instagram2flickr.py", command, "--help"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    shown = ran.stdout.split("Examples:")[1].split("Options:")[0]
    examples = re.findall(rf"instagram2flickr\.py {command}\b.*", shown)
    assert len(examples) == 2
    for example in examples:
        known = {option for each in cli.commands[command].params for option in (*each.opts, *each.secondary_opts)}
        assert set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", example)) <= known


def test_the_readme_knows_no_command_or_option_that_does_not_exist() -> None:
    named = re.findall(r"instagram2flickr\.py ([a-z]+)", README)
    assert set(named) <= set(cli.commands)
    options = {option for command in cli.commands.values() for each in command.params for option in each.opts}
    for bench in (ROOT / "bench").glob("*.py"):
        options |= set(re.findall(r'add_argument\("(--[a-z-]+)"', bench.read_text("utf-8")))
    written = re.sub(r"^python3 .*-m venv.*$", "", README, flags=re.MULTILINE)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", written)) <= options


def test_the_readme_explains_every_exit_code() -> None:
    table = re.findall(r"^\| (\d+) \|", README, flags=re.MULTILINE)
    assert [int(code) for code in table] == [int(code) for code in ExitCode]


@pytest.mark.skipif(os.name != "posix", reason="a line for a POSIX shell")
def test_the_readmes_line_for_a_clone_puts_the_program_on_the_path() -> None:
    lines = re.findall(r"^export PATH=.*$", README, flags=re.MULTILINE)
    assert len(lines) == 1
    here = lines[0].replace("$PWD/.venv/bin", str(Path(sys.executable).parent))
    ran = subprocess.run(
        ["bash", "-c", f"{here}; cd /; instagram2flickr.py --version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.startswith("instagram2flickr, version "), ran.stderr


def test_the_readme_and_ci_run_the_same_test_command() -> None:
    assert len(re.findall(r"^python3 -m venv .*pytest.*$", README, flags=re.MULTILINE)) == 1
    assert "README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_changelog_begins_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## (\S+) \(\d{4}-\d\d-\d\d\)$", changelog, re.MULTILINE)
    assert first is not None
    assert first[1] == VERSION


def test_global_options_stand_before_or_after_the_command(tmp_path: Path) -> None:
    missing = str(tmp_path / "nowhere.ini")
    for words in (["--config", missing, "status"], ["status", "--config", missing]):
        ran = subprocess.run(
            [sys.executable, ROOT / "instagram2flickr.py", *words],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert ran.returncode == ExitCode.USAGE
        assert missing in ran.stderr


def test_every_module_at_the_top_is_installed() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = set(re.findall(r'"(\w+)"', text.split("py-modules = [")[1].split("]")[0]))
    assert listed == {file.stem for file in ROOT.glob("*.py")}


def test_the_installed_door_finds_the_program_beside_it() -> None:
    assert (Path(installed.__file__).resolve().parents[1] / "instagram2flickr.py").is_file()
