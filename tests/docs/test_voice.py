"""What people read is plain English: no phrase of the private language of 0.1.0 comes back.

Read are the help, every message (string constants and f-strings, by AST, not the docstrings), the pages, README, docs,
the example settings and the changelog. What is between backticks in a document is code and keeps its name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from instagram2flickr import cli

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "config.example.ini")),
    *sorted((ROOT / "docs").glob("*.md")),
]
PAGES = [one for one in sorted((ROOT / "i2f" / "display" / "pages").iterdir()) if one.suffix in {".html", ".js"}]
SOURCES = [
    *sorted(ROOT.glob("*.py")),
    *(one for one in sorted((ROOT / "i2f").rglob("*.py")) if "sandbox" not in one.parts),
]

# Each with the word that is used now.
RETIRED = {
    r"for you to look at|waiting for your eyes|waits for your eyes|doubtful": "needs review, to review",
    r"taken back|take(s)? (it |that one |them )?back|taking back|put(s)? back": "undo, restored",
    r"saved cop(y|ies)|copies as they were": "backup",
    r"\blet go\b|\blet .{0,20} go\b": "delete",
    r"\bproved\b|\bproof\b": "verified",
    r"stay as they are|left as they were|stays as it is": "unchanged",
    r"cut off|ended here": "interrupted",
    r"\btwins?\b": "versions of one photo",
    r"\bsiblings?\b": "similar shots",
    r"\banew\b": "again",
    r"the only shot that fits|fits almost": "Matches ... (only match)",
    r"nothing would be gained": "The original is not larger than the copy",
    r"what was begun is noted|a mistake in this program": "progress is saved",
    r"wants a pause|going on at": "Rate limit reached; resuming at",
    r"may only read": "read-only",
    r"nobody (was|is) logged in": "not logged in",
    r"the light falls otherwise|something else in places": "the lighting differs",
    r"is none of Flickr|an answer that is none": "say what it is",
    r"so many (failures|times)|no matter": "name the number",
    r"when it likes|is given up": "name what happens",
    r"out of the past": "stale reply",
    r"\bplease\b": "nothing",
    r"pretend Flickr": "simulated Flickr",
}

# Values and names of code, which never change, and ordinary senses of a word; each is a whole string or a line's part.
ALLOWED = {
    "taken back",  # an outcome in the JSON of `undo`, and a value in journals of every version
    "twins",
    "twin",  # a key of the report, a value of Kinship
    "sibling",  # what the demo's painted shots are called in code
    "cut off",  # in a decoder's own error text
    "proof-{}",  # a temporary file
}
# Documents that quote a key or a value in plain text.
ALLOWED_LINES = ("`taken back` means restored",)


def retired_in(text: str) -> list[str]:
    return [
        f"{found[0]!r} in {text[max(0, found.start() - 30) : found.end() + 30]!r}: say {instead}"
        for phrase, instead in RETIRED.items()
        for found in re.finditer(phrase, text, re.IGNORECASE)
    ]


def messages(source: Path) -> Iterator[str]:
    """The string constants of a module, those that are documentation left out; an f-string in one piece."""
    nodes = list(ast.walk(ast.parse(source.read_text(encoding="utf-8"))))
    inside = {id(value) for node in nodes if isinstance(node, ast.JoinedStr) for value in node.values}
    inside |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "CREATE TABLE" not in node.value:
            yield node.value


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.relative_to(ROOT).as_posix())
def test_no_message_says_it_as_0_1_0_did(source: Path) -> None:
    assert [one for text in messages(source) if text not in ALLOWED for one in retired_in(text)] == []


def helps(command: click.Command) -> Iterator[str]:
    yield from (command.help or "", command.short_help or "")
    yield from (each.help or "" for each in command.params if isinstance(each, click.Option))
    if isinstance(command, click.Group):
        for one in command.commands.values():
            yield from helps(one)


def test_no_help_says_it_as_0_1_0_did() -> None:
    assert [one for text in helps(cli) for one in retired_in(text)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.name)
def test_no_document_says_it_as_0_1_0_did(document: Path) -> None:
    lines = document.read_text(encoding="utf-8").splitlines()
    kept = " ".join(line for line in lines if not any(allowed in line for allowed in ALLOWED_LINES))
    assert retired_in(re.sub(r"`[^`]*`", "", kept)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.name)
def test_no_page_says_it_as_0_1_0_did(page: Path) -> None:
    template = r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|^\s*//.*$"
    visible = re.sub(template, "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [one for one in retired_in(visible) if "twin" not in one.lower()] == []
