"""A Photos library read where it lies: its originals and edits as files, and what its database says of them.

A library is a folder. Since Photos 5 (macOS 10.15) `originals/` holds each photo under a UUID, `resources/renders/` its
edited rendering (UUID_1_201_a), and `database/Photos.sqlite` the names the pictures had, when and where they were
taken, which are in the trash, and those of which only iCloud has the original. Photos 2 to 4 and iPhoto keep
`Masters/` (or `Originals/`) under the pictures' own names, edits in `resources/media/version/` or `Modified/`. Smaller
derivatives, faces and shared albums are no originals and are not looked at.

Nothing is ever written to a library. Its database is opened read-only and immutable, so that SQLite makes no file
beside it; where Photos has changes waiting in a write-ahead log, a copy of both is read instead. Apple documents none
of this and changes it: tables and columns are asked for before they are used, and where the database cannot be
understood the files are read without it. The layout was learnt from published readers of it (osxphotos 2019 to 2026
among others); no library of Photos itself was at hand to try it on.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from i2f.ground.model import CaptureTime, Told
from i2f.photos.exif import is_plausible

_ORIGINALS = ("originals", "Masters", "Originals")
_EDITS = ("resources/renders", "resources/media/version", "Modified")
_UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}", re.IGNORECASE)
_FIRST_SECOND = datetime(2001, 1, 1, tzinfo=UTC)  # Core Data counts from here
_PHOTO = 0
_LARGEST_OFFSET_S = 14 * 3600
_FAR_AWAY_S = 1e10  # some 300 years, within which every date can be told


@dataclass(slots=True)
class LibraryFacts:
    """What a library says of its files by the UUID in their names: facts, thrown away; and originals it lacks here."""

    told: dict[str, Told] = field(default_factory=dict)
    trashed: set[str] = field(default_factory=set)
    photos: set[str] = field(default_factory=set)
    only_in_cloud: int = 0
    unread: bool = False


def picture_folders(library: Path) -> list[Path]:
    """The folders of a library that hold originals and edits; none where its layout is not known."""
    originals = [library / name for name in _ORIGINALS if (library / name).is_dir()]
    return [*originals, *(library / name for name in _EDITS if (library / name).is_dir())] if originals else []


def uuid_in(name: str) -> str | None:
    """The UUID that the name of a library's file begins with, in upper case."""
    found = _UUID.match(name)
    return found[0].upper() if found else None


def is_edit_in_library(file: Path, library: Path) -> bool:
    """Whether a file is an edited rendering that the library made."""
    return any(file.is_relative_to(library / name) for name in _EDITS)


def read_library(library: Path, files: Sequence[Path]) -> LibraryFacts:
    """What the database says; `files` are those found in the library, which tell what is on this Mac.

    A database that is missing gives no facts, nor does one that is damaged or of an unknown kind, which is `unread`.
    """
    database = library / "database" / "Photos.sqlite"
    facts = LibraryFacts()
    try:
        if database.is_file():
            with _opened(database) as db:
                db.text_factory = lambda data: data.decode("utf-8", "replace")  # one odd name costs no more than itself
                _read_assets(db, facts)
                here = {uuid_in(file.name) for file in files if not is_edit_in_library(file, library)}
                facts.only_in_cloud = len(_in_cloud(db, facts.photos - here))
    except (sqlite3.Error, OSError, ValueError, OverflowError):
        return LibraryFacts(unread=True)
    return facts


@contextmanager
def _opened(database: Path) -> Iterator[sqlite3.Connection]:
    """The database, read only; through a copy where changes wait in its log."""
    log = database.with_name(database.name + "-wal")
    waiting = log.is_file() and log.stat().st_size > 0
    if not waiting:
        db = _connection(database)
        try:
            yield db
        finally:
            db.close()
        return
    with tempfile.TemporaryDirectory(prefix="i2f-photos-") as folder:
        copy = Path(shutil.copyfile(database, Path(folder) / database.name))
        shutil.copyfile(log, copy.with_name(log.name))
        db = sqlite3.connect(copy)
        try:
            yield db
        finally:
            db.close()


