"""What the record of a picture means: whatever was sent, the copy that lay there first stays within reach of undo."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from i2f.memory.history import History, Standing, read_history
from i2f.memory.journal import Journal
from i2f.memory.journal_steps import JournalStep
from i2f.memory.record import Entry

INTENDED: dict[str, Any] = {"backup": "the copy"}
SEEN: dict[str, Any] = {"after": {"secret": "a"}}


def story(*steps: tuple[str, str, dict[str, Any]]) -> History:
    """The story of (run, step, body), a second apart."""
    return read_history([Entry(k, run, 1e9 + k, "7", step, body) for k, (run, step, body) in enumerate(steps)])


def test_what_was_unsure_but_ours_can_be_taken_back_after_a_later_refusal() -> None:
    told = story(("A", "intended", INTENDED), ("A", "unsure", SEEN), ("B", "intended", INTENDED), ("B", "refused", {}))
    assert told.standing is Standing.REPLACED
    assert [one.run for one in told.to_take_back] == ["A"]
    assert (told.replaced_in, told.at is not None) == ("A", True)


def test_a_second_replacement_lies_on_the_one_that_was_unsure_but_ours() -> None:
    first = ("A", "intended", INTENDED), ("A", "unsure", SEEN)
    told = story(*first, ("B", "intended", INTENDED), ("B", "confirmed", SEEN))
    assert [one.run for one in told.to_take_back] == ["A", "B"]


def test_taking_back_the_unsure_one_alone_leaves_what_was_confirmed_before() -> None:
    told = story(
        ("A", "intended", INTENDED),
        ("A", "confirmed", SEEN),
        ("B", "intended", INTENDED),
        ("B", "unsure", SEEN),
        ("C", "undo-intended", {"levels": 1}),
        ("C", "undo-confirmed", {}),
    )
    assert told.standing is Standing.REPLACED
    assert [one.run for one in told.to_take_back] == ["A"]


def test_taking_back_all_leaves_nothing() -> None:
    told = story(
        ("A", "intended", INTENDED),
        ("A", "confirmed", SEEN),
        ("B", "intended", INTENDED),
        ("B", "unsure", SEEN),
        ("C", "undo-intended", {"levels": 2}),
        ("C", "undo-confirmed", {}),
    )
    assert told.standing is Standing.TAKEN_BACK
    assert told.to_take_back == ()


def test_what_is_half_back_can_be_taken_back_once_more_under_its_new_secret() -> None:
    first = ("A", "intended", INTENDED), ("A", "confirmed", SEEN), ("B", "intended", INTENDED), ("B", "unsure", SEEN)
    half = ("C", "undo-intended", {"levels": 1}), ("C", "undo-unsure", {"after": {"secret": "b"}})
    told = story(*first, *half)
    assert (told.standing, [one.run for one in told.to_take_back]) == (Standing.UNDO_OPEN, ["A", "B"])
    assert [one.body["after"]["secret"] for one in told.to_take_back] == ["a", "b"]
    again = ("D", "undo-intended", {"levels": 1}), ("D", "undo-confirmed", {"after": {"secret": "c"}})
    told = story(*first, *half, *again)
    assert [one.body["after"]["secret"] for one in told.to_take_back] == ["c"]
    assert story(*first, *half, again[0]).to_take_back == ()


def test_an_undo_below_which_nothing_lies_leaves_nothing_to_take_back() -> None:
    told = story(("A", "undo-intended", {}), ("A", "undo-unsure", SEEN))
    assert (told.standing, told.to_take_back, told.is_half_back) == (Standing.UNDO_OPEN, (), False)


def test_what_was_unsure_but_ours_can_be_taken_back_after_it_was_looked_at_and_left() -> None:
    told = story(("A", "intended", INTENDED), ("A", "unsure", SEEN), ("B", "left", {}))
    assert (told.standing, [one.run for one in told.to_take_back]) == (Standing.REPLACED, ["A"])


def test_what_turned_out_not_to_be_taken_is_on_no_pile() -> None:
    told = story(
        ("A", "intended", INTENDED),
        ("A", "unsure", SEEN),
        ("A", "not_taken", {}),
        ("B", "intended", INTENDED),
        ("B", "confirmed", SEEN),
    )
    assert [one.run for one in told.to_take_back] == ["B"]


def test_histories_are_read_once_and_never_stale(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite3")
    journal.record.append("A", "7", JournalStep.INTENDED, {})
    before = journal.histories.all()
    with sqlite3.connect(tmp_path / "journal.sqlite3") as other:
        other.execute("UPDATE record SET step = 'left'")  # what was read is not read again
    other.close()
    journal.record.append("A", "7", JournalStep.CONFIRMED, {})
    journal.record.append("A", "8", JournalStep.INTENDED, {})
    assert before["7"].standing is Standing.OPEN
    assert (journal.histories.of("7").standing, journal.histories.of("8").standing) == (
        Standing.REPLACED,
        Standing.OPEN,
    )
    assert journal.histories.of("9").standing is Standing.UNTOUCHED
    assert {photo_id: one.standing for photo_id, one in journal.histories.all().items()} == {
        "7": Standing.REPLACED,
        "8": Standing.OPEN,
    }
    journal.close()
