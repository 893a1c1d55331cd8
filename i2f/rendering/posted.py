"""The picture as posted, at full size: from a copy, its original and the matcher's measures to a proven render.

Arrays in, an array out, in the original's own colours: the caller brings the copy into them (a wide original stays
wide) and gives a function that leads back to the copy's, in which the proof is done. Whatever speaks against the render
is a `NotRenderedError` with the reason in words; nothing that failed its proof leaves this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from i2f.ground.errors import PictureError
from i2f.ground.image import Picture
from i2f.rendering.border import Inset, find_border
from i2f.rendering.color_table import fit_table
from i2f.rendering.frame import Frame, as_posted, cut, upright
from i2f.rendering.frame_edges import nearer_frame
from i2f.rendering.full_size import render
from i2f.rendering.look import FIT_SHORT, SHARE, Look, Pair, fit_look, planes_of, shrunk
from i2f.rendering.parallel import each
from i2f.rendering.proof import Press, Proof, prove, sharpened

KEPT_OFF = 0.1
"""Share of each side that is not looked at before borders are known."""
FIRST_SAMPLES = 20_000
SMALLEST = 64
TEETH = 2
"""Blocks beside a border that a ragged one may reach into."""
RENDERABLE = ("movement", "stretch", "things", "colours")
"""Tests of the matcher that a copy must have met: what moved, was replaced or recoloured is not in the original."""
DOUBTED = 2.0
"""A test failed by no more may have been misled by the look; whether it was, is asked of the render."""

MOVED = "part of the copy is not in it, or moved"


class NotRenderedError(PictureError):
    """The picture as posted cannot be made of this original; the reason in words."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy as the matcher saw it, turned upright and without plain bars (`had_bars` says whether there were some):
    `seen` in the original's colours and `plain` in its own (height, width, 3); `press` is how its file was pressed.
    """

    seen: Picture
    plain: Picture
    press: Press
    had_bars: bool


@dataclass(frozen=True, slots=True)
class Posted:
    """A proven render: upright as the copy is (height, width, 3), in the original's colours. `corner` (x, y) is where
    it begins in the frame's pixels, which is not 0, 0 where a border was left out or an edge of the frame moved.
    """

    picture: Picture
    has_border: bool
    corner: tuple[int, int]
    look: Look
    proof: Proof


def refusal(measures: Mapping[str, float]) -> str | None:
    """Why the matcher's measures alone forbid a render; None where they do not, though some may be in doubt."""
    if "width" not in measures:
        return "the copy could not be laid over it"
    failed = [name for name in RENDERABLE if measures.get(f"test_{name}", 0.0) > DOUBTED]
    return MOVED if failed else None


def doubted(measures: Mapping[str, float]) -> tuple[str, ...]:
    """Tests of the matcher that were not met and do not yet forbid a render, which has to be `confirmed` then."""
    return tuple(name for name in RENDERABLE if 1 < measures.get(f"test_{name}", 0.0) <= DOUBTED)


def render_posted(
    copy: Copy,
    original: Picture,
    frame: Frame,
    to_plain: Callable[[Picture], Picture],
    confirmed: Callable[[Picture, Picture], bool] | None = None,
) -> Posted:
    """Fit, render and prove; where that does not hold, once more in the frame that the render shows, and with a freer
    map. `original` is upright in its own colours, `to_plain` leads from those to the copy's. `confirmed` is asked of
    the copy and the render, both without border, where the match was in doubt.
    """
    tried = _tried(_Task(copy, original, to_plain), frame)
    rendered, proof, inside = tried.rendered, tried.proof, tried.inside
    corner = inside.corner[0] + tried.frame.box[0] - frame.box[0], inside.corner[1] + tried.frame.box[1] - frame.box[1]
    if not proof.holds:
        rest = _rest(tried, copy)
        if rest is None:
            raise NotRenderedError(_words(proof))
        rendered = rendered[rest]
        corner = corner[0] + rest[1].start, corner[1] + rest[0].start
    if confirmed is not None and not confirmed(inside.plain, to_plain(tried.rendered)):
        raise NotRenderedError(MOVED)
    return Posted(as_posted(rendered, frame), _has_border(inside, copy), corner, tried.look, proof)


@dataclass(frozen=True, slots=True)
class _Task:
    """What `render_posted` is asked."""

    copy: Copy
    original: Picture
    to_plain: Callable[[Picture], Picture]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A render in one frame, proven or not; `small` is reduced to the copy's size and sharpened as the copy is."""

    frame: Frame
    inside: _Inside
    look: Look
    rendered: Picture
    small: Picture
    proof: Proof


def _tried(task: _Task, frame: Frame) -> _Tried:
    """The first attempt that holds, or the best of all."""
    tried = _attempt(task, _framed(task, frame), frame)
    if tried.proof.holds:
        return tried
    original_size = task.original.shape[1], task.original.shape[0]
    nearer = nearer_frame(frame, tried.inside.plain, tried.small, tried.inside.inset, original_size)
    if nearer is not None:
        again = _attempt(task, _framed(task, nearer), nearer)
        tried = min(tried, again, key=lambda one: int(one.proof.failed.sum()))
    if tried.proof.holds or _rest(tried, task.copy) is not None:
        return tried
    freer = _attempt(task, tried.inside, tried.frame, freely=True)
    return freer if freer.proof.holds else tried


