"""One photo's candidates as a page: the copy beside the part of each original that it shows, cut to match.

The page is one file with its pictures inside, made from the backup and the kept thumbnails, so it opens without a
server and reveals nothing to anybody else.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from i2f.display.side_by_side import cut, find_place, open_thumbnail, shrunk
from i2f.ground.plain_text import in_plain_words
from i2f.memory.journal import Journal
from i2f.sync.questions import Choice, choices_of

EDGE = 720
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 96rem; padding: 1rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1rem; }
figure { margin: 0; } img { width: 100%; height: auto; display: block; }
h1, h2, p { overflow-wrap: anywhere; margin: 0.5rem 0; } h1 { font-size: 1.5rem; }
h2 { font-size: 1.2rem; margin-top: 2rem; } .soft { opacity: 0.75; }
"""


def page(journal: Journal, backups: Path, body: Mapping[str, Any], decision: str, told: Sequence[Sequence[str]]) -> str:
    """The page for one explained decision, given in words, with what is told of each candidate, line by line."""
    saved = journal.record.backup(body["photo_id"], body["copy"]["secret"])
    copy = _opened(backups / saved.file) if saved else None
    title = html.escape(in_plain_words(body["title"] or body["photo_id"]))
    parts = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Why: {title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style><main><h1>{title}</h1><p>{html.escape(decision)}</p>"
        f'<p class="soft">Photo ID {html.escape(body["photo_id"])}</p>'
    ]
    for number, (one, choice, lines) in enumerate(zip(body["evidence"], choices_of(body), told, strict=True), start=1):
        parts.append(
            f"<h2>{number}. {html.escape(in_plain_words(choice.original.path.name))}</h2>"
            f'<p class="soft">{html.escape(in_plain_words(one["path"]))}</p>'
            f"{''.join(f'<p>{html.escape(line)}</p>' for line in lines)}"
            f'<div class="pair">{_figure("The copy on Flickr", copy)}'
            f"{_figure('The same part of the original', _part(journal, choice, copy))}</div>"
        )
    return "".join(parts) + "</main></html>"


def _part(journal: Journal, choice: Choice, copy: Image.Image | None) -> Image.Image | None:
    thumbnail = journal.readings.thumbnail(choice.original.path)
    if thumbnail is None or copy is None:
        return None
    picture = open_thumbnail(thumbnail)
    return cut(picture, find_place(choice.fit, copy.size, picture.size), copy.size, min(EDGE, max(copy.size)))


def _opened(file: Path) -> Image.Image | None:
    try:
        with Image.open(file) as picture:
            return picture.convert("RGB")
    except OSError:
        return None


def _figure(words: str, picture: Image.Image | None) -> str:
    if picture is None:
        return f"<figure><figcaption>{words}: no picture is kept</figcaption></figure>"
    small, buffer = shrunk(picture, EDGE), io.BytesIO()
    small.save(buffer, "JPEG", quality=90)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f'<figure><img alt="{words}" width="{small.width}" height="{small.height}" '
        f'src="data:image/jpeg;base64,{data}"><figcaption>{words}</figcaption></figure>'
    )
