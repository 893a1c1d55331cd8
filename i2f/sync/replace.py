"""The irreversible part: back up, note, replace, verify; and take back.

Flickr keeps no earlier version, so the order of things is everything. Before a picture is sent, its own bytes
are on the disk and were read back, the original was decoded to its last row and lies still in a file of its own,
Flickr was asked whether it still holds what was backed up, the person's answers are still those that the plan knew, and
the journal says "intended" on the disk. After that Flickr is asked what it holds now. A lost reply is never answered by
sending again: first Flickr tells whether it took the picture.

The line is kept full: only the sending, from the last question to Flickr before it to Flickr's reply, holds one of the
parallel uploads of the settings (`lines`), while other threads check backups and decode originals for the next ones, or
verify the last. Nothing is noted or sent before it has a line.

Taking back is the same road in the other direction, with the backup as what is sent; it is one function for
both, `_note_and_send`, and it is the only place in the program that replaces. How a sending is verified is in
verify.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flickr_client import PhotoInfo, Refused, Replaced
from i2f.flickr.tickets import TicketState
from i2f.ground.errors import PictureError, PictureGoneError, ReplyLostError, StoppedError, SyncError
from i2f.ground.model import Candidate, Decision, OutcomeKind, Photo, Sent
from i2f.ground.threads import Lines
from i2f.memory.history import History
from i2f.memory.journal_steps import JournalStep
from i2f.memory.record import Backup
from i2f.memory.review_answers import said_about, state_of
from i2f.photos.outgoing_file import OutgoingFile, still_copy
from i2f.sync.backups import let_go_words
from i2f.sync.photo_metadata import metadata_for, noted_metadata
from i2f.sync.session import Session
from i2f.sync.verify import LOOKS_S, Outcome, Sending, Upload, Verifier

# A refused picture is sent again so often, after Flickr was asked.
TRIES = 3
# Younger than this, a sending that was cut off may still be under way inside Flickr; several looks are taken.
FRESH_S = 300.0
# So long Flickr may work on what it gave a ticket for (Flickr documents no limit; the client waits as long).
TICKET_S = 900.0
# A picture that Flickr seemed not to have taken is looked at once more in later runs, for a day.
LATE_S = 86_400.0


class Replacer:
    """Carries out a plan; the one object that can replace. Built for a real run only; safe for several threads."""

    def __init__(self, session: Session) -> None:
        """Nothing is sent yet."""
        self._session = session
        self._flickr = session.flickr
        self._journal = session.journal
        self._state = session.state
        self._clock = session.clock
        self._settings = session.settings
        self._tickets = session.settings.flickr.tickets
        self._file_worker = session.file_worker
        self._backups = session.backups
        self._verifier = Verifier(session)
        self.lines = Lines(session.settings.flickr.uploads)

    def replace(self, decision: Decision, location: str, max_bytes: int) -> Outcome:
        """Put the original of one decision in its copy's place. Raises only what stops the whole run, or
        CalledOffError where that was stopped before anything was sent.
        """
        try:
            return self._replace(decision, location, max_bytes)
        except PictureError as error:
            return self._told(decision.copy.photo_id, error)
        except OSError as error:
            raise StoppedError(
                f"{self._state.root} cannot be written ({error.strerror}); free some disk space and run again"
            ) from None

    def _replace(self, decision: Decision, location: str, max_bytes: int) -> Outcome:
        match, photo = decision.match, decision.copy.photo
        if match is None:
            raise ValueError("only a replace decision can be carried out")
        backup = self._backups.checked(photo)
        outgoing = self._file_to_send(decision, match, backup, location, max_bytes)
        still = outgoing.path
        try:
            size = match.original.width, match.original.height
            if decision.sent is Sent.ORIGINAL and sorted((outgoing.width, outgoing.height)) != sorted(size):
                raise PictureError(f"{match.original.name} changed since it was read; run `sync` again")
            if not outgoing.is_temporary:
                place = self._state.outgoing / f"still-{photo.photo_id}{outgoing.path.suffix}"
                still = still_copy(outgoing, place, "sync")
            upload = Upload(
                photo.photo_id, still, outgoing.sha256, outgoing.size_bytes, outgoing.width, outgoing.height
            )
            note = {"original": str(match.original.path), "backup": asdict(backup), "as": str(decision.sent)}
            if (metadata := metadata_for(match.original, self._settings)) is not None:
                note["wish"] = metadata.to_json()
            with self.lines.one():
                before = self._flickr.get_info(photo.photo_id)
                if not _is_same_version(before, photo):
                    raise PictureGoneError("the photo was changed on Flickr since it was listed; run `sync` again")
                if state_of(said_about(self._journal, photo.photo_id, backup.sha256)) != decision.answers:
                    raise PictureError("the photo was reviewed since the plan was made; run `sync` again")
                sending = self._note_and_send(upload, before, note)
            return self._verifier.verify(sending)
        finally:
            if still != match.original.path:
                still.unlink(missing_ok=True)

    def _file_to_send(
        self, decision: Decision, match: Candidate, backup: Backup, location: str, max_bytes: int
    ) -> OutgoingFile:
        """The original, or the picture as posted rendered from it, as the plan says."""
        if decision.sent is Sent.ORIGINAL:
            return self._file_worker.make(match.original, location, self._state.outgoing, max_bytes)
        from i2f.sync.posted_file import make_posted_file, pair_of

        pair = pair_of(self._state.backups / backup.file, match.fit)
        return self._file_worker.call(make_posted_file, match.original, pair, location, self._state.outgoing, max_bytes)

    def undo(self, photo_id: str, levels: int | None = None) -> Outcome:
        """Put the saved copy of one replaced picture back: as before all its replacements, or the last `levels`."""
        try:
            return self._undo(photo_id, levels)
        except PictureError as error:
            return self._told(photo_id, error)

    def _undo(self, photo_id: str, levels: int | None) -> Outcome:
        history = self._journal.histories.of(photo_id)
        pile = history.to_take_back
        if not pile:
            if history.is_open:
                raise ReplyLostError("not yet clear on Flickr; run again in a few minutes")
            raise PictureError("nothing to restore")
        levels = min(levels or len(pile), len(pile))
        below, top = pile[-levels].body, pile[-1].body
        backup = Backup(**below["backup"])
        try:
            file = self._backups.check(backup)
        except PictureError as error:
            raise PictureError(let_go_words(history) or str(error)) from None
        upload = Upload(photo_id, file, backup.sha256, backup.size_bytes, backup.width, backup.height, undoing=True)
        note = {"backup": asdict(backup), "levels": levels, "was": below["before"], "became": top["after"]}
        with self.lines.one():
            before = self._flickr.get_info(photo_id)
            if before.secret != top["after"]["secret"]:
                raise PictureGoneError(
                    "the photo was changed on Flickr since it was replaced, so it was left unchanged"
                )
            sending = self._note_and_send(upload, before, note)
        return self._verifier.verify(sending)

    def settle(self, photo_id: str, history: History) -> Outcome | None:
        """Ask Flickr what became of a sending that was cut off; None when it took nothing."""
        try:
            return self._settle(photo_id, history)
        except PictureGoneError as error:
            return self._gone(photo_id, history, error)
        except PictureError as error:
            return Outcome(OutcomeKind.UNSURE, str(error))

    def _gone(self, photo_id: str, history: History, error: PictureGoneError) -> Outcome | None:
        """A photo that Flickr does not find may be there a moment later, with our picture in it: only one that stays
        away for a day is no question any more.
        """
        if not history.is_open:
            return None
        if history.gone_at is None:
            self._session.note(photo_id, JournalStep.GONE.when(undoing=history.is_undo), {})
        elif self._clock.now() - history.gone_at >= LATE_S:
            self._session.note(
                photo_id, JournalStep.NOT_TAKEN.when(undoing=history.is_undo), {"why": "no longer on Flickr"}
            )
            return None
        return Outcome(OutcomeKind.UNSURE, str(error))

    def _settle(self, photo_id: str, history: History) -> Outcome | None:
        intended = history.intended or {}
        before = PhotoInfo.from_json(intended["before"])
        sent = {name: intended["sent"][name] for name in ("sha256", "size_bytes", "width", "height")}
        upload = Upload(photo_id, None, **sent, undoing=history.is_undo)
        age_s = self._clock.now() - history.intended_at
        is_late = not history.is_open
        is_pending = history.ticket is not None and self._flickr.ticket_state(history.ticket) is TicketState.PENDING
        if is_pending and age_s < LATE_S:
            return Outcome(OutcomeKind.UNSURE, "Flickr is still processing it")
        if not self._verifier.was_taken(upload, before, LOOKS_S if age_s < FRESH_S and not is_late else (0.0,)):
            if is_late:
                return None
            if intended.get("tickets") and history.ticket is None and age_s < TICKET_S:
                return Outcome(OutcomeKind.UNSURE, "Flickr may still be processing it")
            if is_pending or history.seen is not None and not history.is_undo:
                # A ticket may stay open for ever, and a look may come from the past: a person decides, by --again.
                why = "Flickr still shows the previous picture"
                self._note(upload, JournalStep.UNSURE, {"why": why})
                return Outcome(OutcomeKind.UNSURE, f"{why}; `sync --again {photo_id}` reconsiders it")
            self._note(upload, JournalStep.NOT_TAKEN, {})
            return None
        if is_late:
            if not self._verifier.holds(upload):
                return None  # somebody put another picture there, and it is theirs
            # From here on it is an open question again, whatever happens next.
            self._note(upload, JournalStep.INTENDED, intended)
        return self._verifier.verify(
            Sending(upload, before, _restoring(intended), metadata=noted_metadata(intended), is_old=age_s >= FRESH_S)
        )

    # The one road both directions take.

    def _note_and_send(self, upload: Upload, before: PhotoInfo, note: Mapping[str, Any]) -> Sending:
        """Note what is intended, then send it; what is to be verified. Whoever calls it holds a line."""
        noted = {**note, "sent": upload.as_noted(), "before": before.to_json(), "tickets": self._tickets}
        self._note(upload, JournalStep.INTENDED, noted)
        reply = self._send(upload, before)
        return Sending(upload, before, _restoring(noted), reply, noted_metadata(noted))

    def _send(self, upload: Upload, before: PhotoInfo) -> Replaced | None:
        """Send until Flickr says it took it, or shows that it did (None). Raises with the record closed, or open
        where that is not clear.
        """
        lost, why, tickets = False, "", []

        def keep_ticket(name: str) -> None:
            tickets.append(name)
            self._note(upload, JournalStep.TICKET, {"ticket": name})

        for attempt in range(1, TRIES + 1):
            if attempt > 1 and self._is_there(upload, before, LOOKS_S[attempt - 1], lost=lost):
                return None
            try:
                return self._flickr.replace(upload.photo_id, upload.path, before.title, keep_ticket)
            except ReplyLostError:
                lost, why = True, "no reply"
                if self._verifier.was_taken(upload, before):
                    return None
                if self._tickets:
                    raise  # Flickr may have the picture and still put it in place, by a ticket nobody heard of, too
            except SyncError as error:
                why = str(error)
                if (lost or tickets) and not isinstance(error, Refused):
                    raise  # the question stays open: the next run asks Flickr first
                if not lost and (not isinstance(error, Refused) or error.final):
                    # Whether the refusals before it were true ones, later runs look once more.
                    step = JournalStep.REFUSED if attempt == 1 else JournalStep.NOT_TAKEN
                    self._note(upload, step, {"why": why})
                    if isinstance(error, Refused):
                        raise PictureError(f"Flickr refused the picture: {why}") from None
                    raise
        if self._is_there(upload, before, LOOKS_S[TRIES], lost=lost):
            return None
        self._note(upload, JournalStep.NOT_TAKEN, {"why": f"{why}, and nothing changed"})
        raise PictureError(f"Flickr did not accept the picture after three tries: {why}")

    def _is_there(self, upload: Upload, before: PhotoInfo, wait_s: float, *, lost: bool) -> bool:
        """Whether Flickr took the picture without saying so; a refusal may come after the work was done.

        Raises PictureGoneError where somebody put another picture there. A lost reply leaves that to the proof.
        """
        if not self._verifier.was_taken(upload, before, (wait_s,)):
            return False
        if lost or self._verifier.holds(upload):
            return True
        self._note(upload, JournalStep.NOT_TAKEN, {"why": "changed on Flickr meanwhile"})
        raise PictureGoneError("the photo was changed on Flickr meanwhile; run `sync` again")

    def _told(self, photo_id: str, error: PictureError) -> Outcome:
        """What a failure means for the picture: unsure as long as the record is open."""
        history = self._journal.histories.of(photo_id)
        if not history.is_open:
            return Outcome(OutcomeKind.FAILED, str(error))
        return Outcome(OutcomeKind.UNSURE, f"{error}; the next `sync` checks with Flickr first")

    def _note(self, upload: Upload, step: JournalStep, body: Mapping[str, Any]) -> None:
        self._session.note(upload.photo_id, step.when(undoing=upload.undoing), body)


def _is_same_version(info: PhotoInfo, photo: Photo) -> bool:
    """Whether Flickr still holds what was listed; both secrets change with every replacement."""
    if info.original_secret is not None and photo.original_secret is not None:
        return info.original_secret == photo.original_secret
    return info.secret == photo.secret


def _restoring(intended: Mapping[str, Any]) -> tuple[PhotoInfo, PhotoInfo] | None:
    """What date and place were before the replacements that are taken back, and what they became."""
    if "was" not in intended:
        return None
    return PhotoInfo.from_json(intended["was"]), PhotoInfo.from_json(intended["became"])
