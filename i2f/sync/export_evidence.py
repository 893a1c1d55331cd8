"""What Instagram's data export adds to the comparison of a copy with the originals, and what it may never add.

A copy of 612 pixels says less than the picture that was posted. Where the export holds that picture (up to 1440 pixels,
pressed once), it is compared in the copy's stead; and what the export kept of the photograph's own EXIF tells its shot
from the others of a series. Both help only a copy that the folder alone does not settle, and neither is taken on trust:

- the exported picture must be the copy. Either the matcher finds it whole, upright and for certain in the copy, and no
  other post's picture so; or the post is named by the second in the copy's address, or by its caption, holds no other
  picture, and that picture is whole and upright what the copy shows, as far as so small a copy tells. A caption alone
  counts least: two posts of similar shots may share it, and the export may have lost one;
- whatever the larger picture settles, the copy itself must not deny: its own comparison with that original must leave
  it possible, and every shot that fitted the copy must have been weighed against the larger picture, too;
- EXIF only takes shots away, those of the same camera and another second. What is left must pass every test of the
  pictures, as without it.

So the export can turn a question into a replacement or nothing, and never one original into another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from i2f.ground.archives import file_version, sha256_of
from i2f.ground.model import Candidate, Decision, Fit, InstagramCopy, Original, Verdict
from i2f.instagram.posts import CapturedExif, Medium, Post
from i2f.photos.folder import FoundFile
from i2f.photos.same_shot import QUARTER_HOUR_S
from i2f.sync.candidates import assess
from i2f.sync.gallery import Assessed, Gallery, as_candidates
from i2f.sync.originals import read_folder
from i2f.sync.plan import decide
from i2f.sync.post_of_copy import POSTED, NamedPosts
from i2f.sync.session import Session
from i2f.sync.thresholds import ASK_SCORE, SURE_MARGIN, SURE_SCORE

WHOLE = 0.85
"""Share of an exported picture's sides that a copy of it shows at least, whose frame is left out of comparisons."""
UPRIGHT_DEGREES = 0.5


class Evidence(StrEnum):
    """By what a decision was made."""

    PICTURE = "picture"
    EXPORT_PICTURE = "export-picture"
    EXPORT_EXIF = "export-exif"


@dataclass(frozen=True, slots=True)
class Judged:
    """A copy (with its size), its file with the hash it was saved under, what the matcher found, what was decided."""

    copy: InstagramCopy
    sha256: str
    file: Path
    assessed: Assessed
    decision: Decision


@dataclass(frozen=True, slots=True)
class Bridge:
    """The post that a copy shows; `picture` is the exported picture proven to be the copy, None where none is.

    A post known by its caption alone may be another one of that caption, with a similar shot: it is not `certain`,
    lends no EXIF, and its picture settles only what no other shot comes near.
    """

    post: Post
    medium: Medium | None
    picture: Path | None
    certain: bool


def settle_by_export(
    session: Session, posts: Sequence[Post], gallery: Gallery, judged: Mapping[str, Judged]
) -> dict[str, Decision]:
    """The decisions, by photo id, that the export changes: questions that it settles."""
    open_ones = {photo_id: one for photo_id, one in judged.items() if _may_gain(one.decision)}
    if not open_ones:
        return {}
    bridges = find_bridges(session, posts, open_ones)
    pictures = {one.picture for one in bridges.values() if one.picture is not None}
    queries = {sha256: path for path in pictures if (sha256 := _hash(path)) is not None}
    session.progress.stage("Comparing the exported pictures", len(queries))
    answers = assess(queries, gallery, session.journal, session.progress.step)
    hashes = {path: sha256 for sha256, path in queries.items()}
    changed = {}
    for photo_id, bridge in bridges.items():
        answer = answers.get(hashes.get(bridge.picture, "")) if bridge.picture is not None else None
        better = _settled(session, gallery, open_ones[photo_id], bridge, answer)
        if better is not None:
            changed[photo_id] = better
    return changed


