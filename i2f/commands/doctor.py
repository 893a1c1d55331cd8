"""The doctor: everything a first run needs, looked at one by one, each found in order or with what to do.

It is the way from nothing to the first dry run: the first thing that is missing comes with its steps, what to open and
what to paste where, and when nothing is missing the next command is named. Later findings that depend on an
earlier one (Pro on a login, a login on a key) are left out when it failed.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pillow_heif import libheif_info

from i2f.commands.doctor_folder import Finding, look_into
from i2f.commands.setup import KEY_PAGE, settings_file, what_is_wrong
from i2f.display.lines import BAD, GOOD, colored, say
from i2f.display.progress import TerminalProgress
from i2f.ground.errors import ExitCode, LoginError, SettingsError, SyncError
from i2f.ground.plain_text import in_plain_words, printable
from i2f.ground.rate_limit import SystemClock
from i2f.ground.settings import Settings
from i2f.memory.login_store import load_login
from i2f.memory.state_dir import StateFolder
from i2f.sync.output_files import check_places
from i2f.sync.pipeline import ask_permission
from i2f.sync.report import write_report
from i2f.sync.session import claim_account, open_session, require_key

# A thousand copies of 1080 px take about 0.3 GB, thumbnails of ten thousand originals about 1 GB.
ENOUGH_BYTES = 2 * 10**9


# What the JSON has called a finding since 0.1.0.
NAMES = {
    "Settings": "settings",
    "Sandbox": "sandbox",
    "State folder": "state folder",
    "Free disk": "free disk",
    "Login": "login",
    "Write access": "permission",
    "Next": "next",
    "Folder": "folder",
    "Cameras": "cameras",
    "Years": "years",
    "Versions": "versions",
    "Skipped": "passed over",
    "Placeholders": "placeholders",
    "Unreadable": "unreadable",
}


def doctor(settings: Settings, json_file: str | None, folders: Sequence[Path] = ()) -> ExitCode:
    """Go through everything a first run needs, and what the folders hold; each line is ok or what to do."""
    check_places(json_file)
    worst, told = ExitCode.DONE, []
    for finding in examine(settings, folders):
        ok, words = finding.error is None, in_plain_words(finding.words)
        told.append(
            {"what": NAMES.get(finding.what, finding.what), "ok": ok, "words": words, "steps": list(finding.steps)}
        )
        if finding.error is not None and worst is ExitCode.DONE:
            worst = finding.error.exit_code
        if json_file is None:
            say(f"{mark(ok=ok)} {finding.what}: {words}")
            for step in finding.steps:  # a command of 72 characters stays one line of 80 columns
                to_copy = step.startswith(" ")
                say(f"   {step}" if to_copy else f"     {step}", whole=to_copy)
    if json_file is not None:
        write_report(json_file, {"version": 1, "findings": told})
    return worst


def mark(*, ok: bool) -> str:
    """The mark before a finding, in its colour."""
    return colored("[ok]", GOOD, sys.stdout) if ok else colored("[!!]", BAD, sys.stdout)


def examine(settings: Settings, folders: Sequence[Path] = ()) -> Iterator[Finding]:
    """Look at everything in the order in which a person sets it up."""
    yield Finding("Settings", str(settings.config_file or "defaults and environment (no config.ini found)"))
    if settings.sandbox:
        yield Finding("Sandbox", f"everything goes to the simulated Flickr at {settings.sandbox}")
    yield _heic()
    state = StateFolder(settings.state)
    is_new = not state.root.exists()
    try:
        state.make()
    except SyncError as error:
        yield Finding("State folder", str(error), error)
        return
    yield Finding("State folder", f"{state.root}{' (created now)' if is_new else ''}")
    free = shutil.disk_usage(state.root).free
    yield Finding(
        "Free disk",
        f"{free / 1e9:.0f} GB"
        + ("" if free > ENOUGH_BYTES else " (low: a large collection needs about 2 GB for backups and thumbnails)"),
    )
    if folders:
        yield from look_into(folders, state)
    try:
        require_key(settings)
    except SyncError as error:
        yield Finding("API key", "not set", error, _key_steps(settings))
        return
    yield _key(settings)
    yield from _flickr(settings, state, folders)


def _own_name() -> str:
    """What to type so that this program runs: its name when a shell finds it, else with the Python it runs on."""
    called = Path(sys.argv[0])
    return called.name if shutil.which(called.name) else f"{_near(Path(sys.executable))} {_near(called)}"


def _near(path: Path) -> Path:
    whole = Path.cwd() / path
    return whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole


def _login_steps() -> tuple[str, ...]:
    return (
        "Log in:",
        f"    {_own_name()} login",
        "Approve access on the Flickr page it opens.",
        "Then run `doctor` again.",
    )


def _next_steps(folders: Sequence[Path]) -> tuple[str, ...]:
    """The dry run of the folders that were named, or of the one that is usual in the documents."""
    named = " ".join(_as_typed(one) for one in folders) or "~/Pictures/iphone"
    return (
        "Run:" if folders else "Copy your phone's photos into a folder, such as ~/Pictures/iphone, and run:",
        f"    {_own_name()} sync {named} --dry-run --preview plan.html",
        "Then open plan.html in a browser.",
    )


def _as_typed(folder: Path) -> str:
    """A folder as a person would type it in a shell, from the home folder where that is shorter."""
    home = Path.home()
    if os.name == "posix" and home in folder.parents:
        return f"~/{shlex.quote(printable(folder.relative_to(home)))}"
    return shlex.quote(printable(folder))


def _key(settings: Settings) -> Finding:
    what, words = "API key", what_is_wrong(settings.flickr.api_key, settings.flickr.api_secret)
    if not words:
        return Finding(what, "set")
    return Finding(what, words, SettingsError(words), _key_steps(settings))


def _key_steps(settings: Settings) -> tuple[str, ...]:
    """Where a key comes from and where it goes."""
    return (
        "Run this; it asks for the key, checks it with Flickr, and logs you in:",
        f"    {_own_name()} setup",
        f"Or put the key and secret into {settings_file(settings)}:",
        "    [flickr]",
        "    api_key = the key",
        "    api_secret = the secret",
        f"Keys are created at {KEY_PAGE}",
    )


def _heic() -> Finding:
    version = libheif_info().get("libheif", "unknown")
    return Finding("HEIC", f"supported (libheif {version})")


def _flickr(settings: Settings, state: StateFolder, folders: Sequence[Path]) -> Iterator[Finding]:
    what = "Login"
    try:
        with TerminalProgress() as progress, open_session(settings, SystemClock(), progress) as session:
            account = session.flickr.who_am_i()
            claim_account(session.journal, account.nsid, account.username)
            yield Finding(what, f"{account.username} ({account.nsid})")
            what = "Write access"
            # A token from the settings is the way out where a keyring cannot be reached, which then is not asked.
            login = None if settings.flickr.token else load_login(state)
            if login is not None and login.perms not in {"write", "delete"}:
                raise LoginError("this login is read-only; run `login` again to grant write access")
            yield Finding(
                what,
                "granted"
                if login is not None
                else "not known for a token from the settings; the first replacement shows it",
            )
            what = "Pro"
            permission = ask_permission(session)
            yield Finding(what, f"yes; photos of up to {permission.max_photo_bytes >> 20} MiB can be replaced")
    except SyncError as error:
        steps = _login_steps() if isinstance(error, LoginError) else ()
        # The steps below say what to do; the message of other commands would say it a second time.
        yield Finding(what, str(error).split("; run `login`", 1)[0] if steps else str(error), error, steps)
        return
    yield Finding("Next", "a dry run, which changes nothing on Flickr", None, _next_steps(folders))
