"""Looking back: what has been done, what waits for review, and where the backups are.

Everything comes from the state folder; neither Flickr nor the pictures are touched, so it can be asked at any time,
also while another run is at work. What is told in words here is written as JSON, too, with every number.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from i2f.display.lines import ATTENTION, BAD, GOOD, colored, fitted, say
from i2f.ground.model import Verdict
from i2f.ground.plain_text import printable
from i2f.ground.settings import Settings
from i2f.ground.wording import counted, day_and_time, timestamp
from i2f.memory.history import History, Standing
from i2f.memory.journal import Journal
from i2f.memory.journal_steps import UNDO, JournalStep
from i2f.memory.state_dir import StateFolder
from i2f.memory.uploads import UploadStanding, UploadStep
from i2f.sync.output_files import check_places
from i2f.sync.post_questions import read_post_questions
from i2f.sync.questions import read_progress, read_questions
from i2f.sync.report import write_report

VERSION = 1
SHOWN_RUNS = 10


def status(settings: Settings, json_file: str | None, *, every_run: bool = False) -> None:
    """What was done, what waits, where the backups are, how many calls are left this hour."""
    check_places(json_file)
    told = look_over(settings)
    if json_file is not None:
        write_report(json_file, told)
        return
    unused = StateFolder(settings.state).why_unused()
    if unused is not None:
        say(f"{unused[:1].upper()}{unused[1:]}.")
        return
    for line, color in in_words(told, every_run=every_run):
        say(colored(fitted(line, sys.stdout), color, sys.stdout) if color else line, whole=bool(color))


def look_over(settings: Settings) -> dict[str, Any]:
    """The state folder's story; `runs` is None where nothing was done yet."""
    state = StateFolder(settings.state)
    if state.why_unused() is not None:
        return {"version": VERSION, "state": printable(state.root), "runs": None}
    journal = Journal(state.journal_file)
    try:
        histories = journal.histories.all()
        steps: dict[str, Counter[str]] = defaultdict(Counter)
        for entry in journal.record.entries():
            steps[entry.run][entry.step.removeprefix(UNDO)] += 1
        for run, step in journal.uploads.steps():
            steps[run][step] += 1
        uploads = Counter(one.standing for one in journal.uploads.all().values())
        standings = Counter(one.standing for one in histories.values())
        answered = [read_progress(journal, one).done for one in read_questions(journal)]
        of_posts = [read_progress(journal, one).done for one in read_post_questions(journal)]
        files = {one.file: one.size_bytes for one in journal.record.backups()}
        calls = journal.record.calls_since(datetime.now(UTC).timestamp() - 3600)
        return {
            "version": VERSION,
            "state": printable(state.root),
            "account": journal.fact("account"),
            "runs": [_run(one, steps[one["run"]]) for one in journal.record.runs()],
            "pictures": {
                "replaced": standings[Standing.REPLACED],
                "taken_back": standings[Standing.TAKEN_BACK],
                "unclear": standings[Standing.OPEN] + standings[Standing.UNDO_OPEN],
            },
            "uploads": {
                "uploaded": uploads[UploadStanding.UPLOADED],
                "deleted": uploads[UploadStanding.DELETED],
                "unclear": uploads[UploadStanding.OPEN] + uploads[UploadStanding.DELETING],
            },
            "planned": sum(
                1
                for one in journal.assessments.decisions()
                if one["decision"] == Verdict.REPLACE and _may_replace(histories.get(one["photo_id"]))
            ),
            "questions": {"waiting": answered.count(False), "answered": answered.count(True)},
            "post_questions": {"waiting": of_posts.count(False), "answered": of_posts.count(True)},
            "backups": {"folder": printable(state.backups), "files": len(files), "bytes": sum(files.values())},
            "calls_left_this_hour": max(0, settings.flickr.calls_per_hour - len(calls)),
        }
    finally:
        journal.close()


def _may_replace(history: History | None) -> bool:
    return history is None or history.standing is Standing.UNTOUCHED


