"""The plan of `new`: for every post's picture whether it is on Flickr, and if not, which original would go there.

The matcher decides as it does for `sync`, with the exported picture in the copy's place. Nothing here changes
anything on Flickr. What is not certain is left for review: a post that may be there (posts_on_flickr.py), a second
that two posts share, an original that another post or a replacement has used, one taken at another time than the
export says. What a person answered (post_answers.py) comes before the rules about originals and before doubts, but
after everything that is certain: an answer uploads nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from i2f.ground.model import Decision, Verdict
from i2f.ground.wording import day
from i2f.instagram.post_tag import squeezed_key
from i2f.instagram.posts import SECOND
from i2f.memory.review_answers import Said, find_again, post_of, said_about, state_of
from i2f.memory.uploads import UploadStanding
from i2f.sync.candidates import assess
from i2f.sync.gallery import as_candidates
from i2f.sync.originals import OriginalsIndex
from i2f.sync.plan import decide, keep_too_large, leave, shortened
from i2f.sync.post_answers import (
    OnFlickr,
    answer_about,
    changed_since,
    doubts_left,
    obey,
    photo_chosen,
    photo_that_holds,
)
from i2f.sync.post_pictures import PostPicture, as_copy
from i2f.sync.posts_on_flickr import Account, Presences, find_presences, keys_of, settled_reason
from i2f.sync.presence import Doubt, Presence
from i2f.sync.session import Session


@dataclass(frozen=True, slots=True)
class NewDecision:
    """What was decided about one picture; `decision` is the matcher's side of it, its photo id the picture's key.

    `doubts` are the photos on Flickr that may be the post, those that nobody has rejected first.
    """

    picture: PostPicture
    decision: Decision
    doubts: tuple[Doubt, ...] = ()


def decide_all(
    session: Session, pictures: Sequence[PostPicture], account: Account, index: OriginalsIndex
) -> list[NewDecision]:
    """A decision for each picture: replace stands for upload. Sends nothing that changes anything."""
    histories = session.journal.uploads.by_any_name()
    keys = Counter(squeezed_key(one.key) for one in pictures)
    settled: dict[str, str] = {}
    for picture in pictures:
        if keys[squeezed_key(picture.key)] > 1:
            settled[picture.key] = ""
        elif (reason := settled_reason(picture, histories, account)) is not None:
            settled[picture.key] = reason
    asked = [one for one in pictures if one.key not in settled]
    said = _said_about(session, asked)
    named = {key: str(one.photo_id) for key, each in said.items() if (one := photo_chosen(each)) is not None}
    presences = find_presences(session, asked, account, named)
    open_ones = [one for one in asked if presences.found[one.key].presence is not Presence.THERE]
    answered = _Answered(said, presences, OnFlickr(account.photo_ids, presences.contents))
    matched = _match(session, open_ones, index, answered)
    found = []
    for picture in pictures:
        if settled.get(picture.key) == "":
            new = NewDecision(picture, _review(picture, "Another post of the export has the same second"))
        elif picture.key in settled:
            new = NewDecision(picture, leave(as_copy(picture), settled[picture.key]))
        elif picture.key in matched:
            new = matched[picture.key]
        else:
            new = NewDecision(picture, leave(as_copy(picture), presences.found[picture.key].reason))
        found.append(new)
    return _each_original_once(session, _posts_as_one(found, answered))


@dataclass(frozen=True, slots=True)
class _Answered:
    """What was said about the pictures, by key, and what is known of Flickr beside them."""

    said: Mapping[str, Said]
    presences: Presences
    on_flickr: OnFlickr

    def obeyed(self, picture: PostPicture, decision: Decision, changed: str = "") -> NewDecision:
        """The decision with the photos on Flickr that may be the post, and with what was said."""
        doubts, said = self.presences.found[picture.key].doubts, self.said.get(picture.key)
        left = doubts_left(doubts, said)
        if said is not None:
            decision = replace(obey(decision, doubts, said, self.on_flickr, changed), answers=state_of(said))
        elif left:
            decision = replace(decision, verdict=Verdict.REVIEW, reason=left[0].reason)
        return NewDecision(picture, decision, (*left, *(one for one in doubts if one not in left)))


def _said_about(session: Session, pictures: Sequence[PostPicture]) -> dict[str, Said]:
    """What was answered about the pictures, by key; under the post's second until its code was known."""
    journal = session.journal
    found = {}
    for one in pictures:
        for older in keys_of(one)[1:]:
            if journal.assessments.answer(post_of(older)) is not None:
                journal.assessments.rename_answer(post_of(older), post_of(one.key))
        said = said_about(journal, post_of(one.key), one.sha256)
        if said is not None:
            found[one.key] = said
    return found


