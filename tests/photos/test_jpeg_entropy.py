"""JPEGs whose last bytes change no visible pixel are sound; what lost codes is found among them, too."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image

from i2f.photos.jpeg_codes import codes_come_out_even
from i2f.photos.jpeg_entropy import END, LAST_BYTES, comes_out_even
from tests.support.photographs import painted

WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "optimized": {"optimize": True},
    "a restart in each row": {"restart_marker_rows": 1},
    "a restart every block": {"restart_marker_blocks": 1},
    "a restart every 7 blocks": {"restart_marker_blocks": 7},
}
SAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")


def jpeg(image: Image.Image, **more: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=92, **more)
    return buffer.getvalue()


def shown_smaller(data: bytes, width: int, height: int) -> bytes:
    """The same coded blocks under a heading that shows less of the last ones, as encoders of cameras fill them up."""
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def noisy_beyond(width: int, height: int, shown: tuple[int, int]) -> Image.Image:
    """A picture whose part beyond what is shown is pure luminance noise."""
    picture = np.array(painted(width, height).convert("RGB"))
    noise = np.random.default_rng(1).integers(0, 256, (height, width, 1), dtype=np.uint8)
    beyond = np.zeros((height, width, 1), bool)
    beyond[:, shown[0] :], beyond[shown[1] :] = True, True
    picture[height - 16 :] = 120
    return Image.fromarray(np.where(beyond, noise, picture).astype(np.uint8))


def last_bytes_show(data: bytes) -> bool:
    with Image.open(io.BytesIO(data)) as whole, Image.open(io.BytesIO(data[: -2 - LAST_BYTES] + END)) as shorter:
        return whole.convert("RGB").tobytes() != shorter.convert("RGB").tobytes()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_a_lower_edge_of_middle_grey_is_sound_and_cut_it_is_found(way: str, sampling: str) -> None:
    picture = painted(400, 300).copy()
    picture.paste((128, 128, 128), (0, 200, 400, 300))
    data = jpeg(picture, subsampling=sampling, **WAYS[way])
    assert comes_out_even(data)
    assert codes_come_out_even(data)
    if way != "a restart every block":  # there the decoder finds the thread again at once
        middle = len(data) // 2
        assert not comes_out_even(data[:middle] + data[middle + 600 :])
    assert not codes_come_out_even(data[: -2 - LAST_BYTES] + END)


@pytest.mark.parametrize("way", ["plain", "a restart in each row"])
@pytest.mark.parametrize("beyond", [(9, 9), (15, 15), (8, 0), (0, 8)])
def test_noise_beyond_the_edge_is_sound(way: str, beyond: tuple[int, int]) -> None:
    shown = (416 - beyond[0], 304 - beyond[1])
    data = shown_smaller(jpeg(noisy_beyond(416, 304, shown), subsampling="4:2:0", **WAYS[way]), *shown)
    if beyond == (9, 9):
        assert not last_bytes_show(data), "this is the kind of file that the quick trial takes for damaged"
    assert comes_out_even(data)
    middle = len(data) // 2
    assert not comes_out_even(data[:middle] + data[middle + 700 :])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (17, 33), (250, 131)])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_every_sound_jpeg_is_counted_to_its_last_code(way: str, size: tuple[int, int], mode: str) -> None:
    data = jpeg(painted(*size).convert(mode), **WAYS[way])
    assert codes_come_out_even(data)
    assert codes_come_out_even(data[:-2] + b"\xff\xff" + END), "bytes that only fill are no codes"
    end = data.rindex(END)
    assert not codes_come_out_even(data[:end] + b"\x5a\xa5" + END)
    assert not codes_come_out_even(data[: end - 2] + END)


def test_what_a_progressive_jpeg_ends_with_is_not_asked() -> None:
    picture = painted(400, 300).copy()
    picture.paste((128, 128, 128), (0, 200, 400, 300))
    assert comes_out_even(jpeg(picture, progressive=True))
