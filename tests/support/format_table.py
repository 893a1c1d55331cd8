"""What Flickr receives for each kind of file, found out by making one of each and asking outgoing_file.py.

`python tests/format_table.py` prints the table for the documents; a test holds the documents to it.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PIL import Image

from i2f.ground.errors import PictureError
from i2f.photos.exif import read_exif
from i2f.photos.folder import Unreadable
from i2f.photos.outgoing_file import make_outgoing_file
from i2f.photos.reader import Reading, read_file
from matcher import fingerprint_of
from tests.support.heif_boxes import burst, ios_18
from tests.support.photographs import box, camera_exif, display_p3, dng, found, heic_with_jpeg, painted, save_heic

IN_OTHER_COLOURS = frozenset({"c.tif", "b.webp"})
HEADING = ("| in the folder | what Flickr receives |", "| --- | --- |")


def make_one_of_each(folder: Path) -> dict[str, Path]:
    """A sound file of every kind, by the real encoders where there is one, and a few that are not."""
    picture, exif = painted(450, 330), camera_exif(orientation=6, place=(46.948, 7.4474))
    plain: dict[str, Any] = {"exif": exif, "icc_profile": display_p3()}
    second = painted(450, 330, 2)
    kinds = {
        "JPEG": folder / "a.jpg",
        "JPEG, progressive": folder / "b.jpg",
        "JPEG, CMYK": folder / "c.jpg",
        "JPEG of several pictures (MPO)": folder / "d.jpg",
        "JPEG with a film behind it (motion photo)": folder / "e.jpg",
        "PNG": folder / "a.png",
        "PNG, 16 bits": folder / "b.png",
        "GIF": folder / "a.gif",
        "GIF, animated": folder / "b.gif",
        "HEIC": folder / "a.heic",
        "HEIC, 10 bits": folder / "c.heic",
        "HEIC of iOS 18, with gain map and tone map": folder / "d.heic",
        "HEIC of several pictures (the one it shows)": folder / "e.heic",
        "HEIC with a JPEG inside": folder / "b.heic",
        "AVIF": folder / "a.avif",
        "TIFF": folder / "a.tif",
        "TIFF, 16 bits": folder / "b.tif",
        "TIFF, CMYK": folder / "c.tif",
        "TIFF of several pages (the first)": folder / "d.tif",
        "WebP": folder / "a.webp",
        "WebP, transparent": folder / "b.webp",
        "WebP, animated (its first picture)": folder / "c.webp",
        "DNG with a preview of full size": folder / "a.dng",
        "DNG with a small preview": folder / "b.dng",
        "other raw files": folder / "a.cr2",
        "JPEG XL": folder / "a.jxl",
        "BMP": folder / "a.bmp",
        "any of these cut short": folder / "f.heic",
    }
    picture.save(folder / "a.jpg", **plain)
    picture.save(folder / "b.jpg", progressive=True, **plain)
    picture.convert("CMYK").save(folder / "c.jpg")
    picture.save(folder / "d.jpg", "MPO", save_all=True, append_images=[painted(160, 120)])
    (folder / "e.jpg").write_bytes((folder / "a.jpg").read_bytes() + box(b"ftyp", b"mp42", bytes(4)) + bytes(999))
    picture.save(folder / "a.png", **plain)
    deep = np.asarray(picture.convert("L")).astype(np.uint16) * 257
    Image.fromarray(deep).save(folder / "b.png")
    picture.save(folder / "a.gif")
    picture.save(folder / "b.gif", save_all=True, append_images=[second])
    save_heic(picture, folder / "a.heic", **plain)
    (folder / "b.heic").write_bytes(heic_with_jpeg(picture, [], exif))
    (folder / "c.heic").write_bytes(ios_18(picture, exif, deep=True))
    (folder / "d.heic").write_bytes(ios_18(picture, exif))
    (folder / "e.heic").write_bytes(burst([second, picture], 1, exif))
    (folder / "f.heic").write_bytes((folder / "a.heic").read_bytes()[:-999])
    picture.save(folder / "a.avif", speed=10, **plain)
    picture.save(folder / "a.tif", **plain)
    Image.fromarray(deep).save(folder / "b.tif", **plain)
    picture.convert("CMYK").save(folder / "c.tif", exif=exif)
    picture.save(folder / "d.tif", save_all=True, append_images=[second], **plain)
    picture.save(folder / "a.webp", **plain)
    clear = picture.convert("RGBA")
    clear.putalpha(200)
    clear.save(folder / "b.webp", **plain)
    picture.save(folder / "c.webp", save_all=True, append_images=[second], **plain)
    (folder / "a.dng").write_bytes(dng(picture, picture.size))
    (folder / "b.dng").write_bytes(dng(picture, (4032, 3024)))
    (folder / "a.cr2").write_bytes(b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(100))
    (folder / "a.jxl").write_bytes(b"\xff\x0a" + bytes(100))
    picture.save(folder / "a.bmp")
    return kinds


def received(path: Path, workdir: Path) -> str:
    """What Flickr gets for this file, in words."""
    reading = read_file(found(path), fingerprint_of)
    if isinstance(reading, Unreadable):
        return f"nothing; named: {reading.reason}"
    assert isinstance(reading, Reading)
    try:
        outgoing = make_outgoing_file(reading.original, "keep", workdir)
    except PictureError as error:
        return f"nothing; {str(error).removeprefix(path.name + ': ')}"
    if outgoing.path == path:
        return "the file itself, byte for byte"
    with Image.open(outgoing.path) as sent:
        says = read_exif(sent.info.get("exif"))
        words = {
            f"a {sent.format} made of it": True,
            "quality 95": sent.quantization == _quantization(sent.mode),  # type: ignore[attr-defined]
            "EXIF with time and GPS data": says.taken is not None and says.place is not None,
            "its colour profile": "icc_profile" in sent.info,
            "in sRGB": "icc_profile" not in sent.info and sent.mode == "RGB" and path.name in IN_OTHER_COLOURS,
            "upright": sent.getexif().get(0x0112, 1) == 1
            and sent.size == (reading.original.width, reading.original.height),
        }
        return ", ".join(word for word, holds in words.items() if holds)


def _quantization(mode: str) -> Any:
    buffer = io.BytesIO()
    Image.new(mode, (8, 8)).save(buffer, "JPEG", quality=95)
    with Image.open(buffer) as image:
        return image.quantization  # type: ignore[attr-defined]


def format_table() -> list[str]:
    """The table, line by line."""
    with tempfile.TemporaryDirectory() as name:
        folder, workdir = Path(name) / "folder", Path(name) / "work"
        folder.mkdir()
        workdir.mkdir()
        kinds = make_one_of_each(folder)
        return [*HEADING, *(f"| {kind} | {received(path, workdir)} |" for kind, path in kinds.items())]


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in format_table())
