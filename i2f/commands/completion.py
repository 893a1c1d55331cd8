"""The `completion` command, and what the tab key offers: commands and options, run ids, and the photos that wait.

The ids come from the state folder alone. A completion that cannot read it offers nothing: an error message in the
middle of a line being typed would help nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

if TYPE_CHECKING:
    from i2f.memory.journal import Journal

# The names under which the program is installed.
NAMES = ("instagram2flickr.py", "instagram2flickr")
Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def script(cli: click.Command, shell: str) -> str:
    """The lines that turn tab completion on in a shell, for both names of the program."""
    known = get_completion_class(shell)
    if known is None:
        raise ValueError(shell)
    parts = []
    for name in NAMES:
        variable = f"_{name.replace('.', '_').upper()}_COMPLETE"
        # ShellComplete's own source, since bash's would start a bash to ask for its version.
        parts.append(ShellComplete.source(known(cli, {}, name, variable)))
    return "\n".join(parts)


def _offer(find: Callable[[Journal], Iterable[tuple[str, str]]]) -> Complete:
    """A completion made from the journal: words with their explanations."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        with suppress(Exception), _journal(ctx) as journal:
            if journal is not None:
                found = ((word, words) for word, words in find(journal) if word.startswith(incomplete))
                return [CompletionItem(word, help=words) for word, words in found]
        return []

    return complete


@contextmanager
def _journal(ctx: click.Context) -> Iterator[Journal | None]:
    import os

    from i2f.ground.settings import load_settings
    from i2f.memory.journal import Journal
    from i2f.memory.state_dir import StateFolder

    noted = ctx.find_root().meta
    settings = load_settings(os.environ, noted.get("config"), noted.get("state"), Path(__file__).parents[2] / "x")
    file = StateFolder(settings.state).journal_file
    if not file.exists():
        yield None
        return
    journal = Journal(file)
    try:
        yield journal
    finally:
        journal.close()


def _runs(journal: Journal) -> Iterator[tuple[str, str]]:
    changed = {entry.run for entry in journal.record.entries()}
    for one in reversed(journal.record.runs()):
        if one["run"] in changed:
            yield str(one["run"]), str(one["mode"])


def _waiting(journal: Journal) -> Iterator[tuple[str, str]]:
    from i2f.sync.questions import open_questions

    return ((one.photo_id, one.title) for one in open_questions(journal))


def _waiting_posts(journal: Journal) -> Iterator[tuple[str, str]]:
    from i2f.sync.post_questions import read_post_questions

    return ((one.post, one.title) for one in read_post_questions(journal) if one.post is not None)


def _decided(journal: Journal) -> Iterator[tuple[str, str]]:
    return ((str(one["photo_id"]), str(one["title"])) for one in journal.assessments.decisions())


def _explained(journal: Journal) -> Iterator[tuple[str, str]]:
    yield from _decided(journal)
    yield from ((str(one["post"]), str(one["title"])) for one in journal.assessments.post_decisions())


def _standing(name: str) -> Callable[[Journal], Iterator[tuple[str, str]]]:
    def find(journal: Journal) -> Iterator[tuple[str, str]]:
        titles = {str(one["photo_id"]): str(one["title"]) for one in journal.listing.copies()}
        return (
            (photo_id, titles.get(photo_id, ""))
            for photo_id, one in journal.histories.all().items()
            if one.standing == name
        )

    return find


RUNS = _offer(_runs)
WAITING = _offer(_waiting)
WAITING_POSTS = _offer(_waiting_posts)
DECIDED = _offer(_decided)
EXPLAINED = _offer(_explained)
REPLACED = _offer(_standing("replaced"))
RESTORED = _offer(_standing("taken back"))
