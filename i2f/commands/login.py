"""The `login` and `logout` commands: OAuth's three steps with a person in the middle.

In a terminal with a browser Flickr is asked to lead back to this machine by itself; where it refuses that, or nothing
comes back, the nine digits are typed. Without a terminal, over ssh and with --no-browser it is the nine digits at once,
read from standard input.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from i2f.ground.errors import LoginError, SettingsError
from i2f.ground.settings import Settings

if TYPE_CHECKING:
    from i2f.flickr.callback import Callback
    from i2f.flickr.oauth import PendingLogin, Token

# So long the page may stay open in the browser before the digits are asked for.
CALLBACK_S = 600.0


def log_in(settings: Settings, *, open_browser: bool) -> None:
    """Log in and keep the login."""
    from i2f.display.browser import has_browser
    from i2f.sync.session import require_key

    require_key(settings)
    by_itself = open_browser and _is_terminal() and has_browser()
    token = (_by_callback(settings) if by_itself else None) or _by_code(settings, open_browser=open_browser)
    _keep(settings, token)


def log_out(settings: Settings) -> None:
    """Forget the login."""
    from i2f.display.lines import say
    from i2f.memory.login_store import drop_login
    from i2f.memory.state_dir import StateFolder

    was = drop_login(StateFolder(settings.state))
    say("Logged out. Journal and backups are kept." if was else "Not logged in.")


def begin(settings: Settings, callback: str = "oob") -> tuple[str, PendingLogin]:
    """The first step, which needs the key alone; also the cheapest way to learn whether Flickr takes the key."""
    from flickr_client import begin_login
    from i2f.ground.rate_limit import CallBudget, ForgetfulHistory, SystemClock
    from i2f.memory.state_dir import StateFolder
    from i2f.sync.session import network

    StateFolder(settings.state).make()
    budget = CallBudget(settings.flickr.calls_per_hour, ForgetfulHistory(), SystemClock(), None)
    return begin_login(settings.flickr.api_key, settings.flickr.api_secret, network(settings), budget, callback)


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _by_callback(settings: Settings) -> Token | None:
    """The login that comes back by itself; None where the digits have to be typed."""
    import webbrowser

    from i2f.flickr.callback import listen

    with listen() as callback:
        try:
            address, pending = begin(settings, callback.address)
        except (LoginError, SettingsError):
            return None  # it may refuse the callback alone; a wrong key is told by the next step
        callback.token = pending.request_token
        sys.stderr.write(
            "Approve access in your browser. If no page opens, open this URL:\n"
            f"  {address}\n"
            "Waiting for Flickr. Press Enter to type a 9-digit code instead.\n"
        )
        webbrowser.open(address)
        typed = _wait(callback)
        if callback.verifier is not None:
            return pending.finish_with(callback.verifier)
        if len([letter for letter in typed if letter.isdigit()]) == 9:
            return pending.finish(typed)  # Flickr ignored the callback and showed a code
        pending.close()
    return None


def _wait(callback: Callback) -> str:
    """Wait for Flickr or for a line on the keyboard, whichever comes first; what was typed."""
    import threading

    typed: list[str] = []

    def read() -> None:
        typed.append(sys.stdin.readline())

    if sys.platform == "win32":  # nothing there waits for a console and an event at once
        threading.Thread(target=read, daemon=True, name="keyboard").start()
        deadline = time.monotonic() + CALLBACK_S
        while not typed and not callback.heard.wait(0.2) and time.monotonic() < deadline:
            pass
        return typed[0] if typed else ""
    import select

    deadline = time.monotonic() + CALLBACK_S
    while not callback.heard.is_set() and time.monotonic() < deadline:
        if select.select([sys.stdin], [], [], 0.2)[0]:
            return sys.stdin.readline()
    return ""


def _by_code(settings: Settings, *, open_browser: bool) -> Token:
    """The login by the nine digits that Flickr's page shows."""
    import webbrowser

    from i2f.display.lines import say

    address, pending = begin(settings)
    sys.stderr.write("Open this URL, approve access, and paste the 9-digit code here:\n")
    if sys.stderr.isatty():
        sys.stderr.write(f"  {address}\n")
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        say(f"  {address}", whole=True)  # for somebody who reads only the results, too
    if open_browser and sys.stdin.isatty():
        webbrowser.open(address)
    code = _typed_code()
    if not code:
        raise LoginError("no code was given, so you are not logged in. Run `login` again")
    return pending.finish(code)


def _typed_code() -> str:
    """What was typed as the code; in a terminal a slip is asked again, as Flickr's page still shows the code."""
    while True:
        sys.stderr.write("Code: " if sys.stdin.isatty() else "Code:\n")
        sys.stderr.flush()
        code = sys.stdin.readline().strip()
        if not code or not sys.stdin.isatty() or sum(letter.isdigit() for letter in code) == 9:
            return code
        sys.stderr.write("The code has nine digits, as 123-456-789. Type it again, or press Enter to stop.\n")


def _keep(settings: Settings, token: Token) -> None:
    from i2f.display.lines import say
    from i2f.ground.plain_text import in_plain_words
    from i2f.memory.journal import Journal
    from i2f.memory.login_store import keep_login
    from i2f.memory.state_dir import Login, StateFolder
    from i2f.sync.session import claim_account

    state = StateFolder(settings.state)
    with state.lock():
        journal = Journal(state.journal_file)
        try:
            claim_account(journal, token.nsid, token.username)
        finally:
            journal.close()
        where = keep_login(state, Login(token.token, token.token_secret, token.nsid, token.username, token.perms))
    say(f"Logged in as {in_plain_words(token.username)}. The login is stored in {where}")
    sys.stderr.write("Next: run `doctor`, which checks that everything is ready.\n")
