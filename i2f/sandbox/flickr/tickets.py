"""What was sent with async=1, as it is kept; uploads.py carries it out."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Sent:
    """The file part of a request."""

    data: bytes
    file_name: str


@dataclass
class Ticket:
    """A replacement, or a new photo with its form, that is still to be done, or was; a new photo has its id then."""

    photo_id: str
    sent: Sent
    title: str | None
    fails: bool
    form: dict[str, str] | None = None
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
