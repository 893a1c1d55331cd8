"""Every kind of pixel as plain colour: 8 bits, sRGB, nothing transparent.

Phones write Display P3, scanners 16 bits, printers' programs CMYK, screenshots palettes and transparency. The
matcher compares with what Instagram showed, which was sRGB on white. Where a file carries a profile, the profile
decides; a profile that is broken or of the wrong kind is left aside rather than costing the picture. HEIC and AVIF may
name their colours by number instead; for those a profile is made. HDR has no likeness in eight bits that this program
would vouch for, and is refused.
"""

from __future__ import annotations

import functools
import io
import struct
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

# The numbers of ITU-T H.273: primaries as x and y of red, green and blue; all with the white point D65.
_PRIMARIES = {
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
}
HDR_TRANSFERS = frozenset({16, 18})  # PQ and HLG
_D65 = (0.3127, 0.3290)
# Bradford's matrix, and the white of the profile connection space (ICC.1:2022, annex E).
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_D50_XYZ = np.array([0.9642, 1.0, 0.8249])


@functools.lru_cache(maxsize=4)
def profile_of(primaries: int) -> bytes | None:
    """A profile with these primaries and the tone curve of sRGB; None for those of sRGB and for unknown ones."""
    if primaries not in _PRIMARIES:
        return None
    corners = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in (*_PRIMARIES[primaries], _D65)]).T
    colours = corners[:, :3] * np.linalg.solve(corners[:, :3], corners[:, 3])
    gains = (_BRADFORD @ _D50_XYZ) / (_BRADFORD @ corners[:, 3])
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(gains) @ _BRADFORD @ colours
    old, new = "sRGB built-in".encode("utf-16-be"), "from a number".encode("utf-16-be")
    profile = bytearray(_srgb().tobytes().replace(old, new))
    (count,) = struct.unpack_from(">L", profile, 128)
    for number in range(count):
        name, offset, _ = struct.unpack_from(">4sLL", profile, 132 + 12 * number)
        if name in (b"rXYZ", b"gXYZ", b"bXYZ"):
            xyz = adapted[:, b"rgb".index(name[0])]
            struct.pack_into(">3l", profile, offset + 8, *(round(value * 65536) for value in xyz))
    return bytes(profile)


def plain(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be resized and has 8 bits: L, LA, RGB, RGBA, CMYK or LAB."""
    image.load()
    mode = image.mode
    if mode in ("L", "LA", "RGB", "RGBA", "CMYK", "LAB"):
        return image.convert("RGBA") if mode in ("L", "RGB") and "transparency" in image.info else image
    if mode in ("P", "PA"):
        return image.convert("RGBA" if mode == "PA" or "transparency" in image.info else "RGB")
    if mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if mode in ("I", "F"):
        return Image.fromarray(_to_bytes(np.asarray(image)))
    return image.convert({"1": "L", "La": "LA", "RGBa": "RGBA"}.get(mode, "RGB"))


def _to_bytes(values: NDArray[np.int32] | NDArray[np.float32]) -> NDArray[np.uint8]:
    """Grey values of unknown depth as 8 bits: up to 1 for floats, 255 or 65535 for the rest."""
    finite = np.nan_to_num(values.astype(np.float32))
    top = float(finite.max(initial=0.0))
    full = 1.0 if top <= 1.0 and values.dtype.kind == "f" else 255.0 if top <= 255 else max(65535.0, top)
    scaled: NDArray[np.uint8] = np.clip(finite * (255.0 / full), 0, 255).astype(np.uint8)
    return scaled


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB, alpha laid on white; a profile that cannot be used is left aside."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    base = image.convert(image.mode[:-1]) if alpha is not None else image
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        transform = _transform(profile, base.mode) if profile else None
        if transform is None and base.mode == "LAB":
            transform = _lab_transform()
        converted = ImageCms.applyTransform(base, transform) if transform else base.convert("RGB")
    if converted is None:
        converted = base.convert("RGB")
    if alpha is None:
        return converted
    return Image.composite(converted, Image.new("RGB", converted.size, "white"), alpha)


def into_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """An sRGB picture in the colours of an RGB profile; None where that cannot be used. Colours seen stay the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            target = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
            transform = ImageCms.buildTransform(_srgb(), target, "RGB", "RGB", renderingIntent=intent)
            return ImageCms.applyTransform(image, transform)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return None


@functools.lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        transform = ImageCms.buildTransform(source, _srgb(), mode, "RGB", renderingIntent=intent)
        return None if mode == "RGB" and _is_identity(transform) else transform
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _is_identity(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether it leaves every colour as it is, as that of sRGB itself does: a quarter of reading such a picture."""
    colours = _every_eighth()
    changed = ImageCms.applyTransform(colours, transform)
    return changed is not None and changed.tobytes() == colours.tobytes()


@functools.lru_cache(maxsize=1)
def _every_eighth() -> Image.Image:
    """Every eighth level of red with every eighth of green and blue, and the last."""
    levels = np.append(np.arange(0, 255, 8), 255).astype(np.uint8)
    return Image.fromarray(np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(len(levels), -1, 3))


@functools.lru_cache(maxsize=1)
def _lab_transform() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), _srgb(), "LAB", "RGB")


@functools.lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
