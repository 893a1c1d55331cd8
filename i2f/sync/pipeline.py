"""One run: the copies, the originals, the candidates, a plan, and the plan carried out.

This module asks everybody in the right order and decides nothing itself. Bad arguments fail before the network is
touched; the login is tried before anything long; what was learnt before is taken from the journal. The report
is filled as the run goes, so that a run which is stopped half-way can still tell what it did.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from i2f.ground.errors import FolderError, NotProError, PictureError
from i2f.ground.model import Decision, InstagramCopy, OutcomeKind, Verdict
from i2f.ground.plain_text import in_plain_words
from i2f.ground.settings import SyncRules
from i2f.ground.threads import FailureLimit, ThreadPool
from i2f.ground.wording import day
from i2f.instagram.export import read_export
from i2f.memory.history import History, Standing
from i2f.memory.journal_steps import JournalStep
from i2f.memory.record import Backup
from i2f.memory.review_answers import find_again, said_about, state_of
from i2f.photos.folder import Found
from i2f.photos.sources import find_originals
from i2f.sync.again import restored_again
from i2f.sync.as_posted import choose_what_is_sent
from i2f.sync.candidates import assess
from i2f.sync.copies import choose_copies, list_copies, save_copies
from i2f.sync.copy_origin import ask_about_strangers
from i2f.sync.export_evidence import Judged, settle_by_export
from i2f.sync.folder_guard import check_readable
from i2f.sync.gallery import as_candidates
from i2f.sync.instagram_account import follow_short_links
from i2f.sync.order import SyncOrder
from i2f.sync.originals import OriginalsIndex, read_folder
from i2f.sync.plan import decide, keep_too_large, leave, shortened
from i2f.sync.replace import LATE_S, Replacer
from i2f.sync.report import Report
from i2f.sync.session import Session, claim_account
from i2f.sync.verify import Outcome

LOG = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Permission:
    """What Flickr lets this account do, asked before the first replacement."""

    max_photo_bytes: int


def begin_report(session: Session, order: SyncOrder, mode: str) -> tuple[Report, Found]:
    """Look into the folders; from here on there is a report to write, whatever happens."""
    found = find_originals(order.folders)
    if not found.files:
        raise FolderError(f"there are no pictures in {', '.join(str(one) for one in order.folders)}")
    report = Report(
        session.run,
        mode,
        datetime.fromtimestamp(session.clock.now(), UTC),
        tuple(one.absolute() for one in order.folders),
    )
    report.unreadable = [(one.path, one.reason) for one in found.named]
    report.found, report.passed_over = found.total, dict(found.passed_over)
    return report, found


def ask_permission(session: Session) -> Permission:
    """Ask whether this account may replace at all. Raises NotProError."""
    status = session.flickr.upload_status()
    if not status.is_pro:
        raise NotProError(
            "this Flickr account is not Pro, and only Pro accounts can replace photos; nothing was "
            "sent. --dry-run shows what would be replaced"
        )
    return Permission(status.max_photo_bytes)


def check_login(session: Session) -> None:
    """Try the login, and that the state folder belongs to this account."""
    account = session.flickr.who_am_i()
    claim_account(session.journal, account.nsid, account.username)


def make_plan(session: Session, order: SyncOrder, found: Found, report: Report) -> None:
    """Fill the report with a decision for every copy. Sends nothing that changes anything."""
    copies = follow_short_links(session, choose_copies(list_copies(session), order.photo_ids, order.again))
    index = read_folder(found.files, session.journal, session.progress)
    report.originals = len(index.gallery.originals)
    report.unreadable.extend(index.unreadable)
    check_readable(index, order.folders, accept=order.again_folder)
    if index.passed_over:
        report.passed_over["no pictures"] = index.passed_over
    histories = session.journal.histories.all()
    order = replace(order, again=(*order.again, *sorted(restored_again(session, order, histories))))
    resting = {copy.photo_id: _resting(copy, histories.get(copy.photo_id), order) for copy in copies}
    fetched, not_saved = save_copies(session, [copy for copy in copies if resting[copy.photo_id] is None])
    decisions, not_compared = _decide(session, order, fetched, index, histories)
    backups = {copy.photo_id: backup for copy, backup in fetched}
    decisions = choose_what_is_sent(session, order, decisions, backups, histories)
    for copy in copies:
        decision = resting[copy.photo_id] or decisions.get(copy.photo_id)
        if decision is None:
            decision = leave(copy, "The copy could not be downloaded from Flickr")
            report.outcomes[copy.photo_id] = (OutcomeKind.FAILED, not_saved.get(copy.photo_id, "its backup is missing"))
        elif copy.photo_id in not_compared:
            report.outcomes[copy.photo_id] = (OutcomeKind.FAILED, not_compared[copy.photo_id])
        elif resting[copy.photo_id] is not None and histories[copy.photo_id].is_open:
            report.outcomes[copy.photo_id] = (OutcomeKind.UNSURE, _left_open(copy, histories[copy.photo_id]))
        report.decisions.append(decision)
    kept = [(one["photo_id"], one) for one in report.explained() if one["candidates"]]
    session.journal.assessments.keep_decisions(session.run, kept)


def calls_a_photo(rules: SyncRules) -> int:
    """For one replacement without trouble: getInfo, replace, getInfo, getSizes; then date and place, and getInfo."""
    metadata = rules.set_taken + rules.set_location
    return 4 + metadata + bool(metadata)


def carry_out(session: Session, order: SyncOrder, report: Report, permission: Permission) -> None:
    """Replace what the plan says, several at once, taken up in order; each outcome goes into the report at once."""
    planned = [one for one in report.decisions if one.verdict is Verdict.REPLACE][: order.limit]
    replacer = Replacer(session)
    _leave(session, order, report)
    session.progress.stage("Replacing", len(planned))
    failure_limit = FailureLimit(session.settings.sync.brake)

    def replace_one(decision: Decision) -> Outcome:
        if decision.match is not None:
            original = decision.match.original
            session.progress.working_on(f"{in_plain_words(original.name)}, {original.size_bytes / 1e6:,.1f} MB")
        return replacer.replace(decision, session.settings.privacy.location, permission.max_photo_bytes)

    def tell(decision: Decision, outcome: Outcome) -> None:
        report.outcomes[decision.copy.photo_id] = (outcome.outcome, outcome.note)
        _tell(session, decision.copy.photo_id, outcome)
        failure_limit.note(_failure(outcome))

    try:
        _thread_pool(session, replacer, replace_one).through(planned, tell)
    except BaseException:
        _mark_cut_off(session, planned, report)
        raise


def _leave(session: Session, order: SyncOrder, report: Report) -> None:
    """What was unsure, was looked at `--again` and is not replaced once more is no open question for ever."""
    histories = session.journal.histories.all()
    looked_at = {photo_id for photo_id in order.again if photo_id in histories and histories[photo_id].is_open}
    for decision in report.decisions:
        photo_id = decision.copy.photo_id
        if photo_id in looked_at - report.outcomes.keys() and decision.verdict is not Verdict.REPLACE:
            session.note(photo_id, JournalStep.LEFT, {})


def _mark_cut_off(session: Session, planned: Sequence[Decision], report: Report) -> None:
    """What the end of a run left open is unsure in its report, not merely planned; what it finished is replaced."""
    histories = session.journal.histories.all()
    for photo_id in (one.copy.photo_id for one in planned if one.copy.photo_id not in report.outcomes):
        history = histories.get(photo_id)
        if history is not None and history.standing is Standing.OPEN:
            report.outcomes[photo_id] = (
                OutcomeKind.UNSURE,
                "the run was interrupted here; the next `sync` checks with Flickr first",
            )
        elif history is not None and history.replaced_in == session.run:
            report.outcomes[photo_id] = (OutcomeKind.REPLACED, None)


def settle(session: Session) -> None:
    """Ask Flickr what became of everything that an earlier run left open, or seemed not to have got through."""
    replacer = Replacer(session)
    for photo_id, history in session.journal.histories.all().items():
        may_show_late = (
            history.last_step == JournalStep.NOT_TAKEN and session.clock.now() - history.intended_at < LATE_S
        )
        if history.is_open:
            outcome = replacer.settle(photo_id, history)
            words = "not replaced" if outcome is None else outcome.outcome
            run = f"run {history.run}" if history.run else "an earlier run"
            session.progress.say(f"{photo_id}: interrupted in {run}; Flickr reports it as {words}")
        elif may_show_late and replacer.settle(photo_id, history) is not None:
            session.progress.say(f"{photo_id}: Flickr accepted it after all, from run {history.run}")


def take_back(session: Session, wanted: Mapping[str, int | None], outcomes: dict[str, Outcome]) -> None:
    """Put the saved copies of these photos back, each by so many replacements (None: all); fills the outcomes."""
    replacer = Replacer(session)
    session.progress.stage("Restoring", len(wanted))
    failure_limit = FailureLimit(session.settings.sync.brake)

    def tell(photo_id: str, outcome: Outcome) -> None:
        outcomes[photo_id] = outcome
        _tell(session, photo_id, outcome)
        failure_limit.note(_failure(outcome))

    def undo_one(photo_id: str) -> Outcome:
        session.progress.working_on(photo_id)
        return replacer.undo(photo_id, wanted[photo_id])

    _thread_pool(session, replacer, undo_one).through(wanted, tell)


def _thread_pool(session: Session, replacer: Replacer, work: Callable[[T], Outcome]) -> ThreadPool[T, Outcome]:
    """So many pictures sent at once as the settings say, and as many prepared or verified meanwhile; each begun only
    when the hourly limit has room for all of it.
    """
    calls, lines = calls_a_photo(session.settings.sync), replacer.lines
    begin = partial(session.may_begin, calls)
    return ThreadPool(work, 2 * lines.count, before_each=begin, on_stop=session.tell_stopping, lines=lines)


def _tell(session: Session, photo_id: str, outcome: Outcome) -> None:
    LOG.info("%s: %s%s", photo_id, outcome.outcome, f" ({outcome.note})" if outcome.note else "")
    if outcome.note is not None or outcome.outcome is not OutcomeKind.REPLACED:
        session.progress.say(f"{photo_id}: {outcome.outcome}: {outcome.note}")
    elif session.settings.verbose:
        session.progress.say(f"{photo_id}: replaced and verified")
    session.progress.step()


def _failure(outcome: Outcome) -> str | None:
    return None if outcome.outcome is OutcomeKind.REPLACED else outcome.note or outcome.outcome


def _resting(copy: InstagramCopy, history: History | None, order: SyncOrder) -> Decision | None:
    """The decision for a copy that an earlier run settled or left open; None for one to be looked at."""
    if history is None or history.standing is Standing.UNTOUCHED:
        return None
    if history.is_open:
        if copy.photo_id in order.again and history.last_step == JournalStep.UNSURE:
            return None
        return leave(copy, "Not yet clear on Flickr after an interrupted run; the next `sync` checks first")
    if copy.photo_id in order.again:
        return None
    became = "Restored by undo" if history.standing is Standing.TAKEN_BACK else "Already replaced"
    return leave(copy, f"{became} on {day(history.at.astimezone())}" if history.at else became)


def _left_open(copy: InstagramCopy, history: History) -> str:
    """What the report says of a copy that an earlier run left open."""
    again = f"; `sync --again {copy.photo_id}` reconsiders it" if history.last_step == JournalStep.UNSURE else ""
    return f"an earlier run was interrupted here, and Flickr's reply is not clear{again}"


def read_posts(session: Session, order: SyncOrder) -> SyncOrder:
    """The order with the posts of Instagram's export, if one is named. FolderError for a part that cannot be read."""
    parts = order.export or session.settings.instagram.exports
    if not parts:
        return order
    session.progress.stage("Reading Instagram's export")
    posts = read_export(parts)
    pictures = sum(len(one.pictures) for one in posts)
    session.progress.say(f"Instagram's export: {len(posts):,} posts, {pictures:,} pictures")
    return replace(order, posts=posts)


