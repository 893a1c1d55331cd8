"""why: for a person first, with the numbers and a page on request, and what has happened since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from i2f.commands.why import explained
from i2f.ground.errors import ExitCode
from i2f.memory.journal import Journal
from i2f.sandbox import SandboxFlickr
from tests.support.camera_roll import post, save_roll
from tests.support.quick_program import Zygote, quick


def test_a_files_name_keeps_its_spelling_at_the_head_of_a_reason_and_another_picture_is_told_once(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    history = journal.histories.of("8037")
    journal.close()
    window = {"center": [0.5, 0.5], "size": [0.3, 0.4], "degrees": 5.2, "mirrored": False}
    evidence = [
        {"path": path, "score": 0.0, "sure": False, "words": "another picture", "twins": [], "measures": {}}
        | {"window": window}
        for path in ("/roll/my print.jpg",)
    ]
    body = {"photo_id": "8037", "title": "", "decision": "review", "decided_by": "rule", "evidence": evidence}
    told = [line for line, _ in explained("run", body | {"reason": "my print.jpg has no camera data"}, history)]
    assert "Needs review: my print.jpg has no camera data" in told
    assert sum("another picture" in line.lower() for line in told) == 1
    assert not any("The copy shows" in line for line in told)
    told = [line for line, _ in explained("run", body | {"reason": "weak evidence"}, history)]
    assert "Needs review: Weak evidence" in told


@pytest.mark.long
def test_why_tells_the_tests_the_numbers_the_page_and_what_happened_since(
    flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote
) -> None:
    folder = tmp_path / "iphone"
    photo_id = post(flickr, save_roll(folder, [1, 2])[0])
    program = quick(flickr, tmp_path / "home", zygote)
    assert program.run("why", photo_id).exit_code == ExitCode.USAGE
    program.sync(folder, "--dry-run")
    told = program.run("why", photo_id).stdout
    assert "Replace: Matches IMG_0001.JPG" in told
    assert "Match score 1.00, almost certainly the same shot" in told
    assert "pass  Alignment: the same shot (0." in told
    assert "1 more compared and found to be another picture." in told
    assert "Displacement" not in told
    assert f"`why {photo_id} --open`" in told
    assert "Displacement: " in program.run("why", photo_id, "-v").stdout
    ran = program.run("why", photo_id, "--open")
    page = (program.state / "why.html").read_text(encoding="utf-8")
    assert str(program.state / "why.html") in ran.stdout
    assert page.count("data:image/jpeg;base64,") == 4
    for words in (
        "Replace: Matches IMG_0001.JPG",
        f"Photo ID {photo_id}",
        "Match score 1.00, almost certainly the same shot",
    ):
        assert words in page
    assert "http" not in page
    program.sync(folder)
    assert f"`undo {photo_id}` restores the backup" in program.run("why", photo_id).stdout
    assert json.loads(program.run("why", photo_id, "--json", "-").stdout)["standing"] == "replaced"
    program.run("undo", photo_id)
    assert f"`sync FOLDER --again {photo_id}` reconsiders it" in program.run("why", photo_id).stdout
