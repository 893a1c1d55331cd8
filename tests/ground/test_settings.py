from __future__ import annotations

import configparser
from pathlib import Path

import pytest

from i2f.ground.errors import ExitCode, SettingsError
from i2f.ground.settings import KEYS, load_settings

ROOT = Path(__file__).resolve().parents[2]


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_file_shows_every_key_with_its_default_and_its_meaning() -> None:
    text = (ROOT / "config.example.ini").read_text(encoding="utf-8")
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    shown = {(section, name): value for section in parser.sections() for name, value in parser.items(section)}
    wanted = {
        (key.section, key.name): {True: "yes", False: "no"}.get(key.default, f"{key.default}")
        if isinstance(key.default, bool)
        else f"{key.default:g}"
        if isinstance(key.default, float)
        else f"{key.default}"
        for key in KEYS
    }
    assert shown == wanted
    assert [key.name for key in KEYS if f"# {key.meaning}\n" not in text] == []


def test_the_example_file_is_a_valid_settings_file() -> None:
    settings = load_settings({}, config=ROOT / "config.example.ini")
    assert settings.sync.min_gain == 1.2
    assert settings.privacy.location == "keep"


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    file = write(tmp_path / "config.ini", "[sync]\nmin_gain = 2\nprefer = look\n[flickr]\napi_key = of-the-file\n")
    environment = {"INSTAGRAM2FLICKR_SYNC_MIN_GAIN": "3", "INSTAGRAM2FLICKR_FLICKR_API_KEY": "of-the-environment"}
    settings = load_settings(environment, config=file)
    assert (settings.sync.min_gain, settings.sync.prefer) == (3, "look")
    assert settings.flickr.api_key == "of-the-environment"
    assert settings.flickr.calls_per_hour == 3600


def test_the_file_is_the_named_one_else_the_environments_else_the_one_beside_the_script(tmp_path: Path) -> None:
    beside = write(tmp_path / "config.ini", "[sync]\nmin_gain = 2\n")
    named = write(tmp_path / "named.ini", "[sync]\nmin_gain = 3\n")
    script = tmp_path / "instagram2flickr.py"
    assert load_settings({}, script=script).config_file == beside
    assert load_settings({"INSTAGRAM2FLICKR_CONFIG": str(named)}, script=script).sync.min_gain == 3
    assert load_settings({"INSTAGRAM2FLICKR_CONFIG": str(beside)}, config=named).sync.min_gain == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[sync]\nmin_gian = 2\n", "did you mean [sync] min_gain?"),
        ("[flikr]\napi_key = 2\n", "did you mean [flickr] api_key?"),
        ("[sync]\nmin_gain = much\n", "[sync] min_gain: must be a number from 0 to 1000"),
        ("[sync]\nmin_gain = nan\n", "[sync] min_gain: must be a number"),
        ("[sync]\nprefer = beauty\n", "[sync] prefer: must be camera or look"),
        ("[flickr]\ncalls_per_hour = 5000\n", "a whole number from 1 to 3600"),
        ("[flickr]\ntickets = perhaps\n", "[flickr] tickets: must be yes or no"),
        ("api_secret = hush\n", "cannot be read as a settings file"),
    ],
)
def test_a_mistake_in_the_file_is_one_line_that_names_file_and_setting(tmp_path: Path, text: str, words: str) -> None:
    file = write(tmp_path / "config.ini", text)
    with pytest.raises(SettingsError) as caught:
        load_settings({}, config=file)
    assert caught.value.exit_code == ExitCode.USAGE
    assert words in str(caught.value)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_missing_settings_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no settings file .*nowhere.ini"):
        load_settings({}, config=tmp_path / "nowhere.ini")


def test_an_unknown_variable_is_a_warning_that_names_the_nearest_one() -> None:
    settings = load_settings({"INSTAGRAM2FLICKR_SYNC_MINGAIN": "2"})
    assert settings.sync.min_gain == 1.2
    assert len(settings.warnings) == 1
    assert "did you mean INSTAGRAM2FLICKR_SYNC_MIN_GAIN?" in settings.warnings[0]


def test_the_state_folder_is_the_option_else_the_environments(tmp_path: Path) -> None:
    environment = {"INSTAGRAM2FLICKR_STATE": str(tmp_path / "b")}
    assert load_settings(environment, state=tmp_path / "a").state == tmp_path / "a"
    assert load_settings(environment).state == tmp_path / "b"


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:1",
        "http://10.0.0.1:80",
        "http://flickr.example:80",
        "http://127.0.0.1.example:80",
        "127.0.0.1:80",
        "http://[::1",
        "http://",
    ],
)
def test_a_sandbox_anywhere_but_on_the_loopback_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="on this machine"):
        load_settings({"INSTAGRAM2FLICKR_SANDBOX": address})


def test_a_sandbox_on_the_loopback_is_taken() -> None:
    assert load_settings({"INSTAGRAM2FLICKR_SANDBOX": "http://127.0.0.1:8080/"}).sandbox == "http://127.0.0.1:8080"


def test_a_place_that_is_to_be_set_and_stripped_is_a_warning() -> None:
    both = {"INSTAGRAM2FLICKR_SYNC_SET_LOCATION": "yes", "INSTAGRAM2FLICKR_PRIVACY_LOCATION": "strip"}
    (warning,) = load_settings(both).warnings
    assert "set_location has no effect" in warning
