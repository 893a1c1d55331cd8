"""Files that hold the picture and are no original, from their bytes to what is said of them."""

from __future__ import annotations

import functools
import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

import matcher
from i2f.photos.folder import FoundFile
from i2f.photos.reader import Reading, read_file
from i2f.sync.comparing import Task, compare_all
from i2f.sync.eligibility import doubt_about
from tests.support.scenes import bytes_of, scene

HEIGHT, WIDTH, COPY = 640, 880, 400
MAKE, MODEL, EXIF_IFD, TAKEN = 0x010F, 0x0110, 0x8769, 0x9003


@functools.cache
def photograph(seed: int = 5) -> NDArray[np.uint8]:
    return bytes_of(scene(seed, HEIGHT, WIDTH))


@functools.cache
def posted() -> Image.Image:
    """The copy: the middle of the photograph, its whole height."""
    left = (WIDTH - HEIGHT) // 2
    square = Image.fromarray(photograph()[:, left : left + HEIGHT])
    return square.resize((COPY, COPY), Image.Resampling.LANCZOS)


def as_jpeg(picture: Image.Image, signed: bool = False) -> bytes:
    exif = Image.Exif()
    if signed:
        exif[MAKE], exif[MODEL] = "Apple", "iPhone 5"
        exif.get_ifd(EXIF_IFD)[TAKEN] = "2013:05:06 12:13:14"
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=92, exif=exif)
    return kept.getvalue()


def said_of(path: Path, data: bytes) -> str:
    """What is said of a file with these bytes beside the copy, which it must fit for certain."""
    path.write_bytes(data)
    reading = read_file(FoundFile(path, len(data), path.stat().st_mtime_ns), matcher.fingerprint_of)
    assert isinstance(reading, Reading)
    proposals = matcher.Index([reading.fingerprint.astype(np.int8)]).search(np.asarray(posted()))
    answer = compare_all(
        Task(
            as_jpeg(posted()),
            tuple(proposals),
            {0: reading.original},
            {0: reading.thumbnail},
            {0: (0,)},
            {0: b"digest"},
            {0: reading.content},
        )
    )
    assert answer.assessed is not None
    fit = answer.assessed.groups[0][0][1]
    assert fit.sure
    return doubt_about(reading.original, fit)


def itself() -> Image.Image:
    return Image.fromarray(photograph())


def mirrored_beside_itself() -> Image.Image:
    return Image.fromarray(np.concatenate([photograph(), photograph()[:, ::-1]], axis=1))


def above_another() -> Image.Image:
    return Image.fromarray(np.concatenate([photograph(), photograph(9)]))


def filled_with_its_reflection() -> Image.Image:
    filled = Image.fromarray(np.pad(np.asarray(posted()), ((50, 50), (50, 50), (0, 0)), "reflect"))
    return filled.resize((900, 900), Image.Resampling.LANCZOS)


def turned_on_white() -> Image.Image:
    large = posted().resize((800, 800), Image.Resampling.LANCZOS)
    grain = np.random.default_rng(1).normal(0, 2, (800, 800, 1))
    grainy = Image.fromarray(np.clip(np.asarray(large) + grain, 0, 255).astype(np.uint8))
    return grainy.rotate(2.2, Image.Resampling.BICUBIC, expand=True, fillcolor=(255, 255, 255))


def above_a_toolbar() -> Image.Image:
    bar = np.full((14, WIDTH, 3), 44, np.uint8)
    bar[4:10, 20:90:3] = 230
    return Image.fromarray(np.concatenate([photograph(), bar]))


def drawn_out() -> Image.Image:
    larger = np.asarray(posted().resize((800, 800), Image.Resampling.LANCZOS))
    return Image.fromarray(np.pad(larger, ((0, 0), (120, 120), (0, 0)), "edge"))


def with_words_beside_the_window() -> Image.Image:
    file = itself().rotate(90, expand=True)
    ImageDraw.Draw(file).text((HEIGHT / 2, WIDTH - 50), "SUNDAY MORNING", (255, 255, 255), font_size=44, anchor="mm")
    return file


@pytest.mark.long
def test_what_a_program_drew_on_the_picture_is_told_from_the_file_itself(tmp_path: Path) -> None:
    file = tmp_path / "IMG_0004.JPG"
    assert "a strip along an edge" in said_of(file, as_jpeg(above_a_toolbar(), signed=True))
    assert "by drawing out its edges" in said_of(file, as_jpeg(drawn_out(), signed=True))
    assert "words written over it" in said_of(file, as_jpeg(with_words_beside_the_window()))
    assert said_of(file, as_jpeg(with_words_beside_the_window(), signed=True)) == ""


@pytest.mark.long
def test_a_photograph_is_an_original_with_camera_data_and_without(tmp_path: Path) -> None:
    assert said_of(tmp_path / "IMG_0001.JPG", as_jpeg(itself(), signed=True)) == ""
    assert said_of(tmp_path / "IMG_0002.JPG", as_jpeg(itself())) == ""


@pytest.mark.long
def test_what_only_holds_the_picture_is_told_though_no_seam_or_a_single_one_shows(tmp_path: Path) -> None:
    file = tmp_path / "IMG_0003.JPG"
    assert "once more, mirrored" in said_of(file, as_jpeg(mirrored_beside_itself(), signed=True))
    assert "contains the picture" in said_of(file, as_jpeg(above_another(), signed=True))
    assert "once more, mirrored" in said_of(file, as_jpeg(filled_with_its_reflection()))
    assert "no finer detail than the copy" in said_of(file, as_jpeg(turned_on_white()))
