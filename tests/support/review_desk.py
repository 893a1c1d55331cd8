"""A state folder with copies to be reviewed in it, for everything that asks, shows or remembers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from i2f.display.review_session import ReviewSession
from i2f.ground.model import Decision, Verdict
from i2f.memory.journal import Journal
from i2f.memory.review_answers import Seen, Step, keep_step
from i2f.sync.questions import read_questions
from tests.support.reports import keep_pictures, make_candidate, make_decision, make_report


@dataclass
class Desk:
    """A state folder with doubtful copies in it."""

    journal: Journal
    state: Path

    @property
    def session(self) -> ReviewSession:
        return ReviewSession(read_questions(self.journal), self.journal, self.state / "backups")


def lay_out(state: Path, count: int, title: str = "Sunday", candidates: int = 3) -> Desk:
    return keep_questions(
        state,
        [in_question(number, f"{title} {number}", candidates) for number in range(count)],
    )


def in_question(number: int, title: str, candidates: int) -> Decision:
    """A copy with so many candidates, of which the first fits best."""
    files = [Path(f"/roll/IMG_{10 * number + place:04d}.JPG") for place in range(candidates)]
    offered = [make_candidate(file, 0.98 - place / 50) for place, file in enumerate(files)]
    return make_decision(Verdict.REVIEW, number, title, "matches almost as well", offered)


def keep_questions(state: Path, decisions: Sequence[Decision]) -> Desk:
    (state / "backups").mkdir(parents=True)
    journal = Journal(state / "journal.sqlite3")
    keep_pictures(journal, state / "backups", decisions)
    journal.listing.keep((one.copy.photo_id, asdict(one.copy.photo)) for one in decisions)
    report = make_report(decisions)
    journal.assessments.keep_decisions(report.run, [(one["photo_id"], one) for one in report.explained()])
    return Desk(journal, state)


def tell(desk: Desk, kind: str, *places: int) -> None:
    question = read_questions(desk.journal)[0]
    originals = tuple(Seen(question.choices[place].original, desk.journal).identity() for place in places)
    keep_step(desk.journal, question.photo_id, question.copy_sha256, Step(kind, originals))
