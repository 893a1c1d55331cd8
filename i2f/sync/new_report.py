"""What `new` plans or did, for machines and for eyes: the report of `sync` with posts where that has copies.

The keys and values are those of the report, version 1 (report.py), as far as they fit. A decision is `upload`, `review`
or `keep`; `post` is the key that the photo carries in its machine tag, `photo_id` and `page_url` are null before it is
uploaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from i2f.ground.model import OutcomeKind, Verdict
from i2f.ground.plain_text import in_plain_words, printable
from i2f.ground.wording import counted, day_and_time, timestamp
from i2f.sync.new_posts import NewDecision
from i2f.sync.report import VERSION, RunReport, evidence

TOUCHED = (OutcomeKind.UPLOADED, OutcomeKind.FAILED, OutcomeKind.UNSURE)
_WORDS = {Verdict.REPLACE: "upload", Verdict.REVIEW: "review", Verdict.KEEP: "keep"}
LONGEST_CAPTION = 80
PAGES = "https://www.flickr.com/photos"


@dataclass(slots=True)
class NewReport(RunReport):
    """One run of `new` as it will be told; outcomes and photo ids go by the picture's key."""

    exports: tuple[Path, ...] = ()
    owner: str = ""
    decisions: list[NewDecision] = field(default_factory=list)
    photo_ids: dict[str, str] = field(default_factory=dict)

    @property
    def planned(self) -> list[NewDecision]:
        """What is to be uploaded, oldest post first."""
        return [one for one in self.decisions if one.decision.verdict is Verdict.REPLACE]

    def outcome(self, new: NewDecision) -> tuple[OutcomeKind, str | None]:
        """What became of one decision, and the error or note that goes with it."""
        return self.became(new.picture.key, new.decision.verdict)

    def counts(self) -> dict[str, int]:
        """The sums at the top of the report."""
        words = [_WORDS[one.decision.verdict] for one in self.decisions]
        outcomes = [self.outcome(one)[0] for one in self.decisions]
        return {
            "posts": len({one.picture.post_key for one in self.decisions}),
            "pictures": len(self.decisions),
            **self.counts_of_files(),
            **{word: words.count(word) for word in _WORDS.values()},
            **{str(kind): outcomes.count(kind) for kind in TOUCHED},
        }

    def as_json(self) -> dict[str, Any]:
        """The report, version 1."""
        return {
            "version": VERSION,
            "command": "new",
            **self.head(),
            "exports": [printable(export) for export in self.exports],
            "counts": self.counts(),
            **self.not_read(),
            "photos": [self._photo(one) for one in self.decisions],
        }

    def _photo(self, new: NewDecision) -> dict[str, Any]:
        picture, post = new.picture, new.picture.post
        photo_id = self.photo_ids.get(picture.key)
        outcome, error = self.outcome(new)
        return {
            "photo_id": photo_id,
            "title": post.caption,
            "page_url": f"{PAGES}/{quote(self.owner, safe='@')}/{photo_id}/" if photo_id else None,
            "instagram_url": post.link,
            "marked_by": None,
            "post": picture.key,
            "picture": printable(picture.path),
            "posted_at": timestamp(post.time) if post.time else None,
            "decision": _WORDS[new.decision.verdict],
            "reason": new.decision.reason,
            "decided_by": new.decision.decided_by,
            **evidence(new.decision),
            "on_flickr": [one.photo.photo_id for one in new.doubts],
            "outcome": str(outcome),
            "error": error,
        }


def new_lines(report: NewReport) -> list[tuple[str, str, str]]:
    """The run as rows of (word, post, reason), those to review first; the word is what became of it, where it did."""
    order = {Verdict.REVIEW: 0, Verdict.REPLACE: 1, Verdict.KEEP: 2}
    rows = []
    for one in sorted(report.decisions, key=lambda each: order[each.decision.verdict]):
        outcome, note = report.outcome(one)
        waits = outcome is OutcomeKind.SKIPPED or (outcome is OutcomeKind.PLANNED and report.mode == "dry-run")
        word = _WORDS[one.decision.verdict] if waits else str(outcome)
        match = one.decision.match
        file = f" <- {in_plain_words(printable(Path(match.original.name)))}" if match else ""
        rows.append((word, f"{post_words(one)}{file}", in_plain_words(note or one.decision.reason)))
    return rows


def post_words(new: NewDecision) -> str:
    """A post's picture in a line: when it was posted, and how its caption begins."""
    post = new.picture.post
    when = f"{day_and_time(post.time)} " if post.time else ""
    caption = in_plain_words(" ".join(post.caption.split()) or "(no caption)")
    short = caption if len(caption) <= LONGEST_CAPTION else caption[: LONGEST_CAPTION - 3] + "..."
    number = f" ({new.picture.number} of {len(post.media)})" if len(post.media) > 1 else ""
    return f"{when}{short}{number}"


def new_sums(report: NewReport) -> str:
    """The run in one sentence, and what to do next in another."""
    counts = report.counts()
    rest = f"{counts['review']:,} to review, {counts['keep']:,} unchanged"
    review = " Next: `review`." if any(map(_can_be_reviewed, report.decisions)) else ""
    if report.mode == "dry-run":
        return (
            f"{counted(counts['posts'], 'post')} in the export, {counts['originals']:,} originals in the folder: "
            f"{counted(counts['upload'], 'photo')} would be uploaded, {rest}. Nothing was changed on Flickr.{review}"
        )
    left = sum(1 for one in report.planned if report.outcome(one)[0] is OutcomeKind.PLANNED)
    unsure = f", {counts['unsure']:,} unsure" if counts["unsure"] else ""
    later = f", {left:,} still to do" if left else ""
    said = (
        f"{counted(counts['uploaded'], 'photo')} uploaded and verified, {rest}, "
        f"{counts['failed']:,} failed{unsure}{later}."
    )
    if counts["unsure"]:
        return f"{said} Next: run the same command again in an hour; it checks with Flickr first."
    return f"{said} Next: the same command again." if counts["failed"] or left else said + review


def _can_be_reviewed(new: NewDecision) -> bool:
    return new.decision.verdict is Verdict.REVIEW and bool(new.doubts or new.decision.candidates)


def size_words(decisions: Sequence[NewDecision]) -> str:
    """How much is to be sent."""
    sent = sum(one.decision.match.original.size_bytes for one in decisions if one.decision.match)
    return f"{counted(len(decisions), 'photo')}, {sent / 1e6:,.1f} MB"
