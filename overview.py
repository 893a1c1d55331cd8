"""What has been done and what waits, as one mapping that `status` prints in words or writes as JSON.

Everything comes from the state folder; neither Flickr nor the pictures are touched, so it can be asked at any time,
also while another run is at work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from history import Standing, read_histories
from journal import Journal
from questions import read_progress, read_questions
from report import printable, timestamp
from settings import Settings
from state import StateFolder

VERSION = 1


def look_over(settings: Settings) -> dict[str, Any]:
    """The state folder's story; `runs` is None where nothing was done yet."""
    state = StateFolder(settings.state)
    if not state.journal_file.exists():
        return {"version": VERSION, "state": printable(state.root), "runs": None}
    journal = Journal(state.journal_file)
    try:
        standings = Counter(one.standing for one in read_histories(journal.entries()).values())
        answered = [read_progress(journal, one).done for one in read_questions(journal)]
        files = {one.file: one.size_bytes for one in journal.backups()}
        calls = journal.calls_since(datetime.now(UTC).timestamp() - 3600)
        return {
            "version": VERSION, "state": printable(state.root), "account": journal.fact("account"),
            "runs": [_run(one) for one in journal.runs()],
            "pictures": {"replaced": standings[Standing.REPLACED], "taken_back": standings[Standing.TAKEN_BACK],
                         "unclear": standings[Standing.OPEN] + standings[Standing.UNDO_OPEN]},
            "questions": {"waiting": answered.count(False), "answered": answered.count(True)},
            "backups": {"folder": printable(state.backups), "files": len(files), "bytes": sum(files.values())},
            "calls_left_this_hour": max(0, settings.flickr.calls_per_hour - len(calls)),
        }
    finally:
        journal.close()


def _run(one: Mapping[str, Any]) -> dict[str, Any]:
    def moment(seconds: float | None) -> str | None:
        return timestamp(datetime.fromtimestamp(seconds, UTC)) if seconds else None

    return {"run": one["run"], "mode": one["mode"], "started_at": moment(one["started_at"]),
            "finished_at": moment(one["finished_at"]), "counts": one["summary"] or {}}


def in_words(told: Mapping[str, Any]) -> Iterator[str]:
    """The same, line by line, for a person."""
    yield f"State folder: {told['state']}"
    if told["runs"] is None:
        yield "Nothing was done yet; begin with `doctor`."
        return
    for run in told["runs"]:
        when = (run["started_at"] or "")[:16].replace("T", " ")
        counts = ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in run["counts"].items() if value)
        ended = "" if run["finished_at"] else ", cut off"
        yield f"  run {run['run']} {run['mode']}, {when} UTC{ended}: {counts or 'nothing'}"
    pictures, questions, backups = told["pictures"], told["questions"], told["backups"]
    yield (f"Replaced: {pictures['replaced']:,}, taken back: {pictures['taken_back']:,}, "
           f"not clear yet: {pictures['unclear']:,}")
    asks = "; `review` asks about them" if questions["waiting"] else ""
    yield f"Waiting for your eyes: {questions['waiting']:,}{asks}"
    if questions["answered"]:
        yield f"Answered, for the next `sync` to do: {questions['answered']:,}"
    yield f"Backups: {backups['files']:,} files, {backups['bytes'] / 1e6:,.1f} MB in {backups['folder']}"
    yield f"Calls left this hour: {told['calls_left_this_hour']:,}"
