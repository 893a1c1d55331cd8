"""What every maker of a trap draws with: the scene it is made from, text, grounds, and files as programs write them.

A scene is one photograph as its owner's phone would hold it: the original, the copy that was posted of it, and other
photographs from the same folder. A trap is a file that shows the one or the other and is no original. Programs differ
in what they leave in such a file: most write no metadata, a phone's own screenshot may say so in EXIF or XMP, an
editor keeps the camera's EXIF and adds its name. All of these come up here, since whoever tells traps from originals
must not lean on a single sign.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TypeVar

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps, PngImagePlugin

from bench.photographs import open_upright
from i2f.photos.color_profiles import to_srgb
from i2f.sandbox.photos.looks import Recipe, make_copy

Choice = TypeVar("Choice")
Color = tuple[int, int, int]
Box = tuple[int, int, int, int]

SOFTWARE, EXIF_IFD, TAKEN, USER_COMMENT = 0x0131, 0x8769, 0x9003, 0x9286
ORIENTATION = 0x0112
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
CAMERA_FOLDERS = ("DCIM/100APPLE", "DCIM/Camera", "Photos/2014", "Camera Uploads", "Pictures")
SMOOTH = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
USERS = ("anna.k", "marco_photo", "jonas", "the_wanderer", "lila.s", "northbound", "pixelpete", "emma_ruth", "k.tanaka")
WORDS = (
    "sunday",
    "morning",
    "with",
    "friends",
    "finally",
    "back",
    "home",
    "love",
    "this",
    "place",
    "the",
    "light",
    "was",
    "perfect",
    "no",
    "filter",
    "needed",
    "#tbt",
    "#instagood",
    "#travel",
    "view",
    "from",
    "here",
    "best",
    "day",
    "of",
    "summer",
    "so",
    "far",
    "coffee",
    "first",
    "again",
    "wish",
    "you",
    "were",
)


@dataclass(frozen=True)
class Scene:
    """One photograph and all that its traps may show. `others` are other photographs, never of the same shot."""

    source: Path
    recipe: Recipe
    others: tuple[Path, ...]
    cache: dict[int, Image.Image] = field(default_factory=dict)

    @cached_property
    def original(self) -> Image.Image:
        """The photograph, upright, in sRGB."""
        picture = open_upright(self.source)
        return to_srgb(picture, picture.info.get("icc_profile"))

    @cached_property
    def copy_bytes(self) -> bytes:
        """The copy as it lies on Flickr."""
        return make_copy(open_upright(self.source), self.recipe)[0]

    @cached_property
    def copy(self) -> Image.Image:
        """The copy's pixels."""
        return Image.open(io.BytesIO(self.copy_bytes)).convert("RGB")

    @cached_property
    def camera_exif(self) -> Image.Exif | None:
        """The photograph's EXIF without its orientation and thumbnail, or None where it names no capture time."""
        with Image.open(self.source) as picture:
            found = picture.getexif()
        taken = found.get_ifd(EXIF_IFD).get(TAKEN)
        if not taken:
            return None
        kept = Image.Exif()
        for tag in (0x010F, 0x0110, SOFTWARE):
            if tag in found:
                kept[tag] = found[tag]
        kept.get_ifd(EXIF_IFD)[TAKEN] = taken
        return kept

    def other(self, number: int) -> Image.Image:
        """Another photograph, in the size of a screen at most."""
        place = number % len(self.others)
        if place not in self.cache:
            picture = open_upright(self.others[place]).convert("RGB")
            picture.thumbnail((1200, 1200))
            self.cache[place] = picture
        return self.cache[place]

    def shown(self, rng: np.random.Generator, copy_share: float) -> Image.Image:
        """The copy, as often as `copy_share` says, or the original."""
        return self.copy if rng.random() < copy_share else self.original


@dataclass(frozen=True, slots=True)
class TrapFile:
    """A trap's place below the folder, and its bytes."""

    place: PurePosixPath
    data: bytes


def pick(rng: np.random.Generator, choices: Sequence[Choice]) -> Choice:
    """One of them."""
    return choices[int(rng.integers(len(choices)))]


def words(rng: np.random.Generator, count: int) -> str:
    """So many words of a caption."""
    return " ".join(pick(rng, WORDS) for _ in range(count))


def day(rng: np.random.Generator, separator: str = "") -> str:
    """A date, as names of files hold it."""
    return separator.join((f"{rng.integers(2012, 2022)}", f"{rng.integers(1, 13):02d}", f"{rng.integers(1, 29):02d}"))


def clock(rng: np.random.Generator, separator: str = "") -> str:
    """A time of day, as names of files hold it."""
    hour = f"{rng.integers(7, 23):02d}"
    return separator.join((hour, f"{rng.integers(60):02d}", f"{rng.integers(60):02d}"))


def camera_name(rng: np.random.Generator, suffix: str = ".JPG") -> str:
    """A name as cameras, phones and camera uploads give it."""
    lower = suffix.lower()
    return pick(
        rng,
        (
            f"IMG_{rng.integers(1, 9999):04d}{suffix}",
            f"IMG_{rng.integers(1, 9999):04d}{suffix}",
            f"DSC_{rng.integers(1, 9999):04d}{suffix}",
            f"P10{rng.integers(10000, 99999)}{suffix}",
            f"{day(rng)}_{clock(rng)}{lower}",
            f"IMG_{day(rng)}_{clock(rng)}{lower}",
            f"{day(rng, '-')} {clock(rng, '.')}{lower}",
        ),
    )


