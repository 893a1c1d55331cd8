"""status, why and doctor: what they tell in words and as JSON, and that doctor leads from nothing to the first look."""

from __future__ import annotations

import json
from pathlib import Path

from program import Program
from rolls import post, save_roll

from errors import ExitCode
from sandbox import SandboxFlickr

POST_OF_2011 = "via Instagram https://www.instagram.com/p/QK1/"


def test_status_counts_what_waits_and_what_was_answered(flickr: SandboxFlickr, tmp_path: Path) -> None:
    folder = tmp_path / "iphone"
    for file in save_roll(folder, range(1, 3)):
        post(flickr, file, description=POST_OF_2011)
    program = Program(flickr, tmp_path / "home")
    program.sync(folder, "--dry-run")
    assert "Waiting for your eyes: 2; `review` asks about them" in program.run("status").stdout
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


def test_why_as_json_holds_the_evidence_and_no_insides(flickr: SandboxFlickr, tmp_path: Path) -> None:
    folder = tmp_path / "iphone"
    photo_id = post(flickr, save_roll(folder, [1])[0])
    program = Program(flickr, tmp_path / "home")
    program.sync(folder, "--dry-run")
    ran = program.run("why", photo_id, "--json", "-")
    told = json.loads(ran.stdout)
    assert (told["version"], told["decision"]) == (1, "replace")
    assert told["evidence"][0]["measures"]
    assert "secret" not in ran.stdout


def test_the_doctor_leads_from_nothing_to_the_first_look(flickr: SandboxFlickr, tmp_path: Path) -> None:
    program = Program(flickr, tmp_path / "home", perms=None)
    keyless = program.run("doctor", INSTAGRAM2FLICKR_FLICKR_API_KEY="", INSTAGRAM2FLICKR_FLICKR_API_SECRET="")
    assert keyless.exit_code == ExitCode.USAGE
    assert "api_key = the key" in keyless.stdout
    assert "[!!] API key" in keyless.stdout
    nobody = program.run("doctor")
    assert nobody.exit_code == ExitCode.LOGIN
    assert "instagram2flickr.py login" in nobody.stdout
    ready = Program(flickr, tmp_path / "home").run("doctor")
    assert ready.exit_code == ExitCode.DONE, ready.stdout
    assert ready.stdout.rstrip().endswith("Open plan.html in a browser and look.")
    told = json.loads(Program(flickr, tmp_path / "home").run("doctor", "--json", "-").stdout)
    assert all(one["ok"] for one in told["findings"])
