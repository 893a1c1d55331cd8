"""The `setup` command: key and secret asked for, checked with Flickr at once, written down, and the login.

The settings file is the one in use, where there is one; else the platform's own place, which a clone and an installed
command both find. The check is OAuth's first step, which costs one call and is signed with key and secret: whatever
was pasted wrong shows here and not an hour later.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from i2f.ground.errors import SettingsError
from i2f.ground.settings import APP, PREFIX, Settings

KEY_PAGE = "https://www.flickr.com/services/apps/create/"
# As Flickr has given them out since 2004; one of another form was most likely not copied whole.
KEY, SECRET = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{16}")
TRIES = 3


def set_up(settings: Settings, named: Path | None, *, open_browser: bool) -> None:
    """Ask, check, write, log in. `named` is the settings file that was named, also where it is not there yet."""
    from i2f.commands.login import log_in
    from i2f.display.lines import fitted, say

    file = settings_file(settings, named)
    sys.stderr.write(
        "You need a Flickr API key. Create one here (non-commercial; any name will do):\n"
        f"  {KEY_PAGE}\n"
        "Then paste the key and the secret that Flickr shows.\n"
    )
    ready = _ask(settings)
    write_key(file, ready.flickr.api_key, ready.flickr.api_secret)
    say(f"Flickr accepts the key. Saved in {file}")
    for name in _overriding(os.environ):
        sys.stderr.write(
            fitted(f"Warning: the environment variable {name} overrides the value in this file.", sys.stderr) + "\n"
        )
    log_in(ready, open_browser=open_browser)


def settings_file(settings: Settings, named: Path | None = None) -> Path:
    """Where key and secret go: the file that was named or is in use, else the platform's own."""
    import platformdirs

    chosen = named.expanduser().absolute() if named is not None else settings.config_file
    return chosen or Path(platformdirs.user_config_dir(APP, appauthor=False)) / "config.ini"


def what_is_wrong(key: str, secret: str) -> str:
    """Why these cannot be Flickr's, or nothing."""
    if KEY.fullmatch(key) and SECRET.fullmatch(secret):
        return ""
    return (
        f"a Flickr key has 32 characters from 0-9 and a-f (this one {len(key)}), its secret 16 (this one {len(secret)})"
    )


def _ask(settings: Settings) -> Settings:
    """Settings with a key that Flickr accepts; in a terminal asked for a few times."""
    from i2f.commands.login import begin
    from i2f.display.lines import fitted

    for left in reversed(range(TRIES if sys.stdin.isatty() else 1)):
        key, secret = _read("API key: "), _read("Secret: ", hidden=True)
        ready = replace(settings, flickr=replace(settings.flickr, api_key=key, api_secret=secret))
        try:
            if problem := what_is_wrong(key, secret):
                raise SettingsError(f"{problem}. Copy both whole from {KEY_PAGE}")
            begin(ready)[1].close()
            return ready
        except SettingsError as error:
            if not left:
                raise
            sys.stderr.write(fitted(f"Not accepted: {error}", sys.stderr) + "\n")
    raise SettingsError("no key was given")


def _read(words: str, *, hidden: bool = False) -> str:
    """A pasted word, without the quotes and spaces that come along."""
    if hidden and sys.stdin.isatty():
        import getpass

        typed = getpass.getpass(words + "(not shown) ", stream=sys.stderr)
    else:
        sys.stderr.write(words if sys.stdin.isatty() else f"{words}\n")
        sys.stderr.flush()
        typed = sys.stdin.readline()
        if not typed:
            raise SettingsError("no key was given, so nothing was saved. Run `setup` again")
    return typed.strip().strip("\"'").strip()


def _overriding(environment: Mapping[str, str]) -> list[str]:
    names = (f"{PREFIX}FLICKR_API_KEY", f"{PREFIX}FLICKR_API_SECRET")
    return [name for name in names if environment.get(name)]


def write_key(file: Path, key: str, secret: str) -> None:
    """Put key and secret into the settings file, for its owner only; everything else in it stays."""
    from i2f.memory.state_dir import write_private

    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = file.read_text(encoding="utf-8-sig") if file.exists() else ""
        text = _with(_with(before, "api_secret", secret), "api_key", key)
        write_private(file.resolve(), text.encode())
    except OSError as error:
        raise SettingsError(f"{file} cannot be written ({error.strerror}); name another with --config") from None


def _with(text: str, name: str, value: str) -> str:
    """The file's text with one setting of [flickr], in its place where it stood."""
    text += "" if not text or text.endswith("\n") else "\n"
    section = re.search(r"^\[flickr\][^\n]*\n(?P<body>(?:(?!^\[).*\n?)*)", text, re.MULTILINE)
    if section is None:
        return f"{text}[flickr]\n{name} = {value}\n"
    body, count = re.subn(rf"^{name}[ \t]*[=:].*$", f"{name} = {value}", section["body"], count=1, flags=re.MULTILINE)
    if not count:
        body = f"{name} = {value}\n{section['body']}"
    return text[: section.start("body")] + body + text[section.end("body") :]
