"""The doctor: everything a first run needs, looked at one by one, each found in order or with what to do.

It is the way from nothing to the first dry run: the first thing that is missing comes with its steps, what to open and
what to paste where, and when nothing is missing the next command is named. Later findings that depend on an
earlier one (Pro on a login, a login on a key) are left out when it failed.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from pillow_heif import libheif_info

from i2f.display.lines import say
from i2f.display.progress import TerminalProgress
from i2f.ground.errors import ExitCode, LoginError, SettingsError, SyncError
from i2f.ground.rate_limit import SystemClock
from i2f.ground.settings import APP, Settings
from i2f.memory.state_dir import StateFolder
from i2f.sync.output_files import check_places
from i2f.sync.pipeline import ask_permission
from i2f.sync.report import in_plain_words, write_report
from i2f.sync.session import claim_account, open_session, require_key

# A thousand copies of 1080 px take about 0.3 GB, thumbnails of ten thousand originals about 1 GB.
ENOUGH_BYTES = 2 * 10**9
# As Flickr has given them out since 2004; one of another form was most likely not copied whole.
KEY, SECRET = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, what was found, the failure it would be in a run, and the steps that mend it."""

    what: str
    words: str
    error: SyncError | None = None
    steps: tuple[str, ...] = ()


def doctor(settings: Settings, json_file: str | None) -> ExitCode:
    """Go through everything a first run needs; each line is ok or what to do."""
    check_places(json_file)
    worst, told = ExitCode.DONE, []
    for finding in examine(settings):
        told.append({"what": finding.what, "ok": finding.error is None, "words": in_plain_words(finding.words),
                     "steps": list(finding.steps)})
        if finding.error is not None and worst is ExitCode.DONE:
            worst = finding.error.exit_code
        if json_file is None:
            say(f"[{'ok' if finding.error is None else '!!'}] {finding.what}: {in_plain_words(finding.words)}")
            for step in finding.steps:
                say(f"       {step}", whole=step.startswith(" "))
    if json_file is not None:
        write_report(json_file, {"version": 1, "findings": told})
    return worst


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything in the order in which a person sets it up."""
    yield Finding("settings", str(settings.config_file or "defaults and environment; no config.ini was found"))
    if settings.sandbox:
        yield Finding("sandbox", f"everything goes to the pretend Flickr at {settings.sandbox}")
    yield _heic()
    state = StateFolder(settings.state)
    try:
        state.make()
    except SyncError as error:
        yield Finding("state folder", str(error), error)
        return
    yield Finding("state folder", str(state.root))
    free = shutil.disk_usage(state.root).free
    yield Finding("free disk", f"{free / 1e9:.0f} GB" + (
        "" if free > ENOUGH_BYTES else "; little: backups and thumbnails of a large collection take about 2 GB"))
    try:
        require_key(settings)
    except SyncError as error:
        yield Finding("API key", "there is none yet", error, _key_steps(settings))
        return
    yield _key(settings)
    yield from _flickr(settings, state)


def _own_name() -> str:
    """What to type so that this program runs: its name when a shell finds it, else with the Python it runs on."""
    called = Path(sys.argv[0])
    return called.name if shutil.which(called.name) else f"{_near(Path(sys.executable))} {_near(called)}"


def _near(path: Path) -> Path:
    whole = Path.cwd() / path
    return whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole


def _login_steps() -> tuple[str, ...]:
    return (
        "Run this; it opens Flickr's page:",
        f"    {_own_name()} login",
        "Agree there, and type the nine digits it shows where the program waits for them.",
        "Run doctor again.",
    )


def _next_steps() -> tuple[str, ...]:
    return (
        "Copy the phone's photos into a folder, here ~/Pictures/iphone, and run this:",
        f"    {_own_name()} sync ~/Pictures/iphone --dry-run --preview plan.html",
        "Open plan.html in a browser and look.",
    )


def _key(settings: Settings) -> Finding:
    what, flickr = "API key", settings.flickr
    if KEY.fullmatch(flickr.api_key) and SECRET.fullmatch(flickr.api_secret):
        return Finding(what, "there; whether Flickr knows it shows below")
    found = f"{len(flickr.api_key)} and {len(flickr.api_secret)} characters"
    words = f"Flickr's keys have 32 characters of 0-9 and a-f, their secrets 16; these have {found}"
    return Finding(what, words, SettingsError(words), _key_steps(settings))


def _key_steps(settings: Settings) -> tuple[str, ...]:
    """Where a key comes from and where it goes."""
    place = settings.config_file or config_place()
    new = "" if place.exists() else ", a new text file" + ("" if place.parent.exists() else " in a new folder")
    there = f"Put the two words it shows into {place}{new}:"
    return (
        "Open this page and ask for a non-commercial key; any name will do:",
        "    https://www.flickr.com/services/apps/create/",
        there, "    [flickr]", "    api_key = the key", "    api_secret = the secret",
        "Run doctor again.",
    )


def config_place() -> Path:
    """Where a settings file is looked for: beside the program in a clone, else in the platform's folder."""
    clone = Path(__file__).absolute().parents[2]
    if (clone / "config.example.ini").exists():
        return clone / "config.ini"
    return Path(platformdirs.user_config_dir(APP, appauthor=False)) / "config.ini"


def _heic() -> Finding:
    version = libheif_info().get("libheif", "unknown")
    return Finding("HEIC", f"pictures of newer iPhones can be read (libheif {version})")


def _flickr(settings: Settings, state: StateFolder) -> Iterator[Finding]:
    what = "login"
    try:
        with TerminalProgress() as progress, open_session(settings, SystemClock(), progress) as session:
            account = session.flickr.who_am_i()
            claim_account(session.journal, account.nsid, account.username)
            yield Finding(what, f"{account.username} ({account.nsid})")
            what = "permission"
            login = state.read_login()
            from_settings = bool(settings.flickr.token)
            if login is not None and not from_settings and login.perms not in {"write", "delete"}:
                raise LoginError("this login may only read; run `login` again and agree to writing")
            yield Finding(what, "may write" if login is not None and not from_settings
                          else "a token from the settings; whether it may write shows at the first replacement")
            what = "Pro"
            permission = ask_permission(session)
            yield Finding(what, f"may replace pictures of up to {permission.max_photo_bytes >> 20} MiB")
    except SyncError as error:
        yield Finding(what, str(error), error, _login_steps() if isinstance(error, LoginError) else ())
        return
    yield Finding("next", "everything is there for a first look, which changes nothing", None, _next_steps())
