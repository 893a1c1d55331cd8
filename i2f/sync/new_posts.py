"""The plan of `new`: for every post's picture whether it is on Flickr, and if not, which original would go there.

The matcher decides as it does for `sync`, with the exported picture in the copy's place. Nothing here changes
anything on Flickr. What is not certain is left for review: a post that may be there (posts_on_flickr.py), a second
that two posts share, an original that another post or a replacement has used, one taken at another time than the
export says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from i2f.ground.model import Decision, Verdict
from i2f.ground.wording import day
from i2f.instagram.post_tag import squeezed_key
from i2f.instagram.posts import SECOND
from i2f.memory.uploads import UploadStanding
from i2f.sync.candidates import assess
from i2f.sync.gallery import as_candidates
from i2f.sync.originals import OriginalsIndex
from i2f.sync.plan import decide, keep_too_large, leave, shortened
from i2f.sync.post_pictures import PostPicture, as_copy
from i2f.sync.posts_on_flickr import Account, find_presences, settled_reason
from i2f.sync.presence import Presence
from i2f.sync.session import Session


@dataclass(frozen=True, slots=True)
class NewDecision:
    """What was decided about one picture; `decision` is the matcher's side of it, its photo id the picture's key."""

    picture: PostPicture
    decision: Decision


def decide_all(
    session: Session, pictures: Sequence[PostPicture], account: Account, index: OriginalsIndex
) -> list[NewDecision]:
    """A decision for each picture: replace stands for upload. Sends nothing that changes anything."""
    histories = session.journal.uploads.all()
    keys = Counter(squeezed_key(one.key) for one in pictures)
    settled: dict[str, str] = {}
    for picture in pictures:
        if keys[squeezed_key(picture.key)] > 1:
            settled[picture.key] = ""
        elif (reason := settled_reason(picture, histories, account)) is not None:
            settled[picture.key] = reason
    asked = [one for one in pictures if one.key not in settled]
    presences = find_presences(session, asked, account)
    absent = [one for one in asked if presences[one.key].presence is Presence.ABSENT]
    matched = _match(session, absent, index)
    found = []
    for picture in pictures:
        if settled.get(picture.key) == "":
            decision = _review(picture, "Another post of the export has the same second")
        elif picture.key in settled:
            decision = leave(as_copy(picture), settled[picture.key])
        elif picture.key in matched:
            decision = matched[picture.key]
        elif presences[picture.key].presence is Presence.THERE:
            decision = leave(as_copy(picture), presences[picture.key].reason)
        else:
            decision = _review(picture, presences[picture.key].reason)
        found.append(NewDecision(picture, decision))
    return _each_original_once(session, found)


def _match(session: Session, pictures: Sequence[PostPicture], index: OriginalsIndex) -> dict[str, Decision]:
    """The original of each picture, decided by the rules of `sync`."""
    session.progress.stage("Comparing", len(pictures))
    gallery = index.gallery
    answers = assess(
        {one.sha256: one.path for one in pictures}, gallery, session.journal, session.progress.step, "post:"
    )
    rules = session.settings.sync
    found = {}
    for picture in pictures:
        answer = answers.get(picture.sha256)
        if answer is None:
            found[picture.key] = _review(picture, "The exported picture could not be compared")
            continue
        candidates = as_candidates(answer, gallery, rules.prefer)
        decision = shortened(keep_too_large(decide(as_copy(picture), candidates, rules.min_gain)))
        found[picture.key] = _taken_when_told(picture, decision)
    return found


def _taken_when_told(picture: PostPicture, decision: Decision) -> Decision:
    """The export may hold the photograph's own time: an original of another second is no match, whatever it shows."""
    told = picture.exif.taken if picture.exif else None
    if decision.match is None or told is None:
        return decision
    times = [one.taken.local for one in (decision.match.original, *decision.match.twins) if one.taken]
    if not times or any(abs(one - told) < SECOND for one in times):
        return decision
    at = f"{day(told)} {told:%H:%M:%S}"
    reason = f"{decision.match.original.path.name} was taken at another time than the export says ({at})"
    return replace(decision, verdict=Verdict.REVIEW, reason=reason)


def _each_original_once(session: Session, found: Sequence[NewDecision]) -> list[NewDecision]:
    """An original that is on Flickr already, or that two posts would send, is a question."""
    used = dict(_used_originals(session))
    wanted: Counter[Path] = Counter()
    for one in found:
        if one.decision.match is not None:
            wanted.update({path for path in _paths(one.decision)})
    checked = []
    for one in found:
        decision = one.decision
        if decision.match is not None:
            name = decision.match.original.path.name
            photo_id = next((used[str(path)] for path in _paths(decision) if str(path) in used), None)
            if photo_id is not None:
                decision = _question(decision, f"{name} is on Flickr already, as photo {photo_id}")
            elif any(wanted[path] > 1 for path in _paths(decision)):
                decision = _question(decision, f"{name} matches several posts")
        checked.append(replace(one, decision=decision))
    return checked


def _paths(decision: Decision) -> list[Path]:
    match = decision.match
    return [] if match is None else [one.path for one in (match.original, *match.twins)]


def _used_originals(session: Session) -> Iterator[tuple[str, str]]:
    """The originals that stand on Flickr, by replacement or upload, with the photo."""
    for photo_id, history in session.journal.histories.all().items():
        noted = [one.body for one in history.to_take_back]
        for body in [*noted, *([history.intended] if history.is_open and history.intended else [])]:
            if "original" in body:
                yield str(body["original"]), photo_id
    for upload in session.journal.uploads.all().values():
        if upload.standing in {UploadStanding.UPLOADED, UploadStanding.OPEN} and upload.intended is not None:
            yield str(upload.intended["original"]), upload.photo_id or "not yet known"


def _review(picture: PostPicture, reason: str) -> Decision:
    return Decision(as_copy(picture), Verdict.REVIEW, reason, "rule", ())


def _question(decision: Decision, reason: str) -> Decision:
    return replace(decision, verdict=Verdict.REVIEW, reason=reason)
