"""A plan or a result for machines and for eyes: the JSON report, version 1, and the lines of a terminal.

One shape serves a dry run and a real one. The report may gain keys; it never loses or renames one. Where and how it
is written is output_files.py.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from i2f.ground.model import Candidate, Decision, OutcomeKind, Verdict
from i2f.ground.plain_text import escaped, in_plain_words, printable
from i2f.ground.wording import counted, timestamp
from i2f.photos.folder_names import in_skipped_folders
from i2f.sync.output_files import write_whole
from i2f.sync.plan import margin

VERSION = 1
# What became of pictures that were sent, or that were to be.
TOUCHED = (OutcomeKind.REPLACED, OutcomeKind.FAILED, OutcomeKind.UNSURE)


@dataclass(slots=True)
class RunReport:
    """What the reports of `sync` and of `new` share; outcomes are filled in while the plan is carried out, by key."""

    run: str
    mode: str
    started_at: datetime
    folders: tuple[Path, ...]
    originals: int = 0
    found: int = 0
    passed_over: dict[str, int] = field(default_factory=dict)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)
    outcomes: dict[str, tuple[OutcomeKind, str | None]] = field(default_factory=dict)

    def became(self, key: str, verdict: Verdict) -> tuple[OutcomeKind, str | None]:
        """What became of one decision, and the error or note that goes with it."""
        resting = OutcomeKind.PLANNED if verdict is Verdict.REPLACE else OutcomeKind.SKIPPED
        return self.outcomes.get(key, (resting, None))

    def counts_of_files(self) -> dict[str, int]:
        """The sums of what lies in the folders."""
        return {
            "originals": self.originals,
            "unreadable": len(self.unreadable),
            "found": self.found,
            "passed_over": sum(self.passed_over.values()),
        }

    def head(self) -> dict[str, Any]:
        """Which run it was, as JSON."""
        return {
            "run": self.run,
            "mode": self.mode,
            "started_at": timestamp(self.started_at),
            "finished_at": timestamp(datetime.now(UTC)),
            "folders": [printable(folder) for folder in self.folders],
        }

    def not_read(self) -> dict[str, Any]:
        """Which files were not read, or not looked at, as JSON."""
        return {
            "unreadable": [{"path": printable(path), "reason": reason} for path, reason in self.unreadable],
            "passed_over": self.passed_over,
        }


@dataclass(slots=True)
class Report(RunReport):
    """One run of `sync` as it will be told; outcomes go by the copy's photo id."""

    decisions: list[Decision] = field(default_factory=list)

    def outcome(self, decision: Decision) -> tuple[OutcomeKind, str | None]:
        """What became of one decision, and the error or note that goes with it."""
        return self.became(decision.copy.photo_id, decision.verdict)

    def counts(self) -> dict[str, int]:
        """The sums at the top of the report."""
        verdicts = [one.verdict for one in self.decisions]
        outcomes = [self.outcome(one)[0] for one in self.decisions]
        return {
            "copies": len(self.decisions),
            **self.counts_of_files(),
            **{str(verdict): verdicts.count(verdict) for verdict in Verdict},
            **{str(kind): outcomes.count(kind) for kind in TOUCHED},
        }

    def as_json(self) -> dict[str, Any]:
        """The report, version 1."""
        return {
            "version": VERSION,
            **self.head(),
            "counts": self.counts(),
            **self.not_read(),
            "photos": [self._photo(decision) for decision in self.decisions],
        }

    def explained(self) -> list[dict[str, Any]]:
        """Every decision with the evidence of each candidate, as `why` shows it and `review` asks about it."""
        return [
            {
                **(told := self._photo(one)),
                "copy": _copy(one),
                "not_rendered": one.not_rendered,
                "settled_by": told["evidence"],
                "evidence": [evidence_of(each) for each in one.candidates],
            }
            for one in self.decisions
        ]

    def _photo(self, decision: Decision) -> dict[str, Any]:
        copy = decision.copy
        outcome, error = self.outcome(decision)
        return {
            "photo_id": copy.photo_id,
            "title": copy.photo.title,
            "page_url": copy.photo.page_url,
            "instagram_url": copy.mark.url,
            "marked_by": str(copy.mark.marked_by),
            "posted_at": timestamp(copy.mark.posted_at) if copy.mark.posted_at else None,
            "decision": str(decision.verdict),
            "reason": decision.reason,
            "decided_by": decision.decided_by,
            **evidence(decision),
            "outcome": str(outcome),
            "error": error,
        }


def evidence(decision: Decision) -> dict[str, Any]:
    """The file that was chosen, if any, and the candidates, as the report tells them."""
    best = decision.candidates[0] if decision.candidates else None
    return {
        "original": printable(decision.match.original.path) if decision.match else None,
        "original_name": decision.match.original.name if decision.match else None,
        "sent": str(decision.sent) if decision.match else None,
        "twins": [printable(twin.path) for twin in best.twins] if best else [],
        "score": round(best.fit.score, 4) if best else None,
        "margin": _rounded(margin(decision.candidates)),
        "window": _window(best) if best else None,
        "candidates": [
            {"path": printable(one.original.path), "score": round(one.fit.score, 4)} for one in decision.candidates
        ],
        "evidence": [str(one) for one in decision.evidence] or (["picture"] if best else []),
    }


