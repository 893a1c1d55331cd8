"""What waits for a person's eyes: the doubtful copies of the last plan, and how far each is answered.

A picture of a post that is not on Flickr yet is asked about in the same form (post_questions.py).

A question is read from the journal alone: the decision with its evidence, the saved copy, the kept thumbnails. Offered
is only what explains the copy somehow: a stranger that merely came out best must not be one slip of the hand away from
being sent. A question is answered when an original was chosen, or when every one offered was refused; until the next
`sync` an answered question can still be looked at and answered otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from i2f.ground.model import CaptureTime, Fit, Original, Sent, Told, Verdict, Window
from i2f.memory.journal import Journal
from i2f.memory.review_answers import CHOICES, Identity, Said, Seen, Step, find_again, said_about, state_of
from i2f.sync.findings import told_apart
from i2f.sync.thresholds import HARDLY


@dataclass(frozen=True, slots=True)
class Choice:
    """One original in question, how well it fits, and why it may be none (empty where nothing says so).

    Of a post, a photo on Flickr may be in question, too: `photo_id` is its id, `original` its file as it was fetched.
    """

    original: Original
    fit: Fit
    twins: tuple[str, ...]
    doubt: str = ""
    photo_id: str | None = None
    page_url: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One doubtful copy; `copy_file` is relative to the backup folder. `not_rendered` says that the picture as posted
    was to be sent and cannot be rendered, so that choosing it once more is no answer.

    With `post`, the key of a post's picture, it is about the exported picture: `copy_file` is its whole path,
    `photo_id` what answers are kept under, and `answered` what had been answered when it was left for review all the
    same.
    """

    photo_id: str
    title: str
    page_url: str
    reason: str
    posted_at: str | None
    copy_sha256: str
    copy_file: str
    copy_size: tuple[int, int]
    choices: tuple[Choice, ...]
    not_rendered: bool = False
    post: str | None = None
    answered: str = ""

    def picture(self, backups: Path) -> Path:
        """The file of the copy, or of the exported picture."""
        return backups / self.copy_file


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a question is answered; places count in its choices. `chosen_name` may be of none of them; `sent` is what
    is to be sent of the chosen one.
    """

    chosen: int | None
    chosen_name: str | None
    refused: frozenset[int]
    done: bool
    sent: Sent = Sent.ORIGINAL


def read_questions(journal: Journal, photo_ids: Collection[str] = ()) -> list[Question]:
    """The doubtful copies of the last plan, oldest upload first; or those named, whatever was decided."""
    uploaded = {str(one["photo_id"]): int(one["uploaded_at"]) for one in journal.listing.copies()}
    found = [
        question
        for body in journal.assessments.decisions()
        if (body["photo_id"] in photo_ids if photo_ids else body["decision"] == Verdict.REVIEW)
        and body["photo_id"] in uploaded
        and (question := _question(journal, body)) is not None
    ]
    return sorted(found, key=lambda one: (uploaded[one.photo_id], one.photo_id))


def read_progress(journal: Journal, question: Question) -> Progress:
    """What was answered to a question so far."""
    said = said_about(journal, question.photo_id, question.copy_sha256)
    if said is None:
        return Progress(None, None, frozenset(), done=False)
    if question.post is not None:
        return _progress_of_post(journal, question, said)
    answer = find_again(said, [one.original for one in question.choices], journal)
    paths = [one.original.path for one in question.choices]
    refused = frozenset(place for place, path in enumerate(paths) if path in answer.never)
    return Progress(
        chosen=paths.index(answer.chosen) if answer.chosen in paths else None,
        chosen_name=answer.chosen_name,
        refused=refused,
        done=(answer.chosen_name is not None and not (question.not_rendered and answer.sent is Sent.AS_POSTED))
        or len(refused) == len(paths),
        sent=answer.sent,
    )


def _progress_of_post(journal: Journal, question: Question, said: Said) -> Progress:
    """The same for a post, where a photo on Flickr may be the answer."""
    shown = [identity_of(one, journal, with_file=False) for one in question.choices]
    chosen = said.chosen
    refused = frozenset(place for place, one in enumerate(shown) if any(one.agrees(each) for each in said.never))
    return Progress(
        chosen=next((place for place, one in enumerate(shown) if chosen is not None and one.agrees(chosen)), None),
        chosen_name=chosen.name if chosen else None,
        refused=refused,
        done=(chosen is not None or len(refused) == len(shown)) and state_of(said) != question.answered,
    )


def identity_of(choice: Choice, journal: Journal, *, with_file: bool = True) -> Identity:
    """What an answer calls a choice; a file whose hash is not known is read for it unless that would take too long."""
    if choice.photo_id is not None:
        content = choice.original.content
        one = choice.original
        sha256 = content.hex() if content is not None else None
        return Identity(sha256, None, one.width, one.height, one.size_bytes, one.name, choice.photo_id)
    seen = Seen(choice.original, journal)
    return seen.identity(with_file=with_file or choice.original.content is not None)


def step_of(question: Question, kind: str, originals: tuple[Identity, ...], journal: Journal) -> Step:
    """An answer to a question; with an original chosen for a post, the photos on Flickr that were shown beside it."""
    step = Step(kind, originals)
    if question.post is None or kind not in CHOICES or originals[0].photo_id is not None:
        return step
    photos = [one for one in question.choices if one.photo_id is not None]
    return replace(step, beside=tuple(identity_of(one, journal) for one in photos))


def open_questions(journal: Journal) -> Iterator[Question]:
    """The questions that are not answered yet."""
    return (one for one in read_questions(journal) if not read_progress(journal, one).done)


def _question(journal: Journal, body: Mapping[str, Any]) -> Question | None:
    if is_outdated(body):
        return None
    backup = journal.record.backup(body["photo_id"], body["copy"]["secret"])
    offered = tuple(choice_of(one) for one in body["evidence"] if one["score"] >= HARDLY)
    if backup is None or not offered:
        return None
    return Question(
        photo_id=body["photo_id"],
        title=body["title"],
        page_url=body["page_url"],
        reason=body["reason"],
        posted_at=body["posted_at"],
        copy_sha256=backup.sha256,
        copy_file=backup.file,
        copy_size=(backup.width, backup.height),
        choices=offered,
        not_rendered=bool(body.get("not_rendered")),
    )


def is_outdated(body: Mapping[str, Any]) -> bool:
    """Whether an older version kept this decision, without what is needed to ask about it: which copy it was about, or
    why a candidate may be no original at all. The next plan keeps it anew.
    """
    return "copy" not in body or any("doubt" not in one for one in body.get("evidence", ()))


def choices_of(body: Mapping[str, Any]) -> tuple[Choice, ...]:
    """The candidates of a kept decision."""
    return tuple(choice_of(one) for one in body["evidence"])


def choice_of(body: Mapping[str, Any]) -> Choice:
    """A candidate as it was kept."""
    told, window = body["original"], body["window"]
    taken = CaptureTime(datetime.fromisoformat(told["taken"]), False, None) if told["taken"] else None
    original = Original(
        Path(os.fsdecode(bytes.fromhex(told["file"]))),
        told["size_bytes"],
        told["mtime_ns"],
        told["format"],
        told["width"],
        told["height"],
        taken,
        told["camera"],
        told=Told(told["name"]) if told.get("name") else None,
        content=bytes.fromhex(told["content"]) if told.get("content") else None,
    )
    across, down = window["size"]
    x, y = window["center"]
    place = Window((x, y), (across, down), window["degrees"], window["mirrored"])
    words, figures = told_apart(body["words"], body.get("figures"))
    fit = Fit(body["score"], body["sure"], body["tone"], place, words, body["measures"], figures)
    doubt, photo_id, page_url = body.get("doubt", ""), body.get("photo_id"), body.get("page_url", "")
    return Choice(original, fit, tuple(body["twins"]), doubt, photo_id, page_url)
