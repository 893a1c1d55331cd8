"""Looking back: what has been done and what waits (`status`), and why a photo was decided on as it was (`why`).

Everything comes from the state folder; neither Flickr nor the pictures are touched, so it can be asked at any time,
also while another run is at work. What is told in words here is written as JSON, too, with every number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from i2f.display.lines import say
from i2f.ground.errors import UnknownPhotoError
from i2f.ground.model import Verdict
from i2f.ground.settings import Settings
from i2f.memory.history import History, Standing
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from i2f.sync.output_files import check_places
from i2f.sync.questions import read_progress, read_questions
from i2f.sync.report import in_plain_words, printable, timestamp, without_insides, write_report

VERSION = 1


def status(settings: Settings, json_file: str | None) -> None:
    """What was done, what waits, where the backups are, how many calls are left this hour."""
    check_places(json_file)
    told = look_over(settings)
    if json_file is not None:
        write_report(json_file, told)
        return
    for line in in_words(told):
        say(line)


def look_over(settings: Settings) -> dict[str, Any]:
    """The state folder's story; `runs` is None where nothing was done yet."""
    state = StateFolder(settings.state)
    if not state.journal_file.exists():
        return {"version": VERSION, "state": printable(state.root), "runs": None}
    journal = Journal(state.journal_file)
    try:
        histories = journal.histories.all()
        standings = Counter(one.standing for one in histories.values())
        answered = [read_progress(journal, one).done for one in read_questions(journal)]
        files = {one.file: one.size_bytes for one in journal.record.backups()}
        calls = journal.record.calls_since(datetime.now(UTC).timestamp() - 3600)
        return {
            "version": VERSION, "state": printable(state.root), "account": journal.fact("account"),
            "runs": [_run(one) for one in journal.record.runs()],
            "pictures": {"replaced": standings[Standing.REPLACED], "taken_back": standings[Standing.TAKEN_BACK],
                         "unclear": standings[Standing.OPEN] + standings[Standing.UNDO_OPEN]},
            "planned": sum(1 for one in journal.assessments.decisions() if one["decision"] == Verdict.REPLACE
                           and _may_replace(histories.get(one["photo_id"]))),
            "questions": {"waiting": answered.count(False), "answered": answered.count(True)},
            "backups": {"folder": printable(state.backups), "files": len(files), "bytes": sum(files.values())},
            "calls_left_this_hour": max(0, settings.flickr.calls_per_hour - len(calls)),
        }
    finally:
        journal.close()


def _may_replace(history: History | None) -> bool:
    return history is None or history.standing is Standing.UNTOUCHED


def _run(one: Mapping[str, Any]) -> dict[str, Any]:
    def moment(seconds: float | None) -> str | None:
        return timestamp(datetime.fromtimestamp(seconds, UTC)) if seconds else None

    return {"run": one["run"], "mode": one["mode"], "started_at": moment(one["started_at"]),
            "finished_at": moment(one["finished_at"]), "counts": one["summary"] or {}}


def in_words(told: Mapping[str, Any]) -> Iterator[str]:
    """The same, line by line, for a person."""
    yield f"State folder: {told['state']}"
    if not (told["runs"] or (told["runs"] is not None and told["backups"]["files"])):
        yield "Nothing was done yet; begin with `doctor`."
        return
    for run in told["runs"]:
        yield f"  run {run['run']}: {_when(run)}, {_became(run)}"
    pictures, questions, backups = told["pictures"], told["questions"], told["backups"]
    yield f"Replaced: {pictures['replaced']:,}, taken back: {pictures['taken_back']:,}"
    if pictures["unclear"]:
        yield f"Not clear yet: {pictures['unclear']:,}; the next `sync` asks Flickr first"
    if told["planned"]:
        yield f"Planned, for the next `sync` to replace: {told['planned']:,}"
    asks = "; `review` asks about them" if questions["waiting"] else ""
    yield f"Waiting for your eyes: {questions['waiting']:,}{asks}"
    if questions["answered"]:
        yield f"Answered, for the next `sync` to do: {questions['answered']:,}"
    size = f"{backups['files']:,} files, {backups['bytes'] / 1e6:,.1f} MB"
    yield f"Backups (the copies as they were): {size} in {backups['folder']}"
    yield f"Calls to Flickr left this hour: {told['calls_left_this_hour']:,}"


