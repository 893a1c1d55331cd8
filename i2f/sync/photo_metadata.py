"""The capture time and the place of an original on its Flickr photo, for those who ask for them.

A copy came to Flickr long after the shot and without EXIF, so Flickr dates it to its arrival. `[sync] set_taken` and
`set_location` put what the original says in its place, once the replacement is proved. What is to be put there stands
in the journal before anything is sent, so that a run that is killed in between does not lose it; what Flickr said
before stands there too, and undo goes back to it. What Flickr refuses of it costs the date or the place and not the
picture.

Flickr's date taken is the camera's wall clock, without a zone and without parts of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flickr_client import FlickrClient, PhotoInfo
from i2f.ground.errors import PictureError
from i2f.ground.model import Original, Told
from i2f.ground.settings import Settings

# setDates: 0 is a full date and time. setLocation: 16 is street level.
EXACT, STREET = 0, 16
# Flickr keeps six decimals.
SAME_DEGREES = 2e-6
# setLocation's error for somebody who never said who may see locations.
NEVER_CHOSEN = 7
CHOOSE_HERE = "choose who can see locations at https://www.flickr.com/account/geo/privacy"


@dataclass(frozen=True, slots=True)
class PhotoMetadata:
    """What is to stand on the Flickr photo: the time as Flickr writes it, latitude and longitude; None leaves it."""

    taken: str | None
    place: tuple[float, float] | None

    def to_json(self) -> dict[str, Any]:
        """Return this as JSON's own types, for the journal."""
        return {"taken": self.taken, "place": self.place}


def metadata_for(original: Original, settings: Settings) -> PhotoMetadata | None:
    """What the settings ask for, as far as the original knows it or is known of it elsewhere; None for nothing."""
    told = original.told or Told()
    captured = original.taken or told.taken
    taken = captured.local.strftime("%Y-%m-%d %H:%M:%S") if settings.sync.set_taken and captured else None
    wants_place = settings.sync.set_location and settings.privacy.location == "keep"
    place = (original.place or told.place) if wants_place else None
    return PhotoMetadata(taken, place) if taken or place else None


def noted_metadata(intended: Mapping[str, Any]) -> PhotoMetadata | None:
    """What was to be put there, as it stands in the journal."""
    noted = intended.get("wish")
    if noted is None:
        return None
    place = noted["place"]
    return PhotoMetadata(noted["taken"], (place[0], place[1]) if place else None)


def put_metadata(
    flickr: FlickrClient, before: PhotoInfo, after: PhotoInfo, metadata: PhotoMetadata, *, is_old: bool
) -> tuple[PhotoInfo, list[str]]:
    """Put time and place on the photo; what Flickr holds then, and what the person should know.

    With `is_old` the person had time to change them since; such a change stays.
    """
    notes: list[str] = []
    changed = False
    if metadata.taken is not None and (after.taken, after.taken_granularity) != (metadata.taken, EXACT):
        if is_old and after.taken != before.taken:
            notes.append("its date taken was edited on Flickr since, so it was left unchanged")
        else:
            changed = True
            notes += tried(
                "its capture time could not be set on Flickr",
                lambda: flickr.set_dates(after.photo_id, metadata.taken or "", EXACT),
            )
    if metadata.place is not None and not _is_there(after, metadata.place):
        if is_old and after.place != before.place:
            notes.append("its location was edited on Flickr since, so it was left unchanged")
        else:
            changed = True
            latitude, longitude = metadata.place
            notes += tried(
                "its location could not be set on Flickr",
                lambda: flickr.set_location(after.photo_id, latitude, longitude, STREET),
            )
    return flickr.get_info(after.photo_id) if changed else after, notes


def _is_there(info: PhotoInfo, place: tuple[float, float]) -> bool:
    return info.place is not None and all(
        abs(here - wanted) < SAME_DEGREES for here, wanted in zip(info.place, place, strict=False)
    )


def tried(failed: str, put: Callable[[], None]) -> list[str]:
    """Change something on the photo; where Flickr refuses, `failed` with the reason."""
    try:
        put()
    except PictureError as error:
        advice = f"; {CHOOSE_HERE}" if getattr(error, "code", None) == NEVER_CHOSEN else ""
        return [f"{failed}: {error}{advice}"]
    return []
