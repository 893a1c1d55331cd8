"""The commands that look back: `undo`, and `backup prune`, which makes undo impossible for what it lets go.

What `undo` deletes again, photos that `new` uploaded, is undo_uploads.py's.

Everything here lives on the journal and the backups alone: neither the folder of originals nor a listing of the
account is needed, so a state folder that was copied to another machine years later is enough.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from i2f.commands.undo_uploads import NEEDS_YES, delete_uploads, find_deletable
from i2f.display.lines import say
from i2f.display.progress import TerminalProgress, drop_typed_ahead
from i2f.display.tables import cut_middle
from i2f.ground.errors import ExitCode, StoppedError, UnknownPhotoError
from i2f.ground.model import OutcomeKind
from i2f.ground.plain_text import in_plain_words
from i2f.ground.progress import ProgressReporter
from i2f.ground.rate_limit import SystemClock
from i2f.ground.settings import Settings
from i2f.ground.wording import counted, day
from i2f.memory.history import History, Standing
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from i2f.memory.uploads import UploadHistory
from i2f.sync import pipeline
from i2f.sync.backups import DAY_S, Prunable, find_prunable, let_go_words, prune
from i2f.sync.output_files import NotWrittenError, check_places
from i2f.sync.report import write_report
from i2f.sync.session import Session, open_session
from i2f.sync.verify import Outcome

# A screenful; more are counted. The names in a line are cut so that it fits into 80 columns.
SHOWN = 15
DONE = (OutcomeKind.REPLACED, OutcomeKind.DELETED)


@dataclass(frozen=True, slots=True)
class UndoOrder:
    """The words of an `undo` command: photos by id, one run, or (neither) everything."""

    photo_ids: tuple[str, ...]
    run: str | None
    json_file: str | None
    ask: bool = True


def undo(settings: Settings, order: UndoOrder) -> ExitCode:
    """Put backups back, and delete uploads: of the photos named, of one run, or of all."""
    check_places(order.json_file)
    StateFolder(settings.state).require_used()
    outcomes: dict[str, Outcome] = {}
    with TerminalProgress(quiet=settings.quiet) as progress, open_session(settings, SystemClock(), progress) as session:
        before, uploads = session.journal.histories.all(), session.journal.uploads.all()
        _check_known(before, uploads, order.photo_ids, order.run)
        listed = _to_undo(before, order)
        deletable = find_deletable(uploads, order.photo_ids, order.run)
        if not listed and not deletable:
            return _tell(session.run, {}, order, quiet=settings.quiet)
        asks = order.ask and sys.stdin.isatty() and sys.stderr.isatty()
        if asks and not _agreed(progress, session.journal, before, listed, deletable):
            progress.say("Nothing was restored.")
            return ExitCode.DONE
        pipeline.check_login(session)
        if listed:
            pipeline.ask_permission(session)
        session.journal.record.begin_run(session.run, "undo")
        if listed:
            pipeline.settle(session)
        now = session.journal.histories.all()
        # What the settling has only now found replaced was not in the list that was agreed to.
        wanted = {
            photo_id: levels for photo_id, levels in _to_undo(now, order).items() if photo_id in listed or not asks
        }
        # What an earlier undo had sent and the settling found in place is restored as well.
        outcomes |= {
            photo_id: Outcome(OutcomeKind.REPLACED)
            for photo_id in listed
            if before[photo_id].standing is Standing.UNDO_OPEN and now[photo_id].standing is Standing.TAKEN_BACK
        }
        if not asks and order.ask:
            outcomes |= {photo_id: Outcome(OutcomeKind.FAILED, NEEDS_YES) for photo_id in deletable}
            deletable = {}
        _carry_out(session, wanted, deletable, outcomes)
        session.journal.record.end_run(session.run, Counter(one.outcome for one in outcomes.values()))
    return _tell(session.run, outcomes, order, quiet=settings.quiet)


def _carry_out(
    session: Session,
    wanted: Mapping[str, int | None],
    deletable: Mapping[str, UploadHistory],
    outcomes: dict[str, Outcome],
) -> None:
    """Restore and delete; fills the outcomes."""
    try:
        if wanted or not deletable:
            pipeline.take_back(session, wanted, outcomes)
        delete_uploads(session, deletable, outcomes)
    except KeyboardInterrupt as stop:
        done = sum(1 for one in outcomes.values() if one.outcome in DONE)
        word = "undone" if deletable else "restored"
        raise type(stop)(f"{done} of {len(wanted) + len(deletable)} {word}") from None


def _agreed(
    progress: ProgressReporter,
    journal: Journal,
    histories: Mapping[str, History],
    listed: Mapping[str, int | None],
    deletable: Mapping[str, UploadHistory],
) -> bool:
    """Show what would be restored and deleted, and ask."""
    titles = {str(one["photo_id"]): str(one["title"]) for one in journal.listing.copies()}
    lines = [f"  {photo_id}  {_what_goes(histories[photo_id], titles.get(photo_id, ''))}" for photo_id in listed]
    lines += [f"  {photo_id}  {_what_is_deleted(one)}" for photo_id, one in deletable.items()]
    shown = lines[:SHOWN] + ([f"  ... and {len(lines) - SHOWN:,} more"] if len(lines) > SHOWN else [])
    deeds = [f"restore {counted(len(listed), 'photo')} from backup"] if listed else []
    if deletable:
        deeds.append(f"delete {counted(len(deletable), 'photo')} from Flickr")
    question = " and ".join(deeds)
    typed = progress.ask("\n".join([*shown, f"{question[0].upper()}{question[1:]}? [y/N]"]))
    return typed.lower() in {"y", "yes"}


def _what_is_deleted(upload: UploadHistory) -> str:
    """One upload in the list: its title, and when it was uploaded."""
    title = str((upload.intended or {}).get("form", {}).get("title", "")) or "(no title)"
    when = f" on {day(upload.at.astimezone())}" if upload.at else ""
    return f"{cut_middle(in_plain_words(title), 30)}, uploaded{when}: delete"


def _what_goes(history: History, title: str) -> str:
    """One photo in the list: its title, and which file was put in its place when."""
    named = cut_middle(in_plain_words(title or "(no title)"), 20)
    pile = history.to_take_back
    if not pile:
        return f"{named}, interrupted earlier"
    name = Path(pile[-1].body.get("original", "")).name
    when = f" on {day(history.at.astimezone())}" if history.at else ""
    return f"{named}, replaced by {cut_middle(in_plain_words(name), 16)}{when}" if name else f"{named}, replaced{when}"


def _check_known(
    histories: Mapping[str, History], uploads: Mapping[str, UploadHistory], photo_ids: Sequence[str], run: str | None
) -> None:
    known = histories.keys() | {one.photo_id for one in uploads.values() if one.after is not None}
    for photo_id in photo_ids:
        if photo_id not in known:
            raise UnknownPhotoError(f"{photo_id} was never replaced from this state folder")
    of_uploads = {one.uploaded_in for one in uploads.values()}
    if run is not None and run not in of_uploads and all(run not in _runs(one) for one in histories.values()):
        raise UnknownPhotoError(f"no photo was replaced in run {run}; `status` lists the runs")


def _runs(history: History) -> set[str | None]:
    return {one.run for one in history.pile} | {history.run}


def _to_undo(histories: Mapping[str, History], order: UndoOrder) -> dict[str, int | None]:
    """The photos to restore, each by so many replacements; None stands for all."""
    photo_ids, run = order.photo_ids, order.run
    wanted: dict[str, int | None] = {}
    for photo_id in dict.fromkeys(photo_ids) or histories:
        if photo_id not in histories:
            continue
        one = histories[photo_id]
        pile = one.to_take_back
        if not pile and not one.is_open:
            continue
        if photo_ids:
            wanted[photo_id] = None
        elif one.let_go_at is not None:
            sys.stderr.write(f"{photo_id} cannot be restored: {let_go_words(one)}\n")
        elif run is None:
            wanted[photo_id] = None
        elif pile and pile[-1].run == run or one.is_open and one.run == run:
            wanted[photo_id] = 1
        elif any(each.run == run for each in pile):
            sys.stderr.write(f"{photo_id} was replaced again in run {pile[-1].run}; undo that run first\n")
    return wanted


def _tell(run: str, outcomes: Mapping[str, Outcome], order: UndoOrder, *, quiet: bool) -> ExitCode:
    photos = [
        {
            "photo_id": photo_id,
            "error": one.note,
            "outcome": "taken back" if one.outcome is OutcomeKind.REPLACED else str(one.outcome),
        }
        for photo_id, one in outcomes.items()
    ]
    bad = sum(1 for one in outcomes.values() if one.outcome not in DONE)
    restored = [photo_id for photo_id, one in outcomes.items() if one.outcome is OutcomeKind.REPLACED]
    again_words = ""
    if len(restored) == 1 and order.photo_ids:
        again_words = f"To replace it again: `sync FOLDER --again {restored[0]}`"
    elif restored:
        again_words = f"To replace them again: `sync FOLDER --again-run {order.run or run}`"
    if order.json_file is not None:
        try:
            write_report(order.json_file, {"version": 1, "run": run, "photos": photos})
        except NotWrittenError as error:
            _say_outcomes(photos, bad, again_words, quiet=quiet)
            raise error.although_done(ExitCode.INCOMPLETE if bad else None) from None
    else:
        _say_outcomes(photos, bad, again_words, quiet=quiet)
    return ExitCode.INCOMPLETE if bad else ExitCode.DONE


def _say_outcomes(photos: Sequence[Mapping[str, str | None]], bad: int, again_words: str, *, quiet: bool) -> None:
    if not photos:
        say("Nothing to restore.")
        return
    for one in photos:
        if quiet and one["outcome"] in {"taken back", OutcomeKind.DELETED}:
            continue
        word = "restored" if one["outcome"] == "taken back" else one["outcome"]
        say(f"{one['photo_id']}: {word}" + (f": {in_plain_words(one['error'])}" if one["error"] else ""))
    deleted = sum(1 for one in photos if one["outcome"] == OutcomeKind.DELETED)
    restored = [f"{len(photos) - bad - deleted:,} restored"] if len(photos) > deleted else []
    say(", ".join([*restored, *([f"{deleted:,} deleted"] if deleted else []), f"{bad:,} failed"]))
    if again_words:
        say(again_words)


def let_go(settings: Settings, days: float, *, ask: bool) -> ExitCode:
    """Let the saved copies go that are older than so many days; in a terminal ask first, elsewhere only with --yes."""
    state = StateFolder(settings.state).require_used()
    with state.lock():
        journal = Journal(state.journal_file)
        try:
            now = time.time()
            prunable = find_prunable(journal.record, state, journal.histories.all(), now - days * DAY_S)
            if not prunable.backups:
                say(f"No backup is older than {days:g} days.")
                return ExitCode.DONE
            if ask and not _agreed_to_delete(prunable):
                say("Nothing was deleted.")
                return ExitCode.DONE
            prune(journal.record, prunable, f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}-prune")
        finally:
            journal.close()
    say(f"{counted(len(prunable.files), 'backup')} deleted, {prunable.size_bytes / 1e6:.1f} MB.")
    return ExitCode.DONE


def _agreed_to_delete(prunable: Prunable) -> bool:
    words = (
        f"Delete {counted(len(prunable.files), 'backup')} ({prunable.size_bytes / 1e6:.1f} MB)? "
        f"{counted(len(prunable.replaced), 'photo')} can then no longer be restored"
    )
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise StoppedError(f"there is no terminal to ask in, so nothing was deleted. {words}. To confirm: --yes")
    drop_typed_ahead()
    sys.stderr.write(f"{words}. [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
