"""Whether there is a browser to open a page in, on the screen the person sits at."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping


def over_ssh(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the person sits at another computer, without a screen forwarded from here."""
    return bool(environment.get("SSH_CONNECTION")) and not (
        environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    )


def has_browser() -> bool:
    """Whether there is a screen with a browser on it; browsers that draw into the terminal do not count."""
    if over_ssh():
        return False
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
