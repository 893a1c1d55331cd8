"""What was found when one copy was compared with single originals, so that nothing is compared twice.

Comparing is slow, and what follows from it quick: how files are grouped, which of them comes first, what is decided. So
every run goes through the quick part from the beginning and takes what is slow from here. A finding goes by what it
depends on: the contents of the originals, and how the copy was laid over them; the copy is the findings' own. Where all
is known, no picture is opened; else `UnseenError` says that somebody must look.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from i2f.ground.model import Fit, Window


class UnseenError(Exception):
    """Something is to be found out, and there are no pictures here."""


@dataclass(slots=True)
class Findings:
    """What is known, and which of it was asked for; `may_look` where the pictures are at hand."""

    known: dict[str, Any] = field(default_factory=dict)
    may_look: bool = True
    used: set[str] = field(default_factory=set)

    def get(self, key: str, look: Callable[[], Any]) -> Any:
        """What is known under this key, else what `look` finds, in terms of JSON."""
        if key not in self.known:
            if not self.may_look:
                raise UnseenError
            self.known[key] = look()
        self.used.add(key)
        return self.known[key]

    def asked_for(self) -> dict[str, Any]:
        """What was asked for: the rest was about originals that are gone, or no longer come into question."""
        return {key: value for key, value in self.known.items() if key in self.used}


def encode(known: dict[str, Any]) -> bytes:
    """Findings as they are kept."""
    return zlib.compress(json.dumps(known, separators=(",", ":")).encode(), 1)


def decode(kept: bytes) -> dict[str, Any]:
    """What was kept."""
    found: dict[str, Any] = json.loads(zlib.decompress(kept))
    return found


def fit_to_json(fit: Fit) -> Any:
    """A fit as it is kept."""
    window = [fit.window.center, fit.window.size, fit.window.degrees, fit.window.mirrored]
    return [fit.score, fit.sure, fit.tone, fit.words, fit.measures, window, fit.figures]


def fit_from_json(body: Any) -> Fit:
    """What was kept."""
    score, sure, tone, told, measures, ((x, y), (across, down), degrees, mirrored), *more = body
    words, figures = told_apart(told, *more)
    return Fit(score, sure, tone, Window((x, y), (across, down), degrees, mirrored), words, measures, figures)


def told_apart(words: str, figures: str | None = None) -> tuple[str, str]:
    """The words of a fit and its figures as they were kept; once the figures stood in brackets behind the words."""
    if figures is not None:
        return words, figures
    words, _, bracketed = words.partition(" (")
    return words, bracketed.removesuffix(")")
