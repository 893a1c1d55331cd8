"""`login` and `logout`: OAuth with a person in the middle, and the one file in which the login is kept."""

from __future__ import annotations

import sys
import webbrowser

from flickr_client import begin_login
from i2f.display.lines import say
from i2f.ground.errors import LoginError
from i2f.ground.rate_limit import CallBudget, ForgetfulHistory, SystemClock
from i2f.ground.settings import Settings
from i2f.memory.journal import Journal
from i2f.memory.state_dir import Login, StateFolder
from i2f.sync.report import in_plain_words
from i2f.sync.session import claim_account, network, require_key


def log_in(settings: Settings, open_browser: bool) -> None:
    """The three steps of OAuth with a person in the middle."""
    require_key(settings)
    state = StateFolder(settings.state).make()
    budget = CallBudget(settings.flickr.calls_per_hour, ForgetfulHistory(), SystemClock(), None)
    address, pending = begin_login(settings.flickr.api_key, settings.flickr.api_secret, network(settings), budget)
    sys.stderr.write("Open this page, agree, and come back with the code it shows:\n")
    if sys.stderr.isatty():
        sys.stderr.write(f"  {address}\n")
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        say(f"  {address}", whole=True)  # for somebody who reads only the results, too
    if open_browser and sys.stdin.isatty():
        webbrowser.open(address)
    sys.stderr.write("Code: ")
    sys.stderr.flush()
    code = sys.stdin.readline().strip()
    if not code:
        raise LoginError("no code was given, so nobody is logged in; run `login` again")
    token = pending.finish(code)
    with state.lock():
        journal = Journal(state.journal_file)
        try:
            claim_account(journal, token.nsid, token.username)
        finally:
            journal.close()
        state.write_login(Login(token.token, token.token_secret, token.nsid, token.username, token.perms))
    say(f"Logged in as {in_plain_words(token.username)}; the login is kept in {state.login_file}")
    sys.stderr.write("Next: `doctor`, which tells whether anything is missing.\n")


def log_out(settings: Settings) -> None:
    """Forget the login."""
    was = StateFolder(settings.state).forget_login()
    say("Logged out; journal and backups stay." if was else "Nobody was logged in.")
