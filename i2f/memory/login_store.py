"""Where the login is kept: in the system's keyring where there is one, else in login.json for its owner only.

keyring is an optional extra. Only a backend that recommends itself counts (priority 1 and above): the others are
placeholders that keep nothing or refuse. A keyring that fails while it is asked must not cost a run its login in
silence, so that failure is told; one that fails while it is written to leaves the file as the place.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module
from typing import Any

from i2f.ground.errors import LoginError
from i2f.memory.state_dir import Login, StateFolder

SERVICE = "instagram2flickr"


def _keyring() -> Any | None:
    """The keyring module where it is installed and has a backend of its own."""
    try:
        keyring: Any = import_module("keyring")
        return keyring if keyring.get_keyring().priority >= 1 else None
    except Exception:  # noqa: BLE001 - a missing or broken keyring is none
        return None


def keep_login(state: StateFolder, login: Login) -> str:
    """Keep a login; returns where, in words."""
    keyring = _keyring()
    if keyring is not None:
        with suppress(Exception):  # whatever a keyring raises, the file is there
            keyring.set_password(SERVICE, str(state.root), json.dumps(asdict(login)))
            state.forget_login()
            return "the system keyring"
    state.write_login(login)
    return str(state.login_file)


def load_login(state: StateFolder) -> Login | None:
    """The kept login, None when nobody is logged in. A file comes first: it may have been copied here on purpose."""
    login = state.read_login()
    keyring = _keyring() if login is None else None
    if keyring is None:
        return login
    try:
        kept = keyring.get_password(SERVICE, str(state.root))
        return Login(**json.loads(kept)) if kept else None
    except Exception as error:  # noqa: BLE001 - each keyring has failures of its own
        raise LoginError(f"the system keyring did not hand out the login ({type(error).__name__}). Unlock it, or run "
                         "`login` again") from None


def drop_login(state: StateFolder) -> bool:
    """Forget the login wherever it is kept; says whether there was one."""
    was = state.forget_login()
    keyring = _keyring()
    if keyring is not None:
        with suppress(Exception):  # keyrings raise where there is nothing to delete
            keyring.delete_password(SERVICE, str(state.root))
            was = True
    return was
