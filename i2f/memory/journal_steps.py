"""The words of the journal's record: what was noted about a picture, in which direction.

A replacement notes `intended` before anything is sent, then one of `confirmed` (Flickr was asked and holds the
original), `refused` or `not_taken` (Flickr still holds what it held, or nothing), or `unsure`; in between a `ticket`,
where Flickr gave one, and `gone`, where Flickr did not find the photo. `left` ends an open question: a person had the
picture looked at anew, and it stays as it is. `pruned` says that the saved copy was let go. Taking a picture back
notes the same words with `undo-` before them. What each sequence means is history.py's.

The values lie in journals of every version, so they are never renamed.
"""

from __future__ import annotations

from enum import StrEnum

UNDO = "undo-"


class JournalStep(StrEnum):
    """One word of the record."""

    INTENDED = "intended"
    TICKET = "ticket"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    NOT_TAKEN = "not_taken"
    UNSURE = "unsure"
    GONE = "gone"
    LEFT = "left"
    PRUNED = "pruned"
    UNDO_INTENDED = "undo-intended"
    UNDO_TICKET = "undo-ticket"
    UNDO_CONFIRMED = "undo-confirmed"
    UNDO_REFUSED = "undo-refused"
    UNDO_NOT_TAKEN = "undo-not_taken"
    UNDO_UNSURE = "undo-unsure"
    UNDO_GONE = "undo-gone"

    def when(self, *, undoing: bool) -> JournalStep:
        """The same word for a replacement, or for taking one back."""
        return JournalStep(UNDO + self) if undoing else self
