"""The copies as they were: saved under the name of their content, read back before they count, let go when asked.

A saved copy is the only thing that can undo a replacement, so it is named after its SHA-256 (equal pictures are
kept once), its name is on the disk before the journal speaks of it, and every byte is read back before anything is
sent in its place. A file that no longer is what was saved is forgotten, so that the next run fetches it anew while
Flickr still has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flickr_client import Fetched, FlickrClient
from i2f.ground.durable import flush_folder
from i2f.ground.errors import PictureError, PictureGoneError, StoppedError
from i2f.ground.model import Photo
from i2f.ground.rate_limit import Clock
from i2f.ground.wording import day
from i2f.memory.history import History
from i2f.memory.journal_steps import JournalStep
from i2f.memory.record import Backup, Record
from i2f.memory.state_dir import StateFolder

DAY_S = 86_400.0


def secret_of(photo: Photo) -> str:
    """What names this very version of a photo: both secrets change with every replacement."""
    return photo.original_secret or photo.secret


class Backups:
    """The backup folder and the journal's notes about it."""

    def __init__(self, state: StateFolder, record: Record, clock: Clock) -> None:
        """Nothing is touched yet."""
        self._folder = state.backups
        self._record = record
        self._clock = clock

    def find(self, photo: Photo) -> Backup | None:
        """The saved copy of this version of a photo, if its file is there and as long as it was."""
        backup = self._record.backup(photo.photo_id, secret_of(photo))
        if backup is None:
            return None
        try:
            size = (self._folder / backup.file).stat().st_size
        except OSError:
            return None
        return backup if size == backup.size_bytes else None

    def fetch(self, flickr: FlickrClient, photo: Photo) -> None:
        """Fetch one copy to its place, which is named after the content."""
        arriving = self._folder / f"arriving-{photo.photo_id}"
        fetched = flickr.fetch_original(photo, arriving)
        if None not in (fetched.original_secret, photo.original_secret) and (
            fetched.original_secret != photo.original_secret
        ):
            arriving.unlink()
            raise PictureGoneError(f"photo {photo.photo_id} was changed on Flickr since it was listed; run again")
        name = self._settle(arriving, fetched)
        self._record.keep_backup(
            Backup(
                photo.photo_id,
                secret_of(photo),
                fetched.sha256,
                name.as_posix(),
                fetched.size_bytes,
                fetched.width,
                fetched.height,
                self._clock.now(),
            )
        )

    def _settle(self, arriving: Path, fetched: Fetched) -> Path:
        """Give the file its name, and see that the name is on the disk too."""
        ending = fetched.content_format.lower().replace("jpeg", "jpg")
        name = Path(fetched.sha256[:2]) / f"{fetched.sha256}.{ending}"
        place = self._folder / name
        try:
            place.parent.mkdir(mode=0o700, exist_ok=True)
            arriving.replace(place)
            for folder in (place.parent, self._folder):
                flush_folder(folder)
        except OSError as error:
            raise StoppedError(f"{place} cannot be written ({error.strerror}); no photo was being changed") from None
        return name

    def check(self, backup: Backup) -> Path:
        """Read the saved copy back: every byte as it was fetched."""
        file = self._folder / backup.file
        try:
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise PictureError(f"the backup {file} cannot be read ({error.strerror}); nothing was sent") from None
        if digest != backup.sha256:
            raise PictureError(f"the backup {file} is damaged; nothing was sent")
        return file

    def checked(self, photo: Photo) -> Backup:
        """The saved copy of this version, read back; one that is spoilt is forgotten, to be fetched anew."""
        backup = self._record.backup(photo.photo_id, secret_of(photo))
        if backup is None:
            raise PictureError("the copy on Flickr could not be backed up, so nothing was sent")
        try:
            self.check(backup)
        except PictureError as error:
            self._record.forget_backup(backup)
            raise PictureError(f"{error}; the next run downloads it again") from None
        return backup


# Letting go.


@dataclass(frozen=True, slots=True)
class Prunable:
    """What may be let go: files of the backup folder, and the pictures that cannot be taken back afterwards."""

    files: tuple[Path, ...]
    backups: tuple[Backup, ...]
    size_bytes: int
    replaced: tuple[str, ...]


def find_prunable(record: Record, state: StateFolder, histories: Mapping[str, History], before: float) -> Prunable:
    """Saved copies fetched before a moment; a file that a younger one or an open question needs stays."""
    open_ones = {photo for photo, one in histories.items() if one.is_open}
    known = record.backups()
    staying = {one.file for one in known if one.fetched_at >= before or one.photo_id in open_ones}
    staying |= _needed_since(histories, before)
    going = tuple(one for one in known if one.file not in staying)
    files = sorted({one.file for one in going})
    there = tuple(path for name in files if (path := state.backups / name).is_file())
    replaced = tuple(photo for photo, one in histories.items() if _files_of(one) & set(files))
    return Prunable(there, going, sum(path.stat().st_size for path in there), replaced)


def prune(record: Record, prunable: Prunable, run: str) -> None:
    """Let go: first the note, then the files, so that a kill in between leaves a file too many, never one too few."""
    for photo_id in prunable.replaced:
        record.append(run, photo_id, JournalStep.PRUNED, {})
    for backup in prunable.backups:
        record.forget_backup(backup)
    for file in prunable.files:
        file.unlink(missing_ok=True)


def _needed_since(histories: Mapping[str, History], before: float) -> set[str]:
    """A copy saved long ago whose picture was replaced lately is as young as the replacement, also where Flickr seems
    not to have taken it: it may show late.
    """
    young = [one for one in histories.values() if one.intended_at >= before]
    late = [one.intended["backup"]["file"] for one in young if one.last_step == JournalStep.NOT_TAKEN and one.intended]
    return {*late, *(name for one in young for name in _files_of(one))}


def _files_of(history: History) -> set[str]:
    return {one.body["backup"]["file"] for one in history.to_take_back if "backup" in one.body}


def let_go_words(history: History) -> str | None:
    """Why a picture cannot be taken back, where its copy was let go."""
    if history.let_go_at is None:
        return None
    return f"its backup was deleted on {day(history.let_go_at.astimezone())} (backup prune)"
