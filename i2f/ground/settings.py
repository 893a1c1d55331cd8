"""config.ini, the environment and the defaults become one frozen Settings.

Later wins: defaults, the settings file, the environment, the options of the command. One table holds every key
with its default, its reader and its meaning, so that the example file, the errors and the code cannot drift
apart. A misspelt key in the file is an error that names the nearest real one, since a rule somebody believes
to be on must not be off in silence; a misspelt variable is only a warning, since environments carry all sorts.

No setting changes Flickr's addresses. INSTAGRAM2FLICKR_SANDBOX alone leads everything to a pretend Flickr, and
only on the loopback.
"""

from __future__ import annotations

import configparser
import difflib
import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from i2f import __version__
from i2f.ground.errors import SettingsError

PREFIX = "INSTAGRAM2FLICKR_"
APP = "instagram2flickr"
VERSION = __version__
# Environment names that are no settings of the file; CORPUS belongs to the tests.
OTHER_VARIABLES = frozenset({"CONFIG", "STATE", "SANDBOX", "CORPUS"})

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class FlickrSettings:
    """The key, a login for machines where nobody can log in, and the manners of calling."""

    api_key: str
    api_secret: str
    token: str
    token_secret: str
    calls_per_hour: int
    connect_timeout_s: float
    silence_timeout_s: float
    tickets: bool
    uploads: int


@dataclass(frozen=True, slots=True)
class SyncRules:
    """The rules of a plan that a person may bend."""

    min_gain: float
    prefer: str
    brake: int
    wait: bool
    set_taken: bool
    set_location: bool
    send: str


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """What may be sent with a picture."""

    location: str


@dataclass(frozen=True, slots=True)
class InstagramSettings:
    """What is known of the Instagram account besides its copies on Flickr."""

    export: str
    access_token: str
    follow_short_links: bool

    @property
    def exports(self) -> tuple[Path, ...]:
        """The parts of the data export: one a line, or with the separator that paths have on this system."""
        parts = (part.strip() for line in self.export.splitlines() for part in line.split(os.pathsep))
        return tuple(Path(part).expanduser() for part in parts if part)


@dataclass(frozen=True, slots=True)
class NewSettings:
    """How photos that `new` uploads are to be: who may see them, and the album they go into, empty for none."""

    privacy: str
    album: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a run is told before it starts."""

    flickr: FlickrSettings
    sync: SyncRules
    privacy: PrivacySettings
    instagram: InstagramSettings
    new: NewSettings
    state: Path
    config_file: Path | None
    sandbox: str | None
    warnings: tuple[str, ...]
    quiet: bool = False
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: where it stands, what it is without being set, how it is read, what it means."""

    section: str
    name: str
    default: Value
    read: Callable[[str], Value]
    meaning: str


def _text(raw: str) -> str:
    return raw


def _yes_no(raw: str) -> bool:
    known = configparser.ConfigParser.BOOLEAN_STATES
    if raw.lower() not in known:
        raise ValueError("must be yes or no")
    return known[raw.lower()]


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(raw: str) -> int:
        if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(raw)

    return read


def _number(low: float, high: float) -> Callable[[str], float]:
    def read(raw: str) -> float:
        try:
            value = float(raw)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        return value

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if raw.lower() not in words:
            raise ValueError(f"must be {' or '.join(words)}")
        return raw.lower()

    return read


KEYS: tuple[Key, ...] = (
    Key("flickr", "api_key", "", _text, "The key of your Flickr app: https://www.flickr.com/services/apps/create/"),
    Key("flickr", "api_secret", "", _text, "The secret shown beside the key."),
    Key("flickr", "token", "", _text, "A token from another machine, for a server where nobody can log in."),
    Key("flickr", "token_secret", "", _text, "The secret of that token."),
    Key(
        "flickr",
        "calls_per_hour",
        3600,
        _whole(1, 3600),
        "Calls to Flickr per hour; 3600 is its limit for one key. Lower it if others use your key, too.",
    ),
    Key("flickr", "connect_timeout_s", 15.0, _number(0.1, 600), "Connection timeout in seconds."),
    Key("flickr", "silence_timeout_s", 120.0, _number(0.1, 3600), "Read timeout in seconds."),
    Key("flickr", "tickets", False, _yes_no, "Upload asynchronously and poll until Flickr has finished."),
    Key("flickr", "uploads", 3, _whole(1, 8), "Number of parallel uploads."),
    Key(
        "sync",
        "min_gain",
        1.2,
        _number(0, 1000),
        "Replace only if the original has at least this many times the copy's pixels (0: always).",
    ),
    Key(
        "sync",
        "prefer",
        "camera",
        _one_of("camera", "look"),
        "Which version of a photo to send: the camera's own (camera), or the one most like the copy (look).",
    ),
    Key("sync", "brake", 10, _whole(1, 1000), "Stop after this many consecutive failures."),
    Key("sync", "wait", True, _yes_no, "At the hourly limit: wait (yes), or stop with exit code 5 (no)."),
    Key("sync", "set_taken", False, _yes_no, "Set the Flickr photo's date taken to the original's capture time."),
    Key("sync", "set_location", False, _yes_no, "Set the Flickr photo's location from the original's GPS data."),
    Key(
        "sync",
        "send",
        "original",
        _one_of("original", "as-posted"),
        "What to send: the original (original), or the picture as posted, rendered from it at full size (as-posted).",
    ),
    Key("privacy", "location", "keep", _one_of("keep", "strip"), "GPS data in sent photos: keep or strip."),
    Key("instagram", "export", "", _text, "Your Instagram data export: a folder or its zip files, one a line."),
    Key("instagram", "access_token", "", _text, "A token of Instagram's API, for Creator and Business accounts only."),
    Key(
        "instagram",
        "follow_short_links",
        False,
        _yes_no,
        "Ask ift.tt and bit.ly where the short links in captions lead.",
    ),
    Key(
        "new",
        "privacy",
        "private",
        _one_of("private", "friends", "public"),
        "Who can see the photos that `new` uploads: private, friends or public.",
    ),
    Key("new", "album", "", _text, "The album that `new` puts them into; it is created if there is none."),
)


