"""The shell completes commands, run ids and the photos that wait."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from i2f.sandbox import SandboxFlickr
from tests.support.camera_roll import post, save_roll
from tests.support.program import Program
from tests.support.quick_program import Zygote, quick


def completed(program: Program, *words: str) -> list[str]:
    """What the tab key offers after these words, as click's bash script asks for it."""
    line = " ".join(["instagram2flickr.py", *words])
    ran = program.run(_INSTAGRAM2FLICKR_PY_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words)))
    return [one.partition(",")[2] for one in ran.stdout.splitlines() if one]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_lines_for_a_shell_are_printed_for_both_names(flickr: SandboxFlickr, tmp_path: Path, shell: str) -> None:
    ran = Program(flickr, tmp_path / "home").run("completion", shell)
    assert "_INSTAGRAM2FLICKR_PY_COMPLETE" in ran.stdout
    assert "_INSTAGRAM2FLICKR_COMPLETE" in ran.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=ran.stdout, text=True, check=True)


@pytest.mark.long
def test_run_ids_and_waiting_photos_complete(flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote) -> None:
    folder = tmp_path / "iphone"
    first, second = save_roll(folder, (1, 2))
    replaced = post(flickr, first)
    waiting = post(flickr, second, description="via Instagram https://www.instagram.com/p/QK1/")
    program = quick(flickr, tmp_path / "home", zygote)
    assert completed(program, "review", "") == []
    run = program.sync(folder).report["run"]  # type: ignore[index]
    assert completed(program, "undo", "--run", "") == [run]
    assert completed(program, "undo", replaced[:3]) == [replaced]
    assert completed(program, "review", "") == [waiting]
    assert set(completed(program, "why", "")) == {replaced, waiting}
