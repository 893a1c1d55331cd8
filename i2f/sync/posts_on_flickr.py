"""Which posts are on Flickr already: the account listed, the photos that may be posts fetched, and each compared.

What earlier runs found or uploaded stands in the journal and is not asked again. A photo that `sync` replaced is
compared by its backup, the copy as it was: that is what was posted. The judgement itself is presence.py's.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from i2f.ground.errors import StoppedError
from i2f.ground.model import Fit, Original, Photo
from i2f.ground.wording import day
from i2f.instagram.post_tag import key_in, squeezed_key, time_in
from i2f.instagram.posts import MINUTE, Post
from i2f.memory.review_answers import photos_named
from i2f.memory.uploads import UploadHistory, UploadStanding, UploadStep
from i2f.photos.folder import FoundFile
from i2f.sync.candidates import assess
from i2f.sync.copies import save_photos
from i2f.sync.gallery import Gallery
from i2f.sync.originals import read_folder
from i2f.sync.post_pictures import PostPicture
from i2f.sync.presence import (
    CUT_TITLE,
    EARLIEST,
    LATEST,
    Compared,
    Found,
    Presence,
    Related,
    caption_key,
    is_there,
    judge,
    words_of,
)
from i2f.sync.session import Session
from instagram_client import recognise


@dataclass(frozen=True, slots=True)
class Account:
    """What of the account concerns the posts: related photos, by squeezed key the photos that `new` uploaded, and the
    ids of all photos there are.
    """

    related: tuple[Related, ...]
    ours: Mapping[str, str]
    photo_ids: frozenset[str]


def list_account(session: Session, posts: Sequence[Post]) -> Account:
    """List all photos of the account, and keep what may be one of the posts."""
    named = photos_named(session.journal)
    captions = {caption_key(post.caption) for post in posts} - {""}
    starts = {caption[:CUT_TITLE] for caption in captions}
    times = sorted(post.time for post in posts if post.time is not None)
    related: list[Related] = []
    ours: dict[str, str] = {}
    photo_ids: set[str] = set()

    def keep(photos: Sequence[Photo]) -> None:
        for photo in photos:
            photo_ids.add(photo.photo_id)
            if (key := key_in(photo.tags)) is not None:
                ours[key] = photo.photo_id
            mark = recognise(photo.title, photo.caption, photo.tags)
            title, text = words_of(photo)
            worded = bool({title, text} & captions) or title[:CUT_TITLE] in starts
            if photo.photo_id in named or (photo.media == "photo" and (mark or key or worded)):
                posted = (mark.posted_at, mark.posted_error) if mark else _tagged_time(key)
                one = Related(photo, *posted, key)
                # One with a link to a second in which none of the posts was made is another post.
                if photo.photo_id in named or worded or not one.is_dated or _any_within(times, one.posted_at):
                    related.append(one)
        session.progress.step(len(photos))

    session.progress.stage("Listing your photos on Flickr")
    listing = session.flickr.list_photos(keep, session.progress.expect)
    if not listing.complete:
        raise StoppedError(
            f"Flickr counts {listing.total} photos but listed {listing.distinct}; a post among the rest could be "
            "uploaded twice, so nothing was uploaded. Run again later"
        )
    related.sort(key=lambda one: one.photo.photo_id)
    return Account(tuple(related), ours, frozenset(photo_ids))


def _tagged_time(key: str | None) -> tuple[datetime | None, timedelta]:
    """When the post of a photo that `new` uploaded was made; a whole minute may be all that the export told."""
    posted = time_in(key) if key else None
    return posted, MINUTE if posted is not None and not posted.second else timedelta(0)


def _any_within(times: Sequence[datetime], posted: datetime | None) -> bool:
    """Whether any of these times, sorted, may be that of a post with this link; a page tells the minute alone."""
    if posted is None:
        return False
    place = bisect_left(times, posted - MINUTE - EARLIEST)
    return place < len(times) and times[place] <= posted + LATEST


class _Relations:
    """The photos that speak about a post by caption or second, found without comparing each with each."""

    def __init__(self, related: Sequence[Related]) -> None:
        self._by_words: dict[str, list[Related]] = defaultdict(list)
        self._dated = sorted(
            ((one.posted_at, place) for place, one in enumerate(related) if one.is_dated and one.posted_at)
        )
        self._related = related
        for one in related:
            title, text = words_of(one.photo)
            for words in {title, text, title[:CUT_TITLE]} - {""}:
                self._by_words[words].append(one)

    def of(self, post: Post) -> list[Related]:
        """Each photo that has the post's caption, or may be of its second; some that have not."""
        caption = caption_key(post.caption)
        found = [*self._by_words.get(caption, ()), *self._by_words.get(caption[:CUT_TITLE], ())]
        if post.time is not None:
            first = bisect_left(self._dated, (post.time - LATEST, 0))
            last = bisect_right(self._dated, (post.time + post.precision + EARLIEST, len(self._related)))
            found += [self._related[place] for _, place in self._dated[first:last]]
        return found


def settled_reason(picture: PostPicture, histories: Mapping[str, UploadHistory], account: Account) -> str | None:
    """Why nothing need be asked about a picture; None where it must be."""
    keys = keys_of(picture)
    ours = next((account.ours[squeezed_key(key)] for key in keys if squeezed_key(key) in account.ours), None)
    history = next((histories[key] for key in keys if key in histories), None)
    if history is None or history.at is None:
        return f"On Flickr already, as photo {ours}" if ours else None
    standing = history.standing
    when = day(history.at.astimezone())
    if standing is UploadStanding.OPEN:
        return "Not yet clear on Flickr after an interrupted upload; the next `new` checks first"
    if standing is UploadStanding.UPLOADED:
        return f"Uploaded on {when}, as photo {history.photo_id}"
    if standing in {UploadStanding.DELETED, UploadStanding.DELETING}:
        return f"Uploaded, and deleted again by undo on {when}"
    if ours:
        return f"On Flickr already, as photo {ours}"
    if standing is UploadStanding.ELSEWHERE and (history.why or history.photo_id in account.photo_ids):
        return history.seen or f"On Flickr already, as photo {history.photo_id}"
    return None


