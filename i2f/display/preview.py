"""The plan as a page one can look at: every copy beside its original, in one file that needs nothing else.

Each copy is a card: the small picture, the original cut to the found window for a blink comparison, the whole
original with that window drawn on it, and the facts; of a stranger that merely came out best, nothing is told.
Above the cards stands what to run next, ready to copy. Everything is inside the file, pictures too, so it opens
without a network, on a phone, in ten years. Its content security policy lets exactly one script and one style run,
those of the package, known by their hashes; whatever a caption contains is text.

A page of thousands must still open, so the pictures share a budget: few copies get large pictures, many get smaller
ones, and a card whose pictures come out too large is encoded once more, smaller. Pictures come from the kept
thumbnails and the saved copies; no original is opened and Flickr is not asked.
"""

from __future__ import annotations

import base64
import os
import shlex
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from pathlib import Path

from PIL import Image

from i2f.display import pages
from i2f.display.decision_words import score_meaning, score_words
from i2f.display.side_by_side import cut, find_corners, find_place, open_thumbnail, points, shrunk
from i2f.ground.errors import PictureError
from i2f.ground.model import Candidate, Decision, InstagramCopy, OutcomeKind, Sent, Verdict
from i2f.ground.plain_text import in_plain_words, printable
from i2f.ground.wording import counted, day, day_and_time
from i2f.memory.journal import Journal
from i2f.sync.as_posted import known_preview
from i2f.sync.known_copies import copy_pixels
from i2f.sync.output_files import write_whole
from i2f.sync.report import TOUCHED, Report, sums
from i2f.sync.thresholds import ASK_SCORE, SURE_MARGIN

# All pictures together, as written into the page: issue 6 wants 2,000 copies in less than 60 MB.
PICTURES_BYTES = 50_000_000
# Long side in pixels and WebP quality, the best first; the last is taken whatever it needs.
LEVELS = ((600, 82), (480, 78), (400, 72), (340, 66), (300, 58), (260, 50), (220, 42), (160, 34))
# What a picture needs at such qualities, bytes a pixel; only to begin near the right level.
TYPICAL_BYTES_A_PIXEL = 0.11
POLICY = "default-src 'none'; img-src data:; style-src {}; script-src {}; base-uri 'none'; form-action 'none'"
_ORDER = {Verdict.REVIEW: 0, Verdict.REPLACE: 1, Verdict.KEEP: 2}
_KINDS = {"review": "To review", "replace": "Replace", "keep": "Unchanged"}
PROGRAM = "instagram2flickr.py"


