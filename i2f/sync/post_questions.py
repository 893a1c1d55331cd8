"""The pictures of posts that `new` left for review, as questions like those about copies.

Shown beside the exported picture are the photos on Flickr that may be the post, and the originals that may be uploaded.
The answer to either kind is one of the same few: this one, none of these, never this one. No answer uploads anything:
the next `new` asks what was said (post_answers.py).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from i2f.ground.model import Candidate, Fit, Original, Told, Verdict, Window
from i2f.ground.wording import timestamp
from i2f.memory.journal import Journal
from i2f.memory.review_answers import post_of
from i2f.memory.uploads import UploadStanding
from i2f.sync.questions import Question, choice_of
from i2f.sync.report import evidence_of
from i2f.sync.thresholds import ASK_SCORE, HARDLY

if TYPE_CHECKING:  # they bring the matcher with them, which who only looks need not wait for
    from i2f.sync.new_posts import NewDecision
    from i2f.sync.presence import Doubt

SHOWN = 5
"""So many are shown at most, which is how many keys there are; one place is left for an original."""
UNSENT = frozenset({UploadStanding.NONE, UploadStanding.ELSEWHERE})
"""What was uploaded, or may have been, is asked about no more."""
_NOT_MATCHED = Fit(0.0, False, 0.0, Window((0.5, 0.5), (1.0, 1.0), 0.0, False), "the pictures do not match", {})


def kept_decision(new: NewDecision) -> tuple[str, Mapping[str, Any]]:
    """The key of a post's picture, and what was decided about it as `review` asks about it."""
    picture, decision = new.picture, new.decision
    return picture.key, {
        "post": picture.key,
        "title": picture.post.caption,
        "page_url": picture.post.link or "",
        "posted_at": timestamp(picture.post.time) if picture.post.time else None,
        "decision": str(decision.verdict),
        "reason": decision.reason,
        "decided_by": decision.decided_by,
        "answered": decision.answers,
        "picture": {
            "file": os.fsencode(picture.path).hex(),
            "sha256": picture.sha256,
            "width": picture.width,
            "height": picture.height,
        },
        "photos": [_photo(one) for one in new.doubts],
        "evidence": [evidence_of(one) for one in decision.candidates],
    }


def read_post_questions(journal: Journal, keys: Collection[str] = ()) -> list[Question]:
    """The pictures of posts left for review, oldest post first; or those named, whatever was decided."""
    uploads = journal.uploads.all()
    found = [
        question
        for body in journal.assessments.post_decisions()
        if (body["post"] in keys if keys else body["decision"] == Verdict.REVIEW)
        and (body["post"] not in uploads or uploads[body["post"]].standing in UNSENT)
        and (question := _question(body)) is not None
    ]
    return sorted(found, key=lambda one: (one.posted_at or "", one.photo_id))


def _photo(doubt: Doubt) -> Mapping[str, Any]:
    """A photo on Flickr as a candidate is kept; one that could not be fetched shows no picture."""
    photo, compared = doubt.photo, doubt.compared
    fit = compared.fit or _NOT_MATCHED
    file = compared.original or Original(
        Path(photo.photo_id), 0, 0, "", photo.width or 0, photo.height or 0, None, None
    )
    named = replace(file, told=Told(f"Photo {photo.photo_id} on Flickr"))
    shown = Candidate(named, fit, doubt=doubt.reason if fit.score < ASK_SCORE else "")
    return {**evidence_of(shown), "photo_id": photo.photo_id, "page_url": photo.page_url}


def _question(body: Mapping[str, Any]) -> Question | None:
    originals = [choice_of(one) for one in body["evidence"] if one["score"] >= HARDLY]
    photos = [choice_of(one) for one in body["photos"]][: SHOWN - bool(originals)]
    choices = (*photos, *originals)[:SHOWN]
    if not choices:
        return None
    picture = body["picture"]
    return Question(
        photo_id=post_of(body["post"]),
        title=body["title"],
        page_url=body["page_url"],
        reason=body["reason"],
        posted_at=body["posted_at"],
        copy_sha256=picture["sha256"],
        copy_file=os.fsdecode(bytes.fromhex(picture["file"])),
        copy_size=(picture["width"], picture["height"]),
        choices=choices,
        post=body["post"],
        answered=body["answered"],
    )
