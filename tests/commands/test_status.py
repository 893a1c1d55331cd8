"""status, why and doctor: what they tell in words and as JSON, and that doctor leads from nothing to the first look."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from i2f.ground.errors import ExitCode
from i2f.sandbox import SandboxFlickr
from tests.support.camera_roll import post, save_roll
from tests.support.program import ROOT, Program
from tests.support.quick_program import QuickProgram, Zygote, quick

POST_OF_2011 = "via Instagram https://www.instagram.com/p/QK1/"


@pytest.mark.long
def test_status_counts_what_waits_and_what_was_answered(flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote) -> None:
    folder = tmp_path / "iphone"
    for file in save_roll(folder, range(1, 3)):
        post(flickr, file, description=POST_OF_2011)
    program = quick(flickr, tmp_path / "home", zygote)
    program.sync(folder, "--dry-run")
    assert "To review: 2; run `review`" in program.run("status").stdout
    program.run("review", "--terminal", typed="y\nq\n")
    told = json.loads(program.run("status", "--json", "-").stdout)
    assert told["questions"] == {"waiting": 1, "answered": 1}
    program.sync(folder)
    told = json.loads(program.run("status", "--json", "-").stdout)
    assert told["questions"] == {"waiting": 1, "answered": 0}
    assert told["pictures"]["replaced"] == 1
    assert told["runs"][0]["counts"]["replaced"] == 1
    assert told["backups"]["files"] == 2


def test_status_before_anything_was_done_is_json_too(flickr: SandboxFlickr, tmp_path: Path) -> None:
    told = json.loads(Program(flickr, tmp_path / "home").run("status", "--json", "-").stdout)
    assert told["runs"] is None


@pytest.mark.long
def test_why_as_json_holds_the_evidence_and_no_insides(flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote) -> None:
    folder = tmp_path / "iphone"
    photo_id = post(flickr, save_roll(folder, [1])[0])
    program = quick(flickr, tmp_path / "home", zygote)
    program.sync(folder, "--dry-run")
    ran = program.run("why", photo_id, "--json", "-")
    told = json.loads(ran.stdout)
    assert (told["version"], told["decision"]) == (1, "replace")
    assert told["evidence"][0]["measures"]
    assert "secret" not in ran.stdout


@pytest.mark.long
def test_the_doctor_leads_from_nothing_to_the_first_look(flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote) -> None:
    program = QuickProgram(flickr, tmp_path / "home", perms=None, zygote=zygote)
    keyless = program.run("doctor", INSTAGRAM2FLICKR_FLICKR_API_KEY="", INSTAGRAM2FLICKR_FLICKR_API_SECRET="")
    assert keyless.exit_code == ExitCode.USAGE
    assert "api_key = the key" in keyless.stdout
    assert "[!!] API key" in keyless.stdout
    nobody = program.run("doctor")
    assert nobody.exit_code == ExitCode.LOGIN
    assert "instagram2flickr.py login" in nobody.stdout
    known = quick(flickr, tmp_path / "home", zygote)
    ready = known.run("doctor")
    assert ready.exit_code == ExitCode.DONE, ready.stdout
    assert ready.stdout.rstrip().endswith("Then open plan.html in a browser.")
    (tmp_path / "home" / "my iphone").mkdir()
    photographed = known.run("doctor", tmp_path / "home" / "my iphone")
    assert "sync ~/'my iphone' --dry-run" in photographed.stdout
    told = json.loads(known.run("doctor", "--json", "-").stdout)
    assert all(one["ok"] for one in told["findings"])


@pytest.mark.long
def test_the_doctor_sees_a_key_that_was_not_copied_whole_and_names_what_can_be_pasted(
    flickr: SandboxFlickr, tmp_path: Path
) -> None:
    program = Program(flickr, tmp_path / "home", perms=None)
    ran = program.run("doctor", INSTAGRAM2FLICKR_FLICKR_API_KEY="the key")
    assert ran.exit_code == ExitCode.USAGE
    assert "[!!] API key: a Flickr key has 32 characters from 0-9 and a-f (this one 7)" in ran.stdout
    # The test calls the program by its path and no shell knows its name: the line to paste says so.
    line = next(line for line in ran.stdout.splitlines() if line.endswith(" setup"))
    assert Path(line.split()[1]).name == "instagram2flickr.py"
    assert Path(line.split()[0]).exists()


@pytest.mark.long
def test_what_is_written_needs_a_folder_and_says_so_before_anything_is_done(
    flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote
) -> None:
    program = quick(flickr, tmp_path / "home", zygote)
    for words in (["status"], ["doctor"], ["why", "1"], ["undo", "--all"], ["sync", tmp_path]):
        ran = program.run(*words, "--json", tmp_path / "nowhere" / "x.json")
        assert ran.exit_code == ExitCode.USAGE
        assert ran.stderr.startswith(f"Error: there is no folder {tmp_path / 'nowhere'} to write x.json into")


@pytest.mark.long
def test_undo_tells_as_json_what_was_taken_back(flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote) -> None:
    folder = tmp_path / "iphone"
    photo_id = post(flickr, save_roll(folder, [1])[0])
    program = quick(flickr, tmp_path / "home", zygote)
    program.sync(folder)
    told = [json.loads(program.run("undo", "--all", "--json", "-").stdout) for _ in range(2)]
    assert told[0]["photos"] == [{"photo_id": photo_id, "outcome": "taken back", "error": None}]
    assert told[1]["photos"] == []
    assert re.search(r"  undo \d+ \w+ \d+ [0-9:]+: 1 restored\n", program.run("status").stdout)


def test_a_python_without_the_requirements_is_one_line(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-S", str(ROOT / "instagram2flickr.py")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert ran.returncode == ExitCode.FAILED
    assert ran.stderr.startswith("Error: the Python ")
    assert len(ran.stderr.splitlines()) == 1