def load_settings(
    environment: Mapping[str, str], config: Path | None = None, state: Path | None = None, script: Path | None = None
) -> Settings:
    """Read the settings; `script` is the program's own file, beside which a config.ini may lie.

    Raises SettingsError (exit code 2) for a missing or malformed file, an unknown key, a value that cannot be.
    """
    file = _find_file(environment, config, script)
    values: dict[tuple[str, str], Value] = {(key.section, key.name): key.default for key in KEYS}
    if file is not None:
        values.update(_read_file(file))
    from_environment, warnings = _read_environment(environment)
    values.update(from_environment)
    if values["sync", "set_location"] and values["privacy", "location"] == "strip":
        warnings += ("[sync] set_location has no effect while [privacy] location = strip",)
    chosen_state = state or (Path(environment[PREFIX + "STATE"]) if environment.get(PREFIX + "STATE") else None)
    sections: dict[str, dict[str, Value]] = {}
    for (section, name), value in values.items():
        sections.setdefault(section, {})[name] = value
    return Settings(
        flickr=FlickrSettings(**sections["flickr"]),  # type: ignore[arg-type]
        sync=SyncRules(**sections["sync"]),  # type: ignore[arg-type]
        privacy=PrivacySettings(**sections["privacy"]),  # type: ignore[arg-type]
        instagram=InstagramSettings(**sections["instagram"]),  # type: ignore[arg-type]
        new=NewSettings(**sections["new"]),  # type: ignore[arg-type]
        state=(chosen_state or Path(platformdirs.user_data_dir(APP, appauthor=False))).expanduser().absolute(),
        config_file=file,
        sandbox=_sandbox(environment.get(PREFIX + "SANDBOX", "")),
        warnings=warnings,
    )


def _find_file(environment: Mapping[str, str], config: Path | None, script: Path | None) -> Path | None:
    named = config or (Path(environment[PREFIX + "CONFIG"]) if environment.get(PREFIX + "CONFIG") else None)
    if named is not None:
        named = named.expanduser().absolute()
        if not named.is_file():
            raise SettingsError(f"there is no settings file {named}; `setup --config {named}` creates it")
        return named
    places = [script.parent / "config.ini"] if script else []
    places.append(Path(platformdirs.user_config_dir(APP, appauthor=False)) / "config.ini")
    return next((place for place in places if place.is_file()), None)


def _read_file(file: Path) -> dict[tuple[str, str], Value]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        # A parser's message repeats the line it stumbled on, which may hold a secret: only the kind is told.
        headless = isinstance(error, configparser.MissingSectionHeaderError)
        why = "its first line must be [flickr]" if headless else type(error).__name__
        raise SettingsError(
            f"{file} cannot be read as a settings file ({why}); compare it with config.example.ini"
        ) from None
    values: dict[tuple[str, str], Value] = {}
    for section in parser.sections():
        for name, raw in parser.items(section):
            key = _known(section, name, file)
            if raw.strip():
                values[section, name] = _value(key, raw.strip(), f"{file}: [{section}] {name}")
    return values


def _known(section: str, name: str, file: Path) -> Key:
    for key in KEYS:
        if (key.section, key.name) == (section, name):
            return key
    known = [f"[{key.section}] {key.name}" for key in KEYS]
    near = difflib.get_close_matches(f"[{section}] {name}", known, n=1, cutoff=0.0)[0]
    raise SettingsError(f"{file}: there is no setting [{section}] {name}; did you mean {near}?")


def _value(key: Key, raw: str, where: str) -> Value:
    try:
        return key.read(raw)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from None


def _read_environment(environment: Mapping[str, str]) -> tuple[dict[tuple[str, str], Value], tuple[str, ...]]:
    by_variable = {f"{PREFIX}{key.section}_{key.name}".upper(): key for key in KEYS}
    values: dict[tuple[str, str], Value] = {}
    warnings = []
    for variable, raw in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable.removeprefix(PREFIX) in OTHER_VARIABLES:
            continue
        key = by_variable.get(variable)
        if key is None:
            near = difflib.get_close_matches(variable, by_variable, n=1, cutoff=0.0)[0]
            warnings.append(f"the environment variable {variable} is unknown; did you mean {near}?")
        elif raw.strip():
            values[key.section, key.name] = _value(key, raw.strip(), f"environment variable {variable}")
    return values, tuple(warnings)


def _sandbox(address: str) -> str | None:
    if not address:
        return None
    if not address.lower().startswith("http://") or not is_loopback(address):
        raise SettingsError(f"{PREFIX}SANDBOX must be an address on this machine, such as http://127.0.0.1:8080")
    return address.rstrip("/")


def is_loopback(address: str) -> bool:
    """Whether an address leads to this machine and nowhere else."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
