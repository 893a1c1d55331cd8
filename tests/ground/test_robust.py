"""The robust fit: one round is plain least squares, and what another cause made pulls little in the rounds after it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from i2f.ground.robust import Procedure, fit_robustly

X = np.linspace(-1, 1, 60)
LINE = np.stack([np.ones_like(X), X], 1)
NO_RIDGE = np.zeros((2, 2))


def fit(seen: NDArray[np.float64], rounds: int) -> NDArray[np.float64]:
    return fit_robustly(LINE, seen, lambda fitted: 1 / (1 + (seen - fitted) ** 2), Procedure(rounds, NO_RIDGE)).solved


def test_one_round_is_plain_least_squares() -> None:
    seen = 3 + 2 * X + np.sin(9 * X)
    assert np.allclose(fit(seen, 1), np.linalg.lstsq(LINE, seen, rcond=None)[0])


def test_what_another_cause_made_pulls_little() -> None:
    seen = 3 + 2 * X
    seen[40:50] += 30.0
    assert np.abs(fit(seen, 1) - (3, 2)).max() > 3
    assert np.abs(fit(seen, 10) - (3, 2)).max() < 0.1


def test_each_column_of_what_is_wanted_is_fitted_with_the_same_weights() -> None:
    wanted = np.stack([3 + 2 * X, 1 - X], 1)
    found = fit_robustly(LINE, wanted, lambda fitted: np.ones(len(fitted)), Procedure(2, NO_RIDGE))
    assert np.allclose(found.solved, [[3, 1], [2, -1]])


def test_a_pull_draws_the_solution_to_where_the_ridge_wants_it() -> None:
    ridge = 1e6 * np.eye(2)
    by = Procedure(1, ridge, ridge @ np.array([5.0, 7.0]))
    found = fit_robustly(LINE, X, lambda fitted: np.ones(len(fitted)), by)
    assert np.allclose(found.solved, (5, 7), atol=1e-3)
