"""Decisions and reports as a run makes them, for the tests of what is shown."""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image

from i2f.ground.model import (
    Candidate,
    CaptureTime,
    Decision,
    Fit,
    InstagramCopy,
    InstagramMark,
    Mark,
    Original,
    Verdict,
    Window,
    bare_photo,
)
from i2f.memory.journal import Journal
from i2f.memory.readings import StoredPicture, StoredReading
from i2f.memory.record import Backup
from i2f.sync.report import Report
from tests.support.camera_roll import make_photograph

POSTED = datetime(2012, 9, 30, 12, 0, 1, tzinfo=UTC)


def make_copy(number: int = 1, title: str = "Sunday", edge: int = 612) -> InstagramCopy:
    photo_id = str(8037000000 + number)
    photo = bare_photo(
        photo_id,
        title,
        (edge, edge),
        owner="me",
        secret="s",
        original_secret="o",
        original_format="jpg",
        page_url=f"https://www.flickr.com/photos/me/{photo_id}/",
        is_public=True,
    )
    return InstagramCopy(photo, InstagramMark(Mark.LINK, "https://www.instagram.com/p/QK1/", POSTED, timedelta(0)))


def make_candidate(
    path: Path = Path("/roll/IMG_0001.JPG"), score: float = 0.99, twins: Sequence[Path] = ()
) -> Candidate:
    def original(each: Path) -> Original:
        taken = CaptureTime(datetime(2012, 9, 30, 11, 58, 3), False, None)  # noqa: DTZ001 - a camera's clock
        return Original(each, 4_200_000, 1, "JPEG", 4032, 3024, taken, "Apple iPhone 5")

    window = Window((0.5, 0.5), (0.75, 1.0), 0.0, False)
    fit = Fit(score, score > 0.9, 0.95, window, "the same exposure", {"measured": 200.0})
    return Candidate(original(path), fit, tuple(original(each) for each in twins))


def make_decision(
    verdict: Verdict,
    number: int = 1,
    title: str = "Sunday",
    reason: str = "because",
    candidates: Sequence[Candidate] = (),
    decided_by: str = "rule",
) -> Decision:
    return Decision(make_copy(number, title), verdict, reason, decided_by, tuple(candidates))


def make_report(decisions: Sequence[Decision], mode: str = "dry-run") -> Report:
    report = Report("20261122T100000Z-3f2a", mode, datetime(2026, 11, 22, 10, tzinfo=UTC), (Path("/roll"),))
    report.originals = 10233
    report.decisions = list(decisions)
    return report


def a_run_of_each(mode: str = "dry-run") -> Report:
    """One replacement, one question, one that stays, and a file that could not be read."""
    report = make_report(
        [
            make_decision(Verdict.KEEP, 1, "quiet", "No original looks like this copy"),
            make_decision(Verdict.REPLACE, 2, "golden hour", "Matches IMG_0001.JPG (only match)", [make_candidate()]),
            make_decision(
                Verdict.REVIEW,
                3,
                "from the ferry",
                "IMG_0008.JPG matches almost as well as IMG_0007.JPG",
                [make_candidate(Path(f"/roll/IMG_000{place}.JPG"), 1.05 - place / 100) for place in (7, 8)],
            ),
        ],
        mode,
    )
    report.unreadable = [(Path("/roll/IMG_0009.HEIC"), "cut short")]
    return report


def keep_pictures(journal: Journal, backups: Path, decisions: Sequence[Decision]) -> None:
    """Thumbnails and saved copies for these decisions, as a run would have left them."""
    for number, decision in enumerate(decisions):
        # Within one question every picture is another; from question to question they may come again.
        for place, candidate in enumerate(decision.candidates):
            thumbnail = photograph(number % 4 + 10 * place)
            journal.readings.keep([(StoredReading(candidate.original.path, 1, 1, {}), StoredPicture(thumbnail))], "1")
        data = squared(number % 4)
        (backups / f"{number}.jpg").write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        backup = Backup(decision.copy.photo_id, "o", sha256, f"{number}.jpg", len(data), 612, 612, 0.0)
        journal.record.keep_backup(backup)


@functools.cache
def photograph(seed: int) -> bytes:
    return as_jpeg(make_photograph(seed))


@functools.cache
def squared(seed: int) -> bytes:
    with Image.open(io.BytesIO(photograph(seed))) as picture:
        return as_jpeg(picture.crop((125, 0, 875, 750)).resize((612, 612)))


def as_jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