@dataclass(frozen=True, slots=True)
class Embedded:
    """One picture inside the page."""

    uri: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of one card; all but the copy are None where nothing came into question."""

    copy: Embedded | None
    cut: Embedded | None = None
    whole: Embedded | None = None
    points: str = ""
    rival: Embedded | None = None
    posted: Embedded | None = None

    def size_bytes(self) -> int:
        """What they need in the page."""
        return sum(len(one.uri) for one in (self.copy, self.cut, self.whole, self.rival, self.posted) if one)


@dataclass(frozen=True, slots=True)
class Card:
    """One copy as the page shows it."""

    photo_id: str
    title: str
    page_url: str
    kind: str
    outcome: str
    word: str
    reason: str
    facts: tuple[tuple[str, str], ...]
    rival_words: str
    copy: Embedded | None
    cut: Embedded | None
    whole: Embedded | None
    points: str
    rival: Embedded | None
    posted: Embedded | None


class Preview:
    """Writes the page from what the journal and the saved copies hold."""

    def __init__(self, journal: Journal, backups: Path, on_card: Callable[[], None] = lambda: None) -> None:
        """`backups` is the folder of the saved copies; `on_card` is called for each card that is drawn."""
        self._journal = journal
        self._on_card = on_card
        self._folder = backups

    def write(self, file: Path, report: Report) -> None:
        """Write the page whole: a temporary name, then renamed."""
        decisions = sorted(report.decisions, key=lambda one: _ORDER[one.verdict])
        kinds = Counter(str(one.verdict) for one in decisions)
        style, script = pages.read_page("look.css") + pages.read_page("preview.css"), pages.read_page("preview.js")
        began = report.started_at.astimezone()
        stream = (
            pages.templates()
            .get_template("preview.html")
            .generate(
                cards=self._cards(report, decisions),
                style=style,
                script=script,
                policy=POLICY.format(pages.csp_hash(style), pages.csp_hash(script)),
                title=f"instagram2flickr, {day(began)}",
                closing=sums(report),
                when=f"{'Dry run' if report.mode == 'dry-run' else 'Run'} of {day_and_time(began)}",
                folders=", ".join(in_plain_words(printable(folder)) for folder in report.folders),
                total=len(decisions),
                kinds=[(name, words, kinds[name]) for name, words in _KINDS.items()],
                run=report.run,
                commands=next_commands(report),
            )
        )
        write_whole(file, stream, 0o600)

    def _cards(self, report: Report, decisions: Sequence[Decision]) -> Iterator[Card]:
        saved = {one.photo_id: self._folder / one.file for one in self._journal.record.backups()}
        budget = PICTURES_BYTES // max(1, len(decisions))

        def pictures(decision: Decision) -> Pictures:
            return self._pictures(decision, saved.get(decision.copy.photo_id), budget)

        # Pillow lets go of the interpreter while it decodes and encodes.
        workers = min(os.cpu_count() or 1, 4)
        with ThreadPoolExecutor(workers) as pool:
            waiting = iter(decisions)
            while batch := list(islice(waiting, 8 * workers)):
                for decision, made in zip(batch, pool.map(pictures, batch), strict=True):
                    self._on_card()
                    yield _card(report, decision, made)

    def _pictures(self, decision: Decision, saved: Path | None, budget: int) -> Pictures:
        try:
            small = Image.fromarray(copy_pixels(saved.read_bytes())) if saved else None
        except (OSError, PictureError):
            small = None
        if small is None:
            return Pictures(None)
        seen = [
            (one, open_thumbnail(jpeg))
            for one in decision.candidates[:2]
            if one.fit.score >= ASK_SCORE and (jpeg := self._journal.readings.thumbnail(one.original.path))
        ]
        if seen and not _is_close(decision):
            seen = seen[:1]
        made = Pictures(None)
        posted = self._posted(decision, saved)
        for edge, quality in LEVELS[_first_level(budget) :]:
            made = _encode(small, seen, edge, quality)
            if posted is not None:
                made = replace(made, posted=_embed(shrunk(posted, edge), quality))
            if made.size_bytes() <= budget:
                break
        return made

    def _posted(self, decision: Decision, saved: Path | None) -> Image.Image | None:
        """The picture as posted, where it is what is to be sent."""
        if saved is None or decision.sent is not Sent.AS_POSTED:
            return None
        jpeg = known_preview(self._journal, decision, saved.stem, saved)
        return None if jpeg is None else open_thumbnail(jpeg)


def _first_level(budget: int) -> int:
    return next(
        (
            place
            for place, (edge, _) in enumerate(LEVELS[:-1])
            if 2.5 * edge * edge * TYPICAL_BYTES_A_PIXEL * 4 / 3 < budget
        ),
        len(LEVELS) - 1,
    )


def _is_close(decision: Decision) -> bool:
    """Whether the runner-up is worth a look: it is one of the questions, or comes near."""
    best, *others = decision.candidates
    return (
        bool(others)
        and others[0].fit.score >= ASK_SCORE
        and (decision.verdict is Verdict.REVIEW or best.fit.score - others[0].fit.score < SURE_MARGIN)
    )


def _encode(small: Image.Image, seen: Sequence[tuple[Candidate, Image.Image]], edge: int, quality: int) -> Pictures:
    copy = _embed(shrunk(small, edge), quality)
    if not seen:
        return Pictures(copy)
    (best, thumbnail), *others = seen
    place = find_place(best.fit, small.size, thumbnail.size)
    whole = shrunk(thumbnail, round(0.8 * edge))
    corners = find_corners(place, small.size, thumbnail.size)
    rival = None
    for candidate, picture in others:
        at = find_place(candidate.fit, small.size, picture.size)
        rival = _embed(cut(picture, at, small.size, round(0.5 * edge)), quality)
    return Pictures(
        copy,
        _embed(cut(thumbnail, place, small.size, edge), quality),
        _embed(whole, quality),
        points(corners, whole.width, whole.height),
        rival,
    )


def _embed(picture: Image.Image, quality: int) -> Embedded:
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=quality, method=2)
    uri = "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
    return Embedded(uri, picture.width, picture.height)


def _card(report: Report, decision: Decision, made: Pictures) -> Card:
    outcome, note = report.outcome(decision)
    copy, best = decision.copy, next(iter(decision.candidates), None)
    if best is not None and best.fit.score < ASK_SCORE and decision.decided_by != "person":
        best = None  # a stranger, of which nothing is worth telling
    reason = in_plain_words(decision.reason) + (f" ({in_plain_words(note)})" if note else "")
    rival = (
        f"{in_plain_words(decision.candidates[1].original.name)}, {score_words(decision.candidates[1].fit.score)}"
        if made.rival
        else ""
    )
    return Card(
        photo_id=copy.photo_id,
        title=in_plain_words(copy.photo.title),
        page_url=web_address(copy.photo.page_url),
        kind=str(decision.verdict),
        outcome=outcome,
        word=_word(report.mode, decision, outcome),
        reason=reason,
        facts=tuple(facts(copy, best, reason, decision.sent)),
        rival_words=rival,
        copy=made.copy,
        cut=made.cut,
        whole=made.whole,
        points=made.points,
        rival=made.rival,
        posted=made.posted,
    )


def _word(mode: str, decision: Decision, outcome: OutcomeKind) -> str:
    if outcome in TOUCHED:
        return outcome.capitalize() + ":"
    words = {
        Verdict.REVIEW: "To review:",
        Verdict.KEEP: "Unchanged:",
        Verdict.REPLACE: "Would be replaced:" if mode == "dry-run" else "Not replaced yet:",
    }
    return words[decision.verdict]


def web_address(address: str) -> str:
    """An address a browser may be sent to; Flickr's own are of this kind."""
    return address if address.startswith(("https://", "http://")) else "#"


