"""The `sync` command: the plan is made, shown, agreed to where somebody can be asked, and carried out.

Results go to standard output, what is going on to standard error. No decision about a picture is made here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from rich.console import Console

from i2f.display.plan_summary import PlanSummary, estimate_s, free_bytes
from i2f.display.preview import Preview
from i2f.display.progress import TerminalProgress
from i2f.display.tables import show
from i2f.ground.errors import ExitCode, SyncError
from i2f.ground.model import Decision, Verdict
from i2f.ground.plain_text import in_plain_words
from i2f.ground.rate_limit import SystemClock
from i2f.ground.settings import Settings
from i2f.photos.folder import Found
from i2f.sync import pipeline
from i2f.sync.again import check_again
from i2f.sync.folder_guard import compare_with_last_time
from i2f.sync.order import SyncOrder
from i2f.sync.output_files import NotWrittenError, check_places
from i2f.sync.report import Report, nothing_done_words, places_sentence, write_report
from i2f.sync.session import Session, open_session


def sync(settings: Settings, order: SyncOrder) -> ExitCode:
    """The main job. Raises SyncError for what stops it; the report is written and summed up all the same."""
    report: Report | None = None
    check_places(order.json_file, order.preview_file)
    try:
        with (
            TerminalProgress(quiet=settings.quiet) as progress,
            open_session(settings, SystemClock(), progress) as session,
        ):
            check_again(session, order)
            report, found = pipeline.begin_report(session, order, "dry-run" if order.dry_run else "sync")
            compare_with_last_time(found, order.folders, session.journal, accept=order.again_folder)
            order = pipeline.read_posts(session, order)
            pipeline.check_login(session)
            if order.dry_run:
                pipeline.make_plan(session, order, found, report)
                _warn_of_places(session, report, order.limit)
            elif not _plan_and_carry_out(session, found, report, order):
                session.journal.record.end_run(session.run, report.counts())
                _write(report, order)
                progress.say(f"Nothing was replaced. {nothing_done_words(report)}")
                return ExitCode.DONE
            session.journal.record.end_run(session.run, report.counts())
            missing = _unwritten(lambda: _draw(session, report, order))
    except BaseException as stop:
        if report is not None:
            failed = _unwritten(lambda: _write(report, order))
            if failed is not None:  # what stopped the run matters more
                sys.stderr.write(f"{in_plain_words(str(failed))}\n")
        if isinstance(stop, KeyboardInterrupt):
            raise type(stop)(_interrupted(report, order)) from None
        if isinstance(stop, SyncError) and report is not None and report.outcomes and not order.dry_run:
            _show(report, order, settings.quiet)
        raise
    missing = _unwritten(lambda: _write(report, order)) or missing
    _show(report, order, settings.quiet)
    code = _exit_code(report)
    if missing is not None:
        raise missing.although_done(code or None)
    return code


def _exit_code(report: Report) -> ExitCode:
    counts = report.counts()
    return ExitCode.INCOMPLETE if counts["failed"] or counts["unsure"] else ExitCode.DONE


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


def _interrupted(report: Report | None, order: SyncOrder) -> str:
    """What Ctrl-C left, in the words that follow "Interrupted: "; the summary is shown first."""
    if report is None or order.dry_run or not report.decisions:
        return "nothing was replaced"
    _show(report, order, quiet=False)
    counts = report.counts()
    return f"{counts['replaced']:,} of {min(counts['replace'], order.limit or counts['replace']):,} done"


def _draw(session: Session, report: Report, order: SyncOrder) -> None:
    if order.preview_file is not None:
        session.progress.stage("Writing the preview page", len(report.decisions))
        Preview(session.journal, session.state.backups, session.progress.step).write(order.preview_file, report)
        session.progress.say(f"Open the preview in a browser: {order.preview_file.absolute()}")


def _plan_and_carry_out(session: Session, found: Found, report: Report, order: SyncOrder) -> bool:
    """Do it; False when the person was asked and said no."""
    permission = pipeline.ask_permission(session)
    session.journal.record.begin_run(session.run, "sync")
    pipeline.settle(session)
    pipeline.make_plan(session, order, found, report)
    _warn_of_places(session, report, order.limit)
    if order.ask:
        _draw(session, report, order)  # the plan can be looked at before the question is answered
    if order.ask and not _agreed(session, report, order.limit):
        return False
    pipeline.carry_out(session, order, report, permission)
    return True


def _warn_of_places(session: Session, report: Report, limit: int | None) -> None:
    """Before anything is sent, and in a dry run too: what a picture would tell that its photo did not."""
    planned = [one for one in report.decisions if one.verdict is Verdict.REPLACE][:limit]
    sentence = places_sentence(planned) if session.settings.privacy.location == "keep" else None
    if sentence is not None:
        session.progress.say(sentence)


def _agreed(session: Session, report: Report, limit: int | None) -> bool:
    """In a terminal ask once, under the sum of what is about to happen; elsewhere nobody is asked."""
    planned = [one for one in report.decisions if one.verdict is Verdict.REPLACE][:limit]
    if not planned or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    summary = _summary(session, report, planned)
    return session.progress.ask("\n".join([*summary.lines(), summary.question()])).lower() in {"y", "yes"}


def _summary(session: Session, report: Report, planned: Sequence[Decision]) -> PlanSummary:
    counts, flickr = report.counts(), session.settings.flickr
    sent = sum(one.match.original.size_bytes for one in planned if one.match)
    at_the_limit_s = 3600 * pipeline.calls_a_photo(session.settings.sync) * len(planned) / flickr.calls_per_hour
    took_s = estimate_s(session.journal.record.entries(), len(planned), sent, flickr.uploads)
    return PlanSummary(
        len(planned),
        counts["review"],
        counts["keep"],
        sent,
        max(took_s, at_the_limit_s if at_the_limit_s > 3600 else 0.0),
        sum({one.file: one.size_bytes for one in session.journal.record.backups()}.values()),
        free_bytes(str(session.state.backups)),
        str(session.state.backups),
    )


def _show(report: Report, order: SyncOrder, quiet: bool) -> None:
    console = Console(stderr=order.json_file == "-", highlight=False, markup=False, soft_wrap=True)
    show(report, console, brief=quiet)
