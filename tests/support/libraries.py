"""Photos libraries and Google Takeouts, made after real ones: the files, and what is said beside them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CORE_DATA_EPOCH = 978_307_200


@dataclass(frozen=True)
class Asset:
    """One photo of a library; `original` and `edit` are bytes, None for one that is not on this Mac."""

    uuid: str
    name: str
    original: bytes | None
    edit: bytes | None = None
    taken: int = 1_348_000_000
    offset_s: int | None = 7200
    place: tuple[float, float] | None = None
    trashed: bool = False
    ending: str = "jpeg"
    in_cloud: bool = False


def uuid_of(number: int) -> str:
    """A UUID as Photos writes them."""
    return f"{number:08X}-52E4-4197-BBEB-261ED448BBC7"


def make_library(library: Path, assets: Sequence[Asset], table: str = "ZASSET") -> Path:
    """A library of Photos 5 or later; `table` was ZGENERICASSET on macOS 10.15."""
    (library / "originals").mkdir(parents=True)
    (library / "database").mkdir()
    for one in assets:
        if one.original is not None:
            _write(library / "originals" / one.uuid[0] / f"{one.uuid}.{one.ending}", one.original)
        if one.edit is not None:
            _write(library / "resources/renders" / one.uuid[0] / f"{one.uuid}_1_201_a.jpeg", one.edit)
    with sqlite3.connect(library / "database/Photos.sqlite") as db:
        db.execute(
            f"CREATE TABLE {table} (Z_PK INTEGER PRIMARY KEY, ZUUID TEXT, ZKIND INTEGER, ZTRASHEDSTATE INTEGER, "
            "ZDIRECTORY TEXT, ZFILENAME TEXT, ZDATECREATED REAL, ZLATITUDE REAL, ZLONGITUDE REAL)"
        )
        db.execute(
            "CREATE TABLE ZADDITIONALASSETATTRIBUTES (Z_PK INTEGER PRIMARY KEY, ZASSET INTEGER, "
            "ZORIGINALFILENAME TEXT, ZTIMEZONEOFFSET INTEGER)"
        )
        db.execute(
            "CREATE TABLE ZINTERNALRESOURCE (Z_PK INTEGER PRIMARY KEY, ZASSET INTEGER, ZDATASTORESUBTYPE INTEGER, "
            "ZLOCALAVAILABILITY INTEGER, ZREMOTEAVAILABILITY INTEGER)"
        )
        for key, one in enumerate(assets, 1):
            latitude, longitude = one.place or (-180.0, -180.0)
            file = f"{one.uuid}.{one.ending}"
            created = one.taken - CORE_DATA_EPOCH
            db.execute(
                f"INSERT INTO {table} VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?)",
                (key, one.uuid, one.trashed, one.uuid[0], file, created, latitude, longitude),
            )
            db.execute("INSERT INTO ZADDITIONALASSETATTRIBUTES VALUES (?, ?, ?, ?)", (key, key, one.name, one.offset_s))
            local = 1 if one.original is not None else -1
            db.execute("INSERT INTO ZINTERNALRESOURCE VALUES (?, ?, 1, ?, ?)", (key, key, local, one.in_cloud))
    db.close()
    return library


def takeout_json(
    title: str, taken: int = 1_348_000_000, place: tuple[float, float] = (0.0, 0.0), **more: object
) -> str:
    """The JSON that Takeout writes beside a picture."""
    degrees = {"latitude": place[0], "longitude": place[1], "altitude": 0.0, "latitudeSpan": 0.0, "longitudeSpan": 0.0}
    body: Mapping[str, object] = {
        "title": title,
        "description": "",
        "imageViews": "3",
        "creationTime": {"timestamp": "1600000000", "formatted": "13 Sept 2020, 12:26:40 UTC"},
        "photoTakenTime": {"timestamp": str(taken), "formatted": "18 Sept 2012, 20:26:40 UTC"},
        "geoData": degrees,
        "geoDataExif": degrees,
        "url": "https://photos.google.com/photo/AF1Qip",
        **more,
    }
    return json.dumps(body)


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
