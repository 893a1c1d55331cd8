"""The program as a person runs it, in a process of its own, against a pretend Flickr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from i2f.sandbox import SandboxFlickr

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    exit_code: int
    stdout: str
    stderr: str
    report: dict[str, Any] | None

    @property
    def photos(self) -> dict[str, dict[str, Any]]:
        assert self.report is not None, self.stderr
        return {one["photo_id"]: one for one in self.report["photos"]}

    @property
    def error(self) -> str:
        """The one line an expected failure leaves; fails when there is more than that."""
        lines = [line for line in self.stderr.splitlines() if line.startswith("Error: ")]
        assert len(lines) == 1, self.stderr
        assert "Traceback" not in self.stderr + self.stdout
        return lines[0]


@dataclass
class Program:
    """instagram2flickr.py with a state folder of its own, logged in unless told otherwise."""

    flickr: SandboxFlickr
    home: Path
    perms: str | None = "write"
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        if self.perms is not None:
            token, secret = self.flickr.issue_token(self.perms)
            self.settings |= {"FLICKR_TOKEN": token, "FLICKR_TOKEN_SECRET": secret}

    @property
    def state(self) -> Path:
        return self.home / "state"

    def environment(self, **more: str) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("INSTAGRAM2FLICKR_")}
        own = {
            "SANDBOX": self.flickr.url,
            "STATE": str(self.state),
            "FLICKR_API_KEY": self.flickr.api_key,
            "FLICKR_API_SECRET": self.flickr.api_secret,
            "SYNC_MIN_GAIN": "0",
            **self.settings,
        }
        # Whoever runs the tests may have a keyring; no test writes into it.
        quiet = {"HOME": str(self.home), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
        return plain | quiet | {f"INSTAGRAM2FLICKR_{name}": value for name, value in own.items()} | more

    def run(self, *words: object, typed: str = "", **more: str) -> Ran:
        done = subprocess.run(
            [sys.executable, str(ROOT / "instagram2flickr.py"), *map(str, words)],
            env=self.environment(**more),
            input=typed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
            cwd=self.home,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr, None)

    def sync(self, *words: object, **more: str) -> Ran:
        """Run `sync` and read its report."""
        file = self.home / "report.json"
        file.unlink(missing_ok=True)
        ran = self.run("sync", *words, "--json", file, **more)
        report = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
        return Ran(ran.exit_code, ran.stdout, ran.stderr, report)