def keys_of(picture: PostPicture) -> tuple[str, ...]:
    """The picture's key, and the one it had before the post's code was known."""
    post, slash, number = picture.key.partition("/")
    if picture.post.time is None or post != picture.post.code:
        return (picture.key,)
    return picture.key, f"{int(picture.post.time.timestamp())}{slash}{number}"


@dataclass(frozen=True, slots=True)
class Presences:
    """What was found about each picture, by key; and by id, of the photos that were compared, the sha256 of what they
    show (None where that could not be fetched).
    """

    found: Mapping[str, Found]
    contents: Mapping[str, str | None]


def find_presences(
    session: Session, pictures: Sequence[PostPicture], account: Account, named: Mapping[str, str]
) -> Presences:
    """For each picture whether its post is on Flickr; what surely is there is noted, and not asked again.

    `named` are the photos that a person took for pictures, by key: they are no other posts.
    """
    if not pictures or not account.related:
        return Presences({one.key: Found(Presence.ABSENT, None, "") for one in pictures}, {})
    looks, contents = _look(session, pictures, account)
    there: dict[int, Found] = {}
    claimed: dict[str, set[int]] = defaultdict(set)
    for one in pictures:
        if one.key in named:
            claimed[named[one.key]].add(id(one.post))
        answer = is_there(one.post, looks[one.key])
        if answer is not None and answer.photo_id is not None:
            there.setdefault(id(one.post), answer)
            claimed[answer.photo_id].add(id(one.post))
    for one in pictures:
        if id(one.post) in there:
            # All of the post's pictures: one that is not on Flickr was left out by whoever put the others there.
            found_there = there[id(one.post)]
            body = {"photo_id": found_there.photo_id, "seen": found_there.reason}
            session.journal.uploads.append(session.run, one.key, UploadStep.SEEN, body)
    found = {}
    for one in pictures:
        of_others = {photo_id for photo_id, posts in claimed.items() if posts != {id(one.post)}}
        own = is_there(one.post, looks[one.key])
        found[one.key] = own or there.get(id(one.post)) or judge(one.post, looks[one.key], of_others)
    return Presences(found, contents)


def _look(
    session: Session, pictures: Sequence[PostPicture], account: Account
) -> tuple[dict[str, list[Compared]], dict[str, str | None]]:
    """Compare each picture with the photos on Flickr that it may be, fetched once; and the content of each photo."""
    files: dict[Path, list[Related]] = defaultdict(list)
    path_of: dict[str, Path] = {}
    copies = _saved_copies(session)
    unsaved = [one for one in account.related if one.photo.photo_id not in copies]
    save_photos(session, [one.photo for one in unsaved])
    for one in account.related:
        backup = session.backups.find(one.photo)
        file = copies.get(one.photo.photo_id) or (backup.file if backup is not None else None)
        if file is not None:
            path_of[one.photo.photo_id] = session.state.backups / file
            files[path_of[one.photo.photo_id]].append(one)
    index = read_folder([_found_file(path) for path in sorted(files)], session.journal, session.progress)
    session.progress.stage("Comparing with your photos on Flickr", len(pictures))
    answers = assess(
        {one.sha256: one.path for one in pictures}, index.gallery, session.journal, session.progress.step, "flickr:"
    )
    readable = {one.path: one for one in index.gallery.originals}
    relations = _Relations(account.related)
    looks: dict[str, list[Compared]] = {}
    for picture in pictures:
        answer = answers.get(picture.sha256)
        fits = _fits(index.gallery, answer.groups if answer else ())
        shown = [one for path in fits for one in files.get(path, ())]
        both = {one.photo.photo_id: one for one in (*shown, *relations.of(picture.post))}
        looks[picture.key] = [
            Compared(one, fits.get(path), answer is not None and path in readable, readable.get(path))
            for photo_id, one in both.items()
            for path in [path_of.get(photo_id, Path())]
            # The post's other pictures, uploaded by an earlier run, say nothing about this one.
            if not _is_of_same_post(one, picture)
        ]
    return looks, {photo_id: _content(readable.get(path)) for photo_id, path in path_of.items()}


def _content(file: Original | None) -> str | None:
    return file.content.hex() if file is not None and file.content is not None else None


def _is_of_same_post(related: Related, picture: PostPicture) -> bool:
    return related.key is not None and related.key.partition("/")[0] == picture.post_key


def _saved_copies(session: Session) -> dict[str, str]:
    """The files of the copies that `sync` replaced, as they were."""
    found = {}
    for photo_id, history in session.journal.histories.all().items():
        file = history.pile[0].body["backup"]["file"] if history.pile else None
        if file is not None and (session.state.backups / file).is_file():
            found[photo_id] = str(file)
    return found


def _fits(gallery: Gallery, groups: Sequence[Sequence[tuple[int, Fit]]]) -> dict[Path, Fit]:
    return {gallery.originals[place].path: fit for group in groups for place, fit in group}


def _found_file(path: Path) -> FoundFile:
    status = path.stat()
    return FoundFile(path, status.st_size, status.st_mtime_ns)