def evidence_of(candidate: Candidate) -> dict[str, Any]:
    """One candidate with everything that was measured, as `why` shows it and `review` asks about it."""
    return {
        "path": printable(candidate.original.path),
        "score": candidate.fit.score,
        "sure": candidate.fit.sure,
        "tone": candidate.fit.tone,
        "words": candidate.fit.words,
        "figures": candidate.fit.figures,
        "doubt": candidate.doubt,
        "measures": dict(candidate.fit.measures),
        "window": _window(candidate),
        "twins": [printable(twin.path) for twin in candidate.twins],
        "original": _original(candidate),
    }


def without_insides(body: Mapping[str, Any]) -> dict[str, Any]:
    """An explained decision without what only this program can use."""
    evidence = [{name: value for name, value in one.items() if name != "original"} for one in body["evidence"]]
    return {
        **{name: value for name, value in body.items() if name not in ("copy", "not_rendered")},
        "evidence": evidence,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _window(candidate: Candidate) -> dict[str, Any]:
    window = candidate.fit.window
    return {
        "center": [round(value, 4) for value in window.center],
        "size": [round(value, 4) for value in window.size],
        "degrees": round(window.degrees, 2),
        "mirrored": window.mirrored,
    }


def _copy(decision: Decision) -> dict[str, Any]:
    photo = decision.copy.photo
    return {"secret": photo.original_secret or photo.secret, "width": photo.width, "height": photo.height}


def _original(candidate: Candidate) -> dict[str, Any]:
    """Enough to find the file again: its path byte for byte, and the version that was looked at."""
    one = candidate.original
    return {
        "file": os.fsencode(one.path).hex(),
        "size_bytes": one.size_bytes,
        "mtime_ns": one.mtime_ns,
        "format": one.content_format,
        "width": one.width,
        "height": one.height,
        "camera": one.camera,
        "taken": one.taken.local.isoformat() if one.taken else None,
        "name": one.name,
        "content": one.content.hex() if one.content else None,
    }


def as_text(body: Mapping[str, Any]) -> str:
    """JSON as it is written, for people who look into it too: what could steer a terminal, or cannot
    be written, stands escaped.
    """
    return escaped(json.dumps(body, indent=1, ensure_ascii=False)) + "\n"


def write_report(file: str | Path, body: Mapping[str, Any]) -> None:
    """Write a report whole; "-" is standard output. Raises NotWrittenError."""
    if file == "-":
        sys.stdout.write(as_text(body))
    else:
        write_whole(Path(file), [as_text(body)], 0o644)


LONGEST_TITLE = 100


def plan_lines(report: Report) -> list[tuple[str, str, str]]:
    """The run as rows of (word, photo, reason), doubtful ones first; the word is what became of it, where it did."""
    order = {Verdict.REVIEW: 0, Verdict.REPLACE: 1, Verdict.KEEP: 2}
    rows = []
    for one in sorted(report.decisions, key=lambda decision: order[decision.verdict]):
        outcome, note = report.outcome(one)
        planned = outcome is OutcomeKind.SKIPPED or (outcome is OutcomeKind.PLANNED and report.mode == "dry-run")
        word = str(one.verdict if planned else outcome)
        title = one.copy.photo.title or "(no title)"
        title = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 3] + "..."
        original = f" <- {in_plain_words(printable(Path(one.match.original.name)))}" if one.match else ""
        rows.append(
            (word, f"{one.copy.photo_id} {in_plain_words(title)}{original}", in_plain_words(note or one.reason))
        )
    return rows


def closing_sentence(report: Report) -> str:
    """The run in one sentence, and what to do next in another."""
    return f"{sums(report)} {_next_step(report)}".rstrip()


def sums(report: Report) -> str:
    """The run in one sentence."""
    counts = report.counts()
    questions = f"{counts['review']:,} to review"
    if report.mode == "dry-run":
        return (
            f"{counts['copies']:,} copies on Flickr, {counts['originals']:,} originals in the folder: "
            f"{counts['replace']:,} would be replaced, {questions}, {counts['keep']:,} unchanged. "
            "Nothing was changed on Flickr."
        )
    later = f", {_planned(report):,} still to do" if _planned(report) else ""
    unsure = f", {counts['unsure']:,} unsure" if counts["unsure"] else ""
    return (
        f"{counts['replaced']:,} replaced and verified, {questions}, {counts['keep']:,} unchanged, "
        f"{counts['failed']:,} failed{unsure}{later}."
    )


def passed_over_sentence(report: Report) -> str | None:
    """How many files lie in folders that are not searched for their names; None where there are none."""
    files = in_skipped_folders(report.passed_over)
    return f"Skipped: {files}." if files else None


def places_sentence(decisions: Sequence[Decision]) -> str | None:
    """How many of these replacements put coordinates on a photo that has none, and how to prevent it."""
    new = [one for one in decisions if one.match and one.match.original.place and one.copy.photo.latitude is None]
    if not new:
        return None
    carry = counted(len(new), "photo contains", "photos contain")
    return f"{carry} GPS data that Flickr does not show yet. To remove it: [privacy] location = strip"


def nothing_done_words(report: Report) -> str:
    """What is left after a person said no to a plan."""
    left = _planned(report)
    return f"{left:,} {'is' if left == 1 else 'are'} still to do"


def _planned(report: Report) -> int:
    return sum(1 for one in report.decisions if report.outcome(one)[0] is OutcomeKind.PLANNED)


def _next_step(report: Report) -> str:
    counts = report.counts()
    if counts["failed"] or counts["unsure"]:
        return "Next: run the same command again; it checks with Flickr first."
    if report.mode != "dry-run" and _planned(report):
        return "Next: the same command again."
    if counts["review"]:
        return "Next: `review`."
    return "Next: the same command without --dry-run." if _planned(report) else ""
