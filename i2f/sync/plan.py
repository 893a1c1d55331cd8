"""From candidates and rules to decisions, each with its reason: pure, without disk, network or clock.

The matcher says how well an original explains a copy; what follows from it is decided here, and only here. The
rule is lopsided on purpose: a wrong replacement cannot be taken back, a question costs a glance. So a copy is
replaced by itself only when one single exposure meets every test and nothing else comes near; whatever is
unclear, unusual or contradicted by a date becomes a question, and what would gain nothing is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta

from i2f.ground.flickr_accepts import MAX_PHOTO_BYTES, SENT_AS_THEY_ARE
from i2f.ground.model import ALIKE, APART, Answer, Candidate, Decision, Fit, InstagramCopy, Original, Sent, Verdict
from i2f.ground.wording import day
from i2f.photos.provenance import is_signed
from i2f.photos.same_shot import other_exposure_by_exif
from i2f.sync.thresholds import ASK_SCORE, SURE_MARGIN, SURE_SCORE

# A camera's clock without a zone may be anywhere from UTC-12 to UTC+14.
ZONE_GRACE = timedelta(hours=14)
SHOWN = 5
"""So many candidates at most stand in the report. What is decided is decided on all of them."""


def decide(
    copy: InstagramCopy, candidates: Sequence[Candidate], min_gain: float, answer: Answer | None = None
) -> Decision:
    """Choose for one copy; `candidates` are groups of twins, best first, rivals and siblings apart.

    `min_gain` is how many times the copy's pixels an original must hold inside the window; 0 turns that off.
    `answer` is what a person said about this copy, which comes before every rule but the promises.
    """
    if answer is not None:
        return _obey(copy, candidates, min_gain, answer)
    verdict, reason = _judge(copy, candidates, min_gain)
    return Decision(copy, verdict, reason, "rule", tuple(candidates))


def _obey(copy: InstagramCopy, candidates: Sequence[Candidate], min_gain: float, answer: Answer) -> Decision:
    """Choose as the person said; a shot of which one file was refused is refused with its twins."""
    if answer.chosen_name is not None:
        chosen = next((one for one in candidates if one.original.path == answer.chosen), None)
        if chosen is None:
            reason = f"You chose {answer.chosen_name}, which is not in this folder"
            return Decision(copy, Verdict.KEEP, reason, "person", tuple(candidates))
        others = [one for one in candidates if one is not chosen]
        name = chosen.original.name
        if min_gain > 0 and gain(copy, chosen) < min_gain:
            reason = f"You chose {name}, but it has only {gain(copy, chosen):.1f}x the copy's pixels"
            return Decision(copy, Verdict.KEEP, reason, "person", (chosen, *others))
        how = " as posted" if answer.sent is Sent.AS_POSTED else ""
        reason = f"You chose {name}{how}"
        return Decision(copy, Verdict.REPLACE, reason, "person", (chosen, *others), sent=answer.sent)
    left = [one for one in candidates if answer.never.isdisjoint(twin.path for twin in (one.original, *one.twins))]
    if len(left) == len(candidates):
        return decide(copy, left, min_gain)
    # What was not shown was not weighed by the person, and is not sent because all that was shown is refused.
    if not any(one is each for one in left for each in _shown(candidates)) or left[0].fit.score < ASK_SCORE:
        return Decision(copy, Verdict.KEEP, "You rejected all candidates", "person", tuple(candidates))
    decision = decide(copy, left, min_gain)
    if answer.asks_anew and decision.verdict is Verdict.REPLACE:
        # What was refused then may have led to the very replacement that was taken back.
        reason = f"You rejected the other candidates before undoing; {left[0].original.name} is the one left"
        return Decision(copy, Verdict.REVIEW, reason, "rule", decision.candidates)
    return decision


def as_posted(decision: Decision, refused: str | None) -> Decision:
    """A replacement that sends the picture as posted; a question where it cannot be rendered, for the reason given."""
    if decision.match is None:
        return decision
    name = decision.match.original.name
    if refused is not None:
        reason = f"Matches {name}, but the picture as posted cannot be rendered from it: {refused}"
        return replace(
            decision, verdict=Verdict.REVIEW, reason=reason, decided_by="rule", sent=Sent.ORIGINAL, not_rendered=True
        )
    reason = decision.reason if decision.decided_by == "person" else f"{decision.reason}; sent as posted"
    return replace(decision, reason=reason, sent=Sent.AS_POSTED)


def keep_too_large(decision: Decision) -> Decision:
    """A file that is sent as it is and that Flickr would not take is no failure of every run anew."""
    if decision.match is None:
        return decision
    original = decision.match.original
    if original.content_format not in SENT_AS_THEY_ARE or original.size_bytes <= MAX_PHOTO_BYTES:
        return decision
    reason = f"{original.name} exceeds Flickr's {MAX_PHOTO_BYTES // 2**20} MiB limit"
    return replace(decision, verdict=Verdict.KEEP, reason=reason)


def leave(copy: InstagramCopy, reason: str) -> Decision:
    """Keep a copy without looking for originals."""
    return Decision(copy, Verdict.KEEP, reason, "rule", ())


def _judge(copy: InstagramCopy, candidates: Sequence[Candidate], min_gain: float) -> tuple[Verdict, str]:
    if not candidates or candidates[0].fit.score < ASK_SCORE:
        return Verdict.KEEP, "No original looks like this copy"
    best, *others = candidates
    name = best.original.name
    others = [one for one in others if competes(one, best)]
    worth_asking = [one for one in candidates if one.fit.score >= ASK_SCORE]
    if min_gain > 0 and all(gain(copy, one) < min_gain for one in worth_asking):
        return Verdict.KEEP, _too_small(name, gain(copy, best))
    if best.doubt:
        return Verdict.REVIEW, best.doubt
    if not best.fit.sure or best.fit.score < SURE_SCORE:
        return Verdict.REVIEW, f"{name} is an uncertain match: {best.fit.words}"
    near = next((one for one in others if one.fit.sure or best.fit.score - one.fit.score < SURE_MARGIN), None)
    if near is not None:
        return Verdict.REVIEW, f"{near.original.name} matches almost as well as {name}"
    late = next((one for one in (best.original, *best.twins) if taken_after_posting(copy, one)), None)
    if late is not None:
        return Verdict.REVIEW, _dated_late(copy, late)
    if min_gain > 0 and gain(copy, best) < min_gain:
        return Verdict.KEEP, _too_small(name, gain(copy, best))
    of_twins = f"; {len(best.twins) + 1} versions found, using {best.because}" if best.because else ""
    return Verdict.REPLACE, f"Matches {name} (only match{of_twins})"


def _too_small(name: str, times: float) -> str:
    nearly = "not" if times <= 1 else "hardly"
    return f"The original is {nearly} larger than the copy: {name} has only {times:.1f}x the copy's pixels"


def _dated_late(copy: InstagramCopy, original: Original) -> str:
    taken, posted = original.taken, copy.mark.posted_at
    dates = f" {day(taken.local)}, after the post ({day(posted)})" if taken and posted else " after the post"
    return f"{original.name} is dated{dates}: wrong camera clock?"


def margin(candidates: Sequence[Candidate]) -> float | None:
    """The best score less the runner-up's; the score itself without a runner-up, None without candidates."""
    if not candidates:
        return None
    best, *others = candidates
    runner_up = max((one.fit.score for one in others if competes(one, best)), default=0.0)
    # A person may choose what the matcher thought less of; that is no margin, and no negative one.
    return max(0.0, best.fit.score - runner_up)


