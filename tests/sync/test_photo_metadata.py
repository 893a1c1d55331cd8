"""Capture time and place on Flickr: put there when asked for, after the proof, and taken back by undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from i2f.ground.errors import ExitCode, StoppedError
from i2f.ground.model import Candidate, Decision, OutcomeKind, Verdict
from i2f.memory.history import Standing
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.flickr.faults import Fault
from i2f.sandbox.flickr.kinds import ApiError, DropBefore
from i2f.sync.verify import Outcome
from tests.support.camera_roll import make_photograph, post
from tests.support.flickr_side import picture
from tests.support.hand_clock import HandClock
from tests.support.killing import MOMENTS, Roll, scene
from tests.support.photographs import camera_exif, original_at, painted
from tests.support.quick_program import KILLED, Zygote, quick
from tests.support.sessions import FIT, Bench, open_test_session, steps

BERNE = (46.948, 7.4474)
ARRIVED, TAKEN = "2014-07-16 10:12:20", "2012-09-29 16:11:25"
DATES, LOCATION, INFO = "flickr.photos.setDates", "flickr.photos.geo.setLocation", "flickr.photos.getInfo"
BOTH = {"SYNC_SET_TAKEN": "yes", "SYNC_SET_LOCATION": "yes"}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def bench(flickr: SandboxFlickr, tmp_path: Path, clock: HandClock) -> Iterator[Bench]:
    with open_test_session(flickr, tmp_path, clock, **BOTH) as session:
        yield Bench(session, flickr)


@pytest.fixture
def photo_id(flickr: SandboxFlickr) -> str:
    return flickr.add_photo(
        picture(600, 600), "A title", "via Instagram https://ift.tt/abc", "ifttt instagram", taken=ARRIVED
    )


@pytest.fixture
def original(tmp_path: Path) -> Path:
    file = tmp_path / "IMG_1.JPG"
    painted(1600, 1200).save(file, exif=camera_exif(TAKEN.replace("-", ":"), subsec="75", offset="+02:00", place=BERNE))
    return file


def replace(bench: Bench, photo_id: str, original: Path) -> Outcome:
    decision = Decision(
        bench.save(photo_id), Verdict.REPLACE, "because", "rule", (Candidate(original_at(original), FIT),)
    )
    return bench.replacer.replace(decision, bench.session.settings.privacy.location, 200 << 20)


def what_flickr_says(bench: Bench, photo_id: str) -> tuple[str | None, tuple[float, float] | None]:
    photo = bench.flickr.photo(photo_id)
    return photo.taken, photo.place


def put_off(bench: Bench, photo_id: str, original: Path, where: str) -> None:
    """A run that ends between the proof and the date and place."""
    bench.flickr.faults.add(Fault(where=where, kind=DropBefore(), times=None))
    with pytest.raises(StoppedError):
        replace(bench, photo_id, original)
    bench.flickr.faults.clear()
    assert bench.standing(photo_id) is Standing.OPEN


def test_time_and_place_are_put_on_the_photo_after_the_proof(bench: Bench, photo_id: str, original: Path) -> None:
    outcome = replace(bench, photo_id, original)
    assert outcome == Outcome(OutcomeKind.REPLACED, None)
    assert what_flickr_says(bench, photo_id) == (TAKEN, BERNE)
    photo = bench.flickr.photo(photo_id)
    assert (photo.taken_granularity, photo.accuracy) == (0, 16)
    names = [one.name for one in bench.flickr.log]
    assert names[names.index("replace") :] == ["replace", INFO, "flickr.photos.getSizes", DATES, LOCATION, INFO]
    told = bench.history(photo_id).replaced
    assert told is not None
    assert (told["before"]["taken"], told["after"]["taken"]) == (ARRIVED, TAKEN)
    assert told["before"]["place"] is None
    assert told["after"]["place"][:2] == list(BERNE)


def test_undo_puts_time_and_place_back(bench: Bench, photo_id: str, original: Path) -> None:
    replace(bench, photo_id, original)
    assert bench.replacer.undo(photo_id).outcome == "replaced"
    assert what_flickr_says(bench, photo_id) == (ARRIVED, None)
    assert bench.flickr.photo(photo_id).data == picture(600, 600)


@pytest.mark.long
def test_undo_puts_back_a_place_and_a_vague_date_that_were_there(bench: Bench, photo_id: str, original: Path) -> None:
    photo = bench.flickr.photo(photo_id)
    photo.place, photo.accuracy, photo.taken, photo.taken_granularity = (1.5, 2.5), 11, "2014-07-01 00:00:00", 4
    replace(bench, photo_id, original)
    assert what_flickr_says(bench, photo_id) == (TAKEN, BERNE)
    bench.replacer.undo(photo_id)
    assert what_flickr_says(bench, photo_id) == ("2014-07-01 00:00:00", (1.5, 2.5))
    assert (photo.taken_granularity, photo.accuracy) == (4, 11)


@pytest.mark.long
def test_undo_leaves_a_date_the_person_set_since(bench: Bench, photo_id: str, original: Path) -> None:
    replace(bench, photo_id, original)
    bench.flickr.edit(photo_id, taken="2013-03-03 03:03:03")
    bench.replacer.undo(photo_id)
    assert what_flickr_says(bench, photo_id) == ("2013-03-03 03:03:03", None)


def test_without_being_asked_nothing_is_set(
    flickr: SandboxFlickr, photo_id: str, original: Path, tmp_path: Path
) -> None:
    with open_test_session(flickr, tmp_path) as session:
        assert replace(Bench(session, flickr), photo_id, original).outcome == "replaced"
    assert not flickr.requests(DATES) + flickr.requests(LOCATION)


def test_a_place_that_is_stripped_is_not_put_on_flickr_either(
    flickr: SandboxFlickr, photo_id: str, original: Path, tmp_path: Path
) -> None:
    with open_test_session(flickr, tmp_path, None, **BOTH, PRIVACY_LOCATION="strip") as session:
        bench = Bench(session, flickr)
        assert replace(bench, photo_id, original).outcome == "replaced"
        assert what_flickr_says(bench, photo_id) == (TAKEN, None)


def test_an_original_without_time_and_place_changes_neither(bench: Bench, photo_id: str, tmp_path: Path) -> None:
    painted(1600, 1200).save(tmp_path / "plain.jpg")
    assert replace(bench, photo_id, tmp_path / "plain.jpg").outcome == "replaced"
    assert what_flickr_says(bench, photo_id) == (ARRIVED, None)
    assert not bench.flickr.requests(DATES) + bench.flickr.requests(LOCATION)


@pytest.mark.parametrize(
    "text",
    ["1970:01:01 00:00:00", "1904:01:01 00:00:00", "0000:00:00 00:00:00", "0001:01:01 00:00:00", "2200:01:01 00:00:00"],
)
def test_a_date_that_no_camera_can_have_written_is_not_put_on_flickr(
    bench: Bench, photo_id: str, tmp_path: Path, text: str
) -> None:
    painted(1600, 1200).save(tmp_path / "odd.jpg", exif=camera_exif(text, offset="+14:00", place=BERNE))
    assert replace(bench, photo_id, tmp_path / "odd.jpg") == Outcome(OutcomeKind.REPLACED, None)
    assert what_flickr_says(bench, photo_id) == (ARRIVED, BERNE)
    assert not bench.flickr.requests(DATES)


def test_a_wish_that_is_refused_is_told_and_the_picture_stays(bench: Bench, photo_id: str, original: Path) -> None:
    bench.flickr.account.geo_privacy_chosen = False
    outcome = replace(bench, photo_id, original)
    assert outcome.outcome == "replaced"
    assert outcome.note is not None
    assert "its location could not be set on Flickr" in outcome.note
    assert "https://www.flickr.com/account/geo/privacy" in outcome.note
    assert what_flickr_says(bench, photo_id) == (TAKEN, None)
    assert bench.standing(photo_id) is Standing.REPLACED


def test_a_date_that_flickr_finds_absurd_is_told(bench: Bench, photo_id: str, original: Path) -> None:
    bench.flickr.faults.add(Fault(where=DATES, kind=ApiError(6, "Invalid Date Taken"), times=None))
    outcome = replace(bench, photo_id, original)
    assert outcome.outcome == "replaced"
    assert "its capture time could not be set on Flickr" in (outcome.note or "")
    assert what_flickr_says(bench, photo_id) == (ARRIVED, BERNE)


@pytest.mark.long
@pytest.mark.parametrize("where", [DATES, LOCATION])
def test_a_wish_that_was_cut_off_is_granted_when_the_next_run_settles(
    bench: Bench, photo_id: str, original: Path, where: str
) -> None:
    put_off(bench, photo_id, original, where)
    assert bench.settle(photo_id) == Outcome(OutcomeKind.REPLACED, None)
    assert what_flickr_says(bench, photo_id) == (TAKEN, BERNE)
    assert steps(bench.session.journal, photo_id) == ["intended", "confirmed"]
    assert bench.sent() == 1
    bench.replacer.undo(photo_id)
    assert what_flickr_says(bench, photo_id) == (ARRIVED, None)


@pytest.mark.long
def test_what_the_person_set_meanwhile_is_not_overwritten_by_a_late_wish(
    bench: Bench, photo_id: str, original: Path, clock: HandClock
) -> None:
    put_off(bench, photo_id, original, DATES)
    clock.sleep(3600)
    bench.flickr.edit(photo_id, taken="2013-03-03 03:03:03", place=(9.0, 9.0))
    settled = bench.settle(photo_id)
    assert settled is not None
    assert settled.outcome == "replaced"
    assert "edited on Flickr since" in (settled.note or "")
    assert what_flickr_says(bench, photo_id) == ("2013-03-03 03:03:03", (9.0, 9.0))


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_between_the_proof_and_the_wish_does_not_lose_the_wish(
    roll: Roll, zygote: Zygote, tmp_path: Path, moment: str
) -> None:
    with scene(roll, tmp_path / "home", zygote) as one:
        one.program.settings["SYNC_SET_TAKEN"] = "yes"
        one.kill_at(DATES, moment)
        assert one.sync() == KILLED
        one.check()
        one.flickr.faults.clear()
        one.finish()
        taken = [one.flickr.photo(photo_id).taken for photo_id in one.ids]
        assert taken == [original_at(path).taken.local.isoformat(" ") for path in roll.originals]  # type: ignore[union-attr]
        one.finish_undo()
        assert all((one.flickr.photo(photo_id).taken or "") > "2012-12" for photo_id in one.ids)


@pytest.mark.long
def test_a_whole_run_sets_and_takes_back_and_says_what_was_refused(
    flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote
) -> None:
    folder = tmp_path / "iphone"
    folder.mkdir()
    make_photograph(1).save(folder / "IMG_1.JPG", quality=90, exif=camera_exif(place=BERNE))
    photo_id = post(flickr, folder / "IMG_1.JPG", taken=ARRIVED)
    flickr.account.geo_privacy_chosen = False
    program = quick(flickr, tmp_path / "home", zygote, **BOTH)
    ran = program.sync(folder)
    assert ran.exit_code == ExitCode.DONE, ran.stderr
    assert "account/geo/privacy" in ran.stderr
    assert ran.photos[photo_id]["outcome"] == "replaced"
    assert flickr.photo(photo_id).taken == TAKEN
    assert program.run("undo", photo_id).exit_code == ExitCode.DONE
    assert flickr.photo(photo_id).taken == ARRIVED