def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own letters, which are there on every system."""
    return ImageFont.load_default(size=max(8.0, size))


def write(
    picture: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: float, ink: Color, anchor: str = "lm"
) -> None:
    """A line of text; `at` is the middle of its left side, unless `anchor` says otherwise."""
    picture.text(at, text, ink, font=font(size), anchor=anchor)


def wrapped(rng: np.random.Generator, lines: int, longest: int = 7) -> list[str]:
    """Lines of a caption."""
    return [words(rng, int(rng.integers(2, longest))) for _ in range(lines)]


def avatar(picture: Image.Image, side: int) -> tuple[Image.Image, Image.Image]:
    """A round small picture of somebody, and its mask."""
    mask = Image.new("L", (4 * side, 4 * side))
    ImageDraw.Draw(mask).ellipse((0, 0, 4 * side - 1, 4 * side - 1), 255)
    return ImageOps.fit(picture, (side, side)), mask.resize((side, side), Image.Resampling.BOX)


def fitted(picture: Image.Image, size: tuple[int, int], resampling: Image.Resampling) -> Image.Image:
    """The whole picture as large as it fits into that size, enlarged if need be."""
    scale = min(size[0] / picture.width, size[1] / picture.height)
    return picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))), resampling)


def shrunk(picture: Image.Image, longest: int) -> Image.Image:
    """A copy of the picture, its longer side at most `longest`."""
    kept = picture.convert("RGB").copy()
    kept.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return kept


def gradient(rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """A ground that runs from one colour to another."""
    corners = Image.fromarray(rng.integers(0, 256, (2, 2 if rng.random() < 0.5 else 1, 3), dtype=np.uint8))
    return corners.resize(size, Image.Resampling.BICUBIC)


def blurred(picture: Image.Image, size: tuple[int, int], share: float = 0.03) -> Image.Image:
    """The picture itself, grown until it covers that size, and blurred."""
    small = ImageOps.fit(picture, (max(1, size[0] // 4), max(1, size[1] // 4)))
    return small.filter(ImageFilter.GaussianBlur(share * max(small.size))).resize(size, Image.Resampling.BICUBIC)


def flat_color(rng: np.random.Generator) -> Color:
    """White, black, or any other."""
    drawn = tuple(int(value) for value in rng.integers(0, 256, 3))
    return pick(rng, (WHITE, WHITE, BLACK, (drawn[0], drawn[1], drawn[2])))


def as_jpeg(picture: Image.Image, quality: int, exif: Image.Exif | None = None, xmp: bytes = b"") -> bytes:
    """A JPEG without more metadata than is given."""
    kept = io.BytesIO()
    more = ({"exif": exif.tobytes()} if exif else {}) | ({"xmp": xmp} if xmp else {})
    subsampling = "4:2:0" if quality < 90 else "4:4:4"
    Image.fromarray(np.asarray(picture.convert("RGB"))).save(
        kept, "JPEG", quality=quality, subsampling=subsampling, **more
    )
    return kept.getvalue()


def as_png(picture: Image.Image, exif: Image.Exif | None = None, xmp: bytes = b"") -> bytes:
    """A PNG without more metadata than is given."""
    kept = io.BytesIO()
    told = PngImagePlugin.PngInfo()
    if xmp:
        told.add_itxt("XML:com.adobe.xmp", xmp.decode())
    Image.fromarray(np.asarray(picture.convert("RGB"))).save(
        kept, "PNG", compress_level=1, pnginfo=told, **({"exif": exif.tobytes()} if exif else {})
    )
    return kept.getvalue()


def edited_exif(scene: Scene, rng: np.random.Generator, share: float) -> Image.Exif | None:
    """The camera's EXIF with an editor's name in it, as often as `share` says and the photograph has any."""
    if scene.camera_exif is None or rng.random() >= share:
        return None
    kept = Image.Exif()
    kept.load(scene.camera_exif.tobytes())
    if rng.random() < 0.7:
        kept[SOFTWARE] = pick(rng, ("Snapseed 2.0", "Adobe Photoshop CS6", "PicsArt", "GIMP 2.8.22", "Photos 1.5"))
    return kept


def screenshot_exif(rng: np.random.Generator) -> Image.Exif:
    """What iOS writes into a screenshot: a comment, mostly the time."""
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[USER_COMMENT] = b"ASCII\0\0\0Screenshot"
    if rng.random() < 0.6:
        exif.get_ifd(EXIF_IFD)[TAKEN] = f"{day(rng, ':')} {clock(rng, ':')}"
    return exif


SCREENSHOT_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/"><exif:UserComment><rdf:Alt>'
    b'<rdf:li xml:lang="x-default">Screenshot</rdf:li></rdf:Alt></exif:UserComment></rdf:Description></rdf:RDF>'
    b"</x:xmpmeta>"
)
