"""A kept decision in words, as `why` and `why POST` show it: the reason, and each candidate with its tests.

A match score is told with its meaning, here and elsewhere: a number from 0 to 1 means nothing to somebody who meets it
for the first time.

What is kept of a candidate is what report.evidence_of writes. Lines come with the color they are shown in, "" for none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from i2f.display.lines import BAD
from i2f.ground.model import Sent
from i2f.ground.plain_text import in_plain_words
from i2f.ground.wording import day
from i2f.memory.history import History, Standing
from i2f.sync.thresholds import ASK_SCORE

# The matcher's tests in the order in which a person would ask: name, what it looks at, passed, failed.
TESTS = (
    ("movement", "Alignment", "the same shot", "something moved between the two, as in another frame of a burst"),
    ("things", "Content", "nothing missing or added", "part of the copy is not in the original"),
    ("colours", "Colors", "as a filter changes them", "they differ in places"),
    ("light", "Lighting", "the same", "it differs"),
    ("stretch", "Proportions", "the same", "the copy is stretched"),
    ("edge", "Framing", "inside the original", "the copy reaches beyond the edge of this file"),
    ("coverage", "Sharpness", "enough of it is sharp", "too little of it is sharp to rule out a similar shot"),
    ("texture", "Detail", "enough to compare", "too little to be certain"),
)
# What a match score means, from so much on, in falling order.
MEANINGS = (
    (0.9, "almost certainly the same shot"),
    (0.5, "probably the same shot"),
    (0.1, "possibly the same shot"),
    (0.05, "probably another shot"),
    (0.0, "another picture"),
)
# A candidate below this shows another picture; the best is shown all the same.
WORTH_SHOWING = 0.05


def candidates_in_words(evidence: Sequence[Mapping[str, Any]], *, verbose: bool = False) -> Iterator[tuple[str, str]]:
    """Each candidate with its tests, and how many more showed another picture; lines with their colors."""
    shown = [one for place, one in enumerate(evidence) if verbose or not place or one["score"] >= WORTH_SHOWING]
    for number, one in enumerate(shown, start=1):
        yield "", ""
        yield f"{number}. {in_plain_words(one['path'])}", ""
        yield f"   {score_line(one)}", ""
        if "test_movement" in one["measures"] or one["score"] >= ASK_SCORE:
            yield f"   {_window(one['window'])}", ""
            yield from lines_of_tests(one)
        if verbose:
            yield from ((f"   {line}", "") for line in _numbers(one))
        if one["twins"]:
            yield f"   Other {'version' if len(one['twins']) == 1 else 'versions'} of this photo:", ""
            yield from ((f"     {in_plain_words(twin)}", "") for twin in one["twins"])
    hidden = len(evidence) - len(shown)
    if hidden:
        yield "", ""
        yield f"{hidden} more compared and found to be {'another picture' if hidden == 1 else 'other pictures'}.", ""


def reason_in_words(body: Mapping[str, Any]) -> str:
    """Why it was decided so; a file's name at the head of the reason is spelled as on the disk."""
    reason = in_plain_words(body["reason"])
    paths = [path for one in body["evidence"] for path in (one["path"], *one["twins"])]
    names = {in_plain_words(path.replace("\\", "/").rsplit("/", 1)[-1]) for path in paths}
    return reason if any(reason.startswith(name) for name in names) else reason[:1].upper() + reason[1:]


def score_meaning(score: float) -> str:
    """How probable it is that the copy was made of this very shot."""
    return next((words for least, words in MEANINGS if score >= least), MEANINGS[-1][1])


def score_words(score: float) -> str:
    """The number and what it means."""
    return f"match score {score:.2f}, {score_meaning(score)}"


def score_line(one: Mapping[str, Any]) -> str:
    """A candidate's match score and what it means."""
    words = score_words(one["score"])
    return f"{words[:1].upper()}{words[1:]}"


def since_in_words(photo_id: str, history: History) -> str:
    """What happened to the photo after it was decided on."""
    when = f" on {day(history.at.astimezone())}" if history.at else ""
    if history.is_open:
        return f"Interrupted in run {history.run}; the next `sync` asks Flickr what it holds"
    if history.standing is Standing.REPLACED:
        how = " with the picture as posted" if (history.replaced or {}).get("as") == Sent.AS_POSTED else ""
        return f"Replaced{when}{how} in run {history.replaced_in}; `undo {photo_id}` restores the backup"
    if history.standing is Standing.TAKEN_BACK:
        return f"Replaced, then restored by undo{when}; `sync FOLDER --again {photo_id}` reconsiders it"
    return ""


def lines_of_tests(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each test passed or failed, and how near to its limit; a pair that was no likeness was not tested."""
    measures = one["measures"]
    if "test_movement" not in measures:
        words = in_plain_words(one["words"])
        yield f"   {words[:1].upper()}{words[1:]}", ""
        return
    for name, what, passed, failed in TESTS:
        if f"test_{name}" not in measures:
            continue  # a journal of before that test
        ratio = measures[f"test_{name}"]
        ok = ratio <= 1
        near = f"{ratio:.1f} of the limit" if ok else f"{min(ratio, 99):.1f} times the limit"
        yield f"   {'pass' if ok else 'FAIL'}  {what}: {passed if ok else failed} ({near})", "" if ok else BAD


def _window(window: Mapping[str, Any]) -> str:
    across, down = (f"{100 * part:.0f}%" for part in window["size"])
    turned = f", rotated {window['degrees']:.1f} degrees" if abs(window["degrees"]) >= 0.05 else ""
    return f"The copy shows {across} of its width and {down} of its height{turned}" + (
        ", mirrored" if window["mirrored"] else ""
    )


def _numbers(one: Mapping[str, Any]) -> Iterator[str]:
    """What the tests measured (i2f/matching/same_exposure.py)."""
    told = one["measures"]
    if "chi" not in told:
        return
    x, y = one["window"]["center"]
    yield f"Center of the copy: {100 * x:.1f}% from the left, {100 * y:.1f}% from the top"
    yield (
        f"Displacement: {told['chi']:.2f} squared deviations (median of {told['measured']:.0f} blocks; 1.4 is "
        f"chance), common field {told['field']:.3f} px of 512, neighbor correlation {told['kin']:.2f}"
    )
    yield f"Tone curve: explains {100 * one['tone']:.0f}% of the tones"
    yield (
        f"Cells of 8 px that differ: {told['strange_total']:.0f} in content, {told['recoloured']:.0f} in color, "
        f"{told['tinted']:.0f} in tint"
    )
