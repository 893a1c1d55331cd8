"""What is there already, on the same copies and the same folder: perceptual hashes and local features.

Each peer is used as its documentation shows and read as kindly as possible: it answers every copy with its
best file; `score` (higher is better) and `margin` (lead over the next exposure; files of one exposure are never
held against each other) are thresholded afterwards (scores.kindest).

- imagehash phash and dhash, 64 bit, and pdqhash, 256 bit: Hamming distance, the original taken whole and as its middle
  square, whichever is nearer.
- OpenCV SIFT (400 features of 512 pixels' short side, ratio test 0.8) and ORB (500 features, ratio 0.8): the
  20 files with most ratio-test matches go through RANSAC; the score is the count of inliers of a homography that
  neither folds nor collapses the picture (scale 0.2 to 5, convex).

The libraries stand in requirements-bench.txt and are imported here only.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from bench.photographs import open_upright
from bench.scores import Guess
from bench.tiers import Copy

SHORT = 512
VERIFIED = 20
RATIO = 0.8

Scores = NDArray[np.float64]
Describe = Callable[[Image.Image], Any]
Compare = Callable[[Any, Sequence[Any]], Scores]


@dataclass(frozen=True, slots=True)
class Peer:
    """How it describes a copy and an original, and how it scores one copy against all originals."""

    name: str
    of_copy: Describe
    of_original: Describe
    compare: Compare


@dataclass(frozen=True, slots=True)
class PeerAnswers:
    """A peer's guesses by copy, and what it costs."""

    name: str
    guesses: dict[str, Guess]
    reading_ms: float
    query_ms: float


def run_peers(
    files: Sequence[Path], copies: Sequence[Copy], folder: Path, twins: Mapping[str, int]
) -> list[PeerAnswers]:
    """Every peer on every copy; `twins` numbers the exposure of each file's name."""
    originals = [_small(open_upright(path)) for path in files]
    exposure = np.array([twins[path.name] for path in files])
    answers = []
    for peer in _peers():
        started = time.monotonic()
        described = [peer.of_original(picture) for picture in originals]
        read = time.monotonic()
        guesses = {}
        for copy in copies:
            with Image.open(folder / f"{copy.name}.jpg") as picture:
                scores = peer.compare(peer.of_copy(picture.convert("RGB")), described)
            guesses[copy.name] = _first_answer(scores, exposure, copy, files)
        done = time.monotonic()
        answers.append(
            PeerAnswers(peer.name, guesses, 1e3 * (read - started) / len(files), 1e3 * (done - read) / len(copies))
        )
    return answers


def library_versions() -> dict[str, str]:
    """The versions measured."""
    metadata = importlib.import_module("importlib.metadata")
    return {name: metadata.version(name) for name in ("ImageHash", "pdqhash", "opencv-python-headless")}


def _small(picture: Image.Image) -> Image.Image:
    """Short side 512: what every peer sees of an original."""
    picture = picture.convert("RGB")
    scale = min(1.0, SHORT / min(picture.size))
    return picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)


def _first_answer(scores: Scores, exposure: NDArray[np.int64], copy: Copy, files: Sequence[Path]) -> Guess:
    best = int(np.argmax(scores))
    others = scores[exposure != exposure[best]]
    margin = float(scores[best] - others.max()) if len(others) else float(scores[best])
    return Guess(float(scores[best]), margin, files[best].name in copy.right, bool(copy.right))


def _peers() -> list[Peer]:
    imagehash, pdqhash, cv2 = (importlib.import_module(name) for name in ("imagehash", "pdqhash", "cv2"))
    cv2.setNumThreads(1)

    def bits(method: Callable[[Image.Image], Any]) -> Describe:
        return lambda picture: np.asarray(method(picture).hash, bool).ravel()

    def pdq(picture: Image.Image) -> NDArray[np.bool_]:
        return np.asarray(pdqhash.compute(np.asarray(picture))[0], bool).ravel()

    hashes: dict[str, Describe] = {
        "imagehash phash": bits(imagehash.phash),
        "imagehash dhash": bits(imagehash.dhash),
        "pdqhash": pdq,
    }
    peers = [Peer(name, one, _both(one), _nearest) for name, one in hashes.items()]
    sift = _Features(cv2, cv2.SIFT_create(400), _sift_matches)
    orb = _Features(cv2, cv2.ORB_create(500), _orb_matches(cv2))
    peers += [
        Peer("OpenCV SIFT + RANSAC", sift.describe, sift.describe, sift.compare),
        Peer("OpenCV ORB + RANSAC", orb.describe, orb.describe, orb.compare),
    ]
    return peers


