"""The pages under docs/ and the README: every link leads somewhere, and what they say of the program is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from i2f.ground.errors import ExitCode
from i2f.ground.settings import KEYS, PREFIX
from instagram2flickr import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")


def words_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", words_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.name)
def test_every_link_into_the_tree_leads_somewhere(page: Path) -> None:
    for pair in LINK.findall(words_of(page)):
        link = pair[0] or pair[1]
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_can_be_reached_from_another() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in (ROOT / "README.md", *PAGES)
        for link, _ in LINK.findall(words_of(page))
    }
    assert {page.resolve() for page in PAGES} <= linked


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_command_option_or_setting_that_does_not_exist(page: Path) -> None:
    text = words_of(page)
    assert set(re.findall(r"instagram2flickr\.py ([a-z]+)\b(?! [a-z]+ing)", text)) <= set(cli.commands)
    options = {option for command in cli.commands.values() for each in command.params for option in each.opts}
    for command in re.findall(r"instagram2flickr\.py [a-z]+[^\n`|]*", text):
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", command)) <= options
    settings = {f"[{key.section}] {key.name}" for key in KEYS}
    assert set(re.findall(r"`(\[[a-z]+\] [a-z_]+)", text)) <= settings
    variables = {f"{PREFIX}{key.section}_{key.name}".upper() for key in KEYS}
    assert set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", text)) - {f"{PREFIX}CORPUS", f"{PREFIX}STATE"} <= variables


def test_the_page_on_automation_explains_every_exit_code() -> None:
    table = re.findall(r"^\| (\d+) \|", words_of(ROOT / "docs" / "automation.md"), flags=re.MULTILINE)
    assert [int(code) for code in table] == [int(code) for code in ExitCode]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_is_told_how_to_complete(shell: str) -> None:
    from click.shell_completion import get_completion_class

    variable = "_INSTAGRAM2FLICKR_PY_COMPLETE"
    assert f"instagram2flickr.py completion {shell}" in words_of(ROOT / "docs" / "automation.md")
    known = get_completion_class(shell)
    assert known is not None
    completion = known(cli, {}, "instagram2flickr.py", variable)
    assert {one.value for one in completion.get_completions([], "re")} == {"render", "review"}


def test_asking_for_completion_prints_a_script_and_does_nothing_else() -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "instagram2flickr.py")],
        capture_output=True,
        text=True,
        check=False,
        env={"_INSTAGRAM2FLICKR_PY_COMPLETE": "zsh_source", "PATH": "/usr/bin:/bin"},
    )
    assert "compdef" in ran.stdout
