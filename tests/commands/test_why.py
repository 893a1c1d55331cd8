"""why: for a person first, with the numbers and a page on request, and what has happened since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from i2f.ground.errors import ExitCode
from i2f.sandbox import SandboxFlickr
from tests.support.camera_roll import post, save_roll
from tests.support.program import Program


@pytest.mark.long
def test_why_tells_the_tests_the_numbers_the_page_and_what_happened_since(
    flickr: SandboxFlickr, tmp_path: Path
) -> None:
    folder = tmp_path / "iphone"
    photo_id = post(flickr, save_roll(folder, [1, 2])[0])
    program = Program(flickr, tmp_path / "home")
    assert program.run("why", photo_id).exit_code == ExitCode.USAGE
    program.sync(folder, "--dry-run")
    told = program.run("why", photo_id).stdout
    assert "Replace: Matches IMG_0001.JPG" in told
    assert "Match score 1.00 of 1: certain" in told
    assert "pass  Alignment: the same shot (0." in told
    assert "1 more compared and found to be another picture." in told
    assert "Displacement" not in told
    assert "Displacement: " in program.run("why", photo_id, "-v").stdout
    ran = program.run("why", photo_id, "--open")
    page = (program.state / "why.html").read_text(encoding="utf-8")
    assert str(program.state / "why.html") in ran.stdout
    assert page.count("data:image/jpeg;base64,") == 4
    assert "http" not in page
    program.sync(folder)
    assert f"`undo {photo_id}` restores the backup" in program.run("why", photo_id).stdout
    assert json.loads(program.run("why", photo_id, "--json", "-").stdout)["standing"] == "replaced"
    program.run("undo", photo_id)
    assert f"`sync FOLDER --again {photo_id}` reconsiders it" in program.run("why", photo_id).stdout
