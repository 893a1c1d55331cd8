"""One run of `new`: the export, the account, the originals, a plan, and the plan carried out.

As pipeline.py does for `sync`, this module asks everybody in the right order and decides nothing itself. What an
earlier run left open is settled with Flickr before anything is planned, and the report is filled as the run goes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from i2f.ground.errors import FolderError
from i2f.ground.model import OutcomeKind
from i2f.ground.plain_text import in_plain_words
from i2f.ground.threads import FailureLimit, ThreadPool
from i2f.instagram.post_tag import squeezed_key
from i2f.instagram.posts import Post
from i2f.memory.uploads import UploadStanding, UploadStep
from i2f.photos.folder import Found
from i2f.photos.sources import find_originals
from i2f.sync.folder_guard import check_readable, compare_with_last_time
from i2f.sync.new_posts import NewDecision, decide_all
from i2f.sync.new_report import NewReport
from i2f.sync.originals import read_folder
from i2f.sync.post_pictures import pictures_of
from i2f.sync.post_questions import kept_decision
from i2f.sync.posts_on_flickr import Account
from i2f.sync.session import Session
from i2f.sync.uploader import Uploader, Wishes
from i2f.sync.verify import Outcome

LOG = logging.getLogger(__name__)
# For one upload without trouble: upload, getInfo, getSizes; setDates, and an album's two, each with another getInfo.
CALLS_AN_UPLOAD, CALLS_FOR_AN_ALBUM = 5, 3


@dataclass(frozen=True, slots=True)
class NewOrder:
    """One order: the plan is made for `folders` and `exports`, the rest says what happens to it."""

    folders: tuple[Path, ...]
    exports: tuple[Path, ...]
    dry_run: bool = False
    limit: int | None = None
    json_file: str | None = None
    ask: bool = False
    again_folder: bool = False
    privacy: str | None = None
    album: str | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """What a plan is made of: the posts of the export, the account as it was listed, the files of the folders."""

    posts: tuple[Post, ...]
    account: Account
    found: Found


def begin_report(session: Session, order: NewOrder) -> tuple[NewReport, Found]:
    """Look into the folders; from here on there is a report to write, whatever happens."""
    found = find_originals(order.folders)
    if not found.files:
        raise FolderError(f"there are no pictures in {', '.join(str(one) for one in order.folders)}")
    report = NewReport(
        session.run,
        "dry-run" if order.dry_run else "new",
        datetime.fromtimestamp(session.clock.now(), UTC),
        tuple(one.absolute() for one in order.folders),
        exports=tuple(one.absolute() for one in order.exports),
    )
    report.unreadable = [(one.path, one.reason) for one in found.named]
    report.found, report.passed_over = found.total, dict(found.passed_over)
    compare_with_last_time(found, order.folders, session.journal, accept=order.again_folder)
    return report, found


def make_plan(session: Session, order: NewOrder, material: Material, report: NewReport) -> None:
    """Fill the report with a decision for every picture of a post. Sends nothing that changes anything."""
    report.owner = session.journal.fact("account") or ""
    pictures, unreadable = pictures_of(material.posts)
    report.unreadable.extend(unreadable)
    index = read_folder(material.found.files, session.journal, session.progress)
    report.originals = len(index.gallery.originals)
    report.unreadable.extend(index.unreadable)
    check_readable(index, order.folders, accept=order.again_folder)
    if index.passed_over:
        report.passed_over["no pictures"] = index.passed_over
    report.decisions = decide_all(session, pictures, material.account, index)
    session.journal.assessments.keep_post_decisions(session.run, map(kept_decision, report.decisions))
    histories = session.journal.uploads.by_any_name()
    for one in report.decisions:
        history = histories.get(one.picture.key)
        if history is not None and history.photo_id is not None and history.standing is not UploadStanding.DELETED:
            report.photo_ids[one.picture.key] = history.photo_id
        if history is not None and history.is_open and one.picture.key not in report.outcomes:
            report.outcomes[one.picture.key] = (OutcomeKind.UNSURE, "its upload was interrupted and is not yet clear")


def settle(session: Session, wishes: Wishes, account: Account, report: NewReport) -> None:
    """Ask Flickr what became of every upload that an earlier run left open, or that shows late."""
    uploader = Uploader(session, wishes)
    for key, history in session.journal.uploads.all().items():
        shown_as = account.ours.get(squeezed_key(key))
        is_late = history.last_step is UploadStep.NOT_TAKEN and shown_as is not None
        if not history.is_open and not is_late:
            continue
        outcome = uploader.settle(history, shown_as)
        words = "not uploaded" if outcome is None else str(outcome.outcome)
        session.progress.say(f"{key}: interrupted in run {history.run}; Flickr reports it as {words}")
        if outcome is not None:
            report.outcomes[key] = (outcome.outcome, outcome.note)


def carry_out(session: Session, order: NewOrder, wishes: Wishes, report: NewReport, max_bytes: int) -> None:
    """Upload what the plan says, several at once, begun in order; each outcome goes into the report at once."""
    planned = report.planned[: order.limit]
    uploader = Uploader(session, wishes)
    session.progress.stage("Uploading", len(planned))
    failure_limit = FailureLimit(session.settings.sync.brake)

    def upload_one(new: NewDecision) -> Outcome:
        if new.decision.match is not None:
            session.progress.working_on(in_plain_words(new.decision.match.original.name))
        return uploader.upload(new, max_bytes)

    def tell(new: NewDecision, outcome: Outcome) -> None:
        key = new.picture.key
        report.outcomes[key] = (outcome.outcome, outcome.note)
        _note_photo(session, report, key)
        LOG.info("%s: %s%s", key, outcome.outcome, f" ({outcome.note})" if outcome.note else "")
        if outcome.note is not None or outcome.outcome is not OutcomeKind.UPLOADED:
            session.progress.say(f"{key}: {outcome.outcome}: {outcome.note}")
        elif session.settings.verbose:
            session.progress.say(f"{key}: verified")
        session.progress.step()
        failure_limit.note(None if outcome.outcome is OutcomeKind.UPLOADED else outcome.note or outcome.outcome)

    try:
        _thread_pool(session, wishes, upload_one).through(planned, tell)
    except BaseException:
        _mark_cut_off(session, planned, report)
        raise


def _thread_pool(
    session: Session, wishes: Wishes, work: Callable[[NewDecision], Outcome]
) -> ThreadPool[NewDecision, Outcome]:
    """So many uploads at once as the settings say, each begun only when the hourly limit has room for all of it."""
    begin = partial(session.may_begin, CALLS_AN_UPLOAD + (CALLS_FOR_AN_ALBUM if wishes.album else 0))
    return ThreadPool(work, session.settings.flickr.uploads, before_each=begin, on_stop=session.tell_stopping)


def _note_photo(session: Session, report: NewReport, key: str) -> None:
    photo_id = session.journal.uploads.of(key).photo_id
    if photo_id is not None:
        report.photo_ids[key] = photo_id


def _mark_cut_off(session: Session, planned: Sequence[NewDecision], report: NewReport) -> None:
    """What the end of a run left open is unsure in its report; what it finished is uploaded."""
    for key in (one.picture.key for one in planned if one.picture.key not in report.outcomes):
        history = session.journal.uploads.of(key)
        if history.is_open:
            words = "the run was interrupted here; the next `new` checks with Flickr first"
            report.outcomes[key] = (OutcomeKind.UNSURE, words)
        elif history.uploaded_in == session.run:
            report.outcomes[key] = (OutcomeKind.UPLOADED, None)
        _note_photo(session, report, key)
