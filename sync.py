"""The story of one run: the copies, the originals, the candidates, a plan, and the plan carried out.

This module asks everybody in the right order and decides nothing itself. Bad arguments fail before the network is
touched; the login is tried before anything long; what was learnt before is taken from the journal. The report
is filled as the story goes, so that a run which is stopped half-way can still tell what it did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from sys import intern

from candidates import as_candidates, assess
from carry_out import Carrier, Outcome
from desk import Desk, claim_account
from errors import FolderError, NotProError, PictureError, UnknownPhotoError
from folder import Found, find_files
from history import History, Standing, read_histories
from instagram_client import recognise
from journal import Backup
from model import Decision, InstagramCopy, InstagramMark, Photo, Verdict
from plan import decide, leave
from report import Report
from shelf import Shelf, read_folder

# Pictures fetched at once. Flickr's picture hosts answer 429 early (gallery-dl issue 8297, 2025), so not more.
FETCHERS = 4


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What one sync is asked to do."""

    folders: tuple[Path, ...]
    photo_ids: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """What Flickr lets this account do, asked before the first replacement."""

    max_photo_bytes: int


def begin_report(desk: Desk, request: SyncRequest, mode: str) -> tuple[Report, Found]:
    """Look into the folders; from here on there is a report to write, whatever happens."""
    found = find_files(request.folders)
    if not found.files:
        raise FolderError(f"there are no pictures in {', '.join(str(one) for one in request.folders)}")
    report = Report(desk.run, mode, datetime.fromtimestamp(desk.clock.now(), UTC),
                    tuple(one.absolute() for one in request.folders))
    report.unreadable = [(one.path, one.reason) for one in found.named]
    return report, found


def ask_permission(desk: Desk) -> Permission:
    """Ask whether this account may replace at all. Raises NotProError."""
    status = desk.flickr.upload_status()
    if not status.is_pro:
        raise NotProError("this Flickr account is not Pro, and only Pro accounts can replace pictures; nothing was "
                          "sent. --dry-run shows what would be replaced")
    return Permission(status.max_photo_bytes)


def check_login(desk: Desk) -> None:
    """Try the login, and that the state folder belongs to this account."""
    account = desk.flickr.who_am_i()
    claim_account(desk.journal, account.nsid, account.username)


def make_plan(desk: Desk, request: SyncRequest, found: Found, report: Report) -> None:
    """Fill the report with a decision for every copy. Sends nothing that changes anything."""
    copies = _chosen(list_copies(desk), request)
    shelf = read_folder(found.files, desk.journal, desk.teller)
    report.originals = len(shelf.gallery.originals)
    report.unreadable.extend(shelf.unreadable)
    histories = read_histories(desk.journal.entries())
    resting = {copy.photo_id: _resting(copy, histories.get(copy.photo_id), request, report) for copy in copies}
    fetched, failures = _save_copies(desk, [copy for copy in copies if resting[copy.photo_id] is None])
    decisions = _decide(desk, fetched, shelf)
    for copy in copies:
        decision = resting[copy.photo_id] or decisions.get(copy.photo_id)
        if decision is None:
            decision = leave(copy, "the copy could not be fetched from Flickr")
            report.outcomes[copy.photo_id] = ("failed", failures[copy.photo_id])
        report.decisions.append(decision)
    desk.journal.keep_decisions(desk.run, [(one["photo_id"], one) for one in report.explained() if one["candidates"]])


def carry_out(desk: Desk, request: SyncRequest, report: Report, permission: Permission) -> None:
    """Replace what the plan says, one after the other; each outcome goes into the report at once."""
    planned = [one for one in report.decisions if one.verdict is Verdict.REPLACE][: request.limit]
    carrier = Carrier(desk.flickr, desk.journal, desk.state, desk.run, desk.clock)
    desk.teller.stage("Replacing", len(planned))
    for decision in planned:
        outcome = carrier.replace(decision, desk.settings.privacy.location, permission.max_photo_bytes)
        report.outcomes[decision.copy.photo_id] = (outcome.outcome, outcome.note)
        if outcome.outcome != "replaced":
            desk.teller.say(f"{decision.copy.photo_id}: {outcome.outcome}: {outcome.note}")
        desk.teller.step()


def settle(desk: Desk) -> None:
    """Ask Flickr what became of everything that an earlier run left open."""
    carrier = Carrier(desk.flickr, desk.journal, desk.state, desk.run, desk.clock)
    for photo_id, history in read_histories(desk.journal.entries()).items():
        if history.standing in {Standing.OPEN, Standing.UNDO_OPEN}:
            outcome = carrier.settle(photo_id, history)
            words = "Flickr had not taken it" if outcome is None else outcome.outcome
            desk.teller.say(f"{photo_id}: cut off in run {history.run or 'before'}; asked Flickr: {words}")


def take_back(desk: Desk, photo_ids: Sequence[str]) -> dict[str, Outcome]:
    """Put the saved copies of these photos back; the outcomes by photo id."""
    carrier = Carrier(desk.flickr, desk.journal, desk.state, desk.run, desk.clock)
    desk.teller.stage("Taking back", len(photo_ids))
    outcomes = {}
    for photo_id in photo_ids:
        outcomes[photo_id] = carrier.undo(photo_id)
        desk.teller.step()
    return outcomes


# The copies on Flickr.