def _match(
    session: Session, pictures: Sequence[PostPicture], index: OriginalsIndex, answered: _Answered
) -> dict[str, NewDecision]:
    """The original of each picture, decided by the rules of `sync` and by what was answered."""
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
            decision = _review(picture, "The exported picture could not be compared")
            found[picture.key] = answered.obeyed(picture, decision)
            continue
        originals = [gallery.originals[place] for group in answer.groups for place, _ in group]
        said = answered.said.get(picture.key)
        obeyed = answer_about(said, originals, find_again(said, originals, session.journal).never) if said else None
        candidates = as_candidates(answer, gallery, rules.prefer, obeyed.chosen if obeyed else None)
        decision = keep_too_large(decide(as_copy(picture), candidates, rules.min_gain, obeyed))
        if decision.decided_by == "rule":
            decision = _taken_when_told(picture, decision)
        changed = changed_since(said, originals) if said else ""
        found[picture.key] = answered.obeyed(picture, shortened(decision), changed)
    return found


def _posts_as_one(found: Sequence[NewDecision], answered: _Answered) -> list[NewDecision]:
    """Of a post with several pictures none is uploaded by rule while another of them is, or may be, on Flickr."""
    there: dict[int, str] = {}
    unclear: dict[int, str] = {}
    for one in found:
        post, said = id(one.picture.post), answered.said.get(one.picture.key)
        photo_id = photo_that_holds(said, answered.on_flickr)
        if photo_id is not None:
            there.setdefault(post, photo_id)
        elif (left := doubts_left(one.doubts, said)) and one.decision.verdict is Verdict.REVIEW:
            unclear.setdefault(post, left[0].photo.photo_id)
    checked = []
    for one in found:
        decision, post = one.decision, id(one.picture.post)
        if decision.decided_by == "rule" and decision.verdict is not Verdict.KEEP and post in there:
            reason = f"Another picture of this post is on Flickr, as photo {there[post]}"
            decision = replace(decision, verdict=Verdict.KEEP, reason=reason)
        elif decision.decided_by == "rule" and decision.match is not None and post in unclear:
            decision = _question(decision, f"Another picture of this post may be on Flickr, as photo {unclear[post]}")
        checked.append(replace(one, decision=decision))
    return checked


def _taken_when_told(picture: PostPicture, decision: Decision) -> Decision:
    """The export may hold the photograph's own time: an original of another second is no match, whatever it shows."""
    told = picture.exif.taken if picture.exif else None
    if decision.match is None or told is None:
        return decision
    times = [one.taken.local for one in (decision.match.original, *decision.match.twins) if one.taken]
    if not times or any(abs(one - told) < SECOND for one in times):
        return decision
    at = f"{day(told)} {told:%H:%M:%S}"
    reason = f"{decision.match.original.name} was taken at another time than the export says ({at})"
    return replace(decision, verdict=Verdict.REVIEW, reason=reason)


def _each_original_once(session: Session, found: Sequence[NewDecision]) -> list[NewDecision]:
    """An original that is on Flickr already, or that two posts would send, is a question; chosen for one, it is its."""
    used = dict(_used_originals(session))
    wanted: Counter[Path] = Counter()
    chosen: Counter[Path] = Counter()
    for one in found:
        if one.decision.match is not None:
            wanted.update(set(_paths(one.decision)))
            if one.decision.decided_by == "person":
                chosen.update(set(_paths(one.decision)))
    checked = []
    for one in found:
        decision = one.decision
        if decision.match is not None:
            name = decision.match.original.name
            photo_id = next((used[str(path)] for path in _paths(decision) if str(path) in used), None)
            if photo_id is not None and decision.decided_by == "person":
                reason = f"You chose {name}, which is on Flickr already, as photo {photo_id}"
                decision = replace(decision, verdict=Verdict.KEEP, reason=reason)
            elif photo_id is not None:
                decision = _question(decision, f"{name} is on Flickr already, as photo {photo_id}")
            elif decision.decided_by == "person":
                if any(chosen[path] > 1 for path in _paths(decision)):
                    decision = _question(decision, f"You chose {name} for several posts")
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
