"""What is done again are the photos a person wants back, not those they called wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from i2f.ground.errors import UnknownPhotoError
from i2f.memory.review_answers import NEVER, NONE, THIS, Identity, Step, keep_step, take_back_step
from i2f.sync.again import check_again, restored_again
from i2f.sync.order import SyncOrder
from tests.support.sessions import Bench, RecordedProgress

ALL = SyncOrder((), again_all=True)
SEEN = Identity("0" * 64, None, 1600, 1200, 1, "IMG_1.JPG")


@pytest.fixture
def undone(bench: Bench, photo_id: str, original: Path) -> Bench:
    """A session in which one photo was replaced and restored."""
    bench.replace(bench.save(photo_id), original)
    bench.replacer.undo(photo_id)
    return bench


def again(bench: Bench, order: SyncOrder) -> set[str]:
    return restored_again(bench.session, order, bench.session.journal.histories.all())


@pytest.mark.long
def test_what_was_undone_is_done_again(undone: Bench, photo_id: str) -> None:
    assert again(undone, ALL) == {photo_id}
    assert again(undone, SyncOrder((), again_run=undone.session.run)) == {photo_id}
    assert again(undone, SyncOrder(())) == set()
    with pytest.raises(UnknownPhotoError, match="`status` lists the runs"):
        check_again(undone.session, SyncOrder((), again_run="20200101T000000Z-0000"))


@pytest.mark.long
@pytest.mark.parametrize("kind", [NEVER, NONE])
def test_what_was_rejected_after_undoing_is_left_out_until_the_rejection_is_undone(
    undone: Bench, photo_id: str, kind: str
) -> None:
    journal, copy = undone.session.journal, "1" * 64
    keep_step(journal, photo_id, copy, Step(kind, (SEEN,)), clock=lambda: undone.session.clock.now() + 3600)
    assert again(undone, ALL) == again(undone, SyncOrder((), again_run=undone.session.run)) == set()
    take_back_step(journal, photo_id, copy)
    assert again(undone, ALL) == {photo_id}


@pytest.mark.long
def test_what_was_accepted_before_undoing_is_said_to_need_review_again(
    bench: Bench, photo_id: str, original: Path
) -> None:
    keep_step(bench.session.journal, photo_id, "1" * 64, Step(THIS, (SEEN,)), clock=lambda: 1.0)
    bench.replace(bench.save(photo_id), original)
    bench.replacer.undo(photo_id)
    assert again(bench, ALL) == {photo_id}
    progress = bench.session.progress
    assert isinstance(progress, RecordedProgress)
    assert any("1 restored photo was accepted in `review`; " in line for line in progress.lines)


@pytest.mark.long
def test_what_was_accepted_after_undoing_is_decided_again_without_being_named(undone: Bench, photo_id: str) -> None:
    journal, after = undone.session.journal, undone.session.clock.now() + 3600
    keep_step(journal, photo_id, "1" * 64, Step(THIS, (SEEN,)), clock=lambda: after)
    assert again(undone, SyncOrder(())) == {photo_id}
    keep_step(journal, photo_id, "1" * 64, Step(NEVER, (SEEN,)), clock=lambda: after + 60)
    assert again(undone, SyncOrder(())) == set()
