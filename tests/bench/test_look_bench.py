"""The measures and looks that rendering is judged by are what they claim to be."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.look import Result, read_log, table_of
from bench.look_families import FAMILIES, make
from bench.look_measures import Distance, delta_e, distance
from bench.look_sheet import pages_of, save_strip
from tests.support.camera_roll import make_photograph


@pytest.mark.parametrize(
    ("one", "two", "wanted"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((50.0, 2.5, 0.0), (50.0, 3.1736, 0.5854), 1.0),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_colour_differences_are_those_that_sharma_wu_and_dalal_published(
    one: tuple[float, ...], two: tuple[float, ...], wanted: float
) -> None:
    assert delta_e(np.array([one]), np.array([two]))[0] == pytest.approx(wanted, abs=1e-4)


def test_equal_pictures_are_nothing_apart() -> None:
    picture = np.asarray(make_photograph(1, 600, 560))
    same = distance(picture, picture)
    assert same.delta_e == 0
    assert same.ssim == pytest.approx(1)
    assert same.psnr > 100


def test_a_number_is_the_same_look_for_ever() -> None:
    photograph = Image.fromarray(np.asarray(make_photograph(1, 900, 700)))
    once, twice = (make(photograph, 7001) for _ in range(2))
    assert once.copy == twice.copy
    assert once.family == FAMILIES[7001 % 7]


def test_what_was_not_rendered_counts_in_the_table() -> None:
    found = Distance(40.0, 1.0, 0.98)
    peers = (Distance(28.0, 3.0, 0.7), Distance(41.0, 1.2, 0.97), Distance(35.0, 1.5, 0.95))
    results = [Result("curves", found, peers, "", 3.0), Result("tilt", None, (), "moved", 1.0)]
    lines = list(table_of(results))
    assert lines[0] == "2 copies, 1 rendered (50 %)"
    assert any(line.startswith("| enlarged | 28.0 dB") and line.endswith("| 100 % |") for line in lines)
    assert any(line.startswith("| table |") and line.endswith("| 0 % |") for line in lines)


def test_a_run_that_was_interrupted_goes_on_from_its_log(tmp_path: Path) -> None:
    found = Result("curves", Distance(40.0, 1.0, 0.98), (Distance(28.0, 3.0, 0.7),), "", 3.0)
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps({"copy": "one.jpg 1001", "result": asdict(found)}) + "\n", "utf-8")
    assert read_log(log) == {"one.jpg 1001": found}
    assert read_log(tmp_path / "none") == {}


def test_a_contact_sheet_shows_where_render_and_truth_differ_most(tmp_path: Path) -> None:
    truth = np.full((1300, 1300, 3), 90, np.uint8)
    truth[:320, :320:2] = 200
    ours = truth.copy()
    ours[640:960, 320:640] = 30
    save_strip(tmp_path / "a.png", (truth, ours, truth))
    (page,) = pages_of(tmp_path)
    with Image.open(page) as sheet:
        seen = np.asarray(sheet)
    assert seen.shape == (320, 6 * 320, 3)
    assert (seen[:, :320] == truth[:320, :320]).all()
    assert (seen[:, 4 * 320 : 5 * 320] == 30).all()
