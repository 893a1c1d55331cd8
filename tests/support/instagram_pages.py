"""Pages of an HTML export, written after the published ones: blocks of class _a6-g with caption, time, table, media."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from html import escape
from pathlib import Path

PAGES_CLOCK = timezone(timedelta(hours=-8))


@dataclass(frozen=True)
class PagePost:
    """One block: `posted` is an instant, which the page shows to the minute by its own clock."""

    caption: str
    posted: datetime
    uris: Sequence[str]
    latitude: float | None = None
    longitude: float | None = None


def write_page(file: Path, posts: Sequence[PagePost], year: int = 2024, clock: timezone = PAGES_CLOCK) -> Path:
    """Write posts as the exports of 2022 or 2024 do."""
    blocks = "".join(_block(post, year, clock) for post in posts)
    file.parent.mkdir(parents=True, exist_ok=True)
    head = "<html><head><style>._a6-g{}</style></head><body><main class='_a706' role='main'>"
    file.write_text(f"{head}{blocks}</main></body></html>", encoding="utf-8")
    return file


def _block(post: PagePost, year: int, clock: timezone) -> str:
    local = post.posted.astimezone(clock)
    half = ("AM", "PM")[local.hour >= 12]
    time = f"{local.hour % 12 or 12}:{local:%M}"
    if year == 2022:
        shown = f"{local:%b} {local.day}, {local.year}, {time} {half}"
    else:
        shown = f"{local:%b %d}, {local.year} {time} {half.lower()}"
    table = "".join(
        f'<tr><td colspan="2" class="_2pin _a6_q">{label}<div><div>{value}</div></div></td></tr>'
        for label, value in (("Latitude", post.latitude), ("Longitude", post.longitude))
        if value is not None
    )
    shows = "".join(
        f'<div><a target="_blank" href="{one}"><img src="{one}" class="_a6_o"/></a></div>' for one in post.uris
    )
    tag = "div" if year == 2022 else "h2"
    caption = escape(post.caption).replace("\n", "<br />")
    heading = f'<{tag} class="_3-95 _2pim _a6-h _a6-i">{caption}</{tag}>' if caption else ""
    return (
        f'<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder">{heading}<div class="_3-95 _a6-p">{shows}'
        f'<table style="table-layout: fixed;">{table}</table></div><div class="_3-94 _a6-o">{shown}</div></div>'
    )
