"""Where log lines go: nowhere unless asked, to standard error with --debug, to a file with --log-file.

Whatever writes them, secrets are masked before they are formatted (log_redaction.py). A log file is for its owner only
and grows from run to run.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from i2f.ground.errors import SettingsError
from i2f.ground.log_redaction import MaskSecrets

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up_logging(*, debug: bool, log_file: Path | None = None) -> None:
    """Begin to log as asked. Raises SettingsError where the file cannot be written."""
    handlers: list[logging.Handler] = []
    if debug:
        handlers.append(logging.StreamHandler(sys.stderr))
        # What the person sees anyway needs no second line in the terminal.
        handlers[0].addFilter(lambda record: record.name != "i2f.progress")
    if log_file is not None:
        handlers.append(_to_file(log_file))
    for handler in handlers:
        handler.setFormatter(logging.Formatter(FORMAT))
        handler.addFilter(MaskSecrets())
    root = logging.getLogger()
    root.handlers[:] = handlers or [logging.NullHandler()]
    root.setLevel(logging.DEBUG if debug else logging.INFO if log_file is not None else logging.CRITICAL)
    if log_file is not None:
        logging.getLogger("i2f").setLevel(logging.DEBUG)


def _to_file(file: Path) -> logging.Handler:
    try:
        handle = os.open(file.expanduser(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise SettingsError(f"the log file {file} cannot be written ({error.strerror}); nothing was done") from None
    return logging.StreamHandler(os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace"))
