"""A connection that carries so many bytes a second: nothing is lost, and every byte takes its time."""

from __future__ import annotations

from pathlib import Path

import pytest

from i2f.sandbox import SandboxFlickr
from i2f.sandbox.flickr.capped import Pace
from i2f.sync.copies import list_copies, save_copies
from tests.support.flickr_side import picture
from tests.support.sessions import Bench, open_test_session


def test_bytes_take_their_time_and_time_that_nobody_used_is_not_saved_up() -> None:
    waits: list[float] = []
    pace = Pace(1000.0, sleep=waits.append)
    pace.passed(500)
    pace.passed(500)
    assert waits[0] == pytest.approx(0.5, abs=1e-6)
    assert 0.5 < waits[1] <= 1.0


def test_pictures_arrive_whole_both_ways_through_a_capped_connection(tmp_path: Path) -> None:
    original = tmp_path / "IMG_1.JPG"
    original.write_bytes(picture(1200, 900, seed=2))
    with SandboxFlickr(bytes_per_s=100e6) as flickr:
        copy = picture(600, 600)
        photo_id = flickr.add_photo(copy, "t", "via Instagram https://ift.tt/a", "ifttt instagram")
        with open_test_session(flickr, tmp_path) as session:
            ((saved, backup),), _ = save_copies(session, list_copies(session))
            assert (session.state.backups / backup.file).read_bytes() == copy
            assert Bench(session, flickr).replace(saved, original).outcome == "replaced"
        assert flickr.photo(photo_id).data == original.read_bytes()
