"""`new` from the export to Flickr: what goes there, what is left alone, killed anywhere, and undone."""

from __future__ import annotations

import io
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.kinds import DropAfter, DropBefore, TotalOff
from tests.support.camera_roll import make_photograph
from tests.support.killing import MOMENTS
from tests.support.killing_new import (
    PreparedPosts,
    new_dies_at,
    new_scene,
    new_steps_of,
)
from tests.support.posts import DAY, FIRST, caption_of, files_on, make_posts, rows_of, run_new, square_of, write_export
from tests.support.quick_program import KILLED, QuickProgram, Zygote
from tests.support.terminal import Terminal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork are POSIX")


@pytest.fixture(scope="module")
def prepared(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> PreparedPosts:
    return PreparedPosts.make(tmp_path_factory.mktemp("posts"), zygote)


@pytest.fixture
def program(flickr: SandboxFlickr, prepared: PreparedPosts, zygote: Zygote, tmp_path: Path) -> QuickProgram:
    """A person's program that has compared everything, with the login that `login` gives."""
    made = QuickProgram(flickr, tmp_path / "home", zygote=zygote)
    shutil.copytree(prepared.state, made.state)
    return made


def test_posts_that_are_not_on_flickr_go_there_once_and_are_no_copies(
    flickr: SandboxFlickr, prepared: PreparedPosts, program: QuickProgram
) -> None:
    posted = prepared.posted
    planned = run_new(program, posted, "--dry-run")
    assert rows_of(planned) == [("upload", "planned")] * 2
    assert flickr.changing_requests == []
    told = program.run("why", posted.keys[0], "--export", posted.export).stdout
    assert "Not known to be on Flickr" in told
    assert "`new` would upload it: Matches IMG_0001.JPG (only match)" in told
    assert "pass  Alignment: the same shot" in told
    ran = run_new(program, posted, "--yes", "--album", "Sea", "--privacy", "friends", "--limit", "1")
    assert rows_of(ran) == [("upload", "uploaded"), ("upload", "planned")]
    ran = run_new(program, posted, "--yes", "--album", "Sea")
    assert rows_of(ran) == [("keep", "skipped"), ("upload", "uploaded")]
    assert files_on(flickr) == [original.read_bytes() for original in posted.originals]
    first, second = sorted(flickr.store.photos.values(), key=lambda one: one.photo_id)
    assert (first.title, first.is_friend, second.is_friend) == (caption_of(posted.originals[0]), True, False)
    assert [album.photo_ids for album in flickr.store.albums.values()] == [[first.photo_id, second.photo_id]]
    sent = len(flickr.changing_requests)
    again = run_new(program, posted, "--yes")
    assert (again.exit_code, rows_of(again)) == (0, [("keep", "skipped")] * 2)
    assert "0 copies on Flickr" in program.run("sync", posted.folder, "--dry-run").stdout
    assert "Uploaded: 2, deleted by undo: 0" in program.run("status").stdout
    listed = program.run("posts", "--export", posted.export).stdout
    assert "2 posts: 2 on Flickr, 2 with their original found" in listed
    told = program.run("why", posted.keys[0], "--export", posted.export).stdout
    assert f"On Flickr as photo {first.photo_id}, uploaded by `new`; `undo {first.photo_id}` deletes it" in told
    assert f"as photo {first.photo_id}; `new` does not upload it again" in told
    assert len(flickr.changing_requests) == sent


def test_the_report_has_the_shape_of_syncs_and_an_export_may_be_a_zip_file(
    prepared: PreparedPosts, program: QuickProgram, tmp_path: Path
) -> None:
    export = Path(shutil.make_archive(str(tmp_path / "instagram"), "zip", prepared.posted.export))
    report = run_new(program, replace(prepared.posted, export=export), "--dry-run").report
    assert report is not None
    assert (report["version"], report["command"], report["mode"]) == (1, "new", "dry-run")
    assert report["counts"] | {"posts": 2, "upload": 2, "review": 0, "keep": 0, "uploaded": 0} == report["counts"]
    photo = report["photos"][0]
    assert photo["post"] == prepared.posted.keys[0]
    assert (photo["photo_id"], photo["posted_at"]) == (None, "2012-07-09T12:00:01Z")
    assert photo["original"] == str(prepared.posted.originals[0])


def test_without_a_terminal_nothing_is_uploaded_unless_yes_is_said(
    flickr: SandboxFlickr, prepared: PreparedPosts, program: QuickProgram
) -> None:
    ran = program.run("new", *prepared.posted.words)
    assert ran.exit_code == 2
    assert "add --yes" in ran.error
    ran = program.run("new", prepared.posted.folder, "--yes")
    assert ran.exit_code == 2
    assert "use --export PATH" in ran.error
    assert flickr.log == []


def test_what_is_no_export_is_one_line(prepared: PreparedPosts, program: QuickProgram) -> None:
    ran = program.run("new", prepared.posted.folder, "--export", prepared.posted.folder, "--yes")
    assert ran.exit_code == 2
    assert "holds no list of posts" in ran.error


def test_a_terminal_shows_the_posts_and_asks(
    flickr: SandboxFlickr, prepared: PreparedPosts, program: QuickProgram
) -> None:
    with Terminal(program, ["new", *prepared.posted.words]) as terminal:
        terminal.wait_for("[y/N]").type("n")
        assert terminal.end() == 0
    assert "IMG_0001 by the sea" in terminal.seen
    assert "as private?" in " ".join(terminal.seen.split())
    assert flickr.changing_requests == []


def test_undo_asks_for_the_permission_to_delete_when_it_needs_it(
    flickr: SandboxFlickr, prepared: PreparedPosts, program: QuickProgram
) -> None:
    assert run_new(program, prepared.posted, "--yes").exit_code == 0
    touched, other = flickr.store.photos
    flickr.edit(touched, title="My own title")
    refused = program.run("undo", "--all")
    assert refused.exit_code == 3
    assert "needs a terminal to ask in, or --yes" in refused.stdout
    with Terminal(program, ["undo", "--all"]) as terminal:
        terminal.wait_for("Delete 2 photos from Flickr? [y/N]").type("y").wait_for("Code:")
        token = re.search(r"oauth_token=([\w-]+)&perms=delete", terminal.seen)
        assert token is not None, terminal.seen
        terminal.type(flickr.authorize(token[1], "delete"))
        assert terminal.end() == 3
    assert list(flickr.store.photos) == [touched]
    assert "its title or text was edited since" in " ".join(terminal.seen.split())
    assert rows_of(run_new(program, prepared.posted, "--yes")) == [("keep", "skipped")] * 2
    assert list(flickr.store.photos) == [touched]


def test_a_listing_with_holes_stops_the_run_before_anything_is_uploaded(
    flickr: SandboxFlickr, prepared: PreparedPosts, program: QuickProgram
) -> None:
    flickr.faults.add(Fault(where="flickr.people.getPhotos", kind=TotalOff(by=2), times=None))
    ran = program.run("new", *prepared.posted.words, "--yes")
    assert ran.exit_code == 5
    assert "nothing was uploaded" in ran.error
    assert flickr.changing_requests == []


def test_a_lost_reply_is_unsure_until_flickr_shows_the_photo_or_an_hour_has_passed(
    prepared: PreparedPosts, zygote: Zygote, tmp_path: Path
) -> None:
    with new_scene(prepared, tmp_path / "home", zygote) as one:
        one.flickr.faults.add(Fault(where="upload", kind=DropAfter()))
        one.flickr.faults.add(Fault(where="upload", kind=DropBefore()))
        assert one.run("new") == 3
        one.check()
        assert len(one.flickr.store.photos) == 1
        assert one.run("new") == 3
        assert len(one.flickr.requests("upload")) == 2
        one.finish("new")
        assert len(one.flickr.requests("upload")) == 3


def spread(count: int, over: int) -> list[int]:
    return sorted({1 + number * (over - 1) // (count - 1) for number in range(count)})


def test_new_killed_at_any_step_is_finished_and_uploads_nothing_twice(
    prepared: PreparedPosts, zygote: Zygote, tmp_path: Path
) -> None:
    with new_scene(prepared, tmp_path / "whole", zygote) as one:
        steps = new_steps_of(one, "new")
    kills = 0
    for step in spread(5, steps):
        with new_scene(prepared, tmp_path / str(step), zygote) as one:
            kills += new_dies_at(one, "new", step)
            one.check()
            one.finish("new")
    assert kills >= 4


@pytest.mark.parametrize(
    ("name", "moment"), [*(("upload", one) for one in MOMENTS), ("flickr.photosets.create", MOMENTS[2])]
)
def test_new_killed_during_a_request_is_settled_by_asking(
    prepared: PreparedPosts, zygote: Zygote, tmp_path: Path, name: str, moment: str
) -> None:
    with new_scene(prepared, tmp_path / "home", zygote) as one:
        one.kill_at(name, moment)
        assert one.run("new") == KILLED
        one.check()
        one.flickr.faults.clear()
        one.finish("new")


def test_an_undo_of_uploads_killed_at_any_step_is_finished_by_the_next(
    prepared: PreparedPosts, zygote: Zygote, tmp_path: Path
) -> None:
    with new_scene(prepared, tmp_path / "whole", zygote) as one:
        assert one.run("new") == 0
        steps = new_steps_of(one, "undo")
    kills = 0
    for step in spread(3, steps):
        with new_scene(prepared, tmp_path / str(step), zygote) as one:
            assert one.run("new") == 0
            kills += new_dies_at(one, "undo", step)
            one.check()
            one.finish("undo")
    assert kills >= 2


def test_what_is_there_or_not_certain_is_left_alone_with_the_reason(
    flickr: SandboxFlickr, zygote: Zygote, tmp_path: Path
) -> None:
    posted = make_posts(tmp_path, 3)
    posts = posted.posts()
    elsewhere = io.BytesIO()
    make_photograph(99).resize((640, 480), Image.Resampling.LANCZOS).save(elsewhere, "JPEG", quality=90)
    posts[2]["exif"] = {"date_time_original": "2011:01:01 08:00:00"}
    posts += [
        {"caption": "no original", "pictures": [elsewhere.getvalue()], "time": FIRST + 5 * DAY},
        {"caption": "one", "pictures": [posted.pictures[0]], "time": FIRST + 6 * DAY},
        {"caption": "two", "pictures": [posted.pictures[1]], "time": FIRST + 6 * DAY},
    ]
    write_export(posted.export, posts)
    there = flickr.add_photo(square_of(posted.originals[0], 612), caption_of(posted.originals[0]))
    flickr.add_photo(elsewhere.getvalue(), "IMG_0002 by the sea #harbour #boats", "via Instagram https://ift.tt/abc")
    ran = run_new(QuickProgram(flickr, tmp_path / "home", zygote=zygote), posted, "--yes")
    assert ran.exit_code == 0, ran.stderr
    assert ran.report is not None
    reasons = [one["reason"] for one in ran.report["photos"]]
    assert reasons[0] == f"On Flickr already, as photo {there} (same picture and caption)"
    assert "has this caption, but another picture" in reasons[1]
    assert "another time than the export says" in reasons[2]
    assert "shows this picture, but neither caption nor time agree" in reasons[3]
    assert reasons[4:] == ["Another post of the export has the same second"] * 2
    assert [row[0] for row in rows_of(ran)] == ["keep", *["review"] * 5]
    assert flickr.changing_requests == []


def test_a_post_found_on_flickr_stays_there_when_its_title_is_edited(
    flickr: SandboxFlickr, prepared: PreparedPosts, program: QuickProgram
) -> None:
    there = [flickr.add_photo(square_of(one, 612), caption_of(one)) for one in prepared.posted.originals]
    assert rows_of(run_new(program, prepared.posted, "--yes")) == [("keep", "skipped")] * 2
    for photo_id in there:
        flickr.edit(photo_id, title="My own title")
    assert rows_of(run_new(program, prepared.posted, "--yes")) == [("keep", "skipped")] * 2
    assert flickr.changing_requests == []
