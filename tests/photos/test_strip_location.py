"""No place where none is wanted: taken out of all that is sent, and not a pixel with it."""

from __future__ import annotations

import hashlib
import io
import struct
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from i2f.photos.exif import GPS_IFD, GPS_LATITUDE, entries, read_exif
from i2f.photos.formats import jpeg_segments, png_chunks
from i2f.photos.outgoing_file import make_outgoing_file
from i2f.photos.strip_location import has_place, without_place
from tests.support.photographs import BERNE, box, camera_exif, found, painted, read, send, untouched_bytes

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description exif:GPSLatitude="46,56.88N" '
    b"exif:GPSLongitude='7,26.84E' xmp:Rating=\"5\"><exif:GPSAltitude>540/1</exif:GPSAltitude>"
    b"<dc:title>Berne</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def scans(data: bytes) -> list[bytes]:
    """The coded data of every scan, to the bit."""
    places = [segment for segment in jpeg_segments(data) if segment.marker != 0xD9]
    ends = [segment.begin - 4 for segment in places[1:]] + [len(data)]
    return [data[segment.end : end] for segment, end in zip(places, ends, strict=True) if segment.marker == 0xDA]


def tells_berne(data: bytes) -> bool:
    """Whether a coordinate of Berne stands in the file in any of the ways that these tests write it."""
    texts = (b"46.94", b"7.447", b"46,56", b"7,26", b"26.844", b"46/1", b"GPSL", b"Latitude")
    return any(text in data for text in (*texts, struct.pack("<d", BERNE[0]), struct.pack(">d", BERNE[1])))


