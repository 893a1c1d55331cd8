"""Write the manual pages anew: `python docs/write_man_pages.py [FOLDER]`, docs/man unless named. Needs click-man.

One page a command, from the words of `--help`, so that neither says what the other does not; a test compares them.
`pip install` puts them where `man` looks (share/man/man1 of the environment).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from click_man.core import write_man_pages

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from i2f import __version__  # noqa: E402 - the program's own folder comes first
from instagram2flickr import cli  # noqa: E402

MAN = ROOT / "docs" / "man"


def released() -> str:
    """The day of the newest release in the CHANGELOG: a page written twice is the same page."""
    found = re.search(r"^## [\d.]+ \((\S+)\)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    return found.group(1) if found else ""


def main(folder: Path) -> None:
    """Write every page into the folder, in place of the pages there."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.1"):
        old.unlink()
    write_man_pages("instagram2flickr", cli, version=__version__, target_dir=str(folder), date=released())
    for page in folder.glob("*.1"):
        page.write_text(_lines_kept(page.read_text(encoding="utf-8")), encoding="utf-8")


def _lines_kept(page: str) -> str:
    """The page with each example in a line of its own, which fits into 80 columns and can be pasted."""

    def kept(examples: re.Match[str]) -> str:
        return f".nf\n{examples[1]}{examples[2].replace('  ', ' ').replace('-', chr(92) + '-')}.fi\n"

    return re.sub(r"^((?:Examples|Start with):\n)((?:  .*\n?)+)", kept, page, flags=re.MULTILINE)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else MAN)
