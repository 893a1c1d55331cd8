"""The program as it is installed: one distribution, five names at the top level, and a source archive that is whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from i2f.ground.settings import VERSION
from tests.support.camera_roll import save_roll

ROOT = Path(__file__).resolve().parents[2]
NOT_THE_SOURCE = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", "__pycache__", "*.egg-info", "build", "dist", "config.ini"
)
TOP_LEVEL = {"i2f", "flickr_client.py", "instagram2flickr.py", "instagram_client.py", "matcher.py"}
TRAP = "raise RuntimeError('this is not the file you were looking for')\n"


@dataclass(frozen=True)
class Installed:
    """A virtual environment with the wheel in it, beside packages of names the program once used itself."""

    bin: Path
    wheel: Path
    sdist: Path

    def run(self, words: Sequence[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment as a person would; on the PATH nothing else of Python's is found first."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("INSTAGRAM2FLICKR_", "PYTHON", "COV"))
        }
        environment |= {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUTF8": "1",
            "HOME": str(cwd),
            "INSTAGRAM2FLICKR_STATE": str(cwd / "state"),
        }
        found = shutil.which(str(words[0]), path=environment["PATH"])
        assert found is not None, words[0]
        return subprocess.run(
            [found, *map(str, words[1:])],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )


def pip(*words: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *map(str, words)], check=True)


def one_file_project(folder: Path, name: str) -> Path:
    folder.mkdir()
    (folder / f"{name}.py").write_text(TRAP, encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        f'[project]\nname = "{name}"\nversion = "1"\n[tool.setuptools]\npy-modules = ["{name}"]\n',
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    root = tmp_path_factory.mktemp("packaging")
    source, dist, home = root / "source", root / "dist", root / "home"
    shutil.copytree(ROOT, source, ignore=NOT_THE_SOURCE)
    others = [one_file_project(root / name, name) for name in ("exif", "progress")]
    pip("wheel", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", dist, source, *others)
    build = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(dist)], cwd=source, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    paths = sysconfig.get_paths(vars={"base": str(home), "platbase": str(home)})
    sees = "\n".join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (Path(paths["purelib"]) / "the-test-environment.pth").write_text(sees + "\n", encoding="utf-8")
    pip("--python", home, "install", "--no-deps", "--no-index", *dist.glob("*.whl"))
    return Installed(scripts, next(dist.glob("instagram2flickr-*.whl")), next(dist.glob("*.tar.gz")))


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A folder like the one in which `python -m instagram2flickr` once failed."""
    for name in ("settings.py", "exif.py", "model.py"):
        (tmp_path / name).write_text(TRAP, encoding="utf-8")
    return tmp_path


def test_the_wheel_brings_five_names_and_every_file_of_the_package(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        text = wheel.read(next(name for name in wheel.namelist() if name.endswith("/METADATA"))).decode()
    pages = {name for name in names if "/share/man/man1/" in name}
    assert len(pages) == len(list((ROOT / "docs" / "man").glob("*.1"))) > 1
    names -= pages
    assert {name.split("/")[0] for name in names} == TOP_LEVEL
    package = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "i2f").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert package <= names
    assert f"\nVersion: {VERSION}\n" in text


def test_the_source_archive_holds_the_whole_source(installed: Installed) -> None:
    with tarfile.open(installed.sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode or not (ROOT / ".git").exists():
        pytest.skip("only a clone can list the files it should hold, and this is none")
    assert set(listed.stdout.split("\n")) - held - {""} == set()


def test_the_tests_run_from_the_unpacked_source_archive(installed: Installed, tmp_path: Path) -> None:
    with tarfile.open(installed.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    pytest_here = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*pytest_here, "tests/docs/test_architecture.py", "tests/ground"],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    gathered = subprocess.run(
        [*pytest_here, "--collect-only", "-m", ""], cwd=source, capture_output=True, text=True, check=False
    )
    assert gathered.returncode == 0, gathered.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("instagram2flickr",),
        ("instagram2flickr.py",),
        ("python", "-m", "i2f"),
    ],
    ids=" ".join,
)
def test_every_way_to_call_it_works_in_a_folder_of_other_modules(
    installed: Installed, trapped: Path, words: tuple[str, ...]
) -> None:
    told = installed.run([*words, "--version"], trapped)
    assert told.stdout.strip().endswith(f"version {VERSION}"), told.stderr
    status = installed.run([*words, "status"], trapped)
    assert "There is no state folder" in status.stdout, status.stderr


def test_the_installed_program_tells_the_whole_story_in_a_folder_of_other_modules(
    installed: Installed, trapped: Path
) -> None:
    save_roll(trapped / "iphone", range(40, 44))
    ran = installed.run(["instagram2flickr.py", "demo", "--photos", trapped / "iphone"], trapped)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "$ instagram2flickr.py undo" in ran.stdout
