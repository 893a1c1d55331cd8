"""The `render` command: one picture as posted, at full size, as a file to look at. Flickr is not asked.

Everything comes from the last run: the match from the journal, the saved copy, the original in the folder. Nothing is
ever written over, and nothing that does not equal the copy is written at all.
"""

from __future__ import annotations

from pathlib import Path

from i2f.display.lines import say
from i2f.ground.errors import ExitCode, PictureError, UnknownPhotoError
from i2f.ground.plain_text import in_plain_words
from i2f.ground.settings import Settings
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from i2f.photos.outgoing_file_worker import OutgoingFileWorker
from i2f.rendering.posted import NotRenderedError
from i2f.sync.output_files import NotWrittenError
from i2f.sync.posted_file import pair_of, posted_jpeg
from i2f.sync.questions import Choice, choices_of, is_outdated
from i2f.sync.thresholds import ASK_SCORE


def render(settings: Settings, photo_id: str, to: Path | None) -> ExitCode:
    """Write the picture as posted to a file, PHOTO_ID.jpg here where none is named."""
    file = to or Path(f"{photo_id}.jpg")
    if file.suffix.lower() not in (".jpg", ".jpeg"):
        raise NotWrittenError(f"{file} must end in .jpg; nothing was rendered")
    if file.exists():
        raise NotWrittenError(f"{file} already exists; name another file with --to")
    choice, copy = _match(settings, photo_id)
    say(f"Rendering {photo_id} as posted from {in_plain_words(choice.original.name)}")
    with OutgoingFileWorker() as worker:
        try:
            made = worker.call(posted_jpeg, choice.original, pair_of(copy, choice.fit))
        except NotRenderedError as error:
            raise PictureError(
                f"{photo_id} cannot be rendered as posted from {choice.original.name}: {error}; nothing was written"
            ) from None
    _write_new(file, made)
    say(f"Wrote {file}")
    return ExitCode.DONE


def _match(settings: Settings, photo_id: str) -> tuple[Choice, Path]:
    """The best candidate of the last run, and the saved copy."""
    state = StateFolder(settings.state).require_used()
    journal = Journal(state.journal_file)
    try:
        decided = journal.assessments.decision(photo_id)
        if decided is None or is_outdated(decided[1]):
            raise UnknownPhotoError(f"photo {photo_id} was not compared yet; run `sync FOLDER --dry-run` first")
        body = decided[1]
        choice = next(iter(choices_of(body)), None)
        if choice is None or choice.fit.score < ASK_SCORE:
            raise UnknownPhotoError(f"no original matches photo {photo_id}, so there is nothing to render")
        backup = journal.record.backup(photo_id, body["copy"]["secret"])
    finally:
        journal.close()
    if backup is None:
        raise UnknownPhotoError(f"the backup of photo {photo_id} is gone; run `sync FOLDER --dry-run` first")
    return choice, state.backups / backup.file


def _write_new(file: Path, data: bytes) -> None:
    try:
        with file.open("xb") as stream:
            stream.write(data)
    except FileExistsError:
        raise NotWrittenError(f"{file} already exists; name another file with --to") from None
    except OSError as error:
        raise NotWrittenError(f"{file} cannot be written ({(error.strerror or str(error)).lower()})") from None
