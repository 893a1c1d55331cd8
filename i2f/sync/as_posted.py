"""Which replacements send the picture as posted, and whether it can be rendered: asked while the plan is made.

A person's answer comes first: the original they chose is sent as it is unless they chose the picture as posted. For
what a rule decided, the setting or the command says which. A sending as posted that was interrupted, and that Flickr
did not take, is asked for again as posted, whatever the command says now.

Where the picture cannot be rendered the replacement becomes a question: the original is never sent in its stead by
rule. An answer of the renderer depends on the copy's bytes, the original's version and the measures, so it is kept in
the journal under them, with a small picture for the preview page, and not sought twice.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from i2f.ground.errors import PictureError
from i2f.ground.model import Candidate, Decision, InstagramCopy, Sent, Verdict
from i2f.ground.settings import Settings
from i2f.memory.history import History
from i2f.memory.journal import Journal
from i2f.memory.journal_steps import JournalStep
from i2f.memory.record import Backup
from i2f.sync.order import SyncOrder
from i2f.sync.plan import as_posted
from i2f.sync.posted_file import Checked, check_posted, pair_of
from i2f.sync.session import Session


def choose_what_is_sent(
    session: Session,
    order: SyncOrder,
    decisions: Mapping[str, Decision],
    backups: Mapping[str, Backup],
    histories: Mapping[str, History],
) -> dict[str, Decision]:
    """The same decisions, those that send the picture as posted checked and marked; all by photo id."""
    found = dict(decisions)
    wanted = [
        photo_id
        for photo_id, one in decisions.items()
        if one.verdict is Verdict.REPLACE and _is_wanted(one, histories.get(photo_id), session.settings, order)
    ]
    if wanted:
        session.progress.stage("Rendering as posted", len(wanted))
    for photo_id in wanted:
        decision = decisions[photo_id]
        if decision.match is not None:
            checked = _checked(session, decision.copy, decision.match, backups[photo_id])
            found[photo_id] = as_posted(decision, checked.refused)
        session.progress.step()
    return found


def _is_wanted(decision: Decision, history: History | None, settings: Settings, order: SyncOrder) -> bool:
    if decision.decided_by == "person":
        return decision.sent is Sent.AS_POSTED
    return order.as_posted or settings.sync.send == Sent.AS_POSTED or _was_interrupted(history)


def _was_interrupted(history: History | None) -> bool:
    """Whether a sending as posted was begun and Flickr did not take it."""
    return (
        history is not None
        and history.last_step == JournalStep.NOT_TAKEN
        and not history.is_undo
        and (history.intended or {}).get("as") == Sent.AS_POSTED
    )


def _checked(session: Session, copy: InstagramCopy, match: Candidate, backup: Backup) -> Checked:
    """The renderer's answer, from the journal where it was asked before; a spoilt backup is no copy to go by."""
    file = session.state.backups / backup.file
    known = _known(session.journal, match, backup.sha256, file)
    if known is not None:
        return known
    pair = pair_of(file, match.fit)
    try:
        session.backups.checked(copy.photo)
        checked = session.file_worker.call(check_posted, match.original, pair)
    except PictureError as error:
        return Checked(str(error), None)  # what could not be read now may be read by the next run: no answer is kept
    preview = base64.b64encode(checked.preview).decode() if checked.preview else None
    body = {"refused": checked.refused, "preview": preview}
    session.journal.assessments.keep([(backup.sha256, pair.signature(match.original), body)])
    return checked


def _known(journal: Journal, match: Candidate, copy_sha256: str, file: Path) -> Checked | None:
    body = journal.assessments.find(copy_sha256, pair_of(file, match.fit).signature(match.original))
    if body is None:
        return None
    return Checked(body["refused"], base64.b64decode(body["preview"]) if body["preview"] else None)


def known_preview(journal: Journal, decision: Decision, copy_sha256: str, file: Path) -> bytes | None:
    """A small JPEG of the picture as posted, for a decision that sends it; None where there is none."""
    if decision.match is None or decision.sent is not Sent.AS_POSTED:
        return None
    known = _known(journal, decision.match, copy_sha256, file)
    return known.preview if known else None
