"""A post that `new` left for review, from the terminal's answer to the one upload, through a lost reply and a kill."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.kinds import Afterwards
from tests.support.flickr_side import picture
from tests.support.posts import caption_of, files_on, make_posts, rows_of, run_new, write_export
from tests.support.program import Ran
from tests.support.quick_program import KILLED, QuickProgram, Zygote

pytestmark = [pytest.mark.long, pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork are POSIX")]


def answer(program: QuickProgram, key: str, typed: str) -> Ran:
    return program.run("review", "--terminal", "--post", key, typed=typed)


def test_an_answer_is_kept_obeyed_by_the_next_new_and_uploads_one_photo(
    flickr: SandboxFlickr, zygote: Zygote, tmp_path: Path
) -> None:
    posted = make_posts(tmp_path, 3)
    posts = posted.posts()
    posts[1]["exif"] = {"date_time_original": "2011:01:01 08:00:00"}
    posts[2]["exif"] = {"date_time_original": "2011:01:01 08:00:00"}
    write_export(posted.export, posts)
    elsewhere = flickr.add_photo(picture(480, 360), caption_of(posted.originals[0]))
    program = QuickProgram(flickr, tmp_path / "home", zygote=zygote)
    first, second, third = posted.keys
    assert answer(program, first, "y\n").exit_code == 2

    assert rows_of(run_new(program, posted, "--yes")) == [("review", "skipped")] * 3
    assert "Posts to review: 3; run `review`" in program.run("status").stdout
    shown = answer(program, first, "2\np\nu\ny\n").stdout
    assert f"Photo {elsewhere} on Flickr: https://www.flickr.com/photos/" in shown
    assert "Unknown key" in shown, "a post is uploaded as its original, and nothing else is offered"
    assert "Nothing to undo." in shown
    assert "IMG_0001.JPG accepted." in shown
    assert "1 answered, 0 left to review. Run `new` to apply your answers." in shown
    assert "None of these." in answer(program, second, "n\n").stdout
    assert "Answer undone." in answer(program, third, "y\n").stdout + answer(program, third, "u\nq\n").stdout
    assert "Posts reviewed: 2; the next `new` applies your answers" in program.run("status").stdout
    assert flickr.changing_requests == []

    planned = run_new(program, posted, "--dry-run")
    assert rows_of(planned) == [("upload", "planned"), ("keep", "skipped"), ("review", "skipped")]
    assert planned.report is not None
    assert [one["decided_by"] for one in planned.report["photos"]] == ["person", "person", "rule"]
    flickr.faults.add(Fault(where="upload", kind=Afterwards(lambda _: os.kill(zygote.pid, signal.SIGKILL))))
    assert program.run("new", *posted.words, "--yes").exit_code == KILLED
    flickr.faults.clear()
    assert "its upload is not yet clear" in answer(program, first, "n\n").error
    assert rows_of(run_new(program, posted, "--yes"))[0] == ("keep", "uploaded")
    assert files_on(flickr)[1:] == [posted.originals[0].read_bytes()]
    assert len(flickr.requests("upload")) == 1