def _attempt(task: _Task, inside: _Inside, frame: Frame, freely: bool = False) -> _Tried:
    look = fit_look(_pair(inside), freely)
    rendered = render(inside.original, look, (inside.seen.shape[1], inside.seen.shape[0]))
    small, proof = _proven(task, inside, rendered, look, frame)
    return _Tried(frame, inside, look, rendered, small, proof)


def _framed(task: _Task, frame: Frame) -> _Inside:
    whole = cut(task.original, frame)
    inside = _inside(task.copy, whole, _border_of(task.copy, whole))
    if min(inside.seen.shape[:2]) < SMALLEST:
        raise NotRenderedError("hardly anything is left of it inside its border")
    return inside


def _has_border(inside: _Inside, copy: Copy) -> bool:
    return any(inside.inset) or copy.had_bars


def _rest(tried: _Tried, copy: Copy) -> tuple[slice, slice] | None:
    return _without_teeth(tried.proof, tried.rendered.shape) if _has_border(tried.inside, copy) else None


def _without_teeth(proof: Proof, shape: tuple[int, ...]) -> tuple[slice, slice] | None:
    """The part of a render inside a border whose teeth reach further in than most of it: the blocks that failed next to
    its edge are cut off. None where one failed elsewhere.
    """
    high, wide = proof.failed.shape
    cut_off = {"top": 0, "bottom": 0, "left": 0, "right": 0}
    for row, column in np.argwhere(proof.failed).tolist():
        far = {"top": row, "bottom": high - 1 - row, "left": column, "right": wide - 1 - column}
        side = min(far, key=lambda name: far[name])
        if far[side] >= TEETH:
            return None
        cut_off[side] = max(cut_off[side], far[side] + 1)
    rows = slice(-(-cut_off["top"] * shape[0] // high), shape[0] - -(-cut_off["bottom"] * shape[0] // high))
    columns = slice(-(-cut_off["left"] * shape[1] // wide), shape[1] - -(-cut_off["right"] * shape[1] // wide))
    return rows, columns


@dataclass(frozen=True, slots=True)
class _Inside:
    """A copy and its original without border, which was the `inset`; `box` is the part of the original's pixels that
    the copy shows, and `corner` where those begin in the frame.
    """

    seen: Picture
    plain: Picture
    original: Picture
    box: tuple[float, float, float, float]
    corner: tuple[int, int]
    inset: Inset


def _border_of(copy: Copy, whole: Picture) -> Inset:
    size = (copy.seen.shape[1], copy.seen.shape[0])
    colors, wanted = planes_of(shrunk(whole, size, quickly=True)), planes_of(copy.seen)
    off = round(KEPT_OFF * min(size))
    middle = (slice(None), slice(off, -off), slice(off, -off))
    seen, aims = colors[middle].reshape(3, -1), wanted[middle].reshape(3, -1)
    at = np.random.default_rng(0).choice(seen.shape[1], min(FIRST_SAMPLES, seen.shape[1]), replace=False)
    table = fit_table(seen[:, at], aims[:, at], np.ones(len(at), np.float32))
    return find_border(wanted, table(colors), copy.had_bars)


def _inside(copy: Copy, whole: Picture, inset: Inset) -> _Inside:
    """What is left without border. The original's part ends on whole pixels, a fraction of one further out."""
    left, top, right, bottom = inset
    height, width = copy.seen.shape[:2]
    part = (slice(top, height - bottom), slice(left, width - right))
    grow_x, grow_y = whole.shape[1] / width, whole.shape[0] / height
    edges = (left * grow_x, top * grow_y, (width - right) * grow_x, (height - bottom) * grow_y)
    first_x, first_y = int(edges[0]), int(edges[1])
    last_x, last_y = (
        min(whole.shape[1], int(np.ceil(edges[2] - 1e-6))),
        min(whole.shape[0], int(np.ceil(edges[3] - 1e-6))),
    )
    box = (edges[0] - first_x, edges[1] - first_y, edges[2] - first_x, edges[3] - first_y)
    held = whole[first_y:last_y, first_x:last_x]
    box = (box[0], box[1], min(box[2], held.shape[1]), min(box[3], held.shape[0]))
    return _Inside(copy.seen[part], copy.plain[part], held, box, (first_x, first_y), inset)


def _pair(inside: _Inside) -> Pair:
    smaller = min(1.0, FIT_SHORT / min(inside.seen.shape[:2]))
    height, width = (max(1, round(side * smaller / SHARE)) * SHARE for side in inside.seen.shape[:2])
    fine = shrunk(inside.original, (2 * width, 2 * height), inside.box, quickly=True)
    return Pair(planes_of(shrunk(inside.seen, (width, height))), planes_of(fine))


def _proven(task: _Task, inside: _Inside, rendered: Picture, look: Look, frame: Frame) -> tuple[Picture, Proof]:
    """The render reduced to the copy's size, in its colours, and the proof. JPEG's noise depends on which way up the
    picture lies, so it is pressed as the copy was, then turned back.
    """
    height, width = inside.seen.shape[:2]
    source, reduced = each(lambda picture: shrunk(picture, (width, height), inside.box), (inside.original, rendered))
    small = task.to_plain(sharpened(reduced, inside.seen))
    pressed = upright(task.copy.press(np.ascontiguousarray(as_posted(small, frame))), frame)
    return small, prove(inside.plain, small, pressed, source, look)


def _words(proof: Proof) -> str:
    count = int(proof.failed.sum())
    places = "1 place" if count == 1 else f"{count} places"
    return f"the copy shows something else in {places}"