def _may_gain(decision: Decision) -> bool:
    """Whether the export could settle it: nobody answered, and it is a question or found nothing."""
    unfound = decision.verdict is Verdict.KEEP and not any(one.fit.score >= ASK_SCORE for one in decision.candidates)
    return decision.decided_by == "rule" and not decision.answers and (decision.verdict is Verdict.REVIEW or unfound)


def find_bridges(session: Session, posts: Sequence[Post], copies: Mapping[str, Judged]) -> dict[str, Bridge]:
    """The post of each copy, by photo id, where exactly one can be it."""
    shown = {
        medium.path: (post, medium)
        for post in posts
        if post.kind in POSTED
        for medium in post.pictures
        if medium.path is not None
    }
    exported = [FoundFile(path, *version) for path in shown if (version := _version(path)) is not None]
    gallery = read_folder(exported, session.journal, session.progress).gallery
    session.progress.stage("Comparing with Instagram's export", len(copies))
    files = {one.sha256: one.file for one in copies.values()}
    answers = assess(files, gallery, session.journal, session.progress.step, "export:")
    named, found = NamedPosts(posts), {}
    for photo_id, one in copies.items():
        answer = answers.get(one.sha256)
        post = named.of(one.copy)
        by_second = post is not None and one.copy.mark.posted_at is not None
        path = _the_copy_itself(answer, gallery, post) if answer is not None else None
        if path is not None and not (by_second and shown[path][0] is not post):
            found[photo_id] = Bridge(*shown[path], path, by_second or _is_sure(answer, gallery, path))
        elif path is None and by_second and post is not None:
            found[photo_id] = Bridge(post, post.media[0] if len(post.media) == 1 else None, None, True)
    return found


def _is_sure(answer: Assessed | None, gallery: Gallery, path: Path) -> bool:
    """Whether the matcher is certain of an exported picture, whatever its post is called."""
    groups = answer.groups if answer is not None else ()
    return any(fit.sure for group in groups for place, fit in group if gallery.originals[place].path == path)


def _the_copy_itself(answer: Assessed, gallery: Gallery, post: Post | None) -> Path | None:
    """The exported picture that is the copy at more pixels; None for none, or several that are not one and the same."""
    certain = [group for group in answer.groups if any(fit.sure and _is_whole(fit, SURE_SCORE) for _, fit in group)]
    if certain:
        if any(fit.sure for group in answer.groups if group is not certain[0] for _, fit in group):
            return None
        whole = [gallery.originals[place] for place, fit in certain[0] if _is_whole(fit, SURE_SCORE)]
        return max(whole, key=lambda one: (one.width * one.height, str(one.path))).path
    if post is None or len(post.media) != 1 or not post.pictures:
        return None
    path = post.pictures[0].path
    fits = [fit for group in answer.groups for place, fit in group if gallery.originals[place].path == path]
    return path if any(_is_whole(fit, ASK_SCORE) for fit in fits) else None


def _is_whole(fit: Fit, score: float) -> bool:
    upright = abs(fit.window.degrees) <= UPRIGHT_DEGREES and not fit.window.mirrored
    return fit.score >= score and min(fit.window.size) >= WHOLE and upright


def _settled(
    session: Session, gallery: Gallery, judged: Judged, bridge: Bridge, answer: Assessed | None
) -> Decision | None:
    """What becomes of a question by the larger picture, the EXIF, or both; None where it stays one."""
    rules = session.settings.sync
    by_picture = as_candidates(answer, gallery, rules.prefer) if answer is not None else []
    exif = bridge.medium.exif if bridge.medium is not None and bridge.certain else None
    for candidates, is_export in ((as_candidates(judged.assessed, gallery, rules.prefer), False), (by_picture, True)):
        left = [one for one in candidates if not _another_shot(one, exif)]
        if is_export and not _all_weighed(judged, candidates):
            continue
        copy = _dated(judged.copy, bridge.post)
        decision = decide(copy, left, rules.min_gain)
        match = decision.match
        if match is None or (is_export and not _possible(session, gallery, judged, match)):
            continue
        if not bridge.certain and not _alone(judged, match):
            continue
        told = [Evidence.PICTURE, *([Evidence.EXPORT_PICTURE] if is_export else [])]
        if exif is not None and any(_is_of(one, exif) for one in (match.original, *match.twins)):
            told.append(Evidence.EXPORT_EXIF)
        if len(told) == 1 and len(left) == len(candidates):
            continue  # nothing of the export's made a difference
        words = "by the picture in Instagram's export" if is_export else "by the EXIF in Instagram's export"
        reason = f"{decision.reason}, {words}"
        return replace(decision, copy=judged.copy, reason=reason, evidence=tuple(told), answers=judged.decision.answers)
    return None