def _run(one: Mapping[str, Any], steps: Mapping[str, int]) -> dict[str, Any]:
    """One run; `sent` is how many photos it sent to Flickr, found sent or deleted, `verified` how many came through."""

    replaced = max(steps.get(JournalStep.INTENDED, 0), steps.get(JournalStep.CONFIRMED, 0))

    def moment(seconds: float | None) -> str | None:
        return timestamp(datetime.fromtimestamp(seconds, UTC)) if seconds else None

    return {
        "run": one["run"],
        "mode": one["mode"],
        "started_at": moment(one["started_at"]),
        "finished_at": moment(one["finished_at"]),
        "counts": one["summary"] or {},
        "sent": replaced + steps.get(UploadStep.DELETED, 0),
        "verified": steps.get(JournalStep.CONFIRMED, 0),
    }


def in_words(told: Mapping[str, Any], *, every_run: bool = False) -> Iterator[tuple[str, str]]:
    """The same of a used folder, line by line, for a person; each line with the colour of what it says, or none."""
    yield f"State folder: {told['state']}", ""
    if not (told["runs"] or told["backups"]["files"]):
        yield "Nothing was done yet. Start with `doctor`.", ""
        return
    runs = [one for one in told["runs"] if one["sent"]]
    hidden = 0 if every_run else max(0, len(runs) - SHOWN_RUNS)
    for run in runs[hidden:]:
        yield f"  {run['run']}  {_when(run)}: {_became(run)}", BAD if _went_wrong(run) else ""
    if hidden:
        yield f"  ({counted(hidden, 'earlier run')}: `status --all`)", ""
    pictures, backups = told["pictures"], told["backups"]
    yield (
        f"Replaced: {pictures['replaced']:,}, restored by undo: {pictures['taken_back']:,}",
        GOOD if pictures["replaced"] else "",
    )
    if pictures["unclear"]:
        yield f"Interrupted: {pictures['unclear']:,}; the next `sync` asks Flickr first", BAD
    uploads = told["uploads"]
    if any(uploads.values()):
        yield f"Uploaded: {uploads['uploaded']:,}, deleted by undo: {uploads['deleted']:,}", GOOD
    if uploads["unclear"]:
        yield f"Interrupted uploads: {uploads['unclear']:,}; the next `new` or `undo` asks Flickr first", BAD
    if told["planned"]:
        yield f"Planned: {told['planned']:,}; the next `sync` replaces them", ATTENTION
    yield from _reviews(told["questions"], told["post_questions"])
    yield (
        (f"Backups: {counted(backups['files'], 'file')}, {backups['bytes'] / 1e6:,.1f} MB in {backups['folder']}"),
        "",
    )
    yield f"Flickr calls left this hour: {told['calls_left_this_hour']:,}", ""


def _reviews(copies: Mapping[str, int], posts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """What waits for review, and what was reviewed and waits for the next run."""
    if copies["waiting"]:
        yield f"To review: {copies['waiting']:,}; run `review`", ATTENTION
    if posts["waiting"]:
        yield f"Posts to review: {posts['waiting']:,}; run `review`", ATTENTION
    if not copies["waiting"] and not posts["waiting"]:
        yield "Nothing to review", ""
    if copies["answered"]:
        yield f"Reviewed: {copies['answered']:,}; the next `sync` applies your answers", ATTENTION
    if posts["answered"]:
        yield f"Posts reviewed: {posts['answered']:,}; the next `new` applies your answers", ATTENTION


def _when(run: Mapping[str, Any]) -> str:
    return f"{run['mode']} {day_and_time(datetime.fromisoformat(run['started_at']).astimezone())}"


def _went_wrong(run: Mapping[str, Any]) -> bool:
    return not run["finished_at"] or bool(run["counts"].get("failed") or run["counts"].get("unsure"))


def _became(run: Mapping[str, Any]) -> str:
    """What a run did to Flickr, in a few words."""
    counts, kind = run["counts"], "uploaded" if run["mode"] == "new" else "replaced"
    done = "restored" if run["mode"] == "undo" else kind
    if not run["finished_at"]:
        return f"interrupted, {run['verified']:,} {done}"
    words = {kind: done, "deleted": "deleted", "failed": "failed", "unsure": "unsure", "review": "to review"}
    parts = [f"{counts.get(name, 0):,} {word}" for name, word in words.items() if counts.get(name) or name == kind]
    return ", ".join(parts)