def shortened(decision: Decision) -> Decision:
    """The decision with those of its candidates that are shown."""
    return replace(decision, candidates=tuple(_shown(decision.candidates)))


def _shown(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first candidate, those that compete with it, then the best others: SHOWN at most, in their order."""
    best = candidates[:1]
    rest = range(1, len(candidates))
    kept = sorted(rest, key=lambda place: not competes(candidates[place], candidates[0]))[: SHOWN - 1]
    return [*best, *(candidates[place] for place in sorted(kept))]


def competes(other: Candidate, best: Candidate) -> bool:
    """Whether a candidate makes a question of the best one: what is no original does not stand in the way of one, nor
    does what was made of a camera's own file around what the copy shows, unless EXIF, or what moved between two that
    both fit for certain, proves that it shows another exposure.
    """
    was_made_of_it = ALIKE in other.fit.measures and is_signed(best.original)
    is_in_doubt = bool(best.doubt) or ALIKE in best.fit.measures
    if is_in_doubt or not (other.doubt or was_made_of_it):
        return True
    both_sure = other.fit.sure and best.fit.sure
    moved = both_sure and APART in other.fit.measures and APART in best.fit.measures
    return moved or any(other_exposure_by_exif(one, best.original) for one in (other.original, *other.twins))


def gain(copy: InstagramCopy, candidate: Candidate) -> float:
    """How many times the copy's pixels the original holds inside the window found."""
    return gain_of((copy.photo.width or 0, copy.photo.height or 0), candidate.original, candidate.fit)


def gain_of(copy_size: tuple[int, int], original: Original, fit: Fit) -> float:
    """The same for a copy of which only the size is known."""
    across, down = fit.window.size
    inside = original.width * min(across, 1.0) * original.height * min(down, 1.0)
    pixels = copy_size[0] * copy_size[1]
    return inside / pixels if pixels else float("inf")


def taken_after_posting(copy: InstagramCopy, original: Original) -> bool:
    """Whether the camera's clock says that the shot did not exist yet when the picture was posted."""
    posted, taken = copy.mark.posted_at, original.taken
    if posted is None or taken is None:
        return False
    if taken.offset is not None:
        return taken.local.replace(tzinfo=UTC) - taken.offset > posted + copy.mark.posted_error
    return taken.local.replace(tzinfo=UTC) > posted + copy.mark.posted_error + ZONE_GRACE
