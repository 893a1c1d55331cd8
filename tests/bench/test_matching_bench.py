"""The benchmark's own honesty: its truths, its arithmetic, and one small run from end to end."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench import matching, pairs, rerender
from bench.decoys import MAKERS, make_pair
from bench.ordeals import ORDEALS, finish, prepare
from bench.photographs import open_upright, read_roll
from bench.scores import Guess, judge, kindest, reliability, tally
from bench.tiers import TIERS, Copy, build, lay_out
from i2f.sandbox.photos.looks import Recipe, make_copy
from tests.support.camera_roll import make_photograph, save_roll


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("roll")
    save_roll(place, range(20, 32))
    return place


def copy_of(name: str, *right: str) -> Copy:
    return Copy(name, name.split("-")[0], Path("there.jpg"), Recipe(), frozenset(right), "")


def answer(decision: str, original: str | None, *candidates: tuple[str, float]) -> dict[str, object]:
    return {
        "decision": decision,
        "original": original,
        "evidence": [{"path": path, "score": score} for path, score in candidates],
    }


def test_the_same_seed_lays_out_the_same_and_another_seed_another(folder: Path) -> None:
    roll = read_roll(folder)
    assert lay_out(roll, 5, 6) == lay_out(roll, 5, 6)
    assert lay_out(roll, 5, 6).copies != lay_out(roll, 6, 6).copies


def test_three_in_ten_copies_of_every_tier_have_no_original_in_the_folder(folder: Path) -> None:
    layout = lay_out(read_roll(folder), 5, 10)
    kept = {name for name, _ in layout.kept}
    for tier in TIERS:
        mine = [one for one in layout.copies if one.tier == tier]
        assert (len(mine), sum(not one.right for one in mine)) == (10, 3)
    assert all(one.right <= kept for one in layout.copies)
    assert not {path for _, path in layout.kept} & {one.source for one in layout.copies if not one.right}


def test_beside_every_burst_copys_scene_a_sibling_stands(folder: Path) -> None:
    layout = lay_out(read_roll(folder), 5, 10)
    made = {path for _, path, _, _ in layout.siblings}
    assert all(one.source in made for one in layout.copies if one.tier == "BURST")
    assert all(one.near == "made" for one in layout.copies if one.tier == "BURST")


def test_the_agreed_strengths_replace_the_tiers_own(folder: Path) -> None:
    layout = lay_out(read_roll(folder), 5, 10, (0.2, 0.3))
    assert all(0.2 <= one.recipe.strength <= 0.3 for one in layout.copies)


def test_the_same_file_twice_is_a_twin_and_both_are_right(folder: Path, tmp_path: Path) -> None:
    for number, path in enumerate(sorted(folder.iterdir())[:4]):
        (tmp_path / f"{number}.jpg").write_bytes(path.read_bytes())
        (tmp_path / f"again{number}.jpg").write_bytes(path.read_bytes())
    roll = read_roll(tmp_path)
    assert [len(one.twins) for one in roll] == [1] * 8
    assert all(one.known for one in roll)
    layout = lay_out(roll, 3, 10)
    assert {len(one.right) for one in layout.copies} == {0, 2}


def test_no_copies_are_made_of_what_may_be_one_exposure_saved_twice(tmp_path: Path) -> None:
    picture = make_photograph(3)
    picture.save(tmp_path / "a.jpg", quality=95)
    picture.save(tmp_path / "b.jpg", quality=60)
    make_photograph(4).save(tmp_path / "c.jpg")
    assert [one.known for one in read_roll(tmp_path)] == [False, False, True]


def test_a_layout_is_written_out_whole(folder: Path, tmp_path: Path) -> None:
    layout = lay_out(read_roll(folder), 5, 2)
    build(layout, tmp_path / "home")
    originals = {path.name for path in (tmp_path / "home" / "originals").iterdir()}
    assert originals == {name for name, *_ in layout.kept} | {name for name, *_ in layout.siblings}
    assert {path.stem for path in (tmp_path / "home" / "copies").iterdir()} == {one.name for one in layout.copies}


def test_a_replacement_by_anything_but_the_true_one_is_wrong() -> None:
    copies = [copy_of("EASY-0", "a.jpg"), copy_of("EASY-1", "a.jpg"), copy_of("EASY-2"), copy_of("EASY-3", "b.jpg")]
    verdicts = judge(
        copies,
        {
            "EASY-0": answer("replace", "/x/a.jpg", ("/x/a.jpg", 0.99), ("/x/b.jpg", 0.1)),
            "EASY-1": answer("replace", "/x/b.jpg", ("/x/b.jpg", 0.99)),
            "EASY-2": answer("replace", "/x/b.jpg", ("/x/b.jpg", 0.95)),
            "EASY-3": answer("review", None, ("/x/b.jpg", 0.6)),
        },
    )
    assert [one.is_wrong for one in verdicts] == [False, True, True, False]
    found = tally(verdicts, "EASY")
    assert (found.there, found.right, found.wrong, found.reviews, found.reviews_led) == (3, 1, 2, 1, 1)
    assert reliability(verdicts)[-1][2:4] == (3, 1)
    assert reliability(verdicts)[3][2:4] == (1, 1)


def test_the_kindest_reading_of_a_peer_gives_no_wrong_answer_and_no_more_than_that() -> None:
    guesses = [
        Guess(0.9, 0.3, True, True),
        Guess(0.8, 0.1, True, True),
        Guess(0.85, 0.2, False, False),
        Guess(0.5, 0.4, True, True),
        Guess(0.4, 0.6, False, True),
    ]
    assert kindest(guesses) == (3, 2)
    assert kindest([Guess(0.9, 0.5, False, False)]) == (0, 0)


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_a_decoy_differs_from_the_true_one_and_keeps_its_size(kind: str) -> None:
    true, decoy = make_pair(kind, make_photograph(1, 480, 360), make_photograph(2, 480, 360), np.random.default_rng(1))
    assert true.size == decoy.size == (480, 360)
    apart = np.abs(np.asarray(true, np.float32) - np.asarray(decoy, np.float32))
    assert 1 < apart.mean() < 40


@pytest.mark.parametrize("name", sorted(ORDEALS))
def test_every_ordeal_makes_a_copy(name: str) -> None:
    rng = np.random.default_rng(1)
    data, _ = make_copy(prepare(name, make_photograph(1, 480, 360)), ORDEALS[name](rng))
    assert finish(name, data, rng).startswith(b"\xff\xd8")


def test_pairs_are_asked_for_and_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pairs.json"
    ended = pairs.main([str(folder), "--strangers", "3", "--siblings", "4", "--json", str(file)])
    told = json.loads(file.read_text(encoding="utf-8"))
    assert ended == 0
    assert told["strangers"]["pairs"] == 3
    assert sum(one["sure"] for one in told.values()) == 0
    assert "| sibling, parallax | 1 | 0 |" in capsys.readouterr().out


def test_the_benchmark_runs_from_folder_to_table(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    file = tmp_path / "figures.json"
    ended = matching.main([str(folder), "--copies", "3", "--json", str(file), "--wrong", str(tmp_path / "wrong")])
    told = capsys.readouterr().out
    figures = json.loads(file.read_text(encoding="utf-8"))
    assert ended == 0, told
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert [figures["tiers"][tier]["copies"] for tier in TIERS] == [3] * 4
    assert "| EASY | 3 | 2 | 2 | 100.0 | 0 |" in told
    assert not (tmp_path / "wrong").exists()


def test_a_photograph_with_a_colour_profile_gives_siblings_with_the_same(tmp_path: Path) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for seed in range(4):
        make_photograph(seed).save(tmp_path / f"{seed}.jpg", icc_profile=profile)
    layout = lay_out(read_roll(tmp_path), 1, 4)
    build(layout, tmp_path / "home")
    for name, *_ in layout.siblings:
        with Image.open(tmp_path / "home" / "originals" / name) as picture:
            assert picture.info["icc_profile"] == profile


def test_a_made_sibling_was_taken_by_the_same_camera_a_moment_later_and_is_no_twin_by_exif(
    folder: Path, tmp_path: Path
) -> None:
    layout = lay_out(read_roll(folder), 5, 4)
    build(layout, tmp_path / "home")
    roll = {one.path.name: one for one in read_roll(tmp_path / "home" / "originals")}
    for name, *_ in layout.siblings:
        taken = [exif_of(tmp_path / "home" / "originals" / other) for other in roll if other[:5] == name[:5]]
        assert len({time for _, time in taken}) == len(taken)
        assert {camera for camera, _ in taken} == {"iPhone 5"}
        assert not roll[name].twins


def exif_of(path: Path) -> tuple[str, str]:
    with Image.open(path) as picture:
        return picture.getexif()[0x0110], picture.getexif().get_ifd(0x8769)[0x9003]


def test_a_photograph_rendered_anew_is_another_photograph_of_known_truth(folder: Path, tmp_path: Path) -> None:
    assert rerender.main([str(folder), str(tmp_path / "out"), "--seed", "2"]) == 0
    again = read_roll(tmp_path / "out")
    assert len(again) == 12
    assert all(one.known and not one.twins for one in again)
    first = sorted(folder.iterdir())[0]
    fit = pairs.compare_one(make_copy(open_upright(first), Recipe())[0], again[0].path.read_bytes())
    assert not fit.sure
