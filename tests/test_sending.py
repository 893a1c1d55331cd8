"""What Flickr gets: the original itself, or a JPEG proved equal to it; and no place where none is wanted."""

from __future__ import annotations

import hashlib
import io
import struct
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from format_table import HEADING, format_table
from numpy.typing import NDArray
from photographs import as_array, box, camera_exif, difference, display_p3, found, painted, read, untouched_bytes
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from errors import PictureError
from exif import GPS_IFD, GPS_LATITUDE, entries, read_exif
from formats import jpeg_segments, png_chunks
from jpeg_coding import comes_out_even
from model import Original
from privacy import has_place, without_place
from sending import ToSend, bytes_to_send

BERNE = (46.948, 7.4474)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description exif:GPSLatitude="46,56.88N" '
    b"exif:GPSLongitude='7,26.84E' xmp:Rating=\"5\"><exif:GPSAltitude>540/1</exif:GPSAltitude>"
    b"<dc:title>Berne</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def send(path: Path, workdir: Path, location: str = "keep") -> ToSend:
    return bytes_to_send(read(path).original, location, workdir)


def refusal(original: Original, workdir: Path, **more: int) -> str:
    with pytest.raises(PictureError) as caught:
        bytes_to_send(original, "keep", workdir, **more)
    assert list(workdir.iterdir()) == []
    return str(caught.value)


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    folder = tmp_path / "phone"
    folder.mkdir()
    return folder


# As they are.


@pytest.mark.parametrize("ending", ["jpg", "png", "gif"])
def test_jpeg_png_and_gif_are_sent_byte_for_byte(phone: Path, workdir: Path, ending: str) -> None:
    path = phone / f"a.{ending}"
    painted(900, 660).save(path)
    before = untouched_bytes(path)
    to_send = send(path, workdir)
    assert to_send == ToSend(
        path=path,
        sha256=hashlib.sha256(before[0]).hexdigest(),
        size_bytes=len(before[0]),
        width=900,
        height=660,
        converted=False,
        has_place=False,
        is_temporary=False,
    )
    assert untouched_bytes(path) == before
    assert list(workdir.iterdir()) == []


def test_a_turned_jpeg_is_sent_as_it_is_and_its_size_is_the_stored_one(phone: Path, workdir: Path) -> None:
    painted(900, 660).save(phone / "a.jpg", exif=camera_exif(orientation=6))
    to_send = send(phone / "a.jpg", workdir)
    assert (to_send.width, to_send.height, to_send.path) == (900, 660, phone / "a.jpg")


def test_an_animated_gif_is_refused(phone: Path, workdir: Path) -> None:
    painted(300, 300).save(phone / "a.gif", save_all=True, append_images=[painted(300, 300, seed=2)])
    assert "an animated GIF, which Flickr does not take" in refusal(read(phone / "a.gif").original, workdir)


# Made into JPEG.


@pytest.mark.parametrize("ending", ["heic", "avif", "tif", "webp"])
def test_what_flickr_does_not_take_becomes_a_jpeg_that_shows_the_same(phone: Path, workdir: Path, ending: str) -> None:
    path = phone / f"a.{ending}"
    exif = camera_exif("2019:06:27 14:55:13", subsec="560", offset="+02:00", place=BERNE, orientation=6)
    options: dict[str, dict[str, Any]] = {"webp": {"lossless": True}, "avif": {"quality": 95, "speed": 10}}
    painted(450, 330).save(path, exif=exif, icc_profile=display_p3(), **options.get(ending, {"quality": 95}))
    before = untouched_bytes(path)
    to_send = send(path, workdir)
    assert to_send.path.parent == workdir
    assert (to_send.width, to_send.height) == (330, 450)
    assert to_send.converted
    assert to_send.has_place
    assert to_send.is_temporary
    data = to_send.path.read_bytes()
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (to_send.sha256, to_send.size_bytes)
    with Image.open(path) as source, Image.open(to_send.path) as sent:
        upright = ImageOps.exif_transpose(source)
        assert sent.format == "JPEG"
        assert sent.info["icc_profile"] == display_p3()
        assert sent.getexif()[0x0112] == 1
        assert difference(sent, upright) < 3
        read_back, read_before = read_exif(sent.info["exif"]), read_exif(exif)
    assert (read_back.taken, read_back.place, read_back.camera) == (
        read_before.taken,
        read_before.place,
        read_before.camera,
    )
    assert untouched_bytes(path) == before


def test_the_jpeg_has_quality_95_without_colour_subsampling(phone: Path, workdir: Path) -> None:
    painted(450, 330).save(phone / "a.heic")
    with Image.open(send(phone / "a.heic", workdir).path) as sent, io.BytesIO() as reference:
        painted(64, 64).save(reference, "JPEG", quality=95, subsampling=0)
        with Image.open(reference) as expected:
            assert sent.quantization == expected.quantization  # type: ignore[attr-defined]
            assert [part[1:3] for part in sent.layer] == [(1, 1)] * 3  # type: ignore[attr-defined]


