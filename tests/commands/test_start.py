"""The program starts at once: what a word on the command line does not need is not loaded for it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "instagram2flickr.py"
HEAVY = (
    "PIL",
    "asyncio",
    "filelock",
    "flask",
    "flickrapi",
    "jinja2",
    "numpy",
    "pillow_heif",
    "requests",
    "rich",
    "scipy",
    "tenacity",
    "urllib3",
)
LOADED = """
import runpy, sys
program, *sys.argv[1:] = sys.argv[1:]
sys.argv[0] = program
try:
    runpy.run_path(program, run_name="__main__")
finally:
    sys.stderr.write(" ".join(name for name in sys.modules if "." not in name))
"""


def modules_loaded_by(state: Path, *words: str) -> set[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INSTAGRAM2FLICKR_")}
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, str(PROGRAM), *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={**environment, "PYTHONPATH": str(ROOT), "INSTAGRAM2FLICKR_STATE": str(state)},
    )
    return set(ran.stderr.split())


@pytest.mark.parametrize("words", [("--version",), ("--help",), ("sync", "--help"), ("status",)], ids=" ".join)
def test_nothing_heavy_is_loaded_for(words: tuple[str, ...], tmp_path: Path) -> None:
    assert modules_loaded_by(tmp_path / "state", *words).isdisjoint(HEAVY)


def test_nothing_at_all_is_loaded_for_the_version(tmp_path: Path) -> None:
    assert "click" not in modules_loaded_by(tmp_path, "--version")


def test_the_version_is_told_where_nothing_is_installed() -> None:
    ran = subprocess.run(
        [sys.executable, "-S", str(PROGRAM), "--version"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert ran.stdout.startswith("instagram2flickr, version "), ran.stderr


def test_where_nothing_is_installed_one_line_says_how_to_go_on() -> None:
    ran = subprocess.run(
        [sys.executable, "-S", str(PROGRAM), "doctor"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert ran.returncode == 1
    assert "has no click" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_an_older_python_can_read_the_file_far_enough_to_be_told() -> None:
    """3.9 is what macOS brings along; what it cannot parse it cannot refuse in words."""
    for file in (PROGRAM, ROOT / "i2f" / "__init__.py", ROOT / "i2f" / "__main__.py"):
        ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_an_older_python_is_named_in_one_line_with_the_one_that_is_needed() -> None:
    older = "import sys, runpy as run; sys.version_info = (3, 10, 4, 'final', 0); run.run_path(sys.argv[1])"
    ran = subprocess.run([sys.executable, "-c", older, str(PROGRAM)], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert len(ran.stderr.splitlines()) == 1
    assert "needs Python 3.11 or newer" in ran.stderr
    assert sys.executable in ran.stderr
