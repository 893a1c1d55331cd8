"""The `new` command: posts that are not on Flickr yet, planned, shown, agreed to, and uploaded at full size.

Uploading is never implied: in a terminal a person says yes to the plan, elsewhere --yes stands on the command line.
Results go to standard output, what is going on to standard error. No decision about a picture is made here.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from rich.console import Console

from flickr_client import Privacy
from i2f.display.progress import TerminalProgress
from i2f.display.tables import show_new
from i2f.ground.errors import ExitCode, SettingsError, SyncError
from i2f.ground.model import OutcomeKind
from i2f.ground.plain_text import in_plain_words
from i2f.ground.rate_limit import SystemClock
from i2f.ground.settings import Settings
from i2f.instagram.export import read_export
from i2f.instagram.posts import Post
from i2f.photos.folder import Found
from i2f.sync import new_run, pipeline
from i2f.sync.instagram_account import with_account
from i2f.sync.new_report import NewReport, post_words, size_words
from i2f.sync.new_run import Material, NewOrder
from i2f.sync.output_files import NotWrittenError, check_places
from i2f.sync.posts_on_flickr import list_account
from i2f.sync.report import write_report
from i2f.sync.session import Session, open_session
from i2f.sync.uploader import Wishes, sendable

# A screenful; more are counted.
SHOWN = 15


def new(settings: Settings, order: NewOrder) -> ExitCode:
    """Upload what is missing. Raises SyncError for what stops it; the report is written and summed up all the same."""
    check_places(order.json_file)
    if not order.dry_run and order.ask and not _is_terminal():
        raise SettingsError(
            "there is no terminal to ask in, so nothing was done; add --yes to upload, or --dry-run to see the plan"
        )
    order = replace(order, exports=order.exports or settings.instagram.exports)
    if not order.exports:
        raise SettingsError("no Instagram data export is named; use --export PATH, or set [instagram] export")
    exported = read_export(order.exports)
    report: NewReport | None = None
    try:
        with (
            TerminalProgress(quiet=settings.quiet) as progress,
            open_session(settings, SystemClock(), progress, may_upload=not order.dry_run) as session,
        ):
            report, found = new_run.begin_report(session, order)
            pipeline.check_login(session)
            posts = with_account(settings, session.state, session.clock.now(), progress.say, exported)
            if order.dry_run:
                material = Material(posts, list_account(session, posts), found)
                new_run.make_plan(session, order, material, report)
            else:
                session.journal.record.begin_run(session.run, "new")
                if not _plan_and_carry_out(session, order, posts, found, report):
                    progress.say("Nothing was uploaded.")
            session.journal.record.end_run(session.run, report.counts())
    except BaseException as stop:
        _settle_report(report, order, settings, stop)
        raise
    return _told(report, order, settings)


def _told(report: NewReport, order: NewOrder, settings: Settings) -> ExitCode:
    """Write and show the report of a run that came to its end."""
    missing: NotWrittenError | None = None
    try:
        _write(report, order)
    except NotWrittenError as error:
        missing = error
    _show(report, order, settings.quiet)
    counts = report.counts()
    code = ExitCode.INCOMPLETE if counts["failed"] or counts["unsure"] else ExitCode.DONE
    if missing is not None:
        raise missing.although_done(code or None)
    return code


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _plan_and_carry_out(
    session: Session, order: NewOrder, posts: tuple[Post, ...], found: Found, report: NewReport
) -> bool:
    """Do it; False when the person was asked and said no."""
    chosen = session.settings.new
    album = chosen.album if order.album is None else order.album
    wishes = Wishes(Privacy(order.privacy or chosen.privacy), sendable(album))
    status = session.flickr.upload_status()
    if not status.is_pro:
        session.progress.say(
            "This account is not Pro: Flickr limits how many photos it holds, and provides no large originals to verify"
        )
    account = list_account(session, posts)
    new_run.settle(session, wishes, account, report)
    new_run.make_plan(session, order, Material(posts, account, found), report)
    planned = report.planned[: order.limit]
    if not planned:
        return True
    if order.ask and not _agreed(session, report, order, wishes):
        return False
    new_run.carry_out(session, order, wishes, report, status.max_photo_bytes)
    return True


def _agreed(session: Session, report: NewReport, order: NewOrder, wishes: Wishes) -> bool:
    """Show what would be uploaded, and ask."""
    planned = report.planned[: order.limit]
    lines = [
        f"  {post_words(one)} <- {in_plain_words(one.decision.match.original.name)}"
        for one in planned[:SHOWN]
        if one.decision.match
    ]
    if len(planned) > SHOWN:
        lines.append(f"  ... and {len(planned) - SHOWN:,} more")
    where = f", into the album {in_plain_words(wishes.album)}" if wishes.album else ""
    lines.append(f"Upload {size_words(planned)} as {wishes.privacy}{where}? [y/N]")
    return session.progress.ask("\n".join(lines)).lower() in {"y", "yes"}


def _settle_report(report: NewReport | None, order: NewOrder, settings: Settings, stop: BaseException) -> None:
    """Write and show what there is of a run that was stopped; what stopped it matters more than a full disk."""
    if report is None:
        return
    try:
        _write(report, order)
    except NotWrittenError as error:
        sys.stderr.write(f"{in_plain_words(str(error))}\n")
    if isinstance(stop, KeyboardInterrupt):
        done = sum(1 for kind, _ in report.outcomes.values() if kind is OutcomeKind.UPLOADED)
        if report.outcomes:
            _show(report, order, quiet=False)
        words = "nothing was uploaded" if order.dry_run or not done else f"{done:,} uploaded"
        raise type(stop)(words) from None
    if isinstance(stop, SyncError) and report.outcomes and not order.dry_run:
        _show(report, order, settings.quiet)


def _write(report: NewReport, order: NewOrder) -> None:
    if order.json_file is not None:
        write_report(order.json_file, report.as_json())


def _show(report: NewReport, order: NewOrder, quiet: bool) -> None:
    console = Console(stderr=order.json_file == "-", highlight=False, markup=False, soft_wrap=True)
    show_new(report, console, brief=quiet)