def test_noise_and_hard_edges_pass_the_comparison(phone: Path, workdir: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (400, 500, 3), dtype=np.uint8)
    Image.fromarray(noise).save(phone / "noise.tif")
    Image.fromarray(np.where(noise > 127, 255, 0).astype(np.uint8)).save(phone / "hard.webp", lossless=True)
    for name in ("noise.tif", "hard.webp"):
        assert send(phone / name, workdir).converted


def test_deep_transparent_and_printers_colours_become_srgb(phone: Path, workdir: Path) -> None:
    clear = Image.new("RGBA", (400, 300), (200, 20, 20, 0))
    clear.save(phone / "clear.webp", lossless=True)
    painted(400, 300).convert("CMYK").save(phone / "cmyk.tif")
    Image.fromarray(np.full((300, 400), 40_000, np.uint16)).save(phone / "deep.tif")
    for name, colour in (("clear.webp", 255), ("deep.tif", 40_000 // 256), ("cmyk.tif", None)):
        with Image.open(send(phone / name, workdir).path) as sent:
            assert sent.mode in ("RGB", "L")
            assert colour is None or abs(as_array(sent).mean() - colour) < 2


def test_exif_too_long_for_a_jpeg_loses_the_maker_s_notes_first(phone: Path, workdir: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Apple", "iPhone 13"
    exif.get_ifd(0x8769).update({0x9003: "2019:06:27 14:55:13", 0x927C: b"note" * 20_000})
    painted(400, 300).save(phone / "a.heic", exif=exif.tobytes())
    with Image.open(send(phone / "a.heic", workdir).path) as sent:
        assert read_exif(sent.info["exif"]).camera == "Apple iPhone 13"
        assert read_exif(sent.info["exif"]).taken is not None


# Refused.


@pytest.mark.parametrize("ending", ["jpg", "heic", "png"])
def test_a_file_cut_short_is_never_sent(phone: Path, workdir: Path, ending: str) -> None:
    path = phone / f"IMG_0007.{ending}"
    painted(450, 330).save(path)
    whole = read(path).original
    path.write_bytes(path.read_bytes()[: whole.size_bytes * 3 // 4])
    status = path.stat()
    cut = Original(
        path=path,
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        content_format=whole.content_format,
        width=whole.width,
        height=whole.height,
        taken=None,
        camera=None,
    )
    assert refusal(cut, workdir) == f"IMG_0007.{ending}: cut short; it was not sent"


def test_a_file_that_changed_since_it_was_read_is_not_sent(phone: Path, workdir: Path) -> None:
    path = phone / "a.jpg"
    painted(900, 660).save(path)
    original = read(path).original
    painted(900, 660, seed=2).save(path, quality=80)
    assert "changed since it was read" in refusal(original, workdir)


def test_a_file_that_is_gone_is_said(phone: Path, workdir: Path) -> None:
    path = phone / "a.jpg"
    painted(900, 660).save(path)
    original = read(path).original
    path.unlink()
    assert refusal(original, workdir) == "a.jpg: no such file or directory; it was not sent"


def test_more_than_flickr_takes_is_refused(phone: Path, workdir: Path) -> None:
    painted(900, 660).save(phone / "a.jpg")
    assert "larger than the 0 MiB that Flickr takes" in refusal(
        read(phone / "a.jpg").original, workdir, max_bytes=10_000
    )


# Without a place.


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
    to_send = send(path, workdir, "strip")
    data = to_send.path.read_bytes()
    assert (to_send.has_place, to_send.converted, to_send.is_temporary) == (False, False, True)
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
    notes = b"Apple iOS\x00 \"46.9480, 7.4474\""
    exif = camera_exif(place=BERNE, note=notes)
    more: dict[str, Any] = {} if ending == "tif" else {"xmp": XMP}
    painted(450, 330).save(phone / f"a.{ending}", exif=exif, **more)
    before = untouched_bytes(phone / f"a.{ending}")
    assert b"46.9480" in before[0]
    to_send = send(phone / f"a.{ending}", workdir, "strip")
    assert not to_send.has_place
    assert not tells_berne(to_send.path.read_bytes())
    with Image.open(to_send.path) as image:
        assert image.getexif().get_ifd(0x8825) == {}
        assert read_exif(image.info["exif"]).taken is not None
    assert untouched_bytes(phone / f"a.{ending}") == before


def test_a_png_loses_its_place_and_keeps_its_rows(phone: Path, workdir: Path) -> None:
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    painted(900, 660).save(phone / "a.png", exif=camera_exif(place=BERNE), pnginfo=text)
    before = (phone / "a.png").read_bytes()
    to_send = send(phone / "a.png", workdir, "strip")
    data = to_send.path.read_bytes()
    assert to_send.path.suffix == ".png"
    assert not to_send.has_place
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
        (0xE1, b"http://ns.adobe.com/xap/1.0/\x00<rdf:Description drone-dji:GpsLatitude='+46.94800' "
               b"drone-dji:GpsLongtitude=\"+7.44740\"/>"),
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
        b"moov", box(b"udta", box(b"\xa9xyz", b"\x00\x11\x15\xc7+46.9480+007.4474/"),
                     box(b"loci", bytes(4), b"\x15\xc7Berne\x00\x00", struct.pack(">3l", 488064, 3076751, 0), b"\x00"))
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
    to_send = send(phone / "a.png", workdir, "strip")
    with Image.open(to_send.path) as image:
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
    kept, stripped = (bytes_to_send(original, location, workdir) for location in ("keep", "strip"))
    assert kept.has_place or name.startswith("pillow")
    assert not stripped.has_place
    before, after = kept.path.read_bytes(), stripped.path.read_bytes()
    assert scans(before) == scans(after)
    with Image.open(io.BytesIO(after)) as image:
        assert image.getexif().get_ifd(0x8825) == {}
        assert image.info["icc_profile"]


@pytest.mark.parametrize(
    "name",
    ["planter-IMG_1122-044214", "planter-IMG_1125-7c1694", "planter-IMG_1224-323f49", "planter-IMG_1227-fb5c75",
     "planter-IMG_1234-f66b6e", "wwbrest-IMG_2503-862033", "wwbrest-IMG_2605-8e64da", "wwbrest-IMG_2627-929014"],
)
def test_a_real_phone_jpeg_loses_a_place_written_into_it(corpus: Path, phone: Path, workdir: Path, name: str) -> None:
    """The untouched files of iPhones: the place goes, the maker's notes, the scan and the length stay."""
    with Image.open(corpus / "originals" / f"{name}.jpg") as image:
        exif = image.getexif()
        notes = exif.get_ifd(0x8769).get(0x927C)
        exif.get_ifd(0x8825).update({1: "N", 2: (46.0, 56.0, 52.8), 3: "E", 4: (7.0, 26.0, 50.64)})
        image.save(phone / "a.jpg", exif=exif.tobytes(), quality="keep")
    before = (phone / "a.jpg").read_bytes()
    to_send = send(phone / "a.jpg", workdir, "strip")
    after = to_send.path.read_bytes()
    assert has_place(before)
    assert not has_place(after)
    assert scans(before) == scans(after)
    assert found(phone / "a.jpg").size_bytes == to_send.size_bytes
    with Image.open(to_send.path) as image:
        assert image.getexif().get_ifd(0x8825) == {}
        assert image.getexif().get_ifd(0x8769).get(0x927C) == notes


def test_the_documents_say_what_flickr_receives_for_each_format() -> None:
    """Wherever a document has the table, it is the one that format_table.py makes; the README leads to it."""
    root = Path(__file__).resolve().parents[1]
    documents = {file.name: file.read_text(encoding="utf-8") for file in (root / "README.md", *root.glob("docs/*.md"))}
    holding = [name for name, text in documents.items() if HEADING[0] in text]
    table = "\n".join(format_table())
    assert "| JPEG | the file itself, byte for byte |" in table
    assert holding
    assert all(table in documents[name] for name in holding)
    assert "README.md" in holding or any(f"docs/{name}" in documents["README.md"] for name in holding)


@pytest.mark.parametrize("kind", ["baseline", "progressive", "grey", "cmyk", "restarts", "optimized", "tiny", "flat"])
def test_a_jpeg_that_lost_some_bytes_in_the_middle_is_never_sent(phone: Path, workdir: Path, kind: str) -> None:
    """libjpeg says nothing: the rest is shifted, wrongly coloured or grey."""
    picture = painted(40, 30) if kind == "tiny" else painted(1200, 900)
    more: dict[str, dict[str, Any]] = {
        "progressive": {"progressive": True}, "restarts": {"restart_marker_rows": 100}, "optimized": {"optimize": True}}
    picture = {"grey": picture.convert("L"), "cmyk": picture.convert("CMYK"),
               "flat": Image.new("RGB", (1200, 900), (200, 30, 90))}.get(kind, picture)
    picture.save(phone / "a.jpg", quality=90, **more.get(kind, {}))
    assert send(phone / "a.jpg", workdir).path == phone / "a.jpg"
    data = (phone / "a.jpg").read_bytes()
    if kind in {"flat", "progressive"}:
        return  # the sound ones pass; there is little to lose in the one, and the other often comes out even
    middle, lost = (-200, 60) if kind == "tiny" else (len(data) // 4, 3_000)
    (phone / "a.jpg").write_bytes(data[:middle] + data[middle + lost :])
    with pytest.raises(PictureError, match="damaged"):
        send(phone / "a.jpg", workdir)


def test_no_real_photograph_is_suspected(corpus: Path) -> None:
    files = sorted((corpus / "originals").glob("*.jpg"))[::12]
    assert len(files) > 20
    assert all(comes_out_even(file.read_bytes()) for file in files)
