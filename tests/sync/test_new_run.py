"""What a run of `new` looks at before it asks anybody."""

from __future__ import annotations

from pathlib import Path

from i2f.sandbox import SandboxFlickr
from i2f.sync.new_run import NewOrder, begin_report
from tests.support.libraries import Asset, make_library, uuid_of
from tests.support.sessions import open_upload_session


def test_what_is_in_a_librarys_trash_is_no_original_and_the_rest_go_by_their_own_names(
    flickr: SandboxFlickr, tmp_path: Path
) -> None:
    assets = [Asset(uuid_of(1), "IMG_1.JPG", b"one"), Asset(uuid_of(2), "IMG_2.JPG", b"two", trashed=True)]
    library = make_library(tmp_path / "A.photoslibrary", assets)
    with open_upload_session(flickr, tmp_path) as session:
        _, found = begin_report(session, NewOrder((library,), ()))
    assert [one.told.name for one in found.files if one.told] == ["IMG_1.JPG"]
    assert found.passed_over == {"in trash folders": 1}
