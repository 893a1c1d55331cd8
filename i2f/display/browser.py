"""Whether there is a browser to open a page in."""

from __future__ import annotations

import os
import sys
import webbrowser


def has_browser() -> bool:
    """Whether there is a screen with a browser on it; browsers that draw into the terminal do not count."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
