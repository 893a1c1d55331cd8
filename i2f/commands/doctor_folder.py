"""What a folder of originals holds, for the doctor: pictures, cameras, years, versions, what is missing or unreadable.

The pictures are read as `sync` reads them, into the same journal, so that the first run finds them read already.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from i2f.display.progress import TerminalProgress
from i2f.ground.errors import SyncError
from i2f.ground.model import Original
from i2f.ground.plain_text import printable
from i2f.ground.wording import counted
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from i2f.photos.folder import Found, is_in_a_cloud
from i2f.photos.provenance import is_edit
from i2f.photos.same_shot import same_exposure_by_exif
from i2f.photos.sources import find_originals
from i2f.sync.originals import OriginalsIndex, read_folder

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, what was found, the failure it would be in a run, and the steps that mend it."""

    what: str
    words: str
    error: SyncError | None = None
    steps: tuple[str, ...] = ()


def look_into(folders: Sequence[Path], state: StateFolder) -> Iterator[Finding]:
    """Read everything in the folders and tell what is there; one finding with the failure where that is impossible."""
    named = ", ".join(printable(one) for one in folders)
    try:
        with TerminalProgress() as progress, state.lock():
            found = find_originals(folders)
            journal = Journal(state.journal_file)
            try:
                index = read_folder(found.files, journal, progress)
            finally:
                journal.close()
    except SyncError as error:
        yield Finding("Folder", str(error), error)
        return
    originals = index.gallery.originals
    yield Finding("Folder", f"{named}: {counted(len(originals), 'picture')}")
    if originals:
        yield Finding("Cameras", _cameras(originals))
        yield Finding("Years", _years(originals))
        yield Finding("Versions", _versions(originals))
    if found.passed_over or index.passed_over:
        yield Finding("Skipped", _passed_over(found.passed_over, index.passed_over))
    yield from _missing(found, index)


def _most(counts: Counter[str]) -> str:
    """The commonest with their numbers, and how many others there are."""
    shown = [f"{name} ({number:,})" for name, number in counts.most_common(_SHOWN)]
    others = len(counts) - len(shown)
    return ", ".join([*shown, *([f"and {others:,} more"] if others > 0 else [])])


def _cameras(originals: Sequence[Original]) -> str:
    cameras = Counter(one.camera for one in originals if one.camera)
    without = len(originals) - cameras.total()
    return "; ".join(part for part in (_most(cameras), f"{without:,} without a camera name" if without else "") if part)


def _years(originals: Sequence[Original]) -> str:
    """How many pictures of each year, in order; those without a date of their own last."""
    taken = [moment for one in originals if (moment := _taken(one)) is not None]
    years = Counter(moment.year for moment in taken)
    without = len(originals) - len(taken)
    shown = [f"{year} ({number:,})" for year, number in sorted(years.items())]
    return ", ".join([*shown, *([f"{without:,} without a date"] if without else [])])


def _taken(original: Original) -> datetime | None:
    captured = original.taken or (original.told.taken if original.told else None)
    return captured.local if captured else None


def _versions(originals: Sequence[Original]) -> str:
    """How many edits there are, and how many files are further versions of a shot, by their EXIF."""
    of_second: dict[tuple[str | None, object], list[list[Original]]] = defaultdict(list)
    for one in originals:
        if one.taken is None or one.camera is None:
            continue
        groups = of_second[one.camera, one.taken.local.replace(microsecond=0)]
        group = next((group for group in groups if same_exposure_by_exif(group[0], one)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    further = sum(len(group) - 1 for groups in of_second.values() for group in groups)
    edits = sum(1 for one in originals if is_edit(one))
    return f"{counted(edits, 'edit')}; {counted(further, 'file')} besides the first of each photo, by EXIF"


def _passed_over(counts: Mapping[str, int], no_pictures: int) -> str:
    told = {**counts, **({"not pictures": no_pictures} if no_pictures else {})}
    return ", ".join(f"{kind} ({number:,})" for kind, number in told.items())


def _missing(found: Found, index: OriginalsIndex) -> Iterator[Finding]:
    """What Photos libraries lack, placeholders of clouds, and what cannot be read, with the first few of each."""
    of_files = [one for one in found.named if one.path not in found.libraries]
    for one in found.named:
        if one.path in found.libraries:
            yield Finding("Photos library", f"{printable(one.path)}: {one.reason}")
    clouded = [one for one in of_files if is_in_a_cloud(one)]
    others = [(one.path, one.reason) for one in of_files if not is_in_a_cloud(one)]
    for what, files in (
        ("Placeholders", [(one.path, one.reason) for one in clouded]),
        ("Unreadable", [*others, *index.unreadable]),
    ):
        if files:
            lines = [f"    {printable(path)}: {reason}" for path, reason in files[:_SHOWN]]
            more = [f"    ... and {len(files) - _SHOWN:,} more"] if len(files) > _SHOWN else []
            verb = "is not on this disk" if what == "Placeholders" else "cannot be read"
            plural = verb if len(files) == 1 else verb.replace("is not", "are not")
            yield Finding(what, f"{counted(len(files), 'file')} {plural}", None, (*lines, *more))
    if not (clouded or others or index.unreadable):
        yield Finding("Unreadable", "none")
