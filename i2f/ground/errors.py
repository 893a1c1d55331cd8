"""The failures that are expected, and the exit code each ends the program with.

Everything that can go wrong in the world outside (a login, a network, a disk, a typing mistake) is one of
these and reaches the person as one line: what happened, whether any picture was touched, what to do next.
Whatever is not one of these is a mistake in this program.
"""

from __future__ import annotations

import sys
from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell learns; the README's table explains each to the person."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    LOGIN = 4
    STOPPED = 5
    INTERRUPTED = 130


class SyncError(Exception):
    """An expected failure; its text is the one line shown."""

    exit_code = ExitCode.FAILED


class NotProError(SyncError):
    """The account may not replace pictures; only Pro accounts may."""


class SettingsError(SyncError):
    """A setting, an environment variable or the API key is wrong or missing."""

    exit_code = ExitCode.USAGE


class FolderError(SyncError):
    """A folder of originals is missing, empty or unreadable."""

    exit_code = ExitCode.USAGE


class UnknownPhotoError(SyncError):
    """A photo id that this account or this state folder does not know."""

    exit_code = ExitCode.USAGE


class LoginError(SyncError):
    """No login, or one that Flickr refuses, has revoked or lets only read."""

    exit_code = ExitCode.LOGIN


class NotAllowedError(LoginError):
    """The login is valid, but this is more than it allows."""


class StoppedError(SyncError):
    """The run ended early (no network, a held lock, too many failures) and is safe to run again."""

    exit_code = ExitCode.STOPPED


class PictureError(SyncError):
    """One picture failed; the run records it and goes on with the next."""

    exit_code = ExitCode.INCOMPLETE


class PictureGoneError(PictureError):
    """The photo is no longer on Flickr, or was changed there since it was looked at."""


class ReplyLostError(PictureError):
    """A picture was sent and no clear answer came; only asking Flickr again can tell what it holds."""


def missing_module(missing: ModuleNotFoundError) -> str:
    """The words for a library that is not installed, in the Python that somebody ran this with."""
    return (
        f"the Python {sys.executable} has no {missing.name}, which this program needs. In a clone, run "
        ".venv/bin/python instagram2flickr.py; README.md, Try it, shows how .venv is made"
    )
