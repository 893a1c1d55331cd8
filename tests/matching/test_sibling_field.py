"""Whether a sibling could hide: what a sharp disc settles, what a blurred rest adds, and what a field leaves."""

from __future__ import annotations

import numpy as np
import pytest

from i2f.matching.displacement import Doubles
from i2f.matching.sibling_field import SMALLEST, Displacements, SiblingField, sibling_field

SIZE = 512
X, Y = (part.ravel() for part in np.meshgrid(*[(np.arange(16) + 0.5) / 16 - 0.5] * 2))
STILL = np.zeros((len(X), 2))
SURE, UNHEARD, FAINT = 0.05, 9.0, 0.35
A_HUNDRED_TO_ONE = -4.6


def disc(radius: float, beyond: float, x: float = 0.0, y: float = 0.0) -> Doubles:
    """Deviations of the blocks of a copy that is sharp in a disc alone."""
    return np.where(np.hypot(X - x, Y - y) < radius, SURE, beyond)


def answer(deviation: Doubles, left: Doubles = STILL) -> SiblingField:
    return sibling_field(Displacements(X, Y, left, deviation, np.ones(len(X), bool), SIZE))


def bent(amount: float) -> Doubles:
    """A field of the second order, of so many times the stillest sibling's root mean square."""
    field = np.stack([X * X, X * Y], 1)
    field -= field.mean(0)
    return np.asarray(field * amount * SMALLEST / np.sqrt((field**2).sum(1).mean()))


def test_a_still_copy_that_is_sharp_all_over_rules_a_sibling_out() -> None:
    found = answer(np.full(len(X), SURE))
    assert found.odds < 5 * A_HUNDRED_TO_ONE
    assert found.unsettled < 0.2


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.3, 0.0), (-0.3, 0.3)])
def test_a_sharp_disc_of_a_third_of_the_side_settles_nothing_alone(place: tuple[float, float]) -> None:
    found = answer(disc(0.17, UNHEARD, *place))
    assert found.odds > A_HUNDRED_TO_ONE or found.unsettled > 1


def test_the_same_blocks_spread_over_the_copy_settle_more() -> None:
    crowded = disc(0.2, UNHEARD)
    count = int((crowded == SURE).sum())
    spread = np.full(len(X), UNHEARD)
    spread[np.random.default_rng(1).permutation(len(X))[:count]] = SURE
    assert answer(spread).odds < answer(crowded).odds - 3
    assert answer(spread).unsettled < answer(crowded).unsettled


def test_blurred_blocks_that_stay_where_they_are_speak_for_the_same_exposure() -> None:
    assert answer(disc(0.17, FAINT)).odds < 2 * A_HUNDRED_TO_ONE
    assert answer(disc(0.17, FAINT)).unsettled < 0.5


def test_a_sibling_that_moves_only_where_it_is_blurred_is_found_out() -> None:
    deviation = disc(0.2, FAINT)
    left = bent(1.5) * (deviation > SURE)[:, None]
    assert answer(deviation, left).odds > 0


def test_a_similarity_alone_is_no_field() -> None:
    turned = np.stack([0.002 + 0.001 * X - 0.003 * Y, -0.001 + 0.003 * X + 0.001 * Y], 1)
    deviation = np.full(len(X), SURE)
    small = 0.1 * turned
    assert answer(deviation, small).odds == pytest.approx(answer(deviation).odds, abs=0.5)


def test_without_blocks_there_is_no_evidence() -> None:
    found = answer(np.full(len(X), UNHEARD))
    assert found.odds == 0
    assert found.unsettled > 1
