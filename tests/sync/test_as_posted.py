"""The picture as posted is sent like every other file: backed up, journalled, verified, undone, and asked again."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

import matcher
from i2f.ground.errors import PictureError
from i2f.ground.model import Decision, InstagramCopy, OutcomeKind, Sent, Verdict
from i2f.memory.history import Standing
from i2f.memory.journal_steps import JournalStep
from i2f.memory.record import Backup
from i2f.photos.color_profiles import profile_of
from i2f.photos.decode import pixels, read_picture
from i2f.sandbox import SandboxFlickr
from i2f.sync.as_posted import choose_what_is_sent, known_preview
from i2f.sync.known_copies import copy_pixels
from i2f.sync.order import SyncOrder
from i2f.sync.posted_file import make_posted_file, pair_of
from tests.support.flickr_side import picture
from tests.support.posted_pairs import SIDE, make_case
from tests.support.sessions import Bench, decision, open_test_session

CAPTION = "via Instagram https://ift.tt/abc"


@pytest.fixture
def original(tmp_path: Path) -> Path:
    exif = Image.Exif()
    exif[0x0110] = "iPhone 5"
    exif[0x0112] = 1
    exif.get_ifd(0x8825).update({1: "N", 2: (46.0, 57.0, 0.0), 3: "E", 4: (7.0, 27.0, 0.0)})
    file = tmp_path / "IMG_3.JPG"
    Image.fromarray(make_case().original).save(file, quality=95, exif=exif)
    return file


@pytest.fixture
def bench(flickr: SandboxFlickr, tmp_path: Path) -> Iterator[Bench]:
    with open_test_session(flickr, tmp_path) as session:
        yield Bench(session, flickr)


def matched(copy: InstagramCopy, data: bytes, original: Path) -> Decision:
    """The decision to replace, with what the matcher measures of the pair."""
    picture = read_picture(original.read_bytes())
    assert picture is not None
    thumbnail, seen = pixels(picture.thumbnail), copy_pixels(data)
    proposal = matcher.Index([matcher.fingerprint(thumbnail)]).search(seen)[0]
    plain = decision(copy, original)
    candidate = replace(plain.candidates[0], fit=matcher.compare(seen, thumbnail, proposal))
    return replace(plain, candidates=(candidate,))


def choose(
    bench: Bench, order: SyncOrder, planned: Mapping[str, Decision], backups: Mapping[str, Backup]
) -> Mapping[str, Decision]:
    return choose_what_is_sent(bench.session, order, planned, backups, bench.session.journal.histories.all())


@pytest.mark.long
def test_it_is_rendered_sent_verified_and_undone_and_the_original_can_be_sent_after_it(
    bench: Bench, original: Path
) -> None:
    data = make_case().copy
    photo_id = bench.flickr.add_photo(data, "A title", CAPTION, "ifttt instagram")
    copy = bench.save(photo_id)
    backup = bench.session.backups.checked(copy.photo)
    planned = {photo_id: matched(copy, data, original)}

    # The plan asks the renderer once; the answer and a small picture stay in the journal.
    order = SyncOrder((original.parent,), as_posted=True)
    chosen = choose(bench, order, planned, {photo_id: backup})[photo_id]
    assert (chosen.verdict, chosen.sent) == (Verdict.REPLACE, Sent.AS_POSTED), chosen.reason
    saved = bench.session.state.backups / backup.file
    assert known_preview(bench.session.journal, chosen, backup.sha256, saved)
    assert choose(bench, SyncOrder(()), planned, {})[photo_id].sent is Sent.ORIGINAL

    outcome = bench.replacer.replace(chosen, "strip", 200 << 20)
    assert outcome.outcome is OutcomeKind.REPLACED, outcome.note
    with Image.open(io.BytesIO(bench.flickr.photo(photo_id).data)) as sent:
        assert sent.size == (SIDE, SIDE)
        assert sent.getexif()[0x0110] == "iPhone 5"
        assert not sent.getexif().get_ifd(0x8825)
    replaced = bench.history(photo_id).replaced
    assert replaced is not None
    assert replaced["as"] == "as-posted"

    assert bench.replacer.undo(photo_id).outcome is OutcomeKind.REPLACED
    assert bench.flickr.photo(photo_id).data == data
    assert bench.standing(photo_id) is Standing.TAKEN_BACK
    again = bench.save(photo_id)
    assert bench.replacer.replace(matched(again, data, original), "keep", 200 << 20).outcome is OutcomeKind.REPLACED
    assert bench.flickr.photo(photo_id).data == original.read_bytes()


@pytest.mark.long
def test_a_copy_with_a_sticker_becomes_a_question(bench: Bench, original: Path) -> None:
    data = make_case(drawn=lambda pen: pen.ellipse((300, 90, 340, 130), fill="#ffd23f")).copy
    photo_id = bench.flickr.add_photo(data, "A title", CAPTION, "ifttt instagram")
    copy = bench.save(photo_id)
    backup = bench.session.backups.checked(copy.photo)
    planned = {photo_id: matched(copy, data, original)}
    order = SyncOrder((original.parent,), as_posted=True)
    asked = choose(bench, order, planned, {photo_id: backup})[photo_id]
    assert (asked.verdict, asked.not_rendered, asked.match) == (Verdict.REVIEW, True, None)
    forced = replace(planned[photo_id], sent=Sent.AS_POSTED)
    assert bench.replacer.replace(forced, "keep", 200 << 20).outcome is OutcomeKind.FAILED
    assert bench.sent() == 0


def test_nothing_is_rendered_from_a_spoilt_backup(bench: Bench, original: Path) -> None:
    photo_id = bench.flickr.add_photo(picture(600, 600), "A title", CAPTION, "ifttt instagram")
    copy = bench.save(photo_id)
    backup = bench.session.backups.checked(copy.photo)
    (bench.session.state.backups / backup.file).write_bytes(picture(600, 600, seed=5))
    order = SyncOrder((original.parent,), as_posted=True)
    asked = choose(bench, order, {photo_id: decision(copy, original)}, {photo_id: backup})[photo_id]
    assert asked.verdict is Verdict.REVIEW
    assert "is damaged" in asked.reason


@pytest.mark.long
def test_a_sending_as_posted_that_flickr_did_not_take_is_asked_for_as_posted_again(
    bench: Bench, original: Path
) -> None:
    photo_id = bench.flickr.add_photo(make_case().copy, "A title", CAPTION, "ifttt instagram")
    copy = bench.save(photo_id)
    backup = bench.session.backups.checked(copy.photo)
    record = bench.session.journal.record
    record.append("run-0", photo_id, JournalStep.INTENDED, {"as": "as-posted", "backup": {}, "before": {}})
    record.append("run-0", photo_id, JournalStep.NOT_TAKEN, {})
    planned = {photo_id: decision(copy, original)}  # without measures nothing can be rendered
    asked = choose(bench, SyncOrder(()), planned, {photo_id: backup})[photo_id]
    assert asked.verdict is Verdict.REVIEW
    by_person = {photo_id: replace(planned[photo_id], decided_by="person")}
    kept = choose(bench, SyncOrder((), as_posted=True), by_person, {photo_id: backup})
    assert kept[photo_id].sent is Sent.ORIGINAL


@pytest.mark.long
def test_a_wide_original_stays_wide(tmp_path: Path) -> None:
    case = make_case()
    profile = profile_of(12)
    assert profile is not None
    wide = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    own = ImageCms.profileToProfile(
        Image.fromarray(np.ascontiguousarray(case.original)), ImageCms.createProfile("sRGB"), wide
    )
    assert own is not None
    file, copy = tmp_path / "IMG_3.JPG", tmp_path / "copy.jpg"
    own.save(file, quality=95, icc_profile=profile)
    copy.write_bytes(case.copy)
    listed = InstagramCopy.__new__(InstagramCopy)
    match = matched(listed, case.copy, file).candidates[0]
    made = make_posted_file(match.original, pair_of(copy, match.fit), "keep", tmp_path, 200 << 20)
    with Image.open(made.path) as sent:
        assert sent.info["icc_profile"] == profile
        back = ImageCms.profileToProfile(sent.convert("RGB"), wide, ImageCms.createProfile("sRGB"))
        assert back is not None
        error = np.asarray(back, np.float64) - case.truth
    assert np.sqrt(np.mean(error**2)) < 6

    changed = replace(match.original, size_bytes=1)
    with pytest.raises(PictureError, match="IMG_3.JPG as posted: changed since it was read"):
        make_posted_file(changed, pair_of(copy, match.fit), "keep", tmp_path, 200 << 20)
