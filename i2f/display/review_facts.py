"""A question as the review page needs it: names, sizes, dates, why it needs review, and with which others it belongs.

Questions that need review for the same reason can be answered together (shared_reason.py). Every word of somebody else
is plain text, and stays that in the page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from i2f.display.decision_words import score_meaning
from i2f.display.preview import web_address
from i2f.display.review_session import ReviewSession, key_of, stamp_of
from i2f.display.shared_reason import shared_reason
from i2f.ground.model import Sent
from i2f.ground.plain_text import in_plain_words, printable
from i2f.ground.wording import day, day_and_time
from i2f.sync.plan import gain_of
from i2f.sync.questions import Choice, Progress, Question


def tell_question(session: ReviewSession, number: int) -> dict[str, Any]:
    """Everything the page shows of a question but its pictures."""
    question = session.questions[number]
    return {
        "photo_id": question.photo_id,
        "stamp": stamp_of(question),
        "post": in_plain_words(question.post or ""),
        "title": in_plain_words(question.title),
        "page_url": web_address(question.page_url),
        "reason": in_plain_words(question.reason),
        "group": in_plain_words(group_of(question)),
        "posted_at": day(datetime.fromisoformat(question.posted_at)) if question.posted_at else "",
        "size": list(question.copy_size),
        "choices": [_tell_choice(question, one) for one in question.choices],
        **tell_progress(session, number),
    }


def tell_progress(session: ReviewSession, number: int) -> dict[str, Any]:
    """How far a question is answered, and by how many changes."""
    progress: Progress = session.progress(number)
    return {
        "done": progress.done,
        "chosen": progress.chosen,
        "posted": progress.sent is Sent.AS_POSTED,
        "refused": sorted(progress.refused),
        "chosen_name": in_plain_words(progress.chosen_name) if progress.chosen_name else None,
        "revision": session.revisions[number],
    }


def group_of(question: Question) -> str:
    """The reason without what differs from photo to photo; posts are a group apart, since something else follows."""
    names = [
        (one.original.name, *(twin.replace("\\", "/").rsplit("/", 1)[-1] for twin in one.twins))
        for one in question.choices
        if one.photo_id is None
    ]
    shared = shared_reason(question.reason, question.photo_id, names)
    return shared if question.post is None else f"Post: {shared}"


def _tell_choice(question: Question, choice: Choice) -> dict[str, Any]:
    one, fit = choice.original, choice.fit
    return {
        "key": key_of(choice),
        "name": in_plain_words(one.name),
        "photo": web_address(choice.page_url) if choice.photo_id else "",
        "path": in_plain_words(printable(one.path)),
        "size": [one.width, one.height],
        "megabytes": round(one.size_bytes / 1e6, 1),
        "taken": day_and_time(one.taken.local) if one.taken else "",
        "camera": in_plain_words(one.camera or ""),
        "score": round(fit.score, 2),
        "likely": score_meaning(fit.score),
        "words": in_plain_words(f"{fit.words} ({fit.figures})" if fit.figures else fit.words),
        "gain": round(gain_of(question.copy_size, one, fit), 1),
        "versions": [in_plain_words(twin) for twin in choice.twins],
        # What lies around the picture is the point where a file may be no original.
        "whole": bool(choice.doubt),
    }
