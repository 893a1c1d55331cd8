"""Where logins are kept: in the system's keyring where there is one, else in login.json for its owner only.

keyring is an optional extra. Only a backend that recommends itself counts (priority 1 and above): the others are
placeholders that keep nothing or refuse. One that fails while it is written to leaves the file as the place.

A keyring that held the login yesterday may be out of reach today: locked, or without the desktop's session under cron
and over ssh. So a small file beside the journal, without secrets, names the keyring and the entry in it. With that a
run never says "not logged in" of a login it merely cannot get at, a logout never says it is gone while it is not, and
a state folder that was moved still finds its entry.

What the Instagram token of the settings was refreshed to lies in the same place, as an entry of its own. It is never
needed: where it cannot be reached, the token of the settings is used and refreshed anew.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from i2f.ground.errors import LoginError
from i2f.memory.state_dir import Login, RefreshedToken, StateFolder, write_private

SERVICE = "instagram2flickr"
# The keyring of a note that cannot be read.
UNNAMED = "the system's"


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where in which keyring a login was put."""

    keyring: str
    name: str


def _keyring() -> Any | None:
    """The keyring module where it is installed and has a backend of its own."""
    try:
        keyring: Any = import_module("keyring")
        return keyring if keyring.get_keyring().priority >= 1 else None
    except Exception:  # noqa: BLE001 - a missing or broken keyring is none
        return None


def _called(keyring: Any) -> str:
    """What the keyring that answers here is called."""
    return str(keyring.get_keyring().name)


def _note_file(state: StateFolder) -> Path:
    return state.root / "keyring.json"


def _noted(state: StateFolder) -> _Entry | None:
    """Where the login was put, None when it never went into a keyring."""
    try:
        return _Entry(**json.loads(_note_file(state).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        return _Entry(UNNAMED, _own_name(state))


def _own_name(state: StateFolder) -> str:
    """The same whatever way the folder was named."""
    return str(state.root.resolve())


def keep_login(state: StateFolder, login: Login) -> str:
    """Keep a login; returns where, in words."""
    keyring = _keyring()
    entry = None
    if keyring is not None:
        with suppress(Exception):  # whatever a keyring raises, the file is there
            keyring.set_password(SERVICE, _own_name(state), json.dumps(asdict(login)))
            entry = _Entry(_called(keyring), _own_name(state))
    if entry is None:
        # The note of an older login stays: a keyring that is out of reach still holds that one.
        state.write_login(login)
        return str(state.login_file)
    write_private(_note_file(state), json.dumps(asdict(entry)).encode())
    state.forget_login()
    return "the system keyring"


def load_login(state: StateFolder) -> Login | None:
    """The kept login, None when nobody is logged in. A file comes first: it may have been copied here on purpose."""
    login = state.read_login()
    if login is not None:
        return login
    keyring, entry = _keyring(), _noted(state)
    if keyring is None:
        if entry is not None:
            raise LoginError(
                f"the login is in the keyring ({entry.keyring}), which cannot be reached from here, as under cron or "
                "over ssh. Set [flickr] token and token_secret, or turn the keyring off "
                "(PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring) and run `login`"
            )
        return None
    try:
        kept = keyring.get_password(SERVICE, entry.name if entry else _own_name(state))
        login = Login(**json.loads(kept)) if kept else None
    except Exception as error:  # noqa: BLE001 - each keyring has failures of its own
        raise LoginError(
            f"the system keyring did not hand out the login ({type(error).__name__}). Unlock it, or run `login` again"
        ) from None
    if login is None and entry is not None:
        raise LoginError(
            f"the login was put into the keyring ({entry.keyring}), but {_called(keyring)} does not hold "
            "it; run `login` again"
        )
    return login


def drop_login(state: StateFolder) -> bool:
    """Forget the login wherever it is kept; says whether there was one. Raises LoginError where a keyring keeps it."""
    was = state.forget_login()
    keyring, entry = _keyring(), _noted(state)
    if keyring is None:
        if entry is not None:
            raise LoginError(
                f"the keyring ({entry.keyring}) cannot be reached from here; the login is still in it. "
                "Run `logout` again where you logged in"
            )
        return was
    try:
        held = _delete(keyring, entry.name if entry else _own_name(state))
    except Exception as error:  # noqa: BLE001 - each keyring has failures of its own
        if was and entry is None:
            return True  # the file was the place
        where = "the login is still in it" if entry else "a login may still be in it"
        raise LoginError(
            f"the keyring is locked or failed ({type(error).__name__}); {where}. Unlock it and run `logout` again"
        ) from None
    if entry is not None and not held and entry.keyring not in {UNNAMED, _called(keyring)}:
        raise LoginError(
            f"the login is in another keyring ({entry.keyring}) than the one that answers here "
            f"({_called(keyring)}). Run `logout` again where you logged in"
        )
    _note_file(state).unlink(missing_ok=True)
    return was or held


def _delete(keyring: Any, name: str) -> bool:
    """Delete an entry and look whether it is gone; says whether there was one."""
    if keyring.get_password(SERVICE, name) is None:
        return False
    keyring.delete_password(SERVICE, name)
    if keyring.get_password(SERVICE, name) is not None:
        raise RuntimeError("the keyring did not delete the entry")
    return True


def keep_instagram_token(state: StateFolder, token: RefreshedToken) -> None:
    """Keep a refreshed Instagram token where the login is kept; nothing is kept where that is impossible."""
    keyring = _keyring()
    if keyring is not None:
        with suppress(Exception):  # whatever a keyring raises, the file is there
            keyring.set_password(SERVICE, _instagram_name(state), json.dumps(asdict(token)))
            with suppress(LoginError):
                state.write_instagram_token(None)
            _old_instagram_file(state).unlink(missing_ok=True)
            return
    with suppress(LoginError):  # a login that cannot be read is not written over for a token that can be had anew
        state.write_instagram_token(token)
        _old_instagram_file(state).unlink(missing_ok=True)


def load_instagram_token(state: StateFolder) -> RefreshedToken | None:
    """The refreshed Instagram token, None where none is within reach; an older version's file moves here."""
    token = state.read_instagram_token()
    keyring = _keyring()
    if token is None and keyring is not None:
        with suppress(Exception):
            token = RefreshedToken.read(json.loads(keyring.get_password(SERVICE, _instagram_name(state)) or "{}"))
    if token is None:
        with suppress(OSError, ValueError):
            token = RefreshedToken.read(json.loads(_old_instagram_file(state).read_text(encoding="utf-8")))
        if token is not None:
            keep_instagram_token(state, token)
    return token


def _instagram_name(state: StateFolder) -> str:
    return f"{_own_name(state)} instagram"


def _old_instagram_file(state: StateFolder) -> Path:
    """Where versions before this one kept it."""
    return state.root / "instagram.json"
