"""The replacements asked for with async=1, as they are kept; uploads.py carries them out."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Sent:
    """The file part of a request."""

    data: bytes
    file_name: str


@dataclass
class Ticket:
    """A replacement that is still to be done, or was."""

    photo_id: str
    sent: Sent
    title: str | None
    fails: bool
    looks: int = 0
    done: bool = False
    imported: int = 0


@dataclass
class Tickets:
    """Every ticket by its id."""

    kept: dict[str, Ticket] = field(default_factory=dict)

    def keep(self, ticket: Ticket) -> str:
        """Keep a ticket and return its id."""
        name = f"20260312-7215772{len(self.kept):010d}"
        self.kept[name] = ticket
        return name
