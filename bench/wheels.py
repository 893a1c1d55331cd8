"""Whether every system gets the program from wheels alone, nothing compiled: `python bench/wheels.py [DIR]`.

Downloads what requirements.txt names, for the oldest and the newest Python on Linux, macOS and Windows, and says of
each whether a wheel was found for everything. Needs the network. DIR keeps the wheels; without it they are thrown away.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.14")
PLATFORMS = {
    "Linux": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "macOS": ("macosx_14_0_arm64", "macosx_11_0_arm64"),
    "Windows": ("win_amd64",),
}


def download(python: str, platforms: tuple[str, ...], to: Path) -> subprocess.CompletedProcess[str]:
    """Fetch the wheels for one Python on one system."""
    words = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--only-binary=:all:",
        "--python-version",
        python,
        "--implementation",
        "cp",
        "--dest",
        str(to),
        "-r",
        str(ROOT / "requirements.txt"),
    ]
    for name in platforms:
        words += ["--platform", name]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def main() -> None:
    """Try them all; ends with 1 where something would have to be compiled."""
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        for system, platforms in PLATFORMS.items():
            for python in PYTHONS:
                folder = root / f"{system}-{python}"
                ran = download(python, platforms, folder)
                found = len(list(folder.glob("*.whl"))) if folder.exists() else 0
                failed = failed or ran.returncode != 0
                last = "" if ran.returncode == 0 else ": " + (ran.stderr.strip().splitlines() or ["?"])[-1]
                sys.stdout.write(f"{system}, Python {python}: {'ok' if not last else 'no'}, {found} wheels{last}\n")
                sys.stdout.flush()
    sys.exit(failed)


if __name__ == "__main__":
    main()
