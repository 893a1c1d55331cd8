"""What a file and its path say of its origin."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from i2f.ground.model import CaptureTime, Original
from i2f.photos.decode import read_picture
from i2f.photos.provenance import FileMark, PathMark, is_edit, is_screen_size, marks_of, path_marks


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        ("Screenshot_20190412-081512.png", PathMark.SCREENSHOT),
        ("Screen Shot 2014-03-02 at 10.11.12.png", PathMark.SCREENSHOT),
        ("Bildschirmfoto 2020-01-01 um 12.00.00.png", PathMark.SCREENSHOT),
        ("Capture d\u2019\u00e9cran 2021-05-05.png", PathMark.SCREENSHOT),
        ("Captura de pantalla 2018-07-07.png", PathMark.SCREENSHOT),
        ("Screenshots/a.jpg", PathMark.SCREENSHOT),
        ("photo_upscaled.png", PathMark.ENLARGED),
        ("IMG_0001 (Wasserzeichen).jpg", PathMark.WATERMARK),
        ("IMG_0001_upscayl_4x.png", PathMark.ENLARGED),
        ("beach-x4.jpg", PathMark.ENLARGED),
        ("IMG-20150706-WA0031.jpg", PathMark.CHAT),
        ("WhatsApp Image 2018-01-01 at 10.00.00.jpeg", PathMark.CHAT),
        ("WhatsApp Images/a.jpg", PathMark.CHAT),
        ("Telegram/a.jpg", PathMark.CHAT),
        ("photo_2017-02-03_04-05-06.jpg", PathMark.CHAT),
        ("signal-2020-05-06-101112.jpg", PathMark.CHAT),
        ("mmexport1512345678901.jpg", PathMark.CHAT),
        ("received_10155555555555.jpeg", PathMark.CHAT),
        ("@eaDir/IMG_1.JPG/SYNOPHOTO_THUMB_M.jpg", PathMark.THUMBNAIL),
        ("thumbs/a.jpg", PathMark.THUMBNAIL),
        ("Lightroom 5 Catalog Previews.lrdata/a.jpg", PathMark.THUMBNAIL),
        ("IMG_0001_thumb.jpg", PathMark.THUMBNAIL),
        ("IMG_20190101_120000-COLLAGE.jpg", PathMark.COLLAGE),
        ("IMG_0001-edited.jpg", PathMark.EDIT),
        ("IMG_0001-edited(1).jpg", PathMark.EDIT),
        ("IMG_0001-adjusted.JPG", PathMark.EDIT),
        ("IMG_0001-bearbeitet.jpg", PathMark.EDIT),
        ("IMG_0001-modifi\u00e9.jpg", PathMark.EDIT),
        ("IMG_0001 (Edited).jpg", PathMark.EDIT),
        ("IMG_E0001.JPG", PathMark.EDIT),
    ],
)
def test_what_other_programs_call_their_files(path: str, mark: PathMark) -> None:
    assert path_marks(Path("/pictures") / path) == {mark}


@pytest.mark.parametrize(
    "path",
    [
        "IMG_0001.JPG",
        "IMG_0001 2.JPG",
        "DSC00123.JPG",
        "20190101_120000.jpg",
        "PXL_20210101_101112345.jpg",
        "Lineup/IMG_0001.JPG",
        "Thumbelina.jpg",
        "credited.jpg",
        "Signal Hill/a.jpg",
        "P1010101.JPG",
        "IMG_1234_HDR.jpg",
    ],
)
def test_what_cameras_and_people_call_theirs(path: str) -> None:
    assert path_marks(Path("/pictures") / path) == frozenset()


def saved(exif: Image.Exif | None = None, **more: object) -> tuple[str, ...]:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "JPEG", exif=Image.Exif() if exif is None else exif, **more)
    picture = read_picture(buffer.getvalue())
    assert picture is not None
    return picture.marks


def test_the_marks_inside_a_jpeg_are_read() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\x00\x00\x00Screenshot"
    assert saved(exif) == (FileMark.SCREENSHOT,)
    exif = Image.Exif()
    exif[0x0131] = "Adobe Photoshop CS6 (Windows)"
    exif.get_ifd(0x8769)[0x927C] = b"Apple iOS\x00\x00\x01MM\x00\x05"
    assert saved(exif) == (FileMark.MAKER_NOTE, FileMark.EDITED)
    exif = Image.Exif()
    exif[0x0131] = "Instagram"
    assert saved(exif) == (FileMark.INSTAGRAM,)
    exif = Image.Exif()
    exif[0x0131] = "15.1"
    assert saved(exif) == ()


def test_ios_says_screenshot_in_xmp_and_other_programs_in_a_text_of_the_png() -> None:
    packet = b'<x:xmpmeta><rdf:li><exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">Screenshot</rdf:li>'
    assert saved(xmp=packet) == (FileMark.SCREENSHOT,)
    text, buffer = PngImagePlugin.PngInfo(), io.BytesIO()
    text.add_text("Software", "gnome-screenshot")
    Image.new("RGB", (64, 64)).save(buffer, "PNG", pnginfo=text)
    picture = read_picture(buffer.getvalue())
    assert picture is not None
    assert picture.marks == (FileMark.SCREENSHOT,)


def described(width: int, height: int) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA002], exif.get_ifd(0x8769)[0xA003] = width, height
    return exif


@pytest.mark.parametrize(
    ("width", "height", "borrowed"),
    [
        (64, 48, False),
        (4032, 3024, False),  # made smaller since
        (3024, 4032, False),  # turned since
        (4032, 2268, True),
        (48, 36, True),
        (0, 0, False),
    ],
)
def test_exif_that_describes_a_picture_of_another_shape_or_a_smaller_one_was_copied(
    width: int, height: int, borrowed: bool
) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48)).save(buffer, "JPEG", exif=described(width, height))
    picture = read_picture(buffer.getvalue())
    assert picture is not None
    assert (FileMark.BORROWED in picture.marks) is borrowed


@pytest.mark.parametrize("block", [None, b"", b"Exif\x00\x00", b"Exif\x00\x00II*\x00\x08\x00", b"\xff" * 40])
def test_a_broken_block_has_no_marks(block: bytes | None) -> None:
    assert marks_of(block, {}) == ()


def original(width: int, height: int, name: str = "IMG_0001.JPG", marks: tuple[str, ...] = ()) -> Original:
    taken: CaptureTime | None = None
    return Original(Path("/roll") / name, 1, 1, "JPEG", width, height, taken, None, marks=marks)


def test_a_screen_is_known_by_its_size_either_way_round() -> None:
    assert is_screen_size(original(1170, 2532))
    assert is_screen_size(original(1920, 1080))
    assert not is_screen_size(original(3024, 4032))
    assert not is_screen_size(original(1536, 2048))


def test_an_edit_is_known_by_its_program_or_its_name() -> None:
    assert is_edit(original(4032, 3024, "IMG_0001-edited(1).jpg"))
    assert is_edit(original(4032, 3024, marks=(FileMark.EDITED,)))
    assert not is_edit(original(4032, 3024))


@pytest.mark.parametrize(
    "path",
    [
        "/mnt/cache/photos/IMG_0001.JPG",
        "/home/line/Pictures/IMG_0001.JPG",
        "/media/Signal/2014/IMG_0001.JPG",
        "/photos/holidays1001_3.jpg",
        "/photos/greenthumb.jpg",
        "/photos/Layout 2.jpg",
    ],
)
def test_a_disk_or_an_account_of_such_a_name_marks_nothing(path: str) -> None:
    assert path_marks(Path(path)) == frozenset()


def test_a_word_inside_another_names_no_editor() -> None:
    exif = Image.Exif()
    exif[0x0131] = "Version1.00"
    assert FileMark.EDITED not in marks_of(exif.tobytes(), {})


@pytest.mark.parametrize(
    ("path", "is_instagrams"),
    [
        ("/x/454093999_1240420453752667_4632794683080840290_n_18047065138879510.jpg", True),
        ("/x/11176055_362645210596368_1344620017_n.jpg", True),
        ("/export/media/posts/202207/17908919372611575.webp", True),
        ("/export.zip/photos/201208/dcb63fba0d818c525d2cf4aa64856f72.jpg", True),
        ("/photos/201208/IMG_0001.JPG", False),
        ("/sdcard/DCIM/Camera/20120930120000123.jpg", False),
        ("/photos/dcb63fba0d818c525d2cf4aa64856f72.jpg", False),
    ],
)
def test_pictures_of_an_instagram_export_are_known_by_name_and_folder(path: str, is_instagrams: bool) -> None:
    assert (PathMark.INSTAGRAM in path_marks(Path(path))) is is_instagrams
