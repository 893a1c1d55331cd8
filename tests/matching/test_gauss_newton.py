"""Many starts, on many originals, descend together: each as if it were alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

import matcher
from i2f.ground.image import luminance, resize
from i2f.matching.first_look import PreparedCopy, first_looks
from i2f.matching.registration import Beginning, Ladder, Seen, Similarity, align, begin, start_of
from tests.support.scenes import Picture, bytes_of, scene

TRUE = 2
Floats = NDArray[np.float32]


@cache
def roll() -> list[Picture]:
    return [bytes_of(scene(seed)) for seed in range(1, 5)]


def the_copy() -> Picture:
    return roll()[TRUE][40:600, 100:660]


def seen(grey: Floats, share: float = 1.0) -> Seen:
    """An original at this share of its size."""
    rows, cols = (round(edge * share) for edge in grey.shape)
    return Seen(resize(grey, rows, cols), share, (grey.shape[0], grey.shape[1]))


def beginnings() -> list[Beginning]:
    start = Similarity(540.0, 12.0, 384.0, 325.0)
    return [Beginning(seen(luminance(one)), [start]) for one in roll()]


def test_a_start_ends_where_it_would_alone() -> None:
    ladder = Ladder(luminance(the_copy()))
    together = begin(ladder, beginnings())
    alone = [begin(ladder, [one])[0] for one in beginnings()]
    for (one,), (other,) in zip(together, alone, strict=True):
        assert abs(one.correlation - other.correlation) < 1e-4
        assert abs(one.similarity.cx - other.similarity.cx) < 0.05
        assert abs(one.similarity.a - other.similarity.a) < 0.05


def test_the_true_original_falls_into_place_and_the_others_show_as_strangers_from_few_pixels() -> None:
    copy = PreparedCopy(the_copy())
    proposal = matcher.Proposal(0, 0.5, (384.0, 325.0), 540.0, 0.0, 0, False, 0.0)
    looks = first_looks(copy, [(seen(luminance(one), 0.25), [proposal]) for one in roll()])
    assert [look.is_stranger for look in looks] == [place != TRUE for place in range(len(roll()))]
    assert matcher.explain(copy, looks[0], None).words == "another picture"


@pytest.mark.long
def test_a_first_look_at_few_pixels_leads_to_the_same_fit_as_one_at_all() -> None:
    copy = PreparedCopy(the_copy())
    proposal = matcher.Proposal(0, 0.5, (384.0, 325.0), 540.0, 0.0, 0, False, 0.0)
    look = first_looks(copy, [(seen(luminance(roll()[TRUE]), 0.25), [proposal])])[0]
    fit = matcher.explain(copy, look, roll()[TRUE])
    whole = matcher.compare(the_copy(), roll()[TRUE], proposal)
    assert fit.sure
    assert abs(fit.score - whole.score) < 1e-3
    np.testing.assert_allclose(fit.window.center, whole.window.center, atol=1e-4)


def test_a_copy_held_two_ways_keeps_the_order_of_its_originals() -> None:
    copy = PreparedCopy(the_copy())
    upright = matcher.Proposal(0, 0.5, (384.0, 325.0), 540.0, 0.0, 0, False, 0.0)
    mirrored = matcher.Proposal(1, 0.5, (384.0, 325.0), 540.0, 0.0, 0, True, 0.0)
    original = seen(luminance(roll()[TRUE]))
    looks = first_looks(copy, [(original, [mirrored]), (original, [upright]), (original, [mirrored])])
    assert [look.proposal for look in looks] == [mirrored, upright, mirrored]
    assert [look.is_stranger for look in looks] == [True, False, True]


def test_registration_finds_a_crop_to_within_a_pixel() -> None:
    proposal = matcher.Proposal(0, 0.5, (384.0, 325.0), 540.0, 0.0, 0, False, 0.0)
    found = align(luminance(the_copy()), luminance(roll()[TRUE]), [start_of(proposal)])
    assert found.correlation > 0.95
    at = found.similarity
    np.testing.assert_allclose([at.a, at.b, at.cx, at.cy], [560.0, 0.0, 380.0, 320.0], atol=1.0)


@pytest.mark.parametrize("level", [32, 64])
def test_a_frame_over_a_copy_changes_nothing_of_how_the_rest_of_it_is_normalised(level: int) -> None:
    plain = luminance(the_copy())
    framed = plain.copy()
    framed[20:32], framed[-32:-20], framed[:, 20:32], framed[:, -32:-20] = 244, 244, 244, 244
    without, within, blind = (
        Ladder(grey, knows).at(level).values for grey, knows in ((plain, True), (framed, True), (framed, False))
    )
    assert np.abs(within - without).max() < 0.01
    assert np.abs(blind - without).max() > 0.5