def _connection(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _columns(db: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in db.execute(f"PRAGMA table_info({table})")}


def _asset_table(db: sqlite3.Connection) -> str:
    """ZASSET since macOS 11, ZGENERICASSET before; sqlite3.DatabaseError where neither is as it is known."""
    for table in ("ZASSET", "ZGENERICASSET"):
        if {"Z_PK", "ZUUID", "ZKIND", "ZTRASHEDSTATE", "ZDIRECTORY"} <= _columns(db, table):
            return table
    raise sqlite3.DatabaseError("no table of assets that is known")


def _read_assets(db: sqlite3.Connection, facts: LibraryFacts) -> None:
    table = _asset_table(db)
    assets, more = _columns(db, table), _columns(db, "ZADDITIONALASSETATTRIBUTES")

    def column(name: str, prefix: str, known: set[str]) -> str:
        return f"{prefix}.{name}" if name in known else "NULL"

    joined = "LEFT JOIN ZADDITIONALASSETATTRIBUTES AS b ON b.ZASSET = a.Z_PK" if "ZASSET" in more else ""
    more = more if joined else set()
    wanted = [column(name, "a", assets) for name in ("ZDATECREATED", "ZLATITUDE", "ZLONGITUDE")]
    wanted += [column(name, "b", more) for name in ("ZORIGINALFILENAME", "ZTIMEZONEOFFSET")]
    rows = db.execute(
        f"SELECT a.ZUUID, a.ZKIND, a.ZTRASHEDSTATE, a.ZDIRECTORY, {', '.join(wanted)} FROM {table} AS a {joined}"
    )
    for uuid, kind, trashed, directory, created, latitude, longitude, name, offset in rows:
        if not isinstance(uuid, str) or kind != _PHOTO:
            continue
        uuid = uuid.upper()
        if trashed:
            facts.trashed.add(uuid)
            continue
        # Photos of shared albums have a longer path here, outside of originals/.
        if len(str(directory or "")) <= 1:
            facts.photos.add(uuid)
        facts.told[uuid] = Told(_name(name), _taken(created, offset), _place(latitude, longitude))


def _in_cloud(db: sqlite3.Connection, missing: set[str]) -> set[str]:
    """Those of the photos without a file whose original iCloud has; all of them where the library does not say."""
    table = _asset_table(db)
    if not {"ZASSET", "ZDATASTORESUBTYPE", "ZREMOTEAVAILABILITY"} <= _columns(db, "ZINTERNALRESOURCE"):
        return missing
    rows = db.execute(
        f"SELECT a.ZUUID FROM {table} AS a JOIN ZINTERNALRESOURCE AS r ON r.ZASSET = a.Z_PK "
        "WHERE r.ZDATASTORESUBTYPE = 1 AND r.ZREMOTEAVAILABILITY = 1"
    )
    return missing & {str(uuid).upper() for (uuid,) in rows}


def _name(name: object) -> str | None:
    """A picture's own name, if it is one that a path can have."""
    if not isinstance(name, str) or "\\" in name or "\0" in name:
        return None
    return name if PurePosixPath(name).name == name else None


def _taken(created: object, offset: object) -> CaptureTime | None:
    """The moment as the wall clock where it was taken, if the library knows its zone, else by UTC."""
    if not isinstance(created, int | float) or not abs(created) < _FAR_AWAY_S:
        return None
    known = isinstance(offset, int | float) and abs(offset) <= _LARGEST_OFFSET_S
    zone = timedelta(seconds=int(offset)) if known else timedelta(0)  # type: ignore[call-overload]
    local = (_FIRST_SECOND + timedelta(seconds=created) + zone).replace(tzinfo=None)
    return CaptureTime(local.replace(microsecond=0), False, zone) if is_plausible(local) else None


def _place(latitude: object, longitude: object) -> tuple[float, float] | None:
    """Degrees; Photos writes -180 for both where it knows none."""
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    usable = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude)
    return (float(latitude), float(longitude)) if usable else None
