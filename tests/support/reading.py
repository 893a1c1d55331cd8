"""Pictures as they are read: what becomes of them, or why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import matcher
from i2f.ground.errors import PictureError
from i2f.photos.decode import pixels, read_picture
from i2f.photos.open import read_bytes
from tests.support.photographs import (
    QUICK_HEIC,
)


def thumbnail_of(path: Path) -> Image.Image:
    picture = read_picture(read_bytes(path))
    assert picture is not None
    return Image.fromarray(pixels(picture.thumbnail))


def reason(path: Path) -> str:
    with pytest.raises(PictureError) as caught:
        read_picture(read_bytes(path))
    return str(caught.value)


def quickly(ending: str) -> dict[str, Any]:
    options: dict[str, dict[str, Any]] = {
        "avif": {"speed": 10},
        "heic": {"enc_params": dict(QUICK_HEIC)},
        "png": {"compress_level": 1},
        "webp": {"method": 0},
    }
    return options.get(ending, {})


def expected(image: Image.Image) -> Image.Image:
    return image.resize(matcher.thumbnail_size(*image.size), Image.Resampling.LANCZOS)
