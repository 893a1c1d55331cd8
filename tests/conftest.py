"""What every test may ask for: a fresh pretend Flickr, and the corpus of photographs where there is one."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from i2f.ground.blas_threads import use_one_thread

# The tests run in as many processes as there are cores, and numpy's own threads would stand in each other's way; it
# reads how many there may be when it is loaded.
use_one_thread()

from i2f.sandbox import SandboxFlickr  # noqa: E402
from tests.support.browser import open_chromium  # noqa: E402
from tests.support.killing import Roll  # noqa: E402
from tests.support.quick_program import Zygote  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_configure(config: pytest.Config) -> None:
    """A shell that started the tests in the background has Ctrl-C ignored, and what they start would inherit that."""
    if config.option.basetemp is None and _has_room(IN_MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# Each entry of a journal waits until the disk has it, and the tests make tens of thousands: they lie in memory where
# the system has such a folder with room for them.
IN_MEMORY, ROOM_BYTES = Path("/dev/shm"), 4 << 30


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK) and shutil.disk_usage(folder).free > ROOM_BYTES


# What needs one of these takes more than a second or so: a browser, photographs, forks of the program.
COSTLY_FIXTURES = {"chromium", "corpus", "painted", "roll", "zygote"}
COSTLY_FOLDERS, TESTS = {"bench", "end_to_end"}, Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave folders alone in which every test is long, when none of those is wanted: what they import takes seconds."""
    unwanted = config.option.markexpr == "not long" and collection_path.name in COSTLY_FOLDERS
    return True if unwanted and collection_path.parent == TESTS else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as long what is so by its nature, before the marks are looked at; single tests carry the mark themselves."""
    for item in items:
        if item.path.parent.name in COSTLY_FOLDERS or COSTLY_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.long)


@pytest.fixture
def flickr() -> Iterator[SandboxFlickr]:
    with SandboxFlickr() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    if not hasattr(os, "fork"):
        pytest.skip("runs the program as forks of one process; there is no fork here")
    with Zygote() as zygote:
        yield zygote


@pytest.fixture(scope="module")
def quick_workers() -> Iterator[None]:
    """The tests of a module that start many workers of the program in the test process; see forked_workers.py."""
    if not hasattr(os, "fork"):
        yield
        return
    from tests.support.forked_workers import workers_of_a_forker

    with workers_of_a_forker():
        yield


@pytest.fixture(scope="session")
def roll(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Roll:
    return Roll.make(tmp_path_factory.mktemp("roll"), zygote)


@pytest.fixture(scope="session")
def corpus() -> Path:
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    path = Path(os.environ.get("INSTAGRAM2FLICKR_CORPUS", beside))
    if not (path / "truth.csv").is_file():
        pytest.skip("no corpus of photographs here (INSTAGRAM2FLICKR_CORPUS names its folder)")
    return path


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    folder = tmp_path / "phone"
    folder.mkdir()
    return folder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
