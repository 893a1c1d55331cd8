"""What follows from a person's answers about the pictures of posts: pure, without disk, network or clock.

An answer settles what the rules left open, and never more. An original that was chosen is uploaded only while its bytes
are those that were seen, and only when every photo on Flickr that may be the post was on the screen beside it; a photo
on Flickr that was chosen counts as the post only while it is there and shows the same file. Where that is no longer so
the picture needs review once more. Who refused everything shown is never taken to have agreed to what turns up later.

Whatever the answers, a post that certainly is on Flickr is not uploaded (presence.py), nor a file that stands there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from i2f.ground.model import Answer, Decision, Original, Verdict
from i2f.memory.review_answers import Identity, Said
from i2f.sync.presence import Doubt


@dataclass(frozen=True, slots=True)
class OnFlickr:
    """The photos of the account: the ids of all, and the sha256 of what those show that were compared."""

    photo_ids: Collection[str]
    contents: Mapping[str, str | None]


def photo_chosen(said: Said | None) -> Identity | None:
    """The photo on Flickr that was taken for the post's picture; None where none was."""
    chosen = said.chosen if said is not None else None
    return chosen if chosen is not None and chosen.photo_id is not None else None


def photo_that_holds(said: Said | None, on_flickr: OnFlickr) -> str | None:
    """The id of the photo that was taken for the picture and still is what it was then."""
    chosen = photo_chosen(said)
    return chosen.photo_id if chosen is not None and not _why_it_fails(chosen, on_flickr) else None


def answer_about(said: Said, originals: Sequence[Original], refused: Collection[Path]) -> Answer:
    """What was said in terms of the originals that come into question now, as plan.decide obeys it.

    A chosen file is known by its bytes alone, and of those in several places by the shortest path. `refused` are the
    files that were refused, found by their looks as well: a changed tag makes no refused picture a wanted one.
    """
    chosen = said.chosen
    if chosen is None or chosen.photo_id is not None or changed_since(said, originals):
        return Answer(None, None, frozenset(refused))
    paths = [one.path for one in originals if _is_the_file(one, chosen)]
    path = min(paths, key=lambda one: (len(str(one)), str(one))) if paths else None
    return Answer(path, chosen.name, frozenset(refused))


def changed_since(said: Said, originals: Sequence[Original]) -> str:
    """The name of the chosen file where only another version of it is there; empty where it is as it was, or gone."""
    chosen = said.chosen
    if chosen is None or chosen.photo_id is not None or any(_is_the_file(one, chosen) for one in originals):
        return ""
    return chosen.name if any(one.name == chosen.name for one in originals) else ""


def obey(decision: Decision, doubts: Sequence[Doubt], said: Said, on_flickr: OnFlickr, changed: str = "") -> Decision:
    """The decision about a picture, where a person said something about it.

    `decision` is what came out for the originals, answer_about considered; `doubts` are the photos that may be the
    post; `changed` is what changed_since says.
    """
    if changed:
        return _asked(decision, f"{changed} changed since you chose it")
    chosen = photo_chosen(said)
    if chosen is not None:
        why = _why_it_fails(chosen, on_flickr)
        if not why:
            return _left(decision, f"On Flickr already, as photo {chosen.photo_id} (your answer)")
        return _asked(decision, f"You took photo {chosen.photo_id} for this post, but it {why}")
    left = doubts_left(doubts, said)
    if said.chosen is not None:
        unseen = [one for one in left if not _is_among(one, said.weighed)]
        return _asked(decision, unseen[0].reason) if unseen and decision.match is not None else decision
    if said.is_none:
        if decision.match is None:
            return _left(decision, "You answered: none of these")
        return _asked(decision, f"You rejected what was shown; {decision.match.original.name} was not among it")
    return _asked(decision, left[0].reason) if left else decision


def doubts_left(doubts: Sequence[Doubt], said: Said | None) -> tuple[Doubt, ...]:
    """The photos that may still be the post; those that nobody has seen yet come first."""
    if said is None:
        return tuple(doubts)
    left = [one for one in doubts if not _is_among(one, said.never)]
    return tuple(sorted(left, key=lambda one: _is_among(one, said.weighed)))


def _why_it_fails(chosen: Identity, on_flickr: OnFlickr) -> str:
    """Why a photo that was chosen no longer counts as the post; empty where it does."""
    if chosen.photo_id not in on_flickr.photo_ids:
        return "is no longer on Flickr"
    now = on_flickr.contents.get(str(chosen.photo_id))
    # A photo that could not be fetched, then or now, is known by its id.
    return "shows another file now" if None not in (now, chosen.sha256) and now != chosen.sha256 else ""


def _is_the_file(original: Original, identity: Identity) -> bool:
    return original.content is not None and original.content.hex() == identity.sha256


def _is_among(doubt: Doubt, identities: Sequence[Identity]) -> bool:
    original = doubt.compared.original
    sha256 = original.content.hex() if original is not None and original.content is not None else None
    return any((one.photo_id, one.sha256) == (doubt.photo.photo_id, sha256) for one in identities)


def _left(decision: Decision, reason: str) -> Decision:
    return replace(decision, verdict=Verdict.KEEP, reason=reason, decided_by="person")


def _asked(decision: Decision, reason: str) -> Decision:
    return replace(decision, verdict=Verdict.REVIEW, reason=reason, decided_by="rule")
