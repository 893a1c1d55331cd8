"""A ranking put together from its parts is that of the whole, place by place."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import matcher
from i2f.matching import ranking, search
from i2f.matching.looks import AS_IT_IS, OTHERWISE, queries_of
from i2f.matching.ranking import ENTRY, Ranking, nothing
from tests.support.scenes import bytes_of, scene


@pytest.fixture(autouse=True)
def _short_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ranking, search):
        monkeypatch.setattr(module, "SHORTLIST", 5)
        monkeypatch.setattr(module, "SPARE", 3)


def entries(names: NDArray[np.int64]) -> NDArray[np.void]:
    """Two ways for each original; many are equally like the copy."""
    found = np.zeros(2 * len(names), ENTRY)
    found["name"], found["way"] = np.repeat(names, 2), np.tile([1, 2], len(names))
    found["coarse"] = (found["name"] * 7919 + found["way"]) % 13
    found["likeness"] = (found["name"] * 104729 + found["way"]) % 11
    return found


@pytest.mark.parametrize("seed", range(60))
def test_after_any_additions_and_removals_it_is_that_of_a_search_from_nothing_or_says_that_it_cannot_tell(
    seed: int,
) -> None:
    chance = np.random.default_rng(seed)
    held = chance.choice(40, chance.integers(0, 20), replace=False)
    kept = Ranking.of(entries(held))
    for _ in range(6):
        gone = chance.choice(held, chance.integers(0, min(3, len(held)) + 1), replace=False)
        left = np.setdiff1d(np.arange(40), held)
        fresh = chance.choice(left, chance.integers(0, min(9, len(left)) + 1), replace=False)
        held = np.union1d(np.setdiff1d(held, gone), fresh)
        anew = Ranking.of(entries(held))
        merged = kept.merged(Ranking.of(entries(fresh)), gone.astype(np.uint64))
        if merged is None:
            assert not kept.is_complete or len(fresh) > 3
            merged = anew
        assert np.array_equal(merged.shortlist, anew.shortlist)
        kept = Ranking.decode(merged.encode())


def test_a_search_among_some_and_others_is_a_search_among_all_whatever_the_order_of_the_originals() -> None:
    fingerprints = [matcher.fingerprint(bytes_of(scene(seed, 120, 160))) for seed in range(12)]
    queries = [queries_of(bytes_of(scene(seed, 120, 160))[:, 20:140]) for seed in (3, 50)]
    index, backwards = matcher.Index(fingerprints), matcher.Index(fingerprints[::-1])
    backwards.names = index.names[::-1]
    some, others = np.array([0, 3, 4, 9]), np.array([1, 2, 5, 6, 7, 8, 10, 11])
    for ways in (AS_IT_IS, OTHERWISE):
        whole = index.rank(queries, ways)
        alone = [index.rank([one], ways)[0] for one in queries]
        turned_round = backwards.rank(queries, ways)
        before, beside = index.rank(queries, ways, some), index.rank(queries, ways, others)
        what_matters = index.rank(queries, ways, others, [one.least for one in before])
        nothing_gone = np.zeros(0, np.uint64)
        merged = [one.merged(fresh, nothing_gone) for one, fresh in zip(before, beside, strict=True)]
        of_less = [one.merged(fresh, nothing_gone) for one, fresh in zip(before, what_matters, strict=True)]
        for one, *others_like_it in zip(whole, alone, turned_round, merged, of_less, strict=True):
            for other in others_like_it:
                assert other is not None
                assert np.array_equal(other.shortlist, one.shortlist)


def test_what_cannot_enter_a_kept_ranking_is_not_measured_closely() -> None:
    fingerprints = [matcher.fingerprint(bytes_of(scene(seed, 120, 160))) for seed in range(12)]
    queries = [queries_of(bytes_of(scene(3, 120, 160))[:, 20:140])]
    index = matcher.Index(fingerprints)
    (kept,) = index.rank(queries, OTHERWISE)
    (fresh,) = index.rank(queries, OTHERWISE, np.array([3]), [kept.least])
    (more,) = index.rank(queries, OTHERWISE, np.array([3]))
    assert not kept.is_complete
    assert fresh.is_complete
    assert len(fresh.entries) < len(more.entries)
    assert (fresh.entries["coarse"] >= kept.least).all()


def test_the_ranking_of_nothing_is_empty() -> None:
    assert len(nothing().shortlist) == 0
    assert matcher.Index([]).rank([queries_of(bytes_of(scene(1, 60, 60)))], AS_IT_IS)[0].is_complete
