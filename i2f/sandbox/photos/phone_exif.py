"""The EXIF block of an iPhone's photograph, as far as real files of each model are known to have it.

Read from published files: iPhones 4, 4S and 5 write neither sub-seconds nor a lens model, the 6 and later do, and zones
come only with iOS 13, later than every phone here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base


@dataclass(frozen=True, slots=True)
class Phone:
    """A model with its system, how its pictures are exposed, and the first year it can have been used."""

    model: str
    system: str
    aperture: float
    focal_mm: float
    has_lens_model: bool
    since: int


PHONES = {
    phone.model: phone
    for phone in (
        Phone("iPhone 4", "4.3.3", 2.8, 3.85, has_lens_model=False, since=2011),
        Phone("iPhone 4S", "5.1.1", 2.4, 4.28, has_lens_model=False, since=2012),
        Phone("iPhone 5", "6.1.4", 2.4, 4.13, has_lens_model=False, since=2013),
        Phone("iPhone 6", "8.4.1", 2.2, 4.15, has_lens_model=True, since=2015),
        Phone("iPhone 8", "11.2.6", 1.8, 3.99, has_lens_model=True, since=2018),
    )
}


@dataclass(frozen=True, slots=True)
class Shot:
    """When, how large (upright) and which way up a picture was taken, and whether the phone noted where."""

    taken: datetime
    size: tuple[int, int]
    orientation: int = 1
    located: bool = False


def exif_of(phone: Phone, shot: Shot) -> bytes:
    """The EXIF block for one shot."""
    exif = Image.Exif()
    stamp = shot.taken.strftime("%Y:%m:%d %H:%M:%S")
    exif[Base.Make], exif[Base.Model], exif[Base.Software] = "Apple", phone.model, phone.system
    exif[Base.Orientation], exif[Base.DateTime] = shot.orientation, stamp
    turned = shot.orientation in (6, 8)
    photo: dict[int, object] = {
        Base.DateTimeOriginal: stamp,
        Base.DateTimeDigitized: stamp,
        Base.ExposureTime: 1 / 120,
        Base.FNumber: phone.aperture,
        Base.ISOSpeedRatings: 64,
        Base.FocalLength: phone.focal_mm,
        Base.ColorSpace: 1,
        Base.ExifImageWidth: shot.size[1] if turned else shot.size[0],
        Base.ExifImageHeight: shot.size[0] if turned else shot.size[1],
    }
    if phone.has_lens_model:
        subsecond = f"{(shot.taken.second * 37 + shot.taken.minute * 11) % 1000:03}"
        lens = f"{phone.model} back camera {phone.focal_mm}mm f/{phone.aperture}"
        photo |= {Base.SubsecTimeOriginal: subsecond, Base.SubsecTimeDigitized: subsecond, Base.LensModel: lens}
    exif.get_ifd(IFD.Exif).update(photo)
    if shot.located:
        exif.get_ifd(IFD.GPSInfo).update(_place(shot.taken))
    return exif.tobytes()


def _place(taken: datetime) -> dict[int, object]:
    """Somewhere on the open sea, where nobody lives: 47 N 20 W."""
    north, west = (47.0, float(taken.day), 3.0), (20.0, float(taken.minute), 7.0)
    return {
        GPS.GPSLatitudeRef: "N",
        GPS.GPSLatitude: north,
        GPS.GPSLongitudeRef: "W",
        GPS.GPSLongitude: west,
        GPS.GPSTimeStamp: (float(taken.hour), float(taken.minute), float(taken.second)),
    }
