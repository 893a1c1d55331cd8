"""A match score in words: a number from 0 to 1 means nothing to somebody who meets it for the first time."""

from __future__ import annotations

# From so much on, in falling order.
MEANINGS = (
    (0.9, "almost certainly the same shot"),
    (0.5, "probably the same shot"),
    (0.1, "possibly the same shot"),
    (0.05, "probably another shot"),
    (0.0, "another picture"),
)


def score_meaning(score: float) -> str:
    """How probable it is that the copy was made of this very shot."""
    return next((words for least, words in MEANINGS if score >= least), MEANINGS[-1][1])


def score_words(score: float) -> str:
    """The number and what it means."""
    return f"match score {score:.2f}, {score_meaning(score)}"