def _decide(
    session: Session,
    order: SyncOrder,
    fetched: Sequence[tuple[InstagramCopy, Backup]],
    index: OriginalsIndex,
    histories: Mapping[str, History],
) -> tuple[dict[str, Decision], dict[str, str]]:
    """A decision for every copy that was fetched; those that could not be compared with the reason."""
    session.progress.stage("Comparing", len(fetched))
    files = {backup.sha256: session.state.backups / backup.file for _, backup in fetched}
    answers = assess(files, index.gallery, session.journal, session.progress.step)
    rules = session.settings.sync
    decisions: dict[str, Decision] = {}
    failures: dict[str, str] = {}
    judged: dict[str, Judged] = {}
    for copy, backup in fetched:
        # Flickr does not always say the size; the file does.
        sized = replace(copy, photo=replace(copy.photo, width=backup.width, height=backup.height))
        answer = answers.get(backup.sha256)
        if answer is None:
            decisions[copy.photo_id] = leave(sized, "The copy could not be compared")
            failures[copy.photo_id] = _why_not_compared(session, copy)
            continue
        said = said_about(session.journal, copy.photo_id, backup.sha256)
        originals = [index.gallery.originals[place] for group in answer.groups for place, _ in group]
        obeyed = find_again(said, originals, session.journal) if said else None
        candidates = as_candidates(answer, index.gallery, rules.prefer, obeyed.chosen if obeyed else None)
        decision = replace(decide(sized, candidates, rules.min_gain, obeyed), answers=state_of(said))
        judged[copy.photo_id] = Judged(sized, backup.sha256, files[backup.sha256], answer, decision)
    by_export = settle_by_export(session, order.posts, index.gallery, judged) if order.posts else {}
    for photo_id, one in judged.items():
        decision = keep_too_large(by_export.get(photo_id, one.decision))
        shows_ours = photo_id in histories and histories[photo_id].pile
        decisions[photo_id] = shortened(decision if shows_ours else ask_about_strangers(decision, one.file))
    return decisions, failures


def _why_not_compared(session: Session, copy: InstagramCopy) -> str:
    """A saved copy that is spoilt is forgotten here, so that the next run fetches it anew."""
    try:
        session.backups.checked(copy.photo)
    except PictureError as error:
        return str(error)
    return "comparing failed; the next run tries again"
