"""What Flickr receives for each kind of file, found out by making one of each and asking sending.py.

`python tests/format_table.py` prints the table for the documents; a test holds the documents to it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from photographs import camera_exif, display_p3, dng, found, heic_with_jpeg, painted, save_heic
from PIL import Image

from errors import PictureError
from originals import Unreadable, bytes_to_send
from reading import Reading, read_file

HEADING = ("| in the folder | what Flickr receives |", "| --- | --- |")


def make_one_of_each(folder: Path) -> dict[str, Path]:
    """A sound file of every kind, by the real encoders where there is one."""
    picture, exif = painted(450, 330), camera_exif(orientation=6, place=(46.948, 7.4474))
    plain: dict[str, Any] = {"exif": exif, "icc_profile": display_p3()}
    kinds = {
        "JPEG": folder / "a.jpg",
        "JPEG, progressive": folder / "b.jpg",
        "JPEG, CMYK": folder / "c.jpg",
        "JPEG of several pictures (MPO)": folder / "d.jpg",
        "PNG": folder / "a.png",
        "PNG, 16 bits": folder / "b.png",
        "GIF": folder / "a.gif",
        "GIF, animated": folder / "b.gif",
        "HEIC": folder / "a.heic",
        "HEIC with a JPEG inside": folder / "b.heic",
        "AVIF": folder / "a.avif",
        "TIFF": folder / "a.tif",
        "WebP": folder / "a.webp",
        "DNG with a preview of full size": folder / "a.dng",
        "DNG with a small preview": folder / "b.dng",
        "other raw files": folder / "a.cr2",
    }
    picture.save(folder / "a.jpg", **plain)
    picture.save(folder / "b.jpg", progressive=True, **plain)
    picture.convert("CMYK").save(folder / "c.jpg")
    picture.save(folder / "d.jpg", "MPO", save_all=True, append_images=[painted(160, 120)])
    picture.save(folder / "a.png", **plain)
    Image.new("I;16", (450, 330), 40_000).save(folder / "b.png")
    picture.save(folder / "a.gif")
    picture.save(folder / "b.gif", save_all=True, append_images=[painted(450, 330, 2)])
    save_heic(picture, folder / "a.heic", **plain)
    (folder / "b.heic").write_bytes(heic_with_jpeg(picture, [], exif))
    picture.save(folder / "a.avif", speed=10, **plain)
    picture.save(folder / "a.tif", **plain)
    picture.save(folder / "a.webp", **plain)
    (folder / "a.dng").write_bytes(dng(picture, picture.size))
    (folder / "b.dng").write_bytes(dng(picture, (4032, 3024)))
    (folder / "a.cr2").write_bytes(b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(100))
    return kinds


def received(path: Path, workdir: Path) -> str:
    """What Flickr gets for this file, in words."""
    reading = read_file(found(path))
    if isinstance(reading, Unreadable):
        return f"nothing; named: {reading.reason}"
    assert isinstance(reading, Reading)
    try:
        to_send = bytes_to_send(reading.original, "keep", workdir)
    except PictureError as error:
        return f"nothing; {str(error).removeprefix(path.name + ': ')}"
    if to_send.path == path:
        return "the file itself, byte for byte"
    with Image.open(to_send.path) as sent:
        kept = {"EXIF with its place": to_send.has_place, "its colour profile": "icc_profile" in sent.info}
        words = [f"a {sent.format} made of it, quality 95", *(name for name, there in kept.items() if there)]
        assert sent.getexif().get(0x0112, 1) == 1
        return ", ".join([*words, "upright"])


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
