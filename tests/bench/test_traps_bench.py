"""The traps are what they say: sizes, formats, metadata, places, and a right answer for every case."""

from __future__ import annotations

import functools
import io
import json
from collections import Counter
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from PIL import Image

from bench import traps
from bench.photographs import read_roll
from bench.runs import Answers
from bench.trap_files import KINDS
from bench.trap_scene import Scene, TrapFile
from bench.trap_screens import DESKTOPS, PHONES, SLIDES, STORIES
from i2f.sandbox.photos.looks import Crop, Recipe
from tests.support.camera_roll import make_photograph, save_roll

CAMERA = 0x0110
RECIPE = Recipe(width=612, crop=Crop(pan=(0.3, 0.5)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("roll")
    save_roll(place, range(40, 52))
    return place


@pytest.fixture(scope="module")
def scene(folder: Path) -> Scene:
    files = sorted(folder.iterdir())
    return Scene(files[0], RECIPE, tuple(files[1:]))


@functools.cache
def _trap(kind: str, source: Path, seed: int) -> TrapFile:
    others = tuple(path for path in sorted(source.parent.iterdir()) if path != source)
    return KINDS[kind](Scene(source, RECIPE, others), np.random.default_rng((7, seed)))


def traps_of(kind: str, scene: Scene, count: int = 3) -> list[TrapFile]:
    return [_trap(kind, scene.source, seed) for seed in range(count)]


def opened(trap: TrapFile) -> Image.Image:
    return Image.open(io.BytesIO(trap.data))


def test_there_are_at_least_twelve_kinds() -> None:
    assert len(KINDS) >= 12


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_makes_the_same_file_from_the_same_seed_and_others_from_others(kind: str, scene: Scene) -> None:
    first, other, *_ = traps_of(kind, scene)
    assert KINDS[kind](scene, np.random.default_rng((7, 0))) == first
    assert first.data != other.data or first.place != other.place


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_file_is_what_its_name_ends_in_and_lies_below_the_folder(kind: str, scene: Scene) -> None:
    for trap in traps_of(kind, scene):
        expected = "PNG" if trap.place.suffix.lower() == ".png" else "JPEG"
        assert opened(trap).format == expected
        assert not trap.place.is_absolute()
        assert ".." not in trap.place.parts


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        ("app screenshot", PHONES),
        ("gallery screenshot", PHONES),
        ("browser screenshot", DESKTOPS),
        ("slide", SLIDES),
        ("story", STORIES),
        ("landscape screenshot", tuple((high, wide) for wide, high in PHONES)),
    ],
)
def test_screens_have_the_sizes_of_real_ones(kind: str, sizes: tuple[tuple[int, int], ...], scene: Scene) -> None:
    found = {opened(trap).size for trap in traps_of(kind, scene)}
    assert found <= set(sizes)
    assert len(found) > 1


def test_screenshots_come_as_png_and_jpeg_and_some_say_what_they_are(scene: Scene) -> None:
    made = traps_of("app screenshot", scene, 8)
    assert {opened(trap).format for trap in made} == {"PNG", "JPEG"}
    telling = [b"Screenshot" in trap.data for trap in made]
    assert 0 < sum(telling) < len(made)


@pytest.mark.parametrize(
    "kind",
    [
        "copy enlarged",
        "copy saved again",
        "saved square",
        "chat app's version",
        "shrunk and enlarged",
        "collage",
        "poster",
    ],
)
def test_what_programs_without_metadata_write_names_no_camera(kind: str, scene: Scene) -> None:
    for trap in traps_of(kind, scene):
        assert CAMERA not in opened(trap).getexif()


def test_an_editor_keeps_the_camera_in_some_of_its_files(scene: Scene) -> None:
    kept = [opened(trap).getexif().get(CAMERA) for trap in traps_of("watermark", scene, 8)]
    assert "iPhone 5" in kept
    assert None in kept


@pytest.mark.parametrize("kind", ["signed screenshot", "signed enlargement"])
def test_copied_camera_data_are_in_every_file_of_their_kinds(kind: str, scene: Scene) -> None:
    for trap in traps_of(kind, scene):
        assert CAMERA in opened(trap).getexif()


@pytest.mark.parametrize("kind", ["own blur", "rounded cells", "small cells"])
def test_of_padding_and_collages_some_carry_camera_data(kind: str, scene: Scene) -> None:
    made = traps_of(kind, scene, 8)
    assert 0 < sum(CAMERA in opened(trap).getexif() for trap in made) < len(made)


def test_the_enlarged_copy_is_larger_and_the_copy_saved_again_is_not(scene: Scene) -> None:
    for trap in traps_of("copy enlarged", scene):
        assert max(opened(trap).size) > 1.12 * max(scene.copy.size)
    for trap in traps_of("copy saved again", scene):
        assert opened(trap).size == scene.copy.size


def test_a_chat_apps_version_and_a_thumbnail_are_smaller_than_the_original(scene: Scene) -> None:
    for trap in [*traps_of("chat app's version", scene), *traps_of("thumbnail", scene)]:
        assert max(opened(trap).size) < max(scene.original.size)


