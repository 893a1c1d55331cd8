"""Flickr's answers, spoilt at random by a seed, while a whole run goes on; and what must be true all the same."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flask import Response

from i2f.ground.errors import SyncError
from i2f.ground.model import Verdict
from i2f.memory.history import Standing
from i2f.photos.folder import find_files
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.flickr.calls import Call
from i2f.sandbox.flickr.faults import Fault, Kind
from i2f.sync import pipeline
from i2f.sync.order import SyncOrder
from i2f.sync.report import Report
from tests.support.flickr_side import picture
from tests.support.killing import Roll
from tests.support.sessions import open_test_session

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "flickr-responses"
VALUES = (
    b"null",
    b"[]",
    b"{}",
    b'""',
    b"-1",
    b"0",
    b"1e999",
    b"true",
    b'"\\ud800"',
    b"99999999999999999999999",
    b'"x"',
    b"[[[[[[]]]]]]",
    b'{"_content": null}',
)
JUNK = (
    b"<html><body>502 Bad Gateway</body></html>",
    b"",
    b"\x00" * 64,
    b"jsonFlickrApi({})",
    b"[" * 3000,
    b'{"stat":"ok"}',
    b'<rsp stat="ok"></rsp>',
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
)


def recorded_answers() -> list[bytes]:
    """Answers of the real Flickr, where they lie beside this repository."""
    if not RECORDED.is_dir():
        return []
    return [file.read_bytes() for file in sorted(RECORDED.iterdir()) if file.suffix != ".md"]


def spoil(body: bytes, chance: random.Random) -> bytes:
    """One answer, spoilt in one to three ways."""
    for _ in range(chance.randint(1, 3)):
        body = chance.choice((_cut, _drop, _repeat, _flip, _digit, _value, _insert, _stat, _swap))(body, chance)
    return body


def _span(body: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(body) + 1)
    return start, min(len(body), start + chance.choice((1, 1, 3, 10, 80, 400)))


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _drop(body: bytes, chance: random.Random) -> bytes:
    start, end = _span(body, chance)
    return body[:start] + body[end:]


def _repeat(body: bytes, chance: random.Random) -> bytes:
    start, end = _span(body, chance)
    return body[:end] + body[start:end] + body[end:]


def _flip(body: bytes, chance: random.Random) -> bytes:
    if not body:
        return body
    at = chance.randrange(len(body))
    return body[:at] + bytes([body[at] ^ (1 << chance.randrange(8))]) + body[at + 1 :]


def _digit(body: bytes, chance: random.Random) -> bytes:
    places = [at for at, letter in enumerate(body[:20_000]) if 48 <= letter <= 57]
    if not places:
        return body
    at = chance.choice(places)
    return body[:at] + chance.choice((b"0", b"1", b"2", b"9", b"")) + body[at + 1 :]


def _value(body: bytes, chance: random.Random) -> bytes:
    places = [at for at, letter in enumerate(body[:20_000]) if letter == ord(":")]
    if not places:
        return body
    at = chance.choice(places) + 1
    end = at
    while end < len(body) and body[end] not in b",}]":
        end += 1
    return body[:at] + chance.choice(VALUES) + body[end:]


def _insert(body: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(body) + 1)
    return body[:at] + bytes(chance.randrange(256) for _ in range(chance.choice((1, 4, 40)))) + body[at:]


def _stat(body: bytes, chance: random.Random) -> bytes:
    return body.replace(b'"ok"', b'"fail"') if chance.random() < 0.5 else body.replace(b'"fail"', b'"ok"')


def _swap(body: bytes, chance: random.Random) -> bytes:
    return body[len(body) // 2 :] + body[: len(body) // 2] if chance.random() < 0.2 else chance.choice(JUNK)


@dataclass
class Spoilt(Kind):
    """Spoils so large a part of all answers; sometimes a recorded one, spoilt, comes in place."""

    chance: random.Random
    part: float
    recorded: Sequence[bytes]
    count: int = 0

    def after(self, call: Call, response: Response) -> Response:
        """Spoil the answer."""
        if self.chance.random() >= self.part:
            return response
        self.count += 1
        response.direct_passthrough = False
        body = response.get_data()
        if self.recorded and self.chance.random() < 0.25:
            body = self.chance.choice(self.recorded)
        response.set_data(spoil(body, self.chance))
        return response


@dataclass
class Fuzzed:
    """What one run under spoilt answers came to."""

    spoilt: int
    ended_by: str
    wrong: list[str] = field(default_factory=list)


def run_once(roll: Roll, place: Path, seed: int) -> Fuzzed:
    """A whole run, every answer of Flickr's in danger; what was wrong afterwards is told."""
    chance = random.Random(seed)
    kind = Spoilt(chance, chance.choice((0.05, 0.2, 0.5)), recorded_answers())
    shutil.copytree(roll.prepared, place / "state")
    with SandboxFlickr() as flickr:
        ids = [
            flickr.add_photo(copy, original.stem, "via Instagram https://ift.tt/abc", "ifttt instagram")
            for copy, original in zip(roll.copies, roll.originals, strict=True)
        ]
        private = [flickr.add_photo(picture(612, 612, seed=seed), "of the family", is_public=False) for seed in (1, 2)]
        with open_test_session(flickr, place, FLICKR_UPLOADS="1", SYNC_MIN_GAIN="0", SYNC_BRAKE="1000") as session:
            report = Report("run-1", "sync", datetime.now(UTC), (roll.folder,))
            flickr.faults.add(Fault(where="*", kind=kind, times=None))
            try:
                order = SyncOrder((roll.folder,))
                pipeline.check_login(session)
                permission = pipeline.ask_permission(session)
                pipeline.settle(session)
                pipeline.make_plan(session, order, find_files((roll.folder,)), report)
                pipeline.carry_out(session, order, report, permission)
                ended_by = "the end"
            except SyncError as error:
                ended_by = type(error).__name__
            flickr.faults.clear()
            histories = session.journal.histories.all()
        fuzzed = Fuzzed(kind.count, ended_by)
        planned = {
            one.copy.photo_id: one.match.original.path
            for one in report.decisions
            if one.verdict is Verdict.REPLACE and one.match
        }
        for photo_id, original, copy in zip(ids, roll.originals, roll.copies, strict=True):
            photo = flickr.photo(photo_id)
            if photo.data not in (copy, original.read_bytes()):
                fuzzed.wrong.append(f"{photo_id} holds what it never should")
            if photo.version and planned.get(photo_id) != original:
                fuzzed.wrong.append(f"{photo_id} was replaced without a plan")
            if photo.version > 1:
                fuzzed.wrong.append(f"{photo_id} was replaced {photo.version} times")
            standing = histories[photo_id].standing if photo_id in histories else Standing.UNTOUCHED
            if standing is Standing.REPLACED and not photo.version:
                fuzzed.wrong.append(f"{photo_id} is recorded as replaced, but is not")
        fuzzed.wrong += [f"{one} is nobody's copy and was changed" for one in private if flickr.photo(one).version]
    shutil.rmtree(place)
    return fuzzed
