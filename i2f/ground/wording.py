"""How a date and a number of things read: one way for every message, table and page.

A person reads "3 Mar 2012" wherever the program tells a day, the month as a word, since 3/12 is March here and December
there. JSON, the journal and Flickr's calls keep ISO 8601. Which zone a moment is told in is the caller's business.
"""

from __future__ import annotations

from datetime import UTC, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(moment: datetime) -> str:
    """A day, as 3 Mar 2012."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def day_and_time(moment: datetime) -> str:
    """A day with hour and minute, as 3 Mar 2012 16:05."""
    return f"{day(moment)} {moment:%H:%M}"


def timestamp(moment: datetime) -> str:
    """For JSON: UTC, floored to the second, as 2026-11-22T10:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def counted(number: int, noun: str, many: str = "") -> str:
    """A number with its noun, as 1 photo and 2,000 photos; `many` where the plural has more than an s."""
    return f"1 {noun}" if number == 1 else f"{number:,} {many or noun + 's'}"