def test_every_photograph_has_two_different_cases_one_in_each_folder(folder: Path) -> None:
    layout = traps.lay_out(read_roll(folder), 5, 9)
    assert layout == traps.lay_out(read_roll(folder), 5, 9)
    assert layout != traps.lay_out(read_roll(folder), 6, 9)
    assert Counter(one.what for one in layout.cases) == {"alone": 6, "beside": 6, "bare": 6}
    for place in {one.place for one in layout.cases}:
        mine = [one for one in layout.cases if one.place == place]
        assert [one.folder for one in mine] == ["a", "b"]
        assert mine[0].what != mine[1].what
    for plain in layout.plain.values():
        assert len(plain) == 3
        assert not set(plain.values()) & {one.source for one in layout.cases}


def test_kinds_come_equally_often(folder: Path) -> None:
    layout = traps.lay_out(read_roll(folder), 5, 12)
    often = Counter(one.kinds[0] for one in layout.cases if one.kinds)
    assert sum(often.values()) == 16
    assert max(often.values()) == 1


def test_of_two_files_of_one_shot_one_is_used_and_the_other_stays_out(folder: Path, tmp_path: Path) -> None:
    for number, path in enumerate(sorted(folder.iterdir())[:4]):
        (tmp_path / f"{number}.jpg").write_bytes(path.read_bytes())
        (tmp_path / f"again{number}.jpg").write_bytes(path.read_bytes())
    layout = traps.lay_out(read_roll(tmp_path), 3, 8)
    assert len({one.place for one in layout.cases}) == 4
    assert not any(layout.plain.values())


def test_the_folders_hold_what_the_cases_say(folder: Path, tmp_path: Path) -> None:
    layout = traps.lay_out(read_roll(folder), 5, 3)
    made = traps.build(layout, tmp_path)
    for case in layout.cases:
        originals = tmp_path / case.folder / "originals"
        assert (tmp_path / case.folder / "copies" / f"{case.name}.jpg").is_file()
        assert len(made[case.name]) == len(case.kinds)
        assert all((originals / place).is_file() for place in made[case.name])
        assert (originals / case.original).exists() == (case.what != "alone")
        assert (case.right is None) == (case.what == "alone")
        if case.what == "beside":
            assert (originals / case.original).read_bytes() == case.source.read_bytes()


def test_a_bare_original_keeps_every_pixel_and_no_metadata(tmp_path: Path) -> None:
    save_roll(tmp_path, [3])
    source = tmp_path / "IMG_0003.JPG"
    bare = traps.strip(source)
    assert b"iPhone" not in bare
    with Image.open(source) as before, Image.open(io.BytesIO(bare)) as after:
        assert not after.getexif()
        assert np.array_equal(np.asarray(before), np.asarray(after))


def test_a_turned_original_is_bare_and_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    make_photograph(1, 480, 360).save(tmp_path / "turned.jpg", exif=exif)
    with Image.open(io.BytesIO(traps.strip(tmp_path / "turned.jpg"))) as after:
        assert after.size == (360, 480)
        assert not after.getexif()


def test_a_trap_taken_is_wrong_and_so_is_any_other_file(folder: Path, tmp_path: Path) -> None:
    layout = traps.lay_out(read_roll(folder), 5, 3)
    made = {case.name: tuple(PurePosixPath(f"{case.name}-{kind}.jpg") for kind in case.kinds) for case in layout.cases}

    def answer(case: traps.Case, chosen: PurePosixPath | None) -> dict[str, object]:
        path = str(tmp_path / case.folder / "originals" / chosen) if chosen else None
        return {"decision": "replace" if chosen else "review", "reason": "", "original": path}

    def judged(choose: dict[str, PurePosixPath | None]) -> list[traps.Verdict]:
        answers = {
            folder: Answers({case.name: answer(case, choose[case.name]) for case in layout.cases}, 1, 0.0, 0.0)
            for folder in traps.FOLDERS
        }
        return traps.judge(layout, made, answers, tmp_path)

    good = judged({case.name: case.right for case in layout.cases})
    assert not any(one.is_wrong for one in good)
    assert "Traps taken: 0, in 4 cases with traps" in traps.summary(good)
    assert "Originals found beside traps: 2 of 2, 100.0 %." in traps.summary(good)
    bad = judged({case.name: made[case.name][0] if case.kinds else PurePosixPath("x.jpg") for case in layout.cases})
    assert all(one.is_wrong for one in bad)
    assert "Traps taken: 4, in 4 cases with traps" in traps.summary(bad)
    assert "other wrong files: 2." in traps.summary(bad)


def test_a_list_agreed_on_gives_seed_and_number() -> None:
    for file in sorted((Path(traps.__file__).parent / "lists").glob("traps-*.json")):
        agreed = json.loads(file.read_text(encoding="utf-8"))
        order = traps.parse(["photos", "--list", str(file)])
        assert (order.seed, order.photographs) == (agreed["seed"], agreed["photographs"])