def pixels_of(data: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGBA"))


def test_stripping_takes_the_place_out_of_exif_and_xmp_and_changes_no_pixel(phone: Path, workdir: Path) -> None:
    path = phone / "a.jpg"
    exif = camera_exif(subsec="33", place=BERNE, orientation=6, gps_time=(14, 11, 25), gps_date="2012:09:29")
    painted(900, 660).save(path, exif=exif, xmp=XMP, progressive=True)
    before = untouched_bytes(path)
    assert send(path, workdir).has_place
    outgoing = send(path, workdir, "strip")
    data = outgoing.path.read_bytes()
    assert (outgoing.has_place, outgoing.converted, outgoing.is_temporary) == (False, False, True)
    assert len(data) == len(before[0])
    assert scans(data) == scans(before[0])
    assert np.array_equal(pixels_of(data), pixels_of(before[0]))
    with Image.open(io.BytesIO(data)) as image:
        assert image.getexif().get_ifd(0x8825) == {}
        assert image.getexif()[0x0112] == 6
        assert read_exif(image.info["exif"]).camera == "Apple iPhone 5"
        taken = read_exif(image.info["exif"]).taken
        assert taken is not None
        assert taken.local == datetime(2012, 9, 29, 16, 11, 25, 330_000)  # noqa: DTZ001
        assert b"Berne" in image.info["xmp"]
        assert b'xmp:Rating="5"' in image.info["xmp"]
        assert b"GPS" not in image.info["xmp"]
    assert untouched_bytes(path) == before


def test_a_picture_without_a_place_is_sent_as_it_is_even_when_stripping(phone: Path, workdir: Path) -> None:
    painted(900, 660).save(phone / "a.jpg", exif=camera_exif())
    assert send(phone / "a.jpg", workdir, "strip").path == phone / "a.jpg"


@pytest.mark.parametrize("ending", ["heic", "avif", "tif", "webp"])
def test_what_becomes_a_jpeg_loses_its_place_on_the_way(phone: Path, workdir: Path, ending: str) -> None:
    notes = b'Apple iOS\x00 "46.9480, 7.4474"'
    exif = camera_exif(place=BERNE, note=notes)
    more: dict[str, Any] = {} if ending == "tif" else {"xmp": XMP}
    painted(450, 330).save(phone / f"a.{ending}", exif=exif, **more)
    before = untouched_bytes(phone / f"a.{ending}")
    assert b"46.9480" in before[0]
    outgoing = send(phone / f"a.{ending}", workdir, "strip")
    assert not outgoing.has_place
    assert not tells_berne(outgoing.path.read_bytes())
    with Image.open(outgoing.path) as image:
        assert image.getexif().get_ifd(0x8825) == {}
        assert read_exif(image.info["exif"]).taken is not None
    assert untouched_bytes(phone / f"a.{ending}") == before


def test_a_png_loses_its_place_and_keeps_its_rows(phone: Path, workdir: Path) -> None:
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    painted(900, 660).save(phone / "a.png", exif=camera_exif(place=BERNE), pnginfo=text)
    before = (phone / "a.png").read_bytes()
    outgoing = send(phone / "a.png", workdir, "strip")
    data = outgoing.path.read_bytes()
    assert outgoing.path.suffix == ".png"
    assert not outgoing.has_place
    assert b"GPS" not in data
    rows = [[bytes(d[c.begin : c.end]) for c in png_chunks(d) if c.kind == b"IDAT"] for d in (before, data)]
    assert rows[0] == rows[1]
    with Image.open(io.BytesIO(data)) as image:
        assert image.getexif().get_ifd(0x8825) == {}
        assert image.getexif()[0x0110] == "iPhone 5"


def test_the_coordinates_are_blanked_in_maker_s_notes_too() -> None:
    exif = Image.Exif()
    exif.load(camera_exif(place=BERNE))
    plain = exif.tobytes()[6:]
    entry = next(entry for entry in entries(plain) if (entry.ifd, entry.tag) == (GPS_IFD, GPS_LATITUDE))
    latitude = plain[entry.value_at : entry.value_at + entry.size]
    exif.get_ifd(0x8769)[0x927C] = b"Apple iOS\x00" + latitude + b"rest of the notes"
    buffer = io.BytesIO()
    painted(300, 200).save(buffer, "JPEG", exif=exif.tobytes())
    assert buffer.getvalue().count(latitude) == 2
    stripped = without_place(buffer.getvalue())
    assert latitude not in stripped
    assert b"rest of the notes" in stripped


def test_the_further_pictures_of_an_mpo_lose_their_place_too(phone: Path) -> None:
    path = phone / "a.jpg"
    second = painted(350, 325, seed=2).copy()
    second.info["exif"] = camera_exif(place=BERNE)
    painted(700, 650).save(path, "MPO", save_all=True, append_images=[second], exif=camera_exif(place=BERNE))
    data = path.read_bytes() + b"\x00\x00\x00\x20udta\xa9xyz+46.9480+007.4474+540/"
    stripped = without_place(data)
    assert has_place(data)
    assert not has_place(stripped)
    assert b"+46.9480" not in stripped
    assert len(stripped) == len(data)
    with Image.open(io.BytesIO(stripped)) as image:
        image.seek(1)
        image.load()


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def with_segment(marker: int, content: bytes, exif: bytes = b"", trailer: bytes = b"") -> bytes:
    """A sound JPEG with this segment in front, and whatever is glued behind it."""
    buffer = io.BytesIO()
    painted(300, 200).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()[:2] + segment(marker, content) + buffer.getvalue()[2:] + trailer


@pytest.mark.parametrize(
    ("marker", "content"),
    [
        (
            0xE1,
            b"http://ns.adobe.com/xap/1.0/\x00<rdf:Description drone-dji:GpsLatitude='+46.94800' "
            b'drone-dji:GpsLongtitude="+7.44740"/>',
        ),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\x00<geo:lat>46.948</geo:lat><geo:long>7.4474</geo:long>"),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\x00<rdf:li>geo:lat=46.948</rdf:li><rdf:li>geo:lon=7.4474</rdf:li>"),
        (0xED, b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x12\x1c\x02\x19\x00\x0ageo:lat=46.948"),
        (0xFE, b'{"app": {"Latitude": 46.948, "exif:GPSLongitude": "7,26.844E"}}'),
        (0xEB, b'JP\x00\x01jumb {"EXIF:GPSLatitude": "46,56.88N", "EXIF:GPSLongitude": "7,26.844E"}'),
    ],
    ids=["drone", "elements", "machine-tags", "keywords", "comment", "content-credentials"],
)
def test_coordinates_that_stand_elsewhere_under_a_name_are_blanked(marker: int, content: bytes) -> None:
    data = with_segment(marker, content)
    stripped = without_place(data)
    assert has_place(data)
    assert not has_place(stripped)
    assert not tells_berne(stripped)
    assert (len(stripped), scans(stripped)) == (len(data), scans(data))


@pytest.mark.parametrize(
    ("marker", "content"),
    [
        (0xE1, b"FLIR\x00\x01\x00\x00" + bytes(24) + struct.pack("<dd", *BERNE) + b"rest"),
        (0xE4, b"thermal" + struct.pack(">dd", *BERNE) + b"rest"),
        (0xFE, b"Shot at 46.94801, 7.44739 by nobody; rest"),
    ],
    ids=["doubles", "doubles-reversed", "text"],
)
def test_the_coordinates_of_exif_are_blanked_wherever_else_they_stand(marker: int, content: bytes) -> None:
    data = with_segment(marker, content, camera_exif(place=BERNE))
    assert tells_berne(data)
    stripped = without_place(data)
    assert not tells_berne(stripped)
    assert b"rest" in stripped
    assert scans(stripped) == scans(data)


def test_numbers_that_only_look_like_a_coordinate_stay() -> None:
    content = b"gain 7.4474 of lens 2.2, " + struct.pack("<d", 6.9) + b"f/1.78"
    assert content in without_place(with_segment(0xFE, content, camera_exif(place=BERNE)))


def test_what_phones_glue_behind_a_picture_tells_no_place() -> None:
    """A Samsung trailer: the time, the country of the mobile network, and the film of a motion photo."""
    film = box(b"ftyp", b"mp42", bytes(4)) + box(
        b"moov",
        box(
            b"udta",
            box(b"\xa9xyz", b"\x00\x11\x15\xc7+46.9480+007.4474/"),
            box(b"loci", bytes(4), b"\x15\xc7Berne\x00\x00", struct.pack(">3l", 488064, 3076751, 0), b"\x00"),
        ),
    )
    trailer = b"\x00\x00\x30\x0a\x10\x00\x00\x00MotionPhoto_Data" + film + b"Image_UTC_Data1714000000000MCC_Data228SEFT"
    data = with_segment(0xFE, b"nothing", trailer=trailer)
    stripped = without_place(data)
    assert not tells_berne(stripped)
    assert b"MCC_Data228" not in stripped
    assert struct.pack(">2l", 488064, 3076751) not in stripped
    assert b"Image_UTC_Data1714000000000" in stripped
    assert len(stripped) == len(data)
    assert np.array_equal(pixels_of(stripped), pixels_of(data))


def test_the_texts_of_a_png_that_tell_a_place_are_left_out(phone: Path, workdir: Path) -> None:
    texts = PngInfo()
    texts.add_text("exif:GPSLatitude", "46/1, 56/1, 5280/100")
    texts.add_text("Comment", 'made by {"latitude": 46.948, "longitude": 7.4474}', zip=True)
    texts.add_itxt("Description", "geo:lat=46.948 geo:lon=7.4474")
    texts.add_text("Title", "Berne")
    painted(450, 330).save(phone / "a.png", pnginfo=texts)
    assert send(phone / "a.png", workdir).has_place
    outgoing = send(phone / "a.png", workdir, "strip")
    with Image.open(outgoing.path) as image:
        image.load()
        assert image.text == {"Title": "Berne"}  # type: ignore[attr-defined]
        assert np.array_equal(np.asarray(image), np.asarray(painted(450, 330)))


def test_xmp_that_goes_on_in_further_segments_is_stripped_and_its_checksum_made_right() -> None:
    """A long XMP packet goes on in segments of its own, under the MD5 of the whole (XMP part 3, 1.1.3.1)."""
    long = b"<rdf:Description " + b"x" * 300 + b' exif:GPSLatitude="46,56.88N"/>'
    name = hashlib.md5(long).hexdigest().upper().encode()
    parts = [long[:310], long[310:]]
    main = b"http://ns.adobe.com/xap/1.0/\x00<rdf:Description xmpNote:HasExtendedXMP='" + name + b"'/>"
    further = b"".join(
        segment(
            0xE1,
            b"http://ns.adobe.com/xmp/extension/\x00"
            + name
            + len(long).to_bytes(4, "big")
            + at.to_bytes(4, "big")
            + part,
        )
        for at, part in zip((0, 310), parts, strict=True)
    )
    buffer = io.BytesIO()
    painted(300, 200).save(buffer, "JPEG")
    data = buffer.getvalue()[:2] + segment(0xE1, main) + further + buffer.getvalue()[2:]
    stripped = without_place(data)
    blanked = b"<rdf:Description " + b"x" * 300 + b" " * 29 + b"/>"
    new_name = hashlib.md5(blanked).hexdigest().upper().encode()
    assert stripped.count(new_name) == 3
    assert name not in stripped
    assert len(stripped) == len(data)
    assert scans(stripped) == scans(data)


def test_photoshop_s_own_copy_of_exif_is_stripped() -> None:
    exif = camera_exif(place=BERNE)[6:]
    resource = b"Photoshop 3.0\x008BIM\x04\x22\x00\x00" + len(exif).to_bytes(4, "big") + exif
    buffer = io.BytesIO()
    painted(300, 200).save(buffer, "JPEG")
    data = buffer.getvalue()[:2] + segment(0xED, resource) + buffer.getvalue()[2:]
    assert has_place(data)
    assert not has_place(without_place(data))


@pytest.mark.parametrize("name", ["heic-vmt-IMG_1253-9ea7b2.heic", "pillow-heif-spatial_photo-27894f.heic"])
def test_real_phone_files_lose_the_place_they_have(corpus: Path, workdir: Path, name: str) -> None:
    original = read(corpus / "originals" / name).original
    kept, stripped = (make_outgoing_file(original, location, workdir) for location in ("keep", "strip"))
    assert kept.has_place or name.startswith("pillow")
    assert not stripped.has_place
    before, after = kept.path.read_bytes(), stripped.path.read_bytes()
    assert scans(before) == scans(after)
    with Image.open(io.BytesIO(after)) as image:
        assert image.getexif().get_ifd(0x8825) == {}
        assert image.info["icc_profile"]


@pytest.mark.parametrize(
    "name",
    [
        "planter-IMG_1122-044214",
        "planter-IMG_1125-7c1694",
        "planter-IMG_1224-323f49",
        "planter-IMG_1227-fb5c75",
        "planter-IMG_1234-f66b6e",
        "wwbrest-IMG_2503-862033",
        "wwbrest-IMG_2605-8e64da",
        "wwbrest-IMG_2627-929014",
    ],
)
def test_a_real_phone_jpeg_loses_a_place_written_into_it(corpus: Path, phone: Path, workdir: Path, name: str) -> None:
    """The untouched files of iPhones: the place goes, the maker's notes, the scan and the length stay."""
    with Image.open(corpus / "originals" / f"{name}.jpg") as image:
        exif = image.getexif()
        notes = exif.get_ifd(0x8769).get(0x927C)
        exif.get_ifd(0x8825).update({1: "N", 2: (46.0, 56.0, 52.8), 3: "E", 4: (7.0, 26.0, 50.64)})
        image.save(phone / "a.jpg", exif=exif.tobytes(), quality="keep")
    before = (phone / "a.jpg").read_bytes()
    outgoing = send(phone / "a.jpg", workdir, "strip")
    after = outgoing.path.read_bytes()
    assert has_place(before)
    assert not has_place(after)
    assert scans(before) == scans(after)
    assert found(phone / "a.jpg").size_bytes == outgoing.size_bytes
    with Image.open(outgoing.path) as image:
        assert image.getexif().get_ifd(0x8825) == {}
        assert image.getexif().get_ifd(0x8769).get(0x927C) == notes
