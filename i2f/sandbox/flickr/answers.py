"""The two shapes of every answer: JSON, and XML where plain values are attributes and `_content` is text.

One structure serves both, as at Flickr. XML is escaped as PHP does it (`&#039;` for the apostrophe), so that the HTML
of a caption arrives escaped once more. JSON comes wrapped as jsonFlickrApi(...) unless nojsoncallback=1.
"""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Response

from i2f.sandbox.flickr.calls import Answer
from i2f.sandbox.flickr.refusals import DuplicateRefusal, OAuthRefusal, Refusal

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def success(answer: Answer, params: dict[str, str]) -> Response:
    """Render an answer in the format that was asked for."""
    if params.get("format") == "json":
        return _json({**answer, "stat": "ok"}, params)
    body = "".join(_element(name, value) for name, value in answer.items())
    return xml(f'<rsp stat="ok">\n{body}</rsp>\n')


def failure(refusal: Refusal, params: dict[str, str]) -> Response:
    """Render Flickr's own failure in the format that was asked for; the status is 200 all the same."""
    if params.get("format") == "json":
        return _json({"stat": "fail", "code": refusal.code, "message": refusal.message}, params)
    message = escape(refusal.message)
    twin = f' duplicate_photo_id="{refusal.photo_id}"' if isinstance(refusal, DuplicateRefusal) else ""
    return xml(f'<rsp stat="fail">\n\t<err code="{refusal.code}" msg="{message}"{twin} />\n</rsp>\n')


def oauth_failure(refusal: OAuthRefusal) -> Response:
    """Render OAuth's failure."""
    return Response(f"oauth_problem={refusal.problem}", refusal.status, mimetype="text/plain")


def xml(rsp: str) -> Response:
    """Wrap the rsp element."""
    return Response(f'<?xml version="1.0" encoding="utf-8" ?>\n{rsp}', mimetype="text/xml")


def escape(text: str) -> str:
    """Escape as Flickr does in attributes and text alike."""
    text = _NOT_XML.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#039;")


def _json(answer: Answer, params: dict[str, str]) -> Response:
    text = json.dumps(answer, separators=(",", ":"))
    if params.get("nojsoncallback") != "1":
        callback = params.get("jsoncallback") or "jsonFlickrApi"
        return Response(f"{callback}({text})", mimetype="text/javascript")
    return Response(text, mimetype="application/json")


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if not isinstance(value, dict):
        return f"<{name}>{escape(_text(value))}</{name}>\n"
    attributes = ""
    inside = ""
    for key, item in value.items():
        if key == "_content":
            inside += escape(_text(item))
        elif isinstance(item, dict | list):
            inside += _element(key, item)
        else:
            attributes += f' {key}="{escape(_text(item))}"'
    return f"<{name}{attributes}>{inside}</{name}>\n" if inside else f"<{name}{attributes} />\n"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return str(value)
