"""The login lies in the system's keyring where there is one, else in a file for its owner only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from i2f.ground.errors import LoginError
from i2f.memory.login_store import drop_login, keep_instagram_token, keep_login, load_instagram_token, load_login
from i2f.memory.state_dir import Login, RefreshedToken, StateFolder

keyring = pytest.importorskip("keyring")
from keyring.backend import KeyringBackend  # noqa: E402
from keyring.backends import fail, null  # noqa: E402
from keyring.errors import KeyringLocked, PasswordDeleteError  # noqa: E402

LOGIN = Login("token", "secret", "1@N01", "me", "write")


class MemoryKeyring(KeyringBackend):
    """A keyring in this process; only an instance made for a test recommends itself, so no other test meets one."""

    priority = 0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringLocked
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.locked:
            raise KeyringLocked
        if (service, username) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, username]


@pytest.fixture
def backend() -> Iterator[MemoryKeyring]:
    mine = MemoryKeyring()
    mine.priority = 5
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]


def test_with_a_keyring_no_file_holds_the_login(backend: MemoryKeyring, tmp_path: Path) -> None:
    state, other = StateFolder(tmp_path / "one").make(), StateFolder(tmp_path / "two").make()
    state.write_login(LOGIN)  # from before there was a keyring
    assert keep_login(state, LOGIN) == "the system keyring"
    assert not state.login_file.exists()
    assert load_login(state) == LOGIN
    assert load_login(other) is None
    assert drop_login(state)
    assert not drop_login(state)
    assert load_login(state) is None
    assert backend.kept == {}


def test_a_locked_keyring_leaves_the_file_and_is_told(backend: MemoryKeyring, tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state").make()
    backend.locked = True
    with pytest.raises(LoginError, match=r"keyring.*Unlock"):
        load_login(state)
    assert keep_login(state, LOGIN) == str(state.login_file)
    assert load_login(state) == LOGIN


def test_a_keyring_that_keeps_nothing_is_none(backend: MemoryKeyring, tmp_path: Path) -> None:
    keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call]
    state = StateFolder(tmp_path / "state").make()
    assert keep_login(state, LOGIN) == str(state.login_file)
    assert state.login_file.stat().st_mode & 0o077 == 0
    assert load_login(state) == LOGIN
    assert drop_login(state)


def test_a_logout_says_when_a_locked_keyring_still_holds_the_login(backend: MemoryKeyring, tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state").make()
    keep_login(state, LOGIN)
    backend.locked = True
    for _ in range(2):
        with pytest.raises(LoginError, match=r"locked.*still in it\. Unlock it and run `logout` again"):
            drop_login(state)
    backend.locked = False
    assert drop_login(state)
    assert backend.kept == {}
    assert not drop_login(state)


def test_a_file_is_forgotten_although_a_keyring_that_never_held_a_login_is_locked(
    backend: MemoryKeyring, tmp_path: Path
) -> None:
    state = StateFolder(tmp_path / "state").make()
    state.write_login(LOGIN)
    backend.locked = True
    assert drop_login(state)
    assert not state.login_file.exists()


def test_a_keyring_out_of_reach_is_named_with_the_way_out(backend: MemoryKeyring, tmp_path: Path) -> None:
    """A login at the desktop, then cron or ssh."""
    state = StateFolder(tmp_path / "state").make()
    keep_login(state, LOGIN)
    assert "secret" not in "".join(file.read_text("utf-8") for file in state.root.iterdir() if file.is_file())
    keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(LoginError, match=rf"{backend.name}.*\[flickr\] token.*null\.Keyring.*`login`"):
        load_login(state)
    with pytest.raises(LoginError, match="still in it"):
        drop_login(state)
    assert keep_login(state, LOGIN) == str(state.login_file)
    assert load_login(state) == LOGIN
    keyring.set_keyring(backend)
    assert drop_login(state)
    assert (backend.kept, load_login(state)) == ({}, None)


def test_a_folder_finds_its_login_by_any_name_and_after_it_was_moved(
    backend: MemoryKeyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keep_login(StateFolder(Path("state")).make(), LOGIN)
    assert load_login(StateFolder(tmp_path / "state")) == LOGIN
    (tmp_path / "state").rename(tmp_path / "moved")
    assert load_login(StateFolder(tmp_path / "moved")) == LOGIN
    assert drop_login(StateFolder(Path("moved")))
    assert backend.kept == {}


TOKEN = RefreshedToken("a hash", "IGAA-refreshed", 1e9)


def test_the_instagram_token_lies_where_the_login_does(backend: MemoryKeyring, tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state").make()
    keep_login(state, LOGIN)
    keep_instagram_token(state, TOKEN)
    assert not state.login_file.exists()
    assert (load_login(state), load_instagram_token(state)) == (LOGIN, TOKEN)


def test_without_a_keyring_one_file_holds_both_and_each_can_go_alone(backend: MemoryKeyring, tmp_path: Path) -> None:
    keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call]
    state = StateFolder(tmp_path / "state").make()
    keep_instagram_token(state, TOKEN)
    assert load_login(state) is None
    keep_login(state, LOGIN)
    assert (load_login(state), load_instagram_token(state)) == (LOGIN, TOKEN)
    assert state.login_file.stat().st_mode & 0o077 == 0
    assert drop_login(state)
    assert (load_login(state), load_instagram_token(state)) == (None, TOKEN)
    assert not drop_login(state)


def test_a_login_that_cannot_be_read_is_not_written_over_by_the_token(backend: MemoryKeyring, tmp_path: Path) -> None:
    keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call]
    state = StateFolder(tmp_path / "state").make()
    state.login_file.write_text("{cut", encoding="utf-8")
    keep_instagram_token(state, TOKEN)
    assert state.login_file.read_text(encoding="utf-8") == "{cut"
    with pytest.raises(LoginError, match="run `login` again"):
        load_login(state)
