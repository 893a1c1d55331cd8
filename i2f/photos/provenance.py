"""What a file says of its origin: the marks that cameras, phones and programs leave in files, folders and names.

None of it is proof. A chat app keeps the camera's name in one year and drops it in the next; somebody calls a folder of
his best photographs "Screenshots". So this module only reads what is there, each mark by itself, and leaves to
`eligibility.py` how much it weighs beside what the picture shows.

Marks in the file are kept with the reading (`Original.marks`): the camera's own note, a program that edits, the word
"Screenshot" where iOS (EXIF UserComment, XMP) and Android's makers write it, Instagram as the writing program, and
whether the EXIF is of another picture: a program that copies a camera's data into a screenshot or an enlarged copy
mostly copies the size in pixels with them. What only shrank a photograph may leave the old size there, so that a
smaller picture of the same shape is no sign (of 163 photographs of the corpus with camera and time one has another
shape, one that somebody cropped). Marks of the path are read from it whenever they are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from i2f.ground.model import Original
from i2f.photos.exif import EXIF_IFD, MAKER_NOTE, USER_COMMENT, byte_order, entries, tiff_block

SOFTWARE, DESCRIPTION = 0x0131, 0x010E
OTHER_SHAPE = 0.02
"""How much the proportions, or the longer side, must differ for a picture to be another than its EXIF describes."""


class FileMark(StrEnum):
    """A mark inside a file."""

    SCREENSHOT = "screenshot"
    MAKER_NOTE = "maker note"
    EDITED = "edited"
    INSTAGRAM = "instagram"
    BORROWED = "borrowed"


class PathMark(StrEnum):
    """What a path says a file is."""

    SCREENSHOT = "screenshot"
    CHAT = "chat"
    THUMBNAIL = "thumbnail"
    PREVIEW = "preview"
    COLLAGE = "collage"
    ENLARGED = "enlarged"
    WATERMARK = "watermark"
    INSTAGRAM_FOLDER = "instagram folder"
    EDIT = "edit"
    INSTAGRAM = "instagram"


_SCREENSHOT_WORDS = re.compile(
    r"screen[ _-]?shots?|screen[ _-]?capture|bildschirmfoto|capture d.{0,3}.?[ée]cran|captura de (?:pantalla|ecr[ãa])|"
    r"captura de tela|schermata|istantanea|schermafbeelding|sk[äa]rm(?:avbild|bild|dump)|sk[æa]rmbillede|skjermbilde|"
    r"kuvakaappaus|zrzut ekranu|sn[íi]mek obrazovky|ekran (?:resmi|g[öo]r[üu]nt[üu]s[üu])|скриншот|снимок экрана|"
    r"スクリーンショット|截屏|截图|屏幕快照|스크린샷",
    re.IGNORECASE,
)
_CHAT_NAME = re.compile(
    r"(?:IMG|VID)-\d{8}-WA\d{4}|WhatsApp Image \d{4}|photo_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d|photo_\d+@\d\d-\d\d-\d{4}|"
    r"signal-\d{4}-\d\d-\d\d|signal-attachment|IMG-[0-9a-f]{32}-V|viber[ _]image|mmexport\d{10,}|wx_camera_|"
    r"received_\d{8,}|FB_IMG_\d+|messenger_|IMG_\d+_\d+_\d+_n|line_\d{10,}|threema-|telegram-cloud",
    re.IGNORECASE,
)
# Names that nothing but a chat app or a thumbnail maker gives a folder count wherever they stand in a path.
_CHAT_FOLDER = re.compile(
    r"whats ?app(?: business)?(?: images| media| animated.*)?|com\.whatsapp.*|telegram(?: images| desktop| x)?|"
    r"viber images|micromsg|weixin|facebook messenger|threema pictures|kakaotalk.*",
    re.IGNORECASE,
)
_THUMBNAIL_NAME = re.compile(
    r"^SYNO(?:PHOTO|FILE|VIDEO)_|(?:^|[ _-])thumb(?:nail)?s?(?:[ _-]?\d+)?(?:$|[ _-])|^s100\d_|"
    r"^IMG_\d{4}(?:_\w{7})?-medium$",
    re.IGNORECASE,
)
_THUMBNAIL_FOLDER = re.compile(
    r"@eaDir|\.?thumb(?:nail)?s|\.@__thumb|.*\.lrdata|lightroom.*previews?|smart previews|\.picasacache|zbthumbnail.*|"
    r"imgthumbs?|minithumbnail",
    re.IGNORECASE,
)
# Others are also people's names for a disk, an account or an album: they count for the folder that holds the file.
_CHAT_PARENT = re.compile(r"signal|viber|wechat|messenger|line|threema|skype.*|snapchat", re.IGNORECASE)
_PREVIEW_PARENT = re.compile(
    r"\.?cache|previews?|derivatives|proxies|thumb(?:nail)?|\.picasa|encoded-video", re.IGNORECASE
)
_COLLAGE_NAME = re.compile(
    r"(?:^|[^a-z])collage|photo ?grid|pic ?stitch|^layout[_-]|piccollage|instacollage|diptic|moldiv|PhotoCollage",
    re.IGNORECASE,
)
# What programs that enlarge call their work; those that invent detail leave no other sign of it.
_ENLARGED_NAME = re.compile(
    r"up-?scal|upscayl|gigapixel|topaz|waifu2x|esrgan|bigjpg|^remini|lets-?enhance|super-?res(?:olution)?(?![a-z])|"
    r"(?<![a-z])enlarged?(?![a-z])|@[2348]x$|[-_ ](?:[2348]x|x[2348])$",
    re.IGNORECASE,
)
_WATERMARK_NAME = re.compile(r"water-?mark|wasserzeichen|filigrane|marca de [áa]gua", re.IGNORECASE)
_EDIT_NAME = re.compile(
    r"^IMG_E\d{4}|[-_ (](?:edited|adjusted|edit|bearbeitet|modifi[ée]e?|modificat[oa]|editad[oa]|editado|bewerkt|"
    r"redigerad|redigeret|redigert|muokattu|edytowan[ey]|upraven[oéý]|изменено|отредактировано|düzenlendi|編集済み|"
    r"已编辑|已修改|수정됨)"
    r"\)?(?:[ _-]?\(?\d{1,3}\)?)?$",
    re.IGNORECASE,
)
# What Instagram calls its own pictures, on its servers and in a data export, and the folders of an export.
_INSTAGRAM_NAME = re.compile(r"\d{6,}_\d{9,}_\d{6,}_[no](?:_\d{15,20})?$", re.ASCII)
_INSTAGRAM_FOLDER = re.compile(
    r"(?:media/(?:posts|other|archived_posts|reels|stories|profile)|photos)/\d{6}$", re.ASCII
)
_EDITORS = re.compile(
    r"photoshop|lightroom|gimp|snapseed|vsco|picasa|pixelmator|afterlight|acdsee|affinity|capture one|"
    r"darktable|rawtherapee|paint\.net|paintshop|photoscape|polarr|facetune|aviary|photogene|photofox|canva|picsart|"
    r"photo ?editor|google photos|windows photo|luminar|hipstamatic|prisma|enlight|darkroom|iphoto|aperture|"
    r"\bon1\b|digikam|shotwell|^preview\b",
    re.IGNORECASE,
)
_EXPORTED_STEM = re.compile(r"[0-9a-f]{32}|\d{15,20}|\S*_\d{15,20}", re.ASCII)
_XMP_SOFTWARE = re.compile(r"(?:xmp:CreatorTool|photoshop:Source|tiff:Software)(?:=\"([^\"]{1,200})\"|>([^<]{1,200})<)")


def marks_of(exif: bytes | None, info: Mapping[Any, Any]) -> tuple[FileMark, ...]:
    """The marks inside a file: of its EXIF block, and of what Pillow read beside the pixels (XMP, a PNG's texts)."""
    told = _exif_texts(exif)
    has_note = _has_maker_note(exif)
    texts = {name: text for name, text in info.items() if isinstance(name, str) and isinstance(text, str)}
    xmp = info.get("xmp") or texts.pop("XML:com.adobe.xmp", "")
    packet = xmp.decode("utf-8", "replace") if isinstance(xmp, bytes) else str(xmp)
    written_by = [told.get(SOFTWARE, ""), *(a or b for a, b in _XMP_SOFTWARE.findall(packet))]
    written_by += [text for name, text in texts.items() if name.lower() in {"software", "creator tool"}]
    said = [told.get(USER_COMMENT, ""), told.get(DESCRIPTION, ""), *written_by, *texts.values()]
    found = []
    if any(_SCREENSHOT_WORDS.search(one) for one in said) or _says_screenshot(packet):
        found.append(FileMark.SCREENSHOT)
    if has_note:
        found.append(FileMark.MAKER_NOTE)
    if any(_EDITORS.search(one) for one in written_by):
        found.append(FileMark.EDITED)
    if any("instagram" in one.lower() for one in written_by):
        found.append(FileMark.INSTAGRAM)
    return tuple(found)


def _says_screenshot(packet: str) -> bool:
    """iOS writes the word as UserComment into the XMP of a screenshot."""
    comment = re.search(r"exif:UserComment.{0,200}", packet, re.DOTALL)
    return comment is not None and _SCREENSHOT_WORDS.search(comment[0]) is not None


def _exif_texts(exif: bytes | None) -> dict[int, str]:
    found: dict[int, str] = {}
    tiff = tiff_block(exif) if exif else b""
    if byte_order(tiff) is None:
        return found
    for entry in entries(tiff):
        if entry.tag in (SOFTWARE, DESCRIPTION, USER_COMMENT) and entry.kind in (1, 2, 7):
            raw = tiff[entry.value_at : entry.value_at + min(entry.size, 512)]
            if entry.tag == USER_COMMENT:
                raw = raw[8:] if raw[:8].strip(b"\x00 ") in (b"ASCII", b"UNICODE", b"JIS", b"") else raw
            found.setdefault(entry.tag, raw.replace(b"\x00", b"").decode("utf-8", "replace").strip())
    return found


def _has_maker_note(exif: bytes | None) -> bool:
    tiff = tiff_block(exif) if exif else b""
    return any(one.ifd == EXIF_IFD and one.tag == MAKER_NOTE and one.size > 8 for one in entries(tiff))


def path_marks(path: Path) -> frozenset[PathMark]:
    """What the name of a file and its folders say of it."""
    stem, folders, parent = path.stem, path.parts[:-1][-6:], path.parent.name
    found = set()
    if _SCREENSHOT_WORDS.search(stem) or any(_SCREENSHOT_WORDS.fullmatch(one) for one in folders):
        found.add(PathMark.SCREENSHOT)
    if (
        _CHAT_NAME.match(stem)
        or any(_CHAT_FOLDER.fullmatch(one) for one in folders)
        or (_CHAT_PARENT.fullmatch(parent))
    ):
        found.add(PathMark.CHAT)
    if _THUMBNAIL_NAME.search(stem) or any(_THUMBNAIL_FOLDER.fullmatch(one) for one in folders):
        found.add(PathMark.THUMBNAIL)
    if _PREVIEW_PARENT.fullmatch(parent):
        found.add(PathMark.PREVIEW)
    if _COLLAGE_NAME.search(stem):
        found.add(PathMark.COLLAGE)
    if _ENLARGED_NAME.search(stem):
        found.add(PathMark.ENLARGED)
    if _WATERMARK_NAME.search(stem):
        found.add(PathMark.WATERMARK)
    if _EDIT_NAME.search(stem):
        found.add(PathMark.EDIT)
    if _INSTAGRAM_NAME.match(stem) or (_INSTAGRAM_FOLDER.search("/".join(folders)) and _EXPORTED_STEM.fullmatch(stem)):
        found.add(PathMark.INSTAGRAM)
    if parent.casefold() == "instagram":  # where its app on Android keeps what it posted
        found.add(PathMark.INSTAGRAM_FOLDER)
    return frozenset(found)


# Portrait sizes of phones' and tablets' screens that no camera's photographs have (November 2026). Sizes of 4:3 are
# left out: cameras make them, too.
_SCREENS = frozenset({
    (320, 480), (480, 800), (480, 854), (540, 960), (640, 960), (640, 1136), (720, 1280), (720, 1440), (720, 1480),
    (720, 1520), (720, 1560), (720, 1600), (720, 1612), (750, 1334), (768, 1280), (800, 1280), (828, 1792),
    (1080, 1920), (1080, 2030), (1080, 2040), (1080, 2160), (1080, 2220), (1080, 2240), (1080, 2244), (1080, 2246),
    (1080, 2248), (1080, 2260), (1080, 2270), (1080, 2280), (1080, 2310), (1080, 2312), (1080, 2316), (1080, 2340),
    (1080, 2376), (1080, 2388), (1080, 2400), (1080, 2404), (1080, 2408), (1080, 2412), (1080, 2460), (1080, 2520),
    (1125, 2436), (1170, 2532), (1179, 2556), (1206, 2622), (1242, 2208), (1242, 2688), (1284, 2778), (1290, 2796),
    (1320, 2868), (1200, 1920), (1200, 2000), (1220, 2712), (1240, 2772), (1260, 2800), (1344, 2992), (1440, 2560),
    (1440, 2880), (1440, 2960), (1440, 3040), (1440, 3088), (1440, 3120), (1440, 3168), (1440, 3200), (1600, 2560),
    (1640, 2360), (1620, 2160), (1668, 2224), (1668, 2388), (1488, 2266),
    (900, 1440), (1050, 1680), (1600, 2560), (1664, 2560), (1800, 2880), (1864, 2880), (1964, 3024), (2234, 3456),
})  # fmt: skip


def is_screen_size(original: Original) -> bool:
    """Whether a picture is just as large as a screen."""
    return (min(original.width, original.height), max(original.width, original.height)) in _SCREENS


LARGEST_SAVED = 2048
"""Pixels of the longer side of what Instagram saves, at most."""
POST_SHAPES, CLOSE = (1.0, 0.8, 1.91), 0.004
"""Width to height of posts that no camera's photographs have but squares, and how near a picture must come to one."""
SHAPES_BETWEEN = (0.74, 1.93)
SAVED_WIDTHS = frozenset({720, 750, 828, 1080, 1125, 1170, 1179, 1206, 1242, 1284, 1290, 1320, 1440})
"""Pixels across of what is saved from Instagram whatever its shape, 3:4 to 1.91:1: its own pictures, and what is left
of a phone's screen when all around the post is cut away. Widths of screens that cameras make, too, are left out."""


def is_size_of_a_post(original: Original) -> bool:
    """Whether a picture has the shape of a post, or is as wide as what is saved from Instagram."""
    shape = original.width / original.height
    if original.width in SAVED_WIDTHS and SHAPES_BETWEEN[0] <= shape <= SHAPES_BETWEEN[1]:
        return True
    has_shape = any(abs(shape / one - 1) <= CLOSE for one in POST_SHAPES)
    return has_shape and max(original.width, original.height) <= LARGEST_SAVED


def has_camera(original: Original) -> bool:
    """Whether a file names a camera and a capture time, or bears its own note, as with a dead clock."""
    return original.camera is not None and (original.taken is not None or FileMark.MAKER_NOTE in original.marks)


def is_signed(original: Original) -> bool:
    """Whether it does, and its EXIF describes a picture of this shape that was no smaller."""
    return has_camera(original) and FileMark.BORROWED not in original.marks


def is_borrowed(described: tuple[int, int] | None, size: tuple[int, int]) -> bool:
    """Whether EXIF that says it describes a picture of so many pixels was of another than one of this size."""
    if described is None:
        return False
    (short, long), (own_short, own_long) = sorted(described), sorted(size)
    other_shape = abs(long * own_short / (short * own_long) - 1) > OTHER_SHAPE
    return other_shape or own_long > long * (1 + OTHER_SHAPE)


def is_edit(original: Original) -> bool:
    """Whether a file is an edit, by what stands in it or by its name."""
    return (
        FileMark.EDITED in original.marks
        or (original.told is not None and original.told.edited)
        or PathMark.EDIT in path_marks(original.called)
    )
