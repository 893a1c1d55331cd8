"""The report's shape, version 1: keys may be added to the program's report, none of these may go or change."""

from __future__ import annotations

from typing import Any

TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
MAYBE_TIME = {"anyOf": [TIME, {"type": "null"}]}
MAYBE_TEXT = {"type": ["string", "null"]}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
MAYBE_SHARE = {"anyOf": [SHARE, {"type": "null"}]}
COUNT = {"type": "integer", "minimum": 0}
PAIR = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


def every(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


WINDOW = every(center=PAIR, size=PAIR, degrees={"type": "number"}, mirrored={"type": "boolean"})
PHOTO = {
    **every(
        photo_id={"type": "string", "pattern": r"^\d+$"},
        title={"type": "string"},
        page_url={"type": "string"},
        instagram_url=MAYBE_TEXT,
        marked_by={"enum": ["link", "via", "machine_tag", "tag"]},
        posted_at=MAYBE_TIME,
        decision={"enum": ["replace", "review", "keep"]},
        reason={"type": "string", "minLength": 1},
        decided_by={"enum": ["rule", "person"]},
        original=MAYBE_TEXT,
        sent={"enum": ["original", "as-posted", None]},
        twins={"type": "array", "items": {"type": "string"}},
        score=MAYBE_SHARE,
        margin=MAYBE_SHARE,
        window={"anyOf": [WINDOW, {"type": "null"}]},
        candidates={"type": "array", "maxItems": 5, "items": every(path={"type": "string"}, score=SHARE)},
        outcome={"enum": ["planned", "replaced", "failed", "unsure", "skipped"]},
        error=MAYBE_TEXT,
    ),
    "if": {"properties": {"decision": {"const": "replace"}}},
    "then": {"properties": {"original": {"type": "string"}, "score": {"type": "number"}, "window": WINDOW}},
    "else": {"properties": {"original": {"type": "null"}}},
}
REPORT = every(
    version={"const": 1},
    run={"type": "string", "pattern": r"^\d{8}T\d{6}Z-[0-9a-f]{4}$"},
    mode={"enum": ["dry-run", "sync"]},
    started_at=TIME,
    finished_at=TIME,
    folders={"type": "array", "items": {"type": "string"}, "minItems": 1},
    counts=every(
        **dict.fromkeys(
            ("copies", "originals", "unreadable", "replace", "review", "keep", "replaced", "failed", "unsure"), COUNT
        )
    ),
    unreadable={"type": "array", "items": every(path={"type": "string"}, reason={"type": "string", "minLength": 1})},
    photos={"type": "array", "items": PHOTO},
)
