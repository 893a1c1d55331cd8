"""Why a post is on Flickr or not: what is known of it, its original, and what `new` would do and why.

A post goes by the key that `posts` lists: its code, or the second in which it was made. The copies that show it come
from the last listing, the rest from Instagram's export and from what `new` last decided; neither Flickr nor Instagram's
API is asked, and no original is touched.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from i2f.commands.posts import VERSION, as_json, key_of
from i2f.display.decision_words import candidates_in_words, reason_in_words, since_in_words
from i2f.display.lines import ATTENTION, GOOD, colored, say
from i2f.ground.errors import UnknownPhotoError
from i2f.ground.model import InstagramCopy, Verdict
from i2f.ground.plain_text import in_plain_words
from i2f.ground.settings import Settings
from i2f.ground.wording import counted, day, day_and_time, timestamp
from i2f.instagram.export import read_export
from i2f.instagram.posts import Post, PostKind
from i2f.memory.journal import Journal
from i2f.memory.uploads import UploadHistory, UploadStanding
from i2f.sync.known_posts import KnownPost, find_post, known_posts
from i2f.sync.report import without_insides, write_report

_WOULD = {
    "replace": "`new` would upload it",
    "review": "`new` leaves it for review",
    "keep": "`new` does not upload it",
}
_COLORS = {"replace": GOOD, "review": ATTENTION, "keep": ""}
_BY = {"picture": "the copy", "export-picture": "the picture in the export", "export-exif": "the EXIF in the export"}

_KINDS = {
    PostKind.ARCHIVED: "an archived post",
    PostKind.IGTV: "a video",
    PostKind.REEL: "a reel",
    PostKind.STORY: "a story",
    PostKind.PROFILE: "a profile picture",
    PostKind.OTHER: "other content",
}


@dataclass(frozen=True, slots=True)
class PostStory:
    """A post with what the state folder says of it: the decision on each copy, by photo id, and for each picture that
    `new` looked at the run, what it decided, and what became of the upload.
    """

    known: KnownPost
    decisions: Mapping[str, Mapping[str, Any]]
    pictures: tuple[tuple[str, Mapping[str, Any], UploadHistory], ...]


def why_post(settings: Settings, journal: Journal, name: str, exports: Sequence[Path], json_file: str | None) -> None:
    """What is known of one post, in words or as JSON. UnknownPhotoError for what is neither photo nor post."""
    known = find_post(known_posts(journal, read_export(exports) if exports else ()), name)
    if known is None:
        raise UnknownPhotoError(
            f"{name} is no photo that was compared and no post that is known; run `sync FOLDER --dry-run` first, or "
            "name your Instagram data export with --export"
        )
    story = _story(journal, known)
    if json_file is not None:
        write_report(
            json_file, {"version": VERSION, **as_json(known), "new": [_picture(*one) for one in story.pictures]}
        )
        return
    for line, color in _in_words(journal, story, verbose=settings.verbose):
        say(colored(line, color, sys.stdout) if color else line, whole=True)


def _story(journal: Journal, known: KnownPost) -> PostStory:
    decisions = {
        one.photo_id: found[1] for one in known.copies if (found := journal.assessments.decision(one.photo_id))
    }
    pictures = []
    for run, body in journal.assessments.runs_and_post_decisions():
        key = str(body["post"])
        if key.partition("/")[0] in known.keys or _is_of_that_second(body, known):
            pictures.append((run, body, journal.uploads.of(key)))
    return PostStory(known, decisions, tuple(sorted(pictures, key=lambda one: _number(str(one[1]["post"])))))


def _is_of_that_second(body: Mapping[str, Any], known: KnownPost) -> bool:
    """Whether a decision is about this post under a code that nothing here names: its second and its caption agree."""
    if known.post is None or known.post.time is None:
        return False
    return (body["posted_at"], body["title"]) == (timestamp(known.post.time), known.post.caption)


def _number(key: str) -> int:
    number = key.partition("/")[2]
    return int(number) if number.isdecimal() else 0


def _picture(run: str, body: Mapping[str, Any], history: UploadHistory) -> dict[str, Any]:
    """What `new` decided about a picture, as JSON; an upload is called as in the report of `new`."""
    told = {name: value for name, value in without_insides(body).items() if name not in ("picture", "answered")}
    decision = "upload" if body["decision"] == Verdict.REPLACE else body["decision"]
    photos = [without_insides({"evidence": [one]})["evidence"][0] for one in body["photos"]]
    return {"run": run, **told, "decision": decision, "photos": photos, "standing": str(history.standing)}


def _in_words(journal: Journal, story: PostStory, *, verbose: bool) -> Iterator[tuple[str, str]]:
    known = story.known
    yield f"{key_of(known)}  {in_plain_words(known.caption) or '(no caption)'}", ""
    yield from ((line, "") for line in _what_is_known(known))
    yield from _on_flickr(journal, story)
    yield from _original(story)
    if not story.pictures:
        yield _not_looked_at(known.post), ""
    for run, body, history in story.pictures:
        yield from _picture_in_words(run, body, history, verbose=verbose)


def _not_looked_at(post: Post | None) -> str:
    """Why `new` decided nothing about a post."""
    if post is None or not post.media:
        return "`new` looks at posts in Instagram's data export only"
    if post.kind is not PostKind.POST:
        return f"`new` uploads posts only, and the export calls this {_KINDS[post.kind]}"
    if not post.pictures:
        return "`new` uploads pictures only, and the export holds none of this post"
    return "`new` has not looked at it yet: `new FOLDER --export PATH --dry-run`"


def _what_is_known(known: KnownPost) -> Iterator[str]:
    post = known.post
    when = f"Posted {day_and_time(known.posted_at)} (UTC)" if known.posted_at else "Posted at an unknown time"
    source = "the link of a copy" if post is None else "Instagram's data export" if post.media else "Instagram's API"
    yield f"{when}, by {source}"
    if known.url is not None:
        yield f"Link: {known.url}"
    if post is None:
        return
    if post.place is not None:
        degrees = f"{post.place.latitude}, {post.place.longitude}" if post.place.latitude is not None else ""
        yield f"Place: {', '.join(part for part in (in_plain_words(post.place.name or ''), degrees) if part)}"
    taken = next((one.exif.taken for one in post.media if one.exif is not None and one.exif.taken is not None), None)
    if post.media:
        camera = f"; taken {day_and_time(taken)} by the camera's clock" if taken is not None else ""
        yield f"In the export: {counted(len(post.media), 'picture or video', 'pictures or videos')}{camera}"


def _on_flickr(journal: Journal, story: PostStory) -> Iterator[tuple[str, str]]:
    """Each photo that is the post, and by which evidence."""
    known = story.known
    for one in known.copies:
        yield (
            f"On Flickr as photo {one.photo_id}, a copy with {_agrees(one, known)}; `why {one.photo_id}` explains it",
            "",
        )
        since = since_in_words(one.photo_id, journal.histories.of(one.photo_id))
        if since:
            yield f"   {since}", ""
    for photo_id in known.uploads:
        yield f"On Flickr as photo {photo_id}, uploaded by `new`; `undo {photo_id}` deletes it", ""
    seen = {one.photo_id: one.seen for _, _, one in story.pictures if one.seen}
    for photo_id in known.seen:
        yield seen.get(photo_id) or f"On Flickr as photo {photo_id}, which `new` found to show it", ""
    if not known.on_flickr:
        yield "Not known to be on Flickr", ""


def _agrees(copy: InstagramCopy, known: KnownPost) -> str:
    """By what a copy is known to show the post (post_of_copy.py)."""
    if known.post is None:
        return "this link"
    return "a link of the same second" if copy.mark.posted_at is not None else "the same caption"


def _original(story: PostStory) -> Iterator[tuple[str, str]]:
    """Whether the original of a copy was found, by what, and what was decided."""
    for photo_id, body in story.decisions.items():
        if body["decision"] == Verdict.REPLACE:
            by = " and ".join(_BY[one] for one in body.get("settled_by") or ("picture",))
            yield f"Original: {in_plain_words(str(body['original_name']))}, found by {by}", GOOD
        else:
            yield f"Original not settled for photo {photo_id}: {reason_in_words(body)}", ATTENTION
    if story.known.copies and not story.decisions:
        yield "No original is known: none came near its copy, or `sync` has not looked yet", ""


def _picture_in_words(
    run: str, body: Mapping[str, Any], history: UploadHistory, *, verbose: bool
) -> Iterator[tuple[str, str]]:
    number = _number(str(body["post"]))
    which = f"Picture {number}: " if number else ""
    settled = _became(history)
    if settled:
        yield f"{which}{settled}", GOOD if history.standing is UploadStanding.UPLOADED else ATTENTION
        return
    by = "by you" if body["decided_by"] == "person" else "by rule"
    line = f"{which}{_WOULD[body['decision']]}: {reason_in_words(body)} (decided {by} in run {run})"
    yield line, _COLORS[body["decision"]]
    yield from candidates_in_words([*body["photos"], *body["evidence"]], verbose=verbose)


def _became(history: UploadHistory) -> str:
    """What became of an upload, which counts before what was planned; "" where nothing was sent."""
    when = f" on {day(history.at.astimezone())}" if history.at is not None else ""
    if history.is_open:
        return f"Upload interrupted in run {history.run}; the next `new` asks Flickr what became of it"
    if history.standing is UploadStanding.UPLOADED:
        return f"Uploaded in run {history.uploaded_in} as photo {history.photo_id}; `new` does not upload it again"
    if history.standing in (UploadStanding.DELETED, UploadStanding.DELETING):
        return f"Uploaded, then deleted by undo{when}; `new` does not upload it again"
    return ""