def _dated(copy: InstagramCopy, post: Post) -> InstagramCopy:
    """The copy with the post's time where its own address tells none, so that later shots are no match."""
    if copy.mark.posted_at is not None or post.time is None:
        return copy
    return replace(copy, mark=replace(copy.mark, posted_at=post.time, posted_error=post.precision))


def _all_weighed(judged: Judged, candidates: Sequence[Candidate]) -> bool:
    """Whether every shot that fitted the copy came into question for the larger picture, too."""
    weighed = {original.path for one in candidates for original in (one.original, *one.twins)}
    near = [one for one in judged.decision.candidates if one.fit.score >= SURE_SCORE - SURE_MARGIN]
    return all(weighed & {original.path for original in (one.original, *one.twins)} for one in near)


def _alone(judged: Judged, match: Candidate) -> bool:
    """Whether no other shot comes near this match by the copy itself."""
    paths = {one.path for one in (match.original, *match.twins)}
    scores = {True: 0.0, False: 0.0}
    for one in judged.decision.candidates:
        is_match = not paths.isdisjoint(original.path for original in (one.original, *one.twins))
        scores[is_match] = max(scores[is_match], one.fit.score)
    return scores[True] - scores[False] >= SURE_MARGIN


def _possible(session: Session, gallery: Gallery, judged: Judged, match: Candidate) -> bool:
    """Whether the copy itself leaves this match possible."""
    paths = {one.path for one in (match.original, *match.twins)}
    fits = [fit for group in judged.assessed.groups for place, fit in group if gallery.originals[place].path in paths]
    if not fits:
        places = [place for place, one in enumerate(gallery.originals) if one.path in paths]
        alone = Gallery(
            tuple(gallery.originals[place] for place in places), tuple(gallery.contents[place] for place in places)
        )
        found = assess({judged.sha256: judged.file}, alone, session.journal, _nothing, "alone:")
        answer = found.get(judged.sha256)
        fits = [fit for group in answer.groups for _, fit in group] if answer is not None else []
    return any(fit.score >= ASK_SCORE for fit in fits)


def _nothing() -> None:
    """One comparison more is no step of the progress shown."""


def _hash(file: Path) -> str | None:
    """Of a file that may have vanished meanwhile, or a member of a damaged archive."""
    try:
        return sha256_of(file)
    except OSError:
        return None


def _version(file: Path) -> tuple[int, int] | None:
    try:
        return file_version(file)
    except OSError:
        return None


def _another_shot(candidate: Candidate, exif: CapturedExif | None) -> bool:
    """Whether the export's EXIF says of every file of a candidate that knows its time that it is another shot."""
    files = [one for one in (candidate.original, *candidate.twins) if _seconds_apart(one, exif) is not None]
    return bool(files) and all((_seconds_apart(one, exif) or 0.0) % QUARTER_HOUR_S != 0 for one in files)


def _is_of(original: Original, exif: CapturedExif) -> bool:
    return _seconds_apart(original, exif) == 0


def _seconds_apart(original: Original, exif: CapturedExif | None) -> float | None:
    """Between the clocks of a file and of the export's EXIF, both of one camera; None where they say nothing of it."""
    if exif is None or exif.taken is None or exif.lens is None or original.taken is None or original.camera is None:
        return None
    model = original.camera.removeprefix("Apple ").lower()
    # The lens is named after the phone: "iPhone 8 back camera ..." is none of an iPhone 8 Plus.
    named = any(exif.lens.lower().startswith(f"{model} {side}") for side in ("back", "front"))
    if not named or not model.startswith(("iphone", "ipad", "ipod")):
        return None
    return abs((original.taken.local.replace(microsecond=0) - exif.taken.replace(microsecond=0)).total_seconds())
