"""What a person said is read as it was meant, step after step."""

from __future__ import annotations

from i2f.ground.model import Sent
from i2f.memory.review_answers import NEVER, POSTED, THIS, Identity, Said, Step

ONE = Identity("a", "b", 4032, 3024, 9, "IMG_1.JPG")
TWO = Identity("c", "d", 4032, 3024, 9, "IMG_2.JPG")


def said(*steps: Step) -> Said:
    return Said("copy", steps, 0.0)


def test_the_last_choice_says_what_is_sent() -> None:
    assert said(Step(POSTED, (ONE,))).sent is Sent.AS_POSTED
    assert said(Step(POSTED, (ONE,)), Step(THIS, (ONE,))).sent is Sent.ORIGINAL
    both = said(Step(THIS, (ONE,)), Step(POSTED, (TWO,)))
    assert (both.chosen, both.sent, both.never) == (TWO, Sent.AS_POSTED, ())


def test_a_choice_as_posted_is_taken_back_like_any_other() -> None:
    refused = said(Step(POSTED, (ONE,)), Step(NEVER, (ONE,)))
    assert (refused.chosen, refused.sent, refused.never) == (None, Sent.ORIGINAL, (ONE,))