def list_copies(desk: Desk) -> list[InstagramCopy]:
    """The account's Instagram copies, oldest upload first; after the first time only what changed is asked for."""
    journal, flickr = desk.journal, desk.flickr
    desk.teller.stage("Listing your photos on Flickr")

    def keep(photos: Sequence[Photo]) -> None:
        journal.keep_photos((one.photo_id, asdict(one) if _mark(one) else None) for one in photos)
        desk.teller.step(len(photos))

    watermark = journal.fact("watermark")
    if watermark is not None:
        changes = flickr.list_changes(int(watermark), keep)
        if changes.complete and flickr.count_photos() == journal.count_photos():
            journal.remember("watermark", str(max(changes.watermark, int(watermark))))
        else:
            watermark = None
    if watermark is None:
        journal.forget_photos()
        listing = flickr.list_photos(keep)
        if listing.complete:
            journal.remember("watermark", str(listing.watermark))
        else:
            desk.teller.say(f"Flickr counts {listing.total} photos but listed {listing.distinct}; the others are "
                            "looked for in the next run")
    photos = (Photo(**{**body, "tags": tuple(map(intern, body["tags"]))}) for body in journal.copies())
    copies = [InstagramCopy(photo, mark) for photo in photos if (mark := _mark(photo)) is not None]
    return sorted(copies, key=lambda one: (one.photo.uploaded_at, one.photo_id))


def _mark(photo: Photo) -> InstagramMark | None:
    return recognise(photo.title, photo.caption, photo.tags) if photo.media == "photo" else None


def _chosen(copies: Sequence[InstagramCopy], request: SyncRequest) -> list[InstagramCopy]:
    known = {one.photo_id for one in copies}
    for photo_id in (*request.photo_ids, *request.again):
        if photo_id not in known:
            raise UnknownPhotoError(f"{photo_id} is no Instagram copy on this Flickr account")
    return [one for one in copies if not request.photo_ids or one.photo_id in request.photo_ids]


def _resting(
    copy: InstagramCopy, history: History | None, request: SyncRequest, report: Report
) -> Decision | None:
    """The decision for a copy that an earlier run settled or left open; None for one to be looked at."""
    if history is None or history.standing is Standing.UNTOUCHED:
        return None
    if history.standing in {Standing.OPEN, Standing.UNDO_OPEN}:
        report.outcomes[copy.photo_id] = ("unsure", "an earlier run was cut off here and Flickr's answer is not clear")
        return leave(copy, "Flickr has not said yet what became of it; the next sync asks first")
    if copy.photo_id in request.again:
        return None
    return leave(copy, f"{history.standing} on {history.at:%Y-%m-%d}")


def _save_copies(
    desk: Desk, copies: Sequence[InstagramCopy]
) -> tuple[list[tuple[InstagramCopy, Backup]], dict[str, str]]:
    """Have the original-size file of every copy on the disk: it is compared, and it is the backup."""
    missing = [one for one in copies if _saved(desk, one) is None]
    failures: dict[str, str] = {}
    if missing:
        desk.teller.stage("Saving the copies from Flickr", len(missing))
    with ThreadPoolExecutor(FETCHERS) as pool:
        waiting = {pool.submit(_save_copy, desk, one): one for one in missing}
        try:
            for done in as_completed(waiting):
                try:
                    done.result()
                except PictureError as error:
                    failures[waiting[done].photo_id] = str(error)
                    desk.teller.say(f"{waiting[done].photo_id}: {error}")
                desk.teller.step()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    saved = [(one, backup) for one in copies if (backup := _saved(desk, one)) is not None]
    return saved, failures


def _secret(photo: Photo) -> str:
    return photo.original_secret or photo.secret


def _saved(desk: Desk, copy: InstagramCopy) -> Backup | None:
    backup = desk.journal.backup(copy.photo_id, _secret(copy.photo))
    if backup is None:
        return None
    try:
        size = (desk.state.backups / backup.file).stat().st_size
    except OSError:
        return None
    return backup if size == backup.size_bytes else None


def _save_copy(desk: Desk, copy: InstagramCopy) -> None:
    """Fetch one copy to its place in the backup folder, which is named after the content."""
    arriving = desk.state.backups / f"arriving-{copy.photo_id}"
    fetched = desk.flickr.fetch_original(copy.photo, arriving)
    ending = fetched.content_format.lower().replace("jpeg", "jpg")
    name = Path(fetched.sha256[:2]) / f"{fetched.sha256}.{ending}"
    place = desk.state.backups / name
    place.parent.mkdir(mode=0o700, exist_ok=True)
    arriving.replace(place)
    desk.journal.keep_backup(Backup(copy.photo_id, _secret(copy.photo), fetched.sha256, name.as_posix(),
                                    fetched.size_bytes, fetched.width, fetched.height, desk.clock.now()))


def _decide(desk: Desk, fetched: Sequence[tuple[InstagramCopy, Backup]], shelf: Shelf) -> Mapping[str, Decision]:
    desk.teller.stage("Comparing", len(fetched))
    files = {backup.sha256: desk.state.backups / backup.file for _, backup in fetched}
    answers = assess(files, shelf.gallery, desk.journal, desk.teller.step)
    rules = desk.settings.sync
    decisions = {}
    for copy, backup in fetched:
        # Flickr does not always say the size; the file does.
        sized = replace(copy, photo=replace(copy.photo, width=backup.width, height=backup.height))
        answer = answers.get(backup.sha256)
        if answer is None:
            decisions[copy.photo_id] = leave(sized, "the copy could not be compared")
            continue
        candidates = as_candidates(answer, shelf.gallery, rules.prefer)
        decisions[copy.photo_id] = decide(sized, candidates, rules.min_gain)
    return decisions
