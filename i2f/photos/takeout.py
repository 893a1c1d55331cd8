"""A Google Takeout: the JSON beside each picture, found again through everything that Takeout does to names.

Google strips nothing from a picture's bytes, but what somebody set in Google Photos (a date, a place) and the name the
picture had stand in a JSON file beside it. Which one belongs to which picture is told by their names, and those obey
rules that nobody wrote down; they are gathered here from what people and their tools have found (2019 to 2026):

- `IMG.jpg.json`, and since 2024 `IMG.jpg.supplemental-metadata.json`;
- the JSON's name without ".json" is cut after 46 characters, wherever that falls, the picture's own after 47 before its
  ending, which alone is what two long names may share;
- a second picture of the same name is `IMG(1).jpg`, but its JSON `IMG.jpg(1).json` or
  `IMG.jpg.supplemental-metadata(1).json`;
- an edit (`IMG-edited.jpg`, in the language of the account) has no JSON, it shares that of `IMG.jpg`;
- with an archive in parts, picture and JSON may lie in different parts under the same folder.

The title inside the JSON must agree with the picture's name, else it is left alone.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

from i2f.ground.archives import read_whole
from i2f.ground.model import CaptureTime, Told
from i2f.ground.plain_text import has_lone_surrogate
from i2f.photos.exif import is_plausible

_SUPPLEMENT = ".supplemental-metadata"
_JSON_NAME, _PICTURE_STEM = 46, 47
_NUMBERED = re.compile(r"(?P<before>.+)\((?P<number>\d{1,4})\)(?P<ending>\.[^.]{1,5})?$", re.DOTALL)
_EDIT = re.compile(
    r"-(?:edited|bearbeitet|modifié|editado|editada|modificato|bewerkt|redigerad|redigeret|redigert|edytowane|muokattu|"
    r"отредактировано|düzenlendi|編集済み|已修改|已编辑|수정됨|(?P<cut>edit|edi|ed|e))$",
    re.IGNORECASE,
)
_MAX_NOTE = 1 << 20
_ROOT = "takeout"


@dataclass(frozen=True, slots=True)
class TakeoutNote:
    """What one JSON file says of its picture."""

    told: Told
    is_trashed: bool


def read_takeout(pictures: Sequence[Path], notes: Sequence[Path]) -> Mapping[Path, TakeoutNote]:
    """What the JSON files say, by picture; pictures without one are left out, and JSON of other kinds is no matter."""
    by_folder: dict[tuple[str, ...], dict[tuple[str, str], list[Path]]] = defaultdict(lambda: defaultdict(list))
    for note in notes:
        base, number = _json_base(note.name)
        by_folder[_folder(note)][base, number].append(note)
    found: dict[Path, TakeoutNote] = {}
    read: dict[Path, Mapping[str, Any] | None] = {}
    for picture in pictures:
        beside = by_folder.get(_folder(picture))
        if not beside:
            continue
        for name, number in _picture_bases(picture.name):
            body = _note_for(name, number, beside, read)
            if body is not None:
                found[picture] = _as_note(body, picture)
                break
    return found


def _note_for(
    name: str, number: str, beside: Mapping[tuple[str, str], Sequence[Path]], read: dict[Path, Mapping[str, Any] | None]
) -> Mapping[str, Any] | None:
    """The JSON of a picture of that name, if exactly one is there whose title agrees."""
    for base in _json_bases(name):
        agreeing = []
        for path in beside.get((base, number), ()):
            if path not in read:
                read[path] = _read(path)
            body = read[path]
            if body is not None and _agrees(body.get("title"), name):
                agreeing.append(body)
        if agreeing and all(_as_told(one) == _as_told(agreeing[0]) for one in agreeing):
            return agreeing[0]
    return None


def _folder(path: Path) -> tuple[str, ...]:
    """Where a file lies in the Takeout, the same for all of its parts; elsewhere the folder itself."""
    parts = path.parts[:-1]
    places = [place for place, part in enumerate(parts) if part.lower() == _ROOT]
    return tuple(parts[places[-1] :]) if places else tuple(parts)


def _json_base(name: str) -> tuple[str, str]:
    """A JSON file's name without ".json" and without the number in brackets, and that number ("" for none)."""
    base = name[: -len(".json")]
    numbered = _NUMBERED.fullmatch(base)
    if numbered and numbered["ending"] is None:
        return numbered["before"], numbered["number"]
    return base, ""


def _json_bases(name: str) -> Iterator[str]:
    """What the JSON of a picture may be called, the full names before the cut ones."""
    full = name + _SUPPLEMENT
    yield name
    # Cut at 46 characters as a rule; shorter cuts were seen where the path was long.
    for length in range(len(full), len(name), -1):
        yield full[:length]
    if len(name) > _JSON_NAME:
        yield name[:_JSON_NAME]
    yield PurePath(name).stem  # uploaded without an ending


def _picture_bases(name: str) -> Iterator[tuple[str, str]]:
    """A picture's name without number and edit mark, as its JSON knows it, with the number; as it is first."""
    yield name, ""
    numbered = _NUMBERED.fullmatch(name)
    number = numbered["number"] if numbered else ""
    plain = numbered["before"] + (numbered["ending"] or "") if numbered else name
    if numbered:
        yield plain, number
    path = PurePath(plain)
    stem = unicodedata.normalize("NFC", path.stem)  # a Mac's disk takes letters and accents apart
    mark = _EDIT.search(stem)
    # A mark cut short stands only where the whole name was cut.
    if mark and (mark["cut"] is None or len(stem) >= _PICTURE_STEM):
        yield stem[: mark.start()] + path.suffix, number


def _agrees(title: object, name: str) -> bool:
    """Whether a JSON's title can have become this name: what Takeout cannot write becomes "_", long names are cut."""
    if not isinstance(title, str) or not title:
        return False
    written, stem = re.sub(r"[^\w]", "_", title), re.sub(r"[^\w]", "_", PurePath(name).stem)
    return written.startswith(stem[: _JSON_NAME - 1])


def _read(path: Path) -> Mapping[str, Any] | None:
    try:
        body = json.loads(read_whole(path, _MAX_NOTE))
    except (OSError, ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) and "photoTakenTime" in body else None


def _as_note(body: Mapping[str, Any], picture: Path) -> TakeoutNote:
    told = _as_told(body)
    title = body["title"]
    # A cut name is given back whole, where the picture is the one the title means and no numbered or edited other.
    is_cut = len(picture.stem) == _PICTURE_STEM and title.startswith(picture.stem)
    usable = is_cut and not set(title) & set("/\\\0") and not has_lone_surrogate(title)
    return TakeoutNote(Told(title if usable else None, told.taken, told.place), body.get("trashed") is True)


def _as_told(body: Mapping[str, Any]) -> Told:
    return Told(
        None, _taken(body.get("photoTakenTime")), _place(body.get("geoDataExif")) or _place(body.get("geoData"))
    )


def _taken(stamp: object) -> CaptureTime | None:
    """Google's moment of the shot, UTC; it is the upload's where Google knew none."""
    try:
        seconds = int(stamp["timestamp"]) if isinstance(stamp, dict) else 0
        local = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    return CaptureTime(local, False, timedelta(0)) if is_plausible(local) else None


def _place(given: object) -> tuple[float, float] | None:
    if not isinstance(given, dict):
        return None
    latitude, longitude = given.get("latitude"), given.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    usable = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude)
    return (float(latitude), float(longitude)) if usable else None
