"""The main job, between the parsed words and the modules that do the work.

Results go to standard output, what is going on to standard error. No decision about a picture is made here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console

from i2f.display.preview import Preview
from i2f.display.progress import TerminalProgress
from i2f.display.tables import show
from i2f.ground.errors import ExitCode
from i2f.ground.model import Verdict
from i2f.ground.rate_limit import SystemClock
from i2f.ground.settings import Settings
from i2f.photos.folder import Found
from i2f.sync import pipeline
from i2f.sync.order import SyncOrder
from i2f.sync.output_files import NotWrittenError, check_places
from i2f.sync.report import Report, in_plain_words, places_sentence, write_report
from i2f.sync.session import Session, open_session


def sync(settings: Settings, order: SyncOrder) -> ExitCode:
    """The main job. Raises SyncError for what stops it; the report is written all the same."""
    report: Report | None = None
    check_places(order.json_file, order.preview_file)
    try:
        with TerminalProgress() as progress, open_session(settings, SystemClock(), progress) as session:
            report, found = pipeline.begin_report(session, order, "dry-run" if order.dry_run else "sync")
            pipeline.check_folders(session, order, found)
            pipeline.check_login(session)
            if order.dry_run:
                pipeline.make_plan(session, order, found, report)
                _warn_of_places(session, report, order.limit)
            else:
                _plan_and_carry_out(session, found, report, order)
            session.journal.record.end_run(session.run, report.counts())
            missing = _unwritten(lambda: _draw(session, report, order))
    except BaseException:
        if report is not None:
            failed = _unwritten(lambda: _write(report, order))
            if failed is not None:  # what stopped the run matters more
                sys.stderr.write(f"{in_plain_words(str(failed))}\n")
        raise
    missing = _unwritten(lambda: _write(report, order)) or missing
    _show(report, order)
    counts = report.counts()
    code = ExitCode.INCOMPLETE if counts["failed"] or counts["unsure"] else ExitCode.DONE
    if missing is not None:
        raise missing.although_done(code or None)
    return code


def _write(report: Report, order: SyncOrder) -> None:
    if order.json_file is not None:
        write_report(order.json_file, report.as_json())


def _unwritten(write: Callable[[], None]) -> NotWrittenError | None:
    """What prevented a report or a page from being written; None when it was."""
    try:
        write()
    except NotWrittenError as error:
        return error
    return None


def _draw(session: Session, report: Report, order: SyncOrder) -> None:
    if order.preview_file is not None:
        session.progress.stage("Drawing the preview page", len(report.decisions))
        Preview(session.journal, session.state.backups, session.progress.step).write(order.preview_file, report)
        session.progress.say(f"Look at it in a browser: {order.preview_file.absolute()}")


def _plan_and_carry_out(
    session: Session, found: Found, report: Report, order: SyncOrder
) -> None:
    permission = pipeline.ask_permission(session)
    session.journal.record.begin_run(session.run, "sync")
    pipeline.settle(session)
    pipeline.make_plan(session, order, found, report)
    _warn_of_places(session, report, order.limit)
    if order.ask:
        _draw(session, report, order)  # the plan can be looked at before the question is answered
    if order.ask and not _agreed(session, report, order.limit):
        session.progress.say("Nothing was replaced.")
        return
    pipeline.carry_out(session, order, report, permission)


def _warn_of_places(session: Session, report: Report, limit: int | None) -> None:
    """Before anything is sent, and in a dry run too: what a picture would tell that its photo did not."""
    planned = [one for one in report.decisions if one.verdict is Verdict.REPLACE][:limit]
    sentence = places_sentence(planned) if session.settings.privacy.location == "keep" else None
    if sentence is not None:
        session.progress.say(sentence)


def _agreed(session: Session, report: Report, limit: int | None) -> bool:
    """In a terminal ask once, with the sum of what is about to happen; elsewhere nobody is asked."""
    planned = [one for one in report.decisions if one.verdict is Verdict.REPLACE][:limit]
    if not planned or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    sent = sum(one.match.original.size_bytes for one in planned if one.match)
    calls = pipeline.calls_a_photo(session.settings.sync) * len(planned)
    per_hour = session.settings.flickr.calls_per_hour
    hours = f", {calls / per_hour:.1f} hours at least (Flickr's hourly limit)" if calls > per_hour else ""
    backups = sum(one.size_bytes for one in session.journal.record.backups())
    pictures = "1 picture" if len(planned) == 1 else f"{len(planned):,} pictures"
    typed = session.progress.ask(
        f"Replace {pictures} on Flickr ({sent / 1e6:.0f} MB to send{hours}; the copies as they are "
        f"now take {backups / 1e6:.0f} MB in {session.state.backups})? [y/N]")
    return typed.lower() in {"y", "yes"}


def _show(report: Report, order: SyncOrder) -> None:
    show(report, Console(stderr=order.json_file == "-", highlight=False, markup=False, soft_wrap=True))