def _both(describe: Describe) -> Describe:
    """An original is described whole and as its middle square."""

    def of(picture: Image.Image) -> NDArray[np.bool_]:
        side = min(picture.size)
        return np.stack([describe(picture), describe(ImageOps.fit(picture, (side, side)))])

    return of


def _nearest(mine: NDArray[np.bool_], originals: Sequence[NDArray[np.bool_]]) -> Scores:
    apart = (np.stack(originals) != mine).sum(axis=2).min(axis=1)
    return np.asarray(1.0 - apart / len(mine), np.float64)


Points = tuple[NDArray[np.float32], NDArray[Any]]
Matching = Callable[[NDArray[Any], NDArray[Any]], NDArray[np.int64]]


class _Features:
    """Local features: the ratio test for all originals, RANSAC for those that pass it best."""

    def __init__(self, cv2: Any, detector: Any, matching: Matching) -> None:
        self._cv2, self._detector, self._matching = cv2, detector, matching

    def describe(self, picture: Image.Image) -> Points:
        """Places (n, 2) and descriptors (n, d)."""
        grey = np.asarray(_small(picture).convert("L"))
        found, descriptors = self._detector.detectAndCompute(grey, None)
        if descriptors is None:
            return np.zeros((0, 2), np.float32), np.zeros((0, 1), np.float32)
        return np.array([point.pt for point in found], np.float32), descriptors

    def compare(self, mine: Points, originals: Sequence[Points]) -> Scores:
        """Inliers of a sane homography; below one, the count of plain matches, for those that were not verified."""
        pairs = [
            self._matching(mine[1], one[1]) if min(len(mine[0]), len(one[0])) > 1 else np.zeros((0, 2), np.int64)
            for one in originals
        ]
        counts = np.array([len(one) for one in pairs], np.float64)
        scores = counts / 1e4
        for place in np.argsort(-counts, kind="stable")[:VERIFIED]:
            if counts[place] >= 4:
                here, there = pairs[place].T
                scores[place] += self._inliers(mine[0][here], originals[place][0][there])
        return scores

    def _inliers(self, here: NDArray[np.float32], there: NDArray[np.float32]) -> int:
        found, kept = self._cv2.findHomography(here, there, self._cv2.RANSAC, 4.0)
        if found is None:
            return 0
        corners = np.array([[[0, 0]], [[SHORT, 0]], [[SHORT, SHORT]], [[0, SHORT]]], np.float32)
        shown = self._cv2.perspectiveTransform(corners, found)
        area = abs(self._cv2.contourArea(shown)) / SHORT**2
        if not self._cv2.isContourConvex(shown) or not 0.04 < area < 25:
            return 0
        return int(kept.sum())


def _sift_matches(mine: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int64]:
    """Lowe's ratio test on Euclidean distances, by one matrix product."""
    squared = (mine**2).sum(1)[:, None] + (other**2).sum(1)[None, :] - 2 * (mine @ other.T)
    nearest, every = squared.argmin(axis=1), np.arange(len(mine))
    first = squared[every, nearest]
    squared[every, nearest] = np.inf
    passed = first < RATIO**2 * squared.min(axis=1)
    return np.stack([every[passed], nearest[passed]], axis=1)


def _orb_matches(cv2: Any) -> Matching:
    matcher = cv2.BFMatcher(cv2.NORM_HAMMING)

    def match(mine: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int64]:
        passed = [
            (pair[0].queryIdx, pair[0].trainIdx)
            for pair in matcher.knnMatch(mine, other, k=2)
            if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance
        ]
        return np.array(passed, np.int64).reshape(-1, 2)

    return match
