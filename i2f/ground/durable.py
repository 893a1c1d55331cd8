"""What a power cut must not take: a file's bytes are flushed by whoever writes them, its name by its folder.

A renamed file lies in its folder under the new name as soon as anybody looks, and on the disk some seconds later. On
POSIX the folder is flushed like a file; Windows lets nobody open one, and writes names by itself.
"""

from __future__ import annotations

import os
from pathlib import Path


def flush_folder(folder: Path) -> None:
    """Return when the names in a folder are on the disk; raises OSError where they cannot be."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