def _when(run: Mapping[str, Any]) -> str:
    began = datetime.fromisoformat(run["started_at"]).astimezone()
    return f"{run['mode']} of {began.day} {began:%B %Y, %H:%M}"


def _became(run: Mapping[str, Any]) -> str:
    """What a run did to Flickr, in a few words."""
    if not run["finished_at"]:
        return "cut off"
    counts, done = run["counts"], "taken back" if run["mode"] == "undo" else "replaced"
    parts = [f"{counts.get(name, 0):,} {words}" for name, words in
             (("replaced", done), ("failed", "failed"), ("unsure", "unsure"), ("review", "to look at"))
             if counts.get(name) or name == "replaced"]
    return ", ".join(parts)


def why(settings: Settings, photo_id: str, json_file: str | None) -> None:
    """The evidence behind the last decision on one photo."""
    check_places(json_file)
    journal = _open_to_read(settings)
    try:
        decided = journal.assessments.decision(photo_id)
    finally:
        journal.close()
    if decided is None:
        raise UnknownPhotoError(f"nothing was compared for {photo_id} yet; run sync --dry-run first")
    run, body = decided
    if json_file is not None:
        write_report(json_file, {"version": 1, "run": run, **without_insides(body)})
        return
    for line in explained(run, body):
        say(line)


def _open_to_read(settings: Settings) -> Journal:
    state = StateFolder(settings.state)
    if not state.journal_file.exists():
        raise UnknownPhotoError(f"nothing was done yet with the state folder {settings.state}; begin with `doctor`")
    return Journal(state.journal_file)


def explained(run: str, body: Mapping[str, Any]) -> Iterator[str]:
    """Why a photo was decided on as it was: the rule, and each candidate with its evidence."""
    yield f"{body['photo_id']} {in_plain_words(body['title'])}"
    who = "you decided" if body["decided_by"] == "person" else "the rule decided"
    yield f"{body['decision']}: {in_plain_words(body['reason'])} ({who}, in run {run})"
    for number, one in enumerate(body["evidence"], start=1):
        yield f"\n{number}. {in_plain_words(one['path'])}"
        yield f"   score {one['score']:.2f}, {'sure' if one['sure'] else 'not sure'}: {in_plain_words(one['words'])}"
        yield from (f"   {line}" for line in _measured(one))
        for twin in one["twins"]:
            yield f"   another file of the same shot: {in_plain_words(twin)}"
    yield "\nEvery number that was measured is in `why PHOTO_ID --json -`."


def _window(window: Mapping[str, Any]) -> str:
    across, down = (f"{100 * part:.0f} %" for part in window["size"])
    x, y = (f"{100 * part:.0f} %" for part in window["center"])
    turned = f", turned by {window['degrees']:.1f} degrees" if abs(window["degrees"]) >= 0.05 else ""
    return (f"the copy shows {across} of the width and {down} of the height, around the point {x} from the left and "
            f"{y} from the top{turned}{', mirrored' if window['mirrored'] else ''}")


def _measured(one: Mapping[str, Any]) -> Iterator[str]:
    """What the tests looked at (same_exposure.py); a pair that is no likeness was not measured so closely."""
    told = one["measures"]
    if "chi" not in told:
        return
    yield f"window: {_window(one['window'])}"
    yield (f"movement: {told['chi']:.1f} times what could be error (up to 1.4 is chance, a sibling's is tens) in "
           f"{told['measured']:.0f} places; neighbours moved alike by {told['field']:.3f} pixels of 512")
    yield f"tones: one curve explains {100 * one['tone']:.0f} % of them"
    yield (f"cells of 8 pixels that show something else: {told['strange_total']:.0f}, that have other colours: "
           f"{told['recoloured']:.0f}, that have a tint no filter gives: {told['tinted']:.0f}")
