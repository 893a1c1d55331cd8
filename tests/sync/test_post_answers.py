"""What follows from answers about posts: never more than was seen, and a question again when what was seen is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from i2f.ground.model import Candidate, Decision, Original, Verdict
from i2f.memory.review_answers import NEVER, NONE, THIS, Identity, Said, Step
from i2f.sync.plan import decide
from i2f.sync.post_answers import (
    OnFlickr,
    answer_about,
    changed_since,
    doubts_left,
    obey,
    photo_that_holds,
)
from i2f.sync.presence import Compared, Doubt, Related
from tests.support.reports import make_candidate, make_copy

A, B, ON_FLICKR = b"a" * 32, b"b" * 32, b"c" * 32
RIVALS = [make_candidate(Path(f"/roll/IMG_{number}.JPG"), 0.99 - number / 100) for number in (1, 2)]
CANDIDATES = [
    replace(one, original=replace(one.original, content=content)) for one, content in zip(RIVALS, (A, B), strict=True)
]
FIRST, SECOND = (
    Identity(content.hex(), None, 4032, 3024, 4_200_000, one.original.name)
    for one, content in zip(RIVALS, (A, B), strict=True)
)


def photo(number: int, content: bytes = ON_FLICKR) -> Identity:
    return Identity(content.hex(), None, 612, 612, 9, f"Photo {number} on Flickr", str(number))


def doubt(number: int, content: bytes = ON_FLICKR) -> Doubt:
    shown = replace(make_copy().photo, photo_id=str(number))
    file = Original(Path("/backups/1.jpg"), 9, 1, "JPEG", 612, 612, None, None, content=content)
    return Doubt(Compared(Related(shown, None, timedelta(0)), None, True, file), f"Photo {number} has this caption")


def said(*steps: Step) -> Said:
    return Said("0" * 64, steps, 0.0)


def decided(heard: Said, *doubts: Doubt, candidates: list[Candidate] = CANDIDATES, there: str = "1 2") -> Decision:
    """As new_posts.py decides about one picture: two shots look alike, so the rules alone would ask."""
    originals = [one.original for one in candidates]
    refused = [
        one.original.path
        for one in candidates
        if one.original.content and any(each.sha256 == one.original.content.hex() for each in heard.never)
    ]
    decision = decide(make_copy(), candidates, 1.2, answer_about(heard, originals, refused))
    on_flickr = OnFlickr(there.split(), dict.fromkeys("12", ON_FLICKR.hex()))
    return obey(decision, doubts, heard, on_flickr, changed_since(heard, originals))


def test_a_chosen_original_is_uploaded_when_the_photos_in_doubt_were_shown_beside_it() -> None:
    chosen = decided(said(Step(THIS, (SECOND,), (photo(1),))), doubt(1))
    assert (chosen.verdict, chosen.reason, chosen.decided_by) == (Verdict.REPLACE, "You chose IMG_2.JPG", "person")
    assert chosen.match is not None
    assert chosen.match.original.content == B


@pytest.mark.parametrize("later", [doubt(2), doubt(1, B)], ids=["another photo", "other bytes"])
def test_a_photo_that_was_not_shown_beside_the_chosen_original_asks_again(later: Doubt) -> None:
    asked = decided(said(Step(THIS, (SECOND,), (photo(1),))), doubt(1), later)
    assert (asked.verdict, asked.reason) == (Verdict.REVIEW, later.reason)


def test_a_chosen_file_counts_by_its_bytes_alone() -> None:
    """The same picture with a changed tag, too: its thumbnail and size are those that were chosen."""
    seen = replace(SECOND, thumbnail_sha256="f" * 64)
    changed = [CANDIDATES[0], replace(CANDIDATES[1], original=replace(CANDIDATES[1].original, content=b"d" * 32))]
    asked = decided(said(Step(THIS, (seen,))), candidates=changed)
    assert (asked.verdict, asked.reason) == (Verdict.REVIEW, "IMG_2.JPG changed since you chose it")


def test_a_chosen_file_that_is_gone_is_waited_for() -> None:
    left = decided(said(Step(THIS, (SECOND,))), candidates=CANDIDATES[:1])
    assert (left.verdict, left.reason) == (Verdict.KEEP, "You chose IMG_2.JPG, which is not in this folder")


def test_a_photo_that_was_chosen_is_the_post_as_long_as_it_is_there_and_the_same() -> None:
    heard = said(Step(THIS, (photo(1),)))
    on_flickr = OnFlickr({"1"}, {"1": ON_FLICKR.hex()})
    assert photo_that_holds(heard, on_flickr) == "1"
    assert photo_that_holds(heard, OnFlickr({"1"}, {"1": None})) == "1"
    assert photo_that_holds(heard, OnFlickr({"1"}, {"1": B.hex()})) is None
    assert photo_that_holds(heard, OnFlickr(set(), {})) is None
    there = decided(heard, doubt(1))
    assert (there.verdict, there.reason) == (Verdict.KEEP, "On Flickr already, as photo 1 (your answer)")
    gone = decided(heard, there="2")
    assert (gone.verdict, gone.reason) == (
        Verdict.REVIEW,
        "You took photo 1 for this post, but it is no longer on Flickr",
    )


def test_none_of_these_never_agrees_to_what_turns_up_later() -> None:
    refused = said(Step(NONE, (photo(1), FIRST)))
    assert decided(refused, doubt(1), candidates=CANDIDATES[:1]).verdict is Verdict.KEEP
    later = decided(refused, doubt(1), candidates=CANDIDATES)
    assert (later.verdict, later.reason) == (
        Verdict.REVIEW,
        "You rejected what was shown; IMG_2.JPG was not among it",
    )


def test_a_rejected_photo_leaves_the_rest_to_the_rules() -> None:
    heard = said(Step(NEVER, (photo(1),)))
    alone = decided(heard, doubt(1), candidates=CANDIDATES[:1])
    assert (alone.verdict, alone.decided_by) == (Verdict.REPLACE, "rule")
    assert decided(heard, doubt(1), doubt(2), candidates=CANDIDATES[:1]).reason == doubt(2).reason
    assert [one.photo.photo_id for one in doubts_left((doubt(1), doubt(2)), heard)] == ["2"]


def test_the_last_choice_counts() -> None:
    twice = said(Step(THIS, (FIRST,)), Step(THIS, (SECOND,)))
    assert decided(twice).reason == "You chose IMG_2.JPG"
    assert decided(said(Step(THIS, (FIRST,)), Step(THIS, (photo(1),))), doubt(1)).verdict is Verdict.KEEP
    assert decided(said(Step(THIS, (photo(1),)), Step(THIS, (FIRST,), (photo(1),))), doubt(1)).match is not None
