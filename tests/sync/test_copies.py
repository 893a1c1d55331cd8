"""The listing of an account that an earlier version listed: what it passed over is found, by one listing in full."""

from __future__ import annotations

from pathlib import Path

from i2f.sandbox import SandboxFlickr
from i2f.sync.copies import list_copies
from tests.support.flickr_side import picture
from tests.support.sessions import open_test_session

COUNT, CHANGES = "flickr.people.getPhotos", "flickr.photos.recentlyUpdated"


def test_a_copy_that_an_older_version_passed_over_is_found_after_an_update(
    flickr: SandboxFlickr, tmp_path: Path
) -> None:
    known = flickr.add_photo(
        picture(640, 640), "Known", "via Instagram https://ift.tt/abc", "ifttt instagram", uploaded=1_500_000_000
    )
    missed = flickr.add_photo(
        picture(640, 640, seed=2),
        "Missed",
        "https://www.instagram.com/accounts/login/?next=/p/QEYhQfGr1p/",
        "",
        uploaded=1_400_000_000,
    )
    with open_test_session(flickr, tmp_path) as session:
        list_copies(session)
        # As 0.1.0 left it: the id alone of what it did not recognise, a watermark, and no version of its marks.
        session.journal.listing.keep([(missed, None)])
        session.journal.remember("recogniser", "")
        assert {one.photo_id for one in list_copies(session)} == {known, missed}
        flickr.log.clear()
        assert {one.photo_id for one in list_copies(session)} == {known, missed}
        assert [one.name for one in flickr.log] == [CHANGES, COUNT], "only what changed"
