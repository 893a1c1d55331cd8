"""What each command does, between the parsed words and the modules that do the work.

Results go to standard output, what is going on to standard error. No decision about a picture is made here.
"""

from __future__ import annotations

import logging
import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from flickr_client import begin_login
from i2f.commands.doctor import examine
from i2f.commands.status import explained, in_words, look_over
from i2f.display.preview import Preview
from i2f.display.progress import TerminalProgress
from i2f.display.tables import say, show
from i2f.ground.errors import ExitCode, LoginError, UnknownPhotoError
from i2f.ground.log_redaction import MaskSecrets
from i2f.ground.model import Verdict
from i2f.ground.rate_limit import CallBudget, ForgetfulHistory, SystemClock
from i2f.ground.settings import Settings
from i2f.memory.journal import Journal
from i2f.memory.state_dir import Login, StateFolder
from i2f.sync import pipeline
from i2f.sync.report import Report, check_places, in_plain_words, places_sentence, without_insides, write_report
from i2f.sync.session import Session, claim_account, network, open_session, require_key


@dataclass(frozen=True, slots=True)
class SyncOrder:
    """The words of a `sync` command."""

    folders: tuple[Path, ...]
    dry_run: bool
    limit: int | None
    photo_ids: tuple[str, ...]
    again: tuple[str, ...]
    json_file: str | None
    preview_file: Path | None
    ask: bool
    again_folder: bool = False


def one_line(text: str) -> str:
    """An error as one harmless line."""
    return in_plain_words(text)


def set_up_logging(debug: bool) -> None:
    """Quiet unless asked; then everything, with secrets masked."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    handler.addFilter(MaskSecrets())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if debug else logging.CRITICAL)


# login, logout


def log_in(settings: Settings, open_browser: bool) -> None:
    """The three steps of OAuth with a person in the middle."""
    require_key(settings)
    state = StateFolder(settings.state).make()
    budget = CallBudget(settings.flickr.calls_per_hour, ForgetfulHistory(), SystemClock(), None)
    address, pending = begin_login(settings.flickr.api_key, settings.flickr.api_secret, network(settings), budget)
    sys.stderr.write("Open this page, agree, and come back with the code it shows:\n")
    if sys.stderr.isatty():
        sys.stderr.write(f"  {address}\n")
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        say(f"  {address}", whole=True)  # for somebody who reads only the results, too
    if open_browser and sys.stdin.isatty():
        webbrowser.open(address)
    sys.stderr.write("Code: ")
    sys.stderr.flush()
    code = sys.stdin.readline().strip()
    if not code:
        raise LoginError("no code was given, so nobody is logged in; run `login` again")
    token = pending.finish(code)
    with state.lock():
        journal = Journal(state.journal_file)
        try:
            claim_account(journal, token.nsid, token.username)
        finally:
            journal.close()
        state.write_login(Login(token.token, token.token_secret, token.nsid, token.username, token.perms))
    say(f"Logged in as {in_plain_words(token.username)}; the login is kept in {state.login_file}")
    sys.stderr.write("Next: `doctor`, which tells whether anything is missing.\n")


def log_out(settings: Settings) -> None:
    """Forget the login."""
    was = StateFolder(settings.state).forget_login()
    say("Logged out; journal and backups stay." if was else "Nobody was logged in.")


# sync


def sync(settings: Settings, order: SyncOrder) -> ExitCode:
    """The main job. Raises SyncError for what stops it; the report is written all the same."""
    request = pipeline.SyncRequest(order.folders, order.photo_ids, order.again, order.limit, order.again_folder)
    report: Report | None = None
    check_places(order.json_file, order.preview_file)
    try:
        with TerminalProgress() as progress, open_session(settings, SystemClock(), progress) as session:
            report, found = pipeline.begin_report(session, request, "dry-run" if order.dry_run else "sync")
            pipeline.check_folders(session, request, found)
            pipeline.check_login(session)
            if order.dry_run:
                pipeline.make_plan(session, request, found, report)
                _warn_of_places(session, report, request.limit)
            else:
                _plan_and_carry_out(session, request, found, report, order)
            _draw(session, report, order)
            session.journal.end_run(session.run, report.counts())
    finally:
        if report is not None and order.json_file is not None:
            write_report(order.json_file, report.as_json())
    _show(report, order)
    counts = report.counts()
    return ExitCode.INCOMPLETE if counts["failed"] or counts["unsure"] else ExitCode.DONE


def _draw(session: Session, report: Report, order: SyncOrder) -> None:
    if order.preview_file is not None:
        session.progress.stage("Drawing the preview page", len(report.decisions))
        Preview(session.journal, session.state.backups, session.progress.step).write(order.preview_file, report)
        session.progress.say(f"Look at it in a browser: {order.preview_file.absolute()}")


def _plan_and_carry_out(
    session: Session, request: pipeline.SyncRequest, found: Any, report: Report, order: SyncOrder
) -> None:
    permission = pipeline.ask_permission(session)
    session.journal.begin_run(session.run, "sync")
    pipeline.settle(session)
    pipeline.make_plan(session, request, found, report)
    _warn_of_places(session, report, request.limit)
    if order.ask:
        _draw(session, report, order)  # the plan can be looked at before the question is answered
    if order.ask and not _agreed(session, report, request.limit):
        session.progress.say("Nothing was replaced.")
        return
    pipeline.carry_out(session, request, report, permission)


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
    backups = sum(one.size_bytes for one in session.journal.backups())
    pictures = "1 picture" if len(planned) == 1 else f"{len(planned):,} pictures"
    typed = session.progress.ask(
        f"Replace {pictures} on Flickr ({sent / 1e6:.0f} MB to send{hours}; the copies as they are "
        f"now take {backups / 1e6:.0f} MB in {session.state.backups})? [y/N]")
    return typed.lower() in {"y", "yes"}


def _show(report: Report, order: SyncOrder) -> None:
    show(report, Console(stderr=order.json_file == "-", highlight=False, markup=False, soft_wrap=True))


# why, status


def why(settings: Settings, photo_id: str, json_file: str | None) -> None:
    """The evidence behind the last decision on one photo."""
    check_places(json_file)
    journal = _open_to_read(settings)
    try:
        decided = journal.decision(photo_id)
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


def status(settings: Settings, json_file: str | None) -> None:
    """What was done, what waits, where the backups are, how many calls are left this hour."""
    check_places(json_file)
    told = look_over(settings)
    if json_file is not None:
        write_report(json_file, told)
        return
    for line in in_words(told):
        say(line)


def doctor(settings: Settings, json_file: str | None) -> ExitCode:
    """Go through everything a first run needs; each line is ok or what to do."""
    check_places(json_file)
    worst, told = ExitCode.DONE, []
    for finding in examine(settings):
        told.append({"what": finding.what, "ok": finding.error is None, "words": one_line(finding.words),
                     "steps": list(finding.steps)})
        if finding.error is not None and worst is ExitCode.DONE:
            worst = finding.error.exit_code
        if json_file is None:
            say(f"[{'ok' if finding.error is None else '!!'}] {finding.what}: {one_line(finding.words)}")
            for step in finding.steps:
                say(f"       {step}", whole=step.startswith(" "))
    if json_file is not None:
        write_report(json_file, {"version": 1, "findings": told})
    return worst
