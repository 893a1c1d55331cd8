"""What every test may ask for: a fresh pretend Flickr, and the corpus of photographs where there is one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import SandboxFlickr


@pytest.fixture
def flickr() -> Iterator[SandboxFlickr]:
    with SandboxFlickr() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def corpus() -> Path:
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    path = Path(os.environ.get("INSTAGRAM2FLICKR_CORPUS", beside))
    if not (path / "truth.csv").is_file():
        pytest.skip("no corpus of photographs here (INSTAGRAM2FLICKR_CORPUS names its folder)")
    return path
