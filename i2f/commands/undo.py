"""The commands that look back: `undo`, and `backup prune`, which makes undo impossible for what it lets go.

Everything here lives on the journal and the backups alone: neither the folder of originals nor a listing of the
account is needed, so a state folder that was copied to another machine years later is enough.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from i2f.display.lines import say
from i2f.display.progress import TerminalProgress
from i2f.ground.errors import ExitCode, StoppedError, UnknownPhotoError
from i2f.ground.model import OutcomeKind
from i2f.ground.rate_limit import SystemClock
from i2f.ground.settings import Settings
from i2f.memory.history import History, Standing
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from i2f.sync import pipeline
from i2f.sync.backups import DAY_S, Prunable, find_prunable, let_go_words, prune
from i2f.sync.output_files import NotWrittenError, check_places
from i2f.sync.report import in_plain_words, write_report
from i2f.sync.session import open_session
from i2f.sync.verify import Outcome


def undo(settings: Settings, photo_ids: Sequence[str], run: str | None, json_file: str | None = None) -> ExitCode:
    """Put saved copies back: of the photos named, of one run, or of all."""
    check_places(json_file)
    with TerminalProgress() as progress, open_session(settings, SystemClock(), progress) as session:
        before = session.journal.histories.all()
        _check_known(before, photo_ids, run)
        if not _to_undo(before, photo_ids, run):
            return _tell(session.run, {}, json_file)
        pipeline.check_login(session)
        pipeline.ask_permission(session)
        session.journal.record.begin_run(session.run, "undo")
        pipeline.settle(session)
        now = session.journal.histories.all()
        wanted = _to_undo(now, photo_ids, run)
        # What an earlier undo had sent and the settling found in place is taken back as well.
        outcomes = {photo_id: Outcome(OutcomeKind.REPLACED) for photo_id in _to_undo(before, photo_ids, run)
                    if before[photo_id].standing is Standing.UNDO_OPEN
                    and now[photo_id].standing is Standing.TAKEN_BACK}
        outcomes |= pipeline.take_back(session, wanted)
        session.journal.record.end_run(session.run, Counter(one.outcome for one in outcomes.values()))
    return _tell(session.run, outcomes, json_file)


def _check_known(histories: Mapping[str, History], photo_ids: Sequence[str], run: str | None) -> None:
    for photo_id in photo_ids:
        if photo_id not in histories:
            raise UnknownPhotoError(f"{photo_id} was never replaced from this state folder")
    if run is not None and all(run not in _runs(one) for one in histories.values()):
        raise UnknownPhotoError(f"no picture was replaced in run {run}; `status` lists the runs")


def _runs(history: History) -> set[str | None]:
    return {one.run for one in history.pile} | {history.run}


def _to_undo(histories: Mapping[str, History], photo_ids: Sequence[str], run: str | None) -> dict[str, int | None]:
    """The photos to take back, each by so many replacements; None stands for all."""
    wanted: dict[str, int | None] = {}
    for photo_id in dict.fromkeys(photo_ids) or histories:
        one = histories[photo_id]
        pile = one.to_take_back
        if not pile and not one.is_open:
            continue
        if photo_ids:
            wanted[photo_id] = None
        elif one.let_go_at is not None:
            sys.stderr.write(f"{photo_id} cannot be taken back: {let_go_words(one)}\n")
        elif run is None:
            wanted[photo_id] = None
        elif pile and pile[-1].run == run or one.is_open and one.run == run:
            wanted[photo_id] = 1
        elif any(each.run == run for each in pile):
            sys.stderr.write(f"{photo_id} was replaced again in run {pile[-1].run}; take that one back first\n")
    return wanted


def _tell(run: str, outcomes: Mapping[str, Outcome], json_file: str | None) -> ExitCode:
    photos = [{"photo_id": photo_id, "error": one.note,
               "outcome": "taken back" if one.outcome is OutcomeKind.REPLACED else str(one.outcome)}
              for photo_id, one in outcomes.items()]
    bad = sum(1 for one in outcomes.values() if one.outcome is not OutcomeKind.REPLACED)
    if json_file is not None:
        try:
            write_report(json_file, {"version": 1, "run": run, "photos": photos})
        except NotWrittenError as error:
            _say_outcomes(photos, bad)
            raise error.although_done(ExitCode.INCOMPLETE if bad else None) from None
    else:
        _say_outcomes(photos, bad)
    return ExitCode.INCOMPLETE if bad else ExitCode.DONE


def _say_outcomes(photos: Sequence[Mapping[str, str | None]], bad: int) -> None:
    if not photos:
        say("There is nothing to take back.")
        return
    for one in photos:
        say(f"{one['photo_id']}: {one['outcome']}" + (f": {in_plain_words(one['error'])}" if one["error"] else ""))
    say(f"{len(photos) - bad} taken back, {bad} not.")


def let_go(settings: Settings, days: float, *, ask: bool) -> ExitCode:
    """Let the saved copies go that are older than so many days; in a terminal ask first, elsewhere only with --yes."""
    state = StateFolder(settings.state)
    if not state.journal_file.exists():
        say("Nothing was done yet, so there is nothing to let go.")
        return ExitCode.DONE
    with state.lock():
        journal = Journal(state.journal_file)
        try:
            now = time.time()
            prunable = find_prunable(journal.record, state, journal.histories.all(), now - days * DAY_S)
            if not prunable.backups:
                say(f"No saved copy is older than {days:g} days.")
                return ExitCode.DONE
            if ask and not _agreed(prunable):
                say("Nothing was let go.")
                return ExitCode.DONE
            prune(journal.record, prunable, f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}-prune")
        finally:
            journal.close()
    say(f"{len(prunable.files)} saved copies let go, {prunable.size_bytes / 1e6:.1f} MB.")
    return ExitCode.DONE


def _agreed(prunable: Prunable) -> bool:
    words = (f"Let {len(prunable.files)} saved copies go ({prunable.size_bytes / 1e6:.1f} MB)? "
             f"{len(prunable.replaced)} pictures could not be taken back any more")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise StoppedError(f"nobody can be asked here, so nothing was let go: {words.rstrip('?')}; --yes agrees")
    sys.stderr.write(f"{words}. [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
