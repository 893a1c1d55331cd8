"""Saved copies: found again only while they are whole, kept only where the disk allows it, let go only with a note."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from i2f.ground.errors import StoppedError
from i2f.memory.history import Standing
from i2f.sandbox import SandboxFlickr
from i2f.sync.backups import DAY_S, find_prunable, prune
from tests.support.flickr_side import picture
from tests.support.sessions import Bench, open_test_session

COPY = picture(600, 600)


@pytest.fixture
def bench(flickr: SandboxFlickr, tmp_path: Path) -> Iterator[Bench]:
    with open_test_session(flickr, tmp_path) as session:
        yield Bench(session, flickr)


@pytest.fixture
def photo_id(flickr: SandboxFlickr) -> str:
    return flickr.add_photo(COPY, "A title", "via Instagram https://ift.tt/abc", "ifttt instagram")


def test_a_saved_copy_is_found_only_as_long_as_it_was_and_for_the_version_it_is_of(bench: Bench, photo_id: str) -> None:
    photo, backups = bench.save(photo_id).photo, bench.session.backups
    assert backups.find(photo) == backups.checked(photo)
    assert backups.find(replace(photo, original_secret="another")) is None
    file = bench.backup_file()
    file.write_bytes(COPY[:-1])
    assert backups.find(photo) is None
    file.unlink()
    assert backups.find(photo) is None


def test_a_copy_that_finds_no_place_on_the_disk_stops_the_run_and_is_not_noted(bench: Bench, photo_id: str) -> None:
    (bench.session.state.backups / hashlib.sha256(COPY).hexdigest()[:2]).write_bytes(b"a file where a folder belongs")
    with pytest.raises(StoppedError, match=r"cannot be written .*; no photo was being changed"):
        bench.save(photo_id)
    assert bench.session.journal.record.backups() == []


def test_what_was_let_go_is_gone_noted_and_named_by_undo(bench: Bench, photo_id: str, tmp_path: Path) -> None:
    original = tmp_path / "IMG_1.JPG"
    original.write_bytes(picture(1600, 1200, seed=2))
    journal, state = bench.session.journal, bench.session.state
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    before = bench.session.clock.now() + DAY_S
    prunable = find_prunable(journal.record, state, journal.histories.all(), before)
    assert (len(prunable.files), prunable.size_bytes, prunable.replaced) == (1, len(COPY), (photo_id,))
    prune(journal.record, prunable, "run-2")
    assert list(state.backups.rglob("*.jpg")) == []
    told = bench.replacer.undo(photo_id)
    assert (told.outcome, bench.standing(photo_id)) == ("failed", Standing.REPLACED)
    assert str(told.note).startswith("its backup was deleted on ")
    assert bench.flickr.photo(photo_id).data == original.read_bytes()
