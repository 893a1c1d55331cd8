"""The manual pages in docs/man say what `--help` says now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_manual_pages_are_those_of_the_commands_as_they_are(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "docs" / "write_man_pages.py", tmp_path], check=True)
    now = {page.name: page.read_text(encoding="utf-8") for page in tmp_path.glob("*.1")}
    kept = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "man").glob("*.1")}
    assert kept == now, "run: python docs/write_man_pages.py"
    assert "instagram2flickr-sync.1" in now
