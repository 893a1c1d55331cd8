"""Imports run downwards only, nothing runs in a circle, and docs/architecture.md draws the house as it stands.

Every import counts, also one inside a function or for the type checker only: it is knowledge all the same.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FILES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in (*ROOT.glob("*.py"), *(ROOT / "i2f").rglob("*.py"))
}
# Floors from the top; a room may know every room on a floor below its own, and none beside it.
FLOORS = (
    ("the command line",),
    ("commands",),
    ("display",),
    ("sync",),
    ("photos", "flickr", "matching", "instagram", "rendering", "memory"),
    ("ground",),
)
DOORS = {
    "instagram2flickr": "the command line",
    "i2f.__main__": "the command line",
    "matcher": "matching",
    "flickr_client": "flickr",
    "instagram_client": "instagram",
}
OWNERS = {"click": ("instagram2flickr", "i2f.commands"), "flickrapi": ("flickr_client",)}


def room(module: str) -> str:
    """The room a module lies in; the package itself, which holds the version alone, is nobody's."""
    return DOORS.get(module) or (module.split(".")[1] if "." in module else "")


def imported(module: str) -> Iterator[str]:
    """Every module that one imports, with its full name, others' too."""
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                inside = f"{node.module}.{name.name}"
                yield inside if inside in FILES else node.module


@cache
def imports() -> dict[str, set[str]]:
    return {module: set(imported(module)) for module in FILES}


def knows() -> dict[str, set[str]]:
    """The modules of this house that each of its modules imports."""
    return {module: {one for one in names if one in FILES} - {module} for module, names in imports().items()}


def test_imports_run_downwards_only() -> None:
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    upward = [
        f"{module} imports {other}"
        for module, others in knows().items()
        for other in sorted(others)
        if room(module) != room(other)
        and room(other)
        and "sandbox" not in (room(module), room(other))
        and floor[room(module)] >= floor[room(other)]
    ]
    assert upward == []


def test_the_sandbox_stands_apart() -> None:
    from_outside = {
        module
        for module, others in knows().items()
        if room(module) != "sandbox" and any(room(other) == "sandbox" for other in others)
    }
    to_outside = {room(other) for module, others in knows().items() if room(module) == "sandbox" for other in others}
    assert from_outside == {"i2f.commands.demo"}
    assert to_outside <= {"sandbox", "ground"}


def test_no_import_runs_in_a_circle() -> None:
    left = {module: set(others) for module, others in knows().items()}
    while leaves := [module for module, others in left.items() if not others]:
        for leaf in leaves:
            del left[leaf]
        for others in left.values():
            others.difference_update(leaves)
    assert left == {}, "what is left runs in a circle or leads into one"


@pytest.mark.parametrize("library", OWNERS)
def test_only_its_owner_knows(library: str) -> None:
    knowing = {module for module, names in imports().items() for one in names if one.split(".")[0] == library}
    assert {module for module in knowing if not module.startswith(OWNERS[library])} == set()
    assert knowing


@pytest.mark.parametrize("module", ["i2f.sync.plan", "i2f.sync.candidate_order", "i2f.sync.thresholds"])
def test_the_rules_of_the_plan_know_neither_disk_nor_network_nor_clock(module: str) -> None:
    allowed = {
        "__future__",
        "collections.abc",
        "dataclasses",
        "datetime",
        "enum",
        "math",
        "typing",
        "i2f.photos.provenance",
        "i2f.photos.same_shot",
    }
    others = {one for one in imports()[module] if not one.startswith(("i2f.ground", "i2f.sync"))}
    assert others <= allowed


def test_the_table_of_the_page_names_every_module_in_its_room() -> None:
    rows = re.findall(r"^\| `(i2f/[a-z/]*)` \|.*$", PAGE, flags=re.MULTILINE)
    shown = {
        f"{row[1]}{name}"
        for row in re.finditer(r"^\| `(i2f/[a-z/]*)` \|.*$", PAGE, flags=re.MULTILINE)
        for name in re.findall(r"`(\w+\.py)`", row[0])
    }
    there = {
        file.relative_to(ROOT).as_posix()
        for file in FILES.values()
        if file.parent != ROOT and file.name != "__init__.py" and "sandbox" not in file.parts
    }
    assert shown == there
    assert len(rows) == len(set(rows))


def test_the_picture_of_the_page_draws_the_floors() -> None:
    drawn = [
        re.findall(r"[a-z][a-z ]*[a-z]", line)
        for line in PAGE.split("```text\n")[1].split("```")[0].splitlines()
        if line.startswith("|")
    ]
    rooms = {path.name for path in (ROOT / "i2f").iterdir() if (path / "__init__.py").is_file()}
    wanted = [[name for name in floor if name in rooms or name == "the command line"] for floor in FLOORS]
    assert [sorted(set(words)) for words in drawn] == [sorted(names) for names in wanted]
