"""The door of an installed copy: `instagram2flickr` and `instagram2flickr.py` on the PATH lead here.

A script named instagram2flickr.py lies in the same folder as the other, and Python puts that folder first on its
search path; so the program's own file is loaded by its place beside this one, never by its name alone.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def main() -> None:
    """Run the command line."""
    file = Path(__file__).resolve().parent.parent / "instagram2flickr.py"
    spec = spec_from_file_location("instagram2flickr", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is missing; install instagram2flickr again")
    module = module_from_spec(spec)
    sys.modules["instagram2flickr"] = module
    spec.loader.exec_module(module)
    module.main()


if __name__ == "__main__":
    main()
