"""Commands that look back say plainly that the state folder named is not there, and do not make one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from i2f.commands.posts import posts
from i2f.commands.render import render
from i2f.commands.review import review
from i2f.commands.status import status
from i2f.commands.undo import UndoOrder, let_go, undo
from i2f.commands.why import why
from i2f.ground.errors import UnknownPhotoError
from i2f.ground.settings import Settings, load_settings

LOOKING_BACK: dict[str, Callable[[Settings], object]] = {
    "undo one": lambda settings: undo(settings, UndoOrder(("8037",), None, None)),
    "undo all": lambda settings: undo(settings, UndoOrder((), None, None)),
    "backup prune": lambda settings: let_go(settings, 30, ask=False),
    "review": lambda settings: review(settings, (), "terminal"),
    "why": lambda settings: why(settings, "8037", None),
    "render": lambda settings: render(settings, "8037", None),
}


@pytest.mark.parametrize("command", LOOKING_BACK)
def test_a_misspelt_state_folder_is_named_and_not_made(command: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownPhotoError, match="there is no state folder .*sttae.* --state"):
        LOOKING_BACK[command](load_settings({}, state=tmp_path / "sttae"))
    assert not (tmp_path / "sttae").exists()


def test_a_folder_that_no_run_used_is_told_from_one_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UnknownPhotoError, match="no runs yet in the state folder"):
        why(load_settings({}, state=tmp_path), "8037", None)


@pytest.mark.parametrize(
    "command", [lambda one: status(one, None), lambda one: posts(one, (), None)], ids=["status", "posts"]
)
def test_the_overviews_tell_it_too(
    command: Callable[[Settings], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command(load_settings({}, state=tmp_path / "sttae"))
    assert "sttae" in capsys.readouterr().out
    assert not (tmp_path / "sttae").exists()