def next_commands(report: Report) -> list[tuple[str, str]]:
    """What a person would run next, and what for; as the system's own shell takes it."""
    counts, found = report.counts(), []
    if counts["review"]:
        found.append(("Review the uncertain matches", [PROGRAM, "review"]))
    planned = sum(1 for one in report.decisions if report.outcome(one)[0] == "planned")
    if planned:
        verb = "Replace" if report.mode == "dry-run" else "Replace the rest:"
        count = counted(planned, "copy", "copies")
        found.append((f"{verb} {count}", [PROGRAM, "sync", *(printable(folder) for folder in report.folders)]))
    if counts["replaced"]:
        found.append(("Undo this run", [PROGRAM, "undo", "--run", report.run]))
    join = subprocess.list2cmdline if os.name == "nt" else shlex.join
    return [(words, in_plain_words(join(command))) for words, command in found]


def facts(
    copy: InstagramCopy, candidate: Candidate | None, reason: str, sent: Sent = Sent.ORIGINAL
) -> Iterator[tuple[str, str]]:
    """Names, dates and sizes of a copy and of the original proposed for it, but for what the reason says already."""
    photo, posted = copy.photo, copy.mark.posted_at
    before = f"{photo.width} \N{MULTIPLICATION SIGN} {photo.height}" if photo.width and photo.height else "unknown"
    if candidate is None:
        yield "Size", before
    else:
        original = candidate.original
        yield (
            "Size",
            (
                f"{before} \N{RIGHTWARDS ARROW} {original.width} \N{MULTIPLICATION SIGN} {original.height}, "
                f"{original.size_bytes / 1e6:.1f}\N{NO-BREAK SPACE}MB"
            ),
        )
    if posted is not None:
        yield "Posted", f"{day_and_time(posted)} UTC"
    if sent is Sent.AS_POSTED:
        yield "Sent", "as posted, rendered from the original"
    if candidate is not None:
        if candidate.original.taken is not None:
            yield "Taken", day_and_time(candidate.original.taken.local)
        if candidate.original.camera:
            yield "Camera", in_plain_words(candidate.original.camera)
        yield "File", in_plain_words(printable(candidate.original.path))
        for twin in candidate.twins:
            yield "Version", in_plain_words(printable(twin.path))
        yield "Match score", f"{candidate.fit.score:.2f}, {score_meaning(candidate.fit.score)}"
    yield "Photo ID", photo.photo_id
