"""Which originals come into question, and comparing in worker processes: what dies there costs one copy."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

import matcher
from i2f.ground.archives import file_version
from i2f.ground.image import luminance
from i2f.ground.model import Original
from i2f.memory.journal import Journal
from i2f.photos.folder import find_files
from i2f.sync.candidates import assess
from i2f.sync.compare_workers import WorkerPool, processes_worth_starting
from i2f.sync.comparing import Answer, Task, compare_all
from i2f.sync.gallery import Assessed
from i2f.sync.originals import read_folder
from tests.support.flickr_side import picture
from tests.support.scenes import HEIGHT, WIDTH, bytes_of, scene
from tests.support.sessions import RecordedProgress


@dataclass(frozen=True)
class Deadly:
    """Kills the process that unpacks it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (1,)


@pytest.mark.long
def test_a_copy_that_crashes_its_worker_costs_itself_only() -> None:
    good = Task(picture(64, 64), (), {}, {}, {}, {}, {})
    deadly = replace(good, proposals=(Deadly(),))  # type: ignore[arg-type]
    spoilt = replace(good, copy=b"no picture")
    nothing = Answer(Assessed(()))
    tasks = [good, deadly, good, spoilt, None, good]
    with WorkerPool(processes_worth_starting(len(tasks))) as pool:
        answers = list(pool.compare(tasks))
    assert answers == [nothing, None, nothing, None, None, nothing]


@pytest.mark.long
@pytest.mark.parametrize("beside", [(), ("IMG-20150706-WA0031.jpg",)])
def test_a_mirrored_copy_of_a_scene_nearly_its_own_mirror_image_is_found_by_a_second_look(
    tmp_path: Path, beside: tuple[str, ...]
) -> None:
    light = scene(1)
    coarse = gaussian_filter(light, (12, 12, 0))
    symmetric = Image.fromarray(bytes_of((coarse + coarse[:, ::-1]) / 2 + light - coarse))
    (tmp_path / "roll").mkdir()
    exif = Image.Exif()
    exif[0x0110], exif.get_ifd(0x8769)[0x9003] = "iPhone 5", "2012:06:01 12:00:00"
    symmetric.save(tmp_path / "roll" / "IMG_0001.PNG", exif=exif)
    copy = tmp_path / "copy.jpg"
    symmetric.crop((106, 0, 746, 640)).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(copy, quality=90)
    for name in beside:  # what only holds the picture explains the copy, and must not end the search
        (tmp_path / "roll" / name).write_bytes(copy.read_bytes())
    journal = Journal(tmp_path / "journal.sqlite")
    gallery = read_folder(find_files([tmp_path / "roll"]).files, journal, RecordedProgress()).gallery
    sha256 = hashlib.sha256(copy.read_bytes()).hexdigest()
    answered: list[str] = []
    groups = assess({sha256: copy}, gallery, journal, lambda: answered.append("one"))[sha256].groups
    found = {gallery.originals[place].name: fit for group in groups for place, fit in group if fit.sure}
    assert found["IMG_0001.PNG"].window.mirrored
    assert answered == ["one"]
    journal.close()


@pytest.mark.long
def test_a_copy_that_is_as_likely_mirrored_from_afar_is_laid_over_its_original_both_ways(tmp_path: Path) -> None:
    light = scene(3)
    coarse = gaussian_filter(light, (9, 9, 0))
    shown = Image.fromarray(bytes_of((coarse + coarse[:, ::-1]) / 2 + (light - coarse)))
    file, copy = tmp_path / "IMG_0001.JPG", tmp_path / "copy.jpg"
    shown.save(file, quality=95)
    shown.rotate(3.5, Image.Resampling.BICUBIC).crop((206, 100, 646, 540)).save(copy, quality=90)
    ways = [matcher.Proposal(0, 0.7, (0.0, 0.0), 0.0, 0.0, 0, mirrored, 0.0) for mirrored in (False, True)]
    scanner, grey = matcher.Scanner(np.asarray(Image.open(copy))), luminance(np.asarray(shown))
    places = matcher.look_everywhere(ways, lambda one: scanner.places(matcher.Ground(grey, 1.0), one))
    assert [one[0].mirrored for one in places] == [True, False]
    original = Original(file, *file_version(file), "JPEG", WIDTH, HEIGHT, None, None)
    known = {0: hashlib.sha256(file.read_bytes()).digest()}
    task = Task(
        copy.read_bytes(), tuple(ways), {0: original}, {0: file.read_bytes()}, {0: (0,)}, known, known, far=True
    )
    answer = compare_all(task).assessed
    assert answer is not None
    ((_, fit),) = answer.groups[0]
    assert fit.sure and not fit.window.mirrored, fit.words


@pytest.mark.long
def test_the_second_look_compares_what_promises_most_at_a_glance_however_late_the_search_names_it(
    tmp_path: Path,
) -> None:
    roll = [bytes_of(scene(seed)) for seed in range(1, 13)]
    files = [tmp_path / f"IMG_{seed:04d}.JPG" for seed in range(1, 13)]
    for file, shown in zip(files, roll, strict=True):
        Image.fromarray(shown).save(file, quality=90)
    copy = Image.fromarray(roll[6]).crop((300, 120, 700, 520)).transpose(Image.Transpose.ROTATE_90)
    buffer = io.BytesIO()
    copy.save(buffer, "JPEG", quality=85)
    index = matcher.Index([matcher.fingerprint(shown) for shown in roll])
    found = sorted(index.search(np.asarray(copy), 12), key=lambda one: one.index == 6)
    originals = {
        place: Original(file, *file_version(file), "JPEG", WIDTH, HEIGHT, None, None)
        for place, file in enumerate(files)
    }
    thumbnails = {place: file.read_bytes() for place, file in enumerate(files)}
    contents = {place: hashlib.sha256(data).digest() for place, data in thumbnails.items()}
    alone = {place: (place,) for place in originals}
    task = Task(buffer.getvalue(), tuple(found), originals, thumbnails, alone, contents, contents)
    with WorkerPool(1) as pool:
        near, far = pool.compare([task, replace(task, far=True)])
    assert (
        near is not None
        and near.assessed is not None
        and not any(fit.sure for group in near.assessed.groups for _, fit in group)
    )
    assert (
        far is not None
        and far.assessed is not None
        and [(place, fit.sure) for place, fit in far.assessed.groups[0]] == [(6, True)]
    )
